"""What waits in a coalition, counted from the use cases of all rungs below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from api.accounts.rules import Actor
from api.infra.database.paging import PageRequest
from api.statements.service import work
from api.statements.service.work import WorkFilter

LATE = {"case_days": 90, "demand_days": 90}  # as /v1 has it, unless one says otherwise


def _work(actor: Actor, coalition_id: UUID) -> Mapping[str, int]:
    wanted = WorkFilter(None, **LATE)
    return work.work(actor, coalition_id, PageRequest(limit=1), wanted).counts


# What counts, by the keys of `rules/home.WAITS`: each raises nothing for who may not see it.
COUNTS: tuple[Callable[[Actor, UUID], Mapping[str, int]], ...] = (_work,)


def waiting(actor: Actor, coalition_id: UUID) -> Mapping[str, int]:
    """Return how many of each kind wait for the actor in a coalition."""
    return {key: number for count in COUNTS for key, number in count(actor, coalition_id).items()}
