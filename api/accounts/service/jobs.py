"""The use cases of jobs: how far one is, which have failed, and once more."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.errors import NotFound
from api.infra.background import dead_letters
from api.infra.background.jobs import Job, JobState
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, transaction
from api.infra.security import audit


def job(actor: Actor, job_id: UUID) -> Job:
    """Return a job: who asked for it may see it, and the coalition's coordinators."""
    with reading() as session:
        return _load(session, actor, job_id)


def of_coalition(
    actor: Actor, coalition_id: UUID, page: PageRequest, *, state: JobState | None = None
) -> Page[Job]:
    """Return a coalition's jobs, the latest first."""
    actor.must(coalition_id, Role.COORDINATOR)
    mine = select(Job).where(Job.coalition_id == coalition_id)
    query = paging.narrowed(mine, {Job.state: state})
    with reading() as session:
        return paging.page(session, query, page, descending=True)


def replay(actor: Actor, job_id: UUID) -> Job:
    """Queue a job again that failed for good."""
    with transaction() as session:
        found = _load(session, actor, job_id, lock=True)
        dead_letters.replay(found)
        audit.append(session, actor, "job.replayed", found.coalition_id, found.id)
        return found


def _load(session: Session, actor: Actor, job_id: UUID, *, lock: bool = False) -> Job:
    found = session.get(Job, job_id, with_for_update=lock or None)
    if found is None or found.coalition_id is None or not actor.sees(found.coalition_id):
        raise NotFound("Check the id; it may also belong to a coalition that is not yours.")
    if found.created_by != actor.user_id:
        actor.must(found.coalition_id, Role.COORDINATOR)
    return found
