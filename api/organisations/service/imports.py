"""Many at once from tables of others: organisations, and who may commit them. And a table of them.

Nobody is subscribed to anything, written to or asked: a consent is given by a person alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.errors import Code, NotFound
from api.infra.background import events
from api.infra.database.columns import Base
from api.infra.database.transactions import reading
from api.infra.security import audit, keys
from api.infra.tables import reports
from api.infra.tables.importing import batches
from api.infra.tables.matching import Known, Matching, Taking
from api.infra.tables.reports import CellFault, Line, Reported
from api.infra.text.spelling import exact
from api.organisations import service
from api.organisations.events import RepresentativeChanged
from api.organisations.models import Organisation, Representative
from api.organisations.rules.importing import NEW, Organisations, Representatives

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


def given_out(
    actor: Actor, coalition_id: UUID
) -> tuple[list[str], Iterator[list[dict[str, object]]]]:
    """Return in which languages names are, and batches of a coalition's organisations."""
    actor.must(coalition_id, Role.VIEWER)
    mine = Organisation.coalition_id == coalition_id
    with reading() as session:
        query = select(Organisation.id, Organisation.names).where(mine)
        rows = session.execute(query.order_by(Organisation.sort_name, Organisation.id)).all()
        first = _languages(session, coalition_id)
    told = dict.fromkeys(language for _, names in rows for language in names)
    names = [language for language in first if language in told]
    names += sorted(told.keys() - set(names))
    return names or first[:1], batches([each for each, _ in rows], _lines)


def _lines(session: Session, ids: Sequence[UUID]) -> dict[UUID, dict[str, object]]:
    rows = session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    return {row.id: reports.plain({"id": row.id, **_facts(row)}, ("id", *FIELDS)) for row in rows}


def _facts(row: Organisation) -> dict[str, object]:
    return {name: getattr(row, name) for name in FIELDS}


def _languages(session: Session, coalition_id: UUID, *, is_held: bool = False) -> list[str]:
    """Return the languages of a coalition; held, one table comes in at a time."""
    table = Base.metadata.tables["coalitions"]  # of a rung above
    query = select(table.c.languages).where(table.c.id == coalition_id)
    query = query.with_for_update(key_share=True) if is_held else query
    found: list[str] | None = session.scalar(query)
    if found is None:
        raise NotFound("The coalition was deleted a moment ago.")
    return found


class OrganisationImport(Matching[Organisation]):
    """A table of others with organisations, which is for editors."""

    action = "organisation.imported"
    needs = Role.EDITOR

    def __init__(self, actor: Actor, coalition_id: UUID, how: Taking) -> None:
        super().__init__(actor, coalition_id, how)
        self.kind = Organisations(is_coordinator=actor.may(coalition_id, Role.COORDINATOR))

    def there(self) -> Iterator[Known[Organisation]]:
        _languages(self.session, self.coalition_id, is_held=True)
        mine = select(Organisation).where(Organisation.coalition_id == self.coalition_id)
        for row in self.session.scalars(mine):
            yield Known(_facts(row), row, row.id)

    def change(self, row: Organisation, changes: dict[str, object]) -> None:
        service.write(row, changes)
        audit.record(self.session, self.by, "organisation.changed", row, changes)

    def enter(self, facts: dict[str, object]) -> UUID:
        row = Organisation(id=uuid4(), coalition_id=self.coalition_id)
        service.write(row, facts)
        self.session.add(row)
        audit.record(self.session, self.by, "organisation.entered", row, facts)
        return row.id


class RepresentativeImport(Matching[Representative]):
    """A table of others with who may commit organisations, which is for coordinators."""

    action = "representative.imported"
    needs = Role.COORDINATOR
    kind = Representatives()

    def there(self) -> Iterator[Known[Representative]]:
        _languages(self.session, self.coalition_id, is_held=True)
        self.called = _called(self.session, self.coalition_id)
        mine = select(Representative).where(Representative.coalition_id == self.coalition_id)
        for row in self.session.scalars(mine):
            yield Known(self._facts(row), row, row.id)

    def take(self, reported: Reported, line: Line) -> None:
        """Find the line's organisation first."""
        if name := line.facts.get("organisation"):
            found = self.called.get(name.strip().lower()) or self.called.get(exact(name), set())
            if len(found) != 1:
                reported.refuse([SEVERAL if found else NONE])
                return
            line = replace(line, facts={**line.facts, "organisation_id": next(iter(found))})
        super().take(reported, line)

    def _facts(self, row: Representative) -> dict[str, object]:
        who = keys.read(self.session, row, Representative.identity)
        rest = ("organisation_id", "language", "left_on")
        return {**who, **{name: getattr(row, name) for name in rest}}

    def change(self, row: Representative, changes: dict[str, object]) -> None:
        service.identify(self.session, row, {**self._facts(row), **changes})
        self.session.flush()
        audit.record(self.session, self.by, "representative.changed", row, changes)
        events.announce(self.session, RepresentativeChanged.of(row))

    def enter(self, facts: dict[str, object]) -> UUID:
        row = Representative(
            id=uuid4(), coalition_id=self.coalition_id, organisation_id=facts["organisation_id"]
        )
        service.identify(self.session, row, facts)
        self.session.add(row)
        audit.record(self.session, self.by, "representative.entered", row, facts)
        return row.id


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
