"""Keeps jobs that no worker does: held by a restore, dead until replayed, done and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from api.errors import Conflict, NotFound
from api.infra import clock
from api.infra.background import jobs
from api.infra.background.jobs import Job, JobState, Work
from api.infra.database.transactions import delete_all, in_state, is_any, reading

KEPT = timedelta(days=7)  # how long what is done can be asked for
KEPT_DEAD = timedelta(days=90)  # and what failed


class NotDead(Conflict, title="The job has not failed"):
    """Only what has failed for good can be replayed."""


def standing() -> tuple[datetime | None, int]:
    """Return since when the oldest job waits that somebody should do, and how many are dead."""
    with reading() as session:
        since = session.scalar(select(func.min(Job.run_after)).where(jobs.is_due(clock.now())))
        return since, session.scalar(select(func.count()).where(Job.state == JobState.DEAD)) or 0


def replay(found: Job) -> None:
    """Queue a job again that failed for good."""
    if found.state is not JobState.DEAD:
        raise NotDead(f"It is {found.state}: only a dead job can be replayed.")
    _queue_anew(found)


def hold(session: Session) -> int:
    """Hold everything that is promised and not done; return how many jobs.

    They lose their keys, so that the same can be promised again meanwhile.
    """
    unfinished = Job.state.in_([JobState.QUEUED, JobState.RUNNING])
    held = update(Job).where(unfinished).values(state=JobState.HELD, lease_until=None, key=None)
    return int(session.execute(held).rowcount)  # type: ignore[attr-defined] # of an UPDATE there is one


def held() -> Sequence[Job]:
    """Return the jobs that a restore held, the oldest first."""
    with reading() as session:
        return session.scalars(in_state(Job, JobState.HELD)).all()


def release(session: Session, job_ids: Sequence[UUID] | None) -> Sequence[Job]:
    """Queue jobs that were held, all or those of these ids; return them. Raise NotFound."""
    query = in_state(Job, JobState.HELD, job_ids)
    found = session.scalars(query.with_for_update()).all()
    if job_ids is not None and (missing := set(job_ids) - {each.id for each in found}):
        raise NotFound(f"Nothing is held under {', '.join(sorted(map(str, missing)))}.")
    for each in found:
        _queue_anew(each)
    return found


def are_old(session: Session) -> bool:
    """Tell whether jobs were done long ago."""
    return is_any(session, select(Job.id).where(_is_forgotten()))


def _is_forgotten() -> ColumnElement[bool]:
    done = and_(Job.state == JobState.DONE, Job.finished_at < clock.now() - KEPT)
    return or_(done, and_(Job.state == JobState.DEAD, Job.finished_at < clock.now() - KEPT_DEAD))


def forget(_: Work) -> None:
    """Delete what was done long ago."""
    delete_all(Job, _is_forgotten())


def _queue_anew(found: Job) -> None:
    """Queue a job that was not done, as if it had not been tried."""
    found.state, found.run_after, found.attempts = JobState.QUEUED, clock.now(), 0
    found.finished_at = found.fault = None
    jobs.send_after_commit(found)
