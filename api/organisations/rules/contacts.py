"""One table with organisations and a person of each, who may commit it; on plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from api.errors import Code
from api.infra.tables import layouts
from api.infra.tables.layouts import Column, Layout
from api.infra.tables.reports import CellFault
from api.organisations.rules import importing
from api.organisations.rules.importing import ORGANISATIONS, REPRESENTATIVES

PERSON = ("person", "given_name", "family_name", "email", "role", "language", "left_on")


def _facts(cells: Mapping[str, str]) -> dict[str, object]:
    """Return what a line says of an organisation and, if of anybody, of its person."""
    facts = importing.cells_as_organisation(cells)
    named = {("name" if column == "person" else column): cells[column]
             for column in PERSON if column in cells}  # fmt: skip
    if named:
        facts["person"] = importing.cells_as_representative(named)
    return facts


def _column_of(place: Sequence[str]) -> str:
    if place[:1] == ["person"]:
        return "person" if place[1:] in ([], ["name"]) else place[1]
    return ORGANISATIONS.column_of(place)


def _usual() -> dict[str, Sequence[str]]:
    people = REPRESENTATIVES.usual or {}
    of_people = {column: people[column] for column in PERSON if column in people}
    return {**(ORGANISATIONS.usual or {}), **of_people, "person": people["name"]}


CONTACTS = Layout(
    columns=(*ORGANISATIONS.columns, *PERSON),
    usual=_usual(),
    facts=_facts,
    needed=ORGANISATIONS.needed,
    several=ORGANISATIONS.several,
    by_language=ORGANISATIONS.by_language,
    column_of=_column_of,
)


def lacks(person: Mapping[str, object]) -> Iterator[CellFault]:
    """Yield what keeps a line's person from being entered or found."""
    if not person.get("name"):
        yield CellFault("person", Code.REQUIRED, "Give the name of the person, too.")
    if not person.get("email"):
        yield CellFault("email", Code.REQUIRED, "Give the e-mail address of the person, too.")


def guessed(header: Sequence[str], layout: Layout = CONTACTS) -> list[Column]:
    """Return what each column may be; an address of nobody who is named is not a person's."""
    found = layouts.guessed(header, layout)
    there = {each.column for each in found}
    if "email" in there and there & {"person", "given_name", "family_name"}:
        return found
    return [Column(each.header, None) if each.column in PERSON else each for each in found]
