"""How a document is asked for."""

from __future__ import annotations

from api.assemblies.schemas import ChoiceIn, OriginIn
from api.documents.rules.rendering import Format
from api.documents.service.compendium import CompendiumAudience, CompendiumFormat
from api.documents.service.diffs import DiffFormat
from api.statements.schemas import BoundsOut, LengthOut, WarningOut
from api.statements.schemas.diffs import DiffArgs
from api.templates.schemas import source_field
from api.texts.rules import themes
from api.web import fields, validate
from api.web.rest import OutSchema, Schema

FILES = ("yaml", "json")  # of the portable document


def _theme(description: str, example: str) -> fields.String:
    return fields.String(
        load_default=None,
        validate=validate.OneOf(themes.available()),
        description=description,
        example=example,
    )


class DraftDocumentArgs(Schema):
    """Which document of a draft."""

    format = fields.Enum(Format, load_default=Format.PDF, example="pdf")
    theme = _theme("The statement's own where left out.", "brief")


class ConsultedDocumentArgs(Schema):
    """Which document of the text for which comments are asked."""

    format = fields.Enum(Format, load_default=Format.DOCX, example="docx")


class DocumentArgs(DraftDocumentArgs):
    """Which document of a statement."""

    revision = fields.Integer(
        load_default=None,
        validate=validate.Range(1, 1_000_000),
        description="The newest where left out.",
        example=1,
    )


class DiffDocumentArgs(DiffArgs):
    """Which texts of a statement to compare, and how to print what they differ by."""

    format = fields.Enum(DiffFormat, load_default=DiffFormat.PDF, example="pdf")


class CompendiumArgs(Schema):
    """For whom all suggestions and comments are printed, beside which text, and as what."""

    format = fields.Enum(CompendiumFormat, load_default=CompendiumFormat.PDF, example="pdf")
    audience = fields.Enum(
        CompendiumAudience,
        load_default=CompendiumAudience.COORDINATORS,
        example="coordinators",
        description="`commenters`: with what everybody may read who was asked, and no more names.",
    )
    revision = fields.Integer(
        load_default=None,
        validate=validate.Range(1, 10_000),
        description="The text beside which it is printed; left out, the draft.",
    )


class TemplatePreviewIn(OriginIn):
    """Which template to show, filled with what, and how."""

    source = source_field(
        required=False,
        load_default=None,
        allow_none=True,
        description="One that is not kept yet.",
        example=None,
    )
    facts = fields.Dict(
        keys=fields.String(),
        load_default=None,
        description="Left out: its example's facts, with demands and cases that are invented.",
        example=None,
    )
    demands = fields.Nested(ChoiceIn, load_default=lambda: ChoiceIn().load({}))
    theme = _theme("The template's own where left out.", "letter")
    format = fields.String(
        load_default=str(Format.PDF),
        validate=validate.OneOf([*map(str, Format), *FILES]),
        example="html",
    )


class DraftLengthOut(OutSchema):
    """How long a draft is, as it would print now, and how long it may be."""

    length = fields.Nested(LengthOut)
    pages = fields.Integer(example=2, description="In the statement's own theme.")
    has_signatories = fields.Boolean(
        description="The pages are with the signatories of now; false: there are more than 200,"
        " and the text alone is counted."
    )
    bounds = fields.Nested(BoundsOut)
    warnings = fields.List(
        fields.Nested(WarningOut), description="One for each bound that it passes."
    )
