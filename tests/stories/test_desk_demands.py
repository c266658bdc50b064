"""Demands at the desk: lists in order, what each asks, for whom, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.builders import a_case, a_coalition, a_demand, a_demand_list, a_statement
from tests.support.desk import at_the_desk

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


def test_a_list_is_started_and_asks(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/demands")
    ada.follow("Start a list")
    ada.submit("Start it", {"of": "party", "party.id": "eu"})
    assert set(ada.page.faults) == {"party.name"}
    ada.submit("Start it", {"party.name": "European Union", "party.countries": ["FR", "DE"]})
    assert ada.page.heading == "European Union"

    ada.follow("Add a demand")
    ada.submit("Add it", rationale="It is used against journalists.")
    assert set(ada.page.faults) == {"text"}
    ada.submit("Add it", text="The Union should send *observers*.", kind="access")
    assert ada.page.notice == "The demand is added."
    assert "The Union should send observers." in ada.page.text
    ada.follow("Change the demand")
    ada.submit("Save", addressee="the Council")
    assert "the Council" in ada.page.text

    ada.follow("Say what became of it")
    ada.submit("Record it", status="rejected", evidence="The Council said no.")
    assert ada.page.rows[0][1:] == ["Rejected", "The Council said no."]


def test_lists_and_demands_are_moved_by_buttons_and_by_where_they_are_dropped(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    lists = [a_demand_list(owner, coalition, country=code) for code in ("KZ", "UZ", "TJ")]
    texts = ("Free them.", "Repeal it.", "Let us in.")
    ids = [a_demand(owner, lists[0], text=text) for text in texts]
    ada = at_the_desk(world, owner)

    def order(path: str) -> list[str]:
        found = owner.get(path)["ids"]
        return [str((ids if found[0] in ids else lists).index(each)) for each in found]

    home = f"/desk/{coalition}/demands"
    ada.go(home)
    proof = {"csrf": ada.proof}
    ada.send(f"{home}/order", {**proof, "id": lists[2], "do": "up"})
    assert ada.page.notice == "The order is changed."
    assert order(f"/v1/coalitions/{coalition}/demand-list-order") == ["0", "2", "1"]
    ada.go(f"{home}/lists/{lists[0]}")
    ada.submit("↓ Down")
    assert order(f"/v1/demand-lists/{lists[0]}/order") == ["1", "0", "2"]
    ada.send(f"{home}/lists/{lists[0]}/order", {**proof, "id": ids[2], "before": ids[1]})
    assert order(f"/v1/demand-lists/{lists[0]}/order") == ["2", "1", "0"]
    pressable = [ada.page.buttons.count(each) for each in ("↑ Up", "↓ Down")]
    assert pressable == [2, 2], "the first goes no higher, and the last no lower"


def test_a_demand_is_about_cases_and_tells_where_it_was_asked(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    demand = a_demand(owner, a_demand_list(owner, coalition, country="KZ"), text="Free them all.")
    a_case(owner, coalition, name="Ayan Specimenov", country="KZ")
    hidden = {"name": "Aisulu Sealova", "country": "KZ", "occupation": "journalist"}
    case = a_case(owner, coalition, **hidden, may_be_named=False)
    asked = {"id": "kz-1", "text": "Free every one of them."}
    lists = [{"country": "KZ", "demands": [asked]}]
    a_statement(owner, coalition, demand_lists=lists, body=[{"demands": {}}])
    path = f"/desk/{coalition}/demands/{demand}"
    ada = at_the_desk(world, owner)

    ada.go(path)
    ada.follow("Choose the cases")
    ada.submit("Find", search="АЯН")
    ada.submit("Add")
    assert owner.get(f"/v1/demands/{demand}")["case_ids"] != []
    ada.submit("Find", search="Sealova")
    ada.submit("Add")
    assert owner.get(f"/v1/demands/{demand}")["case_ids"][-1] == case
    owner.post(
        f"/v1/demands/{demand}/status-changes", {"status": "open", "evidence": "Sealova writes."}
    )
    assert "Sealova" not in ada.go(path).html
    ada.submit("Show how we know")
    assert "Sealova writes." in ada.page.text
    assert "Free every one of them." in ada.page.text

    ada.go(f"{path}/cases")
    ada.submit("Take off")
    assert len(owner.get(f"/v1/demands/{demand}")["case_ids"]) == 1


def test_all_demands_are_narrowed_and_searched_and_one_goes(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    first = a_demand_list(owner, coalition, country="KZ")
    a_demand(owner, first, text="Repeal the law.", kind="legislation")
    a_demand(owner, a_demand_list(owner, coalition, country="UZ"), text="Free them.")
    ada = at_the_desk(world, owner)

    ada.go(f"/desk/{coalition}/demands")
    ada.follow("All demands")
    assert len(ada.page.rows) == 2
    ada.submit("Show", of="KZ")
    assert [row[0] for row in ada.page.rows] == ["Repeal the law."]
    ada.submit("Find", search="free")
    assert ada.page.rows == []
    ada.go(f"/desk/{coalition}/demands/all")
    ada.submit("Find", search="repeal law")
    ada.follow("Repeal the law.")
    ada.follow("Delete the demand")
    ada.submit("Delete the demand")
    assert ada.page.notice == "The demand is deleted."
    ada.submit("Delete this empty list")
    assert ada.page.notice == "The list is deleted."
