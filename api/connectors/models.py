"""Mailing tools that a coalition's organisations use, and who was handed to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.infra.database import columns
from api.infra.outbox.rows import Outbox
from api.infra.security.keys import Sealed
from api.infra.security.sealed_files import WithFile


class Connector(columns.OfCoalition, columns.Versioned, columns.Base):
    """One mailing tool of one organisation, whose mailings people agree to."""

    __tablename__ = "connectors"

    organisation_id: Mapped[UUID] = columns.part_of("organisations")
    statement_id: Mapped[UUID | None] = columns.part_of("statements")  # None: all of the coalition
    kind: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(120))
    settings: Mapped[Sealed]  # by the names of the kind's fields, with the secret ones
    fields: Mapped[dict[str, str]] = mapped_column(JSON)  # what is told: ours to theirs
    languages: Mapped[dict[str, str]] = mapped_column(JSON)  # lists of those who read a language
    is_paused: Mapped[bool] = mapped_column(default=False)
    is_planned: Mapped[bool] = mapped_column(default=False)  # False: look who is to be handed over
    accepts_many: Mapped[bool] = mapped_column(default=False)  # that left, this one time
    planned_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]  # back from the tool
    read_after: Mapped[datetime | None]  # None: it is a file
    filed_at: Mapped[datetime | None]  # of tools that take files
    fault: Mapped[str | None] = mapped_column(String(40))
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime | None]  # while it fails
    told_at: Mapped[datetime | None]  # the owners, of this trouble


class PushAction(StrEnum):
    """What a tool is asked to do."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


class PushState(StrEnum):
    """How far that is.

    `refused`: this person alone: `fault` says why. `expired`: the tool was down for too long;
    the address is gone.
    """

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    EXPIRED = "expired"


class Push(columns.Outgoing, columns.Base):
    """What a tool knows of one signature, or is to know; nothing here tells who it is."""

    __tablename__ = "connector_pushes"
    __table_args__ = (
        UniqueConstraint("connector_id", "signature_id"),
        Index("ix_connector_pushes_waiting", "connector_id", "state", "action", "created_at"),
        Index("ix_connector_pushes_state_changed_at", "state", "changed_at"),
    )

    coalition_id: Mapped[columns.CoalitionId]
    connector_id: Mapped[UUID] = columns.part_of("connectors", index=False)
    # No foreign key: who was handed over is taken back also after the signature is gone.
    signature_id: Mapped[UUID] = mapped_column(index=True)
    action: Mapped[PushAction] = mapped_column(columns.choice(PushAction))
    state: Mapped[PushState] = mapped_column(columns.choice(PushState), default=PushState.WAITING)
    number: Mapped[int] = mapped_column(default=1)  # of changes: who was overtaken sees it
    fault: Mapped[str | None] = mapped_column(String(40))
    mailing_list: Mapped[str | None] = mapped_column(String(200))  # on which the tool has it
    # Only of one that is to be unsubscribed, until it is: the signature may know it no more.
    address: Mapped[Sealed | None]
    file_id: Mapped[UUID | None] = columns.refers_to("connector_files")
    changed_at: Mapped[datetime]


OUTBOX = Outbox(Push, PushState.WAITING)


class PushFile(WithFile, columns.Base):
    """A CSV of pushes for a tool that nobody named; its bytes lie sealed in the storage."""

    __tablename__ = "connector_files"

    connector_id: Mapped[UUID] = columns.part_of("connectors")
    rows: Mapped[int]
    bytes: Mapped[int]
    is_sent: Mapped[bool] = mapped_column(default=False)  # by letter: it goes once that is sent
    created_at: Mapped[columns.Created] = mapped_column(index=True)
