"""How things stand in the database, for whoever watches; asked when somebody looks, not counted.

Who knows a table says how it stands (`GaugeSource`). Each asks for what an index has, and counts no
further than MOST: to watch a house that is in trouble must not be one more trouble.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, func, literal, select
from sqlalchemy.orm import Session

from api.infra import clock
from api.infra.database.columns import Base

MOST = 100_000  # that are counted of anything: there, it is many
MOST_OF_ONE = 10_000  # the same, of one receiver


@dataclass(frozen=True)
class Gauge:
    """Something that stands at a number. Its labels take words of ours only."""

    name: str
    told: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class GaugeReading:
    """A number that a gauge stands at, with the words of its labels."""

    gauge: Gauge
    value: float
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class GaugeSource:
    """Who tells how a part of the database stands: each time, all words of all its gauges."""

    name: str
    gauges: tuple[Gauge, ...]
    read: Callable[[Session], Iterable[GaugeReading]]


def age(since: datetime | None) -> float:
    """Return for how many seconds something has waited; 0: nothing does."""
    return max(0.0, (clock.now() - since).total_seconds()) if since else 0.0


def number_for(owner: type[Base], *mine: ColumnElement[bool]) -> ScalarSelect[int]:
    """Return, for each row of a table, how many others are its own, up to MOST_OF_ONE."""
    some = select(literal(1)).where(*mine).limit(MOST_OF_ONE).correlate(owner).subquery()
    return select(func.count()).select_from(some).scalar_subquery()
