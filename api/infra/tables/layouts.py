"""What the columns of a table are: ours by their names, or those of others by any name."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from api.errors import Code, Fault, point
from api.infra.tables import csv_files
from api.infra.tables.encodings import Encoding
from api.infra.tables.reports import MOST_COLUMNS, CellFault, NotATable, Report, Row
from api.infra.text import languages

if TYPE_CHECKING:
    from api.infra.tables.reading import Table, Workbook

MOST_BYTES = 10_000_000
_WORD = re.compile(r"[^\W_]+")
# What a header may add to a name to say its language.
_LANGUAGES = {
    "english": "en", "eng": "en", "английский": "en", "английском": "en", "англ": "en",
    "russian": "ru", "rus": "ru", "русский": "ru", "русском": "ru", "рус": "ru",  # noqa: RUF001 # Cyrillic
    "en": "en", "ru": "ru",
}  # fmt: skip
_IN = {"in", "на"}
_NOTHING: Mapping[str, str] = MappingProxyType({})


def _first(place: Sequence[str]) -> str:
    return place[0] if place else ""


@dataclass(frozen=True)
class Layout:
    """What a kind of table may hold."""

    columns: Sequence[str]  # ours
    facts: Callable[[Mapping[str, str]], dict[str, Any]]  # of cells by our columns
    # One of these has to be there, or nothing can be entered.
    needed: Sequence[str] = ()
    holds: str = ""  # what the needed one does, of tables of ours
    # What others call our columns; what nobody here calls so is passed over, as are empty cells.
    # None: it is a table of ours, in which every column has its own name, and an empty cell counts.
    usual: Mapping[str, Sequence[str]] | None = None
    several: Sequence[str] = ()  # the columns of others whose cells hold several values
    by_language: str | None = None  # the column that is there once a language: name_en, name_ru
    name: str = ""  # of the list that JSON has it in
    column_of: Callable[[Sequence[str]], str] = _first  # where a place in the facts came from


@dataclass(frozen=True)
class Column:
    """A column of a table, and what it is read as; None: it is passed over."""

    header: str
    column: str | None


@dataclass(frozen=True)
class Imported(Report):
    """What became of a table, and how it was read."""

    columns: Sequence[Column] = ()
    encoding: Encoding = Encoding.UTF_8
    workbook: Workbook | None = None  # that it stood in


def rows(
    table: Table, layout: Layout, given: Mapping[str, str] = _NOTHING
) -> tuple[list[Row], list[Column]]:
    """Return a table's lines as facts, and as what each of its columns was read.

    `given` says it by header, an empty text that a column is passed over; of tables of others the
    rest is found by the usual names. Raise NotATable, with what to do, where it cannot be told.
    """
    (_, first), *rest = table.lines or [(1, [])]
    header = [csv_files.without_guard(_plain(cell)) for cell in first]
    find = _ours if layout.usual is None else _of_others
    columns = find(header, layout, given)
    return [_row(line, cells, columns, layout, table) for line, cells in rest], columns


def _row(
    line: int, cells: Sequence[str], columns: Sequence[Column], layout: Layout, table: Table
) -> Row:
    wrong = table.faults.get(line, {})
    found, faults = {}, []
    for at, column in enumerate(each.column for each in columns):
        if column and at in wrong:
            faults.append(CellFault(column, Code.UNREADABLE, wrong[at]))
        elif column:
            found[column] = _cell(cells[at] if at < len(cells) else "", column, layout)
    if any(cell.strip() for cell in cells[len(columns) :]):
        detail = f"It has {len(cells)} cells, and the first line {len(columns)}."
        faults = [CellFault("", Code.UNREADABLE, detail)]
    if layout.usual is not None:
        found = {column: cell for column, cell in found.items() if cell}
    return Row(line, point(line), {} if faults else layout.facts(found), faults)


def _cell(cell: str, column: str, layout: Layout) -> str:
    """Return a cell without what surrounds its text; a cell of one value in one line."""
    if layout.usual is not None and column not in layout.several:
        return csv_files.without_guard(_plain(cell))
    lines = cell.replace("\r\n", "\n").strip(" \t\r").replace("\r", "\n")
    return csv_files.without_guard(lines if layout.usual is None or lines.strip() else "")


def _ours(header: Sequence[str], layout: Layout, given: Mapping[str, str]) -> list[Column]:
    known = f"Its first line names columns, some of: {', '.join(layout.columns)}."
    if len(header) > MOST_COLUMNS:
        raise NotATable(known)
    asked = {_bare(name): column for name, column in given.items()}
    names = [asked.get(_bare(name), name).casefold() for name in header]
    faults = _strange(header, layout, given)
    faults += [
        Fault(
            point(at),
            Code.UNKNOWN_FIELD,
            f"There is no column {name[:40]!r}.{_near(name[:40], layout.columns)}",
        )
        for at, name in enumerate(names)
        if name not in layout.columns and not _is_passed_over(header[at], asked)
    ]
    faults += [
        Fault(point(at), Code.DUPLICATE, f"The column {name} is there twice.")
        for at, name in enumerate(names)
        if name and name in names[:at]
    ]
    faults += [
        Fault("", Code.REQUIRED, f"The column {name} is missing: {layout.holds}.")
        for name in layout.needed
        if name not in names
    ]
    if faults or not names:
        raise NotATable(known, faults)
    return [Column(one, name or None) for one, name in zip(header, names, strict=True)]


def _is_passed_over(name: str, asked: Mapping[str, str]) -> bool:
    return asked.get(_bare(name)) == ""


def guessed(header: Sequence[str], layout: Layout) -> list[Column]:
    """Return what each column may be, for a person to look at; of two that may be one, the first.

    Nothing is refused: whether a table can be read so, `rows` tells.
    """
    usual = {
        _words(name): column for column, names in (layout.usual or {}).items() for name in names
    }
    found: list[Column] = []
    for each in header[:MOST_COLUMNS]:
        name = csv_files.without_guard(_plain(each))
        column = _exact(name, layout) or _exact("_".join(_words(name).split()), layout)
        column = column or _guessed(_words(name), layout, usual)
        is_taken = any(column == other.column for other in found)
        found.append(Column(name, None if is_taken else column))
    return found


def _near(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, names, 1)
    return f" Is it {near[0][:40]}?" if near else ""


def _of_others(header: Sequence[str], layout: Layout, given: Mapping[str, str]) -> list[Column]:
    if not header:
        raise NotATable("It has no line. The first names the columns.")
    if len(header) > MOST_COLUMNS:
        raise NotATable(f"Send at most {MOST_COLUMNS} columns.")
    asked = {_bare(name): column for name, column in given.items()}
    faults = _strange(header, layout, given)
    names_of = (layout.usual or {}).items()
    usual = {_words(name): column for column, names in names_of for name in names}
    said = {column for name in header if (column := _exact(asked.get(_bare(name), ""), layout))}
    columns = []
    for name in header:
        bare = _bare(name)
        if bare in asked:
            column = _exact(asked[bare], layout)
        else:
            column = _exact(name, layout) or _guessed(_words(name), layout, usual)
            column = None if column in said else column  # what was said goes before what is guessed
        columns.append(Column(name, column))
    counts = Counter(each.column for each in columns if each.column)
    faults += [
        Fault(
            point(at),
            Code.DUPLICATE,
            f"Another column is {each.column} too: say map={each.header[:40]}: of one",
        )
        for at, each in enumerate(columns)
        if each.column and counts[each.column] > 1
    ]
    if not faults and not any(_is_needed(column, layout) for column in counts):
        names = ", ".join(name[:40] for name in header if name)
        detail = f"None of its columns ({names}) is read as {layout.needed[0]}: say which it is."
        faults.append(Fault("", Code.REQUIRED, detail))
    if faults:
        known = f"Columns may be read as {', '.join(layout.columns)}."
        raise NotATable(f"{known} Say map=HEADER:COLUMN for each that is not found.", faults)
    return columns


def _is_needed(column: str, layout: Layout) -> bool:
    by_language = layout.by_language and column.startswith(f"{layout.by_language}_")
    return bool(by_language) or column in layout.needed


def _strange(header: Sequence[str], layout: Layout, given: Mapping[str, str]) -> list[Fault]:
    """Return what is wrong with what a caller says of columns."""
    there = [_bare(name) for name in header]
    faults = []
    for name, column in given.items():
        if _bare(name) not in there:
            detail = f"There is no column {name[:40]!r}.{_near(_bare(name), there)}"
            faults.append(Fault("", Code.NOT_FOUND, detail, parameter="map"))
        if column and not _exact(column, layout):
            detail = f"Nothing is called {column[:40]!r} here.{_near(column, layout.columns)}"
            faults.append(Fault("", Code.NOT_A_CHOICE, detail, parameter="map"))
    return faults


def _exact(name: str, layout: Layout) -> str | None:
    """Return the column of ours that is called so."""
    bare = name.strip()
    if bare.casefold() in layout.columns:
        return bare.casefold()
    base, _, language = bare.partition("_")
    is_one = layout.by_language is not None and base.casefold() == layout.by_language
    if is_one and languages.is_language(language):
        return f"{layout.by_language}_{language.lower() if '-' not in language else language}"
    return None


def _guessed(words: str, layout: Layout, usual: Mapping[str, str]) -> str | None:
    """Return the column of ours that others call so."""
    if words in usual:
        return usual[words]
    *before, last = words.split(" ")
    if layout.by_language is None or last not in _LANGUAGES:
        return None
    base = " ".join(before[:-1] if before and before[-1] in _IN else before)
    if not (usual.get(base) or "").startswith(layout.by_language):
        return None
    return f"{layout.by_language}_{_LANGUAGES[last]}"


def _bare(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _words(name: str) -> str:
    bare = _bare(name).replace("ё", "е").replace("e-mail", "email")  # noqa: RUF001 # Cyrillic
    return " ".join(_WORD.findall(bare))


def _plain(cell: str) -> str:
    return " ".join(cell.split())
