"""Which entry an organisation signs by, and what only sounds like one (docs/decisions/0011)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.infra.background import events
from api.infra.database.transactions import is_any, touch, transaction
from api.infra.security import audit, keys
from api.organisations import service as organisations
from api.organisations.models import Organisation
from api.signatures.events import SignaturesTakenBack
from api.signatures.models import (
    ADDRESS,
    ENTRY,
    SignatoryKind,
    Signature,
    SignatureState,
    Source,
    Visibility,
)
from api.signatures.rules import addresses, blocking, naming
from api.signatures.service import blocks, rows
from api.signing import rules
from api.statements.models import Statement


def entry_of(session: Session, statement: Statement, who: Mapping[str, Any]) -> Organisation | None:
    """Return the entry that an organisation signs by: the coalition's, or one of the directory.

    A form has no ids, so that a name finds its entry.
    """
    if who["kind"] != SignatoryKind.ORGANISATION:
        return None
    if who.get("organisation_id") is None:
        name, country = who["name"], who.get("country")
        return organisations.called(session, statement.coalition_id, name, country)
    entry = session.get(Organisation, UUID(who["organisation_id"]))
    if entry is None or not (entry.is_public or entry.coalition_id == statement.coalition_id):
        return None
    return entry


def flags(session: Session, statement: Statement, who: Mapping[str, Any]) -> list[str]:
    """Return why a coordinator should look at what somebody says of themselves: odd or blocked."""
    found, name = naming.flags(who), who.get("name") or ""
    every = blocks.of(session, statement.coalition_id)
    if blocking.fits(every, who.get("email") or "", name) is not None:
        found.append(rules.BLOCKED)
    return found


def doubts(
    session: Session,
    statement: Statement,
    who: Mapping[str, Any],
    entry: Organisation | None,
    address_index: bytes | None,
) -> list[str]:
    """Return why a coordinator should look at whose name an organisation signs in.

    Anybody can type the name of an entry of the coalition: only the mailbox of who may commit it
    shows that it is the one. Any other name may pass for one of the coalition's.
    """
    if who["kind"] != SignatoryKind.ORGANISATION or not who.get("name"):
        return []
    if entry is not None and entry.coalition_id == statement.coalition_id:
        return [] if _is_known(session, statement, entry, address_index) else [rules.UNKNOWN]
    alike = organisations.alike(session, statement.coalition_id, who["name"])
    return [rules.ALIKE] if alike else []


def _is_known(
    session: Session, statement: Statement, entry: Organisation, address_index: bytes | None
) -> bool:
    known = organisations.committing(session, entry.id)
    emails = {addresses.normalised(each.email) for each in known}
    owner = statement.coalition_id
    return address_index in {address_of(session, owner, statement.id, each) for each in emails}


def address_of(session: Session, coalition_id: UUID, statement_id: UUID, normalised: str) -> bytes:
    """Return by what the one signature of an address under a statement is found."""
    return keys.blind(session, coalition_id, ADDRESS, f"{statement_id}:{normalised}")


def index_of(
    session: Session, statement_id: UUID, coalition_id: UUID, entry: Organisation
) -> bytes:
    """Return by what two signatures of one organisation under a statement are found."""
    return keys.blind(session, coalition_id, ENTRY, f"{statement_id}:{entry.id}")


def have_signed(
    session: Session, statement_id: UUID, entry: Organisation, but: UUID | None = None
) -> bool:
    """Tell whether another signature of the same organisation counts, however it was given.

    What came from the page bears the index; what members approved or was entered, the entry.
    """
    owner = session.get_one(Statement, statement_id).coalition_id
    is_its = Signature.entry_index == index_of(session, statement_id, owner, entry)
    query = select(Signature.id).where(
        Signature.statement_id == statement_id,
        is_its | (Signature.organisation_id == entry.id),
        Signature.state == SignatureState.CONFIRMED,
        Signature.id.is_distinct_from(but),
    )
    return is_any(session, query)


def link(session: Session, signature: Signature, entry: Organisation | None) -> bool:
    """Have a signature be of an entry or of none; tell whether another one of it counts."""
    signature.entry_index = signature.organisation_id = None
    if entry is None:
        return False
    whose = signature.statement_id, signature.coalition_id
    signature.entry_index = index_of(session, *whose, entry)
    if signature.visibility is Visibility.PUBLIC and entry.coalition_id == signature.coalition_id:
        signature.organisation_id = entry.id
    return have_signed(session, signature.statement_id, entry, but=signature.id)


def part() -> None:
    """Part signatures from entries that they only sound like, as an earlier version joined them.

    What was said of them stays: their own names, and whether they count.
    """
    last: UUID | None = UUID(int=0)
    while last is not None:
        last = _part_batch(last)


def _part_batch(after: UUID) -> UUID | None:
    with transaction() as session:
        query = select(Signature).where(
            Signature.id > after,
            Signature.source == Source.PUBLIC,
            Signature.kind == SignatoryKind.ORGANISATION,
            Signature.entry_index.is_not(None),
        )
        some = query.order_by(Signature.id).limit(rows.AT_ONCE).with_for_update()
        found = session.scalars(some).all()
        parted = _part(session, found)
        for statement_id, coalition_id in {(x.statement_id, x.coalition_id) for x in parted}:
            gone = SignaturesTakenBack(coalition_id=coalition_id, statement_id=statement_id)
            events.announce(session, gone)
        return found[-1].id if len(found) == rows.AT_ONCE else None


def _part(session: Session, signatures: Sequence[Signature]) -> list[Signature]:
    known = rows.identities(session, signatures)
    parted = []
    for signature in signatures:
        who = known.get(signature.id, {})
        entry = _joined(session, signature, who.get("name"))
        if entry is None or organisations.is_called(entry, who["name"]):
            continue
        link(session, signature, None)
        signature.flags = list(dict.fromkeys([*signature.flags, rules.ALIKE]))
        who = {field: it for field, it in who.items() if field != "acronym"}  # it was the entry's
        rows.put_identity(session, signature, who)
        touch(signature, None)
        audit.record(session, None, "signature.parted", signature)
        parted.append(signature)
    return parted


def _joined(session: Session, signature: Signature, name: str | None) -> Organisation | None:
    """Return the entry that a signature is of, if its name sounds like it."""
    if not name:
        return None
    for entry in organisations.sounding(session, signature.coalition_id, name):
        index = index_of(session, signature.statement_id, signature.coalition_id, entry)
        if index == signature.entry_index:
            return entry
    return None
