"""Real workers on each kind of queue: what was promised is done, whatever kills them."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import func, select

from api.infra.background import jobs
from api.infra.background.jobs import Job, JobState
from api.infra.database.transactions import reading, transaction
from api.infra.queue import Queue
from api.infra.runtime import EXTENSION
from tests.contracts.job_worker import KIND
from tests.support import redis as redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.config import Settings
    from tests.conftest import World, Worlds

pytestmark = pytest.mark.rest  # workers that are killed take their leases along

WAIT_SECONDS = 60
KILLS, AT_ONCE = 50, 200
QUEUES = [("sqlite", "sqlite"), ("postgresql", "postgresql"), ("postgresql", "redis")]


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str | None]:
    yield from redis_server.server()


@pytest.fixture(params=QUEUES, ids=lambda pair: f"{pair[0]} with {pair[1]}")
def house(
    request: pytest.FixtureRequest, worlds: Worlds, redis_url: str | None, tmp_path: Path
) -> Iterator[House]:
    """A world whose jobs travel by one kind of queue."""
    engine, kind = request.param
    world = worlds[engine]
    settings: Settings = world.app.extensions[EXTENSION].settings
    if kind == "redis" and redis_url is None:
        redis_server.leave_out()
    url = {"sqlite": f"sqlite:///{tmp_path}/queue", "redis": redis_url, "postgresql": None}[kind]
    settings = replace(settings, queue_url=url)
    found = House(world, settings, tmp_path / "sink")
    with found.queue(settings.queue):
        yield found
    world.empty()
    if url is None:  # the queue's tables lie beside ours, which others look at
        with psycopg.connect(settings.queue, autocommit=True) as connection:
            connection.execute("DROP TABLE queue_counter, queue_kv, queue_schedule, queue_task")


class House:
    """A world, and workers of its own."""

    def __init__(self, world: World, settings: Settings, sink: Path) -> None:
        self.world, self.settings, self.sink = world, settings, sink
        sink.touch()

    @contextmanager
    def queue(self, url: str) -> Iterator[None]:
        """Have the world send its jobs by another queue."""
        extensions = self.world.app.extensions
        before, queue = extensions[EXTENSION], Queue(url)
        extensions[EXTENSION] = replace(before, queue=queue)
        yield
        queue.close()
        extensions[EXTENSION] = before

    def promise(self, count: int) -> None:
        with self.world.app.app_context(), transaction() as session:
            for number in range(count):
                jobs.promise(session, KIND, None, {"number": number})

    def promise_and_roll_back(self) -> None:
        with self.world.app.app_context(), suppress(ZeroDivisionError), transaction() as session:
            jobs.promise(session, KIND, None, {})
            raise ZeroDivisionError

    @contextmanager
    def worker(self, seconds: float = 0.0) -> Iterator[subprocess.Popen[bytes]]:
        words = [json.dumps(asdict(self.settings)), str(self.sink), str(seconds)]
        command = [sys.executable, "-m", "tests.contracts.job_worker", *words]
        with subprocess.Popen(command) as process:  # noqa: S603 # our own module
            try:
                yield process
            finally:
                process.kill()

    def told(self) -> list[UUID]:
        return [UUID(line) for line in self.sink.read_text().splitlines()]

    def ids(self) -> set[UUID]:
        with self.world.app.app_context(), reading() as session:
            return set(session.scalars(select(Job.id).where(Job.kind == KIND)))

    def unfinished(self) -> int:
        with self.world.app.app_context(), reading() as session:
            query = select(func.count()).where(Job.kind == KIND, Job.state != JobState.DONE)
            return session.scalar(query) or 0

    def wait_until_done(self) -> None:
        until = time.monotonic() + WAIT_SECONDS
        while self.unfinished():
            assert time.monotonic() < until, f"{self.unfinished()} jobs were not done"
            time.sleep(0.05)


def test_what_was_promised_is_done_once_and_what_was_rolled_back_never(house: House) -> None:
    house.promise_and_roll_back()
    house.promise(3)

    with house.worker() as worker:
        house.promise(3)
        house.wait_until_done()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(WAIT_SECONDS) == 0

    assert sorted(house.told()) == sorted(house.ids())
    assert len(house.told()) == 6


def test_a_killed_worker_s_job_is_done_by_the_next_one(house: House) -> None:
    house.promise(1)
    with house.worker(seconds=30) as worker:
        _wait_for(house, JobState.RUNNING)
        worker.kill()
        worker.wait(WAIT_SECONDS)

    with house.worker():
        house.wait_until_done()

    assert len(house.told()) == 1


def test_a_job_that_takes_longer_than_its_lease_keeps_it(house: House) -> None:
    house.promise(1)

    with house.worker(seconds=3), house.worker(seconds=3):
        house.wait_until_done()

    assert len(house.told()) == 1


def test_a_queue_that_does_not_answer_delays_and_loses_nothing(house: House) -> None:
    with house.queue("redis://127.0.0.1:1"):
        house.promise(2)

    with house.worker():
        house.wait_until_done()


@pytest.mark.long
def test_fifty_killed_workers_lose_nothing(house: House) -> None:
    chance = random.Random(50)  # noqa: S311 # to be repeatable
    promised = 0
    for _ in range(KILLS):
        if house.unfinished() < AT_ONCE // 4:
            house.promise(AT_ONCE)
            promised += AT_ONCE
        with house.worker(seconds=0.02) as worker:
            before = len(house.told())
            until = time.monotonic() + WAIT_SECONDS
            while len(house.told()) == before:
                assert time.monotonic() < until, "the worker does nothing"
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.3))
            worker.kill()
            worker.wait(WAIT_SECONDS)
    with house.worker():
        house.wait_until_done()

    assert len(house.ids()) == promised
    assert set(house.told()) == house.ids()


def _wait_for(house: House, state: JobState) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while True:
        with house.world.app.app_context(), reading() as session:
            if session.scalar(select(func.count()).where(Job.state == state)):
                return
        assert time.monotonic() < until, f"no job is {state}"
        time.sleep(0.05)
