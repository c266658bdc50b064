"""Jobs of webhooks: what is due is sent, what is old is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.infra.background.jobs import job
from api.infra.queue import Lane
from api.webhooks.service import events, sending

if TYPE_CHECKING:
    from api.infra.background.jobs import Work


@job(events.SEND, when=events.is_due, lane=Lane.DELIVERIES)
def send(work: Work) -> dict[str, int]:
    """Start telling what is due to those who wait for it."""
    del work
    return {"endpoints": sending.send_due()}


@job("webhooks.forget", when=sending.is_old, lane=Lane.LONG)
def forget(work: Work) -> None:
    """Delete what happened long ago."""
    del work
    sending.forget()
