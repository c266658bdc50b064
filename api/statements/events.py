"""What happens to statements."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.infra.background.events import Event
from api.statements.models import Revision, State, Weight


@dataclass(frozen=True, kw_only=True)
class StatementMoved(Event):
    """A statement is in another state: published, for one."""

    statement_id: UUID
    state: State


@dataclass(frozen=True, kw_only=True)
class StatementRevised(Event):
    """A text was frozen, or edited after it was; the revision is its newest."""

    statement_id: UUID
    number: int
    weight: Weight

    @classmethod
    def of(cls, revision: Revision) -> StatementRevised:
        """Return what is to be told of a new revision."""
        return cls(
            coalition_id=revision.coalition_id,
            statement_id=revision.statement_id,
            number=revision.number,
            weight=revision.weight,
        )


@dataclass(frozen=True, kw_only=True)
class RevisionsTakenBack(Event):
    """Revisions of a statement tell a name that nobody may read any more."""

    statement_id: UUID
