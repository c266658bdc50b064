"""Statements and their revisions."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, select, true
from sqlalchemy.orm import Mapped, column_property, mapped_column

from api.cases.models import CaseStatus
from api.infra.database import columns
from api.infra.security.keys import Sealed
from api.portable.rules import identity
from api.portable.rules.length import Bounds
from api.portable.rules.printing import Printed
from api.texts.rules.document import PortableDocument


class StatementKind(StrEnum):
    """What a statement is."""

    JOINT_STATEMENT = "joint_statement"
    OPEN_LETTER = "open_letter"
    APPEAL = "appeal"
    PETITION = "petition"
    BRIEFING = "briefing"
    PRESS_RELEASE = "press_release"


class State(StrEnum):
    """The life of a statement's text.

    draft → review, archived; review → draft, published, archived; published → superseded,
    withdrawn, archived; superseded → archived; withdrawn → archived. Only a text that was frozen
    as a revision goes to `review`. `published`: everybody may read it, and approvals have become
    signatures. `superseded`: another statement continues it. `withdrawn`: the coalition does not
    stand by it any more. `archived`: nothing is done with it any more.
    """

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    ARCHIVED = "archived"


class Weight(StrEnum):
    """What a revision means for those who stand behind an earlier one.

    `first`: there was none. `editorial`: what was signed and approved goes on counting.
    `material`: signatures wait, and do not count, until each is confirmed for the new text, and
    members are asked to approve it anew. `redaction`: a name was taken back; signatures keep the
    hash that they saw, and count.
    """

    FIRST = "first"
    EDITORIAL = "editorial"
    MATERIAL = "material"
    REDACTION = "redaction"


class _OfVersion2:
    """What version 2 of the format adds to a document, which a row keeps as version 1 has it.

    So the version of the program before goes on reading and writing it. None: that one wrote it.
    """

    format: Mapped[str | None] = mapped_column(String(40))  # that the document came with
    kept_ids: Mapped[list[str] | None] = mapped_column("block_ids", JSON(none_as_null=True))


class Statement(_OfVersion2, columns.Versioned, columns.Base):
    """A text with a life. Its draft is a portable document without signatories."""

    __tablename__ = "statements"
    __table_args__ = (UniqueConstraint("coalition_id", "slug"),)

    id: Mapped[columns.Id]
    coalition_id: Mapped[UUID] = columns.part_of("coalitions", index=False)
    slug: Mapped[str] = mapped_column(String(80))
    kind: Mapped[StatementKind] = mapped_column(columns.choice(StatementKind, "kind"))
    language: Mapped[columns.Language]
    title: Mapped[str] = mapped_column(String(500))
    state: Mapped[State] = mapped_column(columns.choice(State), default=State.DRAFT)
    template_version_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("template_versions.id"), index=True
    )
    choice: Mapped[Sealed | None]  # which demands the template was filled with
    draft: Mapped[PortableDocument] = mapped_column(JSON)
    draft_secrets: Mapped[Sealed | None]  # what of the draft's cases may not be named
    # {"texts": [[pointer, kind, text]], "labels": {case id: [label]}}: what the draft said before
    # a name was taken back, where that name or its label stood; and every label that was given.
    taken_back: Mapped[Sealed | None]
    revision_number: Mapped[int] = mapped_column(default=0)  # the newest; 0: none yet
    counted_from: Mapped[int] = mapped_column(default=0)  # the newest that is not editorial
    # Who may stand in it though free or dead: what somebody confirmed, by the case's id, or by key
    # where the text alone knows it. Keys of the coalition's cases may tell a name.
    confirmed_cases: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    # Whose text it continues, changed in a way that its signatories would have to be asked about.
    predecessor_id: Mapped[UUID | None] = columns.refers_to("statements")
    # The most that its recipient takes (`Bounds`); None: as much as there is.
    kept_bounds: Mapped[dict[str, object] | None] = mapped_column("bounds", JSON(none_as_null=True))
    # Where it began with another one's text: the ids of its blocks then, each with that block's.
    block_origins: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))

    @property
    def block_ids(self) -> list[str]:
        """Return the ids of the draft's blocks."""
        return identity.known(self.id, self.kept_ids, len(self.draft["body"]))

    @property
    def bounds(self) -> Bounds:
        """Return how long its recipient lets it be."""
        return Bounds.of(self.kept_bounds)


class DraftVersion(columns.OfCoalition, columns.Base):
    """A draft as it was written, for who saves on top of it when somebody else has changed it."""

    __tablename__ = "draft_versions"
    __table_args__ = (UniqueConstraint("statement_id", "version"),)

    statement_id: Mapped[UUID] = columns.part_of("statements", index=False)
    version: Mapped[int]  # of the statement: the first that had this draft
    text: Mapped[Sealed]  # {"document", "ids", "secrets"}
    created_at: Mapped[columns.Created] = mapped_column(index=True)


class Moderation(StrEnum):
    """Which public signatures a coordinator sees before they count.

    `flagged`: those in which something is odd.
    """

    NONE = "none"
    FLAGGED = "flagged"
    ALL = "all"


class Signing(columns.Versioned, columns.Base):
    """How a statement is signed in public: from when, until when, by whom, and what is shown.

    A statement without one was never open.
    """

    __tablename__ = "signings"

    statement_id: Mapped[UUID] = columns.part_of("statements", index=False, primary_key=True)
    coalition_id: Mapped[columns.CoalitionId]
    address: Mapped[str] = mapped_column(String(100), unique=True)  # slug, and eight random signs
    opens_at: Mapped[datetime | None]  # None: not yet
    closes_at: Mapped[datetime | None]  # the first instant after it
    zone: Mapped[str] = mapped_column(String(64))  # IANA: in which both are shown
    takes_individuals: Mapped[bool]
    takes_organisations: Mapped[bool]
    shows_list: Mapped[bool]  # to everybody; the count is shown anyway
    # Whether everybody is told how many count without a name.
    shows_withheld: Mapped[bool] = mapped_column(default=True, server_default=true())
    is_sensitive: Mapped[bool]  # least visibility is the default, letters are neutral (promise 17)
    moderation: Mapped[Moderation] = mapped_column(columns.choice(Moderation))
    # Whose mailings the form offers: organisations' entries, in order.
    mailing_organisation_ids: Mapped[list[str]] = mapped_column(JSON)
    retain_until: Mapped[date | None]  # who signed is known until then; None: as long as it stands
    purged_on: Mapped[date | None]  # the last day on which who signed was forgotten
    # The owners were promised a letter that this day comes, and on which day the first one left.
    told_until: Mapped[date | None]
    told_on: Mapped[date | None]

    def is_open(self, now: datetime) -> bool:
        """Tell whether it may be signed now."""
        return self.has_opened(now) and (self.closes_at is None or now < self.closes_at)

    def may_open(self, now: datetime) -> bool:
        """Tell whether it may be signed now or later."""
        return self.opens_at is not None and (self.closes_at is None or now < self.closes_at)

    def has_opened(self, now: datetime) -> bool:
        """Tell whether it ever could be signed: from then on its text changes no more."""
        return self.opens_at is not None and self.opens_at <= now


class Revision(_OfVersion2, columns.OfCoalition, columns.Base):
    """One immutable text of a statement, and all that is needed to print it again."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("statement_id", "number"),)

    statement_id: Mapped[UUID] = columns.part_of("statements", index=False)
    number: Mapped[int]  # from 1
    weight: Mapped[Weight] = mapped_column(columns.choice(Weight))
    note: Mapped[str | None] = mapped_column(String(500))  # what changed, for those who signed
    # Why it is editorial though a demand, number, day, name or negation changed: an owner's, for
    # the same.
    reason: Mapped[str | None] = mapped_column(String(1000))
    # What it changes of the one before it, counted: no words, so that no name has to leave it.
    measure: Mapped[dict[str, int | None] | None] = mapped_column(JSON(none_as_null=True))
    language: Mapped[columns.Language]
    sha256: Mapped[str] = mapped_column(String(64), index=True)  # of `printed`
    printed: Mapped[Printed] = mapped_column(JSON)
    document: Mapped[PortableDocument] = mapped_column(JSON)
    secrets: Mapped[Sealed | None]  # what of the document's cases may not be named
    # {"printed", "document", "note", "reason"} of a text that held a name which was taken back.
    # Those columns are empty then, and only owners read it.
    taken_back: Mapped[Sealed | None]
    # The day on which it took the place of a text that was public by then; None: it did not.
    edited_on: Mapped[date | None]
    created_at: Mapped[columns.Created]
    created_by: Mapped[UUID | None]  # None: a redaction, which a change of a case caused

    @property
    def is_taken_back(self) -> bool:
        return self.taken_back is not None

    @property
    def block_ids(self) -> list[str]:
        """Return the ids of its blocks, which are none where its text is sealed."""
        return identity.known(self.id, self.kept_ids, len(self.document.get("body", ())))


class NamedCase(columns.Base):
    """A case that a text names, by its key: in the draft (revision 0) or in a revision."""

    __tablename__ = "statement_cases"

    statement_id: Mapped[UUID] = columns.part_of("statements", index=False, primary_key=True)
    revision_number: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True, index=True)
    status: Mapped[CaseStatus | None] = mapped_column(
        columns.choice(CaseStatus)
    )  # as the text took it


class PastDemand(columns.Base):
    """A demand as a text asks it: in the draft (revision 0) or in a revision."""

    __tablename__ = "statement_demands"
    __table_args__ = (Index("ix_statement_demands_coalition_id_key", "coalition_id", "key"),)

    coalition_id: Mapped[UUID] = columns.part_of("coalitions", index=False)
    statement_id: Mapped[UUID] = columns.part_of("statements", index=False, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    revision_number: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[columns.Country | None]  # of whom it is asked, or a party
    party: Mapped[str | None] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    stems: Mapped[str] = mapped_column(Text)  # of its words, sorted, for the search
    begun_at: Mapped[datetime] = column_property(
        select(Statement.created_at)
        .where(Statement.id == statement_id)
        .correlate_except(Statement)
        .scalar_subquery()
    )
