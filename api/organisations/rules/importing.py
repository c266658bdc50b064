"""Tables of others with organisations, and with who may commit them; on plain values."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from api.errors import Code
from api.infra.tables import csv_files
from api.infra.tables.layouts import Layout
from api.infra.tables.matching import Known, Mark, RowKind, agree, likeness
from api.infra.tables.reports import CellFault
from api.infra.text import countries, languages
from api.infra.text.spelling import exact
from api.organisations.models import Organisation, Representative

# What people call the columns of their tables, in English and Russian.
NAMES_EN = (
    "name", "organisation", "organization", "organisation name", "organization name",
    "name of organisation", "name of organization", "name of the organisation", "ngo", "ngo name",
    "company", "company name", "full name of organisation",
)  # fmt: skip
NAMES_RU = (
    "название", "наименование", "организация", "название организации", "наименование организации",
    "полное название", "полное наименование", "нко", "нпо", "компания",
)  # fmt: skip
COUNTRY = ("country", "country code", "страна", "код страны")
EMAIL = (
    "email", "mail", "email address", "contact email", "электронная почта", "эл почта", "почта",
    "адрес электронной почты", "электронный адрес", "эл адрес", "имейл",
)  # fmt: skip
PERSON = {
    "name": (
        "full name", "contact", "contact person", "contact name", "person", "representative",
        "фио", "ф и о", "фамилия имя отчество", "имя и фамилия", "фамилия и имя",  # noqa: RUF001 # Cyrillic
        "полное имя",
        "контакт", "контактное лицо", "представитель",
    ),
    "given_name": ("first name", "firstname", "given name", "given names", "forename", "имя"),
    "family_name": ("last name", "lastname", "surname", "family name", "фамилия"),
    "email": EMAIL,
}  # fmt: skip
OPEN = ("acronym", "aliases", "country", "website", "is_public", "needs_two")
COLUMNS = ("id", *OPEN)
NEW: Mapping[str, object] = {
    "names": {}, "acronym": None, "aliases": [], "country": None, "website": None,
    "is_public": False, "needs_two": False,
}  # fmt: skip
NEW_REPRESENTATIVE: Mapping[str, object] = dict.fromkeys(
    ("organisation_id", "name", "email", "role", "language", "left_on")
)
NEEDS_COORDINATOR = "That two have to commit it is for a coordinator to say."


def cells_as_organisation(cells: Mapping[str, str]) -> dict[str, object]:
    """Return what a line says of an organisation; an empty cell says nothing."""
    read: Mapping[str, Callable[[str], object]] = {
        "acronym": str,
        "aliases": lambda cell: csv_files.several(cell, ";"),
        "country": countries.code_or,
        "website": lambda cell: cell if "://" in cell else f"https://{cell}",
        "is_public": csv_files.truth,
        "needs_two": csv_files.truth,
    }
    facts = {name: read[name](it) for name, it in cells.items() if name in read}
    names = {name[5:]: it for name, it in cells.items() if name.startswith("name_")}
    return {**facts, **id_in(cells), **({"names": names} if names else {})}


def id_in(cells: Mapping[str, str], column: str = "id") -> dict[str, str]:
    """Return the id that a cell holds; what is none of ours, as another tool's, is passed over."""
    try:
        return {column: str(UUID(cells[column]))}
    except (KeyError, ValueError):
        return {}


def cells_as_representative(cells: Mapping[str, str]) -> dict[str, object]:
    """Return what a line says of who may commit an organisation."""
    kept = ("organisation", "email", "role", "left_on")
    facts: dict[str, object] = {name: it for name, it in cells.items() if name in kept}
    facts |= id_in(cells) | name_in_cells(cells)
    if "language" in cells:
        facts["language"] = languages.language_code(cells["language"])
    return facts


def name_in_cells(cells: Mapping[str, str]) -> dict[str, str]:
    """Return a person's name, whether it stands in one cell or in two."""
    parts = (cells.get("given_name"), cells.get("family_name"))
    name = cells.get("name") or " ".join(filter(None, parts))
    return {"name": name} if name else {}


def _column_of(place: Sequence[str]) -> str:
    """Return the column that a fault of an organisation's line stands in."""
    if len(place) > 1 and place[0] == "names":
        return f"name_{place[1]}"
    return place[0] if place else ""


ORGANISATIONS = Layout(
    columns=("id", "name_en", "name_ru", *OPEN),
    usual={
        "name_en": NAMES_EN,
        "name_ru": NAMES_RU,
        "acronym": (
            "abbreviation", "short name", "аббревиатура", "сокращение", "краткое название",
            "сокращенное название", "сокращенное наименование",
        ),
        "aliases": (
            "alias", "also known as", "aka", "other names", "former name", "former names",
            "другие названия", "прежнее название", "прежние названия", "варианты названия",
        ),
        "country": COUNTRY,
        "website": (
            "web site", "web", "site", "url", "homepage", "home page", "web address", "web page",
            "сайт", "веб сайт", "вебсайт", "адрес сайта", "интернет сайт", "веб страница",
        ),
    },
    facts=cells_as_organisation,
    needed=("name_en", "id"),
    several=("aliases",),
    by_language="name",
    column_of=_column_of,
)  # fmt: skip
REPRESENTATIVES = Layout(
    columns=(
        "id", "organisation", "name", "given_name", "family_name", "email", "role", "language",
        "left_on",
    ),
    usual={
        **PERSON,
        "organisation": (*NAMES_EN[2:], *NAMES_RU, "organisation id"),
        "role": (
            "position", "job title", "title", "post", "function", "должность", "роль", "пост",
        ),
        "language": ("lang", "preferred language", "язык"),
    },
    facts=cells_as_representative,
    needed=("email", "id"),
)  # fmt: skip


def cells_of(line: Mapping[str, Any], names: Sequence[str]) -> dict[str, str | None]:
    """Return an organisation as the cells of a table with these languages of names."""
    told = {name: "true" if line[name] else "false" for name in ("is_public", "needs_two")}
    aliases = csv_files.together(line["aliases"], ";")
    names_in = {f"name_{language}": line["names"].get(language) for language in names}
    return {**line, **told, **names_in, "aliases": aliases}


def columns_of(names: Sequence[str]) -> list[str]:
    """Return the columns of a table of organisations with names in these languages."""
    return ["id", *(f"name_{language}" for language in names), *OPEN]


class Organisations(RowKind["Organisation"]):
    """An organisation is told by the letters of its names, and its country where both are known."""

    new = NEW
    adds = ("names", "aliases")

    def __init__(self, *, is_coordinator: bool) -> None:
        """Only a coordinator changes that two have to commit it."""
        self.is_coordinator = is_coordinator

    def sure(self, facts: Mapping[str, Any]) -> Iterator[Hashable]:
        yield from {exact(name) for name in facts.get("names", {}).values()}

    def fits(self, facts: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        return agree(facts.get("country"), other["country"])

    def near(self, facts: Mapping[str, Any]) -> Iterator[Mark]:
        names = {f"name_{tag}": [name] for tag, name in facts.get("names", {}).items()}
        names["aliases"] = list(facts.get("aliases") or ())
        names["acronym"] = [facts["acronym"]] if facts.get("acronym") else []
        for column, some in names.items():
            for name in some:
                yield Mark(column, ("called", exact(name)))
                yield Mark(column, ("like", likeness(name)))
        if facts.get("website"):
            yield Mark("website", ("site", _site(facts["website"])))

    def may_be(self, facts: Mapping[str, Any], other: Mapping[str, Any], mark: Mark) -> bool:
        # Of two countries, only the same whole name or address makes one wonder.
        is_name = mark.column.startswith("name_") and mark.value[0] == "called"  # type: ignore[index] # they are all pairs
        return is_name or mark.column == "website" or self.fits(facts, other)

    def called(self, facts: Mapping[str, Any]) -> str:
        name = next(iter(facts["names"].values()))
        return f"{name}, {facts['country']}" if facts["country"] else str(name)

    def lacks(self, facts: Mapping[str, object]) -> Iterator[CellFault]:
        if not facts["names"]:
            yield CellFault("name_en", Code.REQUIRED, "Give the name of a new organisation.")

    def forbids(
        self, known: Known[Organisation], after: Mapping[str, object], clash: object
    ) -> Iterator[CellFault]:
        del clash
        if after["needs_two"] != known.facts["needs_two"] and not self.is_coordinator:
            yield CellFault("needs_two", Code.FORBIDDEN, NEEDS_COORDINATOR)


class Representatives(RowKind["Representative"]):
    """Who may commit an organisation is told by it and by the e-mail address."""

    new = NEW_REPRESENTATIVE

    def sure(self, facts: Mapping[str, Any]) -> Iterator[Hashable]:
        if facts.get("organisation_id") and facts.get("email"):
            yield facts["organisation_id"], facts["email"].casefold()

    def fits(self, facts: Mapping[str, object], other: Mapping[str, object]) -> bool:
        del facts, other
        return True

    def near(self, facts: Mapping[str, Any]) -> Iterator[Mark]:
        if facts.get("email"):
            yield Mark("email", ("address", facts["email"].casefold()))
        if facts.get("name"):
            yield Mark("name", (facts.get("organisation_id"), likeness(facts["name"])))

    def called(self, facts: Mapping[str, object]) -> str:
        return f"{facts['name']}, {facts['email']}"

    def lacks(self, facts: Mapping[str, object]) -> Iterator[CellFault]:
        if facts["organisation_id"] is None:
            yield CellFault(
                "organisation", Code.REQUIRED, "Say which organisation: its name here, or its id."
            )
        for name in ("name", "email"):
            if facts[name] is None:
                yield CellFault(name, Code.REQUIRED, f"Give the {name} of a new representative.")

    def forbids(
        self, known: Known[Representative], after: Mapping[str, object], clash: object
    ) -> Iterator[CellFault]:
        if after["organisation_id"] != known.facts["organisation_id"]:
            detail = "Who represents another organisation is entered there: leave the id out."
            yield CellFault("organisation", Code.CONFLICT, detail)
        elif clash is not None:
            yield CellFault("email", Code.TAKEN, "Another representative has this address.")


def _site(address: str) -> str:
    parts = urlsplit(address.casefold())
    return (parts.hostname or "").removeprefix("www.") + parts.path.rstrip("/")
