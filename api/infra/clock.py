"""The time, always with its zone."""

from __future__ import annotations

from datetime import UTC, date, datetime


def now() -> datetime:
    """Return this instant in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the day in UTC."""
    return now().date()
