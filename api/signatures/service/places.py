"""Gives confirmed public signatures their places, in batches: none of them waits for another."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from api.infra import jobs
from api.infra.database import reading, transaction
from api.signatures.models import Signature, SignatureState
from api.statements.models import Statement

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

PLACE = "signatures.place"
AT_ONCE = 5_000


def soon(session: Session) -> None:
    """Promise that what is confirmed in this transaction gets its place in a moment."""
    jobs.promise(session, PLACE, None, {}, key=PLACE)


def are_wanted(session: Session) -> bool:
    """Tell whether a confirmed signature has no place yet."""
    return session.scalars(select(Signature.id).where(_is_unplaced()).limit(1)).first() is not None


def place() -> None:
    """Give every confirmed signature its place."""
    while statement_id := _next():
        _place(statement_id)


def _next() -> UUID | None:
    with reading() as session:
        return session.scalar(select(Signature.statement_id).where(_is_unplaced()).limit(1))


def _is_unplaced() -> ColumnElement[bool]:
    return Signature.position.is_(None) & (Signature.state == SignatureState.CONFIRMED)


def _place(statement_id: UUID) -> None:
    """Put a batch at the end, in random order: places do not tell who signed after whom."""
    with transaction() as session:
        held = select(Statement.id).where(Statement.id == statement_id)
        if session.scalar(held.with_for_update(key_share=True)) is not None:
            _place_some(session, statement_id)


def now(session: Session, statement: Statement, signatures: Iterable[Signature]) -> None:
    """Give these of a statement that is held their places, as they are to print at once."""
    session.flush()
    _place_some(session, statement.id, Signature.id.in_([each.id for each in signatures]))


def _place_some(session: Session, statement_id: UUID, *which: ColumnElement[bool]) -> None:
    mine = Signature.statement_id == statement_id
    unplaced = select(Signature.id).where(mine, _is_unplaced(), *which)
    ids = list(session.scalars(unplaced.limit(AT_ONCE)))
    random.SystemRandom().shuffle(ids)
    last = session.scalar(select(func.max(Signature.position)).where(mine)) or 0
    if ids:
        placed = [{"id": each, "position": at} for at, each in enumerate(ids, last + 1)]
        session.execute(update(Signature), placed)
