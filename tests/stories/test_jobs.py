"""Promised work: done once at least, tried again, visible, and never done for nobody."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import time_machine

from api.documents import service
from api.documents.rules import press
from api.errors import Gone, Unavailable
from api.infra import clock, jobkeeping, jobs
from api.infra.database import reading, transaction
from api.infra.jobs import MOST_ATTEMPTS, Job, JobState
from api.infra.queue import Lane, Queue
from tests.builders import a_coalition, a_role, a_signature, a_text
from tests.stories.test_documents import document_of
from tests.stories.test_signature_csv import send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.infra.jobs import Work
    from tests.client import Client
    from tests.conftest import World

KIND = "tests.act"
MANY = "kind,name,visibility\n" + "".join(
    f"individual,Specimen Signatory {number},public\n" for number in range(201)
)


@contextmanager
def acting(act: Callable[[Work], Any]) -> Iterator[None]:
    jobs.job(KIND)(act)
    yield
    del jobs.KINDS[KIND]


def promised(world: World, coalition: str | None = None, **how: Any) -> UUID:
    with world.app.app_context(), transaction() as session:
        owner = coalition and UUID(coalition)
        return jobs.promise(session, KIND, owner or None, {"number": 1}, **how).id


def found(world: World, job_id: UUID) -> Job:
    with world.app.app_context(), reading() as session:
        return session.get_one(Job, job_id)


def run(world: World, job_id: UUID) -> None:
    with world.app.app_context():
        jobs.run(job_id)


def test_a_job_is_done_once_and_its_result_is_kept(world: World) -> None:
    done: list[Work] = []

    def act(work: Work) -> dict[str, str]:
        done.append(work)
        return {"url": "/v1/specimen"}

    with acting(act):
        job = promised(world)
        run(world, job)
        run(world, job)

    row = found(world, job)
    assert [dict(work.facts) for work in done] == [{"number": 1}]
    assert (row.state, row.progress, row.attempts) == (JobState.DONE, 100, 1)
    assert row.result == {"url": "/v1/specimen"}


def test_what_fails_is_tried_again_later_and_later_and_then_is_dead(world: World) -> None:
    def act(_: Work) -> None:
        raise RuntimeError("canary")

    pauses = []
    with time_machine.travel(clock.now(), tick=False) as time, acting(act):
        job = promised(world)
        for _ in range(MOST_ATTEMPTS):
            assert world.work() == 1
            assert world.work() == 0
            pause = found(world, job).run_after - clock.now()
            pauses.append(pause)
            time.shift(pause)

    row = found(world, job)
    assert row.state is JobState.DEAD
    assert row.fault == "RuntimeError"
    assert pauses[:3] == [timedelta(seconds=seconds) for seconds in (5, 15, 45)]
    assert b"canary" not in world.rows()


def test_what_no_repeat_can_mend_is_dead_at_once(world: World) -> None:
    def act(_: Work) -> None:
        raise Gone("canary")

    with acting(act):
        job = promised(world)
        world.work()

    row = found(world, job)
    assert (row.state, row.attempts, row.fault) == (JobState.DEAD, 1, "gone")
    assert b"canary" not in world.rows()


def test_what_may_mend_itself_waits(world: World) -> None:
    def act(_: Work) -> None:
        raise Unavailable("canary")

    with acting(act):
        job = promised(world)
        world.work()

    assert (found(world, job).state, found(world, job).fault) == (JobState.QUEUED, "unavailable")


def test_a_job_of_another_version_of_the_program_waits_for_it(world: World) -> None:
    job = promised(world)

    world.work()

    assert (found(world, job).state, found(world, job).fault) == (JobState.QUEUED, "KindUnknown")


def test_a_job_that_no_version_of_the_program_knows_says_so_in_the_end(world: World) -> None:
    with time_machine.travel(clock.now(), tick=False) as time:
        job = promised(world)
        for _ in range(MOST_ATTEMPTS + 1):
            world.work()
            time.shift(timedelta(hours=1))

    assert (found(world, job).state, found(world, job).fault) == (JobState.DEAD, "KindUnknown")


def test_a_job_whose_worker_died_is_taken_over_and_the_late_one_changes_nothing(
    world: World,
) -> None:
    def act(work: Work) -> dict[str, str]:
        if len(tries) < 1:
            tries.append(work)
            with time_machine.travel(clock.now() + jobs.LEASE + timedelta(seconds=1)):
                run(world, work.id)  # another worker finds the lease run out
            assert found(world, work.id).state is JobState.DONE
            work.progress(50)
            return {"by": "the late one"}
        tries.append(work)
        return {"by": "the next one"}

    tries: list[Work] = []
    with acting(act):
        job = promised(world)
        run(world, job)

    row = found(world, job)
    assert len(tries) == 2
    assert (row.result, row.progress, row.attempts) == ({"by": "the next one"}, 100, 2)


def test_a_job_that_kills_every_worker_ends_dead(world: World) -> None:
    class Killed(BaseException):
        pass

    def act(_: Work) -> None:
        raise Killed

    with time_machine.travel(clock.now(), tick=False) as time, acting(act):
        job = promised(world)
        for _ in range(MOST_ATTEMPTS):
            with pytest.raises(Killed):
                world.work()
            time.shift(jobs.LEASE + timedelta(seconds=1))
        world.work()

    assert (found(world, job).state, found(world, job).fault) == (JobState.DEAD, "WorkerDied")


def test_of_two_promises_of_the_same_key_there_is_one_until_it_is_done(world: World) -> None:
    with acting(lambda _: None):
        first, second = promised(world, key="same"), promised(world, key="same")
        world.work()
        third = promised(world, key="same")

    assert first == second != third


def test_who_coordinates_sees_a_dead_job_and_replays_it(world: World, owner: Client) -> None:
    def act(_: Work) -> None:
        if fails:
            raise Gone("canary")

    fails = [True]
    coalition = a_coalition(owner)
    with acting(act):
        job = promised(world, coalition)
        world.work()
        (dead,) = owner.get(f"/v1/coalitions/{coalition}/jobs", state="dead")["items"]
        fails.clear()
        again = owner.post(f"/v1/jobs/{job}/replays")
        world.work()
        twice = owner.post(f"/v1/jobs/{job}/replays")

    viewer = a_role(owner, coalition, world.user(), "viewer")
    assert (dead["id"], dead["fault"], dead["state"]) == (str(job), "gone", "dead")
    assert (again.status, again["state"], again["fault"]) == (200, "queued", None)
    assert owner.get(f"/v1/jobs/{job}")["state"] == "done"
    assert (twice.status, twice["type"]) == (409, "/problems/not-dead")
    assert viewer.get(f"/v1/jobs/{job}").status == 403
    assert world.user().get(f"/v1/jobs/{job}").status == 404
    assert owner.get(f"/v1/jobs/{uuid4()}").status == 404


def test_who_asked_for_a_job_sees_how_far_it_is(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    viewer = a_role(owner, coalition, world.user(), "viewer")
    seen: list[int] = []

    def act(work: Work) -> None:
        for percent in (10, 60):
            work.progress(percent)
            seen.append(viewer.get(f"/v1/jobs/{work.id}")["progress"])

    text = a_text(owner, coalition)
    send(owner, text, MANY)
    job = viewer.get(document_of(text[0]))["id"]
    kept = jobs.KINDS["documents.print"]
    jobs.KINDS["documents.print"] = jobs.Kind(act, None)
    try:
        world.work()
    finally:
        jobs.KINDS["documents.print"] = kept

    assert seen == [10, 60]
    assert viewer.get(f"/v1/jobs/{job}")["progress"] == 100


def test_each_who_asks_for_a_long_document_sees_how_far_it_is(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    viewers = [a_role(owner, coalition, world.user(), "viewer") for _ in range(2)]
    text = a_text(owner, coalition)
    send(owner, text, MANY)

    asked = [viewer.get(document_of(text[0])) for viewer in viewers]
    seen = [viewer.get(a.headers["Location"]) for viewer, a in zip(viewers, asked, strict=True)]

    assert [each.status for each in seen] == [200, 200]


def test_a_document_of_many_signatures_is_a_job(world: World, owner: Client) -> None:
    text = a_text(owner, a_coalition(owner))
    send(owner, text, MANY)

    first = owner.get(document_of(text[0]))
    second = owner.get(document_of(text[0]))
    in_words = owner.get(document_of(text[0]), format="text")
    assert [each.status for each in (first, second, in_words)] == [202, 202, 202]
    assert first.headers["Location"] == f"/v1/jobs/{first.id}"
    assert first.id == second.id != in_words.id
    assert world.work() >= 2
    job = owner.get(first.headers["Location"])
    printed = owner.get(job["result"]["url"])

    assert (job["state"], job["progress"]) == ("done", 100)
    assert printed.status == 200
    assert printed.body.startswith(b"%PDF")
    assert owner.get(document_of(text[0])).body == printed.body
    assert owner.get(document_of(text[0]), theme="brief").status == 202
    assert b"Specimen Signatory 200" in owner.get(document_of(text[0]), format="text").body


def test_a_promised_document_of_a_text_that_is_gone_is_not_printed(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    text = a_text(owner, coalition)
    send(owner, text, MANY)
    job = owner.get(document_of(text[0])).id
    etag = owner.get(f"/v1/coalitions/{coalition}").etag

    assert owner.delete(f"/v1/coalitions/{coalition}", etag=etag).status == 204
    world.work()

    assert found(world, UUID(job)).fault == "not-found"
    assert owner.get(f"/v1/jobs/{job}").status == 404


@pytest.mark.parametrize("change", [{"name": "B. Specimen"}, {"visibility": "coalition"}])
def test_a_name_that_is_changed_or_hidden_leaves_the_kept_documents(
    world: World, owner: Client, change: dict[str, str]
) -> None:
    coalition = a_coalition(owner)
    text = a_text(owner, coalition)
    signature = a_signature(owner, *text)
    owner.get(document_of(text[0]), format="text")

    assert owner.patch(f"/v1/signatures/{signature}", change).status == 200
    world.work()

    kept = world.storage / "documents" / coalition
    assert [each for each in kept.rglob("*") if each.is_file()] == []


def test_a_name_that_is_taken_back_while_its_document_is_made_is_not_kept(
    world: World, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rendered(*given: Any) -> bytes:
        content = press.rendered(*given)
        assert owner.post(f"/v1/signatures/{signature}/withdrawal").status == 200
        world.work()
        return content

    coalition = a_coalition(owner)
    text = a_text(owner, coalition)
    signature = a_signature(owner, *text)
    monkeypatch.setattr(service, "press", SimpleNamespace(**{**vars(press), "rendered": rendered}))

    assert owner.get(document_of(text[0]), format="text").status == 200

    kept = world.storage / "documents" / coalition
    assert [each for each in kept.rglob("*") if each.is_file()] == []


@pytest.mark.parametrize("how", ["withdrawal", "erasure"])
def test_a_name_that_is_taken_back_leaves_the_kept_documents(
    world: World, owner: Client, how: str
) -> None:
    coalition = a_coalition(owner)
    text = a_text(owner, coalition)
    signature = a_signature(owner, *text)
    owner.get(document_of(text[0]))
    kept = world.storage / "documents" / coalition
    assert len([each for each in kept.rglob("*") if each.is_file()]) == 1

    assert owner.post(f"/v1/signatures/{signature}/{how}").status == 200
    world.work()

    assert [each for each in kept.rglob("*") if each.is_file()] == []


def test_what_was_done_long_ago_is_forgotten_and_what_is_dead_later(world: World) -> None:
    def act(work: Work) -> None:
        if work.id == dead:
            raise Gone("canary")

    dead = uuid4()
    with acting(act):
        done = promised(world)
        dead = promised(world)
        world.work()
    with time_machine.travel(clock.now() + jobkeeping.KEPT + timedelta(hours=1)):
        with world.app.app_context():
            jobs.sweep()
        world.work()

    with world.app.app_context(), reading() as session:
        assert session.get(Job, done) is None
        assert session.get(Job, dead) is not None
    with time_machine.travel(clock.now() + jobkeeping.KEPT_DEAD + timedelta(hours=1)):
        with world.app.app_context():
            jobs.sweep()
        world.work()
    with world.app.app_context(), reading() as session:
        assert session.get(Job, dead) is None


def test_a_job_whose_turn_is_over_goes_behind_the_others_at_once_and_ends_with_what_it_did(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TURN_SECONDS", 0.0)
    done: list[int] = []

    def act(work: Work) -> dict[str, int]:
        number, so_far = work.facts["number"], (work.result or {"steps": 0})["steps"]
        done.append(number)
        if so_far < 2 and work.is_turn_over:
            raise jobs.Again({**work.facts, "number": number + 10}, {"steps": so_far + 1})
        return {"steps": so_far + 1}

    with acting(act):
        first, other = promised(world), promised(world)
        for _ in range(3):
            run(world, first)
            run(world, other)

    assert done == [1, 1, 11, 11, 21, 21]
    for each in (first, other):
        row = found(world, each)
        assert (row.state, row.result, row.fault) == (JobState.DONE, {"steps": 3}, None)


def test_nobody_s_turn_is_over_while_nobody_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TURN_SECONDS", 0.0)
    monkeypatch.setattr(Queue, "size", lambda *_: 0)
    seen: list[bool] = []

    with acting(lambda work: seen.append(work.is_turn_over)):
        run(world, promised(world))

    assert seen == [False]


def test_an_id_that_was_sent_twice_is_one_turn(world: World) -> None:
    turns: list[UUID] = []

    def act(work: Work) -> None:
        turns.append(work.worker)
        if len(turns) < 3:
            raise jobs.Again(work.facts)

    with acting(act), world.app.app_context():
        job = promised(world)
        for _ in range(3):
            jobs.run_of(Lane.SHORT, job, None)
        jobs.run_of(Lane.LONG, job, turns[0])
        assert len(turns) == 1
        for _ in range(3):
            jobs.run_of(Lane.SHORT, job, turns[0])

    assert len(turns) == 2


def test_each_kind_is_sent_to_its_lane_and_a_full_one_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[Lane, UUID]] = []
    monkeypatch.setattr(Queue, "send", lambda _, lane, job, __: sent.append((lane, job)))
    monkeypatch.setattr(Queue, "size", lambda _, lane: jobs.BATCH * (lane is Lane.LONG))

    with acting(lambda _: None), world.app.app_context(), transaction() as session:
        short = jobs.promise(session, KIND, None, {}).id
        long = jobs.promise(session, "documents.print", None, {}).id
    assert sent == [(Lane.SHORT, short), (Lane.LONG, long)]
    sent.clear()
    with acting(lambda _: None), world.app.app_context():
        jobs.sweep()
    assert (Lane.SHORT, short) in sent
    assert long not in {each for _, each in sent}
