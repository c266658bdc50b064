"""A process goes by the clock of the house: its own may be set back."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from api.infra import clock
from api.infra.database import drivers
from api.infra.database.drivers import POSTGRES_ARGS, follow_its_clock, use_postgres_safely
from api.infra.runtime import EXTENSION

if TYPE_CHECKING:
    from tests.conftest import Worlds

TOLD = datetime(2031, 5, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock.Followed, "origin", None)


def follow(instant: datetime, *, seconds: float = 0.0) -> None:
    """Hear an instant now, after a way of so many seconds there and back."""
    now = time.monotonic()
    clock.follow(instant, now - seconds / 2, now + seconds / 2)


def is_about(instant: datetime) -> bool:
    return abs(clock.now() - instant) < timedelta(seconds=1)


def test_who_follows_a_clock_goes_by_it_whatever_becomes_of_the_machine_s() -> None:
    follow(TOLD)

    for machine in (TOLD - timedelta(days=1), TOLD + timedelta(hours=1)):
        with time_machine.travel(machine):
            assert is_about(TOLD)
            assert clock.today() == TOLD.date()


def test_a_clock_that_is_followed_may_be_set_too() -> None:
    follow(TOLD)
    follow(TOLD - timedelta(hours=1))

    assert is_about(TOLD - timedelta(hours=1))


def test_what_the_way_there_and_back_may_have_taken_is_no_difference() -> None:
    follow(TOLD)
    follow(TOLD + timedelta(seconds=8), seconds=10)

    assert is_about(TOLD)


def test_a_process_goes_by_the_clock_of_postgresql(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = worlds["postgresql"].app.extensions[EXTENSION].settings
    engine = create_engine(settings.database_url, pool_pre_ping=True, connect_args=POSTGRES_ARGS)
    use_postgres_safely(engine)
    follow_its_clock(engine)
    true = datetime.now(UTC)

    with time_machine.travel(true - timedelta(days=1)):
        with engine.connect():
            pass
        assert abs(clock.now() - true) < timedelta(minutes=1), "a new connection tells"
        follow(TOLD)
        with Session(engine) as session, drivers.for_one_query(session):
            assert is_about(TOLD), "for one query, who told a moment ago is not asked again"
        monkeypatch.setattr(drivers, "PING_EVERY_SECONDS", 0.0)
        with Session(engine) as session, drivers.for_one_query(session):
            assert session.scalar(text("SELECT 1")) == 1
        assert abs(clock.now() - true) < timedelta(minutes=1), "and so does one used later"

    engine.dispose()
