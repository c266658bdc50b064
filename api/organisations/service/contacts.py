"""A table of others with organisations and who may commit them, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID, uuid4

from api.accounts.rules import Actor, Role
from api.infra.tables.importing import Import
from api.infra.tables.matching import ImportState, Known, Taking
from api.infra.tables.reports import Line, LineState, Reported
from api.organisations.models import Organisation
from api.organisations.rules import contacts
from api.organisations.service.imports import OrganisationImport, RepresentativeImport

# Of what became of an organisation and of its person the first of these is told of their line.
_FIRST = (
    *(LineState.REFUSED, ImportState.DOUBTFUL, LineState.ENTERED, LineState.CHANGED),
    *(LineState.KEPT, LineState.SAME),
)


class ContactImport(Import):
    """Organisations and their people: a line is an organisation, and somebody who may commit it.

    An organisation with several people stands in several lines.
    """

    action = "organisation.imported"
    needs = Role.COORDINATOR

    def __init__(self, actor: Actor, coalition_id: UUID, how: Taking) -> None:
        super().__init__(actor, coalition_id, how)
        self._organisations = OrganisationImport(actor, coalition_id, how)
        self._people = RepresentativeImport(actor, coalition_id, how)

    def begin(self) -> None:
        self._places: dict[UUID, Reported] = {}  # of organisations that are not written yet
        self._lines: dict[int, UUID] = {}
        self._told: dict[int, Reported] = {}
        for each in (self._organisations, self._people):
            each.session = self.session
            each.begin()

    def take(self, reported: Reported, line: Line) -> None:
        facts = dict(line.facts)
        person: Mapping[str, Any] | None = facts.pop("person", None)
        if person and (faults := list(contacts.lacks(person))):
            reported.refuse(faults)
            return
        self._told[line.line] = reported
        self._take(self._organisations, reported, line, facts)
        known = self._organisations.known(facts)
        if not person or known is None or reported.state == LineState.REFUSED:
            return
        of = Reported(line.line, line.place, LineState.REFUSED)
        whose = {**person, "organisation_id": self._place(known)}
        self._take(self._people, of, line, whose)
        self._join(reported, of)

    def _take(
        self,
        table: OrganisationImport | RepresentativeImport,
        reported: Reported,
        line: Line,
        facts: dict[str, Any],
    ) -> None:
        table.take(reported, Line(line.line, line.place, facts, []))

    def _place(self, known: Known[Organisation]) -> UUID:
        """Return the id of an organisation; of one that is yet to be written, a place's."""
        if known.id is not None or known.line is None:
            return cast("UUID", known.id)
        if known.line not in self._lines:
            self._lines[known.line] = place = uuid4()
            self._places[place] = self._told[known.line]
        return self._lines[known.line]

    def _join(self, reported: Reported, of: Reported) -> None:
        """Tell of a line what becomes of both."""
        reported.state = min(reported.state, of.state, key=_FIRST.index)
        reported.faults = [*reported.faults, *of.faults]
        told = (each for each in of.changes if each.column != "organisation_id")
        names = {"name": "person"}
        reported.changes += [
            each._replace(column=names.get(each.column, each.column)) for each in told
        ]

    def meant(self) -> list[UUID]:
        """Return the organisations that lines surely stand for, once they are written."""
        unsure = {LineState.REFUSED, ImportState.DOUBTFUL}
        sure = (each.id for each in self._told.values() if each.state not in unsure)
        return list(dict.fromkeys(filter(None, sure)))

    def write(self) -> None:
        self._organisations.write()
        for _, facts in self._people.entering:
            told = self._places.get(cast("UUID", facts["organisation_id"]))
            if told is not None:
                facts["organisation_id"] = told.id
        self.session.flush()
        self._people.write()
