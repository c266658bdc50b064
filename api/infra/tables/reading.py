"""Reads a file as a table, whatever program saved it: CSV, or a workbook of Excel."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from api.errors import Code, Fault, Invalid
from api.infra import office
from api.infra.runtime import runtime
from api.infra.sandbox.bulkhead import Busy
from api.infra.sandbox.pool import LimitReached
from api.infra.tables import csv_files, reports
from api.infra.tables.encodings import Encoding
from api.infra.tables.reports import MOST_LINES, NOTHING_SAID, SAVE_IT, FileHints, NotATable

WORKBOOKS = "api.infra.tables.workbooks"  # runs in the limited child
LOCKED = f"A password locks this workbook. Open it and take the password away. {SAVE_IT}"
OLD = f"This is a workbook of Excel 97 to 2003 (.xls) or another old format. {SAVE_IT}"
TOO_MUCH = (
    "This workbook takes more time or memory than a table may. Copy the table alone into a new one,"
    " as values, or send it in parts."
)


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, as the list of them has it."""

    name: str
    is_hidden: bool


@dataclass(frozen=True)
class Workbook:
    """Of a workbook what nobody sees who looks at the table in it."""

    sheet: Sheet  # that was read
    other_sheets: Sequence[Sheet]  # that hold something
    hidden_lines: Sequence[int]  # they were read all the same
    hidden_columns: Sequence[str]  # and so were these, by their first cells


@dataclass(frozen=True)
class Table:
    """The cells of each line that holds something, by its number; the first names the columns."""

    lines: Sequence[tuple[int, Sequence[str]]]
    encoding: Encoding
    # What keeps a cell from being read, by the line's number and the cell's place in it.
    faults: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    workbook: Workbook | None = None


def read(data: bytes, said: FileHints = NOTHING_SAID) -> Table:
    """Return the table in a file of CSV, or in a workbook, which is known by its first bytes.

    Of a workbook it is the sheet that is said, or the only one that is filled and not hidden.
    Raise NotATable with what to do.
    """
    refuse_old(data)
    if is_packed(data):
        return _of_workbook(data, said.sheet)
    refuse_sheet(said)
    text, found = csv_files.decoded(data, said.encoding)
    return Table(_bounded(csv_files.lines(text)), found)


def refuse_old(data: bytes) -> None:
    """Let a file pass, unless it is a workbook that is too old or locked to be unpacked."""
    if data.startswith(office.COMPOUND):
        if office.is_locked(data):
            raise NotATable(LOCKED, [Fault("", Code.FORBIDDEN, LOCKED)])
        raise NotATable(OLD, [Fault("", Code.WRONG_FORMAT, OLD)])


def refuse_sheet(said: FileHints) -> None:
    """Refuse the name of a sheet where there are none."""
    if said.sheet is not None:
        fault = Fault("", Code.CONFLICT, "Leave it out.", parameter="sheet")
        raise NotATable("Only a workbook has sheets.", [fault])


def is_packed(data: bytes) -> bool:
    """Tell whether a file is one that the limited child has to unpack."""
    return data.startswith(office.ZIP)


def _bounded(found: Iterable[tuple[int, Sequence[str]]]) -> list[tuple[int, Sequence[str]]]:
    lines = list(islice(found, MOST_LINES + 2))
    if len(lines) > MOST_LINES + 1:
        reports.too_many()
    return lines


def _of_workbook(data: bytes, sheet: str | None) -> Table:
    try:
        answer = json.loads(runtime().pool.run(WORKBOOKS, {"sheet": sheet}, {"file": data}))
    except LimitReached as limit:
        if limit.is_late:  # of computing it had less than it may take
            raise Busy("It took too long beside others. Try again in a while.") from limit
        raise NotATable(TOO_MUCH, [Fault("", Code.TOO_LARGE, TOO_MUCH)]) from limit
    except Invalid as refused:
        of_choice = [replace(fault, parameter="sheet") for fault in refused.faults]
        raise NotATable(refused.detail, of_choice) from refused
    told = Workbook(
        Sheet(**answer["sheet"]),
        [Sheet(**each) for each in answer["other_sheets"]],
        answer["hidden_lines"],
        answer["hidden_columns"],
    )
    lines = ((number, cells) for number, cells in answer["lines"] if any(map(str.strip, cells)))
    faults: dict[int, dict[int, str]] = {}
    for line, cell, detail in answer["faults"]:
        faults.setdefault(line, {})[cell] = detail
    return Table(_bounded(lines), Encoding.UTF_8, faults, told)
