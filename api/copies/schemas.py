"""Copies as JSON."""

from __future__ import annotations

import marshmallow as ma

from api.coalitions.schemas import CoalitionOut
from api.copies.rules import USUAL, CopiedPart
from api.web import validate
from api.web.fields import Slug, Text
from api.web.rest import Schema


class StatementCopyIn(Schema):
    """Where a new statement begins."""

    slug = Slug(required=True, metadata={"example": "specimen-appeal-2032"})
    title = Text(
        most=500,
        load_default=None,
        allow_none=True,
        metadata={"description": "The source's where left out.", "example": "Open the doors now"},
    )
    revision = ma.fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, 1_000_000),
        metadata={"description": "Which text of the source; null: its draft.", "example": None},
    )


class CoalitionCopyIn(Schema):
    """Where a new coalition begins."""

    slug = Slug(required=True, metadata={"example": "steppe-and-mountain-2032"})
    name = Text(required=True, metadata={"example": "Steppe and Mountain Coalition 2032"})
    parts = ma.fields.List(
        ma.fields.Enum(CopiedPart, by_value=True),
        load_default=lambda: list(USUAL),
        validate=validate.Length(0, len(CopiedPart)),
        metadata={
            "description": "What comes along, beside languages, countries and their names. Cases"
            " never do, nor what names one, nor demands about one.",
            "example": ["look", "organisations", "members", "templates"],
        },
    )


class CopyCountsOut(Schema):
    """How many of each part came along."""

    organisations = ma.fields.Integer(required=True, metadata={"example": 8})
    members = ma.fields.Integer(required=True, metadata={"example": 8})
    addressees = ma.fields.Integer(required=True, metadata={"example": 0})
    templates = ma.fields.Integer(required=True, metadata={"example": 2})
    demands = ma.fields.Integer(required=True, metadata={"example": 0})


class LeftOutOut(Schema):
    """One thing that did not come along."""

    part = ma.fields.Enum(
        CopiedPart, by_value=True, required=True, metadata={"example": "templates"}
    )
    name = ma.fields.String(required=True, metadata={"example": "kz-1"})
    why = ma.fields.String(required=True)


class CoalitionCopyOut(Schema):
    """A coalition that began as another one."""

    coalition = ma.fields.Nested(CoalitionOut, required=True)
    counts = ma.fields.Nested(CopyCountsOut, required=True)
    left_out = ma.fields.List(ma.fields.Nested(LeftOutOut), required=True)
