"""What happened becomes an event, with a delivery to each endpoint that wants it (promise 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, exists, func, insert, select
from sqlalchemy.orm import Session

from api.infra import clock
from api.infra.background import jobs
from api.infra.database.columns import Owned
from api.infra.database.transactions import is_any
from api.infra.security.audit import AuditEntry
from api.signatures.models import Signature, SignatureState, Visibility
from api.webhooks import rules
from api.webhooks.models import (
    OUTBOX,
    Endpoint,
    WebhookDelivery,
    WebhookDeliveryState,
    WebhookEvent,
)

SEND = "webhooks.send"
HEARD, PROMISED = "webhooks heard", "webhooks promised"  # in a session


def hear(
    session: Session, entry: AuditEntry, row: Owned | None, facts: Mapping[str, object]
) -> None:
    """Make an event of an entry of the record, in its transaction, where somebody wants it."""
    type_ = rules.type_of(entry.action, facts)
    if type_ is None or type_ == rules.TESTED or entry.coalition_id is None or row is None:
        return
    wanted = [each for each in _endpoints(session, entry.coalition_id) if type_ in each[2]]
    if wanted:
        data = rules.told(rules.CATALOGUE[type_], entry.object_id, row, facts)
        enabled = [endpoint_id for endpoint_id, is_enabled, _ in wanted if is_enabled]
        day = entry.at if entry.at == clock.cut(entry.at) else None
        waits = day is not None and type_ not in rules.AT_ONCE and not _may_be_public(row)
        put(session, entry.coalition_id, type_, data, enabled, at=day, waits=waits)


def _may_be_public(row: Owned) -> bool:
    """Tell whether a signature only waits to be public: its decision must not come before it."""
    if not isinstance(row, Signature):
        return False
    return row.state is SignatureState.HELD and row.visibility is Visibility.PUBLIC


def due_at(type_: str, created_at: datetime) -> datetime:
    """Return from when an event may be told again: what tells only its day, when that is over."""
    is_day_only = created_at == clock.cut(created_at) and type_ not in rules.AT_ONCE
    return created_at + timedelta(days=1) if is_day_only else created_at


def _endpoints(session: Session, coalition_id: UUID) -> list[tuple[UUID, bool, list[str]]]:
    """Return a coalition's endpoints, held so that none is deleted before this is kept."""
    key = HEARD, coalition_id
    if key not in session.info:
        columns = select(Endpoint.id, Endpoint.is_enabled, Endpoint.types)
        query = columns.where(Endpoint.coalition_id == coalition_id).order_by(Endpoint.id)
        held = query.with_for_update(read=True, key_share=True)
        with session.no_autoflush:
            session.info[key] = [tuple(each) for each in session.execute(held)]
    found: list[tuple[UUID, bool, list[str]]] = session.info[key]
    return found


def put(  # noqa: PLR0913 # what an event is made of
    session: Session,
    coalition_id: UUID,
    type_: str,
    data: Mapping[str, object],
    endpoint_ids: Iterable[UUID],
    *,
    at: datetime | None = None,
    waits: bool = False,
) -> list[UUID]:
    """Write an event, and a delivery of it to each of these endpoints; return the deliveries.

    `at` is a day, where only that may be told; one that `waits` is told when the day is over.
    """
    now, event_id = at or clock.now(), uuid4()
    event = {"id": event_id, "coalition_id": coalition_id, "type": type_, "facts": dict(data)}
    session.execute(insert(WebhookEvent), [{**event, "created_at": now}])
    due = now + timedelta(days=1) if waits else now
    found = [delivery_of(coalition_id, each, event_id, now, due) for each in endpoint_ids]
    if found:
        session.execute(insert(WebhookDelivery), found)
        promise(session)
    return [each["id"] for each in found]


def delivery_of(
    coalition_id: UUID, endpoint_id: UUID, event_id: UUID, now: datetime, run_after: datetime
) -> dict[str, Any]:
    """Return a new delivery's row."""
    return {
        "id": uuid4(),
        "coalition_id": coalition_id,
        "endpoint_id": endpoint_id,
        "event_id": event_id,
        "created_at": now,
        "run_after": run_after,
    }


def promise(session: Session) -> None:
    """Promise that what is due will be sent, once a transaction."""
    if PROMISED not in session.info:
        session.info[PROMISED] = True
        jobs.promise(session, SEND, None, {}, key=SEND)


def rested() -> ColumnElement[bool]:
    """Return the condition of the endpoints that may be told something now."""
    is_awake = Endpoint.rests_until.is_(None) | (Endpoint.rests_until <= clock.now())
    return (
        Endpoint.is_enabled.is_(True)
        & is_awake
        & exists().where(WebhookDelivery.endpoint_id == Endpoint.id, OUTBOX.due())
    )


def stop(session: Session, *which: ColumnElement[bool], fault: str) -> None:
    """End deliveries that wait; a replay brings them back."""
    said = func.coalesce(WebhookDelivery.fault, fault)
    OUTBOX.stop(session, *which, state=WebhookDeliveryState.FAILED, fault=said)


def hold(session: Session) -> None:
    """End what waited when a backup was made: it may have been told since."""
    stop(session, fault="restored")


def is_due(session: Session) -> bool:
    """Tell whether anything is to be sent now."""
    return is_any(session, select(Endpoint.id).where(rested()))
