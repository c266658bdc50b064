"""Limits that several processes count in one Redis: nobody stands in it, and none waits for it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import redis

from api.config import ALONE
from api.infra import queue
from api.infra.database.transactions import reading, transaction
from api.infra.net import rate_limits
from api.infra.net.rate_limits import Rate, RateLimits
from api.infra.queue import Queue
from api.infra.runtime import EXTENSION
from api.infra.security.day_keys import mark_alone
from api.web import health
from tests.support import redis as redis_server
from tests.support.signing import a_rush
from tests.support.tcp_proxy import wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Answer, Client
    from tests.support.signing import Rush
    from tests.support.tcp_proxy import Wire

RATE = Rate(a_minute=9, an_hour=9)
ADDRESS, PREFIX = "203.0.113.77", "203.0.113"


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    for url in redis_server.server():
        if url is None:
            redis_server.leave_out()
        yield url


@pytest.fixture
def laid(redis_url: str) -> Iterator[Wire]:
    parts = urlsplit(redis_url)
    with wire(parts.hostname or "127.0.0.1", parts.port or 6379) as laid:
        yield laid


@pytest.fixture
def shared(
    world: World, redis_url: str, laid: Wire, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RateLimits]:
    """The world's limits in a Redis, over a wire that can hang."""
    made = RateLimits(f"redis://127.0.0.1:{laid.port}{urlsplit(redis_url).path}", mark_alone)
    runtime = world.app.extensions[EXTENSION]
    monkeypatch.setitem(world.app.extensions, EXTENSION, replace(runtime, rate_limits=made))
    monkeypatch.setattr(health, "KNOWN_SECONDS", 0.0)
    yield made
    laid.mend()
    RateLimits(redis_url, mark_alone).close()
    world.empty()


def sign(rush: Rush, number: int) -> Answer:
    return rush.world.stranger().send(
        "POST",
        f"{rush.path}/signatures",
        rush.body(f"p{number}@specimen.example"),
        environ_base={"REMOTE_ADDR": ADDRESS},
    )


def keys(redis_url: str) -> list[str]:
    with redis.Redis.from_url(redis_url) as client:
        return [each.decode() for each in client.scan_iter("LIMITS*")]


def test_what_stands_in_it_tells_neither_who_nor_what(
    world: World, owner: Client, shared: RateLimits, redis_url: str
) -> None:
    rush = a_rush(world, owner)
    assert sign(rush, 1).status == 202
    assert world.stranger().get(f"{rush.path}/challenge").status == 200

    found = keys(redis_url)
    assert [key for key in found if "seen/" in key]
    for key in found:
        assert PREFIX not in key
        assert rush.address not in key
        assert rush.statement not in key
    assert sum(sign(rush, number).status == 429 for number in range(2, 12)) == 5
    assert len(keys(redis_url)) == len(found)


def test_nothing_is_counted_in_a_transaction(world: World) -> None:
    """A mark of the day may open one of its own: only a house with a Redis would tell."""
    limits = RateLimits(ALONE, mark_alone)
    with world.app.app_context():
        limits.hit(RATE, "specimen")
        with transaction(), pytest.raises(RuntimeError, match="use case"):
            limits.hit(RATE, "specimen")
        with reading(), pytest.raises(RuntimeError, match="use case"):
            limits.seen("specimen")


@pytest.mark.parametrize("fault", ["hangs", "is down"])
def test_while_it_does_not_answer_each_process_counts_by_itself(
    request: pytest.FixtureRequest, owner: Client, shared: RateLimits, laid: Wire, fault: str
) -> None:
    world: World = request.getfixturevalue("world")
    rush = a_rush(world, owner)
    assert sign(rush, 1).status == 202
    if fault == "hangs":
        laid.hang()
    else:
        laid.cut()

    began = time.monotonic()
    answers = [sign(rush, number).status for number in range(2, 12)]

    assert answers == [202] * 6 + [429] * 4
    assert time.monotonic() - began < 10
    ready = world.stranger().get("/readyz")
    assert (ready.status, ready["status"], ready["limits"]) == (200, "degraded", False)


def test_it_is_asked_again_when_it_is_back(
    world: World, owner: Client, shared: RateLimits, laid: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "PAUSE_SECONDS", 0.1)
    rush = a_rush(world, owner)
    assert [sign(rush, number).status for number in range(7)][-1] == 429
    laid.hang()
    assert sign(rush, 8).status == 202
    laid.mend()
    time.sleep(0.2)

    assert sign(rush, 9).status == 429


def test_a_queue_that_hangs_makes_a_request_wait_once(
    world: World, owner: Client, laid: Wire, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(health, "KNOWN_SECONDS", 0.0)
    made = Queue(f"redis://127.0.0.1:{laid.port}{urlsplit(redis_url).path}")
    runtime = world.app.extensions[EXTENSION]
    monkeypatch.setitem(world.app.extensions, EXTENSION, replace(runtime, queue=made))
    laid.hang()

    began = time.monotonic()
    rush = a_rush(world, owner)
    assert sign(rush, 1).status == 202
    assert time.monotonic() - began < 10
    ready = world.stranger().get("/readyz")
    assert (ready.status, json.loads(ready.body)["queue"]) == (200, False)
    laid.mend()
    made.close()
    world.empty()
