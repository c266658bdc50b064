"""Cases at the desk: entered, looked at, verified, and their names taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from api.cases import service
from api.infra.text.languages import COUNTRIES
from tests.support.builders import a_case, a_coalition, a_demand, a_demand_list, a_role, a_statement
from tests.support.desk import at_the_desk

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

HIDDEN = {"name": "Aisulu Sealova", "country": "KZ", "occupation": "journalist"}


def cases_of(coalition: str) -> str:
    return f"/desk/{coalition}/cases"


def actions(owner: Client, coalition: str) -> list[str]:
    found = owner.get(f"/v1/coalitions/{coalition}/audit-entries")["items"]
    return [each["action"] for each in found]


def test_a_case_is_entered_followed_and_verified(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    ada = at_the_desk(world, owner)
    ada.go(cases_of(coalition))
    assert "Nobody is here yet" in ada.page.text
    assert len(ada.page.tree.xpath("//main//a[.='Enter a case']")) == 1

    ada.follow("Enter a case")
    ada.submit("Enter it", country="KZ", born="x")
    assert ada.page.status == 422
    assert set(ada.page.faults) == {"name", "may_be_named", "born"}
    ada.submit(
        "Enter it",
        name="Ayan Specimenov",
        aliases="Аян Спесименов\nA. Specimenov",
        born="1984",
        may_be_named="yes",
        status="detained",
        sources="https://specimen.example/trial\nhis sister",
    )
    assert ada.page.notice == "The case is entered."
    assert ada.page.heading == "Ayan Specimenov"
    assert "Аян Спесименов · A. Specimenov" in ada.page.text
    assert ada.page.title == "Case"

    ada.submit("Verified today")
    assert "Verified today" in ada.page.buttons  # it can be said again, though nothing waits
    ada.follow("Say what has become of them")
    ada.submit("Record it", status="released", sources="nowhere", evidence="His lawyer.")
    assert set(ada.page.faults) == {"sources"}
    ada.submit("Record it", sources="https://specimen.example/free")
    assert ada.page.notice == "It is recorded."
    assert ada.page.rows[0][1] == "Released"
    assert "His lawyer." in ada.page.rows[0][2]


def test_two_who_change_a_case_lose_nothing(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, name="Ayan Specimenov", occupation="baker")
    ada = at_the_desk(world, owner)
    ada.go(f"{cases_of(coalition)}/{case}/edit")
    path = f"/v1/cases/{case}"
    owner.patch(path, {"occupation": "poet"})

    ada.submit("Save", summary="He baked for all.")
    assert ada.page.status == 412
    assert "It says now: poet" in ada.page.text
    ada.submit("Save", occupation="baker and poet")

    found = owner.get(path)
    assert (found["occupation"], found["summary"]) == ("baker and poet", "He baked for all.")


def test_an_editor_who_mistypes_in_a_case_that_may_be_named_loses_nothing(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, name="Ayan Specimenov")
    editor = at_the_desk(world, a_role(owner, coalition, world.user("ed"), "editor"))
    editor.go(f"{cases_of(coalition)}/{case}/edit")

    page = editor.submit("Save", born="x", occupation="baker")

    assert set(page.faults) == {"born"}
    assert "baker" in page.html
    assert "Ayan Specimenov" in page.html
    assert "case.disclosed" not in actions(owner, coalition)


def test_a_search_through_too_many_sealed_names_finds_those_that_may_be_named(
    world: World, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    coalition = a_coalition(owner)
    for name in ("Ayan Hidden", "Aida Hidden"):
        a_case(owner, coalition, name=name, may_be_named=False)
    a_case(owner, coalition, name="Ayan Specimenov")
    demand = a_demand(owner, a_demand_list(owner, coalition, country="KZ"), text="Free him.")
    monkeypatch.setattr(service, "MOST_SEARCHED", 1)
    ada = at_the_desk(world, owner)

    ada.go(cases_of(coalition))
    assert "too many cases that may not be named" in ada.submit("Find", search="ayan").text
    assert ada.go(f"{cases_of(coalition)}?cursor=none").status == 422
    ada.go(f"/desk/{coalition}/search")
    assert "Ayan Specimenov" in ada.submit("Find", search="ayan").text
    ada.go(f"/desk/{coalition}/demands/{demand}/cases")
    assert "Ayan Specimenov" in ada.submit("Find", search="ayan").text


def test_a_list_is_narrowed_searched_and_verified_at_once(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    named = a_case(owner, coalition, name="Davlatbek Zarobov", country="TJ", status="imprisoned")
    a_case(owner, coalition, name="Ayan Specimenov", country="KZ", last_verified="2020-01-01")
    a_case(owner, coalition, **HIDDEN, may_be_named=False)
    ada = at_the_desk(world, owner)

    assert len(ada.go(cases_of(coalition)).rows) == 3
    assert HIDDEN["name"] not in ada.page.html
    ada.submit("Show", country="TJ")
    assert [row[0] for row in ada.page.rows] == ["Davlatbek Zarobov"]
    ada.go(cases_of(coalition))
    ada.submit("Find", search="Заробов")
    assert [row[0] for row in ada.page.rows] == ["Davlatbek Zarobov"]
    assert "search" not in urlsplit(ada.page.path).query

    ada.go(f"{cases_of(coalition)}?verified=late")
    ada.submit("Verified today", ids=[named])
    assert ada.page.notice == "Those that were ticked are verified as of today."
    assert len(ada.page.rows) == 2, "the list is narrowed down as before"
    ada.submit("Verified today")
    assert ada.page.notice == "Nothing was ticked, and nothing was changed."


def test_pages_by_name_hold_no_name_in_their_address(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    lines = "".join(f"Specimen {number:03},KZ\n" for number in range(60))
    table = f"name,country\n{lines}".encode()
    owner.send("POST", f"/v1/coalitions/{coalition}/case-imports", table, kind="text/csv")
    ada = at_the_desk(world, owner)

    assert len(ada.go(cases_of(coalition)).rows) == 50
    ada.submit("Next page")
    assert len(ada.page.rows) == 10
    assert "cursor" not in ada.page.path
    ada.follow("First page")
    assert len(ada.page.rows) == 50


def test_who_may_not_be_named_shows_on_request_and_the_record_tells_who_looked(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    facts = {**HIDDEN, "summary": "Held since May.", "aliases": ["A. Sealova"]}
    case = a_case(owner, coalition, **facts, may_be_named=False)
    evidence = {"status": "detained", "evidence": "Her brother told us."}
    owner.post(f"/v1/cases/{case}/status-changes", evidence)
    path = f"{cases_of(coalition)}/{case}"
    secrets = ("Sealova", "Held since May", "Her brother")
    ada = at_the_desk(world, owner)

    for screen in (path, f"{path}/edit", cases_of(coalition), f"{path}/status"):
        assert not [each for each in secrets if each in ada.go(screen).html], screen
    assert "case.disclosed" not in actions(owner, coalition)

    ada.go(path)
    ada.submit("Show who this is")
    assert all(each in ada.page.html for each in secrets)
    assert actions(owner, coalition).count("case.disclosed") == 1
    ada.follow("Change the facts")
    assert "Sealova" not in ada.page.html
    ada.submit("Show who this is")
    ada.submit("Save", name="Aisulu Seal")
    assert ada.page.notice == "The case is changed."
    assert owner.get(f"/v1/cases/{case}")["name"] == "Aisulu Seal"
    assert actions(owner, coalition).count("case.disclosed") == 2

    editor = at_the_desk(world, a_role(owner, coalition, world.user("editor"), "editor"))
    editor.go(path)
    assert "Show who this is" not in editor.page.buttons
    assert editor.send(f"{path}/who", {"csrf": editor.proof}).status == 403
    editor.go(f"{path}/edit")
    editor.submit("Save", occupation="lawyer")
    assert owner.get(f"/v1/cases/{case}")["occupation"] == "lawyer"


def test_a_name_is_taken_back_and_told_again(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, name="Ayan Specimenov", country="KZ", occupation="baker")
    block = {"paragraph": "We write for Ayan Specimenov."}
    statement = a_statement(owner, coalition, body=[block])
    ada = at_the_desk(world, owner)
    ada.go(f"{cases_of(coalition)}/{case}")
    ada.follow("Take the name back")
    assert "1 place where the name stands" in ada.page.text

    ada.submit("Take the name back", {"labels.0.label": "our Ayan"})
    assert set(ada.page.faults) == {"labels.0.label"}
    ada.submit("Take the name back", {"labels.0.label": "a man who bakes"})
    assert ada.page.notice == "The name is taken back, in every text."
    draft = owner.get(f"/v1/statements/{statement}/draft")
    assert "We write for a man who bakes." in draft.body.decode()

    ada.follow("Allow the name")
    assert "Specimenov" not in ada.page.text
    ada.submit("Change these words", {"labels.0.label": "a father"})
    assert ada.page.notice == "The words are changed."
    ada.follow("Allow the name")
    ada.submit("Allow the name")
    assert ada.page.heading == "Ayan Specimenov"


def test_a_case_goes_once_nothing_needs_it_and_all_leave_as_a_file(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, **HIDDEN, may_be_named=False)
    ada = at_the_desk(world, owner)

    ada.go(cases_of(coalition))
    ada.follow("Take the list as a file")
    assert "yours to keep safe" in ada.page.text
    answer = ada.http.post(ada.page.path, data={"csrf": ada.proof})
    assert HIDDEN["name"] in answer.text
    assert "case.exported" in actions(owner, coalition)

    ada.go(f"{cases_of(coalition)}/{case}")
    ada.follow("Delete the case")
    ada.submit("Delete the case")
    assert ada.page.notice == "The case is deleted."
    assert owner.get(f"/v1/cases/{case}").status == 404


def test_many_cases_are_verified_by_one_call(owner: Client) -> None:
    coalition, other = a_coalition(owner), a_coalition(owner)
    ids = [a_case(owner, coalition, name=f"Specimen {name}") for name in list(COUNTRIES)[:2]]
    path = f"/v1/coalitions/{coalition}/case-verifications"
    strange = a_case(owner, other)

    assert owner.post(path, {"case_ids": [*ids, strange]}).status == 422
    answer = owner.post(path, {"case_ids": ids, "on": "2031-05-14"})

    assert answer["verified"] == 2
    assert {owner.get(f"/v1/cases/{each}")["last_verified"] for each in ids} == {"2031-05-14"}
