"""A receiver's turn: what waits for it goes over one line, an attempt after the other.

What became of the last ones is written in the transaction that leases the next: each waits for the
disk. So a killed sender repeats what it sent since, and no more, under the same ids.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar
from uuid import uuid4

from sqlalchemy.orm import Session

from api.infra.background.jobs import Work
from api.infra.database.transactions import transaction

WRITE_SECONDS = 1.0  # what was sent in so long is written together
LOOK_SECONDS = 0.5  # between two looks whether others wait: each asks the database

Item = TypeVar("Item")
End = TypeVar("End")


class Turn(ABC, Generic[Item, End]):
    """One receiver's turn."""

    first = most = 1  # that are leased at a time, at the beginning and later

    def __init__(self, work: Work | None = None) -> None:
        """Begin it; nothing is leased yet. It ends where others wait for the thread of its job."""
        self.lease = uuid4()
        self.has_more = False  # it ended for others
        self._work, self._look_at = work, 0.0

    @abstractmethod
    def write(self, session: Session, ended: Sequence[End], size: int) -> Sequence[Item]:
        """Write how the last attempts went, none at first, and lease those that come next."""

    @abstractmethod
    def attempt(self, item: Item) -> End:
        """Send one, and say how it went. Whatever is raised leaves it leased."""

    @abstractmethod
    def is_done(self, last: End) -> bool:
        """Tell whether no more is to be sent over this line now."""

    def run(self) -> None:
        """Send until nothing waits, or the turn is over."""
        batch = self.step([], self.first)
        while batch:
            ended, is_over = self._attempted(batch)
            batch = self.step(ended, 0 if is_over else min(self.most, 4 * len(ended)))

    def step(self, ended: Sequence[End], size: int) -> Sequence[Item]:
        """Write and lease in one transaction."""
        with transaction() as session:
            if ended and self._work:
                self._work.got_on(session)
            return self.write(session, ended, size)

    def _attempted(self, batch: Sequence[Item]) -> tuple[list[End], bool]:
        """Try one after another, until the turn is over or it is time to write them down."""
        ended, is_over, until = [], False, time.monotonic() + WRITE_SECONDS
        for item in batch:
            ended.append(self.attempt(item))
            is_over = self._is_over(ended[-1])
            if is_over or time.monotonic() > until:
                break
        return ended, is_over

    def _is_over(self, last: End) -> bool:
        if self.is_done(last):
            return True
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_SECONDS
            self.has_more = self._work is not None and self._work.is_turn_over
        return self.has_more
