"""Copies as JSON."""

from __future__ import annotations

from api.coalitions.schemas import CoalitionOut
from api.copies.rules import USUAL, CopiedPart
from api.web import fields, validate
from api.web.rest import OutSchema, Schema


class StatementCopyIn(Schema):
    """Where a new statement begins."""

    slug = fields.Slug(required=True, example="specimen-appeal-2032")
    title = fields.Text(
        most=500,
        load_default=None,
        description="The source's where left out.",
        example="Open the doors now",
    )
    revision = fields.Integer(
        strict=True,
        load_default=None,
        validate=validate.Range(1, 1_000_000),
        description="Which text of the source; null: its draft.",
        example=None,
    )


class CoalitionCopyIn(Schema):
    """Where a new coalition begins."""

    slug = fields.Slug(required=True, example="steppe-and-mountain-2032")
    name = fields.Text(required=True, example="Steppe and Mountain Coalition 2032")
    parts = fields.List(
        fields.Enum(CopiedPart),
        load_default=lambda: list(USUAL),
        validate=validate.Length(0, len(CopiedPart)),
        description="What comes along, beside languages, countries and their names. Cases"
        " never do, nor what names one, nor demands about one.",
        example=["look", "organisations", "members", "templates"],
    )


class CopyCountsOut(OutSchema):
    """How many of each part came along."""

    organisations = fields.Integer(example=8)
    members = fields.Integer(example=8)
    addressees = fields.Integer(example=0)
    templates = fields.Integer(example=2)
    demands = fields.Integer(example=0)


class LeftOutOut(OutSchema):
    """One thing that did not come along."""

    part = fields.Enum(CopiedPart, example="templates")
    name = fields.String(example="kz-1")
    why = fields.String()


class CoalitionCopyOut(OutSchema):
    """A coalition that began as another one."""

    coalition = fields.Nested(CoalitionOut)
    counts = fields.Nested(CopyCountsOut)
    left_out = fields.List(fields.Nested(LeftOutOut))
