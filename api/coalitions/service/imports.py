"""Many addressees at once, from tables of others. Nobody is subscribed to anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from api.accounts.rules import Actor, Role
from api.coalitions import service
from api.coalitions.models import Addressee, Coalition
from api.coalitions.rules.importing import FIELDS, Addressees
from api.errors import NotFound
from api.infra.database.transactions import rehearsal, touch, transaction
from api.infra.security import audit, keys
from api.infra.tables import csv_files
from api.infra.tables.csv_files import Report
from api.infra.tables.matching import Known, Matching

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from api.infra.tables.csv_files import Line
    from api.infra.tables.matching import Taking


def take_addressees(actor: Actor, coalition_id: UUID, lines: Sequence[Line], how: Taking) -> Report:
    """Bring addressees of a table together with those that are there, in one transaction."""
    actor.must(coalition_id, Role.COORDINATOR)
    with rehearsal() if how.preview else transaction() as session:
        query = select(Coalition.id).where(Coalition.id == coalition_id)
        if session.scalar(query.with_for_update(key_share=True)) is None:  # one table at a time
            raise NotFound("The coalition was deleted a moment ago.")
        rows = session.scalars(select(Addressee).where(Addressee.coalition_id == coalition_id))
        matching = Matching(Addressees(), (_known(session, row) for row in rows), how)
        report = [matching.take(line) for line in lines]
        if not how.preview:
            if not how.partial:
                csv_files.must_be_whole(report)
            _write(session, actor, coalition_id, matching)
            told = dict(Report(stored=True, lines=report).counts)
            audit.append(
                session, actor, "addressee.imported", coalition_id, coalition_id, facts=told
            )
        return Report(stored=not how.preview, lines=report)


def _known(session: Session, row: Addressee) -> Known[Addressee]:
    sealed = row.email
    email = None if sealed is None else keys.unseal(session, service.EMAIL, row.id, sealed)
    facts = {name: getattr(row, name) for name in FIELDS}
    return Known({**facts, "email": email}, row, row.id)


def _write(
    session: Session, actor: Actor, coalition_id: UUID, matching: Matching[Addressee]
) -> None:
    for _, row, changes in matching.changing:
        touch(row, None)
        service.write_addressee(session, row, changes)
        audit.record(session, actor, "addressee.changed", row, changes)
    for reported, facts in matching.entering:
        row = service.put_addressee(session, coalition_id, facts)
        audit.record(session, actor, "addressee.entered", row, facts)
        reported.id = row.id
