"""Cases that are closed: who was released or has died, and since when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases.models import CLOSED, Case, CaseStatus, CaseStatusChange
from api.cases.service.entries import entry_of, label_of

# The day on which a case's status changed in the world, as it was recorded last.
SINCE = (
    select(CaseStatusChange.changed_on)
    .where(CaseStatusChange.case_id == Case.id, CaseStatusChange.status == Case.status)
    .order_by(CaseStatusChange.recorded_at.desc(), CaseStatusChange.id.desc())
    .limit(1)
    .correlate(Case)
    .scalar_subquery()
)


@dataclass(frozen=True, kw_only=True)
class Closed:
    """Somebody who was released or has died."""

    key: str  # of the case, in documents
    status: CaseStatus
    since: date | None  # None: a file said it, without a day
    name: str  # for coordinators only, where it may not be told
    label: str  # what stands for it in public
    names: tuple[str, ...] = ()  # that a text may hold: none where it may not be named
    case_id: UUID | None = None  # None: the coalition has no such case, a document has

    def told(self, *, sees_all: bool) -> str:
        """Return who it is, as far as the reader may know, and what has become of them."""
        day = f" since {self.since}" if self.since else ""
        return f"{self.name if sees_all else self.label} ({self.status}{day})"


def closed(
    session: Session, coalition_id: UUID, told_of: Collection[str] | None = None
) -> dict[str, Closed]:
    """Return the closed cases of a coalition by key.

    Of those that may not be named, who they are is unsealed for the keys in `told_of` alone (None:
    all): it is a second for a thousand, and no text is searched for them.
    """
    query = select(Case, SINCE).where(Case.coalition_id == coalition_id, Case.status.in_(CLOSED))
    found = {}
    for case, since in session.execute(query.order_by(Case.key)):
        is_told = case.may_be_named or told_of is None or case.key in told_of
        label, entry = label_of(session, case), entry_of(session, case) if is_told else None
        found[case.key] = Closed(
            key=case.key,
            status=cast("CaseStatus", case.status),
            since=since,
            name=entry.identity["name"] if entry else label,
            label=label,
            names=tuple(entry.names) if entry and case.may_be_named else (),
            case_id=case.id,
        )
    return found
