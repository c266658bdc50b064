"""What is told of a table: its lines, what is wrong in them, and what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn
from uuid import UUID

from api.errors import Code, Fault, Invalid, Reason, point

if TYPE_CHECKING:
    from api.infra.tables.encodings import Encoding

MOST_LINES = 10_000
MOST_COLUMNS = 100
SAVE_IT = "Save it as Excel Workbook (.xlsx) or as CSV UTF-8, and send that."


class NotATable(Invalid, title="This file is not a table of what belongs here"):
    """The file is no table of what belongs here; none of its lines was read."""


class LinesRefused(Invalid, title="Some lines cannot be entered"):
    """A table is entered whole or, where the caller says so, without the lines that break rules."""


class OnDifference(StrEnum):
    """What becomes of a row that a line has other facts of.

    `keep`: the row stays as it is. `update`: the row takes the line's.
    """

    KEEP = "keep"
    UPDATE = "update"


class LineState(StrEnum):
    """What became of a line.

    `kept`: it differs from what is there, which stays.
    """

    ENTERED = "entered"
    CHANGED = "changed"
    SAME = "same"
    KEPT = "kept"
    REFUSED = "refused"


class CellFault(NamedTuple):
    """What is wrong in one cell; no column where it is the line.

    `limit` and `allowed` are those of a Fault; `line` is another one that it is about.
    """

    column: str
    code: Code
    detail: str
    limit: float | None = None
    allowed: tuple[str, ...] = ()
    line: int | None = None

    @classmethod
    def of(cls, column: str, reason: Reason) -> CellFault:
        """Return what is wrong for a reason."""
        return cls(column, reason.code, str(reason), reason.limit, reason.allowed)


class CellChange(NamedTuple):
    """Where a line differs from what is there."""

    column: str
    before: object
    after: object


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
        before: Mapping[str, object],
        given: Mapping[str, object],
        on_difference: OnDifference,
        advice: str | None,
    ) -> dict[str, object]:
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
        Fault(
            each.place + (point(wrong.column) if wrong.column else ""),
            wrong.code,
            wrong.detail,
            limit=wrong.limit,
            allowed=wrong.allowed,
        )
        for each in lines
        if each.state == LineState.REFUSED
        for wrong in each.faults
    ]
    if faults:
        raise LinesRefused(
            "Nothing was stored. Mend the lines that the errors point at, or send partial=true to"
            " enter the others.",
            faults,
        )


def too_many() -> NoReturn:
    """Refuse a table that is too long."""
    detail = f"Send at most {MOST_LINES:,} lines at once."
    raise NotATable(detail, [Fault("", Code.TOO_MANY, detail, limit=MOST_LINES)])


class FileHints(NamedTuple):
    """What a caller says of a file."""

    encoding: Encoding | None = None
    sheet: str | None = None  # of a workbook


NOTHING_SAID = FileHints()


@dataclass(frozen=True)
class How:
    """How a table is read, and brought together with what is there."""

    on_difference: OnDifference
    partial: bool
    preview: bool
    file: FileHints


def plain(facts: Mapping[str, object], columns: Sequence[str]) -> dict[str, object]:
    """Return a row as JSON has it, in the order of its columns."""
    return {column: _plain(facts[column]) for column in columns}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, UUID | date | StrEnum) else value
