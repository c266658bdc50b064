"""Coalitions, their members and addressees."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, String, UniqueConstraint, and_, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.infra.database import columns
from api.infra.pdf.pictures import WithLogo
from api.infra.security.keys import Sealed
from api.organisations.models import Organisation


class Coalition(WithLogo, columns.Versioned, columns.Base):
    """Organisations acting together. Everything that a coalition owns hangs on its id."""

    __tablename__ = "coalitions"

    id: Mapped[columns.Id]
    slug: Mapped[str] = mapped_column(String(80))  # nobody is told that strangers have it too
    name: Mapped[str] = mapped_column(String(300))
    languages: Mapped[list[str]] = mapped_column(JSON)  # BCP 47, the first is the usual one
    countries: Mapped[list[str]] = mapped_column(JSON)  # of concern, ISO 3166-1 alpha-2, in order
    country_names: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON)  # language: code: name
    conjunctions: Mapped[dict[str, str]] = mapped_column(JSON)  # language: its word for "and"
    accent: Mapped[str] = mapped_column(String(7))  # #rrggbb
    origins: Mapped[list[str]] = mapped_column(JSON, default=list)  # sites whose pages may sign
    # Statements about these countries are sensitive unless somebody says otherwise (promise 17).
    sensitive_countries: Mapped[list[str]] = mapped_column(JSON, default=list)
    remind_after_days: Mapped[int] = mapped_column(default=5)  # members that have not answered
    remind_every_days: Mapped[int] = mapped_column(default=2)

    @property
    def coalition_id(self) -> UUID:
        return self.id


class MemberRole(StrEnum):
    """What an organisation is in a coalition.

    `lead`: its name comes first. `lead` and `member` are asked to sign texts off, `observer` is
    not.
    """

    LEAD = "lead"
    MEMBER = "member"
    OBSERVER = "observer"


class Member(columns.Versioned, columns.Base):
    """An organisation in a coalition, from a day and, once it left, until one."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("coalition_id", "organisation_id"),)

    id: Mapped[columns.Id]
    coalition_id: Mapped[UUID] = columns.part_of("coalitions", index=False)
    organisation_id: Mapped[UUID] = columns.part_of("organisations")
    role: Mapped[MemberRole] = mapped_column(columns.choice(MemberRole))
    since: Mapped[date]
    until: Mapped[date | None]  # the first day on which it is no member any more
    organisation: Mapped[Organisation] = relationship(lazy="raise")

    @classmethod
    def is_there_on(cls, day: date) -> ColumnElement[bool]:
        """Return the condition of the members on a day."""
        return and_(cls.since <= day, or_(cls.until.is_(None), cls.until > day))


class InvitationState(StrEnum):
    """What became of an invitation."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


class Invitation(columns.OfCoalition, columns.Versioned, columns.Base):
    """That an organisation may join a coalition; somebody who may speak for it answers."""

    __tablename__ = "invitations"

    # The coalition's own entry; None: who answers names the organisation.
    organisation_id: Mapped[UUID | None] = columns.part_of("organisations")
    person: Mapped[Sealed]  # {"name", "email", "note"}, and what they wrote where they declined
    language: Mapped[columns.Language]
    role: Mapped[MemberRole] = mapped_column(columns.choice(MemberRole))
    since: Mapped[date | None]  # None: the day on which it accepts
    until: Mapped[date | None]
    state: Mapped[InvitationState] = mapped_column(
        columns.choice(InvitationState), default=InvitationState.OPEN
    )
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class Addressee(columns.OfCoalition, columns.Versioned, columns.Base):
    """An official or body that statements go to. The e-mail address is sealed."""

    __tablename__ = "addressees"

    name: Mapped[str] = mapped_column(String(300))
    sort_name: Mapped[str] = mapped_column(String(300))  # folded
    title: Mapped[str | None] = mapped_column(String(300))
    organisation: Mapped[str | None] = mapped_column(String(300))
    country: Mapped[columns.Country | None]
    salutation: Mapped[str | None] = mapped_column(String(300))
    email: Mapped[Sealed | None]
