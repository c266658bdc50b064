"""Who agreed to hear from an organisation at a statement, and may be written to now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from api.infra.security import keys
from api.mailings.service.suppressions import suppressed
from api.signatures.models import ADDRESS, Consent, Signature, SignatureState
from api.signatures.rules import addresses
from api.signatures.service import rows
from api.statements.models import Signing
from api.updates import rules
from api.updates.models import Update

AT_ONCE = 500
REASONS = ("not_confirmed", "no_address", "suppressed", "twice")  # for which somebody is left out


_FIRST = UUID(int=0)


@dataclass
class Gathering:
    """Looks through all who agreed, and takes each address once."""

    update: Update
    seen: set[str] = field(default_factory=set)
    left_out: Counter[str] = field(default_factory=Counter)
    last: UUID = _FIRST

    def next(self, session: Session) -> list[Signature] | None:
        """Return whom to write to of the next batch; None where there is no more."""
        query = select(Consent.id, Signature).join(Signature, Signature.id == Consent.signature_id)
        query = query.where(*agreed(self.update), Consent.id > self.last)
        found = session.execute(query.order_by(Consent.id).limit(AT_ONCE)).all()
        if not found:
            return None
        self.last = found[-1][0]
        return list(self._taken(session, [signature for _, signature in found]))

    def _taken(self, session: Session, found: Sequence[Signature]) -> Iterator[Signature]:
        emails = emails_of(session, found)
        silent = suppressed(session, self.update.coalition_id, emails.values())
        for each in found:
            one = each.id in emails and addresses.normalised(emails[each.id])
            if each.state is not SignatureState.CONFIRMED:
                self.left_out["not_confirmed"] += 1
            elif not one:
                self.left_out["no_address"] += 1
            elif emails[each.id] in silent:
                self.left_out["suppressed"] += 1
            elif one in self.seen:
                self.left_out["twice"] += 1
            else:
                self.seen.add(one)
                yield each


def statements_of(update: Update) -> list[UUID]:
    """Return the statements whose signatories an update goes to."""
    return [update.statement_id, *map(UUID, update.also_statement_ids)]


def agreed(update: Update) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of the consents that an update is written by."""
    return (
        Consent.organisation_id == update.organisation_id,
        Consent.to_mailings(),
        Signature.coalition_id == update.coalition_id,
        Signature.statement_id.in_(statements_of(update)),
    )


def number(session: Session, update: Update) -> int:
    """Return how many consents there are, of whomever."""
    query = select(func.count(Consent.id)).join(Signature, Signature.id == Consent.signature_id)
    return session.scalar(query.where(*agreed(update))) or 0


def emails_of(session: Session, signatures: Sequence[Signature]) -> Mapping[UUID, str]:
    """Return the addresses of those of whom one is known."""
    known = rows.identities(session, signatures)
    return {which: who["email"] for which, who in known.items() if who.get("email")}


@dataclass(frozen=True)
class UpdateReader:
    """Who gets an update."""

    email: str
    language: str  # of the text that they get
    statement_id: UUID  # which they signed


def reader(session: Session, update: Update, signature_id: UUID | None) -> UpdateReader | None:
    """Return who may be written to now, of a signature; None: nobody."""
    query = select(Signature).join(Consent, Consent.signature_id == Signature.id)
    query = query.where(*agreed(update), Signature.id == signature_id)
    signature = session.scalars(query.where(Signature.state == SignatureState.CONFIRMED)).first()
    email = signature and emails_of(session, [signature]).get(signature.id)
    if not signature or not email or suppressed(session, update.coalition_id, [email]):
        return None
    return UpdateReader(email, language(update, signature.language), signature.statement_id)


def language(update: Update, wanted: str | None) -> str:
    """Return in which of an update's languages somebody reads it who wants one."""
    return rules.closest([each["language"] for each in update.texts], wanted, update.language)


def also_of(session: Session, update: Update, signature: Signature) -> list[UUID]:
    """Return the signatures that the same mailbox gave under statements of the coalition.

    No row links them: they are found by the address, as long as that is kept.
    """
    email = emails_of(session, [signature]).get(signature.id)
    if email is None:
        return [signature.id]
    one, owner = addresses.normalised(email), update.coalition_id
    query = select(Signing.statement_id).where(Signing.coalition_id == owner)
    statements = session.scalars(query).all()
    found = {signature.id}
    for start in range(0, len(statements), AT_ONCE):
        some = statements[start : start + AT_ONCE]
        marks = [keys.blind(session, owner, ADDRESS, f"{each}:{one}") for each in some]
        mine = Signature.statement_id.in_(some) & Signature.address_index.in_(marks)
        found |= set(session.scalars(select(Signature.id).where(mine)))
    return sorted(found)
