"""Endpoints, deliveries and what they hold as JSON; the catalogue for openapi.yaml."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import marshmallow as ma

from api.web import validate
from api.web.fields import Instant, Text, Truth
from api.web.paging import PageArgs
from api.web.rest import Schema
from api.webhooks import rules
from api.webhooks.models import Cause, DeliveryState

MOST_ADDRESS = 2000
EXAMPLE_ID = "2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
TYPE = {"description": "docs/webhooks.md lists them.", "example": "statement.published"}
FACTS: dict[str, dict[str, Any]] = {
    "number": {"type": "integer", "example": 3},
    "count": {"type": "integer", "example": 250},
    "numbers": {"type": "array", "items": {"type": "integer"}, "example": [1, 2]},
    "sha256": {"type": "string", "example": SHA256},
    "weight": {"type": "string", "example": "editorial"},
    "state": {"type": "string", "example": "published"},
    "answer": {"type": "string", "example": "approved"},
}
HEADERS = {
    "webhook-id": "Of the event: the same whenever it is told again.",
    "webhook-timestamp": "Of this attempt, in seconds since 1970.",
    "webhook-signature": "`v1,` and a signature; several where the secret was changed today.",
}


class WebhookEndpointIn(Schema):
    """An address of another system, and what it is told of."""

    url = ma.fields.String(
        required=True,
        validate=validate.Length(1, MOST_ADDRESS),
        metadata={
            "description": "https, a host's name, port 443 or 8443.",
            "example": "https://hooks.specimen.example/undersigned",
        },
    )
    label = Text(most=100, required=True, metadata={"example": "Our web site"})
    types = ma.fields.List(
        ma.fields.String(validate=validate.OneOf(rules.CHOSEN), metadata=TYPE),
        required=True,
        validate=validate.Length(1, len(rules.CHOSEN)),
    )
    is_custodian = Truth(
        load_default=False,
        metadata={"description": "Is told who signed, as coordinators see it; for owners to say."},
    )
    is_enabled = Truth(load_default=True, metadata={"example": True})


class WebhookEndpointOut(Schema):
    """An endpoint, and how it does."""

    id = ma.fields.UUID(required=True, attribute="endpoint.id")
    coalition_id = ma.fields.UUID(required=True, attribute="endpoint.coalition_id")
    url = ma.fields.String(
        required=True, metadata={"example": "https://hooks.specimen.example/undersigned"}
    )
    label = ma.fields.String(
        required=True, attribute="endpoint.label", metadata={"example": "Our web site"}
    )
    types = ma.fields.List(
        ma.fields.String(metadata=TYPE), required=True, attribute="endpoint.types"
    )
    is_custodian = ma.fields.Boolean(required=True, attribute="endpoint.is_custodian")
    is_enabled = ma.fields.Boolean(
        required=True, attribute="endpoint.is_enabled", metadata={"example": True}
    )
    disabled_for = ma.fields.Enum(
        Cause,
        by_value=True,
        required=True,
        allow_none=True,
        attribute="endpoint.disabled_for",
        metadata={"description": "Why we switched it off; null where we did not."},
    )
    failures = ma.fields.Integer(
        required=True,
        attribute="endpoint.failures",
        metadata={"description": "In a row, since it took something.", "example": 0},
    )
    delivered_at = ma.fields.AwareDateTime(
        required=True,
        allow_none=True,
        attribute="endpoint.delivered_at",
        metadata={"description": "When it took something last."},
    )
    created_at = ma.fields.AwareDateTime(required=True, attribute="endpoint.created_at")


class WebhookSecretOut(Schema):
    """An endpoint with its new secret, which is shown this once."""

    endpoint = ma.fields.Nested(WebhookEndpointOut, required=True)
    secret = ma.fields.String(
        required=True, metadata={"example": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"}
    )


class WebhookDeliveryOut(Schema):
    """One telling of one event, and how its last attempt went; never what was answered."""

    id = ma.fields.UUID(required=True, attribute="delivery.id")
    endpoint_id = ma.fields.UUID(required=True, attribute="delivery.endpoint_id")
    event_id = ma.fields.UUID(
        required=True,
        attribute="delivery.event_id",
        metadata={"description": "Its `webhook-id`."},
    )
    type = ma.fields.String(required=True, attribute="event.type", metadata=TYPE)
    data = ma.fields.Dict(
        required=True,
        attribute="event.facts",
        metadata={"description": "Its ids.", "example": {"statement_id": EXAMPLE_ID}},
    )
    happened_at = ma.fields.AwareDateTime(required=True, attribute="event.created_at")
    state = ma.fields.Enum(
        DeliveryState,
        by_value=True,
        required=True,
        attribute="delivery.state",
        metadata={"example": "delivered"},
    )
    attempts = ma.fields.Integer(
        required=True, attribute="delivery.attempts", metadata={"example": 1}
    )
    status = ma.fields.Integer(
        required=True,
        allow_none=True,
        attribute="delivery.status",
        metadata={"description": "That was answered.", "example": 200},
    )
    fault = ma.fields.String(
        required=True,
        allow_none=True,
        attribute="delivery.fault",
        metadata={
            "description": "What happened where nothing was answered; `disabled`: it was switched"
            " off meanwhile; `restored`: a backup was.",
            "example": "time-out",
        },
    )
    milliseconds = ma.fields.Integer(
        required=True, allow_none=True, attribute="delivery.milliseconds", metadata={"example": 84}
    )
    attempted_at = ma.fields.AwareDateTime(
        required=True, allow_none=True, attribute="delivery.attempted_at"
    )
    run_after = ma.fields.AwareDateTime(
        required=True,
        attribute="delivery.run_after",
        metadata={"description": "Of one that waits: not before then is it told."},
    )


class WebhookDeliveryArgs(PageArgs):
    """A page of deliveries."""

    state = ma.fields.Enum(DeliveryState, by_value=True, metadata={"example": "failed"})
    type = ma.fields.String(validate=validate.Length(1, 60), metadata=TYPE)
    event_id = ma.fields.UUID(metadata={"description": "A `webhook-id`."})


class WebhookWindowIn(Schema):
    """A time, half-open."""

    since = Instant(required=True, metadata={"example": "2031-05-14T09:30:00+00:00"})
    until = Instant(required=True, metadata={"example": "2031-05-14T10:30:00+00:00"})
    only_failed = Truth(
        load_default=False, metadata={"description": "Leave out what was taken, or waits."}
    )


class WebhookReplayOut(Schema):
    """How many events are told once more."""

    number = ma.fields.Integer(required=True, metadata={"example": 12})


def described() -> dict[str, Any]:
    """Return the catalogue as the `webhooks` of openapi.yaml."""
    return {name: {"post": _operation(name, kind)} for name, kind in rules.CATALOGUE.items()}


def _operation(name: str, kind: rules.Kind) -> dict[str, Any]:
    ids = {each: {"type": "string", "format": "uuid", "example": EXAMPLE_ID} for each in kind.ids}
    named = (*kind.facts, *kind.later)
    facts = {each: deepcopy(FACTS.get(each, ids["coalition_id"])) for each in named}
    for each in kind.later:
        facts[each]["description"] = "To custodians, or where the member approved by its name."
    data: dict[str, Any] = {"type": "object", "properties": ids | facts}
    data["required"] = ["coalition_id", f"{kind.of}_id"]
    if kind.tells_who:
        data["properties"]["signatory"] = {
            "type": ["object", "null"],
            "description": "To custodians only: who signed, as coordinators see it at that moment;"
            " null: it is known no more.",
            "example": None,
        }
    example = {key: part["example"] for key, part in data["properties"].items()}
    example.pop("signatory", None)
    at = "2031-05-14T09:30:00+00:00"
    schema = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": name},
            "timestamp": {"type": "string", "format": "date-time", "example": at},
            "data": data,
        },
    }
    whole = {"type": name, "timestamp": at, "data": example}
    content = {"application/json": {"schema": schema, "example": whole}}
    return {
        "summary": kind.about,
        "tags": ["webhooks"],
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
        "requestBody": {"required": True, "content": content},
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "Never again: the endpoint is switched off."},
        },
    }
