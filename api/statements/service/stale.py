"""The cases of a text that nobody has verified for long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases import service as cases
from api.cases.models import CLOSED, Case
from api.infra import clock
from api.statements import rules
from api.texts.rules.document import PortableDocument


@dataclass(frozen=True)
class StaleCase:
    """A case that a text names and that was not verified for long, or ever."""

    key: str
    case_id: UUID
    label: str  # what stands for it in public
    last_verified: date | None


def unverified(
    session: Session, coalition_id: UUID, document: PortableDocument, days: int
) -> list[StaleCase]:
    """Return the cases of a text that were not verified for so many days, the oldest first.

    Who is free or dead is told of apart (`to_confirm`).
    """
    before = clock.today() - timedelta(days)
    query = select(Case).where(
        Case.coalition_id == coalition_id,
        Case.key.in_(rules.cases_of(document)),
        Case.status.is_(None) | Case.status.not_in(CLOSED),
        Case.last_verified.is_(None) | (Case.last_verified < before),
    )
    found = sorted(session.scalars(query), key=lambda row: (row.last_verified or date.min, row.key))
    return [
        StaleCase(row.key, row.id, cases.label_of(session, row), row.last_verified) for row in found
    ]
