"""How a document is asked for."""

from __future__ import annotations

import marshmallow as ma

from api.documents.rules.press import Format
from api.web.rest import Schema


class PreviewArgs(Schema):
    """Which document of a draft."""

    format = ma.fields.Enum(
        Format, by_value=True, load_default=Format.PDF, metadata={"example": "pdf"}
    )


class DocumentArgs(PreviewArgs):
    """Which document of a statement."""

    revision = ma.fields.Integer(
        load_default=None,
        validate=ma.validate.Range(1, 1_000_000),
        metadata={"description": "The newest where left out.", "example": 1},
    )
