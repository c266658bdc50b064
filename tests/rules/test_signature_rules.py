"""The one policy of who sees what of a signature, and the table that spreadsheets read."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given, strategies as st

from api.infra.tables import csv_files, layouts, reading
from api.infra.tables.reports import MOST_LINES, NotATable
from api.signatures import rules
from api.signatures.models import SignatoryKind, Signature, SignatureState, Visibility
from api.signatures.rules import Audience, EffectiveState

IDENTITY = {
    "name": "Ada Maria Specimen",
    "acronym": "AMS",
    "role": "Chair",
    "affiliation": "House",
    "as_printed": "Ada M. Specimen",
    "represented_by": {"name": "R. Specimen"},
    "email": "ada@specimen.example",
}


def a_signature(visibility: Visibility) -> Signature:
    """Return a row with what the policy asks of it."""
    return Signature(visibility=visibility, kind=SignatoryKind.INDIVIDUAL, country="KZ", lead=False)


@pytest.mark.parametrize(
    ("visibility", "shown"),
    [
        (
            Visibility.PUBLIC,
            {
                "kind": "individual",
                "name": "Ada Maria Specimen",
                "acronym": "AMS",
                "role": "Chair",
                "affiliation": "House",
                "as_printed": "Ada M. Specimen",
                "country": "KZ",
            },
        ),
        (
            Visibility.INITIALS,
            {
                "kind": "individual",
                "name": "A. M. S.",
                "country": "KZ",
                "visibility": "initials",
            },
        ),
        (Visibility.COALITION, None),
        (Visibility.ANONYMOUS, None),
    ],
)
def test_the_public_sees_only_what_each_visibility_lets_it(
    visibility: Visibility, shown: dict[str, Any] | None
) -> None:
    assert rules.seen(a_signature(visibility), IDENTITY, Audience.PUBLIC) == shown


@pytest.mark.parametrize("visibility", Visibility)
def test_a_coordinator_sees_everything(visibility: Visibility) -> None:
    seen = rules.seen(a_signature(visibility), IDENTITY, Audience.COORDINATOR)

    assert seen is not None
    assert {field: seen[field] for field in IDENTITY} == IDENTITY


@given(
    st.sampled_from([Visibility.COALITION, Visibility.ANONYMOUS]),
    st.dictionaries(st.sampled_from(rules.IDENTITY_FIELDS), st.text()),
)
def test_nothing_that_is_known_shows_a_hidden_signature(
    visibility: Visibility, identity: dict[str, str]
) -> None:
    assert rules.seen(a_signature(visibility), identity, Audience.PUBLIC) is None


@pytest.mark.parametrize(
    ("state", "given_for", "counted_from", "stands"),
    [
        (SignatureState.CONFIRMED, 1, 1, EffectiveState.COUNTED),
        (SignatureState.CONFIRMED, 3, 2, EffectiveState.COUNTED),
        (SignatureState.CONFIRMED, 1, 2, EffectiveState.WAITING),
        (SignatureState.WITHDRAWN, 2, 2, EffectiveState.WITHDRAWN),
        (SignatureState.WITHDRAWN, 1, 2, EffectiveState.WITHDRAWN),
    ],
)
def test_a_signature_counts_for_its_text_and_what_was_only_edited(
    state: SignatureState, given_for: int, counted_from: int, stands: EffectiveState
) -> None:
    assert rules.effective_state(state, given_for, counted_from) is stands
    assert bool(rules.why(stands, given_for, counted_from)) is (stands is EffectiveState.WAITING)


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ({"UZ": 4, "KZ": 5}, {}),  # the one that is hidden would be the rest of the total
        ({"UZ": 4, "KZ": 5, "TM": 9}, {"TM": 9}),
        ({"UZ": 4, "KZ": 5, "TM": 1}, {"KZ": 5}),
        ({"UZ": 1, "KZ": 5, "TM": 1, "TJ": 7}, {"TJ": 7}),  # of two, each must be one
        ({"KZ": 5, "TJ": 7}, {"KZ": 5, "TJ": 7}),
        ({"KZ": 5, "UZ": 0}, {"KZ": 5}),
        ({}, {}),
    ],
)
def test_counts_that_could_point_at_a_person_are_for_coordinators(
    cells: dict[str, int], shown: dict[str, int]
) -> None:
    assert rules.cells_to_show(cells, Audience.PUBLIC) == shown
    everything = {code: number for code, number in sorted(cells.items()) if number}
    assert rules.cells_to_show(cells, Audience.COORDINATOR) == everything


@given(st.dictionaries(st.sampled_from(["KZ", "KG", "TJ", "TM", "UZ", "RU"]), st.integers(0, 12)))
def test_no_small_count_follows_from_the_total_and_the_others(cells: dict[str, int]) -> None:
    shown = rules.cells_to_show(cells, Audience.PUBLIC)

    hidden = [number for code, number in cells.items() if number and code not in shown]
    assert all(number >= rules.LEAST_IN_CELL for number in shown.values())
    assert not shown or len(hidden) != 1
    assert not shown or not hidden or sum(hidden) >= rules.LEAST_IN_CELL


def test_days_on_which_few_came_go_together() -> None:
    days = {"2031-05-01": 6, "2031-05-02": 3, "2031-05-03": 2, "2031-05-04": 4}

    assert rules.days_to_show(days, Audience.PUBLIC) == {"2031-05-01": 6}
    assert rules.days_to_show({**days, "2031-05-04": 5}, Audience.PUBLIC) == {
        "2031-05-01": 6, "2031-05-03": 11, "2031-05-04": 16,
    }  # fmt: skip
    assert list(rules.days_to_show(days, Audience.COORDINATOR).values()) == [6, 9, 11, 15]
    assert rules.days_to_show({"2031-05-01": 4}, Audience.PUBLIC) == {}


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])  # noqa: RUF001 # full width
@pytest.mark.parametrize("before", ["", "Name;", "Name,", 'Name"', "Name|", "'"])
def test_no_cell_begins_what_a_spreadsheet_runs(begin: str, before: str) -> None:
    hostile = f"{before}{begin}cmd|' /C calc'!A0"

    guarded = csv_files.with_guard(hostile)

    assert guarded.startswith(f"{before}'{begin}")
    assert csv_files.without_guard(guarded) == hostile


@given(st.text(alphabet="abcÄяع 19.-'", max_size=20))
def test_a_cell_that_runs_nothing_is_read_as_it_is(cell: str) -> None:
    if not cell.strip("'").startswith("-"):
        assert csv_files.without_guard(cell) == csv_files.with_guard(cell) == cell


def cells(text: str) -> list[dict[str, Any]]:
    return [row.facts for row in layouts.rows(reading.read(text.encode()), rules.LAYOUT)[0]]


@pytest.mark.parametrize("comma", [",", ";", "\t"])
@pytest.mark.parametrize("begin", ["", "\N{ZERO WIDTH NO-BREAK SPACE}"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_read_as_spreadsheets_write_it(comma: str, begin: str, end: str) -> None:
    lines = [["Name", "KIND", "lead"], ["A", "Individual", "no"], [], ["B", "organisation", "YES"]]

    assert cells(begin + end.join(comma.join(line) for line in lines)) == [
        {"name": "A", "kind": "individual", "lead": False},
        {"name": "B", "kind": "organisation", "lead": True},
    ]


def test_lines_are_numbered_as_an_editor_numbers_them() -> None:
    table = b'kind,name\nindividual,"A\nB"\n\nindividual,C\nindividual,D,E\n'

    rows, _ = layouts.rows(reading.read(table), rules.LAYOUT)

    assert [row.line for row in rows] == [2, 5, 6]
    assert [[fault.detail for fault in row.faults] for row in rows] == [
        [],
        [],
        ["It has 3 cells, and the first line 2."],
    ]


def test_who_represents_an_organisation_stands_in_two_columns() -> None:
    table = "kind,represented_by,represented_by_role\norganisation,R. Specimen,Chair\n"

    assert cells(table) == [
        {"kind": "organisation", "represented_by": {"name": "R. Specimen", "role": "Chair"}}
    ]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (b"", "The column kind is missing"),
        (b"name\nA\n", "The column kind is missing"),
        (b"kind,nmae\n", "Is it name?"),
        (b"kind,affilation\n", "Is it affiliation?"),
        (b"kind,zzz\n", "There is no column 'zzz'."),
        (b"kind,name,kind\n", "The column kind is there twice."),
    ],
)
def test_a_first_line_that_names_other_columns_is_refused(table: bytes, says: str) -> None:
    with pytest.raises(NotATable) as refused:
        layouts.rows(reading.read(table), rules.LAYOUT)

    assert says in " ".join(fault.detail for fault in refused.value.faults)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("kind,name\nindividual,Ж".encode("cp1251"), "UTF-8"),
        (b'kind,name\nindividual,"A"B\n', "Line 2"),
        (b'kind,name\nindividual,"A\n', "cannot be read"),
        (b"kind,name\nindividual," + b"A" * 200_000, "cannot be read"),
        (b"kind\n" + b"individual\n" * (MOST_LINES + 1), "at most 10,000 lines"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(table: bytes, says: str) -> None:
    with pytest.raises(NotATable) as refused:
        layouts.rows(reading.read(table), rules.LAYOUT)

    assert says in refused.value.detail


def test_what_is_written_is_read_again() -> None:
    seen = rules.seen(a_signature(Visibility.COALITION), IDENTITY, Audience.COORDINATOR)
    assert seen is not None

    line = rules.cells_of({**seen, "day": "2031-05-14"})
    table = csv_files.written(rules.COLUMNS, [line], header=True)

    assert cells(table) == [
        {**IDENTITY, "kind": "individual", "country": "KZ", "lead": False,
         "visibility": "coalition", "day": "2031-05-14"}
    ]  # fmt: skip
    quoted = list(csv.reader(io.StringIO(table.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}"))))
    assert quoted[0] == list(rules.COLUMNS)
    assert '"individual","Ada Maria Specimen"' in table


def test_equal_signatories_are_the_same_however_they_are_typed() -> None:
    one = rules.sameness("individual", {"name": "Khakimova", "affiliation": "Press House"})

    assert one == rules.sameness("individual", {"name": "KHAKIMOVA", "affiliation": "press-house"})
    assert one != rules.sameness("individual", {"name": "Хакимова", "affiliation": "Press House"})
    assert one != rules.sameness("organisation", {"name": "Khakimova"})
    assert rules.sameness("individual", {"affiliation": "Press House"}) is None
