"""What who watches learns of jobs, letters, webhooks, prints, the record and backups."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from api.errors import Conflict, Unavailable
from api.infra import clock
from api.infra.background import dead_letters, jobs
from api.infra.background.jobs import Again, Job, JobKind, JobState, Later
from api.infra.database.transactions import transaction
from api.infra.mail import letters
from api.infra.mail.letters import Letter, LetterState
from api.infra.queue import Lane
from api.infra.sandbox.pool import ChildPool
from api.infra.security import audit
from api.mailings.service import bounces
from api.web import health
from tests.conftest import World
from tests.support import smtp_server
from tests.support.backup import take
from tests.support.builders import a_case, a_coalition, a_statement
from tests.support.client import Client
from tests.support.metrics import of, watched
from tests.support.smtp_server import KIND as LETTER, Post, a_kind, mail_at, server
from tests.support.webhook_receivers import told, work
from tests.support.wiring import added

ATTEMPTS, LETTERS = "undersigned_job_attempts_total", "undersigned_letter_attempts_total"
KIND = "tests.act"


@pytest.fixture(autouse=True)
def _asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "KNOWN_SECONDS", 0.0)


@pytest.fixture
def house(world: World, tmp_path: Path, children: ChildPool) -> Iterator[World]:
    with watched(world, tmp_path / "metrics", children) as found:
        yield found


def promised(house: World, **how: Any) -> UUID:
    with house.app.app_context(), transaction() as session:
        found = jobs.promise(session, KIND, None, {})
        for name, value in how.items():
            setattr(found, name, value)
        return found.id


def raising(fault: Exception) -> Callable[[Any], Any]:
    def act(_: object) -> None:
        raise fault

    return act


@pytest.mark.parametrize(
    ("act", "outcome"),
    [
        (lambda _: {}, "done"),
        (raising(Again({})), "again"),
        (raising(Later(timedelta(minutes=1), "rate")), "later"),
        (raising(Unavailable("It is away.")), "failed"),
        (raising(ValueError("broken")), "failed"),
        (raising(Conflict("It does not fit.")), "dead"),
    ],
)
def test_attempts_at_jobs_are_counted_by_how_they_ended(
    house: World, act: Callable[[Any], Any], outcome: str
) -> None:
    with added(house.app, JobKind(KIND, act)), house.app.app_context():
        jobs.run(promised(house))
        found = of(house)

    assert found(ATTEMPTS, kind=KIND, outcome=outcome) == 1
    assert sum(found(ATTEMPTS, kind=KIND, outcome=each) for each in
               ("done", "again", "later", "failed", "dead")) == 1  # fmt: skip
    assert found("undersigned_job_seconds_count", kind=KIND) == 1


def test_a_job_that_takes_its_worker_along_and_one_of_no_known_kind_are_counted(
    house: World,
) -> None:
    with added(house.app, JobKind(KIND, lambda _: {})), house.app.app_context():
        jobs.run(promised(house, attempts=jobs.MOST_ATTEMPTS))
    with house.app.app_context():
        jobs.run(promised(house))

    found = of(house)
    assert found(ATTEMPTS, kind=KIND, outcome="dead") == 1
    assert found(ATTEMPTS, kind="unknown", outcome="failed") == 1


def test_jobs_are_told_by_lane_and_state_and_how_long_the_oldest_waits(house: World) -> None:
    now = clock.now()
    before = of(house)
    with added(house.app, JobKind(KIND, lambda _: {}, lane=Lane.PUSHES)):
        promised(house, run_after=now - timedelta(hours=1))
        promised(house, run_after=now - timedelta(hours=2))
        promised(house, run_after=now + timedelta(hours=1))
        running = {"state": JobState.RUNNING, "run_after": now - timedelta(hours=9)}
        promised(house, **running, lease_until=now + timedelta(minutes=1))
        promised(house, state=JobState.DEAD)
        first = of(house)
        promised(house, **running, lease_until=now - timedelta(minutes=1))  # its worker died
        second = of(house)
        with house.app.app_context(), transaction() as session:
            dead_letters.hold(session)
        held = of(house)

    def standing(found: Any) -> list[float]:
        states = ("waiting", "later", "running", "held", "dead")
        return [found("undersigned_jobs", lane="pushes", state=each) for each in states]

    oldest = "undersigned_jobs_oldest_seconds"
    assert (standing(before), before(oldest, lane="pushes")) == ([0] * 5, 0)
    assert standing(first) == [2, 1, 1, 0, 1]
    assert 7200 <= first(oldest, lane="pushes") < 7300
    assert standing(second) == [3, 1, 1, 0, 1]
    assert 9 * 3600 <= second(oldest, lane="pushes") < 9 * 3600 + 100
    assert (standing(held), held(oldest, lane="pushes")) == ([0, 0, 0, 5, 1], 0)
    assert held.words("lane") == set(Lane)


def test_letters_are_told_by_state_and_those_that_somebody_waits_for_apart(house: World) -> None:
    now = clock.now()
    with a_kind(house.app):
        ids = smtp_server.promise(house, 4)
    changes: list[dict[str, Any]] = [
        {"run_after": now - timedelta(hours=1)},
        {"run_after": now - timedelta(hours=3), "is_bulk": True},
        {"run_after": now + timedelta(hours=1)},
        {"state": LetterState.FAILED},
    ]
    with house.app.app_context(), transaction() as session:
        for object_id, change in zip(ids, changes, strict=True):
            its = update(Letter).where(Letter.object_id == object_id)
            session.execute(its.values(**change))
    found = of(house)
    with house.app.app_context(), transaction() as session:
        letters.hold(session)
    held = of(house)

    states = ("waiting", "later", "held", "failed")
    assert [found("undersigned_letters", bulk="no", state=each) for each in states] == [1, 1, 0, 1]
    assert [found("undersigned_letters", bulk="yes", state=each) for each in states] == [1, 0, 0, 0]
    assert 3600 <= found("undersigned_letters_oldest_seconds", bulk="no") < 3700
    assert 3 * 3600 <= found("undersigned_letters_oldest_seconds", bulk="yes") < 3 * 3600 + 100
    assert [held("undersigned_letters", bulk="no", state=each) for each in states] == [0, 0, 2, 1]


def test_letters_are_counted_by_kind_and_what_became_of_them(house: World) -> None:
    answers = {"RCPT": ["250 OK", "550 5.1.1 Nobody", "450 4.2.0 Not now"]}
    with server(Post(answers)) as post, a_kind(house.app):
        smtp_server.promise(house, 3)
        with mail_at(house, f"smtp://127.0.0.1:{post.port}"):
            house.work()
    found = of(house)

    tried = [found(LETTERS, kind=LETTER, outcome=each) for each in ("sent", "failed", "later")]
    assert tried == [1, 1, 1]
    assert found("undersigned_mail_server_faults_total", server="house") == 0


def test_a_mail_server_that_takes_nothing_is_counted_and_no_letter_is(house: World) -> None:
    with mail_at(house, "smtp://127.0.0.1:1"), a_kind(house.app):
        smtp_server.promise(house)
        house.work()
        found = of(house)

    assert found("undersigned_mail_server_faults_total", server="house") == 1
    assert found("undersigned_up", part="mail") == 0
    assert LETTER not in found.words("kind")


def test_what_comes_back_is_counted(house: World) -> None:
    with house.app.app_context():
        bounces.take(b"Subject: I am away\r\n\r\nUntil Monday.")
    found = of(house)

    assert found("undersigned_bounces_total", outcome="ignored") == 1
    assert found.words("outcome") >= {"bounce", "failure", "complaint"}  # from nought


def test_webhooks_are_counted_and_what_waits_is_told(house: World) -> None:
    owner = house.user("owner")
    coalition = a_coalition(owner)
    with told(house, owner, coalition) as (there, _, _secret):
        a_case(owner, coalition)
        before = of(house)
        work(house)
        well = of(house)
        there.otherwise = 500
        a_case(owner, coalition, name="Another Specimen")
        work(house)
    failing = of(house)

    waiting = "undersigned_webhook_deliveries_waiting"
    assert (before(waiting, state="taking"), well(waiting, state="taking")) == (1, 0)
    assert before("undersigned_webhook_deliveries_oldest_seconds", state="taking") > 0
    assert well("undersigned_webhook_attempts_total", status="2xx") == 1
    assert well("undersigned_webhook_seconds_count") == 1
    assert well("undersigned_webhook_endpoints", state="taking") == 1
    assert failing("undersigned_webhook_attempts_total", status="5xx") == 1
    assert failing("undersigned_webhook_endpoints", state="failing") == 1
    assert failing(waiting, state="failing") == 1


def test_prints_are_counted_and_so_is_what_a_child_refuses(house: World) -> None:
    owner = house.user("owner")
    coalition = a_coalition(owner)
    statement = a_statement(owner, coalition)
    assert owner.get(f"/v1/statements/{statement}/draft/document").status == 200
    found = of(house)

    assert found("undersigned_renders_total", what="layout", outcome="done") == 1
    assert found("undersigned_render_seconds_count", what="layout") == 1


def test_the_record_tells_how_far_it_is_sealed_and_what_waits(house: World) -> None:
    a_coalition(house.user("owner"))
    time.sleep(0.01)
    before = of(house)
    with house.app.app_context():
        audit.seal_now()
        head = audit.head()
    after = of(house)

    unsealed = "undersigned_record_unsealed_oldest_seconds"
    assert before(unsealed) > 0 == after(unsealed)
    assert (before("undersigned_record_entries"), after("undersigned_record_entries")) == (
        0,
        head.number,
    )
    assert before("undersigned_record_head_timestamp_seconds") == 0
    assert abs(after("undersigned_record_head_timestamp_seconds") - time.time()) < 60


def test_it_is_remembered_when_a_backup_was_whole(house: World, tmp_path: Path) -> None:
    a_coalition(house.user("owner"))
    at = "undersigned_backup_timestamp_seconds"
    before = of(house)
    with suppress(OSError):
        take(house, tmp_path / "no such folder" / "backup")
    failed = of(house)
    take(house, tmp_path / "backup")

    assert before(at) == failed(at) == 0
    assert abs(of(house)(at) - time.time()) < 60


def test_who_reads_it_changes_nothing(house: World) -> None:
    owner: Client = house.user("owner")
    a_coalition(owner)
    with house.app.app_context(), transaction() as session:
        session.execute(update(Job).values(state=JobState.DONE, key=None))
    before = house.rows()

    of(house)

    assert house.rows() == before
