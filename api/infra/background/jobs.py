"""Jobs: work promised in a transaction and done after it, once at least (promise 9).

The row is the promise. After the commit its id goes to the queue; a worker leases the row, does the
work, and writes how it ended. A killed worker's lease runs out, and the sweeper sends the id again,
so a job must be safe to repeat. Its facts are ids and plain values, nothing personal.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import (
    JSON,
    ColumnElement,
    Index,
    SQLColumnExpression,
    String,
    Update,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.errors import DomainError, Unavailable
from api.infra import clock, metrics
from api.infra.database.columns import Base, By, Created, Id, choice, refers_to
from api.infra.database.transactions import after_commit, is_any, reading, transaction
from api.infra.queue import Lane, Queue, QueueBroken
from api.infra.runtime import runtime, thread_context
from api.infra.storage import StorageUnavailable

log = structlog.get_logger()
LEASE = timedelta(seconds=30)
RENEW_SECONDS = 10
FIRST_PAUSE = timedelta(seconds=5)  # before a second attempt; each later one is three times as long
MOST_ATTEMPTS = 8  # over an hour and a half
BATCH = 100
APART = timedelta(seconds=5)  # more than two clocks of one house ever are
TURN_SECONDS = 3.0  # after which a job that can go on later lets others have its thread
FIRST_TURN_SECONDS = 1.0  # of one that had no turn yet: those go first, and may be many at once


class JobState(StrEnum):
    """How far a job is.

    queued → running; running → done, dead, and back to queued where it goes on or is tried again.
    `dead`: it failed for good; somebody may replay it. `held`: it was promised before a backup
    was taken that has been restored since.
    """

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"
    HELD = "held"


class Job(Base):
    """One piece of promised work."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_state_run_after", "state", "run_after"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(60))  # feature.verb
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    # It outlives its coalition: what a deleted one leaves behind is cleared away by a job.
    coalition_id: Mapped[UUID | None] = refers_to("coalitions")
    created_by: Mapped[UUID | None]  # a user; None: another use case, or the house
    # Of two unfinished promises of the same key there is one.
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    state: Mapped[JobState] = mapped_column(choice(JobState), default=JobState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    progress: Mapped[int] = mapped_column(default=0)  # percent
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    fault: Mapped[str | None] = mapped_column(String(80))  # a problem type, or a class of error
    created_at: Mapped[Created]
    run_after: Mapped[datetime] = mapped_column(default=clock.now)
    lease_until: Mapped[datetime | None]
    worker: Mapped[UUID | None]  # of the lease: who comes back late finds another one here
    finished_at: Mapped[datetime | None]


@dataclass
class Later(Exception):
    """Work cannot be done now, for no fault of its own: it is tried again after a pause."""

    pause: timedelta
    fault: str  # as of a job


@dataclass
class Again(Exception):
    """A turn is over, and there is more to do: the job goes to the end of its lane, at once."""

    facts: Mapping[str, object]  # of the job from now on
    result: Mapping[str, object] | None = None  # of what is done so far


@dataclass(frozen=True)
class Work:
    """One attempt at a job, as its handler sees it."""

    id: UUID
    kind: str
    facts: Mapping[str, Any]
    created_by: UUID | None
    worker: UUID
    attempts: int
    result: Mapping[str, Any] | None = None  # of its turns so far
    is_first: bool = False  # of its turns
    has_failed: bool = False  # the last time
    _began: float = field(default_factory=time.monotonic)

    @property
    def is_stopping(self) -> bool:
        """Whether its worker was told to stop: another one goes on with what can be left now."""
        return runtime().queue.is_stopping

    @property
    def is_turn_over(self) -> bool:
        """Tell whether others wait for its thread and it had that for a while, or it stops."""
        if self.is_stopping:
            return True
        seconds = FIRST_TURN_SECONDS if self.is_first else TURN_SECONDS
        if time.monotonic() - self._began < seconds:
            return False
        try:
            with reading() as session:
                others = select(Job.id).where(is_due(clock.now()), is_of(lane_of(self.kind)))
                return is_any(session, others)
        except (SQLAlchemyError, DomainError):
            return True

    def got_on(self, session: Session) -> None:
        """Count its attempts anew: they look for what ends its worker before it gets anywhere."""
        if self.attempts > 1:
            session.execute(_mine(self).values(attempts=1))

    def progress(self, percent: int) -> None:
        """Say how far it is."""
        with transaction() as session:
            session.execute(_mine(self).values(progress=percent))


@dataclass(frozen=True)
class JobKind:
    """What is done for jobs of one kind; its result must be JSON, nothing personal.

    Each of the events `on` promises one, and so does the sweeper whenever `when` is true. What may
    last, or waits for somebody else's machine, has another lane, where what is waited for is first.
    """

    name: str  # feature.verb, as it stands in the table
    act: Callable[[Work], Mapping[str, object] | None]
    _: KW_ONLY
    when: Callable[[Session], bool] | None = None
    on: tuple[type, ...] = ()
    lane: Lane = Lane.SHORT
    is_waited_for: bool = False  # by somebody: it goes first in its lane


def kinds() -> Mapping[str, JobKind]:
    """Return the kinds of jobs that the running app does, by their names."""
    return runtime().wiring.named(JobKind)


def lane_of(kind: str) -> Lane:
    """Return where jobs of a kind are done."""
    found = kinds().get(kind)
    return found.lane if found else Lane.SHORT


def promise(  # noqa: PLR0913 # the columns of a job
    session: Session,
    kind: str,
    coalition_id: UUID | None,
    facts: Mapping[str, object],
    *,
    by: By | None = None,
    key: str | None = None,
    fault: str | None = None,
) -> Job:
    """Promise a job in the caller's transaction; with a `key`, return the one that waits.

    A `fault` says that what it is about failed the last time.
    """
    found = Job(
        id=uuid4(),
        kind=kind,
        coalition_id=coalition_id,
        facts=dict(facts),
        created_by=by and by.user_id,
        key=key,
        fault=fault,
    )
    for is_last in (False, False, True):
        if key is not None and (waiting := _of_key(session, key)):
            return waiting
        try:
            with session.begin_nested():
                session.add(found)
            break
        except IntegrityError:  # another process promised it just now; it may be done by now
            if is_last:
                raise
    send_after_commit(found)
    return found


def send_after_commit(found: Job) -> None:
    """Tell the workers of a job once its row is there."""
    after_commit(found, partial(_send, runtime().queue, lane_of(found.kind), found.id))


def _of_key(session: Session, key: str) -> Job | None:
    return session.scalars(select(Job).where(Job.key == key)).first()


def _send(queue: Queue, lane: Lane, job_id: UUID) -> None:
    try:
        queue.send(lane, job_id)
    except QueueBroken:  # the sweeper sends it when the queue is back
        log.warning("queue broken", job=str(job_id))


def run(job_id: UUID) -> None:
    """Do a job that is due, unless somebody else does."""
    if work := lease(Job.id == job_id):
        do(work)


def do(work: Work) -> None:
    """Do a job that was leased."""
    began = time.monotonic()
    try:
        with _renewed(work):
            result = kinds()[work.kind].act(work)
    except Exception as fault:  # noqa: BLE001 # whatever it is, its job must not be lost
        outcome = _failed(work, fault)
    else:
        _finished(work, state=JobState.DONE, progress=100, result=result and dict(result))
        outcome = "done"
    metrics.JOBS.count(work.kind, outcome)
    metrics.JOB_SECONDS.observe(time.monotonic() - began, work.kind)


def lease(
    *which: ColumnElement[bool], order: Sequence[SQLColumnExpression[object]] = ()
) -> Work | None:
    """Lease the first job that is due of those; None: there is none, or somebody does it."""
    now, worker = clock.now(), uuid4()
    with transaction() as session:
        query = select(Job).where(is_due(now), *which).order_by(*order).limit(1)
        row = session.scalars(query.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        is_first, has_failed = row.worker is None, row.fault is not None
        row.state, row.worker, row.lease_until = JobState.RUNNING, worker, now + LEASE
        row.attempts, row.progress, row.fault = row.attempts + 1, 0, None
        its = (row.id, row.kind, row.facts, row.created_by, worker, row.attempts, row.result)
        work = Work(*its, is_first, has_failed)
    if work.kind not in kinds():  # of another version, which may come back
        metrics.JOBS.count("unknown", _again_or_dead(work, "KindUnknown"))
    elif work.attempts > MOST_ATTEMPTS:  # it takes its worker with it each time
        _finished(work, state=JobState.DEAD, fault="WorkerDied")
        metrics.JOBS.count(work.kind, "dead")
    else:
        return work
    return None


def is_due(now: datetime) -> ColumnElement[bool]:
    """Return the condition that somebody should be doing a job."""
    waits = (Job.state == JobState.QUEUED) & (Job.run_after <= now)
    return waits | (Job.state == JobState.RUNNING) & (Job.lease_until < now)


@contextmanager
def _renewed(work: Work) -> Iterator[None]:
    """Keep the lease for as long as the work takes: only a dead process lets it run out."""
    within, over = thread_context(), threading.Event()

    def renew() -> None:
        while not over.wait(RENEW_SECONDS):
            with within():
                try:
                    with transaction() as session:
                        session.execute(_mine(work).values(lease_until=clock.now() + LEASE))
                except (SQLAlchemyError, DomainError) as fault:  # the next one may get through
                    log.warning("lease not renewed", job=str(work.id), error=type(fault).__name__)

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _failed(work: Work, fault: Exception) -> str:
    """End what no repeat can mend; let the rest wait, longer each time. Return what it was."""
    if isinstance(fault, Again):  # behind those that wait; its thread takes the next of them
        done = {"facts": dict(fault.facts), "result": fault.result and dict(fault.result)}
        _wait(work, timedelta(), None, attempts=0, **done)
        return "again"
    if isinstance(fault, StorageUnavailable):
        fault = Later(FIRST_PAUSE, fault.slug())
    if isinstance(fault, Later):
        _wait(work, fault.pause, fault.fault, attempts=0)
        return "later"
    name = fault.slug() if isinstance(fault, DomainError) else type(fault).__name__
    if isinstance(fault, DomainError) and not isinstance(fault, Unavailable):
        _finished(work, state=JobState.DEAD, fault=name)
        return "dead"
    log.error("job failed", job=str(work.id), kind=work.kind, error=name)
    return _again_or_dead(work, name)


def _again_or_dead(work: Work, fault: str) -> str:
    if work.attempts >= MOST_ATTEMPTS:
        _finished(work, state=JobState.DEAD, fault=fault)
        return "dead"
    _wait(work, FIRST_PAUSE * 3 ** (work.attempts - 1), fault)
    return "failed"


def _wait(work: Work, pause: timedelta, fault: str | None, **more: object) -> None:
    until = clock.now() + pause
    waiting = {"state": JobState.QUEUED, "run_after": until, "lease_until": None, "fault": fault}
    with transaction() as session:
        session.execute(_mine(work).values(**waiting, **more))


def _finished(work: Work, **how: object) -> None:
    over = {"finished_at": clock.now(), "lease_until": None, "key": None}
    with transaction() as session:
        session.execute(_mine(work).values(**over, **how))


def _mine(work: Work) -> Update:
    """Change the job of an attempt, as long as nobody else has taken it over."""
    mine = (Job.id == work.id, Job.worker == work.worker, Job.state == JobState.RUNNING)
    return update(Job).where(*mine)


def sweep() -> None:
    """Promise what the house does by itself, and send what is due and may have been lost."""
    try:
        with transaction() as session:
            _bring_forward(session)
            for name, kind in kinds().items():
                if kind.when is not None and kind.when(session):
                    promise(session, name, None, {}, key=name)
        for lane in Lane:
            if runtime().queue.size(lane) < BATCH:  # else they would only wait there twice
                for job_id in due(is_of(lane)):
                    runtime().queue.send(lane, job_id)
    except (SQLAlchemyError, Unavailable) as fault:  # it is tried again in a few seconds
        log.warning("sweep failed", error=type(fault).__name__)


def _bring_forward(session: Session) -> None:
    """Have be due what the house's clock left in the future when it was set back.

    It would wait for so long, and with its key all that is promised under that. A lease is cut to
    what one may last: who still has it renews it.
    """
    now, its = clock.now(), update(Job)
    ahead = (Job.state == JobState.QUEUED, Job.run_after > now, Job.created_at > now + APART)
    session.execute(its.where(*ahead).values(run_after=now, created_at=now))
    leased = (Job.state == JobState.RUNNING, Job.lease_until > now + LEASE + APART)
    session.execute(its.where(*leased).values(lease_until=now + LEASE))


def due(*only: ColumnElement[bool]) -> Sequence[UUID]:
    """Return the jobs that somebody should be doing now, the oldest first."""
    query = select(Job.id).where(is_due(clock.now()), *only).order_by(Job.run_after, Job.id)
    with reading() as session:
        return session.scalars(query.limit(BATCH)).all()


def is_of(lane: Lane) -> ColumnElement[bool]:
    """Return the condition that a job is of a lane; what no part knows is of the short one."""
    others = Job.kind.not_in([kind for kind, it in kinds().items() if it.lane is not lane])
    return others if lane is Lane.SHORT else Job.kind.in_([*kinds()]) & others
