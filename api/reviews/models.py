"""Consultations, who is asked in them, and what they say of a text and propose for it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.infra.database import columns
from api.infra.security.keys import BlindBytes, Sealed


class Readership(StrEnum):
    """Who reads a comment, beside the coordinators; commenters are told before they write.

    `coordinators`: nobody else. `commenters_unnamed`: all who are asked, without who wrote it.
    `commenters_named`: all who are asked, with the member's name, or the name of a person outside.
    """

    COORDINATORS = "coordinators"
    COMMENTERS_UNNAMED = "commenters_unnamed"
    COMMENTERS_NAMED = "commenters_named"


class SuggestionState(StrEnum):
    """Whether a coordinator decided on a suggestion.

    `open`: not yet. `accepted`: it went into the draft. `declined`: with a reason that its author
    reads.
    """

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class SuggestionSource(StrEnum):
    """Where a suggestion was made: on a page, in a file of Word, or through the API."""

    PAGE = "page"
    WORD = "word"
    API = "api"


class Consultation(columns.OfCoalition, columns.Versioned, columns.Base):
    """That a text is open for comments until a deadline.

    Those who are asked read the newest revision; what they say stays with its block.
    """

    __tablename__ = "consultations"

    statement_id: Mapped[UUID] = columns.part_of("statements")
    revision_number: Mapped[int]  # with which it was opened
    closes_at: Mapped[datetime]  # the first instant after it
    zone: Mapped[str] = mapped_column(String(64))  # IANA: in which that is shown
    read_by: Mapped[Readership] = mapped_column(columns.choice(Readership))
    note: Mapped[Sealed | None]  # of the coordinator, to all who are asked
    is_kept: Mapped[bool] = mapped_column(default=False)  # also after its day
    # The day on which it is forgotten unless it is kept; None: the text is still being written.
    forget_on: Mapped[date | None] = mapped_column(index=True)


class Commenter(columns.OfCoalition, columns.Base):
    """A person who is asked: a member's representative, or somebody outside; by their own link."""

    __tablename__ = "commenters"
    __table_args__ = (UniqueConstraint("consultation_id", "email_index", "member_id"),)

    consultation_id: Mapped[UUID] = columns.part_of("consultations", index=False)
    member_id: Mapped[UUID | None] = columns.part_of("members")  # None: outside
    representative_id: Mapped[UUID | None] = columns.part_of("representatives")
    person: Mapped[Sealed]  # {"name", "email", "affiliation"}
    email_index: Mapped[bytes] = mapped_column(BlindBytes("representatives.email"))
    language: Mapped[columns.Language]
    created_at: Mapped[columns.Created]
    ended_at: Mapped[datetime | None]  # the link was taken back, or they left


class Comment(columns.OfCoalition, columns.Base):
    """What somebody says of a block, or of the whole text; or a reply to it."""

    __tablename__ = "comments"
    __table_args__ = (
        Index("ix_comments_consultation_id_created_at", "consultation_id", "created_at"),
    )

    consultation_id: Mapped[UUID] = columns.part_of("consultations", index=False)
    parent_id: Mapped[UUID | None] = columns.part_of("comments")  # what it replies to
    # Whose it is; neither: who wrote it was forgotten, and `content` with them.
    commenter_id: Mapped[UUID | None] = columns.part_of("commenters")
    user_id: Mapped[UUID | None]  # a coordinator
    block_id: Mapped[str | None] = mapped_column(String(36))  # None: the whole text
    revision_number: Mapped[int]  # that was read when it was written
    # {"text"}, and of one from a file "written_by", as Word has it; None: taken back or erased.
    content: Mapped[Sealed | None]
    resolved_at: Mapped[datetime | None]  # of no reply
    created_at: Mapped[columns.Created]


class Suggestion(columns.OfCoalition, columns.Base):
    """What somebody would have changed in one place of a text, and what became of that."""

    __tablename__ = "suggestions"
    __table_args__ = (
        Index("ix_suggestions_consultation_id_created_at", "consultation_id", "created_at"),
    )

    consultation_id: Mapped[UUID] = columns.part_of("consultations", index=False)
    # Whose it is; neither: who made it was forgotten, and `content` with them.
    commenter_id: Mapped[UUID | None] = columns.part_of("commenters")
    user_id: Mapped[UUID | None]  # a coordinator
    revision_number: Mapped[int]  # that was read when it was made
    # {"proposal", "reason", "written_by"}, the last as Word wrote it; None: taken back or erased.
    content: Mapped[Sealed | None]
    source: Mapped[SuggestionSource] = mapped_column(columns.choice(SuggestionSource))
    is_guess: Mapped[bool] = mapped_column(default=False)  # of its place: a person applies it
    state: Mapped[SuggestionState] = mapped_column(
        columns.choice(SuggestionState), default=SuggestionState.OPEN
    )
    decided_at: Mapped[datetime | None]
    answer: Mapped[Sealed | None]  # {"reason"} why not, or {"lines"} that went in instead
    draft_version: Mapped[int | None]  # of the statement: the first draft that holds it
    held_since: Mapped[int | None]  # the revision that first held it
    created_at: Mapped[columns.Created]
