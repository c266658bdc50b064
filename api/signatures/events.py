"""What happens to signatures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from uuid import UUID

from api.infra.background.events import Event
from api.statements.models import Statement


class Why(StrEnum):
    """Why it is forgotten who gave signatures."""

    WISHED = "wished"  # somebody asked for it
    OVER = "over"  # their time is over


@dataclass(frozen=True, kw_only=True)
class SignaturesTakenBack(Event):
    """Something of a statement's signatures stands no more as it was printed."""

    statement_id: UUID

    @classmethod
    def of(cls, statement: Statement) -> Self:
        """Return what is to be told of a statement."""
        return cls(coalition_id=statement.coalition_id, statement_id=statement.id)


@dataclass(frozen=True, kw_only=True)
class SignaturesForgotten(Event):
    """It is forgotten who gave signatures of a statement. Their marks are gone only after it."""

    statement_id: UUID
    signature_ids: tuple[UUID, ...]
    why: Why
