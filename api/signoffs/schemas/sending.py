"""Reminders, previews of letters, and the checklist before a text is published, as JSON."""

from __future__ import annotations

from collections.abc import Mapping

import marshmallow as ma

from api.cases.models import CaseStatus
from api.errors import Code, Reason
from api.signoffs.schemas import MOST_MEMBERS, AsksIn, ClosingIn, RoundIn
from api.signoffs.schemas.board import BoardWarningOut
from api.signoffs.service.previews import ACTS
from api.signoffs.service.reminding import PassedOver
from api.statements.models import State
from api.web import fields, validate
from api.web.rest import OutSchema, Schema

MOST_DAYS = 3650


class RemindersIn(Schema):
    """Whom to remind now."""

    member_ids = fields.List(
        fields.UUID(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, MOST_MEMBERS),
        description="All that are outstanding, where left out.",
        example=None,
    )


class PassedOverOut(OutSchema):
    """A member that is not reminded."""

    member_id = fields.UUID()
    why = fields.Enum(PassedOver, example="needs_time")


class RemindersOut(OutSchema):
    """Which members are reminded, and which not."""

    reminded = fields.List(fields.UUID())
    passed_over = fields.List(fields.Nested(PassedOverOut))


class LetterPreviewIn(Schema):
    """One act whose letters are wanted, as it would be sent to its own address."""

    round = fields.Nested(RoundIn, load_default=None, allow_none=True, example={})
    asks = fields.Nested(AsksIn, load_default=None, allow_none=True, example=None)
    reminders = fields.Nested(RemindersIn, load_default=None, allow_none=True, example=None)
    closing = fields.Nested(ClosingIn, load_default=None, allow_none=True, example=None)
    number = fields.Integer(
        load_default=0,
        strict=True,
        validate=validate.Range(0, 10_000),
        description="Which of the letters is shown whole, from 0; past the last, the last.",
        example=0,
    )

    @ma.validates_schema
    def _must_be_one(self, given: Mapping[str, object], **_: object) -> None:
        if sum(given.get(name) is not None for name in ACTS) != 1:
            raise ma.ValidationError(Reason(Code.CONFLICT, "Send one act."), "round")


class LetterToBeOut(OutSchema):
    """To whom a letter would go."""

    kind = fields.String(example="signoffs.request")
    member_id = fields.UUID()
    names = fields.names_by_language()
    name = fields.String(example="A. Specimen")
    email = fields.String(example="director@specimen.example")
    language = fields.String(example="en")


class LetterSeenOut(OutSchema):
    """A letter as it would be read; its link leads nowhere."""

    sender_name = fields.String(example="Specimen Coalition")
    subject = fields.String()
    text = fields.String()
    html = fields.String()


class LetterPreviewOut(OutSchema):
    """All letters that the act would send, and one of them whole."""

    letters = fields.List(fields.Nested(LetterToBeOut))
    number = fields.Integer(description="Of the letter that is shown.")
    message = fields.Nested(LetterSeenOut, allow_none=True, description="Null: nobody is written.")


class ChecklistArgs(Schema):
    """From when on a case is stale."""

    case_days = fields.Integer(
        load_default=90,
        validate=validate.Range(1, MOST_DAYS),
        description="Days for which nobody verified it.",
    )


class CaseToConfirmOut(OutSchema):
    """Somebody whom the text names though they were released or have died."""

    key = fields.String(
        attribute="case.key", description="By which it is confirmed.", example="specimen-a"
    )
    case_id = fields.UUID(attribute="case.case_id", allow_none=True)
    label = fields.String(
        attribute="case.label", description="What stands for it in public.", example="A. Specimen"
    )
    status = fields.Enum(CaseStatus, attribute="case.status", example="released")
    since = fields.Date(attribute="case.since", allow_none=True)
    asks = fields.Boolean(description="The text asks for their freedom.")
    is_confirmed = fields.Boolean(description="Somebody said before that it is right.")


class StaleCaseOut(OutSchema):
    """A case of the text that was not verified for long, or ever."""

    key = fields.String(example="specimen-a")
    case_id = fields.UUID()
    label = fields.String(description="What stands for it in public.", example="A. Specimen")
    last_verified = fields.Date(allow_none=True)


class ChecklistOut(OutSchema):
    """What to look at before a text is published."""

    state = fields.Enum(State, attribute="statement.state")
    is_ready = fields.Boolean(
        description="Nothing is to be confirmed; from review it is published at once."
    )
    is_frozen = fields.Boolean(description="The newest revision is the draft as it stands.")
    is_sensitive = fields.Boolean()
    closed_cases = fields.List(fields.Nested(CaseToConfirmOut))
    mentions = fields.List(fields.Nested(BoardWarningOut))
    stale_cases = fields.List(
        fields.Nested(StaleCaseOut), description="They stop nothing: verify them first."
    )
    unanswered = fields.List(
        fields.UUID(),
        attribute="unanswered_ids",
        description="Members that have not answered. They stop nothing.",
    )
