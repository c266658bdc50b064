"""How many pages a draft has, as it would print now."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.documents.rules import rendering
from api.documents.rules.rendering import Format, RenderInput
from api.documents.service import MOST_IN_A_REQUEST, DocumentSpec, look_of, render_of_text, waiting
from api.errors import DomainError, Fault
from api.infra.database.transactions import reading
from api.portable.rules.length import Bounds, TextLength, length
from api.signatures import service as signatures
from api.statements.models import Statement
from api.statements.service.bounds import unfrozen

PDF = DocumentSpec(Format.PDF)


@dataclass(frozen=True)
class DraftLength:
    """How long a draft is, how long its recipient lets it be, and by what it is longer."""

    length: TextLength
    pages: int
    has_signatories: bool
    bounds: Bounds
    warnings: list[Fault]


def draft_length(actor: Actor, statement_id: UUID) -> DraftLength:
    """Return the words and pages of a draft; raise Busy or LimitReached as printing it does."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        inputs, has_signatories = _inputs(session, statement)
    pages = waiting.pages(statement.coalition_id, inputs)
    long, most = length(inputs.printed), statement.bounds
    return DraftLength(long, pages, has_signatories, most, list(most.passed(long, pages)))


def pages_of_draft(statement_id: UUID) -> int | None:
    """Return the pages of a draft; None where others are at it, or it is too long to wait for."""
    with reading() as session:
        statement = session.get(Statement, statement_id)
        if statement is None:
            return None
        inputs, _ = _inputs(session, statement)
    try:
        return waiting.pages(statement.coalition_id, inputs)
    except DomainError:
        return None


def _inputs(session: Session, statement: Statement) -> tuple[RenderInput, bool]:
    """Return what a draft prints as, and whether with those who stand under it now: if few do."""
    text = unfrozen(session, statement)
    if signatures.count(session, statement) > MOST_IN_A_REQUEST:
        look = look_of(session, statement.coalition_id, text.document, None)
        return rendering.input_of(text.document, Format.PDF, look), False
    return render_of_text(session, statement, text, PDF).inputs, True
