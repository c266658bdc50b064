"""Demands come and go as tables, in the order of their lists, with a report a line."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from api.demands.service.tables import MOST_LISTS
from api.infra.tables.reports import MOST_LINES
from tests.stories.test_case_tables import lines_of, states
from tests.stories.test_demands import PARTY, keys_of
from tests.support.builders import a_case, a_coalition, a_demand, a_demand_list, a_role

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

HAND_MADE = """country;party;party_name;party_countries;text;rationale;kind;status;cases
KZ;;;;"Release *both* of them.";They gave bread.;Release;;ayan, dana
;eu;European Union;fr de;The Union should ask.;;policy;partly met;
UZ;;;;Repeal the law.;;;;
kz;;;;"Let them
go.";;;;ayan
"""


def send(client: Client, coalition: str, table: Any, **query: str) -> Answer:
    path, kind = f"/v1/coalitions/{coalition}/demand-imports", "text/csv"
    if isinstance(table, list):
        kind, table = "application/json", {"demands": table}
    data = table.encode() if isinstance(table, str) else table
    return client.send("POST", path, data, kind=kind, query_string=query)


def given_out(client: Client, coalition: str, form: str = "csv") -> Any:
    answer = client.get(f"/v1/coalitions/{coalition}/demands.{form}")
    assert answer.status == 200, answer.body
    return answer.json["demands"] if form == "json" else answer.body


def demands_of(client: Client, coalition: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"/v1/coalitions/{coalition}/demands")["items"]
    return items


def people(client: Client, coalition: str) -> list[str]:
    return [a_case(client, coalition, key=key, name=f"{key} Specimen") for key in ("ayan", "dana")]


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("fr de", ["FR", "DE"]),
        ("Kazakhstan", ["KZ"]),
        ("South Africa; Côte d'Ivoire", ["ZA", "CI"]),
        ("Kazakhstan, Kyrgyz Republic", ["KZ", "KG"]),
        ("Korea, Republic of", ["KR"]),
        ("Korea, Republic of; Россия", ["KR", "RU"]),
        ("KZ UZ, Tajikistan", ["KZ", "UZ", "TJ"]),
        ("", []),
    ],
)
def test_the_countries_of_a_party_are_named_as_people_name_them(
    owner: Client, cell: str, codes: list[str]
) -> None:
    coalition = a_coalition(owner)

    answer = send(
        owner, coalition, f'party,party_name,party_countries,text\nall,All,"{cell}",Ask.\n'
    )

    assert states(answer) == ["entered"], answer.body
    (made,) = owner.get(f"/v1/coalitions/{coalition}/demand-lists")["items"]
    assert made["party"]["countries"] == codes


def test_a_country_that_is_none_or_two_is_pointed_at(owner: Client) -> None:
    coalition = a_coalition(owner)

    table = "party,party_name,party_countries,text\nall,All,Atlantis; Korea,Ask.\n"
    answer = send(owner, coalition, table)

    assert answer.status == 422
    said = " ".join(each["detail"] for each in answer["errors"])
    assert {each["pointer"] for each in answer["errors"]} == {"/2/party_countries"}
    assert "Atlantis is no country" in said
    assert "KP or KR" in said


def test_a_table_of_a_spreadsheet_makes_the_lists_that_are_missing(owner: Client) -> None:
    coalition = a_coalition(owner)
    kz = a_demand_list(owner, coalition, country="KZ")
    a_demand(owner, kz, key="kz-7")
    ayan, dana = people(owner, coalition)

    answer = send(owner, coalition, HAND_MADE)

    assert states(answer) == ["entered"] * 4
    found = demands_of(owner, coalition)
    assert [one["key"] for one in found] == ["kz-7", "kz-8", "kz-9", "eu-1", "uz-1"]
    assert [line["id"] for line in answer["lines"]] == [
        found[place]["id"] for place in (1, 3, 4, 2)
    ]
    assert found[1]["case_ids"] == [ayan, dana]
    assert [found[3][key] for key in ("kind", "status")] == ["policy", "partly_met"]
    assert found[2]["text"] == "Let them\ngo."
    lists = owner.get(f"/v1/coalitions/{coalition}/demand-lists")["items"]
    assert [(one["country"], one["party"]) for one in lists] == [
        ("KZ", None), (None, PARTY), ("UZ", None),
    ]  # fmt: skip
    history = owner.get(f"/v1/demands/{found[1]['id']}/status-changes")["items"]
    assert [step["status"] for step in history] == ["open"]


FAULTY = """country,party,party_name,key,text,kind,cases
KZ,eu,,one,Free them.,,
,,,two,Free them.,,
,eu,,three,Free them.,,
KZ,,,four,,,
KZ,,,five,<b>Free</b> them.,wish,
KZ,,,six,Free them.,,nobody
KZ,,,six,Free all.,,
KZ,,,seven,Free Davlatbek Zarobov.,,
,xx,Friends of Zarobov,eight,Free them.,,
KZ,,,nine,Free everybody.,,
"""
FAULTS = {
    "/2/country", "/3/country", "/4/party_name", "/5/text", "/6/text", "/6/kind", "/7/cases",
    "/8/key", "/9/text", "/10/party_name",
}  # fmt: skip


def test_a_table_with_faulty_lines_is_refused_whole_or_entered_without_them(
    owner: Client,
) -> None:
    coalition = a_coalition(owner)
    who = {"name": "Davlatbek Zarobov", "aliases": ["Zarobov"]}
    a_case(owner, coalition, **who, may_be_named=False)

    refused = send(owner, coalition, FAULTY)
    preview = send(owner, coalition, FAULTY, preview="true")
    lists = owner.get(f"/v1/coalitions/{coalition}/demand-lists")["total"]
    answer = send(owner, coalition, FAULTY, partial="true")

    assert (refused.status, refused["type"]) == (422, "/problems/lines-refused")
    assert set(refused.faults) >= FAULTS
    assert lists == 0
    assert states(preview) == states(answer) == [*["refused"] * 9, "entered"]
    assert preview["lines"][:9] == answer["lines"][:9]
    assert [one["key"] for one in demands_of(owner, coalition)] == ["nine"]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_what_goes_out_comes_in_equal_and_in_order(owner: Client, form: str) -> None:
    coalition = a_coalition(owner)
    eu, kz = (
        a_demand_list(owner, coalition, **subject)
        for subject in ({"party": PARTY}, {"country": "KZ"})
    )
    ayan, dana = people(owner, coalition)
    first = a_demand(owner, kz, text="\\- *Not* a list\\*", key="z", case_ids=[dana, ayan])
    second = a_demand(owner, kz, text="=1+1", rationale="See [^1].", key="a", status="met")
    a_demand(owner, eu, addressee="@office", kind="policy")
    order = f"/v1/demand-lists/{kz}/order"
    owner.put(order, {"ids": [second, first]}, etag=owner.get(order).etag)

    table = given_out(owner, coalition, form)
    again = send(owner, coalition, table, on_difference="update")
    other = a_coalition(owner)
    people(owner, other)
    copied = send(owner, other, table)

    assert states(again) == ["same"] * 3
    assert states(copied) == ["entered"] * 3
    assert [one["key"] for one in demands_of(owner, other)] == ["eu-1", "a", "z"]
    here, there = (
        [{key: value for key, value in line.items() if key != "id"} for line in lines]
        for lines in (given_out(owner, coalition, "json"), given_out(owner, other, "json"))
    )
    assert here == there
    assert lines_of(given_out(owner, coalition))[1]["text"] == "'=1+1"


def test_a_row_that_differs_is_kept_or_updated_as_the_caller_chose(owner: Client) -> None:
    coalition = a_coalition(owner)
    kz = a_demand_list(owner, coalition)
    ayan, dana = people(owner, coalition)
    demand = a_demand(owner, kz, key="one", kind="release", case_ids=[ayan])
    a_demand(owner, kz, key="two")
    table = f"key,kind,status,cases,country,party\none,,met,dana {ayan},UZ,\n"
    changes = {"kind": None, "status": "met", "cases": ["dana", ayan], "country": "UZ"}

    kept = send(owner, coalition, table)
    unchanged = owner.get(f"/v1/demands/{demand}")
    lists = owner.get(f"/v1/coalitions/{coalition}/demand-lists")["total"]
    preview = send(owner, coalition, table, on_difference="update", preview="true")
    still = owner.get(f"/v1/demands/{demand}")
    changed = send(owner, coalition, table, on_difference="update")

    assert (states(kept), states(preview), states(changed)) == (["kept"], ["changed"], ["changed"])
    for answer in (kept, preview, changed):
        told = {each["column"]: each["after"] for each in answer["lines"][0]["changes"]}
        assert told == changes
    assert unchanged.json == still.json
    assert lists == 1
    now = owner.get(f"/v1/demands/{demand}")
    assert now["case_ids"] == [dana, ayan]
    assert (now["kind"], now["status"]) == (None, "met")
    assert now["list_id"] != kz
    assert keys_of(owner, kz) == ["two"]
    assert now.etag != unchanged.etag
    history = owner.get(f"/v1/demands/{demand}/status-changes")["items"]
    assert [step["status"] for step in history] == ["met", "open"]
    assert states(send(owner, coalition, table, on_difference="update")) == ["same"]


def test_a_demand_without_a_key_is_not_asked_twice(owner: Client) -> None:
    coalition = a_coalition(owner)
    people(owner, coalition)
    assert states(send(owner, coalition, HAND_MADE)) == ["entered"] * 4

    again = send(owner, coalition, HAND_MADE)
    other = send(
        owner, coalition, HAND_MADE.replace("Release;;", "Policy;;"), on_difference="update"
    )
    twice = send(owner, coalition, "country,text\nKG,Free  them.\nKG,free them.\n")

    assert states(again) == ["same"] * 4
    assert states(other) == ["kept", "same", "same", "same"]
    assert "key" in other["lines"][0]["faults"][0]["detail"]
    assert set(twice.faults) == {"/3/key"}
    assert len(demands_of(owner, coalition)) == 4


def test_an_editor_reads_and_sends_hidden_cases_by_their_ids(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    hidden = a_case(owner, coalition, key="case-7", may_be_named=False)
    named = a_case(owner, coalition, key="ayan")
    demand = a_demand(owner, a_demand_list(owner, coalition), case_ids=[hidden, named])
    editor = a_role(owner, coalition, world.user(), "editor")

    out = given_out(editor, coalition)
    back = send(editor, coalition, out, on_difference="update")
    guessed = send(editor, coalition, "key,cases\nkz-1,case-7\n", preview="true")

    assert lines_of(out)[0]["cases"] == f"{hidden} ayan"
    assert lines_of(given_out(owner, coalition))[0]["cases"] == "case-7 ayan"
    assert states(back) == ["same"]
    assert states(guessed) == ["refused"]
    assert owner.get(f"/v1/demands/{demand}")["case_ids"] == [hidden, named]
    assert states(send(owner, coalition, "key,cases\nkz-1,case-7 ayan\n")) == ["same"]


def test_one_table_makes_so_many_lists_and_no_more(owner: Client) -> None:
    coalition = a_coalition(owner)
    table = [
        {"party": f"p-{n}", "party_name": f"Party {n}", "text": f"Do {n}."}
        for n in range(MOST_LISTS + 2)
    ]

    answer = send(owner, coalition, table, partial="true", preview="true")

    assert (answer["entered"], answer["refused"]) == (MOST_LISTS, 2)


def test_who_may_not_import_demands(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)

    assert send(world.user("stranger"), coalition, HAND_MADE).status == 404
    viewer = a_role(owner, coalition, world.user(), "viewer")
    assert send(viewer, coalition, HAND_MADE, preview="true").status == 403
    assert given_out(viewer, coalition, "json") == []


@pytest.mark.long
def test_ten_thousand_cases_and_demands_come_and_go(owner: Client) -> None:
    coalition = a_coalition(owner)
    cases = "".join(f"case-{n},Specimen {n},KZ\n" for n in range(MOST_LINES))
    demands = [
        {"country": "KZ", "key": f"d-{n}", "text": f"Release person {n}.", "cases": [f"case-{n}"]}
        for n in range(MOST_LINES)
    ]
    path = f"/v1/coalitions/{coalition}/case-imports"
    began = time.process_time()

    entered = owner.send("POST", path, f"key,name,country\n{cases}".encode(), kind="text/csv")
    asked = send(owner, coalition, demands)
    streamed = owner.http.get(
        f"/v1/coalitions/{coalition}/demands.json",
        headers={"Authorization": f"Bearer {owner.token}"},
    )
    pieces = [piece for piece in streamed.response if isinstance(piece, bytes)]

    assert (entered["entered"], asked["entered"]) == (MOST_LINES, MOST_LINES)
    assert streamed.is_streamed
    assert len(pieces) > 10
    whole = json.loads(b"".join(pieces))
    assert [one["key"] for one in whole["demands"]] == [one["key"] for one in demands]
    assert time.process_time() - began < 30  # some 8
