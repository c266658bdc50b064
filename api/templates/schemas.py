"""Templates as JSON."""

from __future__ import annotations

from typing import Any

from api.web import fields, validate
from api.web.openapi import shapes
from api.web.rest import OutSchema, Schema

SOURCE = {
    "name": "release",
    "title": "Call for a release",
    "kind": "appeal",
    "language": "en",
    "facts": [{"name": "city", "type": "text", "label": "City", "required": True}],
    "title_text": "Open the doors in {{ city }}",
    "body": [{"paragraph": "We write about those who are held in {{ city }}."}],
    "example": {"city": "Specimen City"},
}


TEMPLATE = "PortableTemplate"
COMPONENTS: dict[str, dict[str, Any]] = {
    TEMPLATE: {
        "type": "object",
        "description": "A template as a file has it; docs/templates.md has its keys.",
        "required": ["name", "title"],
        "properties": {"name": {"type": "string"}, "title": {"type": "string"}},
        "additionalProperties": True,
        "example": SOURCE,
    }
}


def source_field(**more: Any) -> fields.Dict:
    """Return the field of a whole template; docs/templates.md has its keys."""
    more.setdefault("required", True)
    more.setdefault("example", SOURCE)
    more.setdefault("metadata", {shapes.COMPONENT: TEMPLATE})
    return fields.Dict(keys=fields.String(), **more)


class TemplateIn(Schema):
    """A template."""

    source = source_field()


class BuiltInUseIn(Schema):
    """Which of the templates that come with the product to copy."""

    built_in = fields.String(required=True, example="summit-letter")


class TemplateFileArgs(Schema):
    """What kind of file a template is given as."""

    format = fields.String(load_default="yaml", validate=validate.OneOf(["yaml", "json"]))


class TemplateRowOut(OutSchema):
    """A template in a list."""

    id = fields.UUID()
    coalition_id = fields.UUID()
    name = fields.String(example="release")
    title = fields.String(example="Call for a release")
    language = fields.String(example="en")
    version_number = fields.Integer()
    updated_at = fields.AwareDateTime()


class TemplateVersionOut(OutSchema):
    """One version of a template, with the form of its facts."""

    id = fields.UUID(attribute="version.template.id")
    coalition_id = fields.UUID(attribute="version.coalition_id")
    name = fields.String(attribute="version.template.name", example="release")
    version_number = fields.Integer(attribute="version.number")
    source = source_field(attribute="version.source")
    facts_schema = fields.Dict(description="JSON Schema 2020-12 of the facts.")
    created_at = fields.AwareDateTime(attribute="version.created_at")


class BuiltInOut(OutSchema):
    """A template that comes with the product."""

    name = fields.String(attribute="source.name", example="summit-letter")
    title = fields.String(attribute="source.title", example="Summit letter")
    source = source_field()
    facts_schema = fields.Dict()


class BuiltInsOut(OutSchema):
    """All that come with the product."""

    items = fields.List(fields.Nested(BuiltInOut))
