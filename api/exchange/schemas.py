"""Imports and exports."""

from __future__ import annotations

from api.assemblies.schemas import DifferenceOut
from api.exchange.rules.remarks import MOST_WORDS, WordRemarkKind
from api.exchange.service import OnOtherWords
from api.exchange.service.word import TrackedChanges
from api.statements.models import StatementKind
from api.statements.schemas import RevisionRowOut, StatementOut, WarningOut, document_field
from api.web import fields, validate
from api.web.rest import OutSchema, Schema


class StatementImportArgs(Schema):
    """How to import."""

    on_difference = fields.Enum(
        OnOtherWords,
        load_default=OnOtherWords.KEEP,
        description="What becomes of a live case or demand whose id comes with other words:"
        " keep its words, update them, or let the document's come in beside it as new.",
    )
    preview = fields.Boolean(load_default=False)


class ImportedOut(OutSchema):
    """What came of an import; in a preview there is no statement."""

    statement = fields.Nested(StatementOut, allow_none=True)
    revision = fields.Nested(RevisionRowOut, allow_none=True)
    signatures = fields.Integer(example=8)
    warnings = fields.List(fields.Nested(WarningOut))
    differences = fields.List(fields.Nested(DifferenceOut))


class WordImportArgs(Schema):
    """What the statement is to be; the file says the rest."""

    slug = fields.Slug(required=True, example="specimen-appeal")
    kind = fields.Enum(
        StatementKind, load_default=StatementKind.JOINT_STATEMENT, description="What it is."
    )
    language = fields.LanguageTag(
        load_default=None, description="Left out: what the file says, or else what its letters do."
    )
    changes = fields.Enum(
        TrackedChanges,
        load_default=TrackedChanges.ACCEPT,
        description="Whether the draft is the text with all tracked changes accepted, or with all"
        " rejected.",
    )
    preview = fields.Boolean(load_default=False)


class WordRemarkOut(OutSchema):
    """What of the file was lost, guessed, or is to be looked at."""

    what = fields.Enum(WordRemarkKind)
    count = fields.Integer(example=2)
    detail = fields.String(
        example="Tables became paragraphs, those of each cell after one another."
    )
    words = fields.List(
        fields.String(), description=f"Where: up to {MOST_WORDS} places, in the file's own words."
    )


class ChangesByOut(OutSchema):
    """How many pieces somebody changed, as Word tracked it; nobody has verified who it was."""

    author = fields.String(example="A. Specimen")
    insertions = fields.Integer(example=3)
    deletions = fields.Integer(example=1)
    moves = fields.Integer(example=0)


class WordReplyOut(OutSchema):
    """An answer to a comment of Word."""

    author = fields.String(example="B. Specimen")
    written_at = fields.String(
        attribute="at",
        example="2031-05-14T10:20:00Z",
        description="As the file has it; many programs write local time here. Empty: not told.",
    )
    text = fields.String(example="We do.")


class WordCommentOut(WordReplyOut):
    """A comment of Word: the draft has none, so it is only told here."""

    author = fields.String(attribute="comment.author", example="A. Specimen")
    written_at = fields.String(attribute="comment.at", example="2031-05-14T10:20:00Z")
    text = fields.String(attribute="comment.text", example="Do we say so?")
    words = fields.String(attribute="comment.words", description="On which it is.", example="all")
    is_resolved = fields.Boolean(attribute="comment.is_resolved")
    pointer = fields.String(
        allow_none=True,
        example="/document/body/0",
        description="The block; null: it is on a footnote, or on what stayed behind.",
    )
    replies = fields.List(fields.Nested(WordReplyOut))


class WordImportedOut(OutSchema):
    """The draft that a file of Word became, and all that is to be known of it."""

    statement = fields.Nested(StatementOut, allow_none=True, description="Null in a preview.")
    document = document_field()
    warnings = fields.List(fields.Nested(WarningOut))
    remarks = fields.List(fields.Nested(WordRemarkOut))
    changes = fields.List(fields.Nested(ChangesByOut))
    comments = fields.List(fields.Nested(WordCommentOut))


class ExportArgs(Schema):
    """How to export."""

    format = fields.String(load_default="yaml", validate=validate.OneOf(["yaml", "json"]))
    revision = fields.Integer(load_default=None, validate=validate.Range(1, 1_000_000), example=1)
