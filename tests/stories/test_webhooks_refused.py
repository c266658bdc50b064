"""Receivers that misbehave: each is met as the specification says, and delays no other."""

from __future__ import annotations

import resource
import socket
import struct
import threading
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.infra import clock
from api.infra.net.http import HttpLine
from api.infra.queue import Lane
from api.webhooks import rules
from tests.support.builders import a_case, a_coalition, a_role
from tests.support.signing import letters_of
from tests.support.turns import act_at_once
from tests.support.webhook_receivers import (
    Handler,
    deliveries,
    entered,
    later,
    reaching,
    receiver,
    told,
    work,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Client

GIGABYTE = 1_000_000_000


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a call wait for a second only."""
    defaults: dict[str, Any] = dict(HttpLine.call.__kwdefaults__ or {})
    monkeypatch.setattr(HttpLine.call, "__kwdefaults__", {**defaults, "seconds": 1.0})


def instant(written: str) -> datetime:
    return datetime.fromisoformat(written)


def test_what_fails_is_told_again_by_the_schedule_and_then_its_owners_hear_of_it(
    world: World, owner: Client, coalition: str
) -> None:
    another = a_role(owner, coalition, world.user("second"), "owner")
    a_role(owner, coalition, world.user("c"), "coordinator")
    with told(world, owner, coalition) as (there, endpoint, secret):
        there.otherwise = 500
        a_case(owner, coalition)
        for attempt, pause in enumerate(rules.PAUSES, 1):
            work(world)
            (delivery,) = deliveries(owner, endpoint)
            assert (delivery["attempts"], delivery["state"]) == (attempt, "waiting")
            waits = instant(delivery["run_after"]) - instant(delivery["attempted_at"])
            assert pause <= waits <= pause * (1 + rules.JITTER) + timedelta(seconds=5)
            later(world)
        a_case(owner, coalition)
        work(world)
        later(world)
        work(world)

        assert len(set(there.ids[: len(rules.PAUSES) + 1])) == 1
        stamps = [int(each.headers["webhook-timestamp"]) for each in there.took]
        assert stamps == sorted(stamps)
        assert all(each.verified(secret) for each in there.took)
    how = owner.get(f"/v1/webhook-endpoints/{endpoint}")
    assert (how["is_enabled"], how["disabled_for"]) == (False, "failing")
    assert {each["state"] for each in deliveries(owner, endpoint)} == {"failed"}
    found = [facts for kind, facts in letters_of(world) if kind == "webhooks.disabled"]
    assert {each.to for each in found if each} == {owner.email, another.email}
    for each in found:
        assert each is not None
        assert each.facts["failing"] == "Our web site (127.0.0.1)"
        assert each.facts["gone"] is None


def test_an_endpoint_that_takes_others_is_not_switched_off_for_one(
    world: World, owner: Client, coalition: str
) -> None:
    with told(world, owner, coalition) as (there, endpoint, _):
        poison = a_case(owner, coalition)

        def choose(handler: Handler) -> None:
            is_poison = poison.encode() in there.took[-1].body
            line = b"HTTP/1.1 500 No" if is_poison else b"HTTP/1.1 200 OK"
            handler.wfile.write(line + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

        there.otherwise = choose
        for _ in range(len(rules.PAUSES) + 1):
            a_case(owner, coalition)
            for _ in range(2):
                work(world)
                later(world, timedelta())
            later(world)

    how = owner.get(f"/v1/webhook-endpoints/{endpoint}")
    assert (how["is_enabled"], how["disabled_for"]) == (True, None)
    (failed,) = deliveries(owner, endpoint, state="failed")
    assert failed["data"] == {"case_id": poison}
    assert letters_of(world) == []


def test_gone_switches_an_endpoint_off_at_once(world: World, owner: Client, coalition: str) -> None:
    with told(world, owner, coalition) as (there, endpoint, _):
        there.otherwise = 410
        a_case(owner, coalition)
        a_case(owner, coalition)
        work(world)
        later(world)
        work(world)
        a_case(owner, coalition)
        work(world)

        assert len(there.took) == 1
        here = f"/v1/webhook-endpoints/{endpoint}"
        assert owner.get(here)["disabled_for"] == "gone"
        kinds = [kind for kind, _ in letters_of(world)]
        assert kinds == ["webhooks.disabled"]
        assert len(deliveries(owner, endpoint, state="failed")) == 2

        there.otherwise = 204
        assert owner.patch(here, {"is_enabled": True})["disabled_for"] is None
        a_case(owner, coalition)
        work(world)
        assert len(there.took) == 2
        assert [facts for _, facts in letters_of(world)] == [None]  # it is wanted no more


def test_a_redirect_is_a_failure_and_leads_nowhere(
    world: World, owner: Client, coalition: str
) -> None:
    with receiver("127.0.0.2") as inner, told(world, owner, coalition) as (there, endpoint, _):
        there.headers = {"Location": inner.url}
        for status in (301, 302, 303, 307, 308):
            there.answers = [status]
            a_case(owner, coalition)
            later(world)
            work(world)
            assert deliveries(owner, endpoint)[0]["status"] in {status, None}

        assert len(there.took) == 5
        assert inner.connections == 0


@pytest.mark.parametrize(("written", "least"), [("600", 600), ("86400000", 86400), ("-5", 5)])
def test_a_receiver_that_asks_for_time_gets_it(
    world: World, owner: Client, coalition: str, written: str, least: int
) -> None:
    with told(world, owner, coalition) as (there, endpoint, _):
        there.answers, there.headers = [429], {"Retry-After": written}
        a_case(owner, coalition)
        work(world)
        before = clock.now()
        (delivery,) = deliveries(owner, endpoint)
        work(world)
        a_case(owner, coalition)
        work(world)

        assert len(there.took) == 1  # nor is it told anything else meanwhile
    waits = (instant(delivery["run_after"]) - before).total_seconds()
    assert least - 1 <= waits <= least * 1.2


def test_a_receiver_may_name_the_hour_until_which_it_wants_peace() -> None:
    now = clock.now().replace(microsecond=0)
    hour = (now + timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")

    assert rules.retry_after(hour, now) == timedelta(hours=1)
    for odd in (None, "", "soon", "\u0665", "9" * 400, "Fri, 99 Foo 2031"):
        assert timedelta() <= rules.retry_after(odd, now) <= timedelta(days=1)


def hang(over: threading.Event) -> Any:
    def how(_: Handler) -> None:
        over.wait(60)

    return how


@pytest.fixture
def over() -> Iterator[threading.Event]:
    found = threading.Event()
    yield found
    found.set()


@pytest.mark.usefixtures("impatient")
def test_one_that_hangs_is_left_and_delays_no_other(
    world: World, owner: Client, coalition: str, over: threading.Event
) -> None:
    with receiver() as quick, receiver() as slow, reaching(world, quick, slow):
        slow.otherwise = hang(over)
        hanging = [entered(owner, coalition, url=slow.url)["endpoint"]["id"] for _ in range(5)]
        entered(owner, coalition, url=quick.url)
        began = time.monotonic()
        for _ in range(20):
            a_case(owner, coalition)
        act_at_once(world, Lane.DELIVERIES, 6)
        spent = time.monotonic() - began

        assert len(quick.took) == 20
        assert quick.took[-1].at - began < 1 + spent / 2
        for each in hanging:
            (attempted,) = [d for d in deliveries(owner, each) if d["attempts"]]
            assert (attempted["status"], attempted["fault"]) == (None, "time-out")
            assert attempted["milliseconds"] < 3000


@pytest.mark.long
def test_one_that_hangs_is_left_after_twenty_seconds(
    world: World, owner: Client, coalition: str, over: threading.Event
) -> None:
    with receiver() as quick, told(world, owner, coalition) as (slow, endpoint, _):
        slow.otherwise = hang(over)
        with reaching(world, quick, slow):
            entered(owner, coalition, url=quick.url)
            a_case(owner, coalition)
            began = time.monotonic()
            act_at_once(world, Lane.DELIVERIES, 2)

    assert quick.took[0].at - began < 2
    (delivery,) = deliveries(owner, endpoint)
    assert delivery["fault"] == "time-out"
    assert 19_000 < delivery["milliseconds"] < 25_000


def drip(handler: Handler) -> None:
    """Send a byte now and then, so that no single step takes long."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(300):
        handler.wfile.write(b".")
        handler.wfile.flush()
        time.sleep(0.1)


def drip_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(300):
        handler.wfile.write(b".")
        time.sleep(0.1)


def flood(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % GIGABYTE)
    for _ in range(GIGABYTE // 100_000):
        handler.wfile.write(b"x" * 100_000)


def flood_in_chunks(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(GIGABYTE // 0x10000):
        handler.wfile.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def flood_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(GIGABYTE // 1000):
        handler.wfile.write(b"X-%d: " % number + b"x" * 1000 + b"\r\n")


def reset(handler: Handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def say_nothing(_: Handler) -> None:
    """Close the connection."""


def say_junk(handler: Handler) -> None:
    handler.wfile.write(b"\x00\xff nonsense\r\n\r\n")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("how", "faults"),
    [
        (drip, {"time-out"}),
        (drip_headers, {"time-out"}),
        (flood, {"too-large"}),
        (flood_in_chunks, {"too-large"}),
        (flood_headers, {"junk"}),
        (reset, {"broken-off"}),
        (say_nothing, {"junk"}),
        (say_junk, {"junk"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_word_says_what_a_receiver_did(
    world: World, owner: Client, coalition: str, how: Any, faults: set[str]
) -> None:
    with told(world, owner, coalition) as (there, endpoint, _):
        there.answers = [how]
        a_case(owner, coalition)
        before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
        work(world)
        spent = time.monotonic() - began
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        (delivery,) = deliveries(owner, endpoint)
        assert delivery["status"] is None
        assert delivery["fault"] in faults
        assert delivery["state"] == "waiting"
        assert spent < 10
        assert grown < 20_000  # kB

        later(world)
        work(world)
        assert there.ids == [there.ids[0]] * 2
        assert deliveries(owner, endpoint)[0]["state"] == "delivered"


def test_what_a_receiver_says_is_shown_to_nobody(
    world: World, owner: Client, coalition: str
) -> None:
    def tell(handler: Handler) -> None:
        handler.wfile.write(
            b"HTTP/1.1 500 Kestrel\r\nX-A: kestrel\r\nContent-Length: 7\r\n\r\nkestrel"
        )

    with told(world, owner, coalition) as (there, endpoint, _):
        there.otherwise = tell
        a_case(owner, coalition)
        work(world)

    shown = owner.get(f"/v1/webhook-endpoints/{endpoint}/deliveries").body
    assert b"estrel" not in shown
    assert b"estrel" not in world.rows()


def test_a_failing_one_is_not_hurried_by_many_events(
    world: World, owner: Client, coalition: str
) -> None:
    with told(world, owner, coalition) as (there, endpoint, _):
        there.otherwise = 503
        for _ in range(10):
            a_case(owner, coalition)
        for _ in range(5):
            work(world)
        assert len(there.took) == 1  # it rests

        there.otherwise = 204
        for _ in range(3):
            later(world)
            work(world)
        assert owner.get(f"/v1/webhook-endpoints/{endpoint}")["failures"] == 0
    assert len(set(there.ids)) == 10
    assert {each["state"] for each in deliveries(owner, endpoint)} == {"delivered"}


def test_many_are_told_over_one_connection(world: World, owner: Client, coalition: str) -> None:
    with told(world, owner, coalition) as (there, _, _):
        for _ in range(40):
            a_case(owner, coalition)
        work(world)

    assert len(there.took) == len(set(there.ids)) == 40
    assert there.connections == 1
    assert len(there.took) == 40
