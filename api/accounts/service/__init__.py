"""The use cases of users, roles and tokens, and the loader that every feature fetches through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.models import RoleGrant, Token, TokenScope, User
from api.accounts.rules import INVITED, Actor, Role
from api.errors import Code, Conflict, Fault, Forbidden, Invalid, NotFound, point
from api.infra import clock
from api.infra.database.columns import Owned
from api.infra.database.paging import Page, PageRequest, page
from api.infra.database.transactions import insert, reading, touch, transaction
from api.infra.mail import letters
from api.infra.security import audit, keys, secret_tokens

LAST_USED_EVERY = timedelta(minutes=1)
IDENTITY = "users.identity"


_Row = TypeVar("_Row", bound=Owned)
_Edited = TypeVar("_Edited", bound=Any)  # Owned and Versioned: no bound says both


class EmailTaken(Conflict, title="This e-mail address has a user already"):
    """One address, one user."""


class HasRole(Conflict, title="This user has a role here already"):
    """One user, one role in a coalition."""


class LastOwner(Conflict, title="A coalition needs an owner"):
    """A coalition keeps at least one owner."""


@dataclass(frozen=True)
class UserView:
    """A user as people see one."""

    id: UUID
    email: str
    name: str
    language: str | None = None  # that they chose


@dataclass(frozen=True)
class Granted:
    """A role and whose it is."""

    grant: RoleGrant
    person: UserView


def load(  # noqa: PLR0913 # the one door to every row: each of these is a question it must ask
    session: Session,
    actor: Actor,
    model: type[_Row],
    row_id: UUID,
    needed: Role,
    *,
    lock: bool = False,
) -> _Row:
    """Return a row of a coalition that the actor may touch, or raise NotFound or Forbidden.

    `lock` holds the row until the transaction ends; every change asks for it.
    """
    row = session.get(model, row_id, with_for_update=lock or None, populate_existing=lock)
    if row is None:
        raise NotFound("Check the id; it may also belong to a coalition that is not yours.")
    actor.must(row.coalition_id, needed)
    return row


def load_at(  # noqa: PLR0913, PLR0917 # as `load`
    session: Session, actor: Actor, model: type[_Edited], row_id: UUID, needed: Role, expected: int
) -> _Edited:
    """Return a row that the actor changes, held; raise Stale unless it is at this version."""
    row = load(session, actor, model, row_id, needed, lock=True)
    touch(row, expected)
    return row


def create_user(email: str, name: str) -> UserView:
    """Enter a person who works here."""
    with transaction() as session:
        return enter(session, None, email, name)


def enter(session: Session, by: Actor | None, email: str, name: str) -> UserView:
    """Enter a person in the caller's transaction; raise EmailTaken."""
    if _by_email(session, email):
        raise EmailTaken("Use the user that is there.")
    user_id = uuid4()
    identity = keys.seal(session, None, IDENTITY, user_id, {"email": email, "name": name})
    user = User(id=user_id, identity=identity, email_index=email_index(session, email))
    insert(session, user, on_clash=EmailTaken("Use the user that is there."))
    audit.append(session, by, "user.created", None, user_id, facts={"email": email})
    return UserView(user_id, email, name)


def email_index(session: Session, email: str) -> bytes:
    """Return by what the user of an address is found."""
    return keys.blind(session, None, "users.email", email.strip().casefold())


def _by_email(session: Session, email: str) -> User | None:
    query = select(User).where(User.email_index == email_index(session, email))
    return session.scalars(query).first()


def known(session: Session, email: str) -> User:
    """Return the user of an address, or raise NotFound; for the operator's commands."""
    user = _by_email(session, email)
    if user is None:
        raise NotFound("No user has this address. `undersigned user create` makes one.")
    return user


def person(session: Session, user: User) -> UserView:
    """Return a user's name and address, unsealed."""
    identity = keys.unseal(session, IDENTITY, user.id, user.identity)
    return UserView(user.id, **identity, language=user.language)


def language_of(session: Session, user_id: UUID) -> str | None:
    """Return in which language a person wants to be spoken to; None: none was chosen."""
    return session.get_one(User, user_id).language


def speak(actor: Actor, language: str | None) -> UserView:
    """Have the desk and letters to the actor speak a language; None: that of the browser."""
    if actor.scope is not None:
        raise Forbidden("A token that is limited to coalitions does not change its user.")
    with transaction() as session:
        user = session.get_one(User, actor.user_id, with_for_update=True)
        user.language = language
        audit.append(session, actor, "user.language_chosen", None, user.id)
        return person(session, user)


def me(actor: Actor) -> UserView:
    """Return who the actor is."""
    with reading() as session:
        return person(session, session.get_one(User, actor.user_id))


def create_first_token(email: str, label: str, days: int) -> str:
    """Return a new token's secret for the user of an address; for the operator's command."""
    with transaction() as session:
        return _new_token(session, None, known(session, email).id, label, days, None)[1]


def create_token(
    actor: Actor, label: str, days: int, coalition_ids: Sequence[UUID] | None
) -> tuple[Token, str]:
    """Return a new token of the actor's, and its secret, which is never shown again."""
    wanted = None if coalition_ids is None else set(coalition_ids)
    if wanted is None and actor.scope is not None:
        raise Forbidden("A token that is limited to coalitions makes only such tokens: name them.")
    faults = [
        Fault(point("coalition_ids", index), Code.FORBIDDEN, "You have no role in this coalition.")
        for index, coalition_id in enumerate(coalition_ids or [])
        if not actor.sees(coalition_id)
    ]
    if faults:
        raise Invalid("Name only coalitions that you work in.", faults)
    with transaction() as session:
        return _new_token(session, actor, actor.user_id, label, days, wanted)


def _new_token(  # noqa: PLR0913, PLR0917 # who makes it, and its columns
    session: Session,
    by: Actor | None,
    user_id: UUID,
    label: str,
    days: int,
    coalition_ids: set[UUID] | None,
) -> tuple[Token, str]:
    secret = secret_tokens.new_secret()
    token = Token(
        user_id=user_id,
        label=label,
        secret_hash=secret_tokens.hashed(secret),
        is_scoped=coalition_ids is not None,
        expires_at=clock.now() + timedelta(days=days),
        proven_at=by and by.proven_at,
        scopes=[TokenScope(coalition_id=each) for each in coalition_ids or ()],
    )
    session.add(token)
    session.flush()
    limited = None if coalition_ids is None else sorted(map(str, coalition_ids))
    facts = {"user_id": user_id, "coalition_ids": limited}
    audit.append(session, by, "token.created", None, token.id, facts=facts)
    return token, secret


def tokens(actor: Actor, request: PageRequest) -> Page[Token]:
    """Return the actor's tokens, as far as its own token's scope reaches."""
    with reading() as session:
        query = select(Token).where(Token.user_id == actor.user_id)
        if actor.scope is not None:
            query = query.where(Token.id == actor.token_id)
        return page(session, query, request, descending=True)


def token(actor: Actor, token_id: UUID) -> Token:
    """Return one of the actor's tokens."""
    with reading() as session:
        return _own_token(session, actor, token_id)


def revoke_token(actor: Actor, token_id: UUID) -> Token:
    """End one of the actor's tokens now, for good."""
    with transaction() as session:
        found = _own_token(session, actor, token_id)
        if found.revoked_at is None:
            found.revoked_at = clock.now()
            audit.append(session, actor, "token.revoked", None, found.id)
        return found


def _own_token(session: Session, actor: Actor, token_id: UUID) -> Token:
    found = session.get(Token, token_id)
    is_hidden = actor.scope is not None and token_id != actor.token_id
    if found is None or found.user_id != actor.user_id or is_hidden:
        raise NotFound("You have no token of this id.")
    return found


def found_role(session: Session, actor: Actor, coalition_id: UUID) -> None:
    """Make the actor the owner of a coalition that it founds."""
    if actor.scope is not None:
        raise Forbidden("A token that is limited to coalitions cannot found another one.")
    founder = person(session, session.get_one(User, actor.user_id))
    given = _new_grant(session, coalition_id, founder, Role.OWNER)
    session.add(given)
    _record(session, actor, "role.granted", given)


def _new_grant(session: Session, coalition_id: UUID, who: UserView, role: Role) -> RoleGrant:
    grant = RoleGrant(id=uuid4(), coalition_id=coalition_id, user_id=who.id, role=role)
    keys.write(session, grant, RoleGrant.identity, {"email": who.email, "name": who.name})
    return grant


def roles_of(actor: Actor, coalition_id: UUID, request: PageRequest) -> Page[Granted]:
    """Return who works in a coalition; its coordinators may know."""
    actor.must(coalition_id, Role.COORDINATOR)
    with reading() as session:
        query = select(RoleGrant).where(RoleGrant.coalition_id == coalition_id)
        found = page(session, query, request)
        return found.of(lambda grant: granted(session, grant))


def role(actor: Actor, role_id: UUID) -> Granted:
    """Return one role."""
    with reading() as session:
        return granted(session, load(session, actor, RoleGrant, role_id, Role.COORDINATOR))


def grant_role(  # noqa: PLR0913 # what a role is made of
    actor: Actor, coalition_id: UUID, email: str, name: str, role: Role, *, letter: bool = False
) -> Granted:
    """Give a person a role, with a letter if wanted; who is not known here yet becomes a user."""
    actor.must(coalition_id, Role.OWNER)
    with transaction() as session:
        user = _by_email(session, email)
        user_id = user.id if user else enter(session, actor, email, name).id
        given = _new_grant(session, coalition_id, UserView(user_id, email, name), role)
        given.given_by = actor.user_id
        insert(session, given, on_clash=HasRole("Change the role that is there."))
        _record(session, actor, "role.granted", given)
        if letter:
            letters.promise(session, INVITED, coalition_id, given.id)
        return granted(session, given)


def invite(actor: Actor, role_id: UUID) -> Granted:
    """Send a person the letter, once more or at last, that says what it may do and where."""
    with transaction() as session:
        given = load(session, actor, RoleGrant, role_id, Role.OWNER)
        letters.promise(session, INVITED, given.coalition_id, given.id)
        audit.record(session, actor, "role.written_to", given)
        return granted(session, given)


def change_role(actor: Actor, role_id: UUID, expected: int, wanted: Role) -> Granted:
    """Change what a person may do in a coalition."""
    with transaction() as session:
        given, owners = _lock(session, actor, role_id)
        touch(given, expected)
        if wanted is not Role.OWNER:
            _keep_an_owner(given, owners)
        given.role = wanted
        _record(session, actor, "role.changed", given)
        return granted(session, given)


def take_role(actor: Actor, role_id: UUID, expected: int) -> None:
    """Take a person's role in a coalition away."""
    with transaction() as session:
        given, owners = _lock(session, actor, role_id)
        touch(given, expected)
        _keep_an_owner(given, owners)
        _record(session, actor, "role.taken_away", given)
        session.delete(given)


def _record(session: Session, actor: Actor, action: str, given: RoleGrant) -> None:
    audit.record(session, actor, action, given, {"user_id": given.user_id, "role": given.role})


def _lock(session: Session, actor: Actor, role_id: UUID) -> tuple[RoleGrant, Sequence[RoleGrant]]:
    """Hold a role, and first its coalition's owners in order: two owners may act at once."""
    given = load(session, actor, RoleGrant, role_id, Role.OWNER)
    query = select(RoleGrant).where(
        RoleGrant.coalition_id == given.coalition_id, RoleGrant.role == Role.OWNER
    )
    owners = session.scalars(query.order_by(RoleGrant.id).with_for_update()).all()
    return load(session, actor, RoleGrant, role_id, Role.OWNER, lock=True), owners


def _keep_an_owner(given: RoleGrant, owners: Sequence[RoleGrant]) -> None:
    if [owner.id for owner in owners] == [given.id]:
        raise LastOwner("Make somebody else an owner first.")


def granted(session: Session, grant: RoleGrant) -> Granted:
    """Return a role with whose it is, as its coalition wrote them."""
    who = keys.read(session, grant, RoleGrant.identity)
    return Granted(grant, UserView(grant.user_id, **who))
