"""Cases come and go as tables, with a report a line; who may not be named stays unnamed."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from api.cases import rules
from tests.support.builders import a_case, a_coalition, a_role

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

JSON = "application/json"
HIDDEN = {
    "name": "Davlatbek Zarobov",
    "aliases": ["Давлатбек Заробов"],
    "country": "TJ",
    "occupation": "blogger",
    "born": 1991,
    "summary": "held at night",
    "sources": ["a book; its second part"],
    "may_be_named": False,
}
CANARIES = ("zarobov", "davlatbek", "заробов", "давлатбек", "held at night", "second part")


def send(client: Client, coalition: str, table: Any, **query: str) -> Answer:
    path, kind = f"/v1/coalitions/{coalition}/case-imports", "text/csv"
    if isinstance(table, list):
        kind, table = JSON, {"cases": table}
    data = table.encode() if isinstance(table, str) else table
    return client.send("POST", path, data, kind=kind, query_string=query)


def given_out(client: Client, coalition: str, form: str = "csv") -> bytes:
    answer = client.get(f"/v1/coalitions/{coalition}/cases.{form}")
    assert answer.status == 200, answer.body
    return answer.body


def lines_of(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))


def cases_of(client: Client, coalition: str) -> dict[str, dict[str, Any]]:
    items = client.get(f"/v1/coalitions/{coalition}/cases")["items"]
    return {item["key"]: item for item in items}


def states(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [line["state"] for line in answer["lines"]]


def told_in(text: bytes | str) -> list[str]:
    text = text if isinstance(text, str) else text.decode()
    return [canary for canary in CANARIES if canary in text.casefold()]


TABLE = """key;name;aliases;country;born;status;last_verified;may_be_named;sources
ayan;Ayan Specimenov;"Аян Спесименов
Ayan, S.";kz;1984;On trial;2031-05-02;ИСТИНА;"https://specimen.example/a;b
a book"
;Dana Exampleva;Д. Примерова; KG ;;;;no;
"""


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_of_a_spreadsheet_is_entered(owner: Client, code: str) -> None:
    coalition = a_coalition(owner)

    answer = send(owner, coalition, TABLE.encode(code))

    assert states(answer) == ["entered", "entered"]
    assert (answer["stored"], answer["entered"], answer["refused"]) == (True, 2, 0)
    assert [line["line"] for line in answer["lines"]] == [2, 5]
    cases = cases_of(owner, coalition)
    ayan, dana = cases["ayan"], cases["case-kg"]
    assert [line["id"] for line in answer["lines"]] == [ayan["id"], dana["id"]]
    assert ayan["aliases"] == ["Аян Спесименов", "Ayan, S."]
    assert ayan["sources"] == ["https://specimen.example/a;b", "a book"]
    assert (ayan["country"], ayan["born"], ayan["status"]) == ("KZ", 1984, "on_trial")
    assert (dana["name"], dana["may_be_named"]) == ("Dana Exampleva", False)
    history = owner.get(f"/v1/cases/{ayan['id']}/status-changes")["items"]
    assert [step["status"] for step in history] == ["on_trial"]


FAULTY = """key,name,country,born,status,last_verified,may_be_named,occupation,public_label
fine,A. Specimen,KZ,1984,released,2031-05-02,true,,
Not A Key,,XX,84th,free,02/05/2031,maybe,,
dana,Dana Exampleva,KG,,,,,,
hidden,Dana Exampleva,KG,,,,no,friend of Dana Exampleva,DANA EXAMPLEVA
exampleva,Dana Exampleva,TJ,,,,no,,
"""
FAULTS = {
    "/3/key", "/3/country", "/3/born", "/3/status", "/3/last_verified", "/3/may_be_named",
    "/4/may_be_named", "/5/occupation", "/5/public_label", "/6/key",
}  # fmt: skip


def test_days_years_and_countries_are_read_as_offices_write_them(owner: Client) -> None:
    coalition = a_coalition(owner)
    table = (
        "name;country;born;last_verified;status\r\n"
        "A. Specimen;Kazakhstan;1 990;14/05/2031;detained\r\n"
        "B. Specimen;KAZ;1990,0;14.05.2031 0:00:00;detained\r\n"
        "C. Specimen;Казахстан;1990.0;14 мая 2031;detained\r\n"
    )

    answer = send(owner, coalition, table.encode("cp1251"))

    assert states(answer) == ["entered"] * 3, answer.body
    told = {
        (c["country"], c["born"], c["last_verified"]) for c in cases_of(owner, coalition).values()
    }
    assert told == {("KZ", 1990, "2031-05-14")}
    twice = send(owner, coalition, "name;country;last_verified\nD. Specimen;KZ;03/04/2031\n")
    assert "2031-04-03 or 2031-03-04" in next(iter(twice.faults.values()))


def test_a_table_with_faulty_lines_is_refused_whole_or_entered_without_them(
    owner: Client,
) -> None:
    coalition = a_coalition(owner)

    refused = send(owner, coalition, FAULTY)
    preview = send(owner, coalition, FAULTY, preview="true")
    nothing = cases_of(owner, coalition)
    answer = send(owner, coalition, FAULTY, partial="true")

    assert (refused.status, refused["type"]) == (422, "/problems/lines-refused")
    assert set(refused.faults) == FAULTS
    assert "2031-05-02 or 2031-02-05" in refused.faults["/3/last_verified"]
    assert nothing == {}
    assert states(preview) == states(answer) == ["entered", *["refused"] * 4]
    assert (preview["stored"], preview["lines"][0]["id"]) == (False, None)
    assert preview["lines"][1:] == answer["lines"][1:]
    assert list(cases_of(owner, coalition)) == ["fine"]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_what_goes_out_comes_in_equal(world: World, owner: Client, form: str) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition, **HIDDEN, key="case-7", public_label="a blogger")
    a_case(owner, coalition, name="=1+1", aliases=["'x; y"], sources=["-1", "@x"], summary="a\nb")
    a_case(owner, coalition, key="full", status="detained", last_verified="2031-05-02", born=1990)
    coordinator = a_role(owner, coalition, world.user(), "coordinator")

    out = given_out(coordinator, coalition, form)
    table = json.loads(out)["cases"] if form == "json" else out
    again = send(coordinator, coalition, table, on_difference="update")
    other = a_coalition(owner)
    copied = send(owner, other, table)

    assert states(again) == ["same"] * 3
    assert states(copied) == ["entered"] * 3
    own = {"id", "coalition_id", "created_at", "updated_at"}
    before, after = (
        {key: {k: v for k, v in case.items() if k not in own} for key, case in found.items()}
        for found in (cases_of(owner, coalition), cases_of(owner, other))
    )
    assert before == after
    assert lines_of(given_out(owner, coalition))[0]["name"] == "'=1+1"


def test_a_row_that_differs_is_kept_or_updated_as_the_caller_chose(owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, key="ayan", occupation="baker", status="detained")
    table = "key,occupation,status,last_verified\nayan,,released,2031-05-02\n"
    change = [
        {"column": "occupation", "before": "baker", "after": None},
        {"column": "status", "before": "detained", "after": "released"},
        {"column": "last_verified", "before": None, "after": "2031-05-02"},
    ]

    kept = send(owner, coalition, table)
    unchanged = owner.get(f"/v1/cases/{case}")
    preview = send(owner, coalition, table, on_difference="update", preview="true")
    still = owner.get(f"/v1/cases/{case}")
    changed = send(owner, coalition, table, on_difference="update")

    assert (states(kept), states(preview), states(changed)) == (["kept"], ["changed"], ["changed"])
    for answer in (kept, preview, changed):
        assert answer["lines"][0]["changes"] == change
        assert answer["lines"][0]["id"] == case
    assert unchanged.json == still.json
    now = owner.get(f"/v1/cases/{case}")
    assert [now[key] for key in ("occupation", "status", "last_verified", "name")] == [
        None, "released", "2031-05-02", "Aigerim Zhaksylykova",
    ]  # fmt: skip
    assert now.etag != unchanged.etag
    history = owner.get(f"/v1/cases/{case}/status-changes")["items"]
    assert [step["status"] for step in history] == ["released", "detained"]
    assert states(send(owner, coalition, table, on_difference="update")) == ["same"]
    record = owner.get(f"/v1/coalitions/{coalition}/audit-entries", object_id=case)["items"]
    assert [entry["action"] for entry in record] == ["case.changed", "case.entered"]


def test_what_is_not_in_the_table_stays_and_keys_change_by_id(owner: Client) -> None:
    coalition = a_coalition(owner)
    one = a_case(owner, coalition, key="one", name="One Specimen")
    two = a_case(owner, coalition, key="two", name="Two Specimen")
    table = [{"id": one, "key": "first"}, {"id": two, "key": "one"}]

    refused = send(owner, coalition, table, on_difference="update")
    changed = send(owner, coalition, table[:1], on_difference="update")

    assert refused.faults == {"/cases/1/key": "Another one here has this key: choose another."}
    assert states(changed) == ["changed"]
    assert set(cases_of(owner, coalition)) == {"first", "two"}


def test_a_person_without_a_key_is_not_entered_twice_and_never_changed(owner: Client) -> None:
    coalition = a_coalition(owner)
    table = "name,country,occupation\nAyan Specimenov,KZ,baker\nDana Exampleva,KG,\n"
    assert states(send(owner, coalition, table)) == ["entered", "entered"]

    again = send(owner, coalition, table)
    other = send(owner, coalition, table.replace("baker", "poet"), on_difference="update")
    twice = send(owner, coalition, "name,country\nA. Specimen,KZ\nA. SPECIMEN,KZ\n")

    assert states(again) == ["same", "same"]
    assert states(other) == ["kept", "same"]
    assert "give its key" in other["lines"][0]["faults"][0]["detail"]
    assert set(twice.faults) == {"/3/key"}
    assert len(cases_of(owner, coalition)) == 2


@pytest.mark.parametrize(
    ("table", "status", "problem"),
    [
        (b"nmae,country\nA,KZ\n", 422, "not-a-table"),
        (b"", 422, "not-a-table"),
        (b"key\n" + b" " * rules.MOST_BYTES, 413, "too-large"),
        (["x", 1], 422, "lines-refused"),
        ([{"nmae": "A"}], 422, "lines-refused"),
        (b'{"cases": {}}', 415, "wrong-content-type"),
    ],
)
def test_what_is_no_table_is_refused(owner: Client, table: Any, status: int, problem: str) -> None:
    coalition = a_coalition(owner)
    kind = "application/xml" if problem == "wrong-content-type" else "text/csv"
    path = f"/v1/coalitions/{coalition}/case-imports"

    answer = (
        send(owner, coalition, table)
        if isinstance(table, list)
        else owner.send("POST", path, table, kind=kind)
    )

    assert (answer.status, answer["type"]) == (status, f"/problems/{problem}")
    bodies: list[Any] = [{}, [], {"cases": 1}, {"cases": [], "more": 1}]
    for body in bodies:
        assert owner.post(path, body).status == 422


def test_another_coalitions_case_is_not_found_by_its_id(world: World, owner: Client) -> None:
    theirs = a_case(owner, a_coalition(owner))
    coalition = a_coalition(owner)

    answer = send(owner, coalition, [{"id": theirs, "name": "New", "country": "KZ"}])

    assert states(answer) == ["entered"]
    assert answer["lines"][0]["id"] != theirs
    assert owner.get(f"/v1/cases/{theirs}")["name"] == "Aigerim Zhaksylykova"
    assert send(world.user("stranger"), coalition, TABLE).status == 404
    assert send(a_role(owner, coalition, world.user(), "viewer"), coalition, TABLE).status == 403
