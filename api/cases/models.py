"""Cases and the history of their status."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.infra.database import columns
from api.infra.security.keys import Sealed


class CaseStatus(StrEnum):
    """What has become of a person or organisation at risk.

    `released` and `deceased` close a case: nobody asks for their freedom any more, and a text
    that does so, or says another status, goes out only where that is confirmed.
    """

    AT_RISK = "at_risk"
    DETAINED = "detained"
    ON_TRIAL = "on_trial"
    IMPRISONED = "imprisoned"
    DISAPPEARED = "disappeared"
    DEPORTED = "deported"
    IN_EXILE = "in_exile"
    RELEASED = "released"
    DECEASED = "deceased"


CLOSED = (CaseStatus.RELEASED, CaseStatus.DECEASED)  # nobody asks for their freedom any more


class Case(columns.Versioned, columns.Base):
    """A person or organisation at risk.

    Who it is stands in clear only where it may be named, otherwise sealed in `identity` alone.
    """

    __tablename__ = "cases"
    __table_args__ = (UniqueConstraint("coalition_id", "key"),)

    id: Mapped[columns.Id]
    coalition_id: Mapped[UUID] = columns.part_of("coalitions", index=False)
    key: Mapped[str] = mapped_column(String(80))  # its id in a portable statement
    country: Mapped[columns.Country]
    occupation: Mapped[str | None] = mapped_column(Text)
    status: Mapped[CaseStatus | None] = mapped_column(columns.choice(CaseStatus))
    last_verified: Mapped[date | None]
    may_be_named: Mapped[bool]
    public_label: Mapped[str | None] = mapped_column(Text)
    identity: Mapped[Sealed | None]  # all of the next five
    name: Mapped[str | None] = mapped_column(Text)
    aliases: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    born: Mapped[int | None]  # year
    summary: Mapped[str | None] = mapped_column(Text)
    sources: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    sort_name: Mapped[str] = mapped_column(String(300))  # the name, folded; empty where sealed
    spellings: Mapped[str] = mapped_column(Text)  # of every name, folded; empty where sealed


class StatusChange(columns.Base):
    """What the history of any status keeps. The evidence is sealed, as it may name people."""

    __abstract__ = True

    id: Mapped[columns.Id]
    coalition_id: Mapped[columns.CoalitionId]
    changed_on: Mapped[date]
    evidence: Mapped[Sealed | None]  # {"text", "sources"}
    recorded_by: Mapped[UUID | None]  # a user; None: a statement that was imported
    recorded_at: Mapped[columns.Created]


class CaseStatusChange(StatusChange):
    """One step in what became of a case."""

    __tablename__ = "case_status_changes"

    case_id: Mapped[UUID] = columns.part_of("cases")
    status: Mapped[CaseStatus] = mapped_column(columns.choice(CaseStatus))
