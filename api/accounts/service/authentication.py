"""Who calls: a program by its token, or the operator's command, and the roles that it has now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, select, update
from sqlalchemy.orm import InstrumentedAttribute

from api.accounts.models import AccessCut, RoleGrant, Token, TokenScope, User
from api.accounts.rules import Actor, Role
from api.accounts.service import LAST_USED_EVERY, known
from api.infra import clock
from api.infra.database.transactions import one_query, reading, transaction
from api.infra.security import secret_tokens

_Query: TypeAlias = Select[*tuple[Any, ...]]


def with_roles(query: _Query, user_id: InstrumentedAttribute[UUID]) -> _Query:
    """Have a query tell of each user its roles too, a row each; `roles_since` reads them."""
    told = query.add_columns(RoleGrant.coalition_id, RoleGrant.role, AccessCut.cut_at)
    return told.outerjoin(RoleGrant, RoleGrant.user_id == user_id).outerjoin(
        AccessCut, AccessCut.coalition_id == RoleGrant.coalition_id
    )


def roles_since(
    rows: Iterable[Row[*tuple[Any, ...]]], proven_at: datetime
) -> tuple[dict[UUID, Role], frozenset[UUID]]:
    """Return the roles of a user who proved then who it is, and where that is too long ago.

    An owner ends all access from before, and a new sign-in brings it back.
    """
    found = [each for each in rows if each.role is not None]
    cut = frozenset(each.coalition_id for each in found if each.cut_at and each.cut_at >= proven_at)
    return {each.coalition_id: each.role for each in found if each.coalition_id not in cut}, cut


@cache  # made when all tables are there: a foreign key has its type from what it leads to
def _who_asks() -> _Query:
    columns = (
        Token.id,
        Token.user_id,
        Token.is_scoped,
        Token.created_at,
        Token.expires_at,
        Token.revoked_at,
        Token.last_used_at,
        Token.proven_at,
        TokenScope.coalition_id.label("scoped_to"),
    )
    token = select(*columns).where(Token.secret_hash == bindparam("secret_hash"))
    is_of_it = TokenScope.token_id == Token.id
    in_scope = and_(is_of_it, TokenScope.coalition_id == RoleGrant.coalition_id)
    return with_roles(token, Token.user_id).outerjoin(TokenScope, in_scope)


def authenticate(secret: str) -> Actor | None:
    """Return who holds this token, or None where it is unknown, expired or revoked.

    Each request of a program asks this first, so all of it is one query.
    """
    with one_query() as session:
        found = session.execute(_who_asks(), {"secret_hash": secret_tokens.hashed(secret)}).all()
    if not found or found[0].revoked_at or found[0].expires_at <= clock.now():
        return None
    token = found[0]
    if token.last_used_at is None or token.last_used_at < clock.now() - LAST_USED_EVERY:
        with transaction() as session:
            seen = update(Token).where(Token.id == token.id)
            session.execute(seen.values(last_used_at=clock.now()))
    proven_at = token.proven_at or token.created_at
    if not token.is_scoped:
        return Actor(token.user_id, token.id, roles_since(found, proven_at)[0], None, proven_at)
    found = [each for each in found if each.scoped_to]
    scope = frozenset(each.scoped_to for each in found)
    return Actor(token.user_id, token.id, roles_since(found, proven_at)[0], scope, proven_at)


def actor_of(email: str) -> Actor:
    """Return the user of an address as the operator's command acts for it, with all its roles."""
    with reading() as session:
        user = known(session, email)
        found = session.execute(with_roles(select(User.id).where(User.id == user.id), User.id))
        return Actor(user.id, None, roles_since(found, clock.now())[0], None)
