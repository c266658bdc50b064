"""How jobs stand, for whoever watches: by lane, how many, and how long the oldest waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from itertools import product

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from api.infra import clock
from api.infra.background import jobs
from api.infra.background.jobs import Job, JobState
from api.infra.database.gauges import MOST, Gauge, GaugeReading, GaugeSource, age
from api.infra.queue import Lane

JOBS = Gauge(
    "undersigned_jobs", "Jobs that are not done; 100,000 stands for more.", ("lane", "state")
)
OLDEST = Gauge(
    "undersigned_jobs_oldest_seconds",
    "For how long the oldest job waits that somebody should be doing; 0: none does.",
    ("lane",),
)


class JobQueueState(StrEnum):
    """How a job stands for whoever watches."""

    WAITING = "waiting"  # somebody should be doing it
    LATER = "later"  # it failed, or was told to wait
    RUNNING = "running"
    HELD = "held"
    DEAD = "dead"


def _which(now: datetime) -> Iterator[tuple[JobQueueState, ColumnElement[bool]]]:
    """Yield what each state means. A job whose worker died waits, too."""
    yield JobQueueState.WAITING, and_(Job.state == JobState.QUEUED, Job.run_after <= now)
    yield JobQueueState.WAITING, and_(Job.state == JobState.RUNNING, Job.lease_until < now)
    yield JobQueueState.LATER, and_(Job.state == JobState.QUEUED, Job.run_after > now)
    yield JobQueueState.RUNNING, and_(Job.state == JobState.RUNNING, Job.lease_until >= now)
    yield JobQueueState.HELD, Job.state == JobState.HELD
    yield JobQueueState.DEAD, Job.state == JobState.DEAD


def _read(session: Session) -> Iterator[GaugeReading]:
    numbers: Counter[tuple[Lane, JobQueueState]] = Counter()
    oldest: dict[Lane, datetime] = {}
    for state, which in _which(clock.now()):
        # As ix_jobs_state_run_after has them, so that the oldest are among the first.
        of_it = select(Job.kind, Job.run_after).where(which).order_by(Job.run_after)
        some = of_it.limit(MOST).subquery().c
        query = select(some.kind, func.count(), func.min(some.run_after)).group_by(some.kind)
        for kind, number, since in session.execute(query):
            lane = jobs.lane_of(kind)
            numbers[lane, state] += number
            if state is JobQueueState.WAITING:
                oldest[lane] = min(since, oldest.get(lane, since))
    for lane, state in product(Lane, JobQueueState):
        yield GaugeReading(JOBS, numbers[lane, state], (lane, state))
    for lane in Lane:
        yield GaugeReading(OLDEST, age(oldest.get(lane)), (lane,))


STANDING = GaugeSource("jobs", (JOBS, OLDEST), _read)
