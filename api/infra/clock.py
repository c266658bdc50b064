"""The time, always with its zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time


def now() -> datetime:
    """Return this instant in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the day in UTC."""
    return now().date()


def day() -> datetime:
    """Return the instant at which this day began: what tells no more than the day."""
    return cut(now())


def cut(at: datetime) -> datetime:
    """Return the instant at which the day of another one began, in UTC."""
    return datetime.combine(at.astimezone(UTC).date(), time(), UTC)
