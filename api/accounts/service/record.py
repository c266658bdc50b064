"""The use case of the record: its list for owners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading
from api.infra.security import audit
from api.infra.security.audit import AuditEntry


@dataclass(frozen=True)
class EntryView:
    """An entry, and the salt of its commitment in hexadecimal; None where there is none now."""

    entry: AuditEntry
    salt: str | None


def entries(  # noqa: PLR0913 # the filters of one list
    actor: Actor,
    coalition_id: UUID,
    page: PageRequest,
    *,
    action: str | None = None,
    object_id: UUID | None = None,
    user_id: UUID | None = None,
) -> Page[EntryView]:
    """Return what was done in a coalition, the latest first; its owners may know."""
    actor.must(coalition_id, Role.OWNER)
    query = paging.narrowed(
        select(AuditEntry).where(AuditEntry.coalition_id == coalition_id),
        {
            AuditEntry.action: action,
            AuditEntry.object_id: object_id,
            AuditEntry.user_id: user_id,
        },
    )
    with reading() as session:
        order = [AuditEntry.at, AuditEntry.id]
        rows = paging.page(session, query, page, order, descending=True)
        return rows.of(lambda row: _shown(session, row))


def backed_up_at() -> datetime | None:
    """Return when the house was last backed up, as its record says; None: never."""
    mine = (AuditEntry.coalition_id.is_(None), AuditEntry.action == "house.backed_up")
    newest = select(AuditEntry.at).where(*mine).order_by(AuditEntry.at.desc()).limit(1)
    with reading() as session:
        return session.scalar(newest)


def _shown(session: Session, entry: AuditEntry) -> EntryView:
    salt = audit.salt_of(session, entry)
    return EntryView(entry, None if salt is None else salt.hex())
