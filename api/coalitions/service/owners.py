"""Letters to those who own a coalition, or work in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts import service as accounts
from api.accounts.models import Role, RoleGrant
from api.coalitions.models import Coalition
from api.infra.mail.letters import Facts


def roles_of(session: Session, coalition_id: UUID) -> Sequence[UUID]:
    """Return the ids of the roles of a coalition's owners."""
    query = select(RoleGrant.id).where(
        RoleGrant.coalition_id == coalition_id, RoleGrant.role == Role.OWNER
    )
    return session.scalars(query).all()


def letter(
    facts: Callable[[Session, RoleGrant], Facts | None],
) -> Callable[[Session, UUID], Facts | None]:
    """Have a letter find its facts by the role of an owner; None where they are none any more."""

    @wraps(facts)
    def found(session: Session, role_id: UUID) -> Facts | None:
        grant = session.get(RoleGrant, role_id)
        return facts(session, grant) if grant is not None and grant.role is Role.OWNER else None

    return found


def letter_to(session: Session, grant: RoleGrant, **facts: object) -> Facts:
    """Return the facts of a letter to whose role it is, in the coalition's first language."""
    person = accounts.granted(session, grant).person
    coalition = session.get_one(Coalition, grant.coalition_id)
    return Facts(
        to=person.email,
        to_name=person.name,
        language=coalition.languages[0],
        facts={"name": person.name, "accent": coalition.accent, **facts},
        coalition=coalition.name,
    )
