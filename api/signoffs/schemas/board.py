"""The board of sign-offs as JSON."""

from __future__ import annotations

from api.coalitions.models import MemberRole
from api.signatures.models import Visibility
from api.signoffs.rules import Status
from api.signoffs.schemas import (
    AnswerOut,
    ClosedQuestionOut,
    PersonAskedOut,
    RoundOut,
    TimeAskedOut,
)
from api.statements.models import State
from api.web import fields
from api.web.rest import OutSchema, Schema


class BoardAnswerOut(AnswerOut):
    """One answer, as coordinators see it."""

    note = fields.String(
        allow_none=True, attribute="told.note", description="Of who entered it.", example=None
    )
    evidence_id = fields.UUID(allow_none=True, attribute="row.evidence_id", example=None)


class AnswerEvidenceIn(Schema):
    """Whether what proves entered answers stays after its day."""

    is_kept = fields.Truth(
        required=True, description="Keep it after its day; false lets it go on its day."
    )


class AnswerEvidenceOut(OutSchema):
    """How long it is kept what proves the answers that were entered under a statement."""

    is_kept = fields.Boolean()
    forget_on = fields.Date(
        allow_none=True,
        description="The day on which notes, mails and wishes for time are deleted unless they are"
        " kept; null until the text is published or archived.",
        example=None,
    )
    forgotten_on = fields.Date(allow_none=True, example=None)


class BoardMemberOut(OutSchema):
    """Where a member is.

    Others than coordinators see only of who approved and shows its name where it is; of all others
    that is null, whatever they answered. People, answers, time asked
    for and closed questions are for coordinators.
    """

    member_id = fields.UUID(attribute="member.id")
    organisation_id = fields.UUID(attribute="organisation.id")
    names = fields.names_by_language(attribute="organisation.names")
    acronym = fields.String(allow_none=True, attribute="organisation.acronym")
    country = fields.String(allow_none=True, attribute="organisation.country", example="KZ")
    role = fields.Enum(MemberRole, attribute="member.role")
    needs_two = fields.Boolean(attribute="organisation.needs_two")
    state = fields.Enum(Status, allow_none=True)
    by_silence = fields.Boolean(
        allow_none=True, description="It did not answer until the hard deadline."
    )
    visibility = fields.Enum(
        Visibility,
        allow_none=True,
        description="How it appears, or will; null: it has not chosen, and has no name.",
        example="public",
    )
    asked_at = fields.AwareDateTime(allow_none=True)
    asked_again_at = fields.AwareDateTime(allow_none=True)
    answered_at = fields.AwareDateTime(allow_none=True)
    revision_number = fields.Integer(allow_none=True, description="That it answered last.")
    reminders = fields.Integer(allow_none=True)
    next_reminder_at = fields.AwareDateTime(allow_none=True)
    people = fields.List(fields.Nested(PersonAskedOut), allow_none=True)
    answers = fields.List(fields.Nested(BoardAnswerOut), allow_none=True)
    time_asked = fields.Nested(TimeAskedOut, allow_none=True)
    closed = fields.Nested(ClosedQuestionOut, allow_none=True)


class LineOut(OutSchema):
    """One line of the signatories."""

    text = fields.String()
    lead = fields.Boolean()
    kind = fields.String(example="organisation")
    reservation = fields.String(required=False)


class BoardWarningOut(OutSchema):
    """A member that the text names and that does not stand under it by name; or a number."""

    pointer = fields.String(
        description="JSON Pointer into the portable document.", example="/body/0"
    )
    detail = fields.String(example='"Salt" has not answered.')
    key = fields.String(
        description="By which publishing is told that it is right as it is (confirmed_mentions).",
        example="2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11",
    )
    member_id = fields.UUID(
        allow_none=True, description="Null: a number of organisations that does not fit."
    )


class BoardOut(OutSchema):
    """Who is where, what is outstanding, and what publishing would print now."""

    statement_id = fields.UUID()
    state = fields.Enum(State)
    revision_number = fields.Integer()
    round = fields.Nested(RoundOut, allow_none=True)
    members = fields.List(fields.Nested(BoardMemberOut))
    totals = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        description="By state.",
        example={"approved": 5, "asked": 3},
    )
    outstanding = fields.List(fields.UUID(), allow_none=True, description="To coordinators.")
    would_print = fields.List(fields.Nested(LineOut))
    would_withhold = fields.Integer(
        description="How many would be counted without a line.", example=0
    )
    unread = fields.Integer(
        description="How many people who signed would print as well, where they are more than 200:"
        " the list of signatures has them, page by page.",
        example=0,
    )
    warnings = fields.List(
        fields.Nested(BoardWarningOut),
        description="It is published where each of these is confirmed by its key.",
    )
