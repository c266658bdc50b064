"""Rows of what waits to leave, in whichever table: the statements over their columns.

A row is leased by an id and an instant: who sends it writes that lease, and what became of it only
while the lease is still there. A killed sender's lease runs out, and the row is due again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    SQLColumnExpression,
    Update,
    and_,
    bindparam,
    select,
    update,
)
from sqlalchemy.orm import Session

from api.infra import clock


@dataclass(frozen=True)
class Ended:
    """How one attempt went: what of its row is written with the lease of the next."""

    id: UUID
    values: Mapping[str, object]


class Outbox:
    """One table of what waits. Its statements are made once: anew, they cost half of a letter."""

    def __init__(self, model: Any, waiting: StrEnum) -> None:
        """Take a table of `Outgoing` rows, and the state of those that are to be sent."""
        self.model, self.waiting = model, waiting
        self.columns = model.__table__.c
        mine = (
            self.columns.id == bindparam("its_id"),
            self.columns.lease == bindparam("its_lease"),
        )
        self._end = self._update().where(*mine)

    def _update(self) -> Update:
        """Change rows that wait. It goes around the session, which knows none of them."""
        return update(self.model.__table__).where(self.columns.state == self.waiting)

    def due(self, at: datetime | BindParameter[datetime] | None = None) -> ColumnElement[bool]:
        """Return the condition that a row is to be sent now, or at a moment that comes later."""
        moment = clock.now() if at is None else at
        return and_(self.model.state == self.waiting, self.model.run_after <= moment)

    def taking(
        self, whose: ColumnElement[bool], order: Sequence[SQLColumnExpression[object]], *found: str
    ) -> Update:
        """Return the statement with which `take` leases what waits longest of one receiver.

        It returns the columns that are `found`.
        """
        first = select(self.columns.id).where(self.due(bindparam("now")), whose)
        first = first.order_by(*order).limit(bindparam("size")).with_for_update(skip_locked=True)
        # By a CTE: a plan may run a subquery more than once, and it would lease more than asked.
        # Of these ids alone: asked for their state too, SQLite goes through all that wait.
        lease = update(self.model.__table__).where(
            self.columns.id.in_(select(first.cte("longest").c.id))
        )
        taken = lease.values(lease=bindparam("its_lease"), run_after=bindparam("until"))
        return taken.returning(*(self.columns[name] for name in found))

    def take(
        self, session: Session, taking: Update, lease: UUID, *, until: timedelta, size: int = 1
    ) -> Sequence[Any]:
        """Lease what waits longest for as long as sending it may take; in no order."""
        now = clock.now()
        given = {"now": now, "size": size, "its_lease": lease, "until": now + until}
        return session.connection().execute(taking, given).all()

    def end(self, session: Session, lease: UUID, ended: Sequence[Ended]) -> int:
        """Write how attempts went, of the rows that nobody else has taken; return how many."""
        mine = {"its_lease": lease, "lease": None}
        rows = [{**mine, **each.values, "its_id": each.id} for each in ended]
        return session.connection().execute(self._end, rows).rowcount if rows else 0

    def give_back(self, session: Session, lease: UUID, whose: ColumnElement[bool]) -> None:
        """Let others have what was leased and not tried."""
        mine = self._update().where(whose, self.columns.lease == lease)
        session.connection().execute(mine.values(lease=None, run_after=clock.now()))

    def stop(self, session: Session, *which: ColumnElement[bool], **values: object) -> int:
        """Send rows that wait no more, as a restore or a receiver that is gone asks for."""
        stopped = self._update().where(*which).values(lease=None, **values)
        return session.connection().execute(stopped).rowcount

    def anew(self, run_after: datetime | None = None) -> dict[str, object]:
        """Return what a row becomes that is to be sent as if it had not been tried."""
        at = run_after or clock.now()
        none = {"attempts": 0, "lease": None, "fault": None}
        return {"state": self.waiting, "run_after": at, **none}
