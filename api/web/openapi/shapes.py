"""Schemas as every tool reads them: a type beside each enum, patterns of ECMA-262, names once."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import Enum
from typing import Any

Schema = dict[str, Any]
ENUM, ENUM_ABOUT = "x-enum", "x-enum-about"  # marks of a field, which no client sees
COMPONENT = "x-component"
SCHEMAS = "#/components/schemas/"
# An enum that is clear in its own module needs a longer name among all.
NAMES = {
    "Answer": "SignOffAnswer",
    "Cause": "SuppressionCause",
    "Code": "FaultCode",
    "Decision": "ModerationDecision",
    "Encoding": "TableEncoding",
    "For": "TablePurpose",
    "Format": "DocumentFormat",
    "ImportState": "ImportedLineState",
    "LineState": "MergedLineState",
    "Means": "DeliveryMeans",
    "Phase": "SigningPhase",
    "Purpose": "ConsentPurpose",
    "Security": "MailSecurity",
    "Silence": "SilenceMeaning",
    "Source": "SignatureSource",
    "State": "StatementState",
    "Status": "SignOffStatus",
    "StopReason": "WebhookStopReason",
    "Weight": "RevisionWeight",
}
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def marks_of(enum: type[Enum]) -> dict[str, str]:
    """Return what a field of an enum says for `tidy`: the component that the enum becomes."""
    about = " ".join((inspect.getdoc(enum) or "").split())
    return {ENUM: NAMES.get(enum.__name__, enum.__name__), ENUM_ABOUT: about}


def tidy(schema: Schema, components: dict[str, Schema]) -> None:
    """Mend a schema and all in it; enums with a name become components."""
    for part in list(parts(schema)):
        tidy(part, components)
    if COMPONENT in schema:
        _refer(schema, schema.pop(COMPONENT), is_nullable="null" in schema["type"])
    elif ENUM in schema:
        _name_enum(schema, components)
    _type(schema)
    if isinstance(schema.get("pattern"), str):
        schema["pattern"] = in_ecma_262(schema["pattern"])
    for bound in ("min", "max"):  # marshmallow's Length of a Dict is of its keys
        if schema.get("type") == "object" and f"{bound}Length" in schema:
            schema[f"{bound}Properties"] = schema.pop(f"{bound}Length")


def _type(schema: Schema) -> None:
    """Say of an enum which type its values have."""
    if isinstance(schema.get("enum"), list):
        schema.setdefault("type", _type_of(schema["enum"]))
    elif "const" in schema:
        schema.setdefault("type", _type_of([schema["const"]]))


def parts(schema: Schema) -> Iterator[Schema]:
    """Yield the schemas that stand right inside a schema."""
    for key in ("properties", "$defs"):
        yield from schema.get(key, {}).values()
    for key in ("anyOf", "oneOf", "allOf"):
        yield from schema.get(key, ())
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield schema[key]


def in_ecma_262(pattern: str) -> str:
    r"""Return a pattern of Python's `match` as JSON Schema has it: anchored, and without \Z."""
    bare = pattern.removeprefix("^").removesuffix(r"\Z").removesuffix("$")
    return f"^(?:{bare})$" if "|" in bare else f"^{bare}$"


def without_defaults(schema: Schema) -> None:
    """Take the defaults out of a change: what is left out of one stays as it is."""
    for part in schema.get("properties", {}).values():
        part.pop("default", None)


def in_a_query(schema: Schema) -> None:
    """Take null out of what stands in a query, where nothing is null."""
    if schema.get("default", ...) is None:
        del schema["default"]
    if isinstance(schema.get("type"), list):
        left = [kind for kind in schema["type"] if kind != "null"]
        schema["type"] = left[0] if len(left) == 1 else left
    if isinstance(schema.get("enum"), list):
        schema["enum"] = [value for value in schema["enum"] if value is not None]
    if schema.get("example", ...) is None:
        del schema["example"]


def refer(name: str) -> dict[str, str]:
    """Return a schema that is a component."""
    return {"$ref": f"{SCHEMAS}{name}"}


def _refer(schema: Schema, name: str, *, is_nullable: bool) -> None:
    said = {key: schema[key] for key in ("description", "default") if key in schema}
    schema.clear()
    schema.update(refer(name), **said)
    if is_nullable:
        schema["anyOf"] = [{"$ref": schema.pop("$ref")}, {"type": "null"}]


def _name_enum(schema: Schema, components: dict[str, Schema]) -> None:
    name, about = schema.pop(ENUM), schema.pop(ENUM_ABOUT)
    values = [value for value in schema["enum"] if value is not None]
    named = {"type": _type_of(values), "enum": values, "description": about}
    if components.setdefault(name, named) != named:
        raise ValueError(f"Two enums are called {name}: give one another name in NAMES.")
    _refer(schema, name, is_nullable=None in schema["enum"])


def _type_of(values: list[object]) -> str | list[str]:
    found = list(dict.fromkeys(_TYPES[type(value)] for value in values))
    return found[0] if len(found) == 1 else found
