"""Many at once from tables of others: organisations, and who may commit them. And a table of them.

Nobody is subscribed to anything, written to or asked: a consent is given by a person alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import select

from api.accounts.rules import Actor, Role
from api.errors import Code, NotFound
from api.infra.background import events
from api.infra.database.columns import Base
from api.infra.database.transactions import reading, rehearsal, touch, transaction
from api.infra.security import audit, keys
from api.infra.tables import csv_files
from api.infra.tables.csv_files import CellFault, Report
from api.infra.tables.matching import Known, Matching
from api.infra.text.spelling import exact
from api.organisations import service
from api.organisations.events import RepresentativeChanged
from api.organisations.models import Organisation, Representative
from api.organisations.rules.importing import NEW, Organisations, Representatives

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from api.infra.tables.csv_files import Line
    from api.infra.tables.matching import Taking

AT_ONCE = 500  # organisations that are read together
FIELDS = tuple(NEW)
SEVERAL = CellFault(
    "organisation",
    Code.AMBIGUOUS,
    "Several organisations here are called so: give the id of one.",
)
NONE = CellFault(
    "organisation",
    Code.NOT_FOUND,
    "No organisation here is called so: enter it first, or give the id of one.",
)


def given_out(actor: Actor, coalition_id: UUID) -> tuple[list[str], Iterator[list[dict[str, Any]]]]:
    """Return in which languages names are, and batches of a coalition's organisations.

    Between two batches no transaction is open, for the reader may be slow.
    """
    actor.must(coalition_id, Role.VIEWER)
    mine = Organisation.coalition_id == coalition_id
    with reading() as session:
        query = select(Organisation.id, Organisation.names).where(mine)
        rows = session.execute(query.order_by(Organisation.sort_name, Organisation.id)).all()
        first = _coalition(session, coalition_id).languages
    told = dict.fromkeys(language for _, names in rows for language in names)
    names = [language for language in first if language in told]
    names += sorted(told.keys() - set(names))
    return names or list(first[:1]), _batches([each for each, _ in rows])


def _batches(ids: Sequence[UUID]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        with reading() as session:
            query = select(Organisation).where(Organisation.id.in_(some))
            found = {row.id: row for row in session.scalars(query)}
            batch = [
                csv_files.plain({"id": each, **_facts(found[each])}, ("id", *FIELDS))
                for each in some
                if each in found
            ]
        yield batch


def _facts(row: Organisation) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


def _coalition(session: Session, coalition_id: UUID, *, is_held: bool = False) -> Any:
    """Return the languages of a coalition; held, one table comes in at a time."""
    table = Base.metadata.tables["coalitions"]  # of a rung above
    query = select(table.c.languages).where(table.c.id == coalition_id)
    found = session.execute(query.with_for_update(key_share=True) if is_held else query).first()
    if found is None:
        raise NotFound("The coalition was deleted a moment ago.")
    return found


def take_organisations(
    actor: Actor, coalition_id: UUID, lines: Sequence[Line], how: Taking
) -> Report:
    """Bring organisations of a table together with those that are there, in one transaction."""
    actor.must(coalition_id, Role.EDITOR)
    with rehearsal() if how.preview else transaction() as session:
        _coalition(session, coalition_id, is_held=True)
        kind = Organisations(is_coordinator=actor.may(coalition_id, Role.COORDINATOR))
        rows = session.scalars(
            select(Organisation).where(Organisation.coalition_id == coalition_id)
        )
        there = (Known(_facts(row), row, row.id) for row in rows)
        matching = Matching(kind, there, how)
        report = [matching.take(line) for line in lines]
        if not how.preview:
            if not how.partial:
                csv_files.must_be_whole(report)
            _write_organisations(session, actor, coalition_id, matching)
            told = dict(Report(stored=True, lines=report).counts)
            audit.append(
                session, actor, "organisation.imported", coalition_id, coalition_id, facts=told
            )
        return Report(stored=not how.preview, lines=report)


def _write_organisations(
    session: Session, actor: Actor, coalition_id: UUID, matching: Matching[Organisation]
) -> None:
    for _, row, changes in matching.changing:
        touch(row, None)
        service.write(row, changes)
        audit.record(session, actor, "organisation.changed", row, changes)
    for reported, facts in matching.entering:
        row = Organisation(id=uuid4(), coalition_id=coalition_id)
        service.write(row, facts)
        session.add(row)
        audit.record(session, actor, "organisation.entered", row, facts)
        reported.id = row.id


def take_representatives(
    actor: Actor, coalition_id: UUID, lines: Sequence[Line], how: Taking
) -> Report:
    """Bring who may commit organisations together with who is there, in one transaction."""
    actor.must(coalition_id, Role.COORDINATOR)
    with rehearsal() if how.preview else transaction() as session:
        _coalition(session, coalition_id, is_held=True)
        called = _called(session, coalition_id)
        mine = Representative.coalition_id == coalition_id
        rows = session.scalars(select(Representative).where(mine))
        there = (_known(session, row) for row in rows)
        matching = Matching(Representatives(), there, how)
        report = [matching.take(_at(line, called)) for line in lines]
        if not how.preview:
            if not how.partial:
                csv_files.must_be_whole(report)
            _write_representatives(session, actor, coalition_id, matching)
            told = dict(Report(stored=True, lines=report).counts)
            audit.append(
                session, actor, "representative.imported", coalition_id, coalition_id, facts=told
            )
        return Report(stored=not how.preview, lines=report)


def _called(session: Session, coalition_id: UUID) -> Mapping[str, set[UUID]]:
    """Return a coalition's organisations by all that a table may call them."""
    called: dict[str, set[UUID]] = {}
    for row in session.scalars(
        select(Organisation).where(Organisation.coalition_id == coalition_id)
    ):
        for name in service.names_of(row):
            called.setdefault(exact(name), set()).add(row.id)
        called[str(row.id)] = {row.id}
    return called


def _at(line: Line, called: Mapping[str, set[UUID]]) -> Line:
    """Return a line with its organisation found, or with the fault that it is not."""
    name = line.facts.get("organisation")
    if line.faults or not name:
        return line
    found = called.get(name.strip().lower()) or called.get(exact(name), set())
    if len(found) == 1:
        return replace(line, facts={**line.facts, "organisation_id": next(iter(found))})
    return replace(line, faults=[SEVERAL if found else NONE])


def _known(session: Session, row: Representative) -> Known[Representative]:
    who = keys.unseal(session, service.IDENTITY, row.id, row.identity)
    rest = ("organisation_id", "language", "left_on")
    return Known({**who, **{name: getattr(row, name) for name in rest}}, row, row.id)


def _write_representatives(
    session: Session, actor: Actor, coalition_id: UUID, matching: Matching[Representative]
) -> None:
    for _, row, changes in matching.changing:
        touch(row, None)
        service.identify(session, row, {**_known(session, row).facts, **changes})
        session.flush()
        audit.record(session, actor, "representative.changed", row, changes)
        events.announce(session, RepresentativeChanged.of(row))
    for reported, facts in matching.entering:
        row = Representative(
            id=uuid4(), coalition_id=coalition_id, organisation_id=facts["organisation_id"]
        )
        service.identify(session, row, facts)
        session.add(row)
        audit.record(session, actor, "representative.entered", row, facts)
        reported.id = row.id
