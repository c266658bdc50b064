"""flask-smorest, taught our guard and our problems."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import marshmallow as ma
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response
from flask_smorest import Api as SmorestApi, Blueprint as SmorestBlueprint
from werkzeug.exceptions import HTTPException

from api.errors import Code
from api.web import fields, problems, validate
from api.web.guard import GuardedParser

OPEN = "/v1/public/"  # no token is read there: a link, or nothing, lets people in
STATEMENTS = f"{OPEN}statements/"  # all else there is what a secret link leads to


class Schema(ma.Schema):
    """What every schema of ours keeps: an unknown field is a fault."""

    class Meta:
        unknown = ma.RAISE

    error_messages = validate.OF_SCHEMA

    def on_bind_field(self, field_name: str, field_obj: ma.fields.Field[object]) -> None:
        """Have what a field refuses carry a code."""
        del field_name
        validate.with_codes(field_obj)

    def load(self, data: Any, *, partial: Any = None, **more: Any) -> Any:
        """Read a body. Of a change's own fields some may be left out, of what stands in them none.

        `partial` is how marshmallow hands the first on to the second.
        """
        del partial
        return super().load(data, **more)


class ZonedSchema(Schema):
    """One whose moments may be local times of the `zone` that is given with them."""

    @ma.post_load(pass_original=True)
    def _in_their_zone(
        self, facts: dict[str, object], given: dict[str, object], **_: object
    ) -> dict[str, object]:
        moments = [name for name, of in self.fields.items() if isinstance(of, fields.Moment)]
        return fields.in_their_zone(facts, given, moments)


class OutSchema(Schema):
    """What we answer: every field of it is there, if null, but where it says `required=False`."""

    def on_bind_field(self, field_name: str, field_obj: ma.fields.Field[object]) -> None:
        """Have a field be there."""
        super().on_bind_field(field_name, field_obj)
        field_obj.required = not getattr(field_obj, "is_optional", False)


CODE = {"description": "What kind of fault it is; docs/problems.md says it of each."}


class FaultOut(Schema):
    """One thing that is wrong."""

    pointer = fields.String(description="JSON Pointer into the body.")
    parameter = fields.String(description="Name of a query parameter.")
    code = fields.Enum(Code, required=True, **CODE)
    detail = fields.String(required=True)
    limit = fields.Float(description="The bound that was passed.")
    allowed = fields.List(fields.String(), description="The values that are taken.")


class ProblemOut(Schema):
    """An error, as RFC 9457 has it. docs/problems.md lists the types."""

    type = fields.String(required=True, example="/problems/not-found")
    title = fields.String(required=True, example="There is no such thing here")
    status = fields.Integer(required=True, example=404)
    detail = fields.String()
    errors = fields.List(fields.Nested(FaultOut))


def _name(schema: ma.Schema | type[ma.Schema]) -> str:
    """Name a schema's component; one that changes some fields only is called so."""
    kind = schema if isinstance(schema, type) else type(schema)
    is_partial = not isinstance(schema, type) and schema.partial
    if not is_partial:
        return kind.__name__
    return kind.__name__.removesuffix("In").removesuffix("Change") + "Change"


class Api(SmorestApi):
    """The API; its errors leave through `problems`."""

    ERROR_SCHEMA = ProblemOut

    def __init__(self, app: Flask) -> None:
        plugin = MarshmallowPlugin(schema_name_resolver=_name)
        super().__init__(app, spec_kwargs={"marshmallow_plugin": plugin})
        self.undescribed: list[Callable[[], None]] = []

    def describe(self) -> None:
        """Describe in `spec` what was registered: that takes most of a start, and few need it."""
        while self.undescribed:
            self.undescribed.pop(0)()

    def handle_http_exception(self, error: HTTPException) -> Response:
        return problems.of_http(error)


class Blueprint(SmorestBlueprint):
    """A feature's routes."""

    ARGUMENTS_PARSER = GuardedParser()

    def register_views_in_doc(self, api: Api, *what: Any, **how: Any) -> None:
        """Leave its description to `Api.describe`."""
        api.undescribed.append(partial(super().register_views_in_doc, api, *what, **how))
