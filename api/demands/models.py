"""Demand lists, their demands, the cases that these are about, and what became of them."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from api.cases.models import StatusChange
from api.infra.database import columns


class DemandKind(StrEnum):
    """What sort of thing is asked."""

    RELEASE = "release"
    LEGISLATION = "legislation"
    INVESTIGATION = "investigation"
    ACCOUNTABILITY = "accountability"
    ACCESS = "access"
    PROTECTION = "protection"
    POLICY = "policy"
    OTHER = "other"


class DemandStatus(StrEnum):
    """What has become of what was asked.

    `open` and `partly_met` wait for news, and go into new texts unless others are chosen.
    """

    OPEN = "open"
    PARTLY_MET = "partly_met"
    MET = "met"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


UNANSWERED = (DemandStatus.OPEN, DemandStatus.PARTLY_MET)
# What nobody asks for the free and the dead: a release, and what is not said to be anything else.
FOR_FREEDOM = (DemandKind.RELEASE, None)


class DemandList(columns.Versioned, columns.Base):
    """What a coalition asks of one country or of one party, in order.

    Its version grows with each change of its demands too, as its resource shows them.
    """

    __tablename__ = "demand_lists"
    __table_args__ = (
        UniqueConstraint("coalition_id", "country"),
        UniqueConstraint("coalition_id", "party_key"),
        UniqueConstraint("coalition_id", "position"),
        CheckConstraint("(country IS NULL) <> (party_key IS NULL)", name="one_subject"),
    )

    id: Mapped[columns.Id]
    coalition_id: Mapped[UUID] = columns.part_of("coalitions", index=False)
    country: Mapped[columns.Country | None]
    party_key: Mapped[str | None] = mapped_column(String(80))  # its id in a portable statement
    party_name: Mapped[str | None] = mapped_column(Text)
    party_countries: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    position: Mapped[int]

    @property
    def party(self) -> dict[str, object] | None:
        if self.party_key is None:
            return None
        countries = self.party_countries or []
        return {"id": self.party_key, "name": self.party_name, "countries": countries}

    @property
    def subject(self) -> str:
        return self.country.lower() if self.country else str(self.party_key)


class Demand(columns.Versioned, columns.Base):
    """One thing asked. Text and rationale are inline Markdown."""

    __tablename__ = "demands"
    __table_args__ = (
        UniqueConstraint("coalition_id", "key"),
        UniqueConstraint("list_id", "position"),
    )

    id: Mapped[columns.Id]
    coalition_id: Mapped[UUID] = columns.part_of("coalitions", index=False)
    list_id: Mapped[UUID] = columns.part_of("demand_lists", index=False)
    key: Mapped[str] = mapped_column(String(80))  # its id in a portable statement
    text: Mapped[str] = mapped_column(Text)
    rationale: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[DemandKind | None] = mapped_column(columns.choice(DemandKind))
    addressee: Mapped[str | None] = mapped_column(Text)
    status: Mapped[DemandStatus] = mapped_column(columns.choice(DemandStatus))
    position: Mapped[int]
    spellings: Mapped[str] = mapped_column(Text)  # of text and rationale, folded, for the search
    list_position: Mapped[int] = column_property(
        select(DemandList.position)
        .where(DemandList.id == list_id)
        .correlate_except(DemandList)
        .scalar_subquery()
    )


class DemandCase(columns.Base):
    """A demand is about a case. A case cannot go while this is there."""

    __tablename__ = "demand_cases"

    # Where the coalition goes, this goes at once: PostgreSQL would miss the case first.
    coalition_id: Mapped[columns.CoalitionId]
    demand_id: Mapped[UUID] = columns.part_of("demands", index=False, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)
    position: Mapped[int]


class DemandStatusChange(StatusChange):
    """One step in what became of a demand."""

    __tablename__ = "demand_status_changes"

    demand_id: Mapped[UUID] = columns.part_of("demands")
    status: Mapped[DemandStatus] = mapped_column(columns.choice(DemandStatus))
