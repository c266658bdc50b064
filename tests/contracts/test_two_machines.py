"""Two machines, of which one is killed fifty times while people sign: nothing is lost or doubled.

A machine is a web process and a worker with an address of its own; both have one PostgreSQL, one
Redis and one S3. Who asks tries again at the other one, with the key of docs/idempotency.md.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from api.infra.background.jobs import Job, JobState
from api.infra.database.transactions import reading
from api.infra.mail.letters import Letter, LetterState
from api.infra.security import keys
from api.organisations.models import Organisation
from api.signing.models import PendingSignature
from api.web.idempotency import LEASE
from tests.contracts.test_letter_workers import settings_of
from tests.contracts.test_rush import kill, serving
from tests.support import redis as redis_server
from tests.support.postgres import free_port
from tests.support.s3 import S3
from tests.support.signing import Rush, a_network, a_rush
from tests.support.smtp_server import Post, server
from tests.support.workers import working

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from api.config import Settings
    from tests.conftest import World, Worlds
    from tests.support.client import Client

KILLS, SIGNING, PAUSE_SECONDS = 50, 3, 0.3
WELL_SECONDS, PATIENCE_SECONDS = 60.0, 120.0
# Whoever is killed at a request leaves its key taken for a lease: twice in turn, and once more.
ASKING_SECONDS = 4 * LEASE.total_seconds()
AGAIN = {0, 409, 429, 502, 503, 504}  # 0: no answer
Asked = tuple[str, str, dict[str, Any], dict[str, str]]  # what it makes, path, body, headers
Send = Callable[[int], Asked]


@dataclass
class Machine:
    """One of the two, and how /readyz is answered there while nobody kills it."""

    world: World
    settings: Settings
    post: Post
    port: int = field(default_factory=free_port)
    readiness: Counter[int] = field(default_factory=Counter)
    is_alive: bool = False
    kills: int = 0
    _running: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        """Start both anew, and wait until the web process is ready."""
        self._web: subprocess.Popen[bytes] = self._running.enter_context(
            serving(self.world, self.post, self.port, self.settings)
        )
        self._worker = self._running.enter_context(working(self.settings))
        wait(lambda: self.ready() == 200, PATIENCE_SECONDS, lambda: "it does not come up")
        self.is_alive = True

    def kill(self, between: float) -> None:
        """Kill the web process and, so many seconds later, the worker."""
        self.is_alive = False
        kill(self._web.pid)
        time.sleep(between)
        self._worker.kill()
        self.end()
        self.kills += 1

    def end(self) -> None:
        self._running.close()

    def ready(self) -> int:
        return self.asked("GET", "/readyz")[0]

    def asked(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Send one request; 0 is no answer."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=15)) as connection:
            try:
                connection.request(method, path, json.dumps(body) if body else None, headers or {})
                with connection.getresponse() as answer:
                    return answer.status, answer.read()
            except (OSError, HTTPException):
                return 0, b""

    def watch(self, over: threading.Event) -> None:
        """Count the answers of /readyz that nobody killed meanwhile."""
        while not over.wait(0.2):
            kills, was_alive, status = self.kills, self.is_alive, self.ready()
            if was_alive and self.is_alive and kills == self.kills:
                self.readiness[status] += 1


@dataclass
class Caller:
    """Who asks one thing after the other, each until it is answered."""

    machines: list[Machine]
    send: Send
    answers: dict[str, int] = field(default_factory=dict)
    given_up: dict[str, bytes] = field(default_factory=dict)  # what it was told at last
    tries: int = 0

    def go_on(self, over: threading.Event) -> None:
        while not over.wait(PAUSE_SECONDS):
            what, path, body, headers = self.send(len(self.answers))
            key = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
            until, status, said = time.monotonic() + ASKING_SECONDS, 0, b""
            while time.monotonic() < until:
                at = self.machines[self.tries % len(self.machines)]
                status, said = at.asked("POST", path, body, {**headers, **key})
                if status not in AGAIN or b"answer-not-kept" in said:  # it was carried out
                    break
                self.tries += 1
                time.sleep(0.1)
            else:
                self.given_up[what] = said
            self.answers[what] = status


def wait(happened: Callable[[], object], seconds: float, still: Callable[[], object]) -> None:
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < seconds, still()
        time.sleep(0.1)


def waiting(world: World, rush: Rush) -> list[tuple[object, ...]]:
    """Return what is promised and not done: signatures, letters and jobs, also what failed."""
    mine = PendingSignature.statement_id == UUID(rush.statement)
    queries = (
        select(PendingSignature.id).where(mine, PendingSignature.taken_in_at.is_(None)),
        select(Letter.kind, Letter.state, Letter.fault).where(Letter.state != LetterState.SENT),
        select(Job.kind, Job.state, Job.fault).where(Job.state != JobState.DONE),
    )
    with world.app.app_context(), reading() as session:
        return [tuple(row) for query in queries for row in session.execute(query)]


def drained(world: World, rush: Rush) -> None:
    """Wait until nothing waits; it becomes less all the time, though a slow machine has a lot."""
    left, since = waiting(world, rush), time.monotonic()
    while left:
        assert time.monotonic() - since < WELL_SECONDS, left
        time.sleep(0.1)
        now = waiting(world, rush)
        if len(now) < len(left):
            since = time.monotonic()
        left = now


def signed_by(world: World, rush: Rush) -> Counter[str]:
    """Return how often each address has signed."""
    query = select(PendingSignature).where(PendingSignature.statement_id == UUID(rush.statement))
    with world.app.app_context(), reading() as session:
        rows = session.scalars(query).all()
        return Counter(keys.read(session, each, PendingSignature.request)["email"] for each in rows)


def founded(world: World, coalition: str) -> Counter[str]:
    """Return how often each organisation is there."""
    query = select(Organisation.names).where(Organisation.coalition_id == UUID(coalition))
    with world.app.app_context(), reading() as session:
        return Counter(names["en"] for names in session.scalars(query))


@contextmanager
def threads(*acts: Callable[[threading.Event], None]) -> Iterator[None]:
    """Do these for as long as the block lasts."""
    over = threading.Event()
    started = [threading.Thread(target=act, args=(over,)) for act in acts]
    for each in started:
        each.start()
    try:
        yield
    finally:
        over.set()
        for each in started:
            each.join()


@contextmanager
def two_machines(world: World, post: Post, redis: str) -> Iterator[list[Machine]]:
    bucket = S3()
    settings = replace(settings_of(world, post), queue_url=redis, limits_url=redis)
    settings = replace(settings, storage_path="", storage_url=bucket.address())
    machines = [Machine(world, settings, post) for _ in range(2)]
    with ExitStack() as ending:
        ending.callback(bucket.stop)
        for each in machines:
            ending.callback(each.end)
            each.start()
        yield machines


def signing(rush: Rush, who: int) -> Send:
    def send(number: int) -> Asked:
        email = f"p{who}-{number}@specimen.example"
        body = {**rush.settings["body"], "email": email}
        return email, f"{rush.path}/signatures", body, {"X-Forwarded-For": a_network()}

    return send


def founding(rush: Rush) -> Send:
    def send(number: int) -> Asked:
        name, path = f"House {number}", f"/v1/coalitions/{rush.coalition}/organisations"
        token = {"Authorization": f"Bearer {rush.owner.token}"}
        return name, path, {"names": {"en": name}}, token

    return send


@pytest.fixture
def world(worlds: Worlds) -> Iterator[World]:
    found = worlds["postgresql"]
    yield found
    found.empty()


@pytest.fixture
def redis_url() -> Iterator[str]:
    with contextmanager(redis_server.server)() as url:
        if url is None:
            redis_server.leave_out()
        yield url


@pytest.mark.long
def test_what_two_machines_accepted_is_there_once_though_each_is_killed_again_and_again(
    world: World, owner: Client, redis_url: str
) -> None:
    chance, rush = random.Random(14), a_rush(world, owner)  # noqa: S311 # to be repeatable
    rush.settings["body"] = rush.body("nobody@specimen.example")
    with server(Post()) as post, two_machines(world, post, redis_url) as machines:
        signers = [Caller(machines, signing(rush, who)) for who in range(SIGNING)]
        founder = Caller(machines, founding(rush))
        callers = [each.go_on for each in (*signers, founder)]
        with threads(*callers, *(each.watch for each in machines)):
            for _ in range(KILLS):
                time.sleep(chance.uniform(0, 1))
                killed = chance.choice(machines)
                killed.kill(chance.uniform(0, 0.5))
                killed.start()
        drained(world, rush)

    signed = {who: status for each in signers for who, status in each.answers.items()}
    readiness = [dict(each.readiness) for each in machines]
    tries = sum(each.tries for each in (*signers, founder))
    print(f"{len(signed)} signed, {len(founder.answers)} founded, {tries} more tries, {readiness}")  # noqa: T201 # the figures
    assert [each.given_up for each in (*signers, founder)] == [{}] * (SIGNING + 1), "no answer"
    assert set(signed.values()) == {202}
    assert signed_by(world, rush) == Counter([*signed]), "once each"
    told: dict[str, set[str]] = {}
    for message in post.took:
        told.setdefault(str(message["To"]), set()).add(str(message["Message-ID"]))
    assert told.keys() == signed.keys(), "somebody has no letter"
    assert {len(ids) for ids in told.values()} == {1}, "a letter repeats under another id"
    assert set(founder.answers.values()) <= {201, 409}
    assert founded(world, rush.coalition) == Counter([*founder.answers]), "once each"
    assert [set(each) for each in readiness] == [{200}, {200}], "the one that lives is red"
