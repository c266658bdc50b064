"""Signatures, and apart from them who signed (promise 2)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.infra.database import Base, Country, Id, Versioned, choice
from api.infra.keys import Sealed


class Source(StrEnum):
    """Where a signature came from."""

    ENTERED = "entered"  # by a coordinator
    APPROVAL = "approval"  # a member's, made final by publishing
    PUBLIC = "public"  # from the public page


class SignatoryKind(StrEnum):
    """What signs."""

    ORGANISATION = "organisation"
    INDIVIDUAL = "individual"


class Visibility(StrEnum):
    """Who may see a signature's name."""

    PUBLIC = "public"
    INITIALS = "initials"
    COALITION = "coalition"  # only its coordinators
    ANONYMOUS = "anonymous"  # counted, never shown


class SignatureState(StrEnum):
    """What became of a signature. Whether it counts follows from its revision as well."""

    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class Signature(Versioned, Base):
    """One signatory under one statement; nothing here tells who it is."""

    __tablename__ = "signatures"
    __table_args__ = (UniqueConstraint("statement_id", "position"),)

    id: Mapped[Id]
    coalition_id: Mapped[UUID] = mapped_column(
        ForeignKey("coalitions.id", ondelete="CASCADE"), index=True
    )
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statements.id", ondelete="CASCADE"))
    revision_number: Mapped[int]  # what was signed
    revision_sha256: Mapped[str] = mapped_column(String(64))
    source: Mapped[Source] = mapped_column(choice(Source))
    state: Mapped[SignatureState] = mapped_column(
        choice(SignatureState), default=SignatureState.CONFIRMED
    )
    kind: Mapped[SignatoryKind] = mapped_column(choice(SignatoryKind))
    country: Mapped[Country | None]
    lead: Mapped[bool]
    visibility: Mapped[Visibility] = mapped_column(choice(Visibility))
    position: Mapped[int]  # from 1, with gaps
    day: Mapped[date]
    withdrawn_on: Mapped[date | None]
    # Kept only while the name is public: it leads to the name in clear.
    organisation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organisations.id", ondelete="SET NULL"), index=True
    )


class SignatureIdentity(Base):
    """Who signed, sealed. Deleting it keeps the count."""

    __tablename__ = "signature_identities"

    signature_id: Mapped[UUID] = mapped_column(
        ForeignKey("signatures.id", ondelete="CASCADE"), primary_key=True
    )
    coalition_id: Mapped[UUID] = mapped_column(
        ForeignKey("coalitions.id", ondelete="CASCADE"), index=True
    )
    identity: Mapped[Sealed]
