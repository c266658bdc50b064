"""What is said of other cases when a name is taken back: it leaves their words as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from api.cases import rules
from api.cases.models import Case
from api.infra.database.transactions import touch
from api.infra.security import audit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from sqlalchemy.orm import Session

    from api.cases.service.silences import NameSilence

SAID = ("occupation", "public_label", "summary")  # of a case, in words


def said(session: Session, coalition_id: UUID) -> Iterator[str]:
    """Yield every word that anybody may read of a coalition's cases, but for their names."""
    columns = [getattr(Case, name) for name in SAID]
    for row in session.execute(select(*columns).where(Case.coalition_id == coalition_id)):
        yield from filter(None, row)


def take_name_back(session: Session, silence: NameSilence) -> list[str]:
    """Put the label in place of a case's names in what is said of others."""
    case, names = silence.entry.case, rules.NameIndex(silence.entry.names)
    query = select(Case).where(Case.coalition_id == case.coalition_id, Case.id != case.id)
    left = []
    for other in session.scalars(query.order_by(Case.key)).all():
        told = [name for name in SAID if names.found_in(getattr(other, name) or "")]
        if told and silence.label is not None:
            for name in told:
                silence.put_label(other, "case", name)
            touch(other, None)
            audit.record(session, None, "case.relabelled", other)
            told = [name for name in told if names.found_in(getattr(other, name))]
        left += [f"the {name} of case {other.key}" for name in told]
    return left
