"""What is forgotten of a rush, and looked up in one: in small steps, and by an index."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlalchemy import event, func, select

from api.infra import clock
from api.infra.background import dead_letters, jobs
from api.infra.background.jobs import Job, JobState, Work
from api.infra.database import transactions
from api.infra.database.transactions import db, reading, transaction
from api.infra.security.links import Link
from api.signing import rules
from api.signing.models import LetterMark, PendingSignature
from api.signing.service import pending_batch
from tests.support.signing import a_rush

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.signing import Rush

NUMBER, AT_ONCE = 7, 2


@pytest.fixture
def rush(world: World, owner: Client) -> Rush:
    return a_rush(world, owner)


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "MOST_DELETED", AT_ONCE)
    monkeypatch.setattr(rules, "AT_ONCE", AT_ONCE)


@contextmanager
def noted(world: World) -> Iterator[list[tuple[str, Any, int]]]:
    """Give what the database is asked inside, with how many rows each statement was about."""
    seen: list[tuple[str, Any, int]] = []

    def note(_: Any, cursor: Any, statement: str, given: Any, *__: Any) -> None:
        seen.append((statement, given, cursor.rowcount))

    with world.app.app_context():
        event.listen(db.engine, "after_cursor_execute", note)
        yield seen
        event.remove(db.engine, "after_cursor_execute", note)


def most_deleted(seen: list[tuple[str, Any, int]]) -> int:
    return max(number for statement, _, number in seen if statement.startswith("DELETE"))


def count(world: World, model: Any) -> int:
    with world.app.app_context(), reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def ask(rush: Rush) -> None:
    for number in range(NUMBER):
        assert rush.sent(f"p{number}@specimen.example").status == 202
    rush.work()


def test_what_nobody_confirmed_goes_in_small_steps_with_its_links_and_marks(rush: Rush) -> None:
    world, models = rush.world, (PendingSignature, LetterMark)
    with time_machine.travel("2031-05-14T10:00:00+00:00", tick=False) as time:
        ask(rush)
        assert [count(world, each) for each in models] == [NUMBER] * 2
        time.shift(7 * 24 * 3600 + 1)
        with noted(world) as seen:
            pending_batch.forget()

    assert [count(world, each) for each in models] == [0, 0]
    with world.app.app_context(), reading() as session:
        assert session.scalars(select(Link).where(Link.purpose == rules.CONFIRM)).all() == []
    assert most_deleted(seen) == AT_ONCE


def test_a_letter_counts_for_a_day_and_its_mark_is_gone_after_two(rush: Rush) -> None:
    with time_machine.travel("2031-05-14T23:59:00+00:00", tick=False) as time:
        ask(rush)
        time.shift(24 * 3600)
        rush.work()
        assert count(rush.world, LetterMark) == NUMBER
        time.shift(24 * 3600)
        rush.work()

    assert count(rush.world, LetterMark) == 0


def test_what_was_received_for_a_coalition_that_is_deleted_goes_in_small_steps(
    rush: Rush,
) -> None:
    ask(rush)

    with noted(rush.world) as seen:
        pending_batch.forget_coalition(UUID(rush.coalition))

    assert count(rush.world, PendingSignature) == 0
    assert most_deleted(seen) == AT_ONCE


def test_jobs_that_were_done_long_ago_go_in_small_steps(world: World) -> None:
    long_ago = clock.now() - dead_letters.KEPT - timedelta(days=1)
    done = {"state": JobState.DONE, "finished_at": long_ago}
    with world.app.app_context(), transaction() as session:
        session.add_all([Job(kind="letters.find", facts={}, **done) for _ in range(NUMBER)])
        jobs.promise(session, "letters.find", None, {})

    with noted(world) as seen:
        dead_letters.forget(Work(uuid4(), "jobs.forget", {}, None, uuid4(), 1))

    assert count(world, Job) == 1
    assert most_deleted(seen) == AT_ONCE


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_how_many_letters_an_address_got_is_found_by_an_index(rush: Rush) -> None:
    with noted(rush.world) as seen:
        rush.sent("a@specimen.example")
        rush.work()
    asked = next(each for each in seen if "letter_marks.address IN" in each[0])
    with rush.world.app.app_context(), db.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[0]}", asked[1]).all()

    assert "(day=? AND address=?)" in str(plan), plan
