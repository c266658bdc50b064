"""Promised work: done once at least, tried again, visible, and never done for nobody."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlalchemy import update

from api.errors import Gone, Unavailable
from api.infra import clock
from api.infra.background import dead_letters, jobs
from api.infra.background.jobs import MOST_ATTEMPTS, Job, JobKind, JobState
from api.infra.database.transactions import reading, transaction
from api.infra.outbox.turns import Turn
from api.infra.queue import Lane, Queue
from tests.support.builders import a_coalition, a_role
from tests.support.wiring import added

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from api.infra.background.jobs import Work
    from tests.conftest import World
    from tests.support.client import Client

KIND = "tests.act"


@contextmanager
def acting(world: World, act: Callable[[Work], Any]) -> Iterator[None]:
    with added(world.app, JobKind(KIND, act)):
        yield


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

    with acting(world, act):
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
    with time_machine.travel(clock.now(), tick=False) as time, acting(world, act):
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

    with acting(world, act):
        job = promised(world)
        world.work()

    row = found(world, job)
    assert (row.state, row.attempts, row.fault) == (JobState.DEAD, 1, "gone")
    assert b"canary" not in world.rows()


def test_what_may_mend_itself_waits(world: World) -> None:
    def act(_: Work) -> None:
        raise Unavailable("canary")

    with acting(world, act):
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


def test_what_an_event_promised_before_events_were_classes_is_done(
    world: World, owner: Client
) -> None:
    coalition, statement = a_coalition(owner), str(uuid4())
    of = {"coalition_id": coalition, "statement_id": statement}
    before = {
        "documents.renew": {**of, "state": "published"},
        "documents.forget": {**of, "signature_id": str(uuid4())},
        "evidence.forget": {"coalition_id": coalition},
        "signing.forget_coalition": {"coalition_id": coalition},
        "connectors.forget_coalition": {"coalition_id": coalition},
    }
    with world.app.app_context(), transaction() as session:
        kinds = [kind for kind in jobs.kinds().values() if kind.on]
        ids = [jobs.promise(session, kind, None, facts).id for kind, facts in before.items()]

    world.work()

    assert {kind.name for kind in kinds} == before.keys()
    assert {found(world, each).state for each in ids} == {JobState.DONE}


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
    with acting(world, act):
        job = promised(world)
        run(world, job)

    row = found(world, job)
    assert len(tries) == 2
    assert (row.result, row.progress, row.attempts) == ({"by": "the next one"}, 100, 2)


class Killed(BaseException):
    """What a job's worker dies of."""


def killed_often(world: World, times: int) -> Job:
    """Return the job of workers that were killed so often, and of one that was not."""
    with time_machine.travel(clock.now(), tick=False) as time:
        job = promised(world)
        for _ in range(times):
            with pytest.raises(Killed):
                world.work()
            time.shift(jobs.LEASE + timedelta(seconds=1))
        world.work()
    return found(world, job)


def test_a_job_that_kills_every_worker_ends_dead(world: World) -> None:
    def act(_: Work) -> None:
        raise Killed

    with acting(world, act):
        job = killed_often(world, MOST_ATTEMPTS)

    assert (job.state, job.fault) == (JobState.DEAD, "WorkerDied")


def test_a_turn_that_got_on_each_time_outlives_any_number_of_killed_workers(world: World) -> None:
    killed = 2 * MOST_ATTEMPTS
    waiting = [*range(2 * killed + 1)]  # one is written by each, and one is lost with it

    class Sending(Turn[int, int]):
        def write(self, session: Session, ended: Sequence[int], size: int) -> Sequence[int]:
            del session
            if self.was_written:
                raise Killed
            self.was_written = bool(ended)
            return [waiting.pop()] if size and waiting else []

        def attempt(self, item: int) -> int:
            return item

        def is_done(self, last: int) -> bool:
            return last < 0

        was_written = False

    with acting(world, lambda work: Sending(work).run()):
        job = killed_often(world, killed)

    assert (job.state, job.fault, waiting) == (JobState.DONE, None, [])


def test_of_two_promises_of_the_same_key_there_is_one_until_it_is_done(world: World) -> None:
    with acting(world, lambda _: None):
        first, second = promised(world, key="same"), promised(world, key="same")
        world.work()
        third = promised(world, key="same")

    assert first == second != third


def test_a_job_is_promised_though_another_process_promised_and_did_it_just_now(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, looked, look = promised(world, key="same"), [], jobs._of_key  # noqa: SLF001 # as it was

    def late(session: Session, key: str) -> Job | None:
        """See nothing first, as theirs is not kept yet; it is done before we look again."""
        looked.append(key)
        if len(looked) == 1:
            return None
        session.execute(update(Job).where(Job.id == theirs).values(key=None, state=JobState.DONE))
        return look(session, key)

    monkeypatch.setattr(jobs, "_of_key", late)
    ours = promised(world, key="same")

    assert ours != theirs
    assert found(world, ours).state == JobState.QUEUED


def test_who_coordinates_sees_a_dead_job_and_replays_it(world: World, owner: Client) -> None:
    def act(_: Work) -> None:
        if fails:
            raise Gone("canary")

    fails = [True]
    coalition = a_coalition(owner)
    with acting(world, act):
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


def test_what_was_done_long_ago_is_forgotten_and_what_is_dead_later(world: World) -> None:
    def act(work: Work) -> None:
        if work.id == dead:
            raise Gone("canary")

    dead = uuid4()
    with acting(world, act):
        done = promised(world)
        dead = promised(world)
        world.work()
    with time_machine.travel(clock.now() + dead_letters.KEPT + timedelta(hours=1)):
        with world.app.app_context():
            jobs.sweep()
        world.work()

    with world.app.app_context(), reading() as session:
        assert session.get(Job, done) is None
        assert session.get(Job, dead) is not None
    with time_machine.travel(clock.now() + dead_letters.KEPT_DEAD + timedelta(hours=1)):
        with world.app.app_context():
            jobs.sweep()
        world.work()
    with world.app.app_context(), reading() as session:
        assert session.get(Job, dead) is None


def test_a_job_whose_turn_is_over_goes_behind_the_others_at_once_and_ends_with_what_it_did(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "FIRST_TURN_SECONDS", 0.0)
    monkeypatch.setattr(jobs, "TURN_SECONDS", 0.0)
    done: list[int] = []

    def act(work: Work) -> dict[str, int]:
        number, so_far = work.facts["number"], (work.result or {"steps": 0})["steps"]
        done.append(number)
        if so_far < 2 and work.is_turn_over:
            raise jobs.Again({**work.facts, "number": number + 10}, {"steps": so_far + 1})
        return {"steps": so_far + 1}

    with acting(world, act):
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
    monkeypatch.setattr(jobs, "FIRST_TURN_SECONDS", 0.0)
    monkeypatch.setattr(jobs, "TURN_SECONDS", 0.0)
    seen: list[bool] = []

    with acting(world, lambda work: seen.append(work.is_turn_over)):
        run(world, promised(world))

    assert seen == [False]


def test_each_kind_is_sent_to_its_lane_and_a_full_one_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[Lane, UUID]] = []
    monkeypatch.setattr(Queue, "send", lambda _, lane, job: sent.append((lane, job)))
    monkeypatch.setattr(Queue, "size", lambda _, lane: jobs.BATCH * (lane is Lane.DOCUMENTS))

    with acting(world, lambda _: None), world.app.app_context(), transaction() as session:
        short = jobs.promise(session, KIND, None, {}).id
        long = jobs.promise(session, "documents.print", None, {}).id
    assert sent == [(Lane.SHORT, short), (Lane.DOCUMENTS, long)]
    sent.clear()
    with acting(world, lambda _: None), world.app.app_context():
        jobs.sweep()
    assert (Lane.SHORT, short) in sent
    assert long not in {each for _, each in sent}


def test_what_waits_when_the_clock_of_all_is_set_back_is_done_at_once(world: World) -> None:
    done: list[UUID] = []

    with acting(world, lambda work: done.append(work.id)):
        with time_machine.travel(clock.now() + timedelta(hours=1)):
            job = promised(world, key="one")
        world.work()
        assert done == [], "it is not due for an hour"
        with world.app.app_context():
            jobs.sweep()
        world.work()

    assert done == [job]


def test_a_lease_of_a_clock_that_was_set_back_lasts_no_longer_than_others(world: World) -> None:
    with acting(world, lambda _: None):
        job = promised(world)
        with time_machine.travel(clock.now() + timedelta(hours=1)), world.app.app_context():
            assert jobs.lease(Job.id == job)
        with world.app.app_context():
            jobs.sweep()
        with time_machine.travel(clock.now() + jobs.LEASE + timedelta(seconds=1)):
            run(world, job)

    assert (found(world, job).state, found(world, job).attempts) == (JobState.DONE, 2)
