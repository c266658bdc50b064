"""Workbooks of Excel: as a spreadsheet saves them, and as nobody's spreadsheet does."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CELLS = "xl/worksheets/sheet1.xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def saved(
    rows: Sequence[Any],
    change: Callable[[Workbook, Worksheet], None] = lambda *_: None,
    name: str = "Members",
) -> bytes:
    """Return a workbook with a sheet of these rows, changed as a person would change it."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = name
    for row in rows:
        sheet.append(row)
    change(book, sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def packed(parts: Mapping[str, bytes | str], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return these parts as one file, compressed as far as it goes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", kind, compresslevel=9) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def written(cells: bytes | str, **more: bytes | str) -> bytes:
    """Return a workbook whose one sheet is this XML; `more` are further parts below xl/."""
    return packed({**parts(cells), **{f"xl/{name}.xml": part for name, part in more.items()}})


def parts(cells: bytes | str) -> dict[str, bytes | str]:
    """Return the parts of the least workbook whose one sheet is this XML."""
    return {
        "_rels/.rels": _related("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Members" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _related("worksheet", "worksheets/sheet1.xml")
        .replace("</R", '<Relationship Id="rId2" Type="/sharedStrings" Target="shared.xml"/></R'),
        CELLS: cells,
    }  # fmt: skip


def sheet(*rows: str) -> str:
    """Return the XML of a sheet of rows that are given as cells."""
    lines = "".join(f"<row>{cells}</row>" for cells in rows)
    return f"<worksheet><sheetData>{lines}</sheetData></worksheet>"


def text(value: str, place: str = "") -> str:
    """Return a cell that holds a text."""
    at = f' r="{place}"' if place else ""
    return f'<c{at} t="inlineStr"><is><t>{value}</t></is></c>'


def _related(kind: str, target: str) -> str:
    return (
        f'<Relationships><Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        "</Relationships>"
    )
