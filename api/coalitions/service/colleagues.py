"""Letters to who works in a coalition: of the role that they got, and that all access ended."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.models import RoleGrant
from api.accounts.service import granted, language_of
from api.coalitions.models import Coalition
from api.infra.mail import letters
from api.infra.runtime import runtime


def letter(session: Session, role_id: UUID) -> letters.Facts | None:
    """Tell a person what it may do now; None: the role was taken away again.

    The letter has no secret: whoever signs in proves by another one that the mailbox is theirs.
    """
    given = session.get(RoleGrant, role_id)
    if given is None:
        return None
    coalition = session.get_one(Coalition, given.coalition_id)
    person = granted(session, given).person
    return letters.Facts(
        to=person.email,
        to_name=person.name,
        language=language_of(session, given.user_id) or coalition.languages[0],
        coalition=coalition.name,
        facts={
            "name": person.name,
            "by": _giver(session, given),
            "role": str(given.role),
            "accent": coalition.accent,
            "link": f"{runtime().settings.public_url}/desk/sign-in",
        },
    )


def access_ended(session: Session, role_id: UUID) -> letters.Facts | None:
    """Tell a person that an owner ended all access; None: the role was taken away since."""
    given = session.get(RoleGrant, role_id)
    if given is None:
        return None
    coalition = session.get_one(Coalition, given.coalition_id)
    who = granted(session, given).person
    return letters.Facts(
        to=who.email,
        to_name=who.name,
        language=language_of(session, given.user_id) or coalition.languages[0],
        coalition=coalition.name,
        facts={
            "name": who.name,
            "accent": coalition.accent,
            "link": f"{runtime().settings.public_url}/desk/sign-in",
        },
    )


def _giver(session: Session, given: RoleGrant) -> str | None:
    """Return what the coalition calls who gave a role, while they work in it."""
    query = select(RoleGrant).where(
        RoleGrant.coalition_id == given.coalition_id, RoleGrant.user_id == given.given_by
    )
    found = session.scalars(query).first()
    return granted(session, found).person.name if found else None
