"""Consultations, how much was said in each, and who is asked in them, unsealed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.cases import service as cases
from api.coalitions.models import Member
from api.errors import Conflict
from api.infra import clock
from api.infra.security import keys
from api.organisations.models import Organisation
from api.reviews.models import Comment, Commenter, Consultation, Suggestion, SuggestionState
from api.statements.models import State, Statement

PURPOSE = "consultation.comment"
TAKES = frozenset({State.DRAFT, State.REVIEW})


class ConsultationOver(Conflict, title="The time for comments is over"):
    """Comments are taken until the deadline, and no longer than the text is being written."""


@dataclass(frozen=True)
class ConsultationView:
    """A consultation, and how much was said in it."""

    consultation: Consultation
    note: str | None
    is_open: bool
    commenters: int
    comments: int | None  # this and the next: to coordinators
    unresolved: int | None
    suggestions: int | None
    undecided: int | None


@dataclass(frozen=True)
class CommenterView:
    """A person who is asked, unsealed, and the member that they speak for."""

    commenter: Commenter
    name: str
    email: str
    affiliation: str | None
    organisation: Organisation | None

    @property
    def has_link(self) -> bool:
        return self.commenter.ended_at is None


def opened(session: Session, rows: Sequence[Consultation]) -> list[ConsultationView]:
    """Return consultations with what was said in each."""
    ids = [row.id for row in rows]
    asked = _numbers(session, Commenter.consultation_id, ids)
    said = _numbers(session, Comment.consultation_id, ids)
    is_waiting = Comment.parent_id.is_(None) & Comment.resolved_at.is_(None)
    waiting = _numbers(session, Comment.consultation_id, ids, is_waiting)
    made = _numbers(session, Suggestion.consultation_id, ids)
    is_open = Suggestion.state == SuggestionState.OPEN
    undecided = _numbers(session, Suggestion.consultation_id, ids, is_open)
    states = select(Statement.id, Statement.state).where(
        Statement.id.in_([row.statement_id for row in rows])
    )
    state = dict(session.execute(states).all())
    return [
        ConsultationView(
            row,
            note_of(session, row),
            state[row.statement_id] in TAKES and clock.now() < row.closes_at,
            asked.get(row.id, 0),
            said.get(row.id, 0),
            waiting.get(row.id, 0),
            made.get(row.id, 0),
            undecided.get(row.id, 0),
        )
        for row in rows
    ]


def note_of(session: Session, row: Consultation) -> str | None:
    """Return what was written to who is asked; nothing where it tells a name that may not be."""
    note: str | None = keys.read(session, row, Consultation.note)
    is_told = note and cases.unnamed(session, row.coalition_id).found_in(note)
    return None if is_told else note


def _numbers(session: Session, column: Any, ids: Sequence[UUID], *which: Any) -> dict[UUID, int]:
    query = select(column, func.count()).where(column.in_(ids), *which).group_by(column)
    return dict(session.execute(query).all())


def must_be_written(statement: Statement) -> None:
    """Let a text pass that is still being written, or raise ConsultationOver."""
    if statement.state not in TAKES:
        raise ConsultationOver(f"The text is {statement.state}.")


def must_be_open(session: Session, consultation: Consultation) -> Statement:
    """Return the statement of a consultation that takes comments, or raise ConsultationOver."""
    statement = session.get_one(Statement, consultation.statement_id)
    if statement.state not in TAKES:
        raise ConsultationOver(f"The text is {statement.state}. Write to the coordinators.")
    if clock.now() >= consultation.closes_at:
        raise ConsultationOver("Write to the coordinators: they can move the deadline.")
    return statement


def is_open(session: Session, consultation: Consultation) -> bool:
    """Tell whether a consultation takes comments now."""
    try:
        must_be_open(session, consultation)
    except ConsultationOver:
        return False
    return True


def belongs(session: Session, who: Commenter) -> bool:
    """Tell whether somebody is outside, or their organisation a member today."""
    member = session.get(Member, who.member_id) if who.member_id else None
    return member is None or member.until is None or member.until > clock.today()


def commenters(session: Session, rows: Iterable[Commenter]) -> dict[UUID, CommenterView]:
    """Return people who are asked, unsealed, by their keys and in their order."""
    every = list(rows)
    query = (
        select(Member.id, Organisation)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(Member.id.in_({row.member_id for row in every if row.member_id}))
    )
    of: dict[UUID | None, Organisation] = dict(session.execute(query).all())
    return {
        row.id: CommenterView(
            row, organisation=of.get(row.member_id), **keys.read(session, row, Commenter.person)
        )
        for row in every
    }
