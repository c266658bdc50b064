"""Orders, keys and indexes of demands, and their table; on plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any
from uuid import UUID

from api.errors import Code, Fault, point
from api.infra.tables.layouts import Layout
from api.infra.text import countries, spelling
from api.texts.rules import markdown


def order_faults(there: Sequence[UUID], wanted: Sequence[UUID]) -> list[Fault]:
    """Return what keeps `wanted` from being an order of all that is there."""
    faults, seen = [], set()
    for index, one in enumerate(wanted):
        if one not in there:
            faults.append(
                Fault(point("ids", index), Code.NOT_FOUND, "There is none of this id here.")
            )
        elif one in seen:
            faults.append(Fault(point("ids", index), Code.DUPLICATE, "It is named twice."))
        seen.add(one)
    missing = [str(one) for one in there if one not in seen]
    if missing:
        faults.append(Fault("/ids", Code.REQUIRED, f"Missing: {', '.join(missing)}."))
    return faults


def next_keys(subject: str, taken: Iterable[str]) -> Iterator[str]:
    """Yield "kz-3" and on where kz-2 is the highest key of the subject so far."""
    numbered = re.compile(rf"{re.escape(subject)}-([0-9]{{1,9}})\Z")
    numbers = [int(found[1]) for key in taken if (found := numbered.match(key))]
    return (f"{subject}-{number}" for number in count(max(numbers, default=0) + 1))


def spellings(text: str, rationale: str | None) -> str:
    """Return what a demand keeps, so that any spelling of its words finds it."""
    return spelling.index_of([markdown.plain(text), markdown.plain(rationale or "")])


# The table. Header names, in the order in which they are written; any order is read.
COLUMNS = (
    "id", "country", "party", "party_name", "party_countries", "key", "text", "rationale", "kind",
    "addressee", "status", "cases",
)  # fmt: skip
MOST_BYTES = 20_000_000
_SEVERAL = ("party_countries", "cases")  # codes and keys, of which a cell may hold several
_BETWEEN = r"[\s,;|]+"


def _facts(cells: Mapping[str, str]) -> dict[str, object]:
    told = {column: text for column, cell in cells.items() if (text := cell.strip())}
    facts: dict[str, object] = {**dict.fromkeys(cells), **told}
    if "cases" in facts:
        facts["cases"] = [key for key in re.split(_BETWEEN, cells["cases"]) if key]
    for column in told.keys() & {"kind", "status"}:
        facts[column] = told[column].casefold().replace(" ", "_")
    if "country" in told:
        facts["country"] = countries.code_or(told["country"])
    if "party_countries" in facts:
        facts["party_countries"] = countries.codes_or(cells["party_countries"])
    return facts


LAYOUT = Layout(COLUMNS, _facts, name="demands")


def cells_of(line: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the line of a demand as the cells of a table."""
    return {**line, **{column: " ".join(line[column] or ()) for column in _SEVERAL}}


def sameness(country: str | None, party: str | None, text: str) -> tuple[str, str]:
    """Return a key that demands share which ask the same of the same."""
    return country or str(party), " ".join(text.split()).casefold()
