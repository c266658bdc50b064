"""Sign-offs as JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from api.signatures.models import Visibility
from api.signatures.schemas import SHA256, RepresentativeIn
from api.signoffs.models import Answer, Silence
from api.signoffs.rules import CHOICES, Status
from api.statements.models import State, Weight
from api.web import validate
from api.web.fields import (
    Email,
    Moment,
    Sha256,
    Text,
    Truth,
    Zone,
    in_their_zone,
    names_by_language,
)
from api.web.rest import Schema

MOST_DAYS = 90
MOST_MEMBERS = 500
MOST_RESERVATIONS = 50
POINTER = {
    "description": "JSON Pointer into the printed text: a block, an item, a list, a demand.",
    "example": "/blocks/0",
}


def _visibility(description: str, **how: Any) -> ma.fields.Enum[Visibility]:
    return ma.fields.Enum(
        Visibility,
        by_value=True,
        validate=validate.OneOf(CHOICES, error="Send public, coalition or anonymous."),
        metadata={"description": description, "example": "public"},
        **how,
    )


def _days(description: str) -> ma.fields.Integer:
    return ma.fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(1, MOST_DAYS),
        metadata={"description": f"{description}; as the coalition does where left out."},
    )


class RoundIn(Schema):
    """By when members sign off, what silence means, and how they are reminded."""

    soft_deadline = Moment(
        load_default=None,
        allow_none=True,
        metadata={"description": "By when they are asked to answer.", "example": None},
    )
    hard_deadline = Moment(
        load_default=None,
        allow_none=True,
        metadata={"description": "An answer at this instant is too late.", "example": None},
    )
    zone = Zone()
    silence = ma.fields.Enum(
        Silence,
        by_value=True,
        load_default=Silence.NOTHING,
        metadata={"description": "What it means once the hard deadline has passed."},
    )
    remind_after_days = _days("Days until the first reminder")
    remind_every_days = _days("Days from one reminder to the next")
    note = Text(
        most=2000,
        lines=True,
        load_default=None,
        allow_none=True,
        metadata={"description": "To all who are asked."},
    )

    @ma.post_load(pass_original=True)
    def _in_their_zone(
        self, facts: dict[str, Any], given: dict[str, Any], **_: Any
    ) -> dict[str, Any]:
        return in_their_zone(facts, given, ("soft_deadline", "hard_deadline"))


class AskedRoundOut(Schema):
    """By when an answer is asked, and what silence means."""

    soft_deadline = ma.fields.AwareDateTime(required=True, allow_none=True)
    hard_deadline = ma.fields.AwareDateTime(required=True, allow_none=True)
    zone = ma.fields.String(required=True, metadata={"example": "Asia/Almaty"})
    silence = ma.fields.Enum(Silence, by_value=True, required=True)
    note = ma.fields.String(required=True, allow_none=True)
    closed_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class RoundOut(AskedRoundOut):
    """A round of sign-offs."""

    id = ma.fields.UUID(required=True)
    statement_id = ma.fields.UUID(required=True)
    remind_after_days = ma.fields.Integer(required=True, allow_none=True)
    remind_every_days = ma.fields.Integer(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)
    updated_at = ma.fields.AwareDateTime(required=True)


class AsksIn(Schema):
    """Whom to ask as well."""

    member_ids = ma.fields.List(
        ma.fields.UUID(), required=True, validate=validate.Length(1, MOST_MEMBERS)
    )


class ReservationIn(Schema):
    """What a member does not stand behind."""

    pointer = ma.fields.String(required=True, validate=validate.Length(1, 200), metadata=POINTER)
    text = Text(most=600, required=True, metadata={"example": "We do not ask for this."})


class AnswerIn(Schema):
    """What a member says to the text that was seen."""

    answer = ma.fields.Enum(Answer, by_value=True, required=True)
    revision_sha256 = Sha256(required=True, metadata=SHA256)
    reservations = ma.fields.List(
        ma.fields.Nested(ReservationIn),
        load_default=list,
        validate=validate.Length(0, MOST_RESERVATIONS),
        metadata={"description": "Of the answer reserved.", "example": []},
    )
    prints_reservation = Truth(
        load_default=False,
        metadata={"description": "The reservations print as a note; else they stay internal."},
    )
    reason = Text(
        most=2000,
        lines=True,
        load_default=None,
        allow_none=True,
        metadata={"description": "Who declines or objects says why."},
    )
    shows_logo = Truth(
        load_default=True,
        metadata={"description": "Where a look shows logos.", "example": True},
    )
    visibility = _visibility(
        "How a member that approves appears: public by name, coalition to its coordinators only,"
        " anonymous counted without a name. Left out: as it chose before, else anonymous.",
        load_default=None,
        allow_none=True,
    )


class SignOffIn(AnswerIn):
    """An answer that came in another way."""

    member_id = ma.fields.UUID(required=True)
    by = ma.fields.Nested(
        RepresentativeIn, required=True, metadata={"description": "Who gave the answer."}
    )


class AppearanceIn(Schema):
    """How an organisation appears under the text."""

    visibility = _visibility(
        "public: by name. coalition: to its coordinators only. anonymous: counted without a name.",
        required=True,
    )


class MemberAppearanceIn(AppearanceIn):
    """How a member wants to appear, which it said in another way."""

    member_id = ma.fields.UUID(required=True)


class HandOverIn(Schema):
    """A colleague who answers instead."""

    name = Text(required=True, metadata={"example": "B. Specimen"})
    email = Email(required=True, metadata={"example": "colleague@specimen.example"})
    role = Text(load_default=None, allow_none=True, metadata={"example": "Chair"})


class ByOut(Schema):
    """Who answered."""

    name = ma.fields.String(required=True, metadata={"example": "A. Specimen"})
    role = ma.fields.String(required=True, allow_none=True, metadata={"example": "Director"})


class ReservationOut(Schema):
    """What a member does not stand behind."""

    pointer = ma.fields.String(required=True, metadata=POINTER)
    text = ma.fields.String(required=True)


class AnswerOut(Schema):
    """One answer."""

    answer = ma.fields.Enum(Answer, by_value=True, required=True)
    by = ma.fields.Nested(ByOut, required=True)
    reason = ma.fields.String(required=True, allow_none=True)
    reservations = ma.fields.List(ma.fields.Nested(ReservationOut), required=True)
    prints_reservation = ma.fields.Boolean(required=True)
    shows_logo = ma.fields.Boolean(required=True)
    revision_number = ma.fields.Integer(required=True)
    revision_sha256 = ma.fields.String(required=True, metadata=SHA256)
    is_entered = ma.fields.Boolean(
        required=True, metadata={"description": "A coordinator entered it."}
    )
    answered_at = ma.fields.AwareDateTime(required=True)


class ColleagueOut(Schema):
    """Who is asked for a member."""

    name = ma.fields.String(required=True, metadata={"example": "A. Specimen"})
    role = ma.fields.String(required=True, allow_none=True)
    may_answer = ma.fields.Boolean(required=True)
    has_answered = ma.fields.Boolean(
        required=True, metadata={"description": "The text as it is, but for editorial changes."}
    )
    handed_by = ma.fields.String(required=True, allow_none=True, metadata={"example": None})
    handed_to = ma.fields.String(required=True, allow_none=True, metadata={"example": None})
    asked_at = ma.fields.AwareDateTime(required=True)
    ended_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class PersonAskedOut(ColleagueOut):
    """Who is asked for a member, as coordinators see it."""

    email = ma.fields.String(required=True, metadata={"example": "director@specimen.example"})


class AskedMemberOut(Schema):
    """Of which organisation an answer is asked, and where it is."""

    names = names_by_language(required=True, attribute="organisation.names")
    needs_two = ma.fields.Boolean(required=True, attribute="organisation.needs_two")
    state = ma.fields.Enum(Status, by_value=True, required=True, attribute="status")


class PlaceOut(Schema):
    """A place of the text that a reservation may name."""

    pointer = ma.fields.String(required=True, metadata=POINTER)
    text = ma.fields.String(required=True)


class AskedRevisionOut(Schema):
    """The text that is to be signed off."""

    number = ma.fields.Integer(required=True)
    weight = ma.fields.Enum(Weight, by_value=True, required=True)
    note = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "What changed."}
    )
    language = ma.fields.String(required=True, metadata={"example": "en"})
    sha256 = ma.fields.String(required=True, metadata=SHA256)
    printed = ma.fields.Dict(required=True)


class AskedOut(Schema):
    """What a person sees who is asked to sign off."""

    coalition = ma.fields.String(required=True, attribute="coalition.name")
    title = ma.fields.String(required=True, attribute="statement.title")
    state = ma.fields.Enum(State, by_value=True, required=True, attribute="statement.state")
    revision = ma.fields.Nested(AskedRevisionOut, required=True)
    places = ma.fields.List(ma.fields.Nested(PlaceOut), required=True)
    round = ma.fields.Nested(AskedRoundOut, required=True)
    member = ma.fields.Nested(AskedMemberOut, required=True, attribute="entry")
    me = ma.fields.Nested(ByOut, required=True)
    may_answer = ma.fields.Boolean(required=True)
    why_not = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why no answer is taken from you.", "example": None},
    )
    visibility = ma.fields.Enum(
        Visibility,
        by_value=True,
        required=True,
        allow_none=True,
        metadata={
            "description": "How the organisation appears, or will; null: nobody has chosen, and it"
            " is counted without a name.",
            "example": "public",
        },
    )
    why_less = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Why the organisation shows less than you chose: where two must approve,"
            " the least that each chose shows.",
            "example": None,
        },
    )
    may_choose = ma.fields.Boolean(
        required=True, metadata={"description": "You can say how the organisation appears."}
    )
    may_be_guessed = ma.fields.Boolean(
        required=True,
        metadata={
            "description": "Fewer than three, with yours, would be counted without a name: who"
            " knows the coalition may guess them."
        },
    )
    is_sensitive = ma.fields.Boolean(
        required=True, metadata={"description": "Preselect anonymous; else preselect nothing."}
    )
    people = ma.fields.List(ma.fields.Nested(ColleagueOut), required=True)
    answers = ma.fields.List(ma.fields.Nested(AnswerOut), required=True)
