"""What coordinators decide about signatures."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.infra.background.events import Event


@dataclass(frozen=True, kw_only=True)
class SignaturesApproved(Event):
    """Signatures of a statement count that waited, or that a rule had taken out."""

    statement_id: UUID
