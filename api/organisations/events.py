"""What happens to organisations and those who speak for them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.infra.background.events import Event
from api.organisations.models import Representative


@dataclass(frozen=True, kw_only=True)
class RepresentativeChanged(Event):
    """Somebody who may commit an organisation has another name or address, left, or came back."""

    representative_id: UUID

    @classmethod
    def of(cls, found: Representative) -> RepresentativeChanged:
        """Return what is to be told of somebody who changed."""
        return cls(coalition_id=found.coalition_id, representative_id=found.id)
