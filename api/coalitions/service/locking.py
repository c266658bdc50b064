"""One change of a coalition's cases, demands and texts at a time."""

from __future__ import annotations

from typing import TypeVar, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.models import Coalition
from api.errors import NotFound
from api.infra.database.columns import Owned

LOCKED = "coalitions.locked"  # what a transaction has locked already

_Row = TypeVar("_Row", bound=Owned)


def lock_coalition(session: Session, coalition_id: UUID) -> Coalition:
    """Let one change of a coalition's cases and demands happen at a time.

    They number keys, give positions and look for names in texts, so each must see what the one
    before it did. Rows that refer to the coalition can still be written (no key update).
    """
    already = session.info.setdefault(LOCKED, {})
    if coalition_id in already:
        return cast("Coalition", already[coalition_id])
    query = select(Coalition).where(Coalition.id == coalition_id)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = session.scalars(query).first()
    if found is None:
        raise NotFound("The coalition was deleted a moment ago.")
    already[coalition_id] = found
    return found


def load_locked(
    session: Session, actor: Actor, model: type[_Row], row_id: UUID, needed: Role
) -> _Row:
    """Return a row to be changed, as it is once its coalition is locked."""
    row = load(session, actor, model, row_id, needed)
    lock_coalition(session, row.coalition_id)
    session.expunge(row)
    return load(session, actor, model, row_id, needed, lock=True)
