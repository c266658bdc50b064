"""Jobs of webhooks: what is due is sent, what is old is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.webhooks.service import sending

if TYPE_CHECKING:
    from api.infra.background.jobs import Work


def send(work: Work) -> dict[str, int]:
    """Start telling what is due to those who wait for it."""
    del work
    return {"endpoints": sending.send_due()}


def forget(work: Work) -> None:
    """Delete what happened long ago."""
    del work
    sending.forget()
