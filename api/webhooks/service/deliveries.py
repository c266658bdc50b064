"""The use cases of deliveries: how they went, once more, and a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.errors import Code, Conflict, Fault, Invalid
from api.infra import clock
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, transaction
from api.infra.security import audit
from api.webhooks import rules
from api.webhooks.models import (
    OUTBOX,
    Endpoint,
    WebhookDelivery,
    WebhookDeliveryState,
    WebhookEvent,
)
from api.webhooks.service import events

MOST_REPLAYED = 10_000  # by one request
AT_ONCE = 1000
NO_ANSWER = {"status": None, "milliseconds": None}


class EndpointDisabled(Conflict, title="The webhook endpoint is switched off"):
    """Nothing is told to an endpoint that is off."""


@dataclass(frozen=True)
class WebhookDeliveryView:
    """A delivery, and what it tells of."""

    delivery: WebhookDelivery
    event: WebhookEvent


def of_endpoint(  # noqa: PLR0913 # the filters of one list
    actor: Actor,
    endpoint_id: UUID,
    page: PageRequest,
    *,
    state: WebhookDeliveryState | None = None,
    type: str | None = None,  # noqa: A002 # as the parameter is called
    event_id: UUID | None = None,
) -> Page[WebhookDeliveryView]:
    """Return what an endpoint is told, the newest first."""
    with reading() as session:
        endpoint = load(session, actor, Endpoint, endpoint_id, Role.COORDINATOR)
        mine = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id)
        if type is not None:
            of_type = select(WebhookEvent.id).where(WebhookEvent.type == type)
            mine = mine.where(WebhookDelivery.event_id.in_(of_type))
        query = paging.narrowed(
            mine, {WebhookDelivery.state: state, WebhookDelivery.event_id: event_id}
        )
        found = paging.page(session, query, page, descending=True)
        ids = [each.event_id for each in found.items]
        told = {
            each.id: each
            for each in session.scalars(select(WebhookEvent).where(WebhookEvent.id.in_(ids)))
        }
        return found.of(lambda row: WebhookDeliveryView(row, told[row.event_id]))


def delivery(actor: Actor, delivery_id: UUID) -> WebhookDeliveryView:
    """Return one delivery."""
    with reading() as session:
        return _shown(session, load(session, actor, WebhookDelivery, delivery_id, Role.COORDINATOR))


def replay(actor: Actor, delivery_id: UUID) -> WebhookDeliveryView:
    """Tell it once more, under the same webhook-id, at once where its day need not be over."""
    with transaction() as session:
        found = load(session, actor, WebhookDelivery, delivery_id, Role.COORDINATOR)
        endpoint = _held(session, actor, found.endpoint_id)
        again = update(WebhookDelivery).where(WebhookDelivery.id == found.id)
        event = session.get_one(WebhookEvent, found.event_id)
        run_after = max(clock.now(), events.due_at(event.type, event.created_at))
        session.execute(again.values(**OUTBOX.anew(run_after), **NO_ANSWER))
        session.refresh(found)
        _wake(session, endpoint)
        audit.record(session, actor, "webhook_delivery.replayed", found)
        return _shown(session, found)


def replay_window(
    actor: Actor, endpoint_id: UUID, since: datetime, until: datetime, *, only_failed: bool
) -> int:
    """Tell an endpoint once more what happened in a time; return how many events.

    Also what happened while it was switched off, or before it was there.
    """
    if since >= until:
        raise Invalid(
            "Nothing lies between these.", [Fault("/until", Code.TOO_EARLY, "Say a later instant.")]
        )
    with transaction() as session:
        endpoint = _held(session, actor, endpoint_id)
        query = select(WebhookEvent.id, WebhookEvent.type, WebhookEvent.created_at).where(
            WebhookEvent.coalition_id == endpoint.coalition_id,
            WebhookEvent.created_at >= since,
            WebhookEvent.created_at < until,
            WebhookEvent.type.in_(endpoint.types),
        )
        there = select(WebhookDelivery.event_id).where(WebhookDelivery.endpoint_id == endpoint.id)
        if only_failed:
            told = there.where(WebhookDelivery.state != WebhookDeliveryState.FAILED)
            query = query.where(WebhookEvent.id.not_in(told))
        number = session.scalar(select(func.count()).select_from(query.subquery())) or 0
        if number > MOST_REPLAYED:
            wrong = f"{number:,} events happened then, and one request tells {MOST_REPLAYED:,}."
            raise Invalid("Choose a shorter time.", [Fault("/until", Code.TOO_MANY, wrong)])
        now = clock.now()
        due: dict[datetime, list[UUID]] = {}
        for row in session.execute(query.order_by(WebhookEvent.created_at, WebhookEvent.id)):
            due.setdefault(max(now, events.due_at(row.type, row.created_at)), []).append(row.id)
        for run_after, ids in due.items():
            for start in range(0, len(ids), AT_ONCE):
                _again(session, endpoint, ids[start : start + AT_ONCE], run_after)
        _wake(session, endpoint)
        facts = {"since": since, "until": until, "only_failed": only_failed, "number": number}
        audit.record(session, actor, "webhook_endpoint.replayed", endpoint, facts)
        return number


def _again(
    session: Session, endpoint: Endpoint, event_ids: Sequence[UUID], run_after: datetime
) -> None:
    now = clock.now()
    mine = (WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.event_id.in_(event_ids))
    there = set(session.scalars(select(WebhookDelivery.event_id).where(*mine)))
    again = update(WebhookDelivery).where(*mine).execution_options(synchronize_session=False)
    session.execute(again.values(**OUTBOX.anew(run_after), **NO_ANSWER))
    whose = endpoint.coalition_id, endpoint.id
    missing = [each for each in event_ids if each not in there]
    if missing:
        new = [events.delivery_of(*whose, each, now, run_after) for each in missing]
        session.execute(insert(WebhookDelivery), new)


def test(actor: Actor, endpoint_id: UUID) -> WebhookDeliveryView:
    """Tell an endpoint of an event that means nothing, to see whether it takes it."""
    with transaction() as session:
        endpoint = _held(session, actor, endpoint_id)
        data = {"webhook_endpoint_id": str(endpoint.id)}
        (made,) = events.put(session, endpoint.coalition_id, rules.TESTED, data, [endpoint.id])
        _wake(session, endpoint)
        audit.record(session, actor, "webhook_endpoint.tested", endpoint)
        return _shown(session, session.get_one(WebhookDelivery, made))


def _held(session: Session, actor: Actor, endpoint_id: UUID) -> Endpoint:
    found = load(session, actor, Endpoint, endpoint_id, Role.COORDINATOR, lock=True)
    if not found.is_enabled:
        raise EndpointDisabled("Mend it, then send is_enabled: true to it, and try again.")
    return found


def _wake(session: Session, endpoint: Endpoint) -> None:
    """Do not let an endpoint rest that somebody wants to be told something now."""
    endpoint.rests_until = None
    events.promise(session)


def _shown(session: Session, row: WebhookDelivery) -> WebhookDeliveryView:
    return WebhookDeliveryView(row, session.get_one(WebhookEvent, row.event_id))
