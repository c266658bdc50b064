"""Sessions of people at the desk: rows, so that each ends at once, wherever it is ended.

A session's secret stands in one browser's cookie and is kept as its hash. Its roles are read anew
at each request. Who signs in gets a new secret, whatever the browser had before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, not_, select, update
from sqlalchemy.orm import Session

from api.accounts.models import AccessCut, DeskSession, RoleGrant, SignInMeans, User
from api.accounts.rules import (
    ACCESS_ENDED,
    FRESH,
    MOST_OF_A_DEVICE,
    SESSIONS_KEPT,
    Actor,
    Browser,
    Role,
)
from api.accounts.service import LAST_USED_EVERY, notices
from api.accounts.service.authentication import roles_since, with_roles
from api.errors import Conflict, Forbidden, NotFound
from api.infra import clock
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import (
    delete_all,
    insert,
    is_any,
    one_query,
    reading,
    transaction,
)
from api.infra.mail import letters
from api.infra.runtime import runtime
from api.infra.security import audit, keys, secret_tokens

DEVICE = "desk_sessions.device"


class NotFresh(Forbidden, title="Sign in again for this"):
    """What cannot be undone is done soon after a sign-in."""


@dataclass(frozen=True)
class Visit:
    """One request of a person who is signed in."""

    actor: Actor  # its token_id is the session's id
    session_id: UUID
    secret: str
    began_at: datetime
    fresh_until: datetime
    ends_at: datetime  # at the latest
    cut: frozenset[UUID]  # coalitions of the person's in which only a new sign-in acts
    language: str | None = None  # that the person chose


@dataclass(frozen=True)
class SessionView:
    """A session that has not ended, as its person sees it."""

    id: UUID
    device: str
    means: SignInMeans
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


def opened(secret: str) -> Visit | None:
    """Return who comes with a session's secret; None where it is unknown, ended or too old."""
    query = select(DeskSession, User.language).join(User, User.id == DeskSession.user_id)
    query = query.where(DeskSession.secret_hash == secret_tokens.hashed(secret), _is_live())
    with one_query() as session:
        rows = session.execute(with_roles(query, DeskSession.user_id)).all()
    if not rows:
        return None
    found, language = rows[0].DeskSession, rows[0].language
    roles, cut = roles_since(rows, found.proven_at)
    if found.last_seen_at < clock.now() - LAST_USED_EVERY:
        with transaction() as session:
            seen = update(DeskSession).where(DeskSession.id == found.id, _is_live())
            session.execute(seen.values(last_seen_at=clock.now()))
    return Visit(
        actor=Actor(found.user_id, found.id, roles, None, found.proven_at),
        session_id=found.id,
        secret=secret,
        began_at=found.created_at,
        fresh_until=found.created_at + _fresh_for(found.means),
        ends_at=found.created_at + _longest(),
        cut=cut,
        language=language,
    )


def must_be_fresh(visit: Visit) -> None:
    """Let a visit pass that is soon after its sign-in, or raise NotFresh."""
    if visit.fresh_until <= clock.now():
        minutes = int(FRESH.total_seconds() // 60)
        raise NotFresh(f"This is done within {minutes} minutes of a sign-in, as it stays done.")


def begin(  # noqa: PLR0913 # the facts of a sign-in
    session: Session,
    user_id: UUID,
    browser: Browser,
    means: SignInMeans,
    *,
    proven_at: datetime | None = None,
    is_news: bool = False,
) -> str:
    """Sign a user in with a browser, whose session of before ends; return the new one's secret.

    `proven_at` is when the person proved who it is, where that was not now. By means that are new
    (`is_news`) a letter tells them.
    """
    if browser.session is not None:
        _end(session, DeskSession.secret_hash == secret_tokens.hashed(browser.session))
    secret, now, row_id = secret_tokens.new_secret(), clock.now(), uuid4()
    device = keys.seal(session, None, DEVICE, row_id, browser.device[:MOST_OF_A_DEVICE])
    row = DeskSession(
        id=row_id,
        user_id=user_id,
        secret_hash=secret_tokens.hashed(secret),
        browser_hash=secret_tokens.hashed(browser.secret),
        device=device,
        means=means,
        created_at=now,
        last_seen_at=now,
        proven_at=proven_at or now,
    )
    session.add(row)
    session.flush()
    who = Actor(user_id, row_id, {}, None)
    audit.append(session, who, "session.begun", None, row_id, facts={"means": means})
    if is_news:
        notices.promise(session, row_id)
    return secret


def is_first_by(session: Session, user_id: UUID, means: SignInMeans) -> bool:
    """Tell whether no session of a user that is kept was begun by some means."""
    query = select(DeskSession.id).where(DeskSession.user_id == user_id)
    return not is_any(session, query.where(DeskSession.means == means))


def of(actor: Actor) -> Sequence[SessionView]:
    """Return the actor's sessions that have not ended, the latest first."""
    return listed(actor, PageRequest(limit=paging.MOST)).items


def listed(actor: Actor, page: PageRequest) -> Page[SessionView]:
    """Return a page of the actor's sessions that have not ended, the latest first."""
    _must_be_whole(actor)
    query = select(DeskSession).where(DeskSession.user_id == actor.user_id, _is_live())
    with reading() as session:
        found = paging.page(session, query, page, descending=True)
        return found.of(lambda row: _view(session, actor, row))


def end(actor: Actor, session_id: UUID) -> None:
    """End one of the actor's sessions now; one that has ended stays so."""
    _must_be_whole(actor)
    with transaction() as session:
        query = select(DeskSession.id).where(
            DeskSession.id == session_id, DeskSession.user_id == actor.user_id
        )
        if not is_any(session, query):
            raise NotFound("You have no session of this id.")
        if _end(session, DeskSession.id == session_id):
            audit.append(session, actor, "session.ended", None, session_id)


def sign_out(visit: Visit) -> None:
    """End the session of a visit."""
    end(visit.actor, visit.session_id)


def end_all(actor: Actor) -> int:
    """End all of the actor's sessions, the one that it acts by too; return how many."""
    _must_be_whole(actor)
    with transaction() as session:
        number = _end(session, DeskSession.user_id == actor.user_id)
        facts = {"number": number}
        audit.append(session, actor, "session.all_ended", None, actor.user_id, facts=facts)
        return number


def end_everybody(actor: Actor, coalition_id: UUID) -> None:
    """End all access to a coalition: of sessions and tokens that are there, the actor's too.

    What goes back to a sign-in from before acts here no more: also a token or a passkey that is
    made by it later. In other coalitions, where no owner said so, it goes on. All who
    work here hear of it by a letter.
    """
    actor.must(coalition_id, Role.OWNER)
    if actor.scope is not None:
        raise Forbidden("A token that is limited to coalitions cannot end what others sign in by.")
    with transaction() as session:
        there = session.get(AccessCut, coalition_id, with_for_update=True)
        if there is None:
            new = AccessCut(coalition_id=coalition_id, cut_at=clock.now())
            insert(session, new, on_clash=Conflict("Another owner did it at this moment."))
        else:
            there.cut_at = clock.now()
        audit.append(session, actor, "access.ended", coalition_id, coalition_id)
        query = select(RoleGrant.id).where(RoleGrant.coalition_id == coalition_id)
        for role_id in session.scalars(query.order_by(RoleGrant.id)).all():
            letters.promise(session, ACCESS_ENDED, coalition_id, role_id)


def _must_be_whole(actor: Actor) -> None:
    if actor.scope is not None:
        raise Forbidden("A token that is limited to coalitions neither sees nor ends sessions.")


def _view(session: Session, actor: Actor, row: DeskSession) -> SessionView:
    device = keys.unseal(session, DEVICE, row.id, row.device)
    is_current = row.id == actor.token_id
    return SessionView(row.id, device, row.means, row.created_at, row.last_seen_at, is_current)


def _end(session: Session, *which: ColumnElement[bool]) -> int:
    """End sessions that have not ended; return how many."""
    query = select(DeskSession).where(*which, DeskSession.ended_at.is_(None))
    found = session.scalars(query.order_by(DeskSession.id).with_for_update()).all()
    for row in found:
        row.ended_at = clock.now()
    return len(found)


def _fresh_for(means: SignInMeans) -> timedelta:
    """Return for how long what stays done may be done.

    A provider may vouch for who signed in with it hours ago: of a yes of its, nothing is fresh.
    """
    return timedelta() if means is SignInMeans.PROVIDER else FRESH


def _longest() -> timedelta:
    return timedelta(hours=runtime().settings.session_hours)


def _is_live() -> ColumnElement[bool]:
    now, idle = clock.now(), timedelta(minutes=runtime().settings.session_idle_minutes)
    return and_(
        DeskSession.ended_at.is_(None),
        DeskSession.last_seen_at > now - idle,
        DeskSession.created_at > now - _longest(),
    )


def _is_old() -> ColumnElement[bool]:
    return and_(not_(_is_live()), DeskSession.last_seen_at < clock.now() - SESSIONS_KEPT)


def are_old(session: Session) -> bool:
    """Tell whether sessions were over long ago."""
    return is_any(session, select(DeskSession.id).where(_is_old()))


def forget() -> None:
    """Delete the sessions that were over long ago."""
    delete_all(DeskSession, _is_old())
