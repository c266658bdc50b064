"""The use cases of letters: which were sent, once more, what a restore held; the weekly head."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from api.accounts.models import RoleGrant
from api.accounts.rules import Actor, Role
from api.coalitions.models import Coalition
from api.coalitions.service import owners
from api.errors import NotFound
from api.infra import clock
from api.infra.background import dead_letters
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import is_any, reading, transaction
from api.infra.mail import letters
from api.infra.mail.letters import Facts, Letter, LetterState
from api.infra.runtime import runtime
from api.infra.security import audit
from api.mailings import rules

HEAD = "audit.head"


def of_coalition(
    actor: Actor,
    coalition_id: UUID,
    page: PageRequest,
    *,
    state: LetterState | None = None,
    kind: str | None = None,
) -> Page[Letter]:
    """Return a coalition's letters, the latest first; to whom they went, no row says."""
    actor.must(coalition_id, Role.COORDINATOR)
    mine = select(Letter).where(Letter.coalition_id == coalition_id)
    query = paging.narrowed(mine, {Letter.state: state, Letter.kind: kind})
    with reading() as session:
        return paging.page(session, query, page, descending=True)


def replay(actor: Actor, letter_id: UUID) -> Letter:
    """Send a letter again that failed for good."""
    with transaction() as session:
        found = session.get(Letter, letter_id, with_for_update=True)
        if found is None or found.coalition_id is None:
            raise NotFound("Check the id; it may also belong to a coalition that is not yours.")
        actor.must(found.coalition_id, Role.COORDINATOR)
        letters.replay(session, found)
        audit.append(session, actor, "letter.replayed", found.coalition_id, found.id)
        return found


def release(ids: Sequence[UUID] | None) -> int:
    """Queue jobs and letters that a restore held, all or those of these ids; return how many.

    It is for the operator's command, as the house's backups are.
    """
    with transaction() as session:
        freed = letters.release(session, ids)
        rest = None if ids is None else [each for each in ids if each not in freed]
        done = [] if rest == [] else [each.id for each in dead_letters.release(session, rest)]
        if freed:
            facts = {"ids": sorted(map(str, freed))}
            audit.append(session, None, "letter.released", None, None, facts=facts)
        if done:
            facts = {"ids": sorted(map(str, done))}
            audit.append(session, None, "job.released", None, None, facts=facts)
        return len(freed) + len(done)


def is_head_due(session: Session) -> bool:
    """Tell whether some owner was not told the record's head for a week."""
    if runtime().smtp is None:
        return False
    return is_any(session, _untold())


def tell_head() -> None:
    """Promise every owner a letter with the record's head who got none for a week (promise 16).

    Who became an owner gets the first a week after that.
    """
    with transaction() as session:
        for role_id, coalition_id in session.execute(_untold()).all():
            letters.promise(session, HEAD, coalition_id, role_id)


def _untold() -> Select[UUID, UUID]:
    since = clock.now() - rules.HEAD_EVERY
    told = exists().where(
        Letter.object_id == RoleGrant.id, Letter.kind == HEAD, Letter.created_at > since
    )
    query = select(RoleGrant.id, RoleGrant.coalition_id)
    return query.where(RoleGrant.role == Role.OWNER, RoleGrant.created_at <= since, ~told)


@owners.letter
def head_facts(session: Session, grant: RoleGrant) -> Facts | None:
    """Find the newest head for whoever is still an owner."""
    head = audit.newest(session)
    if head == audit.BEFORE_ALL:
        return None
    coalition = session.get_one(Coalition, grant.coalition_id)
    return owners.letter_to(session, grant, coalition=coalition.name, head=str(head))
