"""A draft becomes a revision, with what is said of the change and what was found of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.errors import Code, Conflict, Fault, Forbidden, Invalid, point
from api.infra import clock
from api.infra.background import events
from api.infra.security import audit
from api.portable.rules import secrecy
from api.portable.rules.guard import SenseTurn
from api.portable.rules.measuring import Measure
from api.statements import rules
from api.statements.events import StatementRevised
from api.statements.models import Revision, Statement, Weight
from api.statements.service import rows
from api.statements.service.outgoing import Confirmed, may_go_out
from api.statements.service.soundness import BODY, NAMED, below, unnamed
from api.texts.rules.document import PortableDocument

NOTHING = Confirmed()


class NothingChanged(Conflict, title="Nothing has changed"):
    """The draft prints what the newest revision prints."""


def frozen(  # noqa: PLR0913 # a draft, what is said of it, and who was looked at
    session: Session,
    actor: Actor,
    statement: Statement,
    claim: rules.WeightClaim,
    *,
    turns: Sequence[SenseTurn] = (),
    change: Measure | None = None,
    confirmed: Confirmed = NOTHING,
) -> Revision:
    """Write the next revision of a statement from its draft, with what was found to change.

    Of a text that is published or opens for signing it is public: it is frozen with those whom it
    names though they are free or dead, or members and did not approve, where each is confirmed.
    """
    means = rules.weighed(statement.revision_number + 1, statement.state, claim.weight)
    if means is Weight.MATERIAL and rows.has_opened(session, statement):
        raise rules.SigningOpened(
            "From then on its text takes editorial revisions only. A material change closes signing"
            " and begins a new statement: POST to its successors."
        )
    document = rows.whole_draft(session, statement)
    _must_be_said(session, actor, statement, claim, document)
    revision = rows.next_revision(statement, document, means, claim.note)
    fingerprint, number = revision.sha256, revision.number
    if number > 1 and rows.current_revision(session, statement).sha256 == fingerprint:
        raise NothingChanged("Change the draft first; it prints what the newest revision prints.")
    rules.must_be_editorial(claim, below(BODY, (turn.told for turn in turns)))
    revision.measure = None if change is None else change.counts
    revision.reason = claim.reason
    if rows.goes_out(session, statement):
        before = rows.whole_revision(session, rows.current_revision(session, statement))
        may_go_out(session, actor, statement, document, confirmed, before=before)
    revision.edited_on = clock.today() if rows.is_public(session, statement) else None
    revision.created_by = actor.user_id
    rows.put_revision(session, statement, revision, document, statement.block_ids)
    if means is not Weight.EDITORIAL:
        statement.counted_from = number
    told: dict[str, object] = {"number": number, "sha256": fingerprint, "weight": means}
    told |= {"measure": revision.measure} if revision.measure else {}
    told |= {"reason": revision.reason} if revision.reason else {}
    told |= confirmed.told
    audit.record(session, actor, "statement.revised", statement, told)
    events.announce(session, StatementRevised.of(revision))
    return revision


def _must_be_said(
    session: Session,
    actor: Actor,
    statement: Statement,
    claim: rules.WeightClaim,
    document: PortableDocument,
) -> None:
    """Let words about a change pass that tell no name, and a reason that an owner gives."""
    names = unnamed(session, statement.coalition_id, document)
    told = [name for name in ("note", "reason") if secrecy.telling(getattr(claim, name), names)]
    if told:
        raise Invalid(NAMED, [Fault(point(name), Code.HIDDEN_NAME, NAMED) for name in told])
    if claim.reason is None:
        return
    if claim.weight is not Weight.EDITORIAL:
        wrong = "Leave it out: it says why a change is editorial."
        raise Invalid(wrong, [Fault("/reason", Code.CONFLICT, wrong)])
    if not actor.may(statement.coalition_id, Role.OWNER):
        raise Forbidden("Why such a change is editorial is for an owner to say.")
