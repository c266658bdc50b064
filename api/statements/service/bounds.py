"""How long a statement's recipient lets it be, and that it is longer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load, load_at
from api.errors import Code, Fault
from api.infra.database.transactions import reading, transaction
from api.infra.runtime import runtime
from api.infra.security import audit
from api.portable.rules.length import Bounds, TextLength
from api.statements import rules
from api.statements.models import Revision, Statement, Weight
from api.statements.service import rows

NOT_COUNTED = "Its pages could not be counted now: ask for the draft's length."


@dataclass(frozen=True)
class PageCounter:
    """Who lays out a statement's draft to count its pages; None: that cannot be done now."""

    pages: Callable[[UUID], int | None]


def bounds(actor: Actor, statement_id: UUID) -> Statement:
    """Return a statement with its bounds."""
    with reading() as session:
        return load(session, actor, Statement, statement_id, Role.VIEWER)


def put(actor: Actor, statement_id: UUID, expected: int, given: Bounds) -> Statement:
    """Say how long a statement's recipient lets it be."""
    with transaction() as session:
        statement = load_at(session, actor, Statement, statement_id, Role.EDITOR, expected)
        rules.must_be_writable(statement.state)
        statement.kept_bounds = vars(given)
        audit.record(session, actor, "statement.bounded", statement, vars(given))
    return statement


def unfrozen(session: Session, statement: Statement) -> Revision:
    """Return what a draft would be as a revision; nothing is written."""
    whole = rows.whole_draft(session, statement)
    found = rows.next_revision(statement, whole, Weight.FIRST, None)
    found.document, found.kept_ids = statement.draft, statement.block_ids
    return found


def page_warnings(statement: Statement, length: TextLength) -> list[Fault]:
    """Return a warning where a draft has too many pages; outside a transaction, as it lasts."""
    if statement.bounds.pages is None:
        return []
    counters = runtime().wiring.all(PageCounter)
    counted = [counter.pages(statement.id) for counter in counters]
    if None in counted:
        return [Fault("/body", Code.TOO_MANY, NOT_COUNTED)]
    most = Bounds(pages=statement.bounds.pages)
    return [fault for pages in counted for fault in most.passed(length, pages)]
