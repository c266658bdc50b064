"""Demands: asked of a country or a party, in order, about cases, and followed to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.support.builders import a_case, a_coalition, a_demand, a_demand_list, a_role

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

PARTY = {"id": "eu", "name": "European Union", "countries": ["FR", "DE"]}
TWO_IN_PARALLEL = 2


def keys_of(client: Client, demand_list: str) -> list[str]:
    return [demand["key"] for demand in client.get(f"/v1/demand-lists/{demand_list}")["demands"]]


def found(client: Client, coalition: str, **query: Any) -> list[str]:
    answer = client.get(f"/v1/coalitions/{coalition}/demands", **query)
    assert answer.status == 200, answer.body
    return [item["key"] for item in answer["items"]]


def test_a_list_asks_of_a_country_or_of_a_party(owner: Client) -> None:
    coalition = a_coalition(owner)
    path = f"/v1/coalitions/{coalition}/demand-lists"
    a_demand_list(owner, coalition, country="KZ")
    a_demand_list(owner, coalition, party=PARTY)

    lists = owner.get(path)["items"]

    assert [(one["country"], one["party"]) for one in lists] == [("KZ", None), (None, PARTY)]
    for wrong in ({}, {"country": "KG", "party": PARTY}):
        assert owner.post(path, wrong).status == 422
    wrong = {"party": {"id": "E U", "name": "", "countries": ["EU"]}}
    faults = owner.post(path, wrong).faults
    assert set(faults) == {"/party/id", "/party/name", "/party/countries/0"}


@pytest.mark.parametrize("subject", [{"country": "KZ"}, {"party": PARTY}])
def test_one_country_or_party_has_one_list(owner: Client, subject: dict[str, Any]) -> None:
    coalition = a_coalition(owner)
    a_demand_list(owner, coalition, **subject)
    other = a_demand_list(owner, coalition, country="UZ")

    again = owner.post(f"/v1/coalitions/{coalition}/demand-lists", subject)

    assert again.status == 409
    assert again["type"] == "/problems/list-there"
    assert owner.patch(f"/v1/demand-lists/{other}", subject).status == 409
    assert owner.patch(f"/v1/demand-lists/{other}", {"country": "UZ"}).status == 200
    assert a_demand_list(owner, a_coalition(owner), **subject)


def test_a_demand_is_added_and_read_again(owner: Client) -> None:
    coalition = a_coalition(owner)
    demands = a_demand_list(owner, coalition)
    one, two = a_case(owner, coalition), a_case(owner, coalition)
    facts = {
        "key": "free-them",
        "text": "Kazakhstan should *release* both.",
        "rationale": "See [the verdict](https://specimen.example/verdict).",
        "kind": "release",
        "addressee": "the President",
        "status": "partly_met",
        "case_ids": [two, one],
    }

    demand = owner.get(f"/v1/demands/{a_demand(owner, demands, **facts)}")

    assert {key: demand[key] for key in facts} == facts
    assert owner.get(f"/v1/demand-lists/{demands}")["demands"] == [demand.json]
    assert owner.get(f"/v1/demand-lists/{demands}/demands")["items"] == [demand.json]
    assert owner.get(f"/v1/cases/{one}/demands")["items"] == [demand.json]


def test_keys_are_numbered_by_country_or_party(owner: Client) -> None:
    coalition = a_coalition(owner)
    kz, eu = a_demand_list(owner, coalition), a_demand_list(owner, coalition, party=PARTY)
    for key in (None, None, "kz-7", None):
        a_demand(owner, kz, **({"key": key} if key else {}))
    a_demand(owner, eu)

    assert keys_of(owner, kz) == ["kz-1", "kz-2", "kz-7", "kz-8"]
    assert keys_of(owner, eu) == ["eu-1"]
    again = owner.post(f"/v1/demand-lists/{eu}/demands", {"text": "A.", "key": "kz-7"})
    assert again.status == 409


def test_faults_of_a_demand_are_pointed_at(owner: Client) -> None:
    coalition = a_coalition(owner)
    demands = a_demand_list(owner, coalition)
    elsewhere = a_case(owner, a_coalition(owner))
    wrong = {
        "text": "<b>Free</b> them",
        "rationale": "# Why",
        "kind": "wish",
        "addressee": "two\nlines",
        "case_ids": ["x"],
        "more": 1,
    }
    strange = {"text": "Free her.", "case_ids": [a_case(owner, coalition), elsewhere]}

    answer = owner.post(f"/v1/demand-lists/{demands}/demands", wrong)

    assert answer.status == 422
    assert set(answer.faults) == {
        "/text", "/rationale", "/kind", "/addressee", "/case_ids/0", "/more",
    }  # fmt: skip
    assert "HTML" in answer.faults["/text"]
    refused = owner.post(f"/v1/demand-lists/{demands}/demands", strange)
    assert set(refused.faults) == {"/case_ids/1"}
    assert keys_of(owner, demands) == []


@pytest.mark.parametrize("field", ["text", "rationale", "addressee"])
def test_a_demand_does_not_name_who_may_not_be_named(owner: Client, field: str) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition, name="Davlatbek Zarobov", aliases=["Заробов"], may_be_named=False)
    demands = a_demand_list(owner, coalition)
    demand = a_demand(owner, demands)

    for name in ("*Davlatbek* ZAROBOV", "«Заробов»"):
        body = {"text": "Free him.", field: f"For {name} now"}
        refused = owner.post(f"/v1/demand-lists/{demands}/demands", body)
        assert refused.status == 422
        assert set(refused.faults) == {f"/{field}"}
        assert set(owner.patch(f"/v1/demands/{demand}", body).faults) == {f"/{field}"}
    assert a_demand(owner, demands, text="Free Davlatbek the Zarobov.")


def test_a_partys_name_does_not_name_who_may_not_be_named(owner: Client) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition, name="Davlatbek Zarobov", may_be_named=False)
    party = {"id": "x", "name": "Friends of Davlatbek Zarobov"}

    refused = owner.post(f"/v1/coalitions/{coalition}/demand-lists", {"party": party})

    assert set(refused.faults) == {"/party/name"}


def test_demands_are_filtered_and_searched(owner: Client) -> None:
    coalition = a_coalition(owner)
    kz, eu = a_demand_list(owner, coalition), a_demand_list(owner, coalition, party=PARTY)
    case = a_case(owner, coalition)
    a_demand(owner, eu, text="The Union should ask Khakimova.", kind="policy")
    a_demand(owner, kz, text="Free her.", kind="release", case_ids=[case])
    a_demand(owner, kz, text="Repeal it.", status="met")

    assert found(owner, coalition) == ["kz-1", "kz-2", "eu-1"]
    assert found(owner, coalition, country="KZ") == ["kz-1", "kz-2"]
    assert found(owner, coalition, party="eu") == ["eu-1"]
    assert found(owner, coalition, kind="release") == ["kz-1"]
    assert found(owner, coalition, status="met") == ["kz-2"]
    assert found(owner, coalition, case_id=case) == ["kz-1"]
    assert found(owner, coalition, q="ХАКИМОВА union") == ["eu-1"]
    assert found(owner, coalition, q="hakimova", country="KZ") == []


def test_demands_of_all_lists_are_walked_in_order(owner: Client) -> None:
    coalition = a_coalition(owner)
    lists = [a_demand_list(owner, coalition, country=code) for code in ("UZ", "KZ")]
    for demands in lists * 3:
        a_demand(owner, demands)

    path, seen = f"/v1/coalitions/{coalition}/demands?limit=2", []
    while path:
        answer = owner.get(path)
        assert answer["total"] == 6
        seen += [item["key"] for item in answer["items"]]
        path = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")

    assert seen == ["uz-1", "uz-2", "uz-3", "kz-1", "kz-2", "kz-3"]


def test_demands_are_put_in_another_order_in_one_call(owner: Client) -> None:
    demands = a_demand_list(owner, a_coalition(owner))
    one, two, three = (a_demand(owner, demands) for _ in range(3))
    path = f"/v1/demand-lists/{demands}/order"
    before = owner.get(path)
    assert before["ids"] == [one, two, three]

    after = owner.put(path, {"ids": [three, one, two]}, etag=before.etag)

    assert after["ids"] == [three, one, two]
    assert after.etag == owner.get(f"/v1/demand-lists/{demands}").etag != before.etag
    assert keys_of(owner, demands) == ["kz-3", "kz-1", "kz-2"]
    assert owner.put(path, {"ids": [one, two, three]}, etag=before.etag).status == 412
    assert owner.put(path, {"ids": [one, two, three]}, etag="").status == 428


def test_an_order_names_each_one_once(owner: Client) -> None:
    coalition = a_coalition(owner)
    demands = a_demand_list(owner, coalition)
    one, two = a_demand(owner, demands), a_demand(owner, demands)
    unknown = str(uuid4())

    answer = owner.put(f"/v1/demand-lists/{demands}/order", {"ids": [one, unknown, one]})

    assert answer.status == 422
    assert set(answer.faults) == {"/ids", "/ids/1", "/ids/2"}
    assert two in answer.faults["/ids"]
    lists = owner.put(f"/v1/coalitions/{coalition}/demand-list-order", {"ids": []})
    assert demands in lists.faults["/ids"]


def test_lists_are_put_in_another_order_in_one_call(owner: Client) -> None:
    coalition = a_coalition(owner)
    one, two = (a_demand_list(owner, coalition, country=code) for code in ("KZ", "TJ"))
    path = f"/v1/coalitions/{coalition}/demand-list-order"
    before = owner.get(path)

    assert owner.put(path, {"ids": [two, one]}, etag=before.etag)["ids"] == [two, one]

    listed = owner.get(f"/v1/coalitions/{coalition}/demand-lists")["items"]
    assert [item["id"] for item in listed] == [two, one]
    assert owner.put(path, {"ids": [one, two]}, etag=before.etag).status == 412


def test_a_demand_moves_to_the_end_of_another_list(owner: Client) -> None:
    coalition = a_coalition(owner)
    kz, eu = a_demand_list(owner, coalition), a_demand_list(owner, coalition, party=PARTY)
    moving = a_demand(owner, kz)
    a_demand(owner, kz)
    a_demand(owner, eu)
    etags = [owner.get(f"/v1/demand-lists/{one}").etag for one in (kz, eu)]

    assert owner.patch(f"/v1/demands/{moving}", {"list_id": eu})["list_id"] == eu

    assert keys_of(owner, kz) == ["kz-2"]
    assert keys_of(owner, eu) == ["eu-1", "kz-1"]
    now = [owner.get(f"/v1/demand-lists/{one}").etag for one in (kz, eu)]
    assert all(new != old for new, old in zip(now, etags, strict=True))
    elsewhere = a_demand_list(owner, a_coalition(owner))
    refused = owner.patch(f"/v1/demands/{moving}", {"list_id": elsewhere})
    assert set(refused.faults) == {"/list_id"}


def test_a_list_is_another_version_once_a_demand_of_it_changed(owner: Client) -> None:
    demands = a_demand_list(owner, a_coalition(owner))
    demand = a_demand(owner, demands)
    path = f"/v1/demand-lists/{demands}"
    seen = {owner.get(path).etag}

    owner.patch(f"/v1/demands/{demand}", {"text": "Another."})
    seen.add(owner.get(path).etag)
    owner.post(f"/v1/demands/{demand}/status-changes", {"status": "met"})
    seen.add(owner.get(path).etag)
    owner.delete(f"/v1/demands/{demand}")
    seen.add(owner.get(path).etag)

    assert len(seen) == 4


def test_a_change_of_a_demand_names_the_version_that_it_changes(owner: Client) -> None:
    demands = a_demand_list(owner, a_coalition(owner))
    path = f"/v1/demands/{a_demand(owner, demands)}"

    assert owner.patch(path, {"kind": "policy"}, etag="").status == 428
    assert owner.patch(path, {"kind": "policy"}, etag='"1"').status == 200
    assert owner.patch(path, {"kind": "other"}, etag='"1"').status == 412
    assert owner.delete(path, etag='"1"').status == 412
    assert owner.get(path)["kind"] == "policy"
    assert owner.delete(path).status == 204
    assert owner.get(path).status == 404


def test_a_list_goes_when_it_is_empty(owner: Client) -> None:
    demands = a_demand_list(owner, a_coalition(owner))
    demand = a_demand(owner, demands)

    refused = owner.delete(f"/v1/demand-lists/{demands}")
    assert refused.status == 409
    assert refused["type"] == "/problems/list-not-empty"

    owner.delete(f"/v1/demands/{demand}")
    assert owner.delete(f"/v1/demand-lists/{demands}").status == 204


def test_a_demands_status_changes_with_its_history_and_evidence(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition)
    demand = a_demand(owner, a_demand_list(owner, coalition), case_ids=[case])
    path = f"/v1/demands/{demand}/status-changes"
    change = {
        "status": "met",
        "on": "2031-05-02",
        "evidence": "She is at home.",
        "sources": ["https://specimen.example/home"],
    }

    first, again = owner.post(path, change, key="k"), owner.post(path, change, key="k")

    assert (first.status, again.id) == (201, first.id)
    assert owner.get(f"/v1/demands/{demand}")["status"] == "met"
    assert "/status" in owner.patch(f"/v1/demands/{demand}", {"status": "open"}).faults
    viewer = a_role(owner, coalition, world.user(), "viewer")
    history = viewer.get(path)["items"]
    assert [step["status"] for step in history] == ["met", "open"]
    assert {key: history[0][key] for key in change} == change

    owner.patch(f"/v1/cases/{case}", {"may_be_named": False})
    assert viewer.get(path)["items"][0]["evidence"] is None
    assert owner.get(path)["items"][0]["evidence"] == "She is at home."


def test_who_may_read_may_not_write(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    demands = a_demand_list(owner, coalition)
    demand = a_demand(owner, demands)
    editor = a_role(owner, coalition, world.user(), "editor")
    viewer = a_role(owner, coalition, world.user(), "viewer")
    order = {"ids": [demands]}

    assert viewer.get(f"/v1/demands/{demand}").status == 200
    assert viewer.patch(f"/v1/demands/{demand}", {"kind": "policy"}).status == 403
    assert viewer.post(f"/v1/demand-lists/{demands}/demands", {"text": "A."}).status == 403
    assert viewer.put(f"/v1/coalitions/{coalition}/demand-list-order", order).status == 403
    assert editor.put(f"/v1/coalitions/{coalition}/demand-list-order", order).status == 200
    assert editor.delete(f"/v1/demands/{demand}").status == 204
    assert editor.delete(f"/v1/demand-lists/{demands}").status == 204


def test_another_coalitions_demands_are_not_there(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    demands = a_demand_list(owner, coalition)
    demand = a_demand(owner, demands)
    other = world.user()
    a_coalition(other)
    reads = (
        f"/v1/coalitions/{coalition}/demand-lists",
        f"/v1/coalitions/{coalition}/demand-list-order",
        f"/v1/coalitions/{coalition}/demands",
        f"/v1/demand-lists/{demands}",
        f"/v1/demand-lists/{demands}/order",
        f"/v1/demand-lists/{demands}/demands",
        f"/v1/demands/{demand}",
        f"/v1/demands/{demand}/status-changes",
    )
    ids: dict[str, list[str]] = {"ids": []}

    assert [other.get(path).status for path in reads] == [404] * len(reads)
    assert other.put(reads[1], ids, etag='"1"').status == 404
    assert other.put(reads[4], ids, etag='"1"').status == 404
    assert other.post(reads[0], {"country": "KG"}).status == 404
    assert other.post(reads[5], {"text": "A."}).status == 404
    assert other.post(reads[7], {"status": "met"}).status == 404
    for path in (reads[3], reads[6]):
        assert other.delete(path, etag='"1"').status == 404
    assert other.patch(reads[6], {"kind": "policy"}, etag='"1"').status == 404
    assert other.patch(reads[3], {"country": "KG"}, etag='"1"').status == 404


def test_a_coalition_goes_with_its_demands_and_cases(owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, status="detained")
    demand = a_demand(owner, a_demand_list(owner, coalition), case_ids=[case])

    assert owner.delete(f"/v1/coalitions/{coalition}").status == 204
    assert owner.get(f"/v1/demands/{demand}").status == 404
