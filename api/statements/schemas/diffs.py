"""What texts differ by as JSON."""

from __future__ import annotations

from api.cases.schemas import ChangeOut
from api.portable.rules.diff import PartState
from api.texts.rules.wording import Op
from api.web import fields, validate
from api.web.rest import OutSchema, ProblemOut, Schema


def _number(description: str, example: int | None) -> fields.Integer:
    within = validate.Range(1, 1_000_000)
    return fields.Integer(
        load_default=None, validate=within, description=description, example=example
    )


class DiffArgs(Schema):
    """Which texts of a statement to compare."""

    before = _number("A revision. Left out: the one before `after`.", 1)
    after = _number("A revision. Left out: the draft.", 2)


class PieceOut(OutSchema):
    """Words that one thing became of, set alike."""

    op = fields.Enum(Op)
    words = fields.String(example="today")
    marks = fields.List(
        fields.String(),
        example=["em"],
        description="em, strong, the address of a link.",
    )
    is_note = fields.Boolean(description="The words are the label of a footnote.")


class PassageOut(OutSchema):
    """One text of a part: what is the same and removed is the text before, the rest the after."""

    name = fields.String(example="text")
    pieces = fields.List(fields.Nested(PieceOut))


class SettingOut(OutSchema):
    """What is no text and prints differently."""

    name = fields.String(example="ordered")
    before = fields.String(example="False")
    after = fields.String(example="True")


class InnerPartOut(OutSchema):
    """A demand, a case, an item, and what became of it."""

    kind = fields.String(example="demand")
    key = fields.String(
        example="kz-1",
        description="The id of a block, demand or case, or the label of a footnote.",
    )
    place = fields.Integer(
        example=1,
        description="Among those beside it, from 1: in the text after; of what went, before.",
    )
    change = fields.Enum(PartState)
    came_from = fields.Integer(
        allow_none=True, example=None, description="The place before, where it moved."
    )
    passages = fields.List(fields.Nested(PassageOut), description="Those that differ.")
    settings = fields.List(fields.Nested(SettingOut), description="Those that differ.")


class PartOut(InnerPartOut):
    """A block, or a part of what stands around the body, and what became of it."""

    parts = fields.List(fields.Nested(InnerPartOut), description="In it, those that differ.")


class SideOut(OutSchema):
    """One of the two texts."""

    revision = fields.Integer(
        allow_none=True, attribute="number", example=1, description="Null: the draft."
    )
    sha256 = fields.String(
        example="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )


class DiffOut(OutSchema):
    """What a text changes of one before it.

    A text from which a name was taken back is compared with the labels of today.
    """

    before = fields.Nested(SideOut)
    after = fields.Nested(SideOut)
    change = fields.Nested(ChangeOut)
    parts = fields.List(
        fields.Nested(PartOut),
        description="All of the text after, in order, and what was left out where it stood.",
    )


class SinceOut(OutSchema):
    """What changed of a draft, and how much that is."""

    change = fields.Nested(ChangeOut)
    parts = fields.List(
        fields.Nested(PartOut),
        description="All of the draft as it is now, in order, and what was left out where it was.",
    )


class StaleDraftOut(ProblemOut):
    """That a draft has changed since it was read, with what changed."""

    etag = fields.String(required=True, description="Of the draft now.", example='"7"')
    since = fields.Nested(
        SinceOut,
        attribute="diff",
        required=True,
        allow_none=True,
        description="What changed since the version in If-Match; of several, since the oldest."
        " Null: it is not kept any more, or a name in it was taken back.",
    )
