"""What waits in a coalition, gathered from the use cases of all rungs below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import jobs
from api.connectors.service import trouble
from api.deliveries.service import responses
from api.infra.background.jobs import JobState
from api.infra.database.paging import PageRequest
from api.infra.database.transactions import reading
from api.infra.mail.letters import LetterState
from api.mailings import service as mailings
from api.mailings.service import servers
from api.moderation.service import letters as moderation
from api.reviews.service import suggestions
from api.signoffs.service import rounds
from api.statements.models import Statement
from api.statements.service import work
from api.statements.service.work import WorkFilter
from api.webhooks.service import rows as webhooks

LATE = {"case_days": 90, "demand_days": 90}  # as /v1 has it, unless one says otherwise


class WaitKind(StrEnum):
    """What waits for coordinators.

    `mail`: their own mail server takes no letters. `tool`: fails, so that nobody is handed over.
    `endpoint`: took nothing for so long that it is told nothing. `held`: signatures to look at.
    `suggestion`: to be decided. `answer`: members have not answered yet. `response`: who got a text
    long ago, and no answer is kept.
    """

    MAIL = "mail"
    TOOL = "tool"
    ENDPOINT = "endpoint"
    HELD = "held"
    SUGGESTION = "suggestion"
    ANSWER = "answer"
    RESPONSE = "response"


@dataclass(frozen=True)
class WaitingThing:
    """One thing at which something waits: a statement, or what has a label; how much of it."""

    kind: WaitKind
    label: str
    number: int = 1
    since: datetime | None = None
    statement: Statement | None = None


# By the statement: how much waits there.
_AT_STATEMENTS: Mapping[WaitKind, Callable[[Session, UUID], Mapping[UUID, int]]] = {
    WaitKind.HELD: moderation.held,
    WaitKind.SUGGESTION: suggestions.undecided,
    WaitKind.ANSWER: rounds.unanswered,
    WaitKind.RESPONSE: responses.missing,
}


def things(actor: Actor, coalition_id: UUID) -> list[WaitingThing]:
    """Return what waits for a coalition's coordinators; for others nothing does."""
    if not actor.may(coalition_id, Role.COORDINATOR):
        return []
    with reading() as session:
        return [*_broken(session, coalition_id), *_at_statements(session, coalition_id)]


def _broken(session: Session, coalition_id: UUID) -> Iterator[WaitingThing]:
    if servers.is_faulty(session, coalition_id):
        yield WaitingThing(WaitKind.MAIL, "")
    for label, since in trouble.failing(session, coalition_id).items():
        yield WaitingThing(WaitKind.TOOL, label, since=since)
    for label in webhooks.stopped(session, coalition_id):
        yield WaitingThing(WaitKind.ENDPOINT, label)


def _at_statements(session: Session, coalition_id: UUID) -> Iterator[WaitingThing]:
    found = {kind: count(session, coalition_id) for kind, count in _AT_STATEMENTS.items()}
    ids = {statement_id for numbers in found.values() for statement_id in numbers}
    query = select(Statement).where(Statement.id.in_(ids)).order_by(Statement.created_at.desc())
    texts = session.scalars(query.options(*work.WITHOUT_TEXT)).all() if ids else ()
    for kind, numbers in found.items():
        for text in texts:
            if number := numbers.get(text.id):
                yield WaitingThing(kind, text.title, number, statement=text)


def _work(actor: Actor, coalition_id: UUID) -> Mapping[str, int]:
    return work.numbers(actor, coalition_id, WorkFilter(None, **LATE))


def _failed(actor: Actor, coalition_id: UUID) -> Mapping[str, int]:
    """Count letters that failed for good and work that was given up, which have lists of theirs."""
    if not actor.may(coalition_id, Role.COORDINATOR):
        return {}
    one = PageRequest(limit=1)
    failed = mailings.of_coalition(actor, coalition_id, one, state=LetterState.FAILED)
    dead = jobs.of_coalition(actor, coalition_id, one, state=JobState.DEAD)
    return {"letter": failed.total or 0, "job": dead.total or 0}


# What else counts, by the keys of `rules/home.WAITS`.
COUNTS: tuple[Callable[[Actor, UUID], Mapping[str, int]], ...] = (_work, _failed)


def waiting(
    actor: Actor, coalition_id: UUID, found: Sequence[WaitingThing] | None = None
) -> Mapping[str, int]:
    """Return how many of each kind wait for the actor in a coalition; of `things` once found."""
    found = things(actor, coalition_id) if found is None else found
    numbers = dict(Counter(each.kind.value for each in found))
    for count in COUNTS:
        numbers |= count(actor, coalition_id)
    return numbers
