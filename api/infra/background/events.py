"""Events: what happened, told to the higher rungs by the rung that did it.

A `Listener` acts in the same transaction, so that no reader sees the one without the other; a kind
of job that listens (`JobKind.on`) acts after it. docs/events.md lists them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from api.infra.background import jobs
from api.infra.runtime import runtime


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


_Event = TypeVar("_Event", bound=Event)


@dataclass(frozen=True)
class Listener(Generic[_Event]):
    """Who acts inside the transaction that announces an event."""

    event: type[_Event]
    act: Callable[[Session, _Event], None]


def announce(session: Session, event: Event) -> None:
    """Tell what happened to whoever listens to it."""
    for listener in runtime().wiring.all(Listener):
        if listener.event is type(event):
            listener.act(session, event)
    for kind in jobs.kinds().values():
        if type(event) in kind.on:
            jobs.promise(session, kind.name, event.coalition_id, event.facts())
