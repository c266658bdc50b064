"""What stands in place of an answer: a member needs time, or an owner closed its question."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.infra.security import keys
from api.signoffs.models import QuestionClosing, TimeRequest
from api.statements.models import Statement


@dataclass(frozen=True)
class TimeAsked:
    """That a member needs until a day, unsealed."""

    row: TimeRequest
    content: Mapping[str, Any]

    @property
    def until(self) -> date:
        return self.row.until


@dataclass(frozen=True)
class ClosedQuestion:
    """That an owner closed the question to a member, unsealed."""

    row: QuestionClosing
    reason: str


def times(
    session: Session, statement: Statement, member_ids: Collection[UUID]
) -> dict[UUID, TimeAsked]:
    """Return until when members need time for the text as it is, by the member."""
    query = select(TimeRequest).where(
        TimeRequest.statement_id == statement.id,
        TimeRequest.member_id.in_(member_ids),
        TimeRequest.revision_number >= statement.counted_from,
    )
    latest = {
        row.member_id: row
        for row in session.scalars(query.order_by(TimeRequest.asked_at, TimeRequest.id))
    }
    return {
        member_id: TimeAsked(row, keys.read(session, row, TimeRequest.content))
        for member_id, row in latest.items()
    }


def closed(
    session: Session, statement: Statement, member_ids: Collection[UUID]
) -> dict[UUID, ClosedQuestion]:
    """Return which members' questions an owner closed, by the member."""
    query = select(QuestionClosing).where(
        QuestionClosing.statement_id == statement.id, QuestionClosing.member_id.in_(member_ids)
    )
    return {
        row.member_id: ClosedQuestion(
            row, keys.read(session, row, QuestionClosing.content)["reason"]
        )
        for row in session.scalars(query)
    }
