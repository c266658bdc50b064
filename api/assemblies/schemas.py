"""Assemblies as JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from api.demands.models import DemandStatus
from api.errors import Code, Reason
from api.statements.schemas import StatementOut, WarningOut, document_field
from api.web import validate
from api.web.fields import Slug, Truth
from api.web.rest import Schema

STATUSES = [status.value for status in DemandStatus]


class ChoiceIn(Schema):
    """What of the coalition's demands goes in."""

    statuses = ma.fields.List(
        ma.fields.String(validate=validate.OneOf(STATUSES)),
        load_default=lambda: ["open", "partly_met"],
        validate=validate.Length(0, len(STATUSES)),
        metadata={"description": "Demands of these statuses.", "example": ["open", "partly_met"]},
    )
    ids = ma.fields.List(
        ma.fields.String(validate=validate.Length(1, 80)),
        load_default=None,
        allow_none=True,
        validate=validate.Length(0, 1000),
        metadata={"description": "Only these demands, by key; null: all.", "example": None},
    )
    include_released_and_deceased = Truth(
        load_default=False,
        metadata={
            "description": "Takes in cases that were released or have died, and open demands for"
            " the release of these alone. Otherwise they are left out, and named in the warnings."
            " It holds for this text, not for copies of it."
        },
    )
    specimen = Truth(
        load_default=False,
        metadata={"description": "Marks every page as a specimen: invented content."},
    )


class OriginIn(Schema):
    """Which template."""

    template_id = ma.fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "One of the coalition's."},
    )
    built_in = ma.fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 80),
        metadata={
            "description": "One that comes with the product, by name; where the coalition has its"
            " own of this name, that one.",
            "example": None,
        },
    )

    @ma.validates_schema
    def _one(self, given: dict[str, Any], **_: Any) -> None:
        named = [key for key in ("template_id", "built_in", "source") if given.get(key) is not None]
        if len(named) != 1:
            raise ma.ValidationError(Reason(Code.REQUIRED, "Name one template."))


class AssemblyIn(OriginIn):
    """What to fill a template with."""

    slug = Slug(required=True, metadata={"example": "specimen-summit-2031"})
    facts = ma.fields.Dict(
        keys=ma.fields.String(), required=True, metadata={"example": {"city": "Specimen City"}}
    )
    demands = ma.fields.Nested(ChoiceIn, load_default=lambda: ChoiceIn().load({}))
    preview = Truth(load_default=False)


class RenewalIn(Schema):
    """How to bring a draft up to date."""

    facts = ma.fields.Dict(
        keys=ma.fields.String(),
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Fills the newest version of its template again; edits of the text go."
            " Left out: the text stays, its demands and cases take the words of the live ones.",
            "example": None,
        },
    )
    preview = Truth(
        load_default=False,
        metadata={"description": "Shows what would change, and changes nothing.", "example": True},
    )


class DifferenceOut(Schema):
    """One place where the draft changes; null is nothing there."""

    pointer = ma.fields.String(required=True, metadata={"example": "/demand_lists/KZ/demands"})
    before = ma.fields.Raw(required=True, allow_none=True, metadata={"example": "Old words."})
    after = ma.fields.Raw(required=True, allow_none=True, metadata={"example": "New words."})


class AssembledOut(Schema):
    """A draft as it was, or would be, assembled."""

    statement = ma.fields.Nested(StatementOut, required=True, allow_none=True)
    document = document_field()
    warnings = ma.fields.List(ma.fields.Nested(WarningOut), required=True)
    differences = ma.fields.List(ma.fields.Nested(DifferenceOut), required=True)
