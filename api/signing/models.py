"""Signatures that were asked for, and what protects people from those who ask."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.infra.database import columns
from api.infra.security.keys import BlindBytes, Sealed
from api.signatures.models import ADDRESS, DOMAIN

CODE = "pending_signatures.code"  # what the keyed hash of a code is for


class PendingSignature(columns.Base):
    """What somebody sent who wants to sign. It becomes a signature when its mailbox confirms it.

    A request writes this row and nothing else. A batch takes it in: it looks whether the address
    has signed already and how many letters it got today, and promises the one letter that fits.
    """

    __tablename__ = "pending_signatures"
    __table_args__ = (
        Index("ix_pending_signatures_asked_at", "asked_at"),
        columns.partial_index("ix_pending_signatures_new", "asked_at", where="taken_in_at IS NULL"),
        UniqueConstraint("statement_id", "code_index"),
    )

    id: Mapped[columns.Id]
    # No foreign keys: for each, thousands would queue for a lock on the one row of their statement.
    # What a deleted coalition leaves here goes with its key at once, and as a row by a job.
    coalition_id: Mapped[UUID]
    statement_id: Mapped[UUID]
    revision_number: Mapped[int]  # what was shown
    revision_sha256: Mapped[str] = mapped_column(String(64))
    # Who, how, with which consents, until it is confirmed and the receipt is sent.
    request: Mapped[Sealed | None]
    address_index: Mapped[bytes] = mapped_column(BlindBytes(ADDRESS))
    domain_index: Mapped[bytes] = mapped_column(BlindBytes(DOMAIN))
    code_index: Mapped[bytes | None] = mapped_column(BlindBytes(CODE))
    prefix: Mapped[bytes | None]  # of the internet address, under a key that lives seven days
    language: Mapped[columns.Language]
    asked_at: Mapped[datetime]
    taken_in_at: Mapped[datetime | None]
    signature_id: Mapped[UUID | None] = columns.part_of("signatures")


class UsedChallenge(columns.Base):
    """A proof of work that was handed in, or a request with a key: good once."""

    __tablename__ = "used_challenges"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class LetterMark(columns.Base):
    """That a letter that anybody could ask for went to an address, under a key of that day."""

    __tablename__ = "letter_marks"
    __table_args__ = (Index("ix_letter_marks_day_address", "day", "address"),)

    id: Mapped[columns.Id]
    day: Mapped[date]
    address: Mapped[bytes]
    at: Mapped[datetime]
