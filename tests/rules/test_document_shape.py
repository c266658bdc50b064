"""The types of the portable statement say what its schema says."""

from __future__ import annotations

import typing
from typing import Any

import pytest

from api.portable.rules import schema
from api.texts.rules import document

SCHEMA = schema.load()


def _parts(shape: Any, name: str, found: dict[str, Any]) -> None:
    """Gather the schema of each TypedDict, by walking both together."""
    shape = SCHEMA["$defs"][shape["$ref"].split("/")[-1]] if "$ref" in shape else shape
    shape = shape if "properties" in shape else _as_one(shape)
    hints = typing.get_type_hints(getattr(document, name))
    found[name] = shape
    for key, inner in shape["properties"].items():
        for each in filter(typing.is_typeddict, _within(hints.get(key))):
            _parts(inner.get("items", inner), each.__name__, found)


def _as_one(shape: Any) -> Any:
    """A block has one of these keys: to a type checker, each may be there."""
    keys = {key: value for one in shape["oneOf"] for key, value in one["properties"].items()}
    return {"properties": keys, "required": []}


def _within(hint: Any) -> list[Any]:
    return [hint, *[found for each in typing.get_args(hint) for found in _within(each)]]


FOUND: dict[str, Any] = {}
_parts(SCHEMA, "PortableDocument", FOUND)


def test_every_type_of_a_part_is_one_of_the_schema() -> None:
    types = {name for name, kind in vars(document).items() if typing.is_typeddict(kind)}
    assert FOUND.keys() == types


@pytest.mark.parametrize("name", sorted(FOUND))
def test_a_type_has_the_keys_of_the_schema_and_needs_the_same(name: str) -> None:
    kind = getattr(document, name)
    assert set(kind.__annotations__) == set(FOUND[name]["properties"])
    # Under postponed annotations a class does not know what it requires: the hints do.
    hints = typing.get_type_hints(kind, include_extras=True)
    free = {key for key, hint in hints.items() if typing.get_origin(hint) is typing.NotRequired}
    needed = hints.keys() - free if kind.__total__ else set()
    assert needed == set(FOUND[name].get("required", []))
