"""What happens when a tool fails: it is left alone for a while, the owners are told, it heals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.accounts.models import RoleGrant
from api.coalitions.models import Coalition
from api.coalitions.service import owners
from api.connectors import rules
from api.connectors.models import Connector, Push, PushAction, PushState
from api.connectors.rules import ToolFault
from api.infra import clock
from api.infra.database.transactions import transaction
from api.infra.mail import letters
from api.infra.mail.letters import Facts
from api.organisations.models import Organisation
from api.organisations.rules import name_in

TROUBLE, EXPIRED = "connectors.trouble", "connectors.expired"
RECENT = timedelta(days=7)


def failing(session: Session, coalition_id: UUID) -> Mapping[str, datetime]:
    """Return which tools of a coalition fail, by their label, and since when."""
    query = select(Connector.label, Connector.failing_since).order_by(Connector.failing_since)
    found = query.where(
        Connector.coalition_id == coalition_id,
        Connector.failing_since.is_not(None),
        Connector.is_paused.is_(False),
    )
    return {label: since for label, since in session.execute(found) if since is not None}


def failed(connector_id: UUID, fault: ToolFault) -> None:
    """Leave a tool alone for a while, longer each time; tell the owners once of each trouble."""
    now = clock.now()
    with transaction() as session:
        connector = session.get(Connector, connector_id, with_for_update=True)
        if connector is None:
            return
        connector.fault, connector.failures = fault.fault, connector.failures + 1
        connector.failing_since = connector.failing_since or now
        connector.run_after = now + rules.pause(connector.failures, fault.wait)
        since = connector.failing_since
        lasts = rules.is_to_be_told(fault.fault, connector.failures, now - since)
        if lasts and connector.told_at is None:
            connector.told_at = now
            tell(session, TROUBLE, connector.coalition_id)


def healed(connector: Connector) -> None:
    """Forget the trouble of a tool that works again."""
    if connector.fault is not None:
        connector.fault = connector.failing_since = connector.told_at = None
        connector.failures, connector.run_after = 0, None


def tell(session: Session, kind: str, coalition_id: UUID) -> None:
    """Promise a letter to each owner."""
    letters.promise_all(session, kind, coalition_id, owners.roles_of(session, coalition_id))


@owners.letter
def trouble_facts(session: Session, grant: RoleGrant) -> Facts | None:
    """Tell of the tool whose trouble is the newest; None where it healed meanwhile."""
    query = select(Connector).where(
        Connector.coalition_id == grant.coalition_id, Connector.told_at.is_not(None)
    )
    found = session.scalars(query.order_by(Connector.told_at.desc(), Connector.id)).all()
    if not found:
        return None
    waiting = select(func.count()).where(
        Push.connector_id == found[0].id,
        Push.state == PushState.WAITING,
        Push.action == PushAction.UNSUBSCRIBE,
    )
    more = {"fault": found[0].fault, "number": session.scalar(waiting) or 0}
    return _to(session, grant, found[0], more)


@owners.letter
def expired_facts(session: Session, grant: RoleGrant) -> Facts | None:
    """Tell how many could not be taken off a list, whose addresses are gone now."""
    query = (
        select(Connector, func.count(Push.id).label("number"))
        .join(Push, Push.connector_id == Connector.id)
        .where(
            Connector.coalition_id == grant.coalition_id,
            Push.state == PushState.EXPIRED,
            Push.changed_at > clock.now() - RECENT,
        )
        .group_by(Connector.id)
        .order_by(func.count(Push.id).desc(), Connector.id)
    )
    found = session.execute(query).first()
    return found and _to(session, grant, found[0], {"number": found[1]})


def _to(
    session: Session, grant: RoleGrant, connector: Connector, more: Mapping[str, object]
) -> Facts:
    language = session.get_one(Coalition, grant.coalition_id).languages[0]
    organisation = session.get_one(Organisation, connector.organisation_id)
    whose = name_in(organisation.names, language)
    return owners.letter_to(session, grant, label=connector.label, whose=whose, **more)
