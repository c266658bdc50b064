"""Cover letters, what was handed to whom, and what came back."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api.demands.models import DemandStatus
from api.infra.database import columns
from api.infra.security.keys import Sealed


class CoverLetter(columns.OfCoalition, columns.Base):
    """What goes with a statement to its addressees, in one or several languages.

    It does not change: what somebody got can be read again. Another one is written in its place.
    """

    __tablename__ = "cover_letters"

    statement_id: Mapped[UUID] = columns.part_of("statements")
    language: Mapped[columns.Language]  # of the text where no other is asked for
    texts: Mapped[list[dict[str, str]]] = mapped_column(JSON)  # language, subject, text
    created_by: Mapped[UUID | None]
    created_at: Mapped[columns.Created]


class Means(StrEnum):
    """How a statement reached an addressee."""

    EMAIL = "email"
    IN_PERSON = "in_person"
    POST = "post"
    OTHER = "other"


class DeliveryState(StrEnum):
    """What became of a delivery.

    `delivered`: by e-mail: the mail server took it. `dropped`: the text, the addressee or their
    address was gone when its turn came.
    """

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"


class Delivery(columns.OfCoalition, columns.Base):
    """One handing over of a statement to an addressee."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_statement_id_created_at", "statement_id", "created_at"),)

    statement_id: Mapped[UUID] = columns.part_of("statements", index=False)
    addressee_id: Mapped[UUID | None] = columns.refers_to("addressees")
    addressee: Mapped[str] = mapped_column(String(300))  # its name by then
    cover_letter_id: Mapped[UUID | None] = columns.part_of("cover_letters")
    revision_number: Mapped[int]
    language: Mapped[columns.Language | None]
    means: Mapped[Means] = mapped_column(columns.choice(Means))
    state: Mapped[DeliveryState] = mapped_column(columns.choice(DeliveryState))
    fault: Mapped[str | None] = mapped_column(String(80))
    answer: Mapped[str | None] = mapped_column(String(200))  # of the mail server that took it
    note: Mapped[Sealed | None]
    delivered_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[columns.Created]


class Response(columns.OfCoalition, columns.Base):
    """What an addressee answered to a statement."""

    __tablename__ = "responses"
    __table_args__ = (Index("ix_responses_statement_id_created_at", "statement_id", "created_at"),)

    statement_id: Mapped[UUID] = columns.part_of("statements", index=False)
    addressee_id: Mapped[UUID | None] = columns.refers_to("addressees")
    addressee: Mapped[str] = mapped_column(String(300))
    answered_on: Mapped[date]
    words: Mapped[Sealed]  # {"text", "sources"}: it may name people
    created_by: Mapped[UUID | None]
    created_at: Mapped[columns.Created]


class ResponseDemand(columns.Base):
    """That a response speaks to a demand, and what became of it by that."""

    __tablename__ = "response_demands"

    coalition_id: Mapped[columns.CoalitionId]
    response_id: Mapped[UUID] = columns.part_of("responses", index=False, primary_key=True)
    demand_id: Mapped[UUID] = columns.part_of("demands", primary_key=True)
    status: Mapped[DemandStatus | None] = mapped_column(columns.choice(DemandStatus))
    position: Mapped[int]
