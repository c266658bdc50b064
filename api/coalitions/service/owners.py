"""Letters to those who own a coalition, or work in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from api.accounts import service as accounts
from api.accounts.models import Role, RoleGrant
from api.coalitions.models import Coalition
from api.infra.mail.letters import Facts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session


def roles_of(session: Session, coalition_id: UUID) -> Sequence[UUID]:
    """Return the ids of the roles of a coalition's owners."""
    query = select(RoleGrant.id).where(
        RoleGrant.coalition_id == coalition_id, RoleGrant.role == Role.OWNER
    )
    return session.scalars(query).all()


def still(session: Session, role_id: UUID) -> RoleGrant | None:
    """Return the role of somebody who owns a coalition; None where they do not any more."""
    grant = session.get(RoleGrant, role_id)
    return grant if grant is not None and grant.role is Role.OWNER else None


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
