"""Places for what takes long in a request: a few in a process, fewer of them for one coalition.

Each holds one of the process's threads, and a core. Who finds no place is told to come again at
once: to wait for one would hold a thread too.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from api.errors import Unavailable

IN_A_PROCESS, OF_ONE = 3, 2


class Busy(Unavailable, title="Too much is being laid out or read at the moment"):
    """As much is being laid out or read here as can be at a time."""


class Bulkhead:
    """The places of one process; safe to share between threads."""

    def __init__(self, in_all: int = IN_A_PROCESS, of_one: int = OF_ONE) -> None:
        """Have so many, and so many of them for one coalition."""
        self._in_all, self._of_one = in_all, of_one
        self._taken: Counter[UUID] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def one(self, coalition_id: UUID) -> Iterator[None]:
        """Hold a place for what is done inside, or raise Busy."""
        with self._lock:
            if self._taken[coalition_id] >= self._of_one:
                raise Busy("Others here have theirs laid out or read. Try again in a moment.")
            if self._taken.total() >= self._in_all:
                raise Busy("Others have theirs laid out or read. Try again in a moment.")
            self._taken[coalition_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[coalition_id] -= 1
                self._taken += Counter()  # who has none is forgotten
