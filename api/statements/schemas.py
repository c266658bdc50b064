"""Statements and revisions as JSON."""

from __future__ import annotations

import marshmallow as ma

from api.statements.models import Kind, State, Weight
from api.web.fields import LanguageTag, Text
from api.web.paging import PageArgs
from api.web.rest import Schema

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
    kind = ma.fields.Enum(Kind, by_value=True)
    language = LanguageTag()


class StatementOut(Schema):
    """A statement, without its text."""

    id = ma.fields.UUID(required=True)
    coalition_id = ma.fields.UUID(required=True)
    slug = ma.fields.String(required=True, metadata={"example": "specimen-appeal"})
    kind = ma.fields.Enum(Kind, by_value=True, required=True)
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
    detail = ma.fields.String(required=True)


class DraftOut(Schema):
    """A statement's draft."""

    statement = ma.fields.Nested(StatementOut, required=True)
    document = document_field()
    warnings = ma.fields.List(ma.fields.Nested(WarningOut), required=True)


class RevisionIn(Schema):
    """What a new revision means."""

    weight = ma.fields.String(
        load_default=None,
        allow_none=True,
        validate=ma.validate.OneOf([Weight.EDITORIAL.value, Weight.MATERIAL.value]),
        metadata={
            "description": "Needed after the first. editorial: signatures carry over; material:"
            " each waits until it is confirmed.",
            "example": "editorial",
        },
    )
    note = Text(
        most=500, load_default=None, allow_none=True, metadata={"example": "A typing error."}
    )


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
    created_at = ma.fields.AwareDateTime(required=True)


class RevisionOut(RevisionRowOut):
    """A revision, with what prints: the SHA-256 is of exactly that, as RFC 8785 writes it."""

    printed = ma.fields.Dict(required=True, metadata={"example": {"title": "Open the doors"}})


class TransitionIn(Schema):
    """Where a statement goes."""

    state = ma.fields.Enum(State, by_value=True, required=True, metadata={"example": "review"})
