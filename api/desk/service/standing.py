"""Where statements stand, gathered from all rungs below: what decides what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.deliveries.service import responses
from api.desk.rules.next_steps import IN_PREPARATION, Answers, StatementStanding
from api.infra.database.transactions import reading
from api.moderation.service import letters as moderation
from api.reviews.service import suggestions
from api.signoffs.rules import COUNTS, OUTSTANDING, Status
from api.signoffs.service import rounds
from api.statements.models import State, Statement
from api.statements.service import drafts


def of(actor: Actor, statement: Statement) -> StatementStanding:
    """Return where one statement stands."""
    return of_each(actor, statement.coalition_id, [statement])[statement.id]


def of_each(
    actor: Actor, coalition_id: UUID, statements: Sequence[Statement]
) -> Mapping[UUID, StatementStanding]:
    """Return where statements of a coalition stand, by their ids.

    Who answered what, and what else waits for coordinators, is for coordinators alone.
    """
    actor.must(coalition_id, Role.VIEWER)
    with reading() as session:
        written = drafts.written_on(session, [each.id for each in statements])
        if not actor.may(coalition_id, Role.COORDINATOR):
            return {
                each.id: StatementStanding(state=each.state, is_frozen=_is_frozen(each, written))
                for each in statements
            }
        held = moderation.held(session, coalition_id)
        undecided = suggestions.undecided(session, coalition_id)
        asked = rounds.asked(
            session, [each.id for each in statements if each.state in IN_PREPARATION]
        )
        public = [each.id for each in statements if each.state is State.PUBLISHED]
        handed = responses.handed(session, public)
        return {
            each.id: StatementStanding(
                state=each.state,
                is_frozen=_is_frozen(each, written),
                answers=_answers(session, each) if each.id in asked else None,
                held=held.get(each.id, 0),
                suggestions=undecided.get(each.id, 0),
                handed=handed.get(each.id, (0, 0))[0],
                answered=handed.get(each.id, (0, 0))[1],
            )
            for each in statements
        }


def _is_frozen(statement: Statement, written: set[UUID]) -> bool:
    return statement.revision_number > 0 and statement.id not in written


def _answers(session: Session, statement: Statement) -> Answers:
    """Count what the board shows; of a text that is out its signatures say who stands behind it."""
    is_open, states = rounds.tally(session, statement)
    numbers = {status: states.count(status) for status in Status}
    return Answers(
        asked=sum(number for status, number in numbers.items() if status not in _NOT_ASKED),
        approved=sum(numbers[status] for status in COUNTS),
        reserved=numbers[Status.RESERVED],
        declined=numbers[Status.DECLINED] + numbers[Status.OBJECTED],
        missing=sum(numbers[status] for status in OUTSTANDING),
        is_open=is_open,
    )


_NOT_ASKED = frozenset({Status.NOT_ASKED, Status.NOBODY_TO_ASK, Status.CLOSED})
