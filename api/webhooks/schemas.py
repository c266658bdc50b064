"""Endpoints, deliveries and what they hold as JSON; the catalogue for openapi.yaml."""

from __future__ import annotations

import re
from typing import Any

from api.web import fields, validate
from api.web.paging import PageArgs
from api.web.rest import OutSchema, Schema
from api.webhooks import rules
from api.webhooks.models import StopReason, WebhookDeliveryState

MOST_ADDRESS = 2000
EXAMPLE_ID = "2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
TYPE = {"description": "docs/webhooks.md lists them.", "example": "statement.published"}
FACTS: dict[str, dict[str, object]] = {
    "number": {"type": "integer"},
    "count": {"type": "integer"},
    "numbers": {"type": "array", "items": {"type": "integer"}},
    "sha256": {"type": "string"},
    "weight": {"type": "string"},
    "measure": {
        "type": "object",
        "additionalProperties": {"type": ["integer", "null"]},
        "description": "What it changes of the one before it, counted; the first has none.",
    },
    "state": {"type": "string"},
    "answer": {"type": "string"},
}
EXAMPLES: dict[str, object] = {
    "number": 3,
    "count": 250,
    "numbers": [1, 2],
    "sha256": SHA256,
    "weight": "editorial",
    "measure": {"words_added": 1, "words_removed": 1, "blocks_changed": 1, "numbers": 0},
    "state": "published",
    "answer": "approved",
}
AT = "2031-05-14T09:30:00+00:00"
ANSWERS: dict[str, dict[str, object]] = {
    "WebhookTaken": {"description": "Taken."},
    "WebhookGone": {"description": "Never again: the endpoint is switched off."},
}
HEADERS = {
    "webhook-id": "Of the event: the same whenever it is told again.",
    "webhook-timestamp": "Of this attempt, in seconds since 1970.",
    "webhook-signature": "`v1,` and a signature; several where the secret was changed today.",
}


class WebhookEndpointIn(Schema):
    """An address of another system, and what it is told of."""

    url = fields.String(
        required=True,
        validate=validate.Length(1, MOST_ADDRESS),
        description="https, a host's name, port 443 or 8443.",
        example="https://hooks.specimen.example/undersigned",
    )
    label = fields.Text(most=100, required=True, example="Our web site")
    types = fields.List(
        fields.String(validate=validate.OneOf(rules.CHOSEN), **TYPE),
        required=True,
        validate=validate.Length(1, len(rules.CHOSEN)),
    )
    is_custodian = fields.Truth(
        load_default=False,
        description="Is told who signed, as coordinators see it; for owners to say.",
    )
    is_enabled = fields.Truth(load_default=True, example=True)


class WebhookEndpointOut(OutSchema):
    """An endpoint, and how it does."""

    id = fields.UUID(attribute="endpoint.id")
    coalition_id = fields.UUID(attribute="endpoint.coalition_id")
    url = fields.String(example="https://hooks.specimen.example/undersigned")
    label = fields.String(attribute="endpoint.label", example="Our web site")
    types = fields.List(fields.String(**TYPE), attribute="endpoint.types")
    is_custodian = fields.Boolean(attribute="endpoint.is_custodian")
    is_enabled = fields.Boolean(attribute="endpoint.is_enabled", example=True)
    disabled_for = fields.Enum(
        StopReason,
        allow_none=True,
        attribute="endpoint.disabled_for",
        description="Why we switched it off; null where we did not.",
    )
    failures = fields.Integer(
        attribute="endpoint.failures", description="In a row, since it took something.", example=0
    )
    delivered_at = fields.AwareDateTime(
        allow_none=True,
        attribute="endpoint.delivered_at",
        description="When it took something last.",
    )
    created_at = fields.AwareDateTime(attribute="endpoint.created_at")


class WebhookSecretOut(OutSchema):
    """An endpoint with its new secret, which is shown this once."""

    endpoint = fields.Nested(WebhookEndpointOut)
    secret = fields.String(example="whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")


class WebhookDeliveryOut(OutSchema):
    """One telling of one event, and how its last attempt went; never what was answered."""

    id = fields.UUID(attribute="delivery.id")
    endpoint_id = fields.UUID(attribute="delivery.endpoint_id")
    event_id = fields.UUID(attribute="delivery.event_id", description="Its `webhook-id`.")
    type = fields.String(attribute="event.type", **TYPE)
    data = fields.Dict(
        attribute="event.facts", description="Its ids.", example={"statement_id": EXAMPLE_ID}
    )
    happened_at = fields.AwareDateTime(attribute="event.created_at")
    state = fields.Enum(WebhookDeliveryState, attribute="delivery.state", example="delivered")
    attempts = fields.Integer(attribute="delivery.attempts", example=1)
    status = fields.Integer(
        allow_none=True, attribute="delivery.status", description="That was answered.", example=200
    )
    fault = fields.String(
        allow_none=True,
        attribute="delivery.fault",
        description="What happened where nothing was answered; `disabled`: it was switched"
        " off meanwhile; `restored`: a backup was.",
        example="time-out",
    )
    milliseconds = fields.Integer(allow_none=True, attribute="delivery.milliseconds", example=84)
    attempted_at = fields.AwareDateTime(allow_none=True, attribute="delivery.attempted_at")
    run_after = fields.AwareDateTime(
        attribute="delivery.run_after", description="Of one that waits: not before then is it told."
    )


class WebhookDeliveryArgs(PageArgs):
    """A page of deliveries."""

    state = fields.Enum(WebhookDeliveryState, example="failed")
    type = fields.String(validate=validate.Length(1, 60), **TYPE)
    event_id = fields.UUID(description="A `webhook-id`.")


class WebhookWindowIn(Schema):
    """A time, half-open."""

    since = fields.Instant(required=True, example="2031-05-14T09:30:00+00:00")
    until = fields.Instant(required=True, example="2031-05-14T10:30:00+00:00")
    only_failed = fields.Truth(
        load_default=False, description="Leave out what was taken, or waits."
    )


class WebhookReplayOut(OutSchema):
    """How many events are told once more."""

    number = fields.Integer(example=12)


def described() -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Return the catalogue for openapi.yaml: components, and the `webhooks` that name them."""
    schemas: dict[str, Any] = {}
    hooks = {
        name: {"post": _operation(name, kind, schemas)} for name, kind in rules.CATALOGUE.items()
    }
    return {"schemas": schemas, "responses": ANSWERS}, hooks


def _operation(name: str, kind: rules.EventKind, schemas: dict[str, Any]) -> dict[str, object]:
    event = _pascal(name)
    schemas[f"{event}Event"] = {
        "type": "object",
        "description": f"`{name}`: {kind.about}",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"type": "string", "const": name},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {"$ref": f"#/components/schemas/{_data(kind, schemas)}"},
        },
    }
    example = {"type": name, "timestamp": AT, "data": _example(kind)}
    schema = {"$ref": f"#/components/schemas/{event}Event"}
    return {
        "operationId": f"on{event}",
        "summary": name,
        "description": kind.about,
        "tags": ["events"],
        "security": [],
        "parameters": [
            {
                "in": "header",
                "name": header,
                "required": True,
                "description": about,
                "schema": {"type": "string"},
            }
            for header, about in HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "example": example}},
        },
        "responses": {
            status: {"$ref": f"#/components/responses/{answer}"}
            for status, answer in (("2XX", "WebhookTaken"), ("410", "WebhookGone"))
        },
    }


def _data(kind: rules.EventKind, schemas: dict[str, Any]) -> str:
    """Return the name of what events of a kind hold, which says all that is in it."""
    ids = [each for each in kind.ids if each != "coalition_id"]
    named = (*ids, *kind.facts, *kind.later)
    name = "".join(_pascal(each.removesuffix("_id")) for each in named) + "EventData"
    properties: dict[str, Any] = {each: {"type": "string", "format": "uuid"} for each in kind.ids}
    for each in (*kind.facts, *kind.later):
        properties[each] = FACTS.get(each, {"type": "string", "format": "uuid"})
    for each in kind.later:
        about = "To custodians, or where the member approved by its name."
        properties[each] = {**properties[each], "description": about}
    if kind.tells_who:
        properties["signatory"] = {
            "type": ["object", "null"],
            "description": "To custodians only: who signed, as coordinators see it at that moment;"
            " null: it is known no more.",
        }
    found = {
        "type": "object",
        "required": ["coalition_id", f"{kind.of}_id"],
        "properties": properties,
    }
    if schemas.setdefault(name, found) != found:
        raise ValueError(f"Two kinds of events hold {name}, and not the same.")
    return name


def _example(kind: rules.EventKind) -> dict[str, object]:
    ids = dict.fromkeys(kind.ids, EXAMPLE_ID)
    return ids | {each: EXAMPLES.get(each, EXAMPLE_ID) for each in (*kind.facts, *kind.later)}


def _pascal(name: str) -> str:
    return "".join(word.capitalize() for word in re.split("[._]", name))
