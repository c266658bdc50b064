"""Imports and exports."""

from __future__ import annotations

from api.assemblies.schemas import DifferenceOut
from api.exchange.service import OnOtherWords
from api.statements.schemas import RevisionRowOut, StatementOut, WarningOut
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


class ExportArgs(Schema):
    """How to export."""

    format = fields.String(load_default="yaml", validate=validate.OneOf(["yaml", "json"]))
    revision = fields.Integer(load_default=None, validate=validate.Range(1, 1_000_000), example=1)
