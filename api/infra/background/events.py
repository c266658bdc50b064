"""Events: what happened, told to the higher rungs by the rung that did it.

Who listens `at_once` acts in the same transaction, so that no reader sees the one without the
other; who listens by a job (`jobs.job(…, on=…)`) acts after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from api.infra.background import jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from sqlalchemy.orm import Session

    Act = Callable[[Session, UUID, Mapping[str, str]], None]

AT_ONCE: dict[str, list[Act]] = {}

_Act = TypeVar("_Act", bound="Act")


def at_once(event: str) -> Callable[[_Act], _Act]:
    """Have a function act inside the transaction that announces an event."""

    def register(act: _Act) -> _Act:
        AT_ONCE.setdefault(event, []).append(act)
        return act

    return register


def announce(session: Session, event: str, coalition_id: UUID, **facts: str) -> None:
    """Tell what happened; facts are ids and plain values, nothing personal."""
    for act in AT_ONCE.get(event, ()):
        act(session, coalition_id, facts)
    for kind in jobs.LISTENERS.get(event, ()):
        jobs.promise(session, kind, coalition_id, {"coalition_id": str(coalition_id), **facts})
