"""Events: what happened, told to the higher rungs by the rung that did it.

Who listens `at_once` acts in the same transaction, so that no reader sees the one without the
other; who listens by a job (`jobs.job(…, on=…)`) acts after it. docs/events.md lists them all.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

from api.infra.background import jobs

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happened in a coalition; ids and plain values, nothing personal."""

    coalition_id: UUID

    def facts(self) -> dict[str, str]:
        """Return it as the facts of a job, each as text, ids with commas between them.

        They lie in the table until the job is done, by a later version it may be: keep their names.
        """
        return {each.name: _text(getattr(self, each.name)) for each in fields(self)}


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


AT_ONCE: dict[type[Event], list[Callable[[Session, Any], None]]] = {}

_Act = TypeVar("_Act", bound="Callable[[Session, Any], None]")


def at_once(event: type[Event]) -> Callable[[_Act], _Act]:
    """Have a function act inside the transaction that announces an event."""

    def register(act: _Act) -> _Act:
        AT_ONCE.setdefault(event, []).append(act)
        return act

    return register


def announce(session: Session, event: Event) -> None:
    """Tell what happened to whoever listens to it."""
    for act in AT_ONCE.get(type(event), ()):
        act(session, event)
    for kind in jobs.LISTENERS.get(type(event), ()):
        jobs.promise(session, kind, event.coalition_id, event.facts())
