"""Imports and exports."""

from __future__ import annotations

import marshmallow as ma

from api.assemblies.schemas import DifferenceOut
from api.exchange.service import OnDifference
from api.statements.schemas import RevisionRowOut, StatementOut, WarningOut
from api.web import validate
from api.web.rest import Schema


class ImportArgs(Schema):
    """How to import."""

    on_difference = ma.fields.Enum(
        OnDifference,
        by_value=True,
        load_default=OnDifference.KEEP,
        metadata={
            "description": "What becomes of a live case or demand whose id comes with other words:"
            " keep its words, update them, or let the document's come in beside it as new.",
        },
    )
    preview = ma.fields.Boolean(load_default=False)


class ImportedOut(Schema):
    """What came of an import; in a preview there is no statement."""

    statement = ma.fields.Nested(StatementOut, required=True, allow_none=True)
    revision = ma.fields.Nested(RevisionRowOut, required=True, allow_none=True)
    signatures = ma.fields.Integer(required=True, metadata={"example": 8})
    warnings = ma.fields.List(ma.fields.Nested(WarningOut), required=True)
    differences = ma.fields.List(ma.fields.Nested(DifferenceOut), required=True)


class ExportArgs(Schema):
    """How to export."""

    format = ma.fields.String(load_default="yaml", validate=validate.OneOf(["yaml", "json"]))
    revision = ma.fields.Integer(
        load_default=None, validate=validate.Range(1, 1_000_000), metadata={"example": 1}
    )
