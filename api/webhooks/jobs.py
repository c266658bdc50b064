"""Jobs of webhooks: what is due is sent, what is old is forgotten."""

from __future__ import annotations

from uuid import UUID

from api.infra.background.jobs import Work
from api.webhooks.service import sending


def send(work: Work) -> dict[str, int]:
    """Promise a turn to each endpoint that something waits for."""
    del work
    return {"endpoints": sending.start()}


def tell(work: Work) -> dict[str, int]:
    """Tell one endpoint what waits for it."""
    return sending.tell(UUID(work.facts["endpoint_id"]), work)


def forget(work: Work) -> None:
    """Delete what happened long ago."""
    del work
    sending.forget()
