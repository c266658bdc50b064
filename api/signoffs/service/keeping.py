"""How long what proves entered answers is kept: until its day, or longer where that is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load, load_at
from api.infra import clock
from api.infra.database.transactions import is_any, reading, transaction
from api.infra.security import audit, keys
from api.signatures.service import evidence
from api.signoffs import rules
from api.signoffs.models import AnswerEvidence, SignOff, TimeRequest
from api.signoffs.service import rows
from api.statements.events import StatementMoved
from api.statements.models import Statement


@dataclass(frozen=True)
class EvidenceKeeping:
    """A statement, and how long what proves the answers to it is kept."""

    statement: Statement
    is_kept: bool
    forget_on: date | None
    forgotten_on: date | None


def keeping(actor: Actor, statement_id: UUID) -> EvidenceKeeping:
    """Return how long what proves the answers to a statement is kept."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        return _shown(statement, _found(session, statement_id))


def keep(actor: Actor, statement_id: UUID, expected: int, *, is_kept: bool) -> EvidenceKeeping:
    """Say whether what proves the answers to a statement is kept after its day."""
    with transaction() as session:
        statement = load_at(session, actor, Statement, statement_id, Role.COORDINATOR, expected)
        row = _row(session, statement)
        row.is_kept = is_kept
        told = {"is_kept": is_kept}
        audit.record(session, actor, "answer_evidence.changed", statement, told)
        return _shown(statement, row)


def _shown(statement: Statement, row: AnswerEvidence | None) -> EvidenceKeeping:
    if row is None:
        return EvidenceKeeping(statement, is_kept=False, forget_on=None, forgotten_on=None)
    return EvidenceKeeping(statement, row.is_kept, row.forget_on, row.forgotten_on)


def _found(session: Session, statement_id: UUID) -> AnswerEvidence | None:
    query = select(AnswerEvidence).where(AnswerEvidence.statement_id == statement_id)
    return session.scalars(query.execution_options(populate_existing=True)).first()


def _row(session: Session, statement: Statement) -> AnswerEvidence:
    """Return the row of a statement, which the caller holds; a new one where there is none."""
    row = _found(session, statement.id)
    if row is None:
        whose = {"coalition_id": statement.coalition_id, "statement_id": statement.id}
        row = AnswerEvidence(id=uuid4(), is_kept=False, **whose)
        session.add(row)
    return row


def count_days(session: Session, moved: StatementMoved) -> None:
    """Count the days of what proves answers from when a text is published, or given up."""
    if moved.state in rows.SIGNS_OFF:
        return
    row = _row(session, session.get_one(Statement, moved.statement_id))
    row.forget_on = row.forget_on or clock.today() + rules.KEPT


def _is_over() -> ColumnElement[bool]:
    is_wanted = AnswerEvidence.is_kept.is_(False) & AnswerEvidence.forgotten_on.is_(None)
    return (AnswerEvidence.forget_on <= clock.today()) & is_wanted


def is_due(session: Session) -> bool:
    """Tell whether the day of some evidence has come."""
    return is_any(session, select(AnswerEvidence.id).where(_is_over()))


def forget() -> int:
    """Forget what proves answers whose day has come, each text in its transaction.

    Return how many texts.
    """
    number = 0
    while True:
        with transaction() as session:
            query = select(AnswerEvidence.statement_id).where(_is_over()).limit(1)
            statement_id = session.scalars(query).first()
            if statement_id is None:
                return number
            statement = session.get_one(Statement, statement_id, with_for_update=True)
            row = _row(session, statement)
            if not row.is_kept and row.forgotten_on is None:  # nor since it was looked for
                row.forgotten_on = clock.today()
                _forget(session, statement)
                number += 1


def _forget(session: Session, statement: Statement) -> None:
    query = select(SignOff).where(
        SignOff.statement_id == statement.id, SignOff.user_id.is_not(None)
    )
    entered = session.scalars(query).all()
    for row in entered:
        content = keys.read(session, row, SignOff.content)
        if told := content.get("told"):
            without = {**content, "told": {**told, "note": None}}
            keys.write(session, row, SignOff.content, without)
    proving = {row.evidence_id for row in entered if row.evidence_id}
    files = evidence.forget_unsigned(session, statement, proving)
    wishes = session.scalars(select(TimeRequest).where(TimeRequest.statement_id == statement.id))
    for wish in wishes.all():
        audit.destroy_salts(session, wish.id)
        session.delete(wish)
    told_of = {"files": files}
    audit.record(session, None, "answer_evidence.forgotten", statement, told_of)


def is_evidence(session: Session, evidence_id: UUID) -> bool:
    """Tell whether an answer that was entered stands on a piece of evidence."""
    return is_any(session, select(SignOff.id).where(SignOff.evidence_id == evidence_id))
