"""Templates as JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from api.web import validate
from api.web.rest import Schema

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


def source_field(**more: Any) -> ma.fields.Dict:
    """Return the field of a whole template; docs/templates.md has its keys."""
    given = {"required": True, "metadata": {"example": SOURCE}, **more}
    return ma.fields.Dict(keys=ma.fields.String(), **given)


class TemplateIn(Schema):
    """A template."""

    source = source_field()


class BuiltInUseIn(Schema):
    """Which of the templates that come with the product to copy."""

    built_in = ma.fields.String(required=True, metadata={"example": "summit-letter"})


class FileArgs(Schema):
    """What kind of file a template is given as."""

    format = ma.fields.String(load_default="yaml", validate=validate.OneOf(["yaml", "json"]))


class TemplateRowOut(Schema):
    """A template in a list."""

    id = ma.fields.UUID(required=True)
    coalition_id = ma.fields.UUID(required=True)
    name = ma.fields.String(required=True, metadata={"example": "release"})
    title = ma.fields.String(required=True, metadata={"example": "Call for a release"})
    language = ma.fields.String(required=True, metadata={"example": "en"})
    version_number = ma.fields.Integer(required=True)
    updated_at = ma.fields.AwareDateTime(required=True)


class TemplateVersionOut(Schema):
    """One version of a template, with the form of its facts."""

    id = ma.fields.UUID(required=True, attribute="template.id")
    coalition_id = ma.fields.UUID(required=True)
    name = ma.fields.String(
        required=True, attribute="template.name", metadata={"example": "release"}
    )
    version_number = ma.fields.Integer(required=True, attribute="number")
    source = source_field()
    facts_schema = ma.fields.Dict(
        required=True, metadata={"description": "JSON Schema 2020-12 of the facts."}
    )
    created_at = ma.fields.AwareDateTime(required=True)


class BuiltInOut(Schema):
    """A template that comes with the product."""

    name = ma.fields.String(required=True, metadata={"example": "summit-letter"})
    title = ma.fields.String(required=True, metadata={"example": "Summit letter"})
    source = source_field()
    facts_schema = ma.fields.Dict(required=True)


class BuiltInsOut(Schema):
    """All that come with the product."""

    items = ma.fields.List(ma.fields.Nested(BuiltInOut), required=True)
