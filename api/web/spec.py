"""openapi.yaml: generated, with our errors and an example for each operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from api.errors import kinds
from api.web.problems import status_of
from api.web.rest import Api

CONFIG = {
    "API_TITLE": "Undersigned",
    "API_VERSION": "1",
    "OPENAPI_VERSION": "3.1.0",
    "API_SPEC_OPTIONS": {
        "info": {
            "description": "Joint statements of NGO coalitions: written, signed, printed, sent. "
            "Errors are RFC 9457 problems; docs/problems.md lists their types.",
        },
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
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
PUBLIC = {"/healthz": "Is the process up?", "/readyz": "Can it work, and what is degraded?"}
OPEN = "/v1/public/"  # no token is read there
PROBLEM = "application/problem+json"
# What any operation may answer; 404, 412 and 428 only where there is an id or an If-Match.
ALWAYS = {"400", "401", "413", "415", "422", "503"}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "maxLength": 255},
    "description": "Sent again with the same key within a day, the request has one effect.",
}


def text(rest: Api, webhooks: Mapping[str, object]) -> str:
    """Return the OpenAPI document of an API, and of what it tells others, as YAML."""
    found = document(rest) | {"webhooks": webhooks}
    return yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=100)


def document(rest: Api) -> dict[str, object]:
    """Return the OpenAPI document of an API."""
    found: dict[str, Any] = rest.spec.to_dict()
    schemas = found["components"]["schemas"]
    found["components"]["responses"] = {"Problem": _problem_response()}
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            if method != "parameters":
                _complete(operation, path, method, schemas)
    found["paths"] |= {path: _health(summary) for path, summary in PUBLIC.items()}
    return found


def _health(summary: str) -> dict[str, object]:
    content = {"application/json": {"schema": HEALTH, "example": {"status": "ok"}}}
    responses: dict[str, object] = {"200": {"description": "Yes.", "content": content}}
    if summary == PUBLIC["/readyz"]:
        example = {"status": "not ready", "database": False, "storage": True, "mail": None}
        content = {"application/json": {"schema": HEALTH, "example": example}}
        responses["503"] = {"description": "Not now.", "content": content}
    problem = {"$ref": "#/components/responses/Problem"}
    operation = {"summary": summary, "security": [], "responses": responses | {"400": problem}}
    return {"get": {**operation, "tags": ["health"]}}


def _problem_response() -> dict[str, object]:
    schema = {"$ref": "#/components/schemas/ProblemOut"}
    example = {
        "type": "/problems/not-found",
        "title": "There is no such thing here",
        "status": 404,
        "detail": "Check the id; it may also belong to a coalition that is not yours.",
    }
    return {
        "description": "A problem of one of the x-problem-types; docs/problems.md says what to do.",
        "x-problem-types": {
            f"/problems/{kind.slug()}": {"status": int(status_of(kind)), "title": kind.title}
            for kind in sorted(set(kinds()), key=lambda kind: kind.slug())
        },
        "content": {PROBLEM: {"schema": schema, "example": example}},
    }


def _complete(operation: dict[str, Any], path: str, method: str, schemas: dict[str, Any]) -> None:
    responses = operation["responses"]
    for status in [status for status in responses if status == "default" or status[0] in "45"]:
        del responses[status]
    bodies = [operation.get("requestBody", {}), *responses.values()]
    for content in (each for body in bodies for each in body.get("content", {}).values()):
        if "example" not in content and content["schema"].get("format") != "binary":
            content["example"] = example_of(content["schema"], schemas)
    parameters = operation.setdefault("parameters", [])
    if method == "post" and not path.startswith(OPEN):
        parameters.append(IDEMPOTENCY_KEY)
    statuses = set(ALWAYS) | ({"403", "404"} if "{" in path else set())
    if path.startswith(OPEN):
        operation["security"] = []
        statuses = (statuses - {"401", "403"}) | {"410", "429"}
    statuses |= {"412", "428"} if any(p.get("name") == "If-Match" for p in parameters) else set()
    may_conflict = method != "get" or "/statements/{" in path or "/connectors/{" in path
    statuses |= {"409"} if may_conflict else set()
    statuses |= {"410"} if "/statements/{" in path else set()
    for status in sorted(statuses):
        responses[status] = {"$ref": "#/components/responses/Problem"}


def example_of(schema: dict[str, Any], schemas: dict[str, Any]) -> object:  # noqa: PLR0911 # one line a kind of schema
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
