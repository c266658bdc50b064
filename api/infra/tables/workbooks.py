"""Reads a workbook of Excel, in a limited child; only the render process imports it.

A parser that takes no document type finds what python-calamine does not tell: hidden lines,
formulas without a result, errors, how far the cells reach. Then python-calamine reads the cells,
of a workbook that we pack anew: it sees one sheet, and nothing that was not looked at before.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO
from zipfile import ZipFile

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from api.errors import Code, Fault, Invalid
from api.infra import office
from api.infra.office import Package, PackageBounds, Reference
from api.infra.sandbox.pool import Limits
from api.infra.tables import workbook_xml
from api.infra.tables.reports import MOST_COLUMNS, MOST_LINES, SAVE_IT

# A table of as many lines and columns as are taken needs 4 s, and half a GB.
LIMITS = Limits(cpu_seconds=10, wall_seconds=30.0, memory_bytes=1 << 30)
MOST_UNPACKED = 80_000_000  # bytes
MOST_PARTS = 10_000
MOST_SHEETS = 200
MOST_CELLS = 2 * MOST_LINES * MOST_COLUMNS  # of the box around all that are filled
MOST_TEXT = 20_000_000  # characters of all cells, as often as they stand there
_OTHERS = {
    "content.xml": "This is a table of LibreOffice (.ods)",
    "xl/workbook.bin": "This is a binary workbook (.xlsb)",
    "index/document.iwa": "This is a table of Numbers",
    "index.zip": "This is a table of Numbers",
    "word/document.xml": "This is a document of Word",
}
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORKBOOK = (
    f'<workbook xmlns:r="{_OFFICE}"><workbookPr date1904="{{}}"/>'
    '<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
BROKEN = f"This workbook cannot be read: open it in a spreadsheet. {SAVE_IT}"
TOO_LARGE = (
    f"Unpacked, this workbook has more than {MOST_UNPACKED:,} bytes or {MOST_PARTS:,} parts. Copy"
    " the table alone into a new one, as values, or send it in parts."
)
_BOUNDS = PackageBounds(MOST_UNPACKED, MOST_PARTS, TOO_LARGE, BROKEN)
TOO_WIDE = (
    "The cells of this sheet reach to line {} and column {}. Delete the lines and columns that"
    " follow the table, and save it again."
)
TOO_MUCH = f"The cells hold more than {MOST_TEXT:,} characters: send the table in parts."
RESULTLESS = (
    "It is a formula that was saved without its result: open the file in a spreadsheet, and save"
    " it there."
)


def run(payload: Mapping[str, str | None], blobs: dict[str, bytes]) -> bytes:
    """Return the cells of `sheet`, or of the only one that is filled and not hidden, as JSON.

    Raise Invalid; its faults are of the choice of a sheet.
    """
    try:
        with ZipFile(BytesIO(blobs["file"])) as archive:
            book = _Book(archive)
            sheet = book.chosen(payload["sheet"])
            return json.dumps(book.told(sheet), ensure_ascii=False).encode()
    except (MemoryError, Invalid):
        raise
    except (*office.BROKEN, CalamineError) as broken:
        raise Invalid(BROKEN) from broken
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":  # of Rust; it has no other name
            raise
        raise Invalid(BROKEN) from panic


class _Book:
    """A workbook whose parts are unpacked within bounds."""

    def __init__(self, archive: ZipFile) -> None:
        self.package = Package(archive, _BOUNDS)
        if what := next((_OTHERS[name] for name in _OTHERS if name in self.package.parts), None):
            raise Invalid(f"{what}. {SAVE_IT}")
        (book,) = (
            each.place
            for each in self.package.references("").values()
            if each.kind == "officeDocument"
        )
        self.relations, sheets = self.package.references(book), workbook_xml.SheetList()
        self._parse(book, sheets)
        self.dates = sheets.dates
        self.sheets = [_Sheet(each, self.relations) for each in sheets.found]
        self.sheets = [each for each in self.sheets if each.kind == "worksheet"]
        if len(self.sheets) > MOST_SHEETS:
            raise Invalid(f"It has more than {MOST_SHEETS} sheets. Copy the table into a new one.")

    def _parse(self, name: str, handler: office.XmlPart) -> None:
        with self.package.opened(name) as part:
            office.parse(part, handler)

    def chosen(self, name: str | None) -> _Sheet:
        """Return the sheet of a name; without one that which alone is filled and seen."""
        if name is not None:
            found = [each for each in self.sheets if _plain(each.name) == _plain(name)]
            if not found:
                raise _unclear(self.sheets, Code.NOT_FOUND, f"It has no sheet {name[:40]!r}.")
            return found[0]
        seen = [each for each in self.sheets if not each.is_hidden and self._is_filled(each)]
        if not seen:
            raise _unclear(self.sheets, Code.REQUIRED, "No sheet that can be seen holds anything.")
        if len(seen) > 1:
            raise _unclear(seen, Code.REQUIRED, "Several of its sheets hold something.")
        return seen[0]

    def _is_filled(self, sheet: _Sheet) -> bool:
        try:
            self._parse(sheet.part, workbook_xml.CellScan(is_one_enough=True))
        except workbook_xml.Filled:
            return True
        return False

    def told(self, sheet: _Sheet) -> dict[str, object]:
        """Return a sheet's cells, and what nobody sees who looks at it."""
        content, cells = self.package.unpacked(sheet.part), workbook_xml.CellScan()
        office.parse(BytesIO(content), cells)
        table = _Lines(cells)
        table.fill(CalamineWorkbook.from_filelike(self._packed(content)).get_sheet_by_index(0))
        others = (each for each in self.sheets if each is not sheet and self._is_filled(each))
        return {
            "sheet": sheet.told(),
            "other_sheets": [each.told() for each in others],
            **table.told(),
        }

    def _packed(self, content: bytes) -> BytesIO:
        """Return a workbook of one sheet, and of what its cells refer to."""
        places = {
            each.kind: each.place
            for each in self.relations.values()
            if each.place in self.package.parts
        }
        packed = BytesIO()
        with ZipFile(packed, "w") as archive:
            archive.writestr("[Content_Types].xml", _TYPES)
            archive.writestr("_rels/.rels", _related("officeDocument", "xl/workbook.xml"))
            archive.writestr("xl/workbook.xml", _WORKBOOK.format(self.dates))
            relations = _related("worksheet", "worksheets/sheet1.xml")
            archive.writestr("xl/_rels/workbook.xml.rels", relations)
            archive.writestr("xl/worksheets/sheet1.xml", content)
            for kind in ("sharedStrings", "styles"):
                if kind in places:
                    archive.writestr(f"xl/{kind}.xml", self.package.unpacked(places[kind]))
        packed.seek(0)
        return packed


def _related(kind: str, target: str) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


class _Sheet:
    """A sheet, as the list of them has it."""

    def __init__(self, attrs: Mapping[str, str], relations: Mapping[str, Reference]) -> None:
        self.name = attrs["name"]
        self.is_hidden = attrs.get("state", "visible") != "visible"
        self.kind, self.part, _ = relations[attrs["id"]]

    def told(self) -> dict[str, object]:
        return {"name": self.name, "is_hidden": self.is_hidden}


def _unclear(sheets: Sequence[_Sheet], code: Code, why: str) -> Invalid:
    names = ", ".join(each.name[:40] for each in sheets[:20])
    return Invalid("Say sheet=NAME.", [Fault("", code, f"{why} It has: {names}.")])


class _Lines:
    """The lines of a sheet that hold something, from the first column that does."""

    def __init__(self, cells: workbook_xml.CellScan) -> None:
        self.cells = cells
        self.left, right = min(cells.columns, default=0), max(cells.columns, default=-1)
        top, bottom = min(cells.lines, default=0), max(cells.lines, default=-1)
        self.width = right - self.left + 1
        if (bottom - top + 1) * self.width > MOST_CELLS:
            raise Invalid(TOO_WIDE.format(f"{bottom + 1:,}", _letters(right)))
        self.lines = {line: [""] * self.width for line in sorted(cells.lines)}

    def fill(self, sheet: CalamineSheet) -> None:
        """Take the cells that python-calamine reads, and keep what is wrong with others."""
        first, left = sheet.start or (0, 0)
        size = 0
        for number, row in enumerate(sheet.to_python(), first):
            if line := self.lines.get(number):
                for column, value in enumerate(row, left - self.left):
                    if value != "" and 0 <= column < self.width:
                        line[column] = _text(value)
                size += sum(map(len, line))
                if size > MOST_TEXT:
                    raise Invalid(TOO_MUCH)
        for (number, column), text in self.cells.errors.items():
            self.lines[number][column - self.left] = text
        if self.lines and not any(map(any, self.lines.values())):  # the two do not agree on them
            raise Invalid(BROKEN)
        self._spread(sheet)

    def _spread(self, sheet: CalamineSheet) -> None:
        """Give a value that stands for several lines, in one cell over them, to each of them."""
        order, errors, left = list(self.lines), self.cells.errors, MOST_CELLS
        for (top, column), (bottom, _) in sheet.merged_cell_ranges or ():
            if top not in self.lines or top == order[0] or not 0 <= column - self.left < self.width:
                continue
            below = order[bisect_right(order, top) : bisect_right(order, bottom)]
            left -= len(below)
            if left < 0:  # no spreadsheet has cells that lie one over another
                raise Invalid(BROKEN)
            for number in below:
                self.lines[number][column - self.left] = self.lines[top][column - self.left]
                if (top, column) in errors:
                    errors[number, column] = errors[top, column]

    def told(self) -> dict[str, object]:
        """Return the cells, with lines counted from 1, and what nobody sees of them."""
        hidden, header = self.cells.hidden_columns, next(iter(self.lines.values()), [])
        return {
            "lines": [(number + 1, _trimmed(line)) for number, line in self.lines.items()],
            "faults": [
                (number + 1, column - self.left, _wrong(text))
                for (number, column), text in sorted(self.cells.errors.items())
            ],
            "hidden_lines": [each + 1 for each in self.lines if each in self.cells.hidden_lines],
            "hidden_columns": [
                name
                for column, name in enumerate(header, self.left)
                if name and any(first <= column < end for first, end in hidden)
            ],
        }


def _plain(name: str) -> str:
    return name.strip().casefold()  # no two sheets of a workbook differ by more


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.15g}"  # as precise as a spreadsheet is
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _trimmed(line: Sequence[str]) -> Sequence[str]:
    end = max((at for at, cell in enumerate(line, 1) if cell), default=0)
    return line[:end]


def _wrong(text: str) -> str:
    said = f"It holds the error {text}: mend its formula, or write the value."
    return RESULTLESS if text == workbook_xml.NO_RESULT else said


def _letters(column: int) -> str:
    before, last = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)
