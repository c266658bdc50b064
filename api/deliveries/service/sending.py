"""The letter to an addressee: found when it is sent, with the text as it is published then."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts import service as accounts
from api.accounts.models import User
from api.coalitions.models import Addressee, Coalition
from api.deliveries.models import CoverLetter, Delivery, DeliveryState
from api.documents.models import PrintedDocument
from api.documents.rules.rendering import CONTENT_TYPES, Format
from api.documents.service import kept_bytes
from api.infra import clock
from api.infra.mail import letters
from api.infra.mail.letters import Letter, LetterState
from api.infra.net.smtp import Attachment
from api.infra.security import audit, keys
from api.mailings.rules import bodies
from api.statements import service as statements
from api.statements.models import Signing, State, Statement

COVER = "deliveries.cover"
_OVER = {
    LetterState.SENT: DeliveryState.DELIVERED,
    LetterState.FAILED: DeliveryState.FAILED,
    LetterState.DROPPED: DeliveryState.DROPPED,
}


class NotPrinted(Exception):
    """The PDF is being printed; the letter waits for it."""


def is_over(session: Session, delivery_id: UUID) -> None:
    """Keep what became of a letter, before the outbox forgets it."""
    row = session.get(Delivery, delivery_id, with_for_update=True)
    query = select(Letter).where(Letter.kind == COVER, Letter.object_id == delivery_id)
    found = session.scalars(query.execution_options(populate_existing=True)).first()
    if row is None or found is None or found.state not in _OVER:
        return
    row.state, row.fault, row.answer = _OVER[found.state], found.fault, found.answer
    row.delivered_at = found.ended_at or clock.now() if found.state is LetterState.SENT else None
    if row.state is DeliveryState.DELIVERED:
        audit.record(session, None, "delivery.delivered", row, told(row))
    elif row.state is DeliveryState.DROPPED:
        audit.record(session, None, "delivery.failed", row, {**told(row), "fault": "dropped"})


def has_failed(session: Session, delivery_id: UUID) -> None:
    """Tell of a delivery that is not tried again by itself."""
    row = session.get(Delivery, delivery_id)
    query = select(Letter.fault).where(Letter.kind == COVER, Letter.object_id == delivery_id)
    if row is not None:
        fault = session.scalars(query).first()
        audit.record(session, None, "delivery.failed", row, {**told(row), "fault": fault})


def told(row: Delivery) -> dict[str, object]:
    """Return what the record tells of a delivery."""
    return {
        "addressee_id": None if row.addressee_id is None else str(row.addressee_id),
        "means": row.means.value,
        "revision": row.revision_number,
    }


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
    found = facts(session, cover, row.language or cover.language, addressee, row.created_by)
    return replace(found, attachments=(attached,))


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
    return Attachment(f"{statement.slug}.pdf", CONTENT_TYPES[Format.PDF], content)


def facts(
    session: Session,
    cover: CoverLetter,
    language: str,
    addressee: Addressee | None,
    whose: UUID | None,
) -> letters.Facts:
    """Return what a cover letter is made of; to nobody, it is a preview."""
    coalition = session.get_one(Coalition, cover.coalition_id)
    statement = session.get_one(Statement, cover.statement_id)
    text = bodies.text_in(cover.texts, language)
    to = "somebody@specimen.example"
    if addressee is not None and addressee.email is not None:
        to = keys.read(session, addressee, Addressee.email)
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
            "title": statement.title,
            "accent": coalition.accent,
        },
        reply_to=answers_to(session, statement, whose),
        is_automatic=False,  # a person wrote it; what is marked so, offices answer to nobody
        keeps_answer=True,
    )


def answers_to(session: Session, statement: Statement, whose: UUID | None) -> str | None:
    """Return where an answer goes: to the text's first contact with an e-mail, or to who sends it.

    Of a sensitive statement only to a contact, who stands in the text: nobody else is told of.
    """
    if statement.state is State.PUBLISHED:
        document = statements.current_revision(session, statement).document
        contacts = (each.get("email") for each in document.get("contacts", ()))
        if found := next(filter(None, contacts), None):
            return str(found)
    signing = session.get(Signing, statement.id)
    if whose is None or (signing is not None and signing.is_sensitive):
        return None
    user = session.get(User, whose)
    return None if user is None else accounts.person(session, user).email
