"""Searching names, which are sealed: each is opened. Few are searched at once, many by a job."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import Forbidden, NotFound
from api.infra.background import jobs
from api.infra.background.jobs import Job
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, transaction
from api.infra.security import keys
from api.infra.text import spelling
from api.signatures import rules
from api.signatures.models import Signature
from api.signatures.rules import Audience
from api.signatures.service import lists, rows
from api.signatures.service.lists import Wanted
from api.signatures.service.rows import SignatureView
from api.statements.models import Statement

SEARCH = "signatures.search"
MOST_AT_ONCE = 2_000  # names that a request opens
MOST_FOUND = 1_000  # of which a job keeps the ids
DAYS = ("from", "until")


def searched(  # noqa: PLR0913 # a page, and what is sought
    actor: Actor,
    statement_id: UUID,
    page: PageRequest,
    wanted: Wanted,
    sought: str,
    *,
    is_glance: bool = False,
) -> Page[SignatureView] | Job:
    """Return the signatures of which a name, in any spelling, has these words.

    Where more than a request opens would have to be opened, it becomes a job.
    """
    with reading() as session:
        statement = _load(session, actor, statement_id)
        asked = lists.query(statement, Audience.COORDINATOR, wanted)
        some = session.scalars(asked.limit(MOST_AT_ONCE + 1)).all()
        if len(some) <= MOST_AT_ONCE:
            ids = _matching(session, some, sought)
            audience = rows.audience_of(actor, statement.coalition_id, is_glance=is_glance)
            return lists.paged(session, statement, audience, page, wanted, ids)
    return _promised(actor, statement, wanted, sought)


def _load(session: Session, actor: Actor, statement_id: UUID) -> Statement:
    statement = load(session, actor, Statement, statement_id, Role.VIEWER)
    if rows.audience_of(actor, statement.coalition_id) is not Audience.COORDINATOR:
        raise Forbidden("Names are searched by coordinators and owners.")
    return statement


def _matching(session: Session, some: Sequence[Signature], sought: str) -> list[UUID]:
    known = rows.identities(session, some)
    return [each for each, who in known.items() if spelling.found_in(rules.searched(who), sought)]


def _promised(actor: Actor, statement: Statement, wanted: Wanted, sought: str) -> Job:
    """Promise a search. Its words may be a name: the job's facts hold them sealed."""
    plain = {name: str(value) for name, value in sorted(wanted.items())}
    with transaction() as session:
        owner, text = statement.coalition_id, sought.encode()
        sealed = keys.seal_bytes(session, owner, SEARCH, statement.id, text)
        facts = {
            "statement_id": str(statement.id),
            "wanted": plain,
            "sought": base64.b64encode(sealed).decode(),
        }
        question = repr((statement.id, list(plain.items()), sought))
        same = keys.blind(session, owner, SEARCH, question)
        # One of each asker, who is shown it.
        key = f"{SEARCH}:{same.hex()}:{actor.user_id}"
        return jobs.promise(session, SEARCH, owner, facts, by=actor, key=key)


def search(facts: Mapping[str, Any], job_id: UUID) -> dict[str, object]:
    """Search all names; the result holds ids, and the address where these are listed."""
    with reading() as session:
        statement = session.get(Statement, UUID(facts["statement_id"]))
        if statement is None:
            raise NotFound("The statement was deleted.")
        sealed = base64.b64decode(facts["sought"])
        sought = keys.unseal_bytes(session, SEARCH, statement.id, sealed).decode()
    wanted, match = _wanted(facts), partial(_matching, sought=sought)
    ids: list[UUID] = []
    for some in lists.batches(statement, Audience.COORDINATOR, wanted, match):
        ids += some
        if len(ids) > MOST_FOUND:
            break
    return {
        "url": f"/v1/statements/{statement.id}/signatures?found={job_id}",
        "ids": [str(each) for each in ids[:MOST_FOUND]],
        "is_whole": len(ids) <= MOST_FOUND,
    }


def _wanted(facts: Mapping[str, Any]) -> dict[str, object]:
    """Return the filters of a job's facts."""
    return {
        name: date.fromisoformat(value) if name in DAYS else value
        for name, value in facts["wanted"].items()
    }


def found(  # noqa: PLR0913 # a page, and which search
    actor: Actor,
    statement_id: UUID,
    page: PageRequest,
    wanted: Wanted,
    job_id: UUID,
    *,
    is_glance: bool = False,
) -> Page[SignatureView]:
    """Return the signatures that a search found, as they are now."""
    with reading() as session:
        statement = _load(session, actor, statement_id)
        job = session.get(Job, job_id)
        is_it = (
            job is not None
            and (job.kind, job.coalition_id) == (SEARCH, statement.coalition_id)
            and job.facts["statement_id"] == str(statement.id)
        )
        if job is None or not is_it or job.result is None:
            raise NotFound("No search of this id has ended here. Ask its job, or search again.")
        ids = [UUID(each) for each in job.result["ids"]]
        both = {**_wanted(job.facts), **wanted}
        audience = rows.audience_of(actor, statement.coalition_id, is_glance=is_glance)
        return lists.paged(session, statement, audience, page, both, ids)
