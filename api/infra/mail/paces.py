"""How many letters leave over a coalition's own server in a minute, whichever workers send them.

A server blocks who sends more than it allows, so the count is rows: what a process or a Redis that
was emptied does not know would let more go. The domain of a mailbox is a mark of the day.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.infra import clock
from api.infra.database.columns import Base, OfCoalition
from api.infra.database.transactions import transaction
from api.infra.security import day_keys

A_MINUTE = timedelta(minutes=1)
ALL = b""  # stands for every domain


class LetterPace(OfCoalition, Base):
    """What was sent to the mailboxes of a domain, or to all, in a minute and in the one before."""

    __tablename__ = "letter_paces"
    __table_args__ = (UniqueConstraint("coalition_id", "domain"),)

    domain: Mapped[bytes]
    minute: Mapped[datetime]
    number: Mapped[int] = mapped_column(default=0)
    before: Mapped[int] = mapped_column(default=0)

    def seconds_until(self, most: int, now: datetime) -> int:
        """Return in how many seconds one more is no more than `most` in any minute; 0: now.

        What was sent in the minute before counts for the part of it that is not over yet.
        """
        past, room = (now - self.minute).total_seconds(), most - self.number - 1
        if room < 0:
            return math.ceil(60 - past)
        free_at = 60 * (self.before - room) / self.before if self.before else 0.0
        return max(0, math.ceil(free_at - past))


def count(coalition_id: UUID, domain: str, most: int, most_to_domain: int) -> tuple[int, int]:
    """Count a letter to a domain, if it may leave now. In no transaction.

    Return in how many seconds it may as one of all, and as one to its domain; 0 and 0: now.
    """
    with transaction() as session:
        now = clock.now()
        all_of_it = _held(session, coalition_id, ALL, now)  # first, so that nobody counts beside us
        mark = day_keys.mark(session, "limits", f"mail/{coalition_id}/{domain}")
        mine = all_of_it, _held(session, coalition_id, mark, now)
        waits = mine[0].seconds_until(most, now), mine[1].seconds_until(most_to_domain, now)
        if not any(waits):
            _count(mine)
        return waits


def _count(mine: Sequence[LetterPace]) -> None:
    for each in mine:
        each.number += 1


def _held(session: Session, coalition_id: UUID, domain: bytes, now: datetime) -> LetterPace:
    """Return a row as it is in this minute, held until the transaction ends."""
    minute = now.replace(second=0, microsecond=0)
    row = _row(session, coalition_id, domain)
    if row is None:
        row = LetterPace(
            coalition_id=coalition_id, domain=domain, minute=minute, number=0, before=0
        )
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:  # another worker has just written it
            return _held(session, coalition_id, domain, now)
    if row.minute < minute:
        row.before = row.number if row.minute == minute - A_MINUTE else 0
        row.minute, row.number = minute, 0
        if domain == ALL:
            _forget(session, coalition_id, minute)
    return row


def _row(session: Session, coalition_id: UUID, domain: bytes) -> LetterPace | None:
    query = select(LetterPace).where(
        LetterPace.coalition_id == coalition_id, LetterPace.domain == domain
    )
    return session.scalars(query.with_for_update()).first()


def _forget(session: Session, coalition_id: UUID, minute: datetime) -> None:
    """Delete what counts no more."""
    old = (LetterPace.domain != ALL, LetterPace.minute < minute - A_MINUTE)
    session.execute(delete(LetterPace).where(LetterPace.coalition_id == coalition_id, *old))
