"""NGOs as a coalition entered them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import JSON, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.infra.database import columns
from api.infra.pdf.pictures import WithLogo
from api.infra.security.keys import BlindBytes, Sealed


class Organisation(columns.OfCoalition, WithLogo, columns.Versioned, columns.Base):
    """One NGO, as one coalition spells it; public entries stand in the directory of all."""

    __tablename__ = "organisations"

    sort_name: Mapped[str] = mapped_column(String(300))  # the first of `names`, folded
    names: Mapped[dict[str, str]] = mapped_column(JSON)  # by language, BCP 47
    acronym: Mapped[str | None] = mapped_column(String(40))
    aliases: Mapped[list[str]] = mapped_column(JSON)
    country: Mapped[columns.Country | None]
    website: Mapped[str | None] = mapped_column(String(500))
    # IANA: in which its deadlines are told. None: as in its country, where all clocks go alike.
    zone: Mapped[str | None] = mapped_column(String(64))
    is_public: Mapped[bool] = mapped_column(index=True)
    spellings: Mapped[str] = mapped_column(Text)  # of every name, folded, for the search
    # Of every name the exact form, each on a line, by which it is told. None: a job makes it yet.
    exact_names: Mapped[str | None] = mapped_column(Text)
    needs_two: Mapped[bool] = mapped_column(default=False)  # two of its representatives commit it


class Representative(columns.OfCoalition, columns.Versioned, columns.Base):
    """A person who may commit an organisation, until the day on which they left."""

    __tablename__ = "representatives"
    __table_args__ = (UniqueConstraint("organisation_id", "email_index"),)

    organisation_id: Mapped[UUID] = columns.part_of("organisations", index=False)
    identity: Mapped[Sealed]  # {"name", "email", "role"}
    email_index: Mapped[bytes] = mapped_column(BlindBytes("representatives.email"))
    language: Mapped[columns.Language | None]
    left_on: Mapped[date | None]  # the first day on which they may not any more
