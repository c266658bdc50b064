"""Sign-offs as JSON."""

from __future__ import annotations

from typing import Any

from api.signatures.models import Visibility
from api.signatures.schemas import SHA256, RepresentativeIn
from api.signoffs.models import Answer, AnswerMeans, Silence
from api.signoffs.rules import CHOICES, Status
from api.statements.models import State, Weight
from api.statements.schemas import MeasureOut
from api.web import fields, validate
from api.web.rest import OutSchema, Schema, ZonedSchema

MOST_DAYS = 90
MOST_MEMBERS = 500
MOST_RESERVATIONS = 50
POINTER = {
    "description": "JSON Pointer into the printed text: a block, an item, a list, a demand.",
    "example": "/blocks/0",
}


def _visibility(description: str, **how: Any) -> fields.Enum:
    return fields.Enum(
        Visibility,
        validate=validate.OneOf(CHOICES, error="Send public, coalition or anonymous."),
        description=description,
        example="public",
        **how,
    )


def _days(description: str) -> fields.Integer:
    return fields.Integer(
        load_default=None,
        strict=True,
        validate=validate.Range(1, MOST_DAYS),
        description=f"{description}; as the coalition does where left out.",
    )


class RoundIn(ZonedSchema):
    """By when members sign off, what silence means, and how they are reminded."""

    soft_deadline = fields.Moment(
        load_default=None, description="By when they are asked to answer.", example=None
    )
    hard_deadline = fields.Moment(
        load_default=None, description="An answer at this instant is too late.", example=None
    )
    zone = fields.Zone()
    silence = fields.Enum(
        Silence,
        load_default=Silence.NOTHING,
        description="What it means once the hard deadline has passed.",
    )
    remind_after_days = _days("Days until the first reminder")
    remind_every_days = _days("Days from one reminder to the next")
    note = fields.Text(
        most=2000, lines=True, load_default=None, description="To all who are asked."
    )


class AskedRoundOut(OutSchema):
    """By when an answer is asked, and what silence means."""

    soft_deadline = fields.AwareDateTime(allow_none=True, attribute="row.soft_deadline")
    hard_deadline = fields.AwareDateTime(allow_none=True, attribute="row.hard_deadline")
    zone = fields.String(attribute="row.zone", example="Asia/Almaty")
    silence = fields.Enum(Silence, attribute="row.silence")
    note = fields.String(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True, attribute="row.closed_at")


class RoundOut(AskedRoundOut):
    """A round of sign-offs."""

    id = fields.UUID(attribute="row.id")
    statement_id = fields.UUID(attribute="row.statement_id")
    remind_after_days = fields.Integer(allow_none=True, attribute="row.remind_after_days")
    remind_every_days = fields.Integer(allow_none=True, attribute="row.remind_every_days")
    created_at = fields.AwareDateTime(attribute="row.created_at")
    updated_at = fields.AwareDateTime(attribute="row.updated_at")


class AsksIn(Schema):
    """Whom to ask as well."""

    member_ids = fields.List(
        fields.UUID(), required=True, validate=validate.Length(1, MOST_MEMBERS)
    )


class ReservationIn(Schema):
    """What a member does not stand behind."""

    pointer = fields.String(required=True, validate=validate.Length(1, 200), **POINTER)
    text = fields.Text(most=600, required=True, example="We do not ask for this.")


class AnswerIn(Schema):
    """What a member says to the text that was seen."""

    answer = fields.Enum(Answer, required=True)
    revision_sha256 = fields.Sha256(required=True, **SHA256)
    reservations = fields.List(
        fields.Nested(ReservationIn),
        load_default=list,
        validate=validate.Length(0, MOST_RESERVATIONS),
        description="Of the answer reserved.",
        example=[],
    )
    prints_reservation = fields.Truth(
        load_default=False, description="The reservations print as a note; else they stay internal."
    )
    reason = fields.Text(
        most=2000, lines=True, load_default=None, description="Who declines or objects says why."
    )
    shows_logo = fields.Truth(
        load_default=True, description="Where a look shows logos.", example=True
    )
    printed_name = fields.Text(
        most=300,
        load_default=None,
        description="The organisation's name as it is to print, in the language of the text; left"
        " out, as its entry has it. The entry learns it when a coordinator agrees.",
        example=None,
    )
    in_personal_capacity = fields.Truth(
        load_default=False,
        description="Who answers signs as a person, and the line says so: the organisation does"
        " not sign. Where two must approve, nobody can.",
    )
    visibility = _visibility(
        "How a member that approves appears: public by name, coalition to its coordinators only,"
        " anonymous counted without a name. Left out: as it chose before, else anonymous.",
        load_default=None,
        allow_none=True,
    )


class SignOffIn(AnswerIn):
    """An answer that came in another way."""

    member_id = fields.UUID(required=True)
    by = fields.Nested(RepresentativeIn, required=True, description="Who gave the answer.")
    means = fields.Enum(
        AnswerMeans, load_default=None, description="How it came.", example="telephone"
    )
    said_on = fields.Date(
        load_default=None, description="The day on which it was given.", example="2026-05-20"
    )
    note = fields.Text(
        most=2000,
        lines=True,
        load_default=None,
        description="What else is known of it.",
        example=None,
    )
    evidence_id = fields.UUID(
        load_default=None,
        description="The mail, note or scan that proves it: POST it to the statement's evidence.",
        example=None,
    )


class TimeIn(Schema):
    """Until when a member needs to answer."""

    until = fields.Date(
        required=True,
        description="A day of the round's zone. The member is reminded on it, and not before.",
        example="2031-05-30",
    )
    reason = fields.Text(
        most=2000, lines=True, load_default=None, description="For the coordinators.", example=None
    )


class MemberTimeIn(TimeIn):
    """Until when a member needs to answer, which it said in another way."""

    member_id = fields.UUID(required=True)
    by = fields.Nested(RepresentativeIn, required=True, description="Who said it.")


class ClosingIn(Schema):
    """Whose question is closed, and why."""

    member_id = fields.UUID(required=True)
    reason = fields.Text(
        most=2000,
        lines=True,
        required=True,
        description="The member reads it.",
        example="Nobody who may answer can be reached.",
    )


class AppearanceIn(Schema):
    """How an organisation appears under the text."""

    visibility = _visibility(
        "public: by name. coalition: to its coordinators only. anonymous: counted without a name.",
        required=True,
    )


class MemberAppearanceIn(AppearanceIn):
    """How a member wants to appear, which it said in another way."""

    member_id = fields.UUID(required=True)


class HandOverIn(Schema):
    """A colleague who answers instead."""

    name = fields.Text(required=True, example="B. Specimen")
    email = fields.Email(required=True, example="colleague@specimen.example")
    role = fields.Text(load_default=None, example="Chair")


class ByOut(OutSchema):
    """Who answered."""

    name = fields.String(example="A. Specimen")
    role = fields.String(allow_none=True, example="Director")


class ReservationOut(OutSchema):
    """What a member does not stand behind."""

    pointer = fields.String(**POINTER)
    text = fields.String()


class TimeAskedOut(OutSchema):
    """Until when a member needs to answer the text as it is."""

    until = fields.Date(example="2031-05-30")
    reason = fields.String(allow_none=True, attribute="content.reason")
    by = fields.Nested(ByOut, attribute="content.by")
    asked_at = fields.AwareDateTime(attribute="row.asked_at")


class ClosedQuestionOut(OutSchema):
    """That an owner closed the question to a member, and why."""

    reason = fields.String(example="Nobody who may answer can be reached.")
    closed_at = fields.AwareDateTime(attribute="row.closed_at")


class AnswerOut(OutSchema):
    """One answer."""

    answer = fields.Enum(Answer)
    by = fields.Nested(ByOut, attribute="content.by")
    reason = fields.String(allow_none=True, attribute="content.reason")
    reservations = fields.List(fields.Nested(ReservationOut), attribute="content.reservations")
    prints_reservation = fields.Boolean(attribute="row.prints_reservation")
    shows_logo = fields.Boolean(attribute="row.shows_logo")
    in_personal_capacity = fields.Boolean(
        attribute="content.personal",
        dump_default=False,
        description="A person signs, and the member does not.",
    )
    printed_name = fields.String(
        allow_none=True,
        attribute="content.name",
        dump_default=None,
        description="Its name as it gave it, where its entry had another.",
        example=None,
    )
    revision_number = fields.Integer(attribute="revision")
    revision_sha256 = fields.String(attribute="row.revision_sha256", **SHA256)
    is_entered = fields.Boolean(attribute="row.is_entered", description="A coordinator entered it.")
    means = fields.Enum(
        AnswerMeans,
        allow_none=True,
        attribute="told.means",
        description="How what was entered came.",
    )
    said_on = fields.Date(
        allow_none=True, attribute="told.on", description="When it was said.", example=None
    )
    answered_at = fields.AwareDateTime(attribute="row.answered_at")


class ColleagueOut(OutSchema):
    """Who is asked for a member."""

    name = fields.String(example="A. Specimen")
    role = fields.String(allow_none=True)
    may_answer = fields.Boolean()
    has_answered = fields.Boolean(description="The text as it is, but for editorial changes.")
    handed_by = fields.String(allow_none=True, example=None)
    handed_to = fields.String(allow_none=True, example=None)
    asked_at = fields.AwareDateTime(attribute="approver.created_at")
    ended_at = fields.AwareDateTime(allow_none=True, attribute="approver.ended_at")


class PersonAskedOut(ColleagueOut):
    """Who is asked for a member, as coordinators see it."""

    email = fields.String(example="director@specimen.example")


class AskedMemberOut(OutSchema):
    """Of which organisation an answer is asked, and where it is."""

    names = fields.names_by_language(attribute="organisation.names")
    needs_two = fields.Boolean(attribute="organisation.needs_two")
    state = fields.Enum(Status, attribute="status")


class PlaceOut(OutSchema):
    """A place of the text that a reservation may name."""

    pointer = fields.String(**POINTER)
    text = fields.String()


class AskedRevisionOut(OutSchema):
    """The text that is to be signed off."""

    number = fields.Integer()
    weight = fields.Enum(Weight)
    note = fields.String(allow_none=True, description="What changed.")
    reason = fields.String(
        allow_none=True,
        example=None,
        description="Why that is editorial, though it may turn the sense.",
    )
    measure = fields.Nested(MeasureOut, allow_none=True)
    language = fields.String(example="en")
    sha256 = fields.String(**SHA256)
    printed = fields.Dict()


class AskedOut(OutSchema):
    """What a person sees who is asked to sign off."""

    coalition = fields.String(attribute="coalition.name")
    title = fields.String(attribute="statement.title")
    state = fields.Enum(State, attribute="statement.state")
    revision = fields.Nested(AskedRevisionOut)
    places = fields.List(fields.Nested(PlaceOut))
    line = fields.String(
        description="As the organisation prints by name, in the language of the text.",
        example="Specimen Committee (SPC)",
    )
    round = fields.Nested(AskedRoundOut)
    zone = fields.String(
        description="In which the member's clocks go (IANA).", example="Europe/Berlin"
    )
    member = fields.Nested(AskedMemberOut, attribute="entry")
    me = fields.Nested(ByOut)
    may_answer = fields.Boolean()
    why_not = fields.String(
        allow_none=True, description="Why no answer is taken from you.", example=None
    )
    visibility = fields.Enum(
        Visibility,
        allow_none=True,
        description="How the organisation appears, or will; null: nobody has chosen, and it"
        " is counted without a name.",
        example="public",
    )
    why_less = fields.String(
        allow_none=True,
        description="Why the organisation shows less than you chose: where two must approve,"
        " the least that each chose shows.",
        example=None,
    )
    may_choose = fields.Boolean(description="You can say how the organisation appears.")
    may_be_guessed = fields.Boolean(
        description="Fewer than three, with yours, would be counted without a name: who"
        " knows the coalition may guess them."
    )
    is_sensitive = fields.Boolean(description="Preselect anonymous; else preselect nothing.")
    proposal = fields.Nested(
        AnswerOut,
        allow_none=True,
        description="What another person proposed where two must approve: it counts once you do.",
    )
    time_asked = fields.Nested(TimeAskedOut, allow_none=True, attribute="entry.time_asked")
    closed = fields.Nested(ClosedQuestionOut, allow_none=True, attribute="entry.closed")
    people = fields.List(fields.Nested(ColleagueOut), attribute="entry.people")
    answers = fields.List(fields.Nested(AnswerOut), attribute="entry.answers")
