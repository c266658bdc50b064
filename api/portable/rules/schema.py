"""The schema's own check, its faults said in plain words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from api.errors import Code, Fault, Reason, point

_Error = Any  # jsonschema types every field of its errors as possibly unset

FILE = Path(__file__).resolve().parent.parent / "statement.schema.json"

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a group of keys",
}
_FORMATS = {
    "date": "This must be a real day as year, month and day: 2031-04-30.",
    "uri": "This must be a whole web address: https://example.org/page.",
}
_PATTERNS = {
    "slug": "This must be small letters, digits and single hyphens: open-letter-2031.",
    "country": "This must be the two capital letters of a country (ISO 3166-1): KZ.",
    "language": "This must be a language tag (BCP 47): en, ru, uz-Latn.",
    "block_id": "This must be a UUID in small letters: 2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11.",
}
_LONGEST = 60  # characters of a key that a message repeats


def load() -> dict[str, Any]:
    """Return the schema of the portable statement."""
    schema: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return schema


def faults(document: Mapping[str, object]) -> Iterator[Fault]:
    """Yield what in a document does not fit the schema, each place once and for each reason."""
    seen: set[Fault] = set()
    for fault in _every(document):
        if fault not in seen:
            seen.add(fault)
            yield fault


def _every(document: Mapping[str, object]) -> Iterator[Fault]:
    whole, blocks = _validators()
    for error in whole.iter_errors(document):
        yield from _explained(error, ())
    body = document.get("body")
    for place, block in enumerate(body if isinstance(body, list) else []):
        yield from _block_faults(block, place, blocks)


@cache
def _validators() -> tuple[Draft202012Validator, dict[str, Draft202012Validator]]:
    """Return the validator of all but the blocks, and one for each key of a block.

    The schema's `oneOf` would try six kinds for each block and then say only that none fits.
    References are written out, as following them takes half of the time.
    """
    schema = load()
    definitions = schema.pop("$defs")
    kinds = [branch["properties"] for branch in definitions["block"]["oneOf"]]
    definitions["block"] = {}
    whole = _validator(_written_out(schema, definitions))
    blocks = {
        name: _validator(_written_out(kind, definitions))
        for one in kinds
        for name, kind in one.items()
    }
    return whole, blocks


def _validator(schema: Mapping[str, object]) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _written_out(part: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_written_out(inner, definitions) for inner in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _written_out(definitions[part["$ref"].rsplit("/", 1)[1]], definitions)
    return {key: _written_out(inner, definitions) for key, inner in part.items()}


def _block_faults(
    block: Any, place: int, blocks: Mapping[str, Draft202012Validator]
) -> Iterator[Fault]:
    kinds = [key for key in blocks if key != "id"]
    named = [key for key in block if key != "id"] if isinstance(block, dict) else []
    if len(named) != 1 or named[0] not in kinds:
        detail = f"Exactly one of {_listed(kinds)} names a block."
        yield Fault(point("body", place), Code.NOT_A_CHOICE, detail, allowed=tuple(kinds))
        return
    for key, content in block.items():
        for error in blocks[key].iter_errors(content):
            yield from _explained(error, ("body", place, key))


def _explained(error: _Error, above: tuple[str | int, ...]) -> Iterator[Fault]:
    path = (*above, *error.absolute_path)
    if "propertyNames" in error.relative_schema_path:
        path = (*path, error.instance)
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        for key in error.instance:
            if key not in known:
                yield Fault(point(*path, key), Code.UNKNOWN_FIELD, _unknown(key, known))
    elif error.validator == "required":  # an error for each key, which none of them names
        for key in error.validator_value:
            if key not in error.instance:
                yield Fault(point(*path), Code.REQUIRED, f"{key} is missing: add it.")
    else:
        yield Fault.of(point(*path), _reason(error))


def _unknown(key: str, known: Iterable[str]) -> str:
    return f'There is no key "{key[:_LONGEST]}" here; there are {_listed(known)}.'


def _type(error: _Error) -> str:
    wanted = f"This must be {_TYPES[error.validator_value]}"
    if error.instance is None:
        return f"{wanted}, and nothing stands here: write it, or take the key out."
    if error.validator_value == "string" and isinstance(error.instance, bool | int | float):
        return f"{wanted}: set it in quotes."
    return f"{wanted}."


def _const(error: _Error) -> str:
    if error.validator_value is True:
        return "This must be true, or left out."
    return f"This must be {error.validator_value}."


@cache
def _patterns() -> dict[str, str]:
    """Return what to say of each pattern of the schema."""
    definitions = load()["$defs"]
    return {definitions[name]["pattern"]: text for name, text in _PATTERNS.items()}


def _one_of(error: _Error) -> str:
    names = [name for branch in error.validator_value for name in branch["required"]]
    return f"Exactly one of {_listed(names)} must stand here."


def _not(error: _Error) -> str:
    return f"Only one of {_listed(error.validator_value['required'])} may stand here."


def _listed(names: Iterable[str]) -> str:
    """Return "a, b or c"."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else str(last)


def _reason(error: _Error) -> Reason:
    keyword, value = str(error.validator), error.validator_value
    code, explain = _EXPLAINED[keyword]
    limit = value if keyword in _LIMITS else None
    allowed = list(map(str, value)) if keyword == "enum" else ()
    return Reason(code, explain(error), limit, allowed)


_LIMITS = {"minLength", "maxLength", "minimum", "maximum", "minItems"}
_EXPLAINED: Mapping[str, tuple[Code, Callable[[_Error], str]]] = {
    "type": (Code.WRONG_TYPE, _type),
    "enum": (
        Code.NOT_A_CHOICE,
        lambda error: f"This must be one of {_listed(error.validator_value)}.",
    ),
    "const": (Code.NOT_A_CHOICE, _const),
    "pattern": (Code.WRONG_FORMAT, lambda error: _patterns()[error.validator_value]),
    "format": (Code.WRONG_FORMAT, lambda error: _FORMATS[error.validator_value]),
    "minLength": (
        Code.TOO_SHORT,
        lambda _: "This must not be empty: write it, or take the key out.",
    ),
    "maxLength": (
        Code.TOO_LONG,
        lambda error: f"This may have {error.validator_value} characters at most.",
    ),
    "minimum": (Code.TOO_SMALL, lambda error: f"This must be {error.validator_value} or more."),
    "maximum": (Code.TOO_LARGE, lambda error: f"This must be {error.validator_value} or less."),
    "minItems": (Code.TOO_FEW, lambda _: "This must have at least one entry."),
    "uniqueItems": (Code.DUPLICATE, lambda _: "An entry stands here twice: take one out."),
    "oneOf": (Code.CONFLICT, _one_of),
    "not": (Code.CONFLICT, _not),
}
