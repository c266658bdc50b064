"""What happens to coalitions."""

from __future__ import annotations

from dataclasses import dataclass

from api.infra.background.events import Event


@dataclass(frozen=True, kw_only=True)
class CoalitionDeleted(Event):
    """A coalition is deleted, with all that it owns; what lies in files is left behind."""
