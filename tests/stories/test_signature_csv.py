"""Signatories come and go as a table, with a report a line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from api.infra.tables import layouts, reading
from api.infra.tables.reports import MOST_LINES, Row
from api.signatures import rules
from tests.support.builders import a_coalition, a_role, a_signature, a_text, another_revision

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client


def send(
    client: Client, text: tuple[str, str], table: str | bytes, kind: str = "text/csv", **query: str
) -> Answer:
    statement, sha256 = text
    return client.send(
        "POST",
        f"/v1/statements/{statement}/signature-imports",
        table if isinstance(table, bytes) else table.encode(),
        kind=kind,
        query_string={"revision_sha256": sha256, **query},
    )


def table_of(client: Client, text: tuple[str, str], **query: str) -> Answer:
    path = f"/v1/statements/{text[0]}/signatures.csv"
    return client.get(path, **{"for": "import", **query})


def rows_of(table: bytes) -> list[Row]:
    return layouts.rows(reading.read(table), rules.LAYOUT)[0]


def listed(client: Client, text: tuple[str, str]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"/v1/statements/{text[0]}/signatures")["items"]
    return items


@pytest.fixture
def text(owner: Client) -> tuple[str, str]:
    return a_text(owner, a_coalition(owner))


TABLE = """kind;name;acronym;represented_by;represented_by_role;country;visibility;lead;day;email
organisation;House of Specimens;HoS;R. Specimen;Chair;kz;public;yes;2031-05-14;hos@specimen.example
individual;A. Specimen;;;;UZ;coalition;;;
individual;;;;;;anonymous;;;
"""


def test_a_table_is_entered_in_its_order(owner: Client, text: tuple[str, str]) -> None:
    answer = send(owner, text, TABLE)

    assert answer.status == 200, answer.body
    assert answer.json == {
        "stored": True,
        "entered": 3,
        "duplicates": 0,
        "refused": 0,
        "workbook": None,
        "lines": [{"line": line, "state": "entered", "faults": []} for line in (2, 3, 4)],
    }
    first, second, third = listed(owner, text)
    assert first["represented_by"] == {"name": "R. Specimen", "role": "Chair"}
    assert [first[key] for key in ("acronym", "country", "lead", "day", "email")] == [
        "HoS", "KZ", True, "2031-05-14", "hos@specimen.example",
    ]  # fmt: skip
    assert (second["name"], second["visibility"]) == ("A. Specimen", "coalition")
    assert (third["name"], third["visibility"]) == (None, "anonymous")
    assert {one["revision_sha256"] for one in (first, second, third)} == {text[1]}


FAULTY = """kind,name,country,lead,email,day
individual,A. Specimen,KZ,,,
person,B. Specimen,XX,maybe,nobody,yesterday
individual,,,,,
individual,C \U00013000,,,,
"""
POINTERS = {"/3/kind", "/3/country", "/3/lead", "/3/email", "/3/day", "/4/name", "/5/name"}


def test_a_table_with_a_faulty_line_is_refused_whole(owner: Client, text: tuple[str, str]) -> None:
    answer = send(owner, text, FAULTY)

    assert (answer.status, answer["type"]) == (422, "/problems/lines-refused")
    assert set(answer.faults) == POINTERS
    assert "U+13000" in answer.faults["/5/name"]
    assert listed(owner, text) == []


def test_the_good_lines_are_entered_where_that_is_asked_for(
    owner: Client, text: tuple[str, str]
) -> None:
    answer = send(owner, text, FAULTY, partial="true")

    assert [line["state"] for line in answer["lines"]] == ["entered", *["refused"] * 3]
    told = {f"/{line['line']}/{f['column']}" for line in answer["lines"] for f in line["faults"]}
    assert told == POINTERS
    assert [one["name"] for one in listed(owner, text)] == ["A. Specimen"]


def test_a_preview_reports_and_stores_nothing(owner: Client, text: tuple[str, str]) -> None:
    answer = send(owner, text, FAULTY, preview="true")

    assert (answer.status, answer["stored"], answer["entered"], answer["refused"]) == (
        200, False, 1, 3,
    )  # fmt: skip
    assert listed(owner, text) == []


def test_who_is_there_already_is_reported_and_left_out(
    owner: Client, text: tuple[str, str]
) -> None:
    a_signature(owner, *text, name="Khakimova", affiliation="House")
    gone = a_signature(owner, *text, name="Gone Specimen")
    owner.post(f"/v1/signatures/{gone}/withdrawal")
    table = """kind,name,affiliation
individual,KHAKIMOVA,house.
individual,Khakimova,Press
individual,khakimova,PRESS
individual,Хакимова,House
organisation,Khakimova,House
individual,Gone Specimen,
"""

    answer = send(owner, text, table)

    assert [line["state"] for line in answer["lines"]] == [
        "duplicate", "entered", "duplicate", "entered", "entered", "entered",
    ]  # fmt: skip
    details = [line["faults"][0]["detail"] for line in answer["lines"] if line["faults"]]
    assert details == [
        "It is there already.",
        "Line 3 enters the same one.",
        "It sounds like one that is there, and is entered.",
    ]
    assert answer["duplicates"] == 2


@pytest.mark.parametrize(
    ("table", "status", "problem"),
    [
        (b"kind,nmae\nindividual,A\n", 422, "not-a-table"),
        (b"kind,name\nindividual,\xff\n", 422, "not-a-table"),
        (b"\x00\x00\x00", 422, "not-a-table"),
        (b"kind,name\nindividual,A\x00B\n", 422, "lines-refused"),
        (b"kind\n" + b" " * rules.MOST_BYTES, 413, "too-large"),
    ],
)
def test_what_is_no_table_is_refused(
    owner: Client, text: tuple[str, str], table: bytes, status: int, problem: str
) -> None:
    answer = send(owner, text, table)

    assert (answer.status, answer["type"]) == (status, f"/problems/{problem}")


def test_a_table_is_sent_as_one_and_under_the_newest_text(
    owner: Client, text: tuple[str, str]
) -> None:
    another_revision(owner, text[0], "editorial")

    assert send(owner, text, TABLE, "application/json").status == 415
    assert send(owner, text, TABLE)["type"] == "/problems/text-changed"
    assert send(owner, (text[0], "nonsense"), TABLE).status == 422
    assert send(owner, text, TABLE, preview="true").status == 409


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_coordinators_import(world: World, owner: Client, role: str) -> None:
    coalition = a_coalition(owner)
    text = a_text(owner, coalition)
    somebody = a_role(owner, coalition, world.user(), role)

    assert send(somebody, text, TABLE).status == 403
    assert send(somebody, text, TABLE, preview="true").status == 403
    assert send(world.user("stranger"), text, TABLE).status == 404


def test_a_viewers_table_holds_what_everybody_sees(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    text = a_text(owner, coalition)
    for visibility in ("public", "initials", "coalition", "anonymous"):
        a_signature(
            owner,
            *text,
            name=f"{visibility.title()} Specimen",
            visibility=visibility,
            email="canary@specimen.example",
        )
    viewer = a_role(owner, coalition, world.user(), "viewer")

    table = table_of(viewer, text).body.decode("utf-8-sig")

    assert [row.facts["name"] for row in rows_of(table.encode())] == [
        "Public Specimen",
        "I. S.",
    ]
    assert "canary" not in table
    assert len(rows_of(table_of(owner, text).body)) == 4


def test_a_table_holds_those_who_are_counted_or_on_request_those_who_wait(
    owner: Client, text: tuple[str, str]
) -> None:
    a_signature(owner, *text, name="Old Specimen")
    new = text[0], another_revision(owner, text[0], "material")
    a_signature(owner, *new, name="New Specimen", kind="organisation")

    def names(**query: str) -> list[str]:
        rows = rows_of(table_of(owner, text, **query).body)
        return [row.facts["name"] for row in rows]

    assert names() == ["New Specimen"]
    assert names(kind="individual") == []
    assert names(state="waiting") == ["Old Specimen"]
    assert table_of(owner, text, state="withdrawn").status == 422


HOSTILE = [
    '=HYPERLINK("http://x.example";"y")', "+1+1", "-2", "@SUM(A1)", "＝1+1", "＋1", "－1",  # noqa: RUF001 # full width
    "＠x", "'=1", "''=1", "'quoted'", "a;=1+1;b", 'a,"=1', "O'Brien", "- dash", "x'=y",  # noqa: RUF001 # full width
]  # fmt: skip


def test_hostile_cells_leave_harmless_and_come_back_equal(
    owner: Client, text: tuple[str, str]
) -> None:
    for number, name in enumerate(HOSTILE):
        facts: dict[str, Any] = {
            "role": name,
            "represented_by": {"name": name},
            "affiliation": f"House {number}",
        }
        a_signature(owner, *text, name=name, **facts)

    table = table_of(owner, text)
    other = a_text(owner, a_coalition(owner))
    answer = send(owner, other, table.body)

    assert (answer.status, answer["entered"]) == (200, len(HOSTILE)), answer.body
    kept = ("kind", "name", "role", "represented_by", "country", "lead", "visibility", "day")
    before, after = listed(owner, text), listed(owner, other)
    assert [[one[k] for k in kept] for one in before] == [[one[k] for k in kept] for one in after]
    assert [one["name"] for one in after] == HOSTILE
    for line in table.body.decode("utf-8-sig").splitlines()[1:]:
        for cell in line.strip('"').split('","'):
            assert not cell.startswith(tuple("=+-@＝＋－＠")), line  # noqa: RUF001 # full width
    assert table_of(owner, other).body == table.body
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "signatures.csv" in table.headers["Content-Disposition"]


@pytest.mark.long
def test_ten_thousand_signatories_come_and_go(owner: Client, text: tuple[str, str]) -> None:
    lines = [f"individual,Specimen {n:05},House {n % 97},KZ" for n in range(MOST_LINES)]
    began = time.monotonic()

    answer = send(owner, text, "\n".join(["kind,name,affiliation,country", *lines]))
    entered = time.monotonic()
    streamed = owner.http.get(
        f"/v1/statements/{text[0]}/signatures.csv",
        headers={"Authorization": f"Bearer {owner.token}"},
    )
    pieces = [len(piece) for piece in streamed.response]
    left = time.monotonic()

    assert (answer.status, answer["entered"]) == (200, MOST_LINES)
    assert streamed.is_streamed
    assert len(pieces) > 20
    assert max(pieces) < 100_000
    last = owner.get(f"/v1/statements/{text[0]}/signatures", limit=1)
    assert (last["total"], last["items"][0]["name"]) == (MOST_LINES, "Specimen 00000")
    assert owner.get(f"/v1/statements/{text[0]}/signatures", q="Specimen").status == 202
    assert (entered - began, left - entered) < (30, 10)  # some 3 and 2 on two busy cores
