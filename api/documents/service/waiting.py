"""What a request waits for: laid out in one of few places, and in less time than a job may take."""

from __future__ import annotations

from uuid import UUID

from api.documents.rules import rendering
from api.documents.rules.rendering import RenderInput
from api.infra.runtime import runtime
from api.infra.sandbox.bulkhead import Busy
from api.infra.sandbox.pool import LimitReached


def rendered(coalition_id: UUID, inputs: RenderInput) -> bytes:
    """Return a document's bytes; raise Busy where others are at it, LimitReached if it is long."""
    if not rendering.is_drawn(inputs):  # the others take no time to speak of
        return rendering.rendered(inputs, runtime().pool)
    with runtime().bulkhead.one(coalition_id):
        try:
            return rendering.rendered(inputs, runtime().pool, is_waited_for=True)
        except LimitReached as limit:
            if limit.is_late:  # of computing it had less than it may take
                raise Busy("It took too long beside others. Try again in a while.") from limit
            raise
