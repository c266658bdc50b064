"""Statements and revisions as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import marshmallow as ma

from api.cases.schemas import ChangeOut
from api.errors import Code
from api.statements.models import State, StatementKind, Weight
from api.statements.service.work import WorkFilter, WorkKind
from api.web import validate
from api.web.fields import CountryCode, LanguageTag, Slug, Text
from api.web.paging import PageArgs, listed
from api.web.rest import CODE, Schema

if TYPE_CHECKING:
    from api.statements.service import Frozen, Moved

ID = "2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11"

DOCUMENT = {
    "slug": "specimen-appeal",
    "kind": "appeal",
    "language": "en",
    "title": "Open the doors",
    "body": [{"paragraph": "We ask that the doors be opened."}],
}
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def document_field() -> ma.fields.Dict:
    """Return the field of a portable document without signatories; docs/format.md has its keys."""
    return ma.fields.Dict(
        keys=ma.fields.String(),
        required=True,
        metadata={
            "description": "A portable document without signatories (docs/format.md); format and"
            " coalition may be left out.",
            "example": DOCUMENT,
        },
    )


class StatementIn(Schema):
    """A new statement."""

    document = document_field()


class StatementArgs(PageArgs):
    """Which of a coalition's statements."""

    state = ma.fields.Enum(State, by_value=True)
    kind = ma.fields.Enum(StatementKind, by_value=True)
    language = LanguageTag()


class StatementOut(Schema):
    """A statement, without its text."""

    id = ma.fields.UUID(required=True)
    coalition_id = ma.fields.UUID(required=True)
    slug = ma.fields.String(required=True, metadata={"example": "specimen-appeal"})
    kind = ma.fields.Enum(StatementKind, by_value=True, required=True)
    language = ma.fields.String(required=True, metadata={"example": "en"})
    title = ma.fields.String(required=True, metadata={"example": "Open the doors"})
    state = ma.fields.Enum(State, by_value=True, required=True)
    revision_number = ma.fields.Integer(
        required=True, metadata={"description": "The newest revision's; 0 before the first."}
    )
    template_version_id = ma.fields.UUID(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)
    updated_at = ma.fields.AwareDateTime(required=True)


class WarningOut(Schema):
    """What the author should look at; it refuses nothing."""

    pointer = ma.fields.String(required=True, metadata={"example": "/document/body/0/paragraph"})
    code = ma.fields.Enum(Code, by_value=True, required=True, metadata=CODE)
    detail = ma.fields.String(required=True)


class PastDemandOut(Schema):
    """A demand as a text asks it: of each wording of a statement the newest text that has it."""

    statement = ma.fields.Nested(StatementOut, required=True)
    title = ma.fields.String(
        required=True, metadata={"example": "Open the doors", "description": "Of that text."}
    )
    day = ma.fields.Date(
        required=True, allow_none=True, metadata={"description": "Of its dateline."}
    )
    revision_number = ma.fields.Integer(
        required=True,
        attribute="past.revision_number",
        metadata={"description": "0: in the draft, and in no revision."},
    )
    url = ma.fields.String(required=True, metadata={"example": f"/v1/statements/{ID}/revisions/1"})
    key = ma.fields.String(required=True, attribute="past.key", metadata={"example": "kz-1"})
    country = ma.fields.String(
        required=True, allow_none=True, attribute="past.country", metadata={"example": "KZ"}
    )
    party = ma.fields.String(
        required=True, allow_none=True, attribute="past.party", metadata={"example": None}
    )
    text = ma.fields.String(
        required=True,
        attribute="past.text",
        metadata={"example": "Kazakhstan should repeal its law on false information."},
    )
    likeness = ma.fields.Float(
        required=True,
        allow_none=True,
        metadata={
            "example": 0.8,
            "description": "How much of the words that were sought it says, to 1; null where it"
            " was found by its key.",
        },
    )


class PastDemandArgs(Schema):
    """The words of a demand."""

    q = ma.fields.String(
        load_default=None,
        validate=validate.Length(1, 2000),
        metadata={
            "example": "repeal the law on false information",
            "description": "In any spelling or script. Rare words weigh more than common ones."
            " Left out: all of them, the newest first.",
        },
    )
    country = CountryCode(metadata={"description": "Of whom it is asked."})
    party = Slug(metadata={"example": "eu", "description": "Id of the party."})
    limit = ma.fields.Integer(load_default=20, validate=validate.Range(1, 100))


class PastDemandsOut(Schema):
    """The likest past demands; there is no next page."""

    items = ma.fields.List(ma.fields.Nested(PastDemandOut), required=True)


def _days(description: str) -> ma.fields.Integer:
    return ma.fields.Integer(
        load_default=90,
        validate=validate.Range(0, 36_500),
        metadata={"example": 90, "description": description},
    )


class WorkArgs(PageArgs):
    """Which work."""

    kind = ma.fields.Enum(WorkKind, by_value=True, load_default=None)
    case_days = _days("After how many days a case that was not verified waits.")
    demand_days = _days("After how many days a demand without news waits.")

    @ma.post_load
    def _wanted(self, given: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"page": given.pop("page"), "wanted": WorkFilter(**given)}


class WorkItemOut(Schema):
    """One thing to be done."""

    kind = ma.fields.Enum(WorkKind, by_value=True, required=True)
    what = ma.fields.String(
        required=True,
        metadata={
            "example": "Aigerim Zhaksylykova",
            "description": "A case's label, a demand's words, or a draft's title.",
        },
    )
    since = ma.fields.Date(
        required=True,
        allow_none=True,
        metadata={
            "description": "The day of the last news, in the world; null: there was none ever."
        },
    )
    why = ma.fields.String(required=True, metadata={"example": "Last verified on 2031-01-02."})
    url = ma.fields.String(required=True, metadata={"example": f"/v1/cases/{ID}"})
    case_ids = ma.fields.List(
        ma.fields.UUID(),
        required=True,
        metadata={
            "description": "The case, the first ten that a draft is behind, or the first ten whose"
            " freedom a demand asks for though they are free or dead."
        },
    )
    demand_id = ma.fields.UUID(required=True, allow_none=True, metadata={"example": None})
    statement_id = ma.fields.UUID(required=True, allow_none=True, metadata={"example": None})


class WorkCountsOut(Schema):
    """How much waits of each kind."""

    case = ma.fields.Integer(required=True)
    demand = ma.fields.Integer(required=True)
    draft = ma.fields.Integer(required=True)


class WorkOut(listed(WorkItemOut)):  # type: ignore[misc] # a class that is made
    """A page of what waits."""

    counts = ma.fields.Nested(WorkCountsOut, required=True)


class DraftOut(Schema):
    """A statement's draft."""

    statement = ma.fields.Nested(StatementOut, required=True)
    document = document_field()
    warnings = ma.fields.List(ma.fields.Nested(WarningOut), required=True)


def confirmed_cases() -> ma.fields.List[str]:
    """Return the field of whatever puts a text out."""
    return ma.fields.List(
        ma.fields.String(validate=validate.Length(1, 80)),
        load_default=list,
        validate=validate.Length(0, 1000),
        metadata={
            "description": "Where it puts the text out: the cases, by key or id, that it rightly"
            " names though they were released or have died. Needed for each for whose freedom it"
            " asks, or of which it says another status, or none; once in a statement, until that"
            " changes.",
            "example": [],
        },
    )


class RevisionIn(Schema):
    """What a new revision means."""

    weight = ma.fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf([Weight.EDITORIAL.value, Weight.MATERIAL.value]),
        metadata={
            "description": "Needed after the first. editorial: signatures carry over; material:"
            " each waits until it is confirmed.",
            "example": "editorial",
        },
    )
    note = Text(
        most=500, load_default=None, allow_none=True, metadata={"example": "A typing error."}
    )
    confirmed_cases = confirmed_cases()


class RevisionRowOut(Schema):
    """A revision in a list."""

    id = ma.fields.UUID(required=True)
    statement_id = ma.fields.UUID(required=True)
    number = ma.fields.Integer(required=True)
    weight = ma.fields.Enum(Weight, by_value=True, required=True)
    note = ma.fields.String(required=True, allow_none=True)
    language = ma.fields.String(required=True, metadata={"example": "en"})
    sha256 = ma.fields.String(required=True, metadata={"example": SHA256})
    is_taken_back = ma.fields.Boolean(
        required=True,
        metadata={"description": "A name in it was taken back; only owners read its text."},
    )
    edited_on = ma.fields.Date(
        required=True,
        allow_none=True,
        metadata={
            "description": "The day on which it took the place of a text that was public by then.",
            "example": None,
        },
    )
    created_at = ma.fields.AwareDateTime(required=True)


class RevisionOut(RevisionRowOut):
    """A revision, with what prints: the SHA-256 is of exactly that, as RFC 8785 writes it."""

    printed = ma.fields.Dict(required=True, metadata={"example": {"title": "Open the doors"}})


class FrozenOut(RevisionOut):
    """A new revision, and what somebody should look at before it goes out."""

    warnings = ma.fields.List(
        ma.fields.Nested(WarningOut),
        required=True,
        metadata={
            "description": "Where it names people who were released or have died, or members that"
            " do not stand under it by name. The pointers lead into the draft."
        },
    )

    change = ma.fields.Nested(
        ChangeOut,
        required=True,
        allow_none=True,
        metadata={"description": "Null for the first, and after a text that was taken back."},
    )

    @ma.pre_dump
    def _whole(self, frozen: Frozen, **_: Any) -> dict[str, Any]:
        own = {name: getattr(frozen.revision, name) for name in RevisionOut().fields}
        return {**own, "warnings": frozen.warnings, "change": frozen.change}


class MovedOut(StatementOut):
    """A statement that moved on, and what somebody should look at where it is published."""

    warnings = ma.fields.List(
        ma.fields.Nested(WarningOut),
        required=True,
        metadata={
            "description": "Where it is published: each member that it names and that does not"
            " stand under it by name, and each number of organisations that does not fit. The"
            " pointers lead into the draft."
        },
    )

    @ma.pre_dump
    def _whole(self, moved: Moved, **_: Any) -> dict[str, Any]:
        own = {name: getattr(moved.statement, name) for name in StatementOut().fields}
        return {**own, "warnings": moved.warnings}


class TransitionIn(Schema):
    """Where a statement goes."""

    state = ma.fields.Enum(State, by_value=True, required=True, metadata={"example": "review"})
    confirmed_cases = confirmed_cases()
