"""Real workers and a real mail server: each letter arrives, and repeats only under its own id."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.infra.background import jobs
from api.infra.background.jobs import Job, JobState
from api.infra.database.transactions import reading, transaction
from api.infra.mail import letters
from api.infra.mail.letters import Letter, LetterState
from api.infra.queue import STOP_SECONDS
from api.infra.runtime import EXTENSION
from tests.support.smtp_server import KIND, Post, promise, server
from tests.support.workers import working

if TYPE_CHECKING:
    from api.config import Settings
    from tests.conftest import World

pytestmark = pytest.mark.rest  # workers in processes of their own

WAIT_SECONDS = 60
KILLS, AT_ONCE = 50, 40
MANY = 200  # which last longer than a worker that stops waits for what it is at


def settings_of(world: World, post: Post) -> Settings:
    settings: Settings = world.app.extensions[EXTENSION].settings
    return replace(settings, smtp_url=f"smtp://127.0.0.1:{post.port}")


def unsent(world: World) -> int:
    return sum(each.state is not LetterState.SENT for each in letters_of(world))


def letters_of(world: World) -> list[Letter]:
    with world.app.app_context(), reading() as session:
        return list(session.scalars(select(Letter).where(Letter.kind == KIND)))


def wait_until_sent(world: World) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while unsent(world):
        assert time.monotonic() < until, f"{unsent(world)} letters were not sent"
        time.sleep(0.1)


def sent(world: World, post: Post) -> Counter[str]:
    """Return how often each letter that was promised came, and no other came."""
    came = Counter(post.ids)
    assert set(came) == {f"<{each.id}@localhost.localdomain>" for each in letters_of(world)}
    return came


def test_two_workers_send_each_letter_once(world: World) -> None:
    with server(Post()) as post:
        settings = settings_of(world, post)
        with working(settings, has_kind=True), working(settings, has_kind=True):
            promise(world, 30)
            wait_until_sent(world)

    assert set(sent(world, post).values()) == {1}


def test_a_worker_that_is_given_letters_does_nothing_else(world: World) -> None:
    with world.app.app_context(), transaction() as session:
        jobs.promise(session, "letters.find", None, {})
    with server(Post()) as post, working(settings_of(world, post), has_kind=True, lanes="letters"):
        promise(world, 5)
        wait_until_sent(world)
        time.sleep(1)  # in which it would do more

    with world.app.app_context(), reading() as session:
        done = session.scalars(select(Job.kind).where(Job.state != JobState.QUEUED))
        waiting = session.scalars(select(Job.kind).where(Job.state == JobState.QUEUED))
        assert (set(done), set(waiting)) == ({letters.SEND}, {"letters.find"})


def test_a_worker_that_is_told_to_stop_leaves_the_rest_to_others_at_once(world: World) -> None:
    with server(Post(seconds=0.1)) as post:
        settings = settings_of(world, post)
        with working(settings, has_kind=True) as stopped:
            promise(world, MANY)
            until = time.monotonic() + WAIT_SECONDS
            while not post.took:
                assert time.monotonic() < until, "the worker sends nothing"
                time.sleep(0.005)
            began = time.monotonic()
            stopped.terminate()
            assert stopped.wait(WAIT_SECONDS) == 0
        assert time.monotonic() - began < STOP_SECONDS / 3
        assert MANY / 2 < unsent(world) < MANY
        assert not any(each.lease for each in letters_of(world)), "one would wait for its lease"

        post.seconds = 0
        with working(settings, has_kind=True):
            wait_until_sent(world)

    assert set(sent(world, post).values()) == {1}


@pytest.mark.long
def test_fifty_killed_workers_lose_no_letter(world: World) -> None:
    chance = random.Random(50)  # noqa: S311 # to be repeatable
    with server(Post(seconds=0.01)) as post:
        settings = settings_of(world, post)
        for _ in range(KILLS):
            if unsent(world) < AT_ONCE // 2:
                promise(world, AT_ONCE)
            with working(settings, has_kind=True) as worker:
                before, until = len(post.took), time.monotonic() + WAIT_SECONDS
                while len(post.took) == before:
                    assert time.monotonic() < until, "the worker sends nothing"
                    time.sleep(0.005)
                time.sleep(chance.uniform(0, 0.3))
                worker.kill()
                worker.wait(WAIT_SECONDS)
        with working(settings, has_kind=True):
            wait_until_sent(world)

    repeated = {letter: times for letter, times in sent(world, post).items() if times > 1}
    assert len(repeated) <= KILLS
