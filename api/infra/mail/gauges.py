"""How letters stand, for whoever watches: those that are waited for, and those to many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from itertools import product

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from api.infra import clock
from api.infra.database.gauges import MOST, Gauge, GaugeReading, GaugeSource, age
from api.infra.mail.letters import Letter, LetterState

LETTERS = Gauge(
    "undersigned_letters", "Letters that were not sent; 100,000 stands for more.", ("bulk", "state")
)
OLDEST = Gauge(
    "undersigned_letters_oldest_seconds",
    "For how long the oldest letter is due; 0: none is.",
    ("bulk",),
)
BULK = {False: "no", True: "yes"}


class QueuedAs(StrEnum):
    """How a letter stands for whoever watches."""

    WAITING = "waiting"  # it is due
    LATER = "later"  # it is being sent, or was not taken, or was told to wait
    HELD = "held"
    FAILED = "failed"


def _which(now: datetime) -> Iterator[tuple[QueuedAs, ColumnElement[bool]]]:
    """Yield what each state means."""
    yield (
        QueuedAs.WAITING,
        and_(Letter.state == LetterState.QUEUED, Letter.run_after <= now),
    )
    yield QueuedAs.LATER, and_(Letter.state == LetterState.QUEUED, Letter.run_after > now)
    yield QueuedAs.HELD, Letter.state == LetterState.HELD
    yield QueuedAs.FAILED, Letter.state == LetterState.FAILED


def _read(session: Session) -> Iterator[GaugeReading]:
    numbers: Counter[tuple[str, QueuedAs]] = Counter()
    oldest: dict[str, datetime] = {}
    for state, which in _which(clock.now()):
        # As ix_letters_state_run_after has them, so that the oldest are among the first.
        of_it = select(Letter.is_bulk, Letter.run_after).where(which).order_by(Letter.run_after)
        some = of_it.limit(MOST).subquery().c
        query = select(some.is_bulk, func.count(), func.min(some.run_after)).group_by(some.is_bulk)
        for is_bulk, number, since in session.execute(query):
            numbers[BULK[is_bulk], state] = number
            if state is QueuedAs.WAITING:
                oldest[BULK[is_bulk]] = since
    for bulk, state in product(BULK.values(), QueuedAs):
        yield GaugeReading(LETTERS, numbers[bulk, state], (bulk, state))
    for bulk in BULK.values():
        yield GaugeReading(OLDEST, age(oldest.get(bulk)), (bulk,))


STANDING = GaugeSource("letters", (LETTERS, OLDEST), _read)
