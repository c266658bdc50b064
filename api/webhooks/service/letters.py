"""The letter that tells owners that an endpoint is told nothing any more."""

from __future__ import annotations

from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.models import RoleGrant
from api.coalitions.service import owners
from api.infra.mail import letters
from api.infra.mail.letters import Facts, Letter, LetterState
from api.webhooks.models import Endpoint, StopReason
from api.webhooks.service import rows

DISABLED = "webhooks.disabled"


def promise(session: Session, endpoint: Endpoint) -> None:
    """Promise a letter to each owner; one that has not gone out yet tells of this, too."""
    unsent = select(Letter.object_id).where(
        Letter.kind == DISABLED,
        Letter.coalition_id == endpoint.coalition_id,
        Letter.state == LetterState.QUEUED,
        Letter.attempts == 0,
    )
    told = set(session.scalars(unsent))
    others = [each for each in owners.roles_of(session, endpoint.coalition_id) if each not in told]
    letters.promise_all(session, DISABLED, endpoint.coalition_id, others)


@owners.letter
def disabled_facts(session: Session, grant: RoleGrant) -> Facts | None:
    """Tell of all that is off for a fault; None where it is on again, or nobody owns it here."""
    query = select(Endpoint).where(
        Endpoint.coalition_id == grant.coalition_id, Endpoint.disabled_for.is_not(None)
    )
    found = session.scalars(query.order_by(Endpoint.created_at, Endpoint.id)).all()
    if not found:
        return None
    return owners.letter_to(
        session,
        grant,
        gone=_named(session, [e for e in found if e.disabled_for is StopReason.GONE]),
        failing=_named(session, [e for e in found if e.disabled_for is StopReason.FAILING]),
    )


def _named(session: Session, endpoints: list[Endpoint]) -> str | None:
    """Name endpoints by what they are called and their hosts: the rest of an address is secret."""
    hosts = (urlsplit(rows.access_of(session, each).url).hostname for each in endpoints)
    named = [f"{each.label} ({host})" for each, host in zip(endpoints, hosts, strict=True)]
    return ", ".join(named) or None
