"""Tables: read as spreadsheets write them, written so that none of them runs anything."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, strategies as st

from api.infra.tables import csv_files, layouts, reading
from api.infra.tables.layouts import Layout
from api.infra.tables.merging import Merge, There
from api.infra.tables.reports import Line, NotATable

LAYOUT = Layout(("key", "name", "aliases"), dict)


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("comma", [",", ";", "\t"])
def test_a_table_is_read_in_every_code_that_spreadsheets_write(code: str, comma: str) -> None:
    text = comma.join(("Key", " NAME")) + "\r\n" + comma.join(("a", "Жанна")) + "\r\n"

    rows, _ = layouts.rows(reading.read(text.encode(code)), LAYOUT)

    assert [(row.line, row.place, row.facts) for row in rows] == [
        (2, "/2", {"key": "a", "name": "Жанна"})
    ]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (b"", "names columns"),
        (b"key" + b",x" * 5000, "names columns"),
        ("key,name\na,Ж".encode("cp1251"), "UTF-8"),
        (b"\xff\xfekey", "UTF-8"),
        (b"key,name\na,b\n" * 6000, "at most 10,000 lines"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(table: bytes, says: str) -> None:
    with pytest.raises(NotATable) as refused:
        layouts.rows(reading.read(table), LAYOUT)

    assert says in refused.value.detail


def test_a_line_that_ends_early_has_empty_cells() -> None:
    ((row,), _) = layouts.rows(reading.read(b"key,name,aliases\na\n"), LAYOUT)

    assert row.facts == {"key": "a", "name": "", "aliases": ""}


def test_empty_cells_after_the_last_column_are_passed_over_and_others_are_not() -> None:
    rows, _ = layouts.rows(reading.read(b"key,name,aliases\na,b,c, ,\na,b,c,d\n"), LAYOUT)

    assert rows[0].facts == {"key": "a", "name": "b", "aliases": "c"}
    assert [[fault.detail for fault in row.faults] for row in rows] == [
        [],
        ["It has 4 cells, and the first line 3."],
    ]


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("", []),
        ("A", ["A"]),
        ("A; B ;", ["A", "B"]),
        ("A\n B;C \n\n", ["A", "B;C"]),
        ("A;B\n", ["A;B"]),
    ],
)
def test_a_cell_holds_several_values(cell: str, values: list[str]) -> None:
    assert csv_files.several(cell, ";") == values


@given(st.lists(st.text("ab;,| ", min_size=1).map(str.strip).filter(bool)))
def test_several_values_are_read_as_they_were_written(values: list[str]) -> None:
    cell = csv_files.with_guard(csv_files.together(values, ";"))
    file = csv_files.written(["key", "aliases"], [{"key": "x", "aliases": cell}], header=True)
    ((row,), _) = layouts.rows(reading.read(file.encode()), LAYOUT)

    assert csv_files.several(csv_files.without_guard(row.facts["aliases"]), ";") == values


@given(st.text("'=+-@;,|\"ab \t\n", max_size=12))
def test_reading_takes_off_exactly_what_writing_put_on(cell: str) -> None:
    assert csv_files.without_guard(csv_files.with_guard(cell)) == cell


@pytest.mark.parametrize("begin", ["=1", "+1", "-1", "@x", "\t1"])
def test_no_line_of_a_cell_begins_what_a_spreadsheet_runs(begin: str) -> None:
    assert f"\n'{begin}" in csv_files.with_guard(f"A\n{begin}")


@pytest.mark.parametrize(
    ("cell", "means"),
    [("Yes", True), ("ИСТИНА", True), ("wahr", True), ("0", False), ("Faux", False), ("x", "x")],
)
def test_true_and_false_are_read_in_the_languages_of_spreadsheets(cell: str, means: Any) -> None:
    assert csv_files.truth(cell) == means


def line(number: int, **facts: Any) -> Line:
    return Line(number, f"/{number}", facts, [])


def test_a_line_stands_for_the_row_of_its_id_or_key_or_words() -> None:
    one, two = (There(name, uuid4(), name, name.upper()) for name in ("one", "two"))
    merge = Merge([one, two], ["one", "two", "hidden"])

    assert merge.row_of(line(2, id=one.id, key="two"), None) is one
    assert merge.row_of(line(2, id=uuid4(), key="two"), "ONE") is two
    assert merge.row_of(line(2), "ONE") is one
    assert merge.row_of(line(2, key="three"), "ONE") is None
    assert merge.row_of(line(2), None) is None


def test_two_lines_do_not_stand_for_one_row_or_take_one_key() -> None:
    one = There("one", uuid4(), "one", "ONE")
    merge = Merge([one], ["one", "hidden"])

    def faults(number: int, there: There[str] | None, alike: str, **facts: Any) -> list[str]:
        return [fault.detail for fault in merge.faults(line(number, **facts), there, alike)]

    assert faults(2, one, "ONE", key="one") == []
    assert faults(3, one, "ONE") == ["Line 2 is about the same one: leave one out."]
    assert faults(4, None, "X", key="hidden") == ["Another one here has this key: choose another."]
    assert faults(5, None, "Y", key="y") == []
    assert faults(6, None, "Z", key="y") == ["Line 5 has this key: choose another."]
    assert faults(7, None, "Y") == ["Line 5 says the same: give each a key."]
