"""The XML of a workbook, read by a parser that takes no document type; see `workbooks`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.xmlreader import AttributesImpl

from api.infra.office import XmlPart, bare
from api.infra.tables.reports import MOST_LINES, too_many

MOST_TOLD = 20  # characters of an error
NO_RESULT = "="  # stands for a formula that was saved without one
_CELL = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_LINES, _COLUMNS = 1 << 20, 1 << 14  # of any sheet
_TRUE = {"1", "true"}


class SheetList(XmlPart):
    """The list of sheets."""

    def __init__(self) -> None:
        self.found: list[Mapping[str, str]] = []
        self.dates = "0"

    def begin(self, name: str, attrs: Mapping[str, str]) -> None:
        if name == "sheet":
            self.found.append(attrs)
        elif name == "workbookPr":
            self.dates = "1" if attrs.get("date1904") in _TRUE else "0"


class Filled(Exception):  # no error
    """A sheet has a cell."""


class CellScan(XmlPart):
    """What python-calamine does not tell of cells; lines and columns are counted from 0."""

    def __init__(self, *, is_one_enough: bool = False) -> None:
        self.is_one_enough = is_one_enough
        self.lines: set[int] = set()
        self.columns: set[int] = set()
        self.errors: dict[tuple[int, int], str] = {}
        self.hidden_lines: set[int] = set()
        self.hidden_columns: list[tuple[int, int]] = []
        self._line = self._column = -1
        self._kind = self._value = ""
        self._is_formula = self._is_value = False

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 # SAX's name
        name = bare(name)
        if name == "c":
            self._place(attrs.get("r"))
            self._kind, self._value, self._is_formula = attrs.get("t", "n"), "", False
        elif name in {"v", "t"}:
            self._is_value = True
        elif name == "f":
            self._is_formula = True
        elif name == "row":
            self._line, self._column = int(attrs.get("r", str(self._line + 2))) - 1, -1
            if attrs.get("hidden") in _TRUE:
                self.hidden_lines.add(self._line)
        elif name == "col" and attrs.get("hidden") in _TRUE:
            self.hidden_columns.append((int(attrs["min"]) - 1, int(attrs["max"])))

    def _place(self, name: str | None) -> None:
        if name is None:
            self._column += 1
            return
        found = _CELL.fullmatch(name)
        if found is None:
            raise ValueError("no place of a cell")
        self._column = -1
        for letter in found[1]:
            self._column = (self._column + 1) * 26 + ord(letter) - ord("A")
        self._line = int(found[2]) - 1

    def characters(self, content: str) -> None:
        if self._is_value and len(self._value) < MOST_TOLD:
            self._value += content  # of which no more is told

    def endElement(self, name: str) -> None:  # noqa: N802 # SAX's name
        name = bare(name)
        if name in {"v", "t"}:
            self._is_value = False
        elif name == "c":
            self._end()

    def _end(self) -> None:
        is_empty = self._is_formula and not self._value and self._kind != "str"
        if not self._value and not is_empty:
            return
        if not (0 <= self._line < _LINES and self._column < _COLUMNS):
            raise ValueError("no place of a cell")
        if self.is_one_enough:
            raise Filled
        self.lines.add(self._line)
        self.columns.add(self._column)
        if len(self.lines) > MOST_LINES + 1:
            too_many()
        if is_empty or self._kind == "e":
            self.errors[self._line, self._column] = self._value[:MOST_TOLD] or NO_RESULT
