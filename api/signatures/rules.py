"""What counts, who sees what of it, and the table (CSV) that signatories come and go in."""

from __future__ import annotations

import csv
import difflib
import io
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from api.errors import Fault, Invalid, point
from api.infra import spelling
from api.portable.rules import names, signing
from api.signatures.models import SignatureState, Visibility

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.signatures.models import SignatoryKind

PRINTED_FIELDS = ("name", "acronym", "role", "affiliation", "as_printed")
IDENTITY_FIELDS = (*PRINTED_FIELDS, "represented_by", "email")
SAID = "said"  # of an identity: which defaults its file wrote out, so that it comes back equal
DEFAULTS = {"lead": False, "visibility": Visibility.PUBLIC.value}

Identity = dict[str, Any]  # IDENTITY_FIELDS that are known, and SAID
Signatory = dict[str, Any]  # an entry of a portable document's `signatories`, and an `email`


class Audience(StrEnum):
    """For whom an output is made."""

    PUBLIC = "public"  # everybody, and the coalition's own editors and viewers
    COORDINATOR = "coordinator"


SHOWN: Mapping[Audience, frozenset[Visibility]] = {
    Audience.PUBLIC: frozenset({Visibility.PUBLIC, Visibility.INITIALS}),
    Audience.COORDINATOR: frozenset(Visibility),
}


class Facts(Protocol):
    """What the policy needs to know of a signature; its row has all of it."""

    @property
    def kind(self) -> SignatoryKind: ...
    @property
    def country(self) -> str | None: ...
    @property
    def lead(self) -> bool: ...
    @property
    def visibility(self) -> Visibility: ...


def seen(signature: Facts, identity: Identity | None, audience: Audience) -> Signatory | None:
    """Return all that an audience may know of a signatory; None: only that it counts.

    Every output of a signature passes through here. Queries load the rows of `SHOWN` only, so
    that an identity that is not shown is not even read.
    """
    if signature.visibility not in SHOWN[audience]:
        return None
    known = dict(identity or {})
    said = known.pop(SAID, ())
    if audience is Audience.PUBLIC:
        known = _public(known, signature.visibility)
    shown: Signatory = {"kind": signature.kind.value, **known}
    if signature.country is not None:
        shown["country"] = signature.country
    for field, value in (("lead", signature.lead), ("visibility", signature.visibility.value)):
        if value != DEFAULTS[field] or field in said:
            shown[field] = value
    return shown


def _public(known: Identity, visibility: Visibility) -> Identity:
    if visibility is Visibility.INITIALS:
        letters = names.initials(known.get("name", ""))
        return {"name": letters} if letters else {}
    return {field: known[field] for field in PRINTED_FIELDS if field in known}


def portable(shown: Signatory, audience: Audience, document: Mapping[str, Any]) -> Signatory | None:
    """Return what was seen as an entry of a portable document; None where it has no line.

    Initials get their line as `as_printed`: whoever reads a redacted file cannot compose it.
    """
    entry = {field: value for field, value in shown.items() if field != "email"}
    if audience is Audience.COORDINATOR:
        return entry
    if "name" not in entry:  # a name without a letter has no initials
        return None
    if entry.get("visibility") == Visibility.INITIALS:
        lines = signing.signatories({**document, "signatories": [entry], "redacted": False})
        entry["as_printed"] = lines["lines"][0]["text"]
    return entry


def identity_of(facts: Mapping[str, Any]) -> Identity:
    """Return what of a signatory's facts is sealed."""
    fields = (*IDENTITY_FIELDS, SAID)
    return {field: facts[field] for field in fields if facts.get(field) is not None}


def said(entry: Mapping[str, Any]) -> list[str] | None:
    """Return which defaults a portable entry wrote out."""
    return [field for field, value in DEFAULTS.items() if entry.get(field) == value] or None


def nameless(facts: Mapping[str, Any]) -> str | None:
    """Return what to do where a signatory has no name and is not anonymous."""
    if facts.get("name") or facts["visibility"] == Visibility.ANONYMOUS:
        return None
    return "Give the name, or the visibility anonymous."


class Standing(StrEnum):
    """Whether a signature is counted now."""

    COUNTED = "counted"
    WAITING = "waiting"  # the text was changed materially after it was given
    WITHDRAWN = "withdrawn"


def standing(state: SignatureState, given_for: int, counted_from: int) -> Standing:
    """Tell whether a signature that was given for a revision counts."""
    if state is SignatureState.WITHDRAWN:
        return Standing.WITHDRAWN
    return Standing.COUNTED if given_for >= counted_from else Standing.WAITING


def why(stands: Standing, given_for: int, counted_from: int) -> str | None:
    """Return why a signature waits, and what ends it."""
    if stands is not Standing.WAITING:
        return None
    return (
        f"It was given for revision {given_for}, and revision {counted_from} changed the text"
        " materially. Ask the signatory, then confirm it."
    )


LEAST_IN_CELL = 5


def cells_to_show(counts: Mapping[str, int], audience: Audience) -> dict[str, int]:
    """Return counts by country, without those that could point at a person."""
    least = 1 if audience is Audience.COORDINATOR else LEAST_IN_CELL
    return {code: count for code, count in sorted(counts.items()) if count >= least}


def searched(identity: Identity) -> str:
    """Return the index of an identity in which any spelling is found."""
    by = identity.get("represented_by") or {}
    texts = [identity.get(field) for field in PRINTED_FIELDS]
    return spelling.index_of(filter(None, [*texts, by.get("name")]))


def sameness(kind: str, identity: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Return a key that equal signatories of one statement share; None for the nameless."""
    name = identity.get("name")
    return (kind, _bare(name), _bare(identity.get("affiliation"))) if name else None


def _bare(text: str | None) -> str:
    text = text or ""
    return spelling.folded(text) or text.casefold()


# The table. Header names, in the order in which they are written; any order is read.
COLUMNS = (
    "kind", "name", "acronym", "role", "affiliation", "country", "lead", "visibility",
    "as_printed", "represented_by", "represented_by_role", "email", "day",
)  # fmt: skip
MOST_BYTES = 5_000_000
MOST_LINES = 10_000
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
# A spreadsheet runs what begins so, also after a character that it may take for a separator.
# The apostrophes before it belong to the run: writing adds one, and reading takes one.
_RUN = re.compile("(?:^|(?<=[;,|\t\"]))('*)(?=[-=+@\t\r\uff1d\uff0b\uff0d\uff20])")


class NotATable(Invalid):
    """The file is no table of signatories; none of its lines was read."""

    title = "This file is not a table of signatories"


@dataclass(frozen=True)
class Row:
    """One line of a table, its cells as facts."""

    line: int
    facts: dict[str, Any]
    fault: str | None = None


class CellFault(NamedTuple):
    """What is wrong in one cell; no column where it is the line."""

    column: str
    detail: str


@dataclass(frozen=True)
class Line:
    """One line of a table after its facts were checked: `facts` are good if no fault is told."""

    line: int
    facts: dict[str, Any]
    faults: list[CellFault]


def read_table(data: bytes) -> list[Row]:
    """Return the lines of a CSV file; raise NotATable, with what to do about it."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise NotATable('Save it as UTF-8 ("CSV UTF-8" in a spreadsheet) and send it.') from fault
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True
    )
    try:
        return list(_rows(reader))
    except csv.Error as fault:
        raise NotATable(f"Line {reader.line_num} cannot be read: {fault}.") from fault


def _rows(reader: Any) -> Iterator[Row]:
    columns = _columns(next(reader, []))
    start = reader.line_num + 1  # a quoted cell may hold line breaks, so lines are not rows
    count = 0
    for cells in reader:
        if any(cell.strip() for cell in cells):
            count += 1
            if count > MOST_LINES:
                raise NotATable(f"Send at most {MOST_LINES:,} lines at once.")
            yield _row(start, columns, cells)
        start = reader.line_num + 1


def _columns(header: Sequence[str]) -> list[str]:
    columns = [cell.strip().casefold() for cell in header]
    faults = [Fault(point(at), _unknown(name)) for at, name in enumerate(columns)
              if name not in COLUMNS]  # fmt: skip
    faults += [
        Fault(point(at), f"The column {name} is there twice.")
        for at, name in enumerate(columns)
        if name in columns[:at]
    ]
    if "kind" not in columns:
        faults.append(Fault("", "The column kind is missing: organisation or individual."))
    if faults:
        raise NotATable(f"Its first line names columns, some of: {', '.join(COLUMNS)}.", faults)
    return columns


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, COLUMNS, 1)
    return f"There is no column {name[:40]!r}." + (f" Is it {near[0]}?" if near else "")


def _row(line: int, columns: Sequence[str], cells: Sequence[str]) -> Row:
    if len(cells) > len(columns):
        return Row(line, {}, f"It has {len(cells)} cells, and the first line {len(columns)}.")
    facts: dict[str, Any] = {
        column: without_guard(cell.strip())
        for column, cell in zip(columns, cells, strict=False)
        if cell.strip()
    }
    for column in {"kind", "visibility", "lead"} & facts.keys():
        facts[column] = facts[column].casefold()
    if "lead" in facts:
        facts["lead"] = _WORDS.get(facts["lead"], facts["lead"])
    if "country" in facts:
        facts["country"] = facts["country"].upper()
    by = {"name": facts.pop("represented_by", None), "role": facts.pop("represented_by_role", None)}
    if given := {key: text for key, text in by.items() if text}:
        facts["represented_by"] = given
    return Row(line, facts)


def column_of(keys: Sequence[str | int]) -> str:
    """Return the column that a place in a line's facts came from."""
    if keys[:2] == ("represented_by", "role"):
        return "represented_by_role"
    return str(keys[0]) if keys else ""


def written(signatories: Iterable[tuple[Signatory, str]], *, header: bool) -> str:
    """Return signatories, each with its day, as lines of a table that no spreadsheet runs."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    if header:
        out.write(BOM)  # or a spreadsheet takes UTF-8 for something else
        writer.writerow(COLUMNS)
    for shown, day in signatories:
        by = shown.get("represented_by") or {}
        cells = {
            **DEFAULTS,
            **shown,
            "represented_by": by.get("name"),
            "represented_by_role": by.get("role"),
            "day": day,
        }
        cells["lead"] = "true" if cells["lead"] else "false"
        writer.writerow([with_guard(cells.get(column) or "") for column in COLUMNS])
    return out.getvalue()


def with_guard(cell: str) -> str:
    """Return a cell that a spreadsheet takes for text."""
    return _RUN.sub(r"'\1", cell)


def without_guard(cell: str) -> str:
    """Return the cell that `with_guard` took."""
    return _RUN.sub(lambda run: run[1][1:], cell)
