"""Tables of others: any usual encoding and separator, and columns by any name, told as ours."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.errors import Code, Fault, point
from api.infra.tables import csv_files
from api.infra.tables.csv_files import CellFault, NotATable, Report, Row
from api.infra.tables.encodings import Encoding
from api.infra.text import languages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from api.infra.tables.reading import Table

MOST_BYTES = 10_000_000
_WORD = re.compile(r"[^\W_]+")
# What a header may add to a name to say its language.
_LANGUAGES = {
    "english": "en", "eng": "en", "английский": "en", "английском": "en", "англ": "en",
    "russian": "ru", "rus": "ru", "русский": "ru", "русском": "ru", "рус": "ru",  # noqa: RUF001 # Cyrillic
    "en": "en", "ru": "ru",
}  # fmt: skip
_IN = {"in", "на"}


@dataclass(frozen=True)
class Layout:
    """What a kind of table may hold."""

    columns: Sequence[str]  # ours
    usual: Mapping[str, Sequence[str]]  # what others call them
    facts: Callable[[Mapping[str, str]], dict[str, Any]]  # of cells by our columns
    needed: Sequence[str]  # one of these has to be there, or nothing can be entered
    several: Sequence[str] = ()  # the columns whose cells hold several values
    by_language: str | None = None  # the column that is there once a language: name_en, name_ru


@dataclass(frozen=True)
class Column:
    """A column of a table, and what it is read as; None: it is passed over."""

    header: str
    column: str | None


@dataclass(frozen=True)
class Imported(Report):
    """What became of a table of others, and how it was read."""

    columns: Sequence[Column] = ()
    encoding: Encoding = Encoding.UTF_8


def mapped(
    table: Table, layout: Layout, given: Mapping[str, str]
) -> tuple[list[Row], list[Column]]:
    """Return a table's lines as facts, and as what each of its columns was read.

    `given` says it by header, an empty text that a column is passed over; the rest is found by
    the usual names. Raise NotATable where it cannot be told.
    """
    (_, header), *rest = table.lines or [(1, [])]
    if not header:
        raise NotATable("It has no line. The first names the columns.")
    if len(header) > csv_files.MOST_COLUMNS:
        raise NotATable(f"Send at most {csv_files.MOST_COLUMNS} columns.")
    names = [csv_files.without_guard(_plain(cell)) for cell in header]
    columns = _columns(names, layout, given)
    return [_row(line, cells, columns, layout, table) for line, cells in rest], columns


def _columns(header: Sequence[str], layout: Layout, given: Mapping[str, str]) -> list[Column]:
    asked = {_bare(name): column for name, column in given.items()}
    faults = _strange(header, layout, given)
    usual = {_words(name): column for column, names in layout.usual.items() for name in names}
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
            near = difflib.get_close_matches(_bare(name), there, 1)
            advice = f" Is it {near[0][:40]}?" if near else ""
            faults.append(
                Fault(
                    "",
                    Code.NOT_FOUND,
                    f"There is no column {name[:40]!r}.{advice}",
                    parameter="map",
                )
            )
        if column and not _exact(column, layout):
            near = difflib.get_close_matches(column, layout.columns, 1)
            advice = f" Is it {near[0]}?" if near else ""
            detail = f"Nothing is called {column[:40]!r} here.{advice}"
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


def _row(
    line: int, cells: Sequence[str], columns: Sequence[Column], layout: Layout, table: Table
) -> Row:
    if any(cell.strip() for cell in cells[len(columns) :]):
        detail = f"It has {len(cells)} cells, and the first line {len(columns)}."
        return Row(line, point(line), {}, [CellFault("", Code.UNREADABLE, detail)])
    places = [(at, each.column) for at, each in enumerate(columns) if each.column]
    if wrong := table.faults.get(line):
        faults = [
            CellFault(column, Code.UNREADABLE, wrong[at]) for at, column in places if at in wrong
        ]
        if faults:
            return Row(line, point(line), {}, faults)
    found = {
        column: cells[at].strip(" \t\r") if column in layout.several else _plain(cells[at])
        for at, column in places
        if at < len(cells)
    }
    told = {name: csv_files.without_guard(cell) for name, cell in found.items() if cell.strip()}
    return Row(line, point(line), layout.facts(told))


def _plain(cell: str) -> str:
    return " ".join(cell.split())
