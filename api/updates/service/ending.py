"""A recipient's link: the update to read, and one button that ends such letters."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.errors import Gone
from api.infra.database.transactions import is_any, reading, transaction
from api.infra.security import links
from api.mailings.rules import bodies
from api.organisations.models import Organisation
from api.organisations.rules import name_in
from api.signatures.models import Consent, Signature
from api.signing.service.own_signature import take_back_mailing
from api.statements.models import Statement
from api.updates.models import Update, UpdateRecipient
from api.updates.service import people
from api.updates.service.sending import LINK

BY = "letter"


@dataclass(frozen=True)
class Ending:
    """Whose letters they are, what the update says, and whether such letters have ended."""

    coalition_id: UUID
    organisation: str
    title: str  # of the statement
    language: str  # of the text
    subject: str
    text: str
    tongue: str | None  # in which the signatory reads
    is_over: bool


def shown(secret: str) -> Ending:
    """Return what a link leads to. Nothing changes."""
    with reading() as session:
        return _shown(session, *_followed(session, secret))


def end(secret: str) -> Ending:
    """Take back the consent to an organisation's mailings, of that mailbox; twice is fine.

    Of each signature of the coalition that the mailbox gave: who wants no more letters does not
    mean those of one statement.
    """
    with transaction() as session:
        update, recipient = _followed(session, secret)
        signature = recipient.signature_id and session.get(Signature, recipient.signature_id)
        if signature:
            for each in people.also_of(session, update, signature):
                take_back_mailing(session, each, update.organisation_id, by=BY)
            session.flush()
        return _shown(session, update, recipient)


def _followed(session: Session, secret: str) -> tuple[Update, UpdateRecipient]:
    link = links.follow(session, LINK, secret)
    recipient = session.get(UpdateRecipient, link.object_id)
    if recipient is None:
        raise Gone("The statement was deleted, and nobody writes about it any more.")
    return session.get_one(Update, recipient.update_id), recipient


def _shown(session: Session, update: Update, recipient: UpdateRecipient) -> Ending:
    signature = recipient.signature_id and session.get(Signature, recipient.signature_id)
    tongue = (signature and signature.language) or None
    language = people.language(update, tongue)
    organisation = session.get_one(Organisation, update.organisation_id)
    text = bodies.text_in(update.texts, language)
    return Ending(
        coalition_id=update.coalition_id,
        organisation=name_in(organisation.names, language),
        title=session.get_one(Statement, update.statement_id).title,
        language=language,
        subject=text["subject"],
        text=text["text"],
        tongue=tongue,
        is_over=not _agrees(session, update, recipient),
    )


def _agrees(session: Session, update: Update, recipient: UpdateRecipient) -> bool:
    query = select(Consent.id).where(
        Consent.signature_id == recipient.signature_id,
        Consent.organisation_id == update.organisation_id,
        Consent.to_mailings(),
    )
    return is_any(session, query)
