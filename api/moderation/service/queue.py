"""The queue: signatures that a coordinator looks at before they count, and what becomes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import Conflict
from api.infra.background import events
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, touch, transaction
from api.infra.security import audit
from api.moderation.events import SignaturesApproved
from api.organisations import service as organisations
from api.organisations.models import Organisation
from api.signatures.events import SignaturesTakenBack
from api.signatures.models import SignatoryKind, Signature, SignatureState, Source
from api.signatures.rules import Audience, EffectiveState
from api.signatures.service import counts, lists, places, rows
from api.signatures.service.rows import SignatureView
from api.signing.rules import ALIKE, SAME, UNKNOWN
from api.statements.models import Statement


class NotForModeration(Conflict, title="This signature is not for moderation"):
    """Only what came from the public page is approved or rejected, and not once it has ended."""


class Decision(StrEnum):
    """What a coordinator says of a signature."""

    APPROVE = "approve"
    REJECT = "reject"
    HOLD = "hold"  # back into the queue: a decision is undone


BECOMES = {
    Decision.APPROVE: SignatureState.CONFIRMED,
    Decision.REJECT: SignatureState.REJECTED,
    Decision.HOLD: SignatureState.HELD,
}
DOUBTS = {ALIKE, SAME, UNKNOWN}  # of whose name an organisation signs in
OPEN = (SignatureState.HELD, SignatureState.CONFIRMED, SignatureState.REJECTED)


@dataclass(frozen=True)
class HeldView(SignatureView):
    """A signature that is held, and for which organisations of the coalition it may pass."""

    resembles: Sequence[Organisation] = ()


def waiting(
    actor: Actor, statement_id: UUID, page: PageRequest, *, is_glance: bool = False
) -> Page[HeldView]:
    """Return the signatures that are held, the oldest day first; within it in no order."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        held = {"state": EffectiveState.HELD}
        audience = rows.audience_of(actor, statement.coalition_id, is_glance=is_glance)
        found = lists.paged(session, statement, audience, page, held)
        return found.of(lambda each: _held(session, each))


def disclosed(actor: Actor, signature_id: UUID) -> HeldView:
    """Return all that coordinators may know of one that is held; the record tells who looked."""
    found = lists.disclosed(actor, signature_id)
    with reading() as session:
        return _held(session, found)


def _held(session: Session, view: SignatureView) -> HeldView:
    row, name = view.signature, view.who.get("name")
    is_doubted = row.kind is SignatoryKind.ORGANISATION and {*row.flags} & DOUBTS
    alike = organisations.alike(session, row.coalition_id, name) if name and is_doubted else ()
    return HeldView(**vars(view), resembles=alike)


def decide(
    actor: Actor, signature_id: UUID, decision: Decision, reason: str | None = None
) -> SignatureView:
    """Say what becomes of one signature; the same again is fine."""
    with transaction() as session:
        statement, signature = rows.load_held(session, actor, signature_id)
        if why := _hindrance(signature):
            raise NotForModeration(why)
        _decided(session, actor, statement, [signature], decision, reason=reason)
        session.flush()
        (shown,) = rows.shown(session, statement, [signature], Audience.COORDINATOR)
        return shown


def decide_all(
    actor: Actor, statement_id: UUID, ids: Sequence[UUID], decision: Decision, reason: str | None
) -> Mapping[str, int]:
    """Say what becomes of several signatures of a statement, all or none of them."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR, lock=True)
        which = rows.load_several(session, statement, ids, _hindrance)
        changed = _decided(session, actor, statement, which, decision, reason=reason)
        return {"changed": changed, "unchanged": len(which) - changed}


def _hindrance(signature: Signature) -> str:
    """Return why nothing is decided on a signature; "" where something may be."""
    if signature.source is not Source.PUBLIC:
        return "A coordinator entered it: withdraw or delete it."
    if signature.state in OPEN:
        return ""
    return f"It is {signature.state}." + (
        " Undo the invalidation first." if signature.state is SignatureState.INVALIDATED else ""
    )


def _decided(  # noqa: PLR0913 # a decision: who, of what, which, why
    session: Session,
    actor: Actor,
    statement: Statement,
    signatures: Sequence[Signature],
    decision: Decision,
    *,
    reason: str | None,
) -> int:
    becomes = BECOMES[decision]
    changed = [each for each in signatures if each.state is not becomes]
    was = Counter(each.state for each in changed)
    with counts.followed(session, statement, changed):
        for each in changed:
            each.state = becomes
            touch(each, None)
    for each in changed:
        if decision is Decision.APPROVE:
            audit.record(session, actor, "signature.approved", each)
        elif decision is Decision.HOLD:
            audit.record(session, actor, "signature.held", each)
        else:
            audit.record(session, actor, "signature.rejected", each, {"reason": reason})
    whose = {"coalition_id": statement.coalition_id, "statement_id": statement.id}
    if decision is Decision.APPROVE and changed:
        places.now(session, statement, changed)
        events.announce(session, SignaturesApproved(**whose))
    elif was[SignatureState.CONFIRMED]:  # its name may stand in documents
        events.announce(session, SignaturesTakenBack(**whose))
    return len(changed)
