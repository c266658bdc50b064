"""What the HTTP kit adds to the app."""

from __future__ import annotations

from api.infra.background.jobs import JobKind
from api.infra.feature import Feature
from api.web import idempotency

FEATURE = Feature(
    jobs=(JobKind("idempotency.forget", idempotency.forget, when=idempotency.are_old),)
)
