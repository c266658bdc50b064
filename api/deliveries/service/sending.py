"""The letter to an addressee: found when it is sent, with the text as it is published then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from api.coalitions.models import Addressee, Coalition
from api.coalitions.service import EMAIL
from api.deliveries import rules
from api.deliveries.models import CoverLetter, Delivery, DeliveryState
from api.documents.models import PrintedDocument
from api.documents.rules.press import Format
from api.documents.service import kept_bytes, named
from api.infra import clock, keys, letters
from api.infra.letters import Letter, LetterState
from api.infra.mail import Attachment
from api.mailings.rules import bodies
from api.statements.models import State, Statement

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

COVER = "deliveries.cover"
_OVER = {
    LetterState.SENT: DeliveryState.DELIVERED,
    LetterState.FAILED: DeliveryState.FAILED,
    LetterState.DROPPED: DeliveryState.DROPPED,
}


class NotPrinted(Exception):
    """The PDF is being printed; the letter waits for it."""


def _is_over(session: Session, delivery_id: UUID) -> None:
    """Keep what became of a letter, before the outbox forgets it."""
    row = session.get(Delivery, delivery_id, with_for_update=True)
    query = select(Letter).where(Letter.kind == COVER, Letter.object_id == delivery_id)
    found = session.scalars(query.execution_options(populate_existing=True)).first()
    if row is None or found is None or found.state not in _OVER:
        return
    row.state, row.fault, row.answer = _OVER[found.state], found.fault, found.answer
    row.delivered_at = found.ended_at or clock.now() if found.state is LetterState.SENT else None


@letters.facts_of(COVER, after=_is_over)
def letter(session: Session, delivery_id: UUID) -> letters.Facts | None:
    """Hand a statement to an addressee; None where it was withdrawn, or nobody is there to ask."""
    row = session.get(Delivery, delivery_id)
    if row is None or row.addressee_id is None or row.cover_letter_id is None:
        return None
    addressee = session.get_one(Addressee, row.addressee_id)
    statement = session.get_one(Statement, row.statement_id)
    if addressee.email is None or statement.state is not State.PUBLISHED:
        return None
    cover = session.get_one(CoverLetter, row.cover_letter_id)
    attached = _pdf(session, statement, row)
    return facts(session, cover, row.language or cover.language, addressee, attached)


def _pdf(session: Session, statement: Statement, row: Delivery) -> Attachment:
    """Return the PDF that was found right since the delivery was asked for, or raise NotPrinted.

    One with a name that was taken back since is not given out: the next one is waited for.
    """
    query = select(PrintedDocument).where(
        PrintedDocument.statement_id == statement.id,
        PrintedDocument.format == Format.PDF,
        PrintedDocument.revision_number == statement.revision_number,
        PrintedDocument.taken_back_at.is_(None),
        PrintedDocument.printed_at >= row.created_at,
    )
    found = session.scalars(query.order_by(PrintedDocument.printed_at.desc()).limit(1)).first()
    content = None if found is None else kept_bytes(session, statement, found.key)
    if content is None:
        raise NotPrinted
    media_type, name = named(statement, Format.PDF)
    return Attachment(name, media_type, content)


def facts(
    session: Session,
    cover: CoverLetter,
    language: str,
    addressee: Addressee | None,
    attached: Attachment | None = None,
) -> letters.Facts:
    """Return what a cover letter is made of; to nobody, it is a preview."""
    coalition = session.get_one(Coalition, cover.coalition_id)
    text = rules.text_in(cover.texts, language)
    assert text is not None  # noqa: S101 # its language was checked when it was asked for
    to = "somebody@specimen.example"
    if addressee is not None and addressee.email is not None:
        to = keys.unseal(session, EMAIL, addressee.id, addressee.email)
    return letters.Facts(
        to=to,
        to_name=None if addressee is None else addressee.name,
        language=language,
        coalition=coalition.name,
        facts={
            "subject": text["subject"],
            "salutation": addressee and addressee.salutation,
            "body": bodies.body(text["text"]),
            "text_language": language,
            "title": session.get_one(Statement, cover.statement_id).title,
            "accent": coalition.accent,
        },
        attachments=() if attached is None else (attached,),
        keeps_answer=True,
    )
