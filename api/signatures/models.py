"""Signatures, and apart from them who signed (promise 2)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
)
from sqlalchemy.orm import Mapped, mapped_column

from api.infra import clock
from api.infra.database import columns
from api.infra.security.keys import BlindBytes, Sealed
from api.infra.security.late_sealing import SEALED_AS
from api.infra.security.sealed_files import WithFile

# What the keyed hashes of a signature are for: each is compared within one statement only.
ADDRESS, DOMAIN, ENTRY = "signatures.address", "signatures.domain", "signatures.entry"


class Source(StrEnum):
    """Where a signature came from.

    `entered`: by a coordinator. `approval`: a member's, made final by publishing. `public`:
    from the public page. `paper`: from a sheet, with a scan of it as evidence; counted apart.
    """

    ENTERED = "entered"
    APPROVAL = "approval"
    PUBLIC = "public"
    PAPER = "paper"


class SignatoryKind(StrEnum):
    """What signs."""

    ORGANISATION = "organisation"
    INDIVIDUAL = "individual"


class Visibility(StrEnum):
    """Who may see a signature's name.

    `coalition`: only its coordinators. `anonymous`: counted, never shown.
    """

    PUBLIC = "public"
    INITIALS = "initials"
    COALITION = "coalition"
    ANONYMOUS = "anonymous"


class SignatureState(StrEnum):
    """What became of a signature. Whether it counts follows from its revision as well.

    `held`: confirmed by its signatory; a coordinator looks at it first. `rejected`: a
    coordinator looked. `invalidated`: by a rule, with others; it can be undone.
    """

    CONFIRMED = "confirmed"
    HELD = "held"
    REJECTED = "rejected"
    INVALIDATED = "invalidated"
    WITHDRAWN = "withdrawn"


TURNED_AWAY = "state IN ('rejected', 'invalidated') AND address_index IS NOT NULL"
RANDOM_FROM = 2**30  # positions from here on tell no order
LISTED = "state = 'confirmed' AND visibility IN ('public', 'initials')"


class Signature(columns.OfCoalition, columns.Versioned, columns.Base):
    """One signatory under one statement; nothing here tells who it is."""

    __tablename__ = "signatures"
    was_public = False  # when it was read
    __table_args__ = (
        UniqueConstraint("statement_id", "position"),
        UniqueConstraint("statement_id", "address_index"),
        Index("ix_signatures_statement_id_entry_index", "statement_id", "entry_index"),
        Index("ix_signatures_statement_id_created_at", "statement_id", "created_at"),
        columns.partial_index("ix_signatures_unplaced", "statement_id", where="position IS NULL"),
        # Whose internet address is marked, until its key is destroyed.
        columns.partial_index("ix_signatures_prefixed", "created_at", where="prefix IS NOT NULL"),
        # What may still be asked for differently.
        columns.partial_index("ix_signatures_said", "said_at", where="said_at IS NOT NULL"),
        # Whom coordinators turned away, until they are forgotten.
        columns.partial_index("ix_signatures_turned_away", "updated_at", where=TURNED_AWAY),
        columns.partial_index(
            "ix_signatures_waiting",
            "statement_id",
            "state",
            where="state IN ('held', 'rejected', 'invalidated')",
        ),
        # The public list, however many are hidden in between.
        columns.partial_index("ix_signatures_listed", "statement_id", "position", where=LISTED),
        # Who a text says is behind it, whatever the number of people who signed.
        columns.partial_index(
            "ix_signatures_organisations",
            "statement_id",
            "position",
            where="kind = 'organisation'",
        ),
        # Those that a material revision left behind are counted without looking at the others.
        Index("ix_signatures_statement_id_revision_number", "statement_id", "revision_number"),
    )

    statement_id: Mapped[UUID] = columns.part_of("statements", index=False)
    revision_number: Mapped[int]  # what was signed
    revision_sha256: Mapped[str] = mapped_column(String(64))
    source: Mapped[Source] = mapped_column(columns.choice(Source))
    state: Mapped[SignatureState] = mapped_column(
        columns.choice(SignatureState), default=SignatureState.CONFIRMED
    )
    kind: Mapped[SignatoryKind] = mapped_column(columns.choice(SignatoryKind))
    country: Mapped[columns.Country | None]
    lead: Mapped[bool]
    visibility: Mapped[Visibility] = mapped_column(columns.choice(Visibility))
    # From 1, with gaps; random and far behind of who signed and is not public: `service.places`.
    # A batch gives those from the public page theirs (None until then): none waits for another.
    position: Mapped[int | None]
    day: Mapped[date]
    # Nothing needs the instant.
    updated_at: Mapped[datetime] = mapped_column(default=clock.day, onupdate=clock.day)
    withdrawn_on: Mapped[date | None]
    # Kept only while the name is public: it leads to the name in clear.
    organisation_id: Mapped[UUID | None] = columns.refers_to("organisations")
    # Of public ones. One address signs a statement once.
    address_index: Mapped[bytes | None] = mapped_column(BlindBytes(ADDRESS))
    domain_index: Mapped[bytes | None] = mapped_column(BlindBytes(DOMAIN))
    # Of an organisation's entry, by which two signatures of one organisation are found.
    entry_index: Mapped[bytes | None] = mapped_column(BlindBytes(ENTRY))
    prefix: Mapped[bytes | None]  # of the internet address, under a key that lives seven days
    language: Mapped[columns.Language | None]  # in which the signatory reads letters
    # When what stands was asked for in public, or changed by hand: what the same mailbox asked for
    # before does not come back. Kept while such a letter can be confirmed.
    said_at: Mapped[datetime | None]
    shows_logo: Mapped[bool] = mapped_column(default=True)  # where a theme shows logos
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)  # why a coordinator should look
    invalidation_id: Mapped[UUID | None] = columns.refers_to("invalidations")
    evidence_id: Mapped[UUID | None] = columns.refers_to("evidence")

    @property
    def place(self) -> int | None:
        """The position, where it tells an order."""
        is_telling = self.position is not None and self.position < RANDOM_FROM
        return self.position if is_telling else None


class SignatureIdentity(columns.Base):
    """Who signed, sealed. Deleting it keeps the count."""

    __tablename__ = "signature_identities"

    signature_id: Mapped[UUID] = columns.part_of("signatures", index=False, primary_key=True)
    coalition_id: Mapped[columns.CoalitionId]
    identity: Mapped[Sealed]


class ConsentWords(columns.Base):
    """Words that were shown beside a box to tick, kept once."""

    __tablename__ = "consent_words"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    language: Mapped[columns.Language]
    words: Mapped[str] = mapped_column(Text)


class Purpose(StrEnum):
    """What a signatory may agree to, each apart.

    `name`: that it is shown. `mailings`: of one organisation.
    """

    SIGNING = "signing"
    NAME = "name"
    MAILINGS = "mailings"


class Consent(columns.OfCoalition, columns.Base):
    """That a signatory agreed to one purpose, on a day, in these words."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("signature_id", "purpose", "organisation_id"),)

    signature_id: Mapped[UUID] = columns.part_of("signatures", index=False)
    purpose: Mapped[Purpose] = mapped_column(columns.choice(Purpose))
    organisation_id: Mapped[UUID | None] = columns.part_of("organisations")
    words_sha256: Mapped[str] = mapped_column(ForeignKey("consent_words.sha256"), index=True)
    given_on: Mapped[date]
    taken_back_on: Mapped[date | None]

    @classmethod
    def to_mailings(cls) -> ColumnElement[bool]:
        """Return the condition of the consents to mailings that stand."""
        return and_(cls.purpose == Purpose.MAILINGS, cls.taken_back_on.is_(None))


class CountChange(columns.OfCoalition, columns.Base):
    """The journal of counts: what one change added to them, until it is folded into the totals."""

    __tablename__ = "count_changes"

    statement_id: Mapped[UUID] = columns.part_of("statements")
    change: Mapped[int]  # 1 or -1, or the sum of several alike
    kind: Mapped[SignatoryKind] = mapped_column(columns.choice(SignatoryKind))
    source: Mapped[Source] = mapped_column(columns.choice(Source))
    country: Mapped[columns.Country | None]
    day: Mapped[date]
    is_shown: Mapped[bool]  # it has a line in public


class Total(columns.Base):
    """How many signatures of a statement count, by one thing that is told of them."""

    __tablename__ = "signature_totals"

    statement_id: Mapped[UUID] = columns.part_of("statements", index=False, primary_key=True)
    facet: Mapped[str] = mapped_column(String(20), primary_key=True)  # all, kind, country, day ...
    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int]


class Evidence(WithFile, columns.Base):
    """A scan of what was signed on paper, or what a member wrote; it lies sealed in the storage."""

    __tablename__ = "evidence"

    statement_id: Mapped[UUID] = columns.part_of("statements")
    content_type: Mapped[str] = mapped_column(String(40))
    bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(String(300), info={SEALED_AS: "sealed_note"})
    sealed_note: Mapped[Sealed | None]
    created_at: Mapped[columns.Created]
    created_by: Mapped[UUID | None]


class Invalidation(columns.OfCoalition, columns.Base):
    """A rule by which signatures were taken out of the count together, and could come back."""

    __tablename__ = "invalidations"

    statement_id: Mapped[UUID] = columns.part_of("statements")
    rule: Mapped[Sealed]  # it may hold a name, or a domain that is one person's
    reason: Mapped[str] = mapped_column(String(500), info={SEALED_AS: "sealed_reason"})
    sealed_reason: Mapped[Sealed | None]
    number: Mapped[int]  # how many it took out
    created_at: Mapped[columns.Created]
    created_by: Mapped[UUID | None]
    undone_at: Mapped[datetime | None]


class BlockKind(StrEnum):
    """What is blocked.

    `address`: one e-mail address. `domain`: with all below it. `name`: a pattern with * and ?,
    folded.
    """

    ADDRESS = "address"
    DOMAIN = "domain"
    NAME = "name"


class BlockAct(StrEnum):
    """What becomes of a signature that fits.

    `drop`: no letter goes out; whoever asks is answered as everybody. `hold`: a coordinator
    looks at it first.
    """

    DROP = "drop"
    HOLD = "hold"


class Block(columns.OfCoalition, columns.Base):
    """One thing that a coalition does not let sign, or wants to look at first."""

    __tablename__ = "blocks"

    kind: Mapped[BlockKind] = mapped_column(columns.choice(BlockKind))
    act: Mapped[BlockAct] = mapped_column(columns.choice(BlockAct))
    value: Mapped[Sealed]
    note: Mapped[str | None] = mapped_column(String(300), info={SEALED_AS: "sealed_note"})
    sealed_note: Mapped[Sealed | None]
    created_at: Mapped[columns.Created]
    created_by: Mapped[UUID | None]
