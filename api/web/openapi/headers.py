"""The headers of our answers, each described once."""

from __future__ import annotations

from typing import Any

LINK = "Link"
TAG = "ETag"
REPLAYED = "Idempotent-Replayed"
WARNINGS = "Undersigned-Warnings"
SENDS_TAG = "x-etag"  # a mark of a view, which no client sees
HEADERS: dict[str, dict[str, Any]] = {
    TAG: {
        "description": "The version of what this is: send it in If-Match to change it, and in"
        " If-None-Match to be told only of a newer one.",
        "schema": {"type": "string"},
        "example": '"3"',
    },
    LINK: {
        "description": 'The address of the next page, as `<…>; rel="next"` (RFC 8288); it is not'
        " there on the last one.",
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "Where the job is that does it: ask there until it is over.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Content-Location": {
        "description": "Where exactly this document stays.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Deprecation": {
        "description": "Since when this is deprecated, as `@1893456000` (RFC 9745); Link says what"
        " to do. It is not there on what stays.",
        "schema": {"type": "string"},
    },
    REPLAYED: {
        "description": "`true`: it is the answer to the same request with the same"
        " Idempotency-Key, which was carried out before.",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "After how many seconds it makes sense to ask again.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "WWW-Authenticate": {
        "description": "How to say who you are: `Bearer`.",
        "schema": {"type": "string"},
    },
    WARNINGS: {
        "description": "What somebody should look at, as a JSON list of sentences in ASCII; those"
        " that fit in 4,000 characters.",
        "schema": {"type": "string"},
    },
}


def sends(*names: str) -> dict[str, dict[str, str]]:
    """Return how an answer is described that has headers of these names, or may have them."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
