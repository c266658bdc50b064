"""The whole document: what flask-smorest knows of the routes, made fit for every tool."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from api.web.openapi import answers, shapes, sharing
from api.web.openapi.headers import HEADERS
from api.web.openapi.names import operation_id, title
from api.web.rest import OPEN, Api

Node = dict[str, Any]
CONFIG = {
    "API_TITLE": "Undersigned",
    "API_VERSION": "1",
    "OPENAPI_VERSION": "3.1.0",
    "API_SPEC_OPTIONS": {
        "info": {
            "description": "Joint statements of NGO coalitions: written, signed, printed, sent.\n\n"
            "A statement is a draft until its text is frozen as a revision, known by the SHA-256"
            " of what prints; signatures and approvals are given to that. Then it is reviewed,"
            " published, and signed by the public.\n\n"
            "Lists come in pages: follow the Link header. A change sends the ETag that it is based"
            " on in If-Match. A POST with an Idempotency-Key has one effect, however often it is"
            " sent. What takes long is a job: 202, and where to ask. Errors are RFC 9457 problems;"
            " docs/problems.md lists their types, docs/clients.md the options of generators.",
            "contact": {"name": "Whoever runs the server that you call"},
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": "/", "description": "The server that this document comes from."}],
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of a user: POST /v1/tokens makes one, and so does"
                    " `undersigned token create`.",
                }
            }
        },
        "security": [{"token": []}],
    },
}
EXAMPLES_BY_FORMAT = {
    "uuid": "2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11",
    "date-time": "2031-05-14T09:30:00+00:00",
    "date": "2031-05-14",
}
EXAMPLES_BY_TYPE: dict[str, object] = {
    "string": "Specimen",
    "integer": 1,
    "number": 1.0,
    "boolean": False,
    "object": {},
}
HEALTH = {
    "type": "object",
    "properties": {"status": {"type": "string"}},
    "required": ["status"],
    "additionalProperties": {"type": ["boolean", "null"]},  # null: there is none, as of mail
}
TAGS = [
    {"name": "events", "description": "What endpoints of other systems are told."},
    {"name": "health", "description": "For whoever runs it."},
]
READY = "/readyz"
PUBLIC = {"/healthz": "Is the process up?", READY: "Can it work, and what is degraded?"}
KEYED = {"/v1/public/statements/{address}/signatures"}  # without a token, and yet by a key
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "Sent again with the same key within a day, the request has one effect.",
}


class _Dumper(yaml.SafeDumper):
    """One that writes a thing out wherever it stands: many tools read no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def as_yaml(found: Node) -> str:
    """Return a document as openapi.yaml."""
    return yaml.dump(found, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def as_json(found: Node) -> str:
    """Return a document as openapi.json."""
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def document(rest: Api, more: Iterable[Mapping[str, Node]], webhooks: Mapping[str, Node]) -> Node:
    """Return the OpenAPI document of an API, with components of others, and what it tells them."""
    rest.describe()
    found: Node = json.loads(json.dumps(rest.spec.to_dict()))  # nothing in it is shared any more
    parts = found["components"]
    parts |= {"responses": answers.responses(), "headers": dict(HEADERS)}
    for group, nodes in (each for components in more for each in components.items()):
        parts[group] |= nodes
    del parts["schemas"]["PaginationMetadataSchema"]  # flask-smorest's own, which nothing uses
    for path, item in found["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                _complete(operation, path, method, parts["schemas"])
    found["paths"] |= {path: {"get": _health(path)} for path in PUBLIC}
    found["tags"] += TAGS
    found["webhooks"] = dict(webhooks)
    found = json.loads(json.dumps(found))
    _tidy(found)
    sharing.share(found)
    first = ("openapi", "info", "servers", "security", "tags", "paths", "webhooks", "components")
    return {key: found[key] for key in first}


def _complete(operation: Node, path: str, method: str, schemas: Node) -> None:
    for content in sharing.contents(operation):
        if "example" not in content and content["schema"].get("format") != "binary":
            content["example"] = example_of(content["schema"], schemas)
    if method == "post" and (path in KEYED or not path.startswith(OPEN)):
        operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    answers.complete(operation, path, method)
    _call(operation, path, method, operation["summary"], operation.get("description", ""))


def _call(operation: Node, path: str, method: str, first: str, more: str) -> None:
    """Give an operation its name, a heading and, below that, what it does."""
    name = operation_id(method, path)
    said = f"{first}\n\n{more}".strip()
    facts = {key: value for key, value in operation.items() if value != [] or key == "security"}
    operation.clear()
    operation |= {"operationId": name, "summary": title(name), "description": said}
    operation |= {key: value for key, value in facts.items() if key not in operation}


def _health(path: str) -> Node:
    content = {"application/json": {"schema": HEALTH, "example": {"status": "ok"}}}
    found: Node = {"200": {"description": "Yes.", "content": content}}
    if path == READY:
        example = {"status": "not ready", "database": False, "storage": True, "mail": None}
        content = {"application/json": {"schema": HEALTH, "example": example}}
        found["503"] = {"description": "Not now.", "content": content}
    operation: Node = {"tags": ["health"], "security": []}
    operation["responses"] = found | {"400": answers.PROBLEM, "422": answers.PROBLEM}
    _call(operation, path, "get", PUBLIC[path], "")
    return operation


def _tidy(found: Node) -> None:
    schemas = found["components"]["schemas"]
    for name, schema in schemas.items():
        if name.endswith("Change"):
            shapes.without_defaults(schema)
    asked = [each["schema"] for listed in sharing.parameters(found) for each in listed]
    for schema in asked:
        shapes.in_a_query(schema)
    held = [
        content["schema"]
        for operation in sharing.operations(found)
        for content in sharing.contents(operation)
    ]
    for schema in [*schemas.values(), *asked, *held]:
        shapes.tidy(schema, schemas)


def example_of(schema: Node, schemas: Node) -> object:  # noqa: PLR0911 # one line a kind of schema
    """Return an example that fits a schema, from its own examples where it has them."""
    if "example" in schema:
        return schema["example"]
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas)
    for combined in ("allOf", "oneOf", "anyOf"):
        if combined in schema:
            return example_of(schema[combined][0], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        return {name: example_of(part, schemas) for name, part in schema["properties"].items()}
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "array":
        return [example_of(schema["items"], schemas)]
    return EXAMPLES_BY_FORMAT.get(schema.get("format", ""), EXAMPLES_BY_TYPE[kind])
