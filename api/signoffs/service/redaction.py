"""Taking a name back: no note prints any more that tells it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases import service as cases
from api.infra.background import events
from api.infra.security import keys
from api.portable.rules import secrecy
from api.signatures.events import SignaturesTakenBack
from api.signatures.models import Signature, Source
from api.signatures.rules import Identity
from api.signatures.service import rows as signed
from api.signoffs import rules
from api.signoffs.models import SignOff

RESERVATION = "reservation"


def _printing(session: Session, coalition_id: UUID) -> Iterator[tuple[SignOff, str]]:
    """Yield the answers whose reservation prints, with the note."""
    query = select(SignOff).where(SignOff.coalition_id == coalition_id, SignOff.prints_reservation)
    for row in session.scalars(query).all():
        content = keys.read(session, row, SignOff.content)
        yield row, rules.note_of(content["reservations"])


def _printed(session: Session, coalition_id: UUID) -> Iterator[tuple[Signature, Identity]]:
    """Yield the signatures that an approval became, with who gave each and its note."""
    query = select(Signature).where(
        Signature.coalition_id == coalition_id, Signature.source == Source.APPROVAL
    )
    found = session.scalars(query).all()
    known = signed.identities(session, found)
    for row in found:
        if RESERVATION in known.get(row.id, {}):
            yield row, known[row.id]


def said(session: Session, coalition_id: UUID) -> Iterator[str]:
    """Yield every note that prints, or will."""
    yield from (note for _, note in _printing(session, coalition_id))
    yield from (who[RESERVATION] for _, who in _printed(session, coalition_id))


def take_name_back(session: Session, silence: cases.NameSilence) -> list[str]:
    """Keep to ourselves the notes that tell a name."""
    entry = silence.entry
    coalition_id = entry.case.coalition_id
    for row, note in _printing(session, coalition_id):
        if secrecy.telling(note, entry.names):
            row.prints_reservation = False
    for signature, who in _printed(session, coalition_id):
        if secrecy.telling(who[RESERVATION], entry.names):
            rest = {field: value for field, value in who.items() if field != RESERVATION}
            signed.put_identity(session, signature, rest)
            whose = {"coalition_id": coalition_id, "statement_id": signature.statement_id}
            events.announce(session, SignaturesTakenBack(**whose))
    return []
