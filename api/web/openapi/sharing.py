"""What stands in the document several times is said once, among its components."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]


def operations(document: Node) -> Iterator[Node]:
    """Yield the operations of all addresses and webhooks."""
    for group in ("paths", "webhooks"):
        for item in document.get(group, {}).values():
            yield from (part for method, part in item.items() if method != "parameters")


def parameters(document: Node) -> Iterator[list[Node]]:
    """Yield the lists of parameters of all addresses and of what is done there."""
    for group in ("paths", "webhooks"):
        for item in document.get(group, {}).values():
            yield item.get("parameters", [])
    for operation in operations(document):
        yield operation.get("parameters", [])


def contents(operation: Node) -> Iterator[Node]:
    """Yield each body that an operation takes or gives, of each content type."""
    for body in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from body.get("content", {}).values()


def share(document: Node) -> None:
    """Put parameters and examples that come again among the components."""
    _share_parameters(document)
    _share_examples(document)


def _share_parameters(document: Node) -> None:
    lists = list(parameters(document))
    shared = _names_of(
        {_written(each): _camel(each["name"]) for each in listed} for listed in lists
    )
    known = document["components"].setdefault("parameters", {})
    for listed in lists:
        for place, each in enumerate(listed):
            if name := shared.get(_written(each)):
                known[name] = each
                listed[place] = {"$ref": f"#/components/parameters/{name}"}


def _share_examples(document: Node) -> None:
    held = [
        (content, _name(content["schema"], operation))
        for operation in operations(document)
        for content in contents(operation)
        if "example" in content
    ]
    shared = _names_of({_written(content["example"]): name} for content, name in held)
    known = document["components"].setdefault("examples", {})
    for content, _ in held:
        if name := shared.get(_written(content["example"])):
            known[name] = {"value": content.pop("example")}
            content["examples"] = {"specimen": {"$ref": f"#/components/examples/{name}"}}


def _names_of(found: Iterator[dict[str, str]]) -> dict[str, str]:
    """Return the name of each thing that comes more than once; rarer namesakes get a number."""
    counts: dict[str, int] = defaultdict(int)
    names: dict[str, str] = {}
    for group in found:
        for thing, name in group.items():
            counts[thing] += 1
            names.setdefault(thing, name)
    shared: dict[str, str] = {}
    namesakes: dict[str, int] = defaultdict(int)
    for thing in sorted(names, key=lambda thing: -counts[thing]):  # it keeps the order of equals
        if counts[thing] > 1:
            name = names[thing]
            namesakes[name] += 1
            shared[thing] = name if namesakes[name] == 1 else f"{name}{namesakes[name]}"
    return shared


def _name(schema: Node, operation: Node) -> str:
    name = str(schema.get("$ref", operation["operationId"])).rpartition("/")[2]
    return name[0].upper() + name[1:]


def _written(node: object) -> str:
    return json.dumps(node, sort_keys=True)


def _camel(name: str) -> str:
    return "".join(word[0].upper() + word[1:] for word in re.split("[-_]", name))
