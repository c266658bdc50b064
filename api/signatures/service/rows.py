"""Rows of signatures and their sealed identities, as every use case reads and writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID, uuid4

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    event,
    insert,
    literal,
    select,
)
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import Code, Conflict, Fault, Invalid, point
from api.infra import clock
from api.infra.security import keys
from api.signatures import rules
from api.signatures.models import (
    SignatoryKind,
    Signature,
    SignatureIdentity,
    SignatureState,
    Source,
    Visibility,
)
from api.signatures.rules import Audience, EffectiveState, Identity, Signatory
from api.signatures.service import counts, places
from api.statements import service as statements
from api.statements.models import Revision, Statement

IDENTITY = "signature_identities.identity"
AT_ONCE = 500  # rows of which the identities are read together


class TextChanged(Conflict, title="The text is not the one that was shown"):
    """Somebody signs only the text that they saw (promise 1)."""

    @classmethod
    def to(cls, number: int, sha256: str) -> Self:
        """Return what is said of the revision that is the newest now."""
        return cls(
            f"The newest revision is {number}, with the SHA-256 {sha256}."
            " Show that text to the signatory and send its SHA-256."
        )


@dataclass(frozen=True)
class SignatureView:
    """A signature, and what its audience may know of the signatory."""

    signature: Signature
    who: Signatory
    effective_state: EffectiveState
    why: str | None
    etag: int
    warnings: list[Fault] = field(default_factory=list)  # of what was entered or changed just now


@event.listens_for(Signature, "load")
@event.listens_for(Signature, "refresh")
def _was_public(row: Signature, *_: object) -> None:
    row.was_public = not rules.tells_day_only(row)


def is_day_only(row: object) -> bool:
    """Tell whether the record has the day of what is done: the row was and is not public.

    What makes a name public, or takes it away, is recorded as it happens.
    """
    return isinstance(row, Signature) and rules.tells_day_only(row) and not row.was_public


def load_held(session: Session, actor: Actor, signature_id: UUID) -> tuple[Statement, Signature]:
    """Return a signature and its statement, held in the one order that cannot deadlock."""
    found = load(session, actor, Signature, signature_id, Role.COORDINATOR)
    statement = load(session, actor, Statement, found.statement_id, Role.COORDINATOR, lock=True)
    return statement, load(session, actor, Signature, signature_id, Role.COORDINATOR, lock=True)


def load_several(
    session: Session,
    statement: Statement,
    ids: Sequence[UUID],
    hindrance: Callable[[Signature], str],
) -> list[Signature]:
    """Return signatures of a statement that is held, held too; all of them, or raise Invalid.

    `hindrance` says what keeps one from what is to be done; "": nothing.
    """
    query = select(Signature).where(Signature.statement_id == statement.id, Signature.id.in_(ids))
    ordered = query.order_by(Signature.id).with_for_update()
    found = {row.id: row for row in session.scalars(ordered)}
    faults = [
        Fault(point("ids", place), Code.NOT_FOUND, "The statement has no such signature.")
        if each not in found
        else Fault(point("ids", place), Code.CONFLICT, hindrance(found[each]))
        for place, each in enumerate(ids)
        if each not in found or hindrance(found[each])
    ]
    if faults:
        raise Invalid("Nothing was done, for some of these cannot be taken.", faults)
    return list(found.values())


def audience_of(actor: Actor, coalition_id: UUID, *, is_glance: bool = False) -> Audience:
    """Return which audience an actor belongs to; at a glance no hidden name is opened."""
    if not actor.may(coalition_id, Role.COORDINATOR):
        return Audience.PUBLIC
    return Audience.GLANCE if is_glance else Audience.COORDINATOR


def counting(statement: Statement) -> ColumnElement[bool]:
    """Return the condition of the signatures that count: `rules.effective_state`, as a query."""
    # Written out, not bound: only so does SQLite see that the index of the public list fits.
    confirmed = literal(SignatureState.CONFIRMED, Signature.state.type, literal_execute=True)
    return and_(
        Signature.statement_id == statement.id,
        Signature.state == confirmed,
        Signature.revision_number >= statement.counted_from,
    )


def organisations(statement: Statement) -> Select[Signature]:
    """Return the query of the signatures of organisations that count."""
    return select(Signature).where(counting(statement), of_an_organisation())


def of_an_organisation() -> ColumnElement[bool]:
    """Return the condition of the signatures of organisations, for which there is an index."""
    # Written out, not bound, as in `counting`.
    kind = literal(SignatoryKind.ORGANISATION, Signature.kind.type, literal_execute=True)
    return Signature.kind == kind


def of_members(statement: Statement) -> Select[Signature]:
    """Return the query of those that count, and of whose edits the coalition tells by its members.

    Of organisations, and of people who approved in a personal capacity.
    """
    is_one = Signature.kind == SignatoryKind.ORGANISATION
    return select(Signature).where(
        counting(statement), is_one | (Signature.source == Source.APPROVAL)
    )


def visible(audience: Audience) -> ColumnElement[bool]:
    """Return the condition of the signatures that an audience sees anything of."""
    shown = list(rules.SHOWN[audience])
    written: BindParameter[Visibility] = bindparam(
        "shown", shown, expanding=True, literal_execute=True, unique=True
    )
    return Signature.visibility.in_(written)


def placed() -> ColumnElement[bool]:
    """Return the condition of the signatures that have a place: lists pass over the others."""
    return Signature.position.is_not(None)


def current(session: Session, statement: Statement, seen_sha256: str) -> Revision:
    """Return the newest revision; raise unless its text is the one that was seen."""
    revision = statements.current_revision(session, statement)
    if revision.sha256 != seen_sha256:
        raise TextChanged.to(revision.number, revision.sha256)
    return revision


def put(
    session: Session,
    statement: Statement,
    revision: Revision,
    entries: Sequence[Mapping[str, object]],
    *,
    source: Source = Source.ENTERED,
) -> list[UUID]:
    """Add signatures at the end, in order; the caller holds the statement."""
    first = places.following(session, statement.id)
    ids = [uuid4() for _ in entries]
    rows = [
        {
            "id": row_id,
            "coalition_id": statement.coalition_id,
            "statement_id": statement.id,
            "revision_number": revision.number,
            "revision_sha256": revision.sha256,
            "source": source,
            "state": SignatureState.CONFIRMED,
            "kind": facts["kind"],
            "country": facts.get("country"),
            "lead": facts.get("lead", False),
            "visibility": facts["visibility"],
            "position": position,
            "day": facts.get("day") or clock.today(),
            "organisation_id": facts.get("organisation_id"),
            "shows_logo": facts.get("shows_logo", True),
            "evidence_id": facts.get("evidence_id"),
        }
        for position, (row_id, facts) in enumerate(zip(ids, entries, strict=True), first)
    ]
    owner = statement.coalition_id
    identities = [
        {
            "signature_id": row_id,
            "coalition_id": owner,
            "identity": keys.seal(session, owner, IDENTITY, row_id, known),
        }
        for row_id, facts in zip(ids, entries, strict=True)
        if (known := rules.identity_of(facts))
    ]
    for model, new in ((Signature, rows), (SignatureIdentity, identities)):
        if new:
            session.execute(insert(model), new)
    counts.change(session, [Signature(**row) for row in rows], by=1)
    return ids


def put_all(
    session: Session,
    statement: Statement,
    revision: Revision,
    signatories: Sequence[Mapping[str, object]],
) -> int:
    """Enter the signatories of a portable document under a revision, in order."""
    session.flush()
    entries = [
        {**entry, "visibility": entry.get("visibility", "public"), rules.SAID: rules.said(entry)}
        for entry in signatories
    ]
    return len(put(session, statement, revision, entries))


def put_identity(session: Session, signature: Signature, identity: Identity) -> None:
    """Keep who signed, in place of what was known; nothing known leaves no row."""
    row = session.get(SignatureIdentity, signature.id)
    if not identity:
        if row is not None:
            session.delete(row)
        return
    if row is None:
        row = SignatureIdentity(signature_id=signature.id, coalition_id=signature.coalition_id)
        session.add(row)
    keys.write(session, row, SignatureIdentity.identity, identity)


def say(signature: Signature) -> None:
    """Note that what stands was changed by hand just now: an older letter does not undo it."""
    if signature.address_index is not None:
        signature.said_at = clock.now()


def identities(session: Session, signatures: Sequence[Signature]) -> dict[UUID, Identity]:
    """Return who gave these signatures, as far as it is known.

    A name costs some 30 µs to read and unseal. So lists go by position, and only what is bounded,
    as the signatories of one document, is sorted by name.
    """
    ids = [signature.id for signature in signatures]
    found: dict[UUID, Identity] = {}
    for start in range(0, len(ids), AT_ONCE):
        columns = select(SignatureIdentity.signature_id, SignatureIdentity.identity)
        some = columns.where(SignatureIdentity.signature_id.in_(ids[start : start + AT_ONCE]))
        for signature_id, sealed in session.execute(some):
            found[signature_id] = keys.unseal(session, IDENTITY, signature_id, sealed)
    return found


def identity(session: Session, signature: Signature) -> Identity:
    """Return who gave a signature, as far as it is known."""
    return identities(session, [signature]).get(signature.id, {})


def etag(signature: Signature, statement: Statement) -> int:
    """Return the version of a signature as shown: a material revision makes it wait."""
    return signature.version + 100_000 * statement.counted_from


def shown(
    session: Session, statement: Statement, signatures: Sequence[Signature], audience: Audience
) -> list[SignatureView]:
    """Return signatures as an audience sees them, without those that it sees nothing of."""
    visible = [row for row in signatures if row.visibility in rules.SHOWN[audience]]
    is_glance = audience is Audience.GLANCE
    opened = [row for row in visible if not is_glance or row.visibility in rules.PRINTED]
    known = identities(session, opened)
    found = []
    for row in visible:
        who = rules.seen(row, known.get(row.id), audience)
        if who is not None:
            given_for, counted_from = row.revision_number, statement.counted_from
            stands = rules.effective_state(row.state, given_for, counted_from)
            reason = rules.why(stands, given_for, counted_from)
            found.append(SignatureView(row, who, stands, reason, etag(row, statement)))
    return found
