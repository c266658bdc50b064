"""Assemblies as JSON."""

from __future__ import annotations

from collections.abc import Mapping

import marshmallow as ma

from api.demands.models import DemandStatus
from api.errors import Code, Reason
from api.statements.schemas import StatementOut, WarningOut, document_field
from api.web import fields, validate
from api.web.rest import OutSchema, Schema

STATUSES = [status.value for status in DemandStatus]


class ChoiceIn(Schema):
    """What of the coalition's demands goes in."""

    statuses = fields.List(
        fields.String(validate=validate.OneOf(STATUSES)),
        load_default=lambda: ["open", "partly_met"],
        validate=validate.Length(0, len(STATUSES)),
        description="Demands of these statuses.",
        example=["open", "partly_met"],
    )
    ids = fields.List(
        fields.String(validate=validate.Length(1, 80)),
        load_default=None,
        validate=validate.Length(0, 1000),
        description="Only these demands, by key; null: all.",
        example=None,
    )
    include_released_and_deceased = fields.Truth(
        load_default=False,
        description="Takes in cases that were released or have died, and open demands for"
        " the release of these alone. Otherwise they are left out, and named in the warnings."
        " It holds for this text, not for copies of it.",
    )
    specimen = fields.Truth(
        load_default=False, description="Marks every page as a specimen: invented content."
    )


class OriginIn(Schema):
    """Which template."""

    template_id = fields.UUID(load_default=None, description="One of the coalition's.")
    built_in = fields.String(
        load_default=None,
        validate=validate.Length(1, 80),
        description="One that comes with the product, by name; where the coalition has its"
        " own of this name, that one.",
        example=None,
    )

    @ma.validates_schema
    def _one(self, given: Mapping[str, object], **_: object) -> None:
        named = [key for key in ("template_id", "built_in", "source") if given.get(key) is not None]
        if len(named) != 1:
            raise ma.ValidationError(Reason(Code.REQUIRED, "Name one template."))


class AssemblyIn(OriginIn):
    """What to fill a template with."""

    slug = fields.Slug(required=True, example="specimen-summit-2031")
    facts = fields.Dict(keys=fields.String(), required=True, example={"city": "Specimen City"})
    demands = fields.Nested(ChoiceIn, load_default=lambda: ChoiceIn().load({}))
    preview = fields.Truth(load_default=False)


class RenewalIn(Schema):
    """How to bring a draft up to date."""

    facts = fields.Dict(
        keys=fields.String(),
        load_default=None,
        description="Fills the newest version of its template again; edits of the text go."
        " Left out: the text stays, its demands and cases take the words of the live ones.",
        example=None,
    )
    preview = fields.Truth(
        load_default=False,
        description="Shows what would change, and changes nothing.",
        example=True,
    )


class DifferenceOut(OutSchema):
    """One place where the draft changes; null is nothing there."""

    pointer = fields.String(example="/demand_lists/KZ/demands")
    before = fields.Raw(allow_none=True, example="Old words.")
    after = fields.Raw(allow_none=True, example="New words.")


class AssembledOut(OutSchema):
    """A draft as it was, or would be, assembled."""

    statement = fields.Nested(StatementOut, allow_none=True)
    document = document_field()
    warnings = fields.List(fields.Nested(WarningOut))
    differences = fields.List(fields.Nested(DifferenceOut))
