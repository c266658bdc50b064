"""Imports and exports."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from api.assemblies.schemas import DifferenceOut
from api.exchange.rules.remarks import MOST_WORDS, WordRemarkKind
from api.exchange.rules.return_remarks import WordReturnKind
from api.exchange.service import OnOtherWords
from api.exchange.service.returns import WordFileAsked
from api.exchange.service.word import TrackedChanges
from api.portable.rules.proposals import ProposalKind
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


class OwnWordFileArgs(Schema):
    """How a file of Word that comes back is taken in."""

    revision = fields.Integer(
        load_default=None,
        validate=validate.Range(1, 1_000_000),
        description="Number of the text that went out; left out, the file or its words tell.",
        example=1,
    )
    preview = fields.Boolean(
        load_default=False, description="Tell what would come of it, and keep nothing."
    )

    @ma.post_load
    def _asked(self, facts: dict[str, Any], **_: object) -> WordFileAsked:
        return WordFileAsked(**facts)


class WordFileArgs(OwnWordFileArgs):
    """How a file of Word that comes back is taken in, and whose it is."""

    member_id = fields.UUID(
        load_default=None,
        description="The member that sent it, one of those who are asked; left out, nobody is"
        " thanked for what is in it.",
    )


class WordReturnRemarkOut(WordRemarkOut):
    """What of a file that came back could not be a suggestion, or is to be looked at."""

    what = fields.Enum(WordReturnKind)
    detail = fields.String(
        example="Bold, italic or links alone are others here: nothing was suggested of it."
    )


class FiledSuggestionOut(OutSchema):
    """A suggestion that a file of Word gives."""

    id = fields.UUID(allow_none=True, description="Null in a preview.")
    is_new = fields.Boolean(description="False: it was made before, out of the same file perhaps.")
    kind = fields.Enum(ProposalKind, attribute="suggestion.proposal.kind")
    target = fields.String(
        attribute="suggestion.proposal.target",
        allow_none=True,
        example="title",
        description="Null where a block is put in.",
    )
    block = fields.String(attribute="suggestion.proposal.block", allow_none=True, example=None)
    after = fields.String(attribute="suggestion.proposal.after", allow_none=True, example=None)
    lines = fields.List(
        fields.String(),
        attribute="suggestion.proposal.lines",
        example=["Open the doors by 1 June"],
        description="All texts of the place as they should read.",
    )
    footnotes = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        attribute="suggestion.proposal.footnotes",
        example={},
        description="That the lines bring, by their labels.",
    )
    is_guess = fields.Boolean(
        attribute="suggestion.is_guess", description="Of its place: a person looks at it."
    )
    is_tracked = fields.Boolean(
        attribute="suggestion.is_tracked",
        description="False: some of it was changed without being tracked, by nobody known.",
    )
    written_by = fields.String(
        allow_none=True,
        example="A. Specimen",
        description="To coordinators: the authors that Word wrote; nobody has verified them.",
    )


class FiledReplyOut(OutSchema):
    """A reply to a comment of Word."""

    text = fields.String(example="We do.")


class FiledCommentOut(OutSchema):
    """A comment that a file of Word gives, with the replies to it."""

    id = fields.UUID(allow_none=True, description="Null in a preview.")
    is_new = fields.Boolean(description="False: it was written before.")
    block_id = fields.String(
        attribute="thread.block",
        allow_none=True,
        example="2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11",
        description="Null: it is about the whole text, or about words that no block has.",
    )
    text = fields.String(
        attribute="thread.text",
        example="\u201call\u201d: Do we say so?",
        description="What it is on, in quotes, and what it says.",
    )
    is_resolved = fields.Boolean(attribute="thread.is_resolved")
    replies = fields.List(fields.Nested(FiledReplyOut), attribute="thread.replies")
    written_by = fields.String(allow_none=True, example="A. Specimen")


class WordFileReportOut(OutSchema):
    """What came of a file of Word that came back; of the file itself nothing is kept."""

    revision_number = fields.Integer(description="Of the text with which it was compared.")
    found = fields.Integer(description="How many of that text's blocks stand in it.", example=12)
    blocks = fields.Integer(description="How many that text has.", example=12)
    suggestions = fields.List(fields.Nested(FiledSuggestionOut))
    comments = fields.List(fields.Nested(FiledCommentOut))
    remarks = fields.List(fields.Nested(WordReturnRemarkOut))


class ExportArgs(Schema):
    """How to export."""

    format = fields.String(load_default="yaml", validate=validate.OneOf(["yaml", "json"]))
    revision = fields.Integer(load_default=None, validate=validate.Range(1, 1_000_000), example=1)
