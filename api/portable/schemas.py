"""The portable statement as components of openapi.yaml, by names that generated types take."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from api.portable.rules import schema
from api.web.openapi.shapes import refer

Node = dict[str, Any]
STATEMENT, DRAFT = "PortableStatement", "PortableDraft"
EXAMPLE = {
    "format": "undersigned.statement/1",
    "slug": "specimen-appeal",
    "kind": "appeal",
    "language": "en",
    "title": "Open the doors",
    "coalition": {"name": "Specimen Coalition"},
    "body": [{"paragraph": "We ask that the doors be opened."}],
}
# What says which keys go together. No generator turns it into types: docs/format.md says it.
_BEYOND_TYPES = ("if", "else", "not", "propertyNames", "uniqueItems")
_LEFT_TO_US = {"format", "language", "coalition"}
_REFUSED = {"signatories", "redacted"}


def described() -> dict[str, Node]:
    """Return the components: a statement, a draft of one, and every part of both."""
    whole = schema.load()
    parts: dict[str, Node] = {}
    for name, facts in whole.pop("$defs").items():
        named = _named(name)
        parts[named] = _whole(facts, named, parts)
    statement = _whole(whole, STATEMENT, parts)
    about = "One joint statement with all that is needed to print it; docs/format.md has its rules."
    statement |= {"description": about, "example": EXAMPLE}
    for key in ("$schema", "$id", "title"):
        del statement[key]
    parts["PortableCase"]["required"].remove("name")  # who may not see it gets none
    return {STATEMENT: statement, DRAFT: _draft(statement), **parts}


def _draft(statement: Node) -> Node:
    found = deepcopy(statement)
    found["description"] = (
        "A portable statement without signatories; format, language and coalition may be left out."
        " docs/format.md has its rules."
    )
    found["properties"] = {k: v for k, v in found["properties"].items() if k not in _REFUSED}
    found["required"] = [key for key in found["required"] if key not in _LEFT_TO_US]
    found["example"] = {key: part for key, part in EXAMPLE.items() if key not in _LEFT_TO_US}
    return found


def _whole(facts: Node, name: str, parts: dict[str, Node]) -> Node:
    """Return a schema whose parts that are objects have become components."""
    kept = {key: part for key, part in facts.items() if key not in _BEYOND_TYPES}
    if "properties" in kept:
        kept.pop("oneOf", None)  # of required keys
        kept["properties"] = {
            key: _part(part, key, name, parts) for key, part in kept["properties"].items()
        }
    if "oneOf" in kept:
        kept["oneOf"] = [_block(each, parts) for each in kept["oneOf"]]
    return kept


def _part(facts: Node, key: str, owner: str, parts: dict[str, Node]) -> Node:
    if "$ref" in facts:
        return refer(_named(facts["$ref"].rpartition("/")[2]))
    if facts.get("type") == "array":
        one = f"{owner}Item" if key == "items" else _named(key.removesuffix("s"))
        items = _part(facts["items"], one, owner, parts)
        return {k: v for k, v in facts.items() if k not in _BEYOND_TYPES} | {"items": items}
    if "properties" not in facts:
        return {k: v for k, v in facts.items() if k not in _BEYOND_TYPES}
    name = key if key.startswith("Portable") else _named(key)
    parts[name] = _whole(facts, name, parts)
    return refer(name)


def _block(facts: Node, parts: dict[str, Node]) -> Node:
    (key,) = facts["required"]
    name = f"{_named(key)}Block"
    parts[name] = _whole(facts, name, parts)
    return refer(name)


def _named(key: str) -> str:
    return "Portable" + "".join(word.capitalize() for word in key.split("_"))
