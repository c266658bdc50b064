"""Histories of a status: each step with its evidence, which is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.cases.models import StatusChange
from api.infra import clock
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.security import keys

_Change = TypeVar("_Change", bound=StatusChange)


@dataclass(frozen=True)
class Recorded:
    """One step of a history as one person may see it."""

    change: StatusChange
    evidence: str | None
    sources: list[str] | None


def record(session: Session, row: _Change, facts: Mapping[str, Any], by: UUID | None) -> _Change:
    """Write one step of a history; `facts` may hold on, evidence and sources."""
    row.id, row.recorded_by, row.recorded_at = uuid4(), by, clock.now()
    row.changed_on = facts.get("on") or clock.today()
    known = {"text": facts.get("evidence"), "sources": facts.get("sources") or []}
    keys.write(session, row, type(row).evidence, known if any(known.values()) else None)
    session.add(row)
    return row


def recorded(session: Session, row: StatusChange, *, is_for_all: bool, actor: Actor) -> Recorded:
    """Return one step as the actor may see it: evidence about the unnamed is for coordinators."""
    if not (is_for_all or actor.may(row.coalition_id, Role.COORDINATOR)):
        return Recorded(row, None, None)
    if row.evidence is None:
        return Recorded(row, None, [])
    known = keys.read(session, row, type(row).evidence)
    return Recorded(row, known["text"], known["sources"])


def history_page(  # noqa: PLR0913 # whose, which page, and for whom
    session: Session,
    kind: type[_Change],
    of: ColumnElement[bool],
    page: PageRequest,
    *,
    is_for_all: bool,
    actor: Actor,
) -> Page[Recorded]:
    """Return the steps of one history as the actor may see them, the last recorded first."""
    order = [kind.recorded_at, kind.id]
    rows = paging.page(session, select(kind).where(of), page, order, descending=True)
    return rows.of(lambda row: recorded(session, row, is_for_all=is_for_all, actor=actor))
