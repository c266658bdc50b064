"""Rounds in which members are asked, who is asked, and what they answered."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.infra.database import columns
from api.infra.security.keys import BlindBytes, Sealed
from api.infra.security.late_sealing import SEALED_AS
from api.signatures.models import Visibility

UNKNOWN = "unknown"


class Silence(StrEnum):
    """What it means when a member has not answered by the hard deadline.

    `approval`: it approves (`tacit`), but not where the text was changed materially since or two
    people are needed. `decline`: it declines.
    """

    NOTHING = "nothing"
    APPROVAL = "approval"
    DECLINE = "decline"


class SignOffRound(columns.OfCoalition, columns.Versioned, columns.Base):
    """That members are asked to sign off a statement, by when, and how they are reminded.

    A statement has one. A material revision asks everybody again within it.
    """

    __tablename__ = "sign_off_rounds"

    statement_id: Mapped[UUID] = columns.part_of("statements", index=False, unique=True)
    soft_deadline: Mapped[datetime | None]
    hard_deadline: Mapped[datetime | None]  # the first instant after it
    zone: Mapped[str] = mapped_column(String(64))  # IANA: in which both are shown
    silence: Mapped[Silence] = mapped_column(columns.choice(Silence), default=Silence.NOTHING)
    remind_after_days: Mapped[int | None]  # None: as the coalition does
    remind_every_days: Mapped[int | None]
    # Of the coordinator, to all.
    note: Mapped[str | None] = mapped_column(String(2000), info={SEALED_AS: "sealed_note"})
    sealed_note: Mapped[Sealed | None]
    closed_at: Mapped[datetime | None]
    # Deadlines that were told and are none any more, by "soft" or "hard": {"at", "until"}, the
    # deadline, and until when it was told.
    dropped: Mapped[dict[str, dict[str, str]] | None] = mapped_column(JSON(none_as_null=True))


class Ask(columns.OfCoalition, columns.Base):
    """That one member is asked for its sign-off of a revision."""

    __tablename__ = "sign_off_asks"
    __table_args__ = (UniqueConstraint("round_id", "member_id"),)

    round_id: Mapped[UUID] = columns.part_of("sign_off_rounds", index=False)
    member_id: Mapped[UUID] = columns.part_of("members")
    revision_number: Mapped[int]  # of which it was asked last
    asked_at: Mapped[columns.Created]
    asked_again_at: Mapped[datetime | None]  # after a material revision
    reminders: Mapped[int] = mapped_column(default=0)
    remind_at: Mapped[datetime | None] = mapped_column(index=True)  # None: no more


class Approver(columns.OfCoalition, columns.Base):
    """A person who may answer for a member: a representative, or who it was handed to."""

    __tablename__ = "approvers"
    __table_args__ = (UniqueConstraint("ask_id", "email_index"),)  # one voice a person

    ask_id: Mapped[UUID] = columns.part_of("sign_off_asks", index=False)
    representative_id: Mapped[UUID | None] = columns.part_of("representatives")
    handed_by: Mapped[UUID | None] = columns.part_of("approvers")
    person: Mapped[Sealed]  # {"name", "email", "role"}
    email_index: Mapped[bytes] = mapped_column(BlindBytes("representatives.email"))
    language: Mapped[columns.Language]
    created_at: Mapped[columns.Created]
    ended_at: Mapped[datetime | None]  # handed on, or no longer entitled


class Answer(StrEnum):
    """What a member says to a text.

    `reserved`: approved, with a reservation on named blocks. `objected`: to an editorial
    revision: it does not stand behind the text any more.
    """

    APPROVED = "approved"
    RESERVED = "reserved"
    DECLINED = "declined"
    OBJECTED = "objected"


class AnswerMeans(StrEnum):
    """How an answer came that a coordinator entered."""

    TELEPHONE = "telephone"
    MEETING = "meeting"
    EMAIL = "email"
    MESSAGE = "message"
    LETTER = "letter"
    OTHER = "other"


class SignOff(columns.OfCoalition, columns.Base):
    """One answer of one member to one revision. Answers are added, never changed.

    What proves one that was entered is forgotten on its day.
    """

    __tablename__ = "sign_offs"
    __table_args__ = (UniqueConstraint("statement_id", "member_id", "number"),)

    statement_id: Mapped[UUID] = columns.part_of("statements", index=False)
    member_id: Mapped[UUID] = columns.part_of("members")
    number: Mapped[int]  # from 1, of the member's answers: the order in which they came
    revision_number: Mapped[int]
    revision_sha256: Mapped[str] = mapped_column(String(64))
    answer: Mapped[Answer] = mapped_column(columns.choice(Answer))
    # {"reason", "reservations": [{"pointer", "text"}], "by": {"name", "role"}}; of one that was
    # entered also {"told": {"means", "on", "note"}}, what is known of how it came.
    content: Mapped[Sealed]
    prints_reservation: Mapped[bool] = mapped_column(default=False)
    shows_logo: Mapped[bool] = mapped_column(default=True)
    approver_id: Mapped[UUID | None] = columns.refers_to("approvers")
    user_id: Mapped[UUID | None]  # of whoever entered it, where no approver answered
    evidence_id: Mapped[UUID | None] = columns.refers_to("evidence")
    answered_at: Mapped[columns.Created]

    @property
    def is_entered(self) -> bool:
        return self.user_id is not None


class AnswerEvidence(columns.OfCoalition, columns.Base):
    """How long it is kept what proves the answers that were entered under one statement."""

    __tablename__ = "answer_evidence"

    statement_id: Mapped[UUID] = columns.part_of("statements", index=False, unique=True)
    is_kept: Mapped[bool] = mapped_column(default=False)  # also after its day
    # The day on which it is forgotten unless it is kept; None: the text is still being written.
    forget_on: Mapped[date | None] = mapped_column(index=True)
    forgotten_on: Mapped[date | None]


class TimeRequest(columns.OfCoalition, columns.Base):
    """That a member needs until a day to answer; of one text it has one, the last."""

    __tablename__ = "time_requests"

    statement_id: Mapped[UUID] = columns.part_of("statements")
    member_id: Mapped[UUID] = columns.part_of("members")
    revision_number: Mapped[int]
    until: Mapped[date]  # in the round's zone; it is reminded on it, and not before
    content: Mapped[Sealed]  # {"reason", "by": {"name", "role"}}
    approver_id: Mapped[UUID | None] = columns.refers_to("approvers")
    user_id: Mapped[UUID | None]  # of whoever entered it
    asked_at: Mapped[columns.Created]


class QuestionClosing(columns.OfCoalition, columns.Base):
    """That an owner closed the question to one member, which cannot answer it."""

    __tablename__ = "question_closings"
    __table_args__ = (UniqueConstraint("statement_id", "member_id"),)

    statement_id: Mapped[UUID] = columns.part_of("statements", index=False)
    member_id: Mapped[UUID] = columns.part_of("members")
    content: Mapped[Sealed]  # {"reason"}
    user_id: Mapped[UUID | None]
    closed_at: Mapped[columns.Created]


class Appearance(columns.OfCoalition, columns.Base):
    """How a member appears under one statement, and the signature that its approval became.

    It says how much of the member shows, not when that was chosen, and by whom only where two must
    approve: of who is not shown nothing tells more than must be kept.
    """

    __tablename__ = "appearances"
    __table_args__ = (UniqueConstraint("statement_id", "member_id"),)

    statement_id: Mapped[UUID] = columns.part_of("statements", index=False)
    member_id: Mapped[UUID] = columns.part_of("members")
    # None: it has not chosen, and counts without its name.
    visibility: Mapped[Visibility | None] = mapped_column(columns.choice(Visibility))
    # What each person chose, by their key: where two must approve, nobody shows more than the
    # other while that may answer. Under UNKNOWN the least of what was entered for people who were
    # not asked.
    choices: Mapped[dict[str, Visibility]] = mapped_column(JSON, default=dict)
    signature_id: Mapped[UUID | None] = columns.refers_to("signatures")
    # It answered before it could choose, and is still to be told that it can.
    is_to_be_told: Mapped[bool] = mapped_column(default=False, index=True)


class EditNotice(columns.OfCoalition, columns.Base):
    """That a representative who has no link to a published text is told of it, or of an edit."""

    __tablename__ = "edit_notices"

    statement_id: Mapped[UUID] = columns.part_of("statements")
    representative_id: Mapped[UUID] = columns.part_of("representatives")
