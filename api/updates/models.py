"""Updates, and whom each goes to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.infra.database import columns


class UpdateState(StrEnum):
    """How far an update is.

    draft → sending; sending → paused, sent; paused → sending. Only a draft can be changed.
    """

    DRAFT = "draft"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"


class Update(columns.OfCoalition, columns.Versioned, columns.Base):
    """What is written to those who agreed to the mailings of one organisation."""

    __tablename__ = "updates"
    __table_args__ = (Index("ix_updates_state", "state"),)

    statement_id: Mapped[UUID] = columns.part_of("statements")
    also_statement_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    organisation_id: Mapped[UUID] = columns.part_of("organisations")
    language: Mapped[columns.Language]  # of the text for those whose language there is none of
    texts: Mapped[list[dict[str, str]]] = mapped_column(JSON)  # language, subject, text
    state: Mapped[UpdateState] = mapped_column(
        columns.choice(UpdateState), default=UpdateState.DRAFT
    )
    # Whom it passed over when its recipients were gathered, by why; None: they are not yet.
    left_out: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    created_by: Mapped[UUID | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class RecipientState(StrEnum):
    """What became of one letter of an update."""

    WAITING = "waiting"
    PROMISED = "promised"  # its letter is in the outbox
    SENT = "sent"
    LEFT_OUT = "left_out"  # not wanted any more when its turn came
    FAILED = "failed"


class UpdateRecipient(columns.OfCoalition, columns.Base):
    """That an update goes to who gave a signature. The address stays with the signature."""

    __tablename__ = "update_recipients"
    __table_args__ = (
        UniqueConstraint("update_id", "signature_id"),
        Index("ix_update_recipients_update_id_state", "update_id", "state"),
    )

    update_id: Mapped[UUID] = columns.part_of("updates", index=False)
    signature_id: Mapped[UUID | None] = columns.refers_to("signatures")
    state: Mapped[RecipientState] = mapped_column(
        columns.choice(RecipientState), default=RecipientState.WAITING
    )


class UpdateTest(columns.OfCoalition, columns.Base):
    """That somebody wants to see an update in their own mailbox first; gone with its letter."""

    __tablename__ = "update_tests"

    update_id: Mapped[UUID] = columns.part_of("updates")
    role_id: Mapped[UUID] = columns.part_of("roles")
    language: Mapped[columns.Language]
