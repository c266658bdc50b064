"""Tables as spreadsheets keep them: CSV in and out, and what became of each line."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn
from uuid import UUID

from api.errors import Code, Fault, Invalid, Reason, point
from api.infra.tables import encodings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.infra.tables.encodings import Encoding

MOST_LINES = 10_000
MOST_COLUMNS = 100
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
SEPARATORS = ";,\t|"
_QUOTED = re.compile('"[^"]*"')
_FIRST = re.compile(r'[\r\n]*(?:"[^"]*"|[^"\r\n])*')  # a quoted cell may hold line breaks
_SAYS_SEPARATOR = re.compile(rf'"?sep=([{SEPARATORS}])"?(?:\r\n?|\n)', re.IGNORECASE)
# What spreadsheets in English, French, German and Russian write for true and false.
_TRUE = {"true", "yes", "1", "vrai", "oui", "wahr", "ja", "истина", "да"}
_FALSE = {"false", "no", "0", "faux", "non", "falsch", "nein", "ложь", "нет"}
# A spreadsheet runs what begins so, also after a character that it may take for a separator.
# The apostrophes before it belong to the run: writing adds one, and reading takes one.
_RUN = re.compile("(?:^|(?<=[;,|\t\"\n]))('*)(?=[-=+@\t\r\uff1d\uff0b\uff0d\uff20])")


class NotATable(Invalid):
    """The file is no table of what belongs here; none of its lines was read."""

    title = "This file is not a table of what belongs here"


class LinesRefused(Invalid):
    """A table is entered whole or, where the caller says so, without the lines that break rules."""

    title = "Some lines cannot be entered"


class OnDifference(StrEnum):
    """What becomes of a row that a line has other facts of."""

    KEEP = "keep"  # the row stays as it is
    UPDATE = "update"  # the row takes the line's


class LineState(StrEnum):
    """What became of a line."""

    ENTERED = "entered"
    CHANGED = "changed"
    SAME = "same"
    KEPT = "kept"  # it differs from what is there, which stays
    REFUSED = "refused"


class CellFault(NamedTuple):
    """What is wrong in one cell; no column where it is the line."""

    column: str
    code: Code
    detail: str

    @classmethod
    def of(cls, column: str, reason: Reason) -> CellFault:
        """Return what is wrong for a reason."""
        return cls(column, reason.code, str(reason))


class CellChange(NamedTuple):
    """Where a line differs from what is there."""

    column: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Row:
    """One line of a file: its cells, by column."""

    line: int  # of CSV the line in the file, of JSON the place in its list, from 0
    place: str  # the JSON Pointer that leads to it
    facts: dict[str, Any]
    faults: Sequence[CellFault] = ()  # what keeps the facts from being looked at


@dataclass(frozen=True)
class Line:
    """One line after its facts were checked: `facts` are good if no fault is told."""

    line: int
    place: str
    facts: dict[str, Any]
    faults: list[CellFault]


@dataclass
class Reported:
    """What became of a line, and why."""

    line: int
    place: str
    state: StrEnum
    faults: list[CellFault] = field(default_factory=list)
    changes: list[CellChange] = field(default_factory=list)
    id: UUID | None = None  # of the row that it stands for

    def settle(self, state: LineState, faults: Iterable[CellFault]) -> None:
        """Give it a state, or refuse it where there are faults."""
        self.faults = list(faults)
        self.state = LineState.REFUSED if self.faults else state

    def refuse(self, faults: Iterable[CellFault]) -> None:
        self.settle(LineState.REFUSED, faults)

    def compare(
        self,
        before: Mapping[str, Any],
        given: Mapping[str, Any],
        on_difference: OnDifference,
        advice: str | None,
    ) -> dict[str, Any]:
        """Settle a line without faults beside what is there; return what is to be changed.

        With an advice it is kept whatever the caller chose.
        """
        keeps = advice is not None or on_difference is OnDifference.KEEP
        changes = {name: value for name, value in given.items() if value != before[name]}
        self.changes = [
            CellChange(name, _plain(before[name]), _plain(value)) for name, value in changes.items()
        ]
        self.state = (LineState.KEPT if keeps else LineState.CHANGED) if changes else LineState.SAME
        if changes and advice is not None:
            self.faults = [CellFault("key", Code.MAY_BE_SAME, advice)]
        return changes if self.state is LineState.CHANGED else {}


@dataclass(frozen=True)
class Report:
    """What became of a table."""

    stored: bool
    lines: Sequence[Reported]

    @property
    def counts(self) -> Counter[str]:
        return Counter(str(each.state) for each in self.lines)


def must_be_whole(lines: Iterable[Reported]) -> None:
    """Let a table without a refused line pass, or raise LinesRefused with every fault."""
    faults = [
        Fault(each.place + (point(column) if column else ""), code, detail)
        for each in lines
        if each.state == LineState.REFUSED
        for column, code, detail in each.faults
    ]
    if faults:
        raise LinesRefused(
            "Nothing was stored. Mend the lines that the errors point at, or send partial=true to"
            " enter the others.",
            faults,
        )


def decoded(data: bytes, given: Encoding | None) -> tuple[str, Encoding]:
    """Return a file's text, and the encoding that was given or is plain from its bytes."""
    found = encodings.decoded(data, given)
    if found is None and given:
        raise NotATable(f"Its bytes are not {given}: name another encoding, or none.")
    if found is None:
        raise NotATable(
            "Which letters it holds cannot be told. Say encoding=windows-1252 (western Europe),"
            ' windows-1250 or another, or save it as UTF-8 ("CSV UTF-8" in a spreadsheet).'
        )
    return found


def lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a table that are not empty, each with its number; raise NotATable.

    Whatever parts the cells of the first one parts all, and lines may end in any way.
    """
    before, separator = 0, None
    if says := _SAYS_SEPARATOR.match(text):
        before, separator, text = 1, says[1], text[says.end() :]
    first = _QUOTED.sub("", _FIRST.match(text)[0])  # type: ignore[index] # it matches any text
    separator = separator or max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1 + before  # a quoted cell may hold line breaks, so lines are not rows
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1 + before
    except csv.Error as fault:
        raise NotATable(f"Line {reader.line_num + before} cannot be read: {fault}.") from fault


def too_many() -> NoReturn:
    """Refuse a table that is too long."""
    raise NotATable(f"Send at most {MOST_LINES:,} lines at once.")


def truth(cell: str) -> bool | str:
    """Return what a cell says is true or false, or the cell where it says neither."""
    word = cell.strip().casefold()
    return word in _TRUE if word in _TRUE | _FALSE else cell


def several(cell: str, separator: str) -> list[str]:
    """Return the values of one cell: one a line, or in one line with a separator (a pattern)."""
    values = cell.split("\n") if "\n" in cell else re.split(separator, cell)
    return [value for each in values if (value := each.strip())]


def together(values: Sequence[str], separator: str) -> str:
    """Return the cell that `several` reads as these values."""
    whole = "\n".join(values)
    is_one = len(values) == 1 and re.search(separator, whole)
    return f"{whole}\n" if is_one else whole


def written(
    columns: Sequence[str], rows: Iterable[Mapping[str, str | None]], *, header: bool
) -> str:
    """Return rows as lines of a table that no spreadsheet runs."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    if header:
        out.write(BOM)  # or a spreadsheet takes UTF-8 for something else
        writer.writerow(map(with_guard, columns))  # some are named by others
    for row in rows:
        writer.writerow([with_guard(row.get(column) or "") for column in columns])
    return out.getvalue()


def with_guard(cell: str) -> str:
    """Return a cell that a spreadsheet takes for text."""
    return _RUN.sub(r"'\1", cell)


def without_guard(cell: str) -> str:
    """Return the cell that `with_guard` took."""
    return _RUN.sub(lambda run: run[1][1:], cell)


class FileArgs(NamedTuple):
    """What a caller says of a file."""

    encoding: Encoding | None = None
    sheet: str | None = None  # of a workbook


NOTHING_SAID = FileArgs()


@dataclass(frozen=True)
class How:
    """How a table is read, and brought together with what is there."""

    on_difference: OnDifference
    partial: bool
    preview: bool
    file: FileArgs


def plain(facts: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    """Return a row as JSON has it, in the order of its columns."""
    return {column: _plain(facts[column]) for column in columns}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID | date | StrEnum) else value
