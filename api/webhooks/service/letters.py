"""The letter that tells owners that an endpoint is told nothing any more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import select

from api.accounts import service as accounts
from api.accounts.models import Role, RoleGrant
from api.coalitions.models import Coalition
from api.infra.mail import letters
from api.infra.mail.letters import Facts, Letter, LetterState
from api.webhooks.models import Cause, Endpoint
from api.webhooks.service import rows

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

DISABLED = "webhooks.disabled"


def promise(session: Session, endpoint: Endpoint) -> None:
    """Promise a letter to each owner; one that has not gone out yet tells of this, too."""
    unsent = select(Letter.object_id).where(
        Letter.kind == DISABLED,
        Letter.coalition_id == endpoint.coalition_id,
        Letter.state == LetterState.QUEUED,
        Letter.attempts == 0,
    )
    query = select(RoleGrant.id).where(
        RoleGrant.coalition_id == endpoint.coalition_id,
        RoleGrant.role == Role.OWNER,
        RoleGrant.id.not_in(unsent),
    )
    owners = session.scalars(query).all()
    letters.promise_all(session, DISABLED, endpoint.coalition_id, owners)


def disabled_facts(session: Session, role_id: UUID) -> Facts | None:
    """Tell of all that is off for a fault; None where it is on again, or nobody owns it here."""
    grant = session.get(RoleGrant, role_id)
    if grant is None or grant.role is not Role.OWNER:
        return None
    query = select(Endpoint).where(
        Endpoint.coalition_id == grant.coalition_id, Endpoint.disabled_for.is_not(None)
    )
    found = session.scalars(query.order_by(Endpoint.created_at, Endpoint.id)).all()
    if not found:
        return None
    owner = accounts.granted(session, grant).person
    coalition = session.get_one(Coalition, grant.coalition_id)
    return Facts(
        to=owner.email,
        to_name=owner.name,
        language=coalition.languages[0],
        facts={
            "name": owner.name,
            "accent": coalition.accent,
            "gone": _named(session, [e for e in found if e.disabled_for is Cause.GONE]),
            "failing": _named(session, [e for e in found if e.disabled_for is Cause.FAILING]),
        },
        coalition=coalition.name,
    )


def _named(session: Session, endpoints: list[Endpoint]) -> str | None:
    """Name endpoints by what they are called and their hosts: the rest of an address is secret."""
    return (
        ", ".join(
            f"{each.label} ({urlsplit(rows.access_of(session, each).url).hostname})"
            for each in endpoints
        )
        or None
    )
