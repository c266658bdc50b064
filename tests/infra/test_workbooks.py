"""Workbooks made to hurt, and made by odd programs: read or refused, in bounded time and memory."""

from __future__ import annotations

import io
import json
import struct
import time
import zipfile
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from api.errors import Invalid
from api.infra.sandbox.pool import ChildPool, LimitReached
from api.infra.tables.reading import WORKBOOKS
from tests.support.workbooks import CELLS, packed, parts, saved, sheet, text, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_SECONDS = 60  # beside other tests; alone none takes five
ONE = sheet(text("name"), text("One"))
SHARED = "<sst><si><t>name</t></si><si><r><t>On</t></r><r><t>e</t></r></si></sst>"


@pytest.fixture(scope="module")
def children() -> Iterator[ChildPool]:
    with closing(ChildPool([WORKBOOKS], spares=1)) as started:
        yield started


def read(children: ChildPool, file: bytes, name: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(children.run(WORKBOOKS, {"sheet": name}, {"file": file}))
    return found


def swollen(name: str, begin: bytes, again: bytes, times: int, cells: str = ONE) -> bytes:
    """Return a workbook with a part that is some bytes, and others many times."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for part, content in parts(cells).items():
            if part != name:
                archive.writestr(part, content)
        with archive.open(name, "w") as part_of_it:
            part_of_it.write(begin)
            for _ in range(times):
                part_of_it.write(again)
    return file.getvalue()


def with_a_lie() -> bytes:
    """Return a workbook whose sheet is small by its directory, and 200 MB by its data."""
    file = bytearray(swollen(CELLS, ONE.encode(), b" " * 1_000_000, 200))
    directory = file.rfind(b"PK\x01\x02", 0, file.rfind(CELLS.encode()))
    struct.pack_into("<I", file, directory + 16, zlib.crc32(ONE.encode()))
    struct.pack_into("<I", file, directory + 24, len(ONE))
    return bytes(file)


ROWS = b"<row></row>" * 100_000
STRAY = sheet(text("name", "A1"), text("x", "XFD1048576"))
REFERRING = sheet('<c t="s"><v>0</v></c>')
EVERY = sheet(*['<c t="s"><v>0</v></c>' * 100] * 10_000)
MERGED = sheet(*[text("a") + text("b")] * 10_000)
MERGES = "<mergeCells>" + '<mergeCell ref="A2:A10000"/>' * 300_000 + "</mergeCells>"
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
SHARED_FILE = f"{FILE}<sst><si><t>&a;</t></si></sst>"
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a gigabyte of lines": (
        lambda: swollen(CELLS, b"<worksheet><sheetData>", ROWS, 1000), "80,000,000 bytes",
    ),
    "a gigabyte in a cell": (
        lambda: swollen(
            CELLS, b'<worksheet><row><c t="inlineStr"><is><t>', b" " * 1_000_000, 1000
        ),
        "80,000,000 bytes",
    ),
    "a hundred megabytes of texts": (
        lambda: swollen("xl/shared.xml", b"<sst><si><t>", b"a" * 1_000_000, 100, REFERRING),
        "80,000,000 bytes",
    ),
    "one text a million times": (
        lambda: written(EVERY, shared=f"<sst><si><t>{'a' * 32_000}</t></si></sst>"), "memory",
    ),
    "a million columns": (
        lambda: written(sheet("<c><v>1</v></c>" * 1_000_000)), "cannot be read",
    ),
    "all lines of a sheet": (
        lambda: written(sheet(*["<c><v>1</v></c>"] * (1 << 20))), "at most 10,000 lines",
    ),
    "a cell at the end of the world": (lambda: written(STRAY), "line 1,048,576 and column XFD"),
    "cells that lie one over another": (
        lambda: written(MERGED.replace("</sheetData>", f"</sheetData>{MERGES}")),
        "cannot be read",
    ),
    "entities": (lambda: written(ENTITIES + sheet(text("&b;"))), "cannot be read"),
    "a file of ours": (lambda: written(FILE + sheet(text("&a;"))), "cannot be read"),
    "a file of ours, in a text": (lambda: written(REFERRING, shared=SHARED_FILE), "cannot be read"),
    "depth": (lambda: written("<a>" * 3_000_000), "cannot be read"),
    "many parts": (
        lambda: packed({**parts(ONE), **{f"a/{n}": "" for n in range(20_000)}}), "10,000 parts",
    ),
    "many sheets": (
        lambda: packed(
            parts(ONE)
            | {
                "xl/workbook.xml": "<workbook><sheets>"
                + '<sheet name="a" id="rId1"/>' * 10_000
                + "</sheets></workbook>"
            }
        ),
        "200 sheets",
    ),
    "another way to compress": (lambda: packed(parts(ONE), zipfile.ZIP_LZMA), "cannot be read"),
}  # fmt: skip


# Lines that hold nothing are looked at one by one; the others of the rest take seconds each.
MARKS = {
    "a gigabyte of lines": pytest.mark.long,
    "a gigabyte in a cell": pytest.mark.rest,
    "depth": pytest.mark.rest,
    "cells that lie one over another": pytest.mark.rest,
    "all lines of a sheet": pytest.mark.rest,
}


@pytest.mark.parametrize(
    "name", [pytest.param(each, marks=[MARKS[each]] if each in MARKS else []) for each in BOMBS]
)
def test_a_bomb_is_refused_in_bounded_time_with_what_to_do(children: ChildPool, name: str) -> None:
    made, says = BOMBS[name]
    file = made()
    begun = time.monotonic()

    with pytest.raises(Invalid) as refused:
        read(children, file)

    assert time.monotonic() - begun < MOST_SECONDS
    assert says in refused.value.detail
    assert isinstance(refused.value, LimitReached) is (says == "memory")


def test_what_the_directory_does_not_tell_is_not_unpacked(children: ChildPool) -> None:
    assert read(children, with_a_lie())["lines"] == [[1, ["name"]], [2, ["One"]]]


def test_parts_that_nobody_asks_for_are_not_unpacked(children: ChildPool) -> None:
    file = swollen("xl/media/picture.png", b"", b"a" * 1_000_000, 100)

    assert read(children, file)["lines"] == [[1, ["name"]], [2, ["One"]]]


@pytest.mark.rest  # four seconds
def test_as_many_lines_and_columns_as_are_taken_are_read(children: ChildPool) -> None:
    first, rest = "".join(map(text, map(str, range(100)))), '<c t="s"><v>0</v></c>' * 100
    file = written(sheet(first, *[rest] * 10_000), shared=SHARED)

    lines = read(children, file)["lines"]

    assert (len(lines), lines[-1]) == (10_001, [10_001, ["name"] * 100])


@pytest.mark.parametrize(
    ("place", "is_read"),
    [('r="2"', True), ('r="0"', False), ('r="-1"', False), ('r="x"', False),
     (f'r="{"9" * 4000}"', False)],
)  # fmt: skip
def test_lines_are_numbered_or_nothing_is_read(
    children: ChildPool, place: str, *, is_read: bool
) -> None:
    file = written(
        f"<worksheet><sheetData><row {place}>{text('name')}</row></sheetData></worksheet>"
    )
    if is_read:
        assert read(children, file)["lines"] == [[2, ["name"]]]
        return
    with pytest.raises(Invalid, match="cannot be read"):
        read(children, file)


@pytest.mark.parametrize("cell", [text("a", "A0"), text("a", "ZZZ1"), '<c t="s"><v>7</v></c>'])
def test_a_cell_that_is_nowhere_or_refers_to_nothing_is_refused(
    children: ChildPool, cell: str
) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        read(children, written(sheet(text("name"), cell), shared=SHARED))


def test_numbers_come_as_they_are_seen_and_texts_as_they_are(children: ChildPool) -> None:
    row = [7, 7.0, 0.1 + 0.2, -3, 123456789012345, "007", "1.0", "1e5", True, False, " a ", "a\nb"]

    ((_, cells),) = read(children, saved([row]))["lines"]

    assert cells == [
        "7", "7", "0.3", "-3", "123456789012345", "007", "1.0", "1e5", "true", "false", " a ",
        "a\nb",
    ]  # fmt: skip


def test_texts_in_parts_and_by_number_are_read(children: ChildPool) -> None:
    cells = sheet('<c t="s"><v>0</v></c>', '<c t="s"><v>1</v></c>')

    assert read(children, written(cells, shared=SHARED))["lines"] == [[1, ["name"]], [2, ["One"]]]


STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
MARKED = (
    sheet(text("name"), text("One"))
    .replace("<", "<x:").replace("<x:/", "</x:")
    .replace("<x:worksheet", '<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"')
)  # fmt: skip


@pytest.mark.parametrize("slash", ["/", "\\"])
def test_a_workbook_of_the_strict_kind_and_with_other_paths_is_read(
    children: ChildPool, slash: str
) -> None:
    odd = {
        name.replace("workbook", "book2").replace("/", slash): str(content)
        .replace("http://schemas.openxmlformats.org/officeDocument/2006/relationships", STRICT)
        .replace("xl/workbook", "/xl/book2")
        for name, content in parts(MARKED).items()
    }

    assert read(children, packed(odd))["lines"] == [[1, ["name"]], [2, ["One"]]]


def test_days_counted_from_1904_are_the_days_that_are_seen(children: ChildPool) -> None:
    file = parts(sheet('<c s="1"><v>46520</v></c>'))
    book = str(file["xl/workbook.xml"]).replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    styles = '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    related = str(file["xl/_rels/workbook.xml.rels"]).replace(
        "</R", '<Relationship Id="rId3" Type="/styles" Target="styles.xml"/></R'
    )
    file |= {
        "xl/workbook.xml": book,
        "xl/styles.xml": styles,
        "xl/_rels/workbook.xml.rels": related,
    }

    assert read(children, packed(file))["lines"] == [[1, ["2031-05-14"]]]


def test_a_time_that_nobody_counts_is_refused(children: ChildPool) -> None:
    file = parts(sheet('<c s="1"><v>2147483647</v></c>'))
    file |= {
        "xl/styles.xml": '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="46"/></cellXfs>'
        "</styleSheet>",
        "xl/_rels/workbook.xml.rels": str(file["xl/_rels/workbook.xml.rels"]).replace(
            "</R", '<Relationship Id="rId3" Type="/styles" Target="styles.xml"/></R'
        ),
    }

    with pytest.raises(Invalid, match="cannot be read"):
        read(children, packed(file))


def test_what_one_reader_cannot_read_is_not_taken_for_empty(children: ChildPool) -> None:
    file = written(f'<?xml version="1.0" encoding="UTF-16"?>{ONE}'.encode("utf-16"))

    with pytest.raises(Invalid, match="cannot be read"):
        read(children, file)
