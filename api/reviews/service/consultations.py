"""Opening a text for comments, changing until when, closing and deleting it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load, load_at
from api.errors import Code, Conflict, Fault, Invalid
from api.infra import clock
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, touch, transaction
from api.infra.security import audit, keys
from api.reviews import rules
from api.reviews.models import Consultation
from api.reviews.service import forgetting, people, rows
from api.reviews.service.rows import ConsultationOver, ConsultationView
from api.statements import service as statements
from api.statements.models import Statement

TOLD = ("closes_at", "zone")  # to those who are asked


class TooManyConsultations(Conflict, title="This text was opened for comments too often"):
    """A statement has so many consultations and no more."""


def open_(actor: Actor, statement_id: UUID, facts: Mapping[str, Any]) -> ConsultationView:
    """Open the newest revision for comments, and write to each who is asked."""
    with transaction() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR, lock=True)
        if statement.state not in rows.TAKES:
            raise ConsultationOver(f"The text is {statement.state}.")
        revision = statements.current_revision(session, statement)
        _must_have_room(session, statement)
        _must_be_ahead(facts["closes_at"])
        statements.must_name_nobody(session, statement.coalition_id, facts["note"], "/note")
        row = Consultation(
            id=uuid4(),
            coalition_id=statement.coalition_id,
            statement_id=statement.id,
            revision_number=revision.number,
            **{name: facts[name] for name in ("closes_at", "zone", "read_by", "is_kept")},
        )
        keys.write(session, row, Consultation.note, facts["note"])
        session.add(row)
        session.flush()
        asked = people.ask(session, statement, row, facts["member_ids"], facts["guests"])
        if not asked:
            wrong = "No member has a representative: enter one, or name people outside."
            raise Invalid("There is nobody to ask.", [Fault("/guests", Code.TOO_FEW, wrong)])
        told = {name: facts[name] for name in ("closes_at", "read_by", "is_kept")}
        told |= {"revision_sha256": revision.sha256, "commenters": len(asked)}
        audit.record(session, actor, "consultation.opened", row, told)
        return _opened(session, row)


def _must_have_room(session: Session, statement: Statement) -> None:
    query = select(func.count()).where(Consultation.statement_id == statement.id)
    if (session.scalar(query) or 0) >= rules.MOST_CONSULTATIONS:
        raise TooManyConsultations("Delete one that nobody needs any more.")


def _must_be_ahead(closes_at: datetime) -> None:
    now = clock.now()
    if not now < closes_at < now + rules.LONGEST:
        code = Code.TOO_EARLY if closes_at <= now else Code.TOO_LATE
        fault = Fault("/closes_at", code, "It is past, or more than ten years away.")
        raise Invalid("Nobody could keep this deadline.", [fault])


def of_statement(actor: Actor, statement_id: UUID, page: PageRequest) -> Page[ConsultationView]:
    """Return a statement's consultations, newest first."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        query = select(Consultation).where(Consultation.statement_id == statement.id)
        found = paging.page(session, query, page, descending=True)
        views = rows.opened(session, found.items)
        return Page([_as_read(actor, each) for each in views], found.following, found.total)


def consultation(actor: Actor, consultation_id: UUID) -> ConsultationView:
    """Return one consultation."""
    with reading() as session:
        row = load(session, actor, Consultation, consultation_id, Role.VIEWER)
        return _as_read(actor, _opened(session, row))


def _as_read(actor: Actor, view: ConsultationView) -> ConsultationView:
    """Keep from others than coordinators how much was said: some of it they may not know of."""
    if actor.may(view.consultation.coalition_id, Role.COORDINATOR):
        return view
    return replace(view, comments=None, unresolved=None, suggestions=None, undecided=None)


def change(
    actor: Actor, consultation_id: UUID, expected: int, changes: Mapping[str, Any]
) -> ConsultationView:
    """Move the deadline, which opens it again; or say whether it is kept after its day.

    Who is asked is told of another deadline, or that it counts in another zone.
    """
    with transaction() as session:
        row = load_at(session, actor, Consultation, consultation_id, Role.COORDINATOR, expected)
        if changes.get("closes_at", row.closes_at) != row.closes_at:
            _must_be_ahead(changes["closes_at"])
        is_moved = any(changes.get(name, getattr(row, name)) != getattr(row, name) for name in TOLD)
        for name, value in changes.items():
            setattr(row, name, value)
        session.flush()
        if is_moved and rows.is_open(session, row):
            people.tell_of_deadline(session, row)
        audit.record(session, actor, "consultation.changed", row, changes)
        return _opened(session, row)


def close(actor: Actor, consultation_id: UUID) -> ConsultationView:
    """Take no more comments from now on; what was said stays. Twice is fine."""
    with transaction() as session:
        row = load(session, actor, Consultation, consultation_id, Role.COORDINATOR, lock=True)
        if row.closes_at > clock.now():
            row.closes_at = clock.now()
            touch(row, None)
            audit.record(session, actor, "consultation.closed", row)
        return _opened(session, row)


def remove(actor: Actor, consultation_id: UUID, expected: int) -> None:
    """Delete a consultation with all that was said in it, and who said it."""
    with transaction() as session:
        row = load_at(session, actor, Consultation, consultation_id, Role.COORDINATOR, expected)
        audit.record(session, actor, "consultation.deleted", row)
        forgetting.delete_consultation(session, row)


def _opened(session: Session, row: Consultation) -> ConsultationView:
    (found,) = rows.opened(session, [row])
    return found
