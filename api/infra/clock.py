"""The time, always with its zone.

A process goes by its machine's clock, or by one that all processes share (`follow`): then its own
may be set back and forth, as only the monotonic one runs on between two looks at the other.
"""

from __future__ import annotations

import time as machine
from datetime import UTC, date, datetime, time, timedelta

ALIKE_SECONDS = 0.1  # clocks that are so close are one; following each wink would run back at times


class Followed:
    """The clock that is followed: what it said when the monotonic one began; None: none is."""

    origin: datetime | None = None


def now() -> datetime:
    """Return this instant in UTC."""
    if Followed.origin is None:
        return datetime.now(UTC)
    return Followed.origin + timedelta(seconds=machine.monotonic())


def follow(instant: datetime, asked: float, heard: float) -> None:
    """Go from now on by a clock that was asked and heard at these moments of the monotonic one.

    What the way there and back may have taken is no difference.
    """
    origin = instant.astimezone(UTC) - timedelta(seconds=(asked + heard) / 2)
    unsure = timedelta(seconds=max(heard - asked, ALIKE_SECONDS))
    if Followed.origin is None or abs(origin - Followed.origin) > unsure:
        Followed.origin = origin


def today() -> date:
    """Return the day in UTC."""
    return now().date()


def day() -> datetime:
    """Return the instant at which this day began: what tells no more than the day."""
    return cut(now())


def cut(at: datetime) -> datetime:
    """Return the instant at which the day of another one began, in UTC."""
    return datetime.combine(at.astimezone(UTC).date(), time(), UTC)
