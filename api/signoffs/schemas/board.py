"""The board of sign-offs as JSON."""

from __future__ import annotations

import marshmallow as ma

from api.coalitions.models import MemberRole
from api.signatures.models import Visibility
from api.signoffs.rules import Status
from api.signoffs.schemas import AnswerOut, PersonAskedOut, RoundOut
from api.statements.models import State
from api.web.fields import names_by_language
from api.web.rest import Schema


class BoardMemberOut(Schema):
    """Where a member is.

    Others than coordinators see only of who approved and shows its name where it is; of all others
    that is null, whatever they answered. People and answers are for coordinators.
    """

    member_id = ma.fields.UUID(required=True)
    organisation_id = ma.fields.UUID(required=True)
    names = names_by_language(required=True)
    acronym = ma.fields.String(required=True, allow_none=True)
    country = ma.fields.String(required=True, allow_none=True, metadata={"example": "KZ"})
    role = ma.fields.Enum(MemberRole, by_value=True, required=True)
    needs_two = ma.fields.Boolean(required=True)
    state = ma.fields.Enum(Status, by_value=True, required=True, allow_none=True)
    by_silence = ma.fields.Boolean(
        required=True,
        allow_none=True,
        metadata={"description": "It did not answer until the hard deadline."},
    )
    visibility = ma.fields.Enum(
        Visibility,
        by_value=True,
        required=True,
        allow_none=True,
        metadata={
            "description": "How it appears, or will; null: it has not chosen, and has no name.",
            "example": "public",
        },
    )
    asked_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    asked_again_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    answered_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    revision_number = ma.fields.Integer(
        required=True, allow_none=True, metadata={"description": "That it answered last."}
    )
    reminders = ma.fields.Integer(required=True, allow_none=True)
    next_reminder_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    people = ma.fields.List(ma.fields.Nested(PersonAskedOut), required=True, allow_none=True)
    answers = ma.fields.List(ma.fields.Nested(AnswerOut), required=True, allow_none=True)


class LineOut(Schema):
    """One line of the signatories."""

    text = ma.fields.String(required=True)
    lead = ma.fields.Boolean(required=True)
    kind = ma.fields.String(required=True, metadata={"example": "organisation"})
    reservation = ma.fields.String()


class BoardWarningOut(Schema):
    """A member that the text names and that does not stand under it by name; or a number."""

    pointer = ma.fields.String(
        required=True,
        metadata={"description": "JSON Pointer into the portable document.", "example": "/body/0"},
    )
    detail = ma.fields.String(required=True, metadata={"example": '"Salt" has not answered.'})
    member_id = ma.fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "Null: a number of organisations that does not fit."},
    )


class BoardOut(Schema):
    """Who is where, what is outstanding, and what publishing would print now."""

    statement_id = ma.fields.UUID(required=True)
    state = ma.fields.Enum(State, by_value=True, required=True)
    revision_number = ma.fields.Integer(required=True)
    round = ma.fields.Nested(RoundOut, required=True, allow_none=True)
    members = ma.fields.List(ma.fields.Nested(BoardMemberOut), required=True)
    totals = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Integer(),
        required=True,
        metadata={"description": "By state.", "example": {"approved": 5, "asked": 3}},
    )
    outstanding = ma.fields.List(
        ma.fields.UUID(),
        required=True,
        allow_none=True,
        metadata={"description": "To coordinators."},
    )
    would_print = ma.fields.List(ma.fields.Nested(LineOut), required=True)
    would_withhold = ma.fields.Integer(
        required=True,
        metadata={"description": "How many would be counted without a line.", "example": 0},
    )
    warnings = ma.fields.List(
        ma.fields.Nested(BoardWarningOut),
        required=True,
        metadata={"description": "To look at before it is published; they are no obstacle."},
    )
