"""Whose turn it is: who waits longest, what somebody waits for, and few of those that failed."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from api.cli import serving
from api.infra.background import jobs, lanes, worker
from api.infra.background.jobs import Job, JobKind, JobState
from api.infra.database.transactions import reading, transaction
from api.infra.queue import Lane
from tests.support.turns import come, end, threads_of
from tests.support.wiring import added

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

    from api.infra.background.jobs import Work
    from tests.conftest import World

KIND, WAITED_FOR = "tests.turn", "tests.waited_for"
PATIENCE = 10.0


@contextmanager
def acting(world: World, act: Callable[[Work], Any]) -> Iterator[None]:
    some = JobKind(KIND, act, lane=Lane.PUSHES)
    first = JobKind(WAITED_FOR, act, lane=Lane.PUSHES, is_waited_for=True)
    with added(world.app, some, first):
        yield


def promised(world: World, name: str, kind: str = KIND, fault: str | None = None) -> None:
    with world.app.app_context(), transaction() as session:
        jobs.promise(session, kind, None, {"name": name}, fault=fault)


def states(world: World) -> set[JobState]:
    with world.app.app_context(), reading() as session:
        return {each.state for each in session.query(Job)}


class Held:
    """Turns that last until they are let go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.over = threading.Event()

    def act(self, work: Work) -> None:
        self.begun.append(work.facts["name"])
        self.over.wait(PATIENCE)

    def wait_for(self, number: int) -> list[str]:
        """Return who has begun, once these are so many."""
        until = time.monotonic() + PATIENCE
        while len(self.begun) < number:
            assert time.monotonic() < until, f"of {number} only {self.begun} are begun"
            time.sleep(0.01)
        return self.begun


def test_who_had_no_turn_yet_goes_before_those_who_had_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TURN_SECONDS", 0.0)
    monkeypatch.setattr(jobs, "FIRST_TURN_SECONDS", 0.0)
    done: list[str] = []

    def act(work: Work) -> None:
        done.append(work.facts["name"])
        if len(done) == 2:
            promised(world, "new")
        if done.count(work.facts["name"]) < 3 and work.is_turn_over:
            raise jobs.Again(work.facts)

    with acting(world, act):
        promised(world, "one")
        promised(world, "another")
        threads = threads_of(world, Lane.PUSHES, 1)
        come(threads)
        end(threads)

    turn = ["one", "another", "new"]
    assert done == [*turn, *turn, *turn]
    assert states(world) == {JobState.DONE}


def test_an_id_that_was_sent_often_is_one_turn(world: World) -> None:
    held = Held()
    with acting(world, held.act):
        promised(world, "one")
        threads = threads_of(world, Lane.PUSHES, 4)
        come(threads, 4)
        held.wait_for(1)
        held.over.set()
        end(threads)

    assert held.begun == ["one"]


def test_what_somebody_waits_for_goes_first_and_has_a_thread_that_no_other_takes(
    world: World,
) -> None:
    held = Held()
    with acting(world, held.act):
        for number in range(6):
            promised(world, f"to many {number}")
        threads = threads_of(world, Lane.PUSHES, 4)
        come(threads, 6)
        held.wait_for(3)
        promised(world, "waited for", WAITED_FOR)
        come(threads)
        assert held.wait_for(4)[3] == "waited for"
        held.over.set()
        end(threads)

    assert len(held.begun) == 7


def test_receivers_that_failed_last_have_half_of_the_threads(world: World) -> None:
    held = Held()
    with acting(world, held.act):
        for number in range(4):
            promised(world, f"failed {number}", WAITED_FOR, fault="time-out")
        threads = threads_of(world, Lane.PUSHES, 4)
        come(threads, 4)
        held.wait_for(2)
        promised(world, "well", WAITED_FOR)
        come(threads)
        assert held.wait_for(3)[2] == "well"
        held.over.set()
        end(threads)

    assert len(held.begun) == 5


def test_a_receiver_that_hangs_gives_its_place_to_another(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "HANGS_SECONDS", 0.3)
    held = Held()
    with acting(world, held.act):
        for number in range(20):
            promised(world, f"hangs {number}")
        threads = threads_of(world, Lane.PUSHES, 1)
        come(threads, lanes.MOST)
        held.wait_for(lanes.MOST)
        held.over.set()
        end(threads)

    assert len(held.begun) == 20


def test_a_worker_is_given_lanes_by_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[int, list[Lane]]] = []
    monkeypatch.setattr(serving, "app", lambda _: None)
    monkeypatch.setattr(serving, "watched", lambda *_: None)
    monkeypatch.setattr("api.config.read", lambda: None)
    monkeypatch.setattr(worker, "run", lambda _, number, of: given.append((number, list(of))))

    for words in ([], ["--threads", "3", "--lanes", "letters, deliveries"]):
        assert CliRunner().invoke(serving.worker, words).exit_code == 0
    wrong = CliRunner().invoke(serving.worker, ["--lanes", "letters,parcels"])

    assert given == [(2, list(Lane)), (3, [Lane.LETTERS, Lane.DELIVERIES])]
    assert wrong.exit_code == 2
    assert "short, letters, deliveries, pushes, documents" in wrong.output
