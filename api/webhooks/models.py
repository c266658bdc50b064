"""Whom to tell, what happened, and each telling of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.infra import clock
from api.infra.database import columns
from api.infra.outbox.rows import Outbox
from api.infra.security.keys import Sealed


class StopReason(StrEnum):
    """Why we stopped telling an endpoint.

    `gone`: it answered 410. `failing`: it took nothing for as long as we try.
    """

    GONE = "gone"
    FAILING = "failing"


class Endpoint(columns.OfCoalition, columns.Versioned, columns.Base):
    """An address of another system that is told of a coalition's events."""

    __tablename__ = "webhook_endpoints"

    label: Mapped[str] = mapped_column(String(100))
    types: Mapped[list[str]] = mapped_column(JSON)  # of the catalogue
    is_custodian: Mapped[bool]  # it is told who signed, too
    is_enabled: Mapped[bool] = mapped_column(default=True)
    disabled_for: Mapped[StopReason | None] = mapped_column(
        columns.choice(StopReason, "cause")
    )  # None: a user did, or is on
    # {"url", "secrets": the newest first, as [secret, until when it signs or null]}: addresses of
    # such services often hold a secret, too.
    access: Mapped[Sealed]
    failures: Mapped[int] = mapped_column(default=0)  # since it took something
    rests_until: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]  # when it took something last


class WebhookEvent(columns.Base):
    """Something that happened. Its id is the `webhook-id` of every telling of it."""

    __tablename__ = "webhook_events"
    __table_args__ = (
        Index("ix_webhook_events_coalition_id_created_at", "coalition_id", "created_at"),
    )

    id: Mapped[columns.Id]
    coalition_id: Mapped[UUID] = columns.part_of("coalitions", index=False)
    type: Mapped[str] = mapped_column(String(60))
    facts: Mapped[dict[str, object]] = mapped_column(JSON)  # ids, counts and choices
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class WebhookDeliveryState(StrEnum):
    """How far a telling is.

    `failed`: for good, unless it is replayed.
    """

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookDelivery(columns.Outgoing, columns.Base):
    """One telling of one event to one endpoint, and how its last attempt went."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index("ix_webhook_deliveries_due", "endpoint_id", "state", "created_at"),
    )

    coalition_id: Mapped[columns.CoalitionId]
    endpoint_id: Mapped[UUID] = columns.part_of("webhook_endpoints", index=False)
    event_id: Mapped[UUID] = columns.part_of("webhook_events")
    state: Mapped[WebhookDeliveryState] = mapped_column(
        columns.choice(WebhookDeliveryState, "delivery_state"), default=WebhookDeliveryState.WAITING
    )
    status: Mapped[int | None]  # that the receiver answered
    fault: Mapped[str | None] = mapped_column(String(40))  # where it answered nothing
    milliseconds: Mapped[int | None]
    attempted_at: Mapped[datetime | None]


OUTBOX = Outbox(WebhookDelivery, WebhookDeliveryState.WAITING)
