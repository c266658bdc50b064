"""Tables of others with addressees; on plain values."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from api.coalitions.models import Addressee
from api.errors import Code
from api.infra.tables.layouts import Layout
from api.infra.tables.matching import Mark, RowKind, agree, likeness
from api.infra.tables.reports import CellFault
from api.infra.text import countries
from api.infra.text.spelling import exact
from api.organisations.rules.importing import (
    COUNTRY,
    NAMES_EN,
    NAMES_RU,
    PERSON,
    id_in,
    name_in_cells,
)

FIELDS = ("name", "title", "organisation", "country", "salutation", "email")
NEW: Mapping[str, object] = dict.fromkeys(FIELDS)


def cells_as_addressee(cells: Mapping[str, str]) -> dict[str, object]:
    """Return what a line says of an addressee; an empty cell says nothing."""
    facts = {name: it for name, it in cells.items() if name in FIELDS}
    if "country" in facts:
        facts["country"] = countries.code_or(facts["country"])
    return {**facts, **id_in(cells), **name_in_cells(cells)}


ADDRESSEES = Layout(
    columns=(
        "id", "name", "given_name", "family_name", "title", "organisation", "country",
        "salutation", "email",
    ),
    usual={
        **PERSON,
        "name": (*PERSON["name"], "addressee", "official", "адресат", "название"),
        "title": (
            "position", "job title", "post", "office", "function", "должность", "титул", "пост",
        ),
        "organisation": (
            *NAMES_EN[1:], *NAMES_RU[1:], "body", "institution", "ministry", "орган", "ведомство",
            "учреждение",
        ),
        "country": COUNTRY,
        "salutation": ("greeting", "form of address", "обращение", "приветствие"),
    },
    facts=cells_as_addressee,
    needed=("name", "given_name", "family_name", "id"),
)  # fmt: skip


class Addressees(RowKind[Addressee]):
    """An addressee is told by its name, unless country, organisation or address speak against."""

    new = NEW

    def sure(self, facts: Mapping[str, Any]) -> Iterator[Hashable]:
        if facts.get("name"):
            yield exact(facts["name"])

    def fits(self, facts: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        return all(
            agree(facts.get(name), other[name]) for name in ("country", "organisation")
        ) and _is_same_address(facts.get("email"), other["email"])

    def near(self, facts: Mapping[str, Any]) -> Iterator[Mark]:
        if facts.get("name"):
            yield Mark("name", ("like", likeness(facts["name"])))
        if facts.get("email"):
            yield Mark("email", ("address", facts["email"].casefold()))

    def may_be(self, facts: Mapping[str, Any], other: Mapping[str, Any], mark: Mark) -> bool:
        # Every country has its ministry of justice.
        return mark.column == "email" or agree(facts.get("country"), other["country"])

    def called(self, facts: Mapping[str, Any]) -> str:
        return ", ".join(filter(None, (facts["name"], facts["title"], facts["organisation"])))

    def lacks(self, facts: Mapping[str, object]) -> Iterator[CellFault]:
        if facts["name"] is None:
            yield CellFault("name", Code.REQUIRED, "Give the name of a new addressee.")


def _is_same_address(one: str | None, other: str | None) -> bool:
    return not one or not other or one.casefold() == other.casefold()
