"""A coalition's set-up as the start of another coalition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.scene import a_source
from tests.stories.test_at_once import at_once, posted
from tests.stories.test_coalitions import SVG
from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_role,
    an_organisation,
    made,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

EVERY = ("look", "organisations", "members", "addressees", "templates", "demands")


def a_coalition_copy(client: Client, coalition: str, *parts: str, **more: Any) -> Answer:
    body = {"slug": "next", "name": "Next Coalition", "parts": list(parts), **more}
    return client.post(f"/v1/coalitions/{coalition}/copies", body)


def listed(client: Client, coalition: str, what: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"/v1/coalitions/{coalition}/{what}")["items"]
    return items


def a_set_up(owner: Client) -> str:
    """Return a coalition with something of every part, some of which names a case."""
    look = {"accent": "#8a2b1d", "languages": ["en", "ru"], "countries": ["KZ"],
            "country_names": {"en": {"KZ": "Qazaqstan"}}, "conjunctions": {"en": "&"}}  # fmt: skip
    coalition = a_coalition(owner, **look)
    path = f"/v1/coalitions/{coalition}"
    owner.put(f"{path}/logo", SVG, kind="image/svg+xml")
    case = a_case(owner, coalition, key="ayan", name="Ayan Specimen", country="KZ")
    names = {"en": "Steppe House"}
    steppe = an_organisation(owner, coalition, names=names, aliases=["SH"], is_public=True)
    owner.put(f"/v1/organisations/{steppe}/logo", SVG, kind="image/svg+xml")
    friends = an_organisation(owner, coalition, names={"en": "Friends of Ayan Specimen"})
    left = an_organisation(owner, coalition, names={"en": "Gone House"})
    since = {"role": "lead", "since": "2020-01-01"}
    made(owner, f"{path}/members", {"organisation_id": steppe, **since})
    made(owner, f"{path}/members", {"organisation_id": friends, **since})
    made(owner, f"{path}/members", {"organisation_id": left, **since, "until": "2021-01-01"})
    office = {"name": "A. Exemplar", "title": "Minister", "email": "office@specimen.example"}
    made(owner, f"{path}/addressees", office)
    plain, telling = a_source(), a_source()
    telling["body"] = [{"paragraph": "For *Ayan* Specimen."}]
    for number, source in enumerate((plain, telling)):
        owner.post(f"{path}/templates", {"source": {**source, "name": f"template-{number}"}})
    asked = a_demand_list(owner, coalition, country="KZ")
    a_demand(owner, asked, key="kz-1", text="Repeal the law.", rationale="It is *wrong*.")
    a_demand(owner, asked, key="kz-2", text="Let her go.", case_ids=[case])
    a_demand(owner, asked, key="kz-3", text="Release **Ayan** Specimen.")
    return coalition


def everything_of(owner: Client, coalition: str) -> list[bytes]:
    of = ("", "/organisations", "/members", "/addressees", "/templates", "/demand-lists",
          "/demands", "/cases", "/statements", "/roles", "/logo")  # fmt: skip
    return [owner.get(f"/v1/coalitions/{coalition}{each}").body for each in of]


def test_a_coalition_begins_with_the_set_up_of_another(owner: Client) -> None:
    coalition = a_set_up(owner)
    before = everything_of(owner, coalition)

    copied = a_coalition_copy(owner, coalition, *EVERY)

    assert copied.status == 201, copied.body
    new = copied["coalition"]
    assert copied.etag == owner.get(f"/v1/coalitions/{new['id']}").etag
    old = owner.get(f"/v1/coalitions/{coalition}").json
    for key in ("accent", "languages", "countries", "country_names", "conjunctions", "logo_type"):
        assert new[key] == old[key], key
    assert owner.get(f"/v1/coalitions/{new['id']}/logo").status == 200
    entries = {each["names"]["en"]: each for each in listed(owner, new["id"], "organisations")}
    assert entries.keys() == {"Steppe House", "Gone House"}
    house = entries["Steppe House"]
    assert (house["aliases"], house["is_public"]) == (["SH"], False)
    assert owner.get(f"/v1/organisations/{house['id']}/logo").status == 200
    (member,) = listed(owner, new["id"], "members")
    assert (member["organisation"]["id"], member["role"]) == (house["id"], "lead")
    assert member["since"] > "2020-01-01"
    (office,) = listed(owner, new["id"], "addressees")
    assert (office["title"], office["email"]) == ("Minister", "office@specimen.example")
    assert [each["name"] for each in listed(owner, new["id"], "templates")] == ["template-0"]
    (demand,) = listed(owner, new["id"], "demands")
    assert (demand["key"], demand["rationale"]) == ("kz-1", "It is *wrong*.")
    assert everything_of(owner, coalition) == before


def test_cases_and_what_names_one_stay_behind_and_are_told_of(world: World, owner: Client) -> None:
    coalition = a_set_up(owner)

    copied = a_coalition_copy(owner, coalition, *EVERY)

    new = copied["coalition"]["id"]
    assert listed(owner, new, "cases") == listed(owner, new, "statements") == []
    assert {(each["part"], each["name"]) for each in copied["left_out"]} == {
        ("organisations", "Friends of Ayan Specimen"),
        ("members", "Friends of Ayan Specimen"),
        ("templates", "template-1"),
        ("demands", "kz-2"),
        ("demands", "kz-3"),
    }
    assert copied["counts"] == {
        "organisations": 2, "members": 1, "addressees": 1, "templates": 1, "demands": 1
    }  # fmt: skip
    with_new = b"".join(everything_of(owner, new))
    assert b"Ayan" not in with_new
    assert b"office@specimen.example" not in world.rows()


def test_members_and_peoples_data_come_along_only_where_they_are_asked_for(
    owner: Client,
) -> None:
    coalition = a_set_up(owner)

    body = {"slug": "next", "name": "Next Coalition"}
    new = owner.post(f"/v1/coalitions/{coalition}/copies", body)["coalition"]["id"]

    there = {what: len(listed(owner, new, what)) for what in (*EVERY[1:], "roles")}
    assert there == {
        "organisations": 2, "members": 0, "addressees": 0, "templates": 1, "demands": 0, "roles": 1
    }  # fmt: skip


def test_a_part_that_is_not_asked_for_stays(owner: Client) -> None:
    new = a_coalition_copy(owner, a_set_up(owner))["coalition"]

    assert (new["accent"], new["logo_type"]) == ("#0b5563", None)
    assert [len(listed(owner, new["id"], what)) for what in EVERY[1:]] == [0] * 5


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"parts": ["members"]}, "/parts"),
        ({"parts": ["cases"]}, "/parts/0"),
        ({"parts": "all"}, "/parts"),
        ({"parts": ["look"] * 7}, "/parts"),
        ({"slug": "Next"}, "/slug"),
        ({"name": ""}, "/name"),
    ],
)
def test_parts_that_cannot_stand_alone_or_are_none_are_named(
    owner: Client, more: dict[str, Any], pointer: str
) -> None:
    refused = a_coalition_copy(owner, a_coalition(owner), **more)

    assert (refused.status, list(refused.faults)) == (422, [pointer])
    assert owner.get("/v1/coalitions")["total"] == 1


def test_who_copies_a_coalition_owns_the_new_one_and_nobody_else_is_in_it(
    world: World, owner: Client
) -> None:
    coalition = a_set_up(owner)
    coordinator = a_role(owner, coalition, world.user(), "coordinator")

    new = a_coalition_copy(coordinator, coalition)["coalition"]["id"]

    assert [each["role"] for each in listed(coordinator, new, "roles")] == ["owner"]
    assert owner.get(f"/v1/coalitions/{new}").status == 404
    secret = coordinator.post("/v1/tokens", {"label": "Narrow", "coalition_ids": [coalition]})
    coordinator.token = secret["secret"]
    assert a_coalition_copy(coordinator, coalition, slug="third").status == 403


def test_a_coalition_is_copied_to_a_slug_once(world: World, owner: Client) -> None:
    coalition = a_set_up(owner)
    body = {"slug": "next", "name": "Next", "parts": list(EVERY)}

    answers = at_once(world, owner, *[posted(f"/v1/coalitions/{coalition}/copies", body)] * 4)

    assert sorted(each.status for each in answers) == [201] + [409] * 3
    assert owner.get("/v1/coalitions")["total"] == 2


def test_what_a_new_coalition_began_with_is_sealed_with_its_own_key(owner: Client) -> None:
    coalition = a_set_up(owner)
    new = a_coalition_copy(owner, coalition, *EVERY)["coalition"]["id"]

    assert owner.delete(f"/v1/coalitions/{coalition}").status == 204

    (office,) = listed(owner, new, "addressees")
    assert office["email"] == "office@specimen.example"
    house = listed(owner, new, "organisations")[-1]["id"]
    assert owner.get(f"/v1/organisations/{house}/logo").status == 200
    assert owner.get(f"/v1/coalitions/{new}/logo").status == 200


def test_a_coalition_that_is_asked_for_twice_with_one_key_is_founded_once(owner: Client) -> None:
    path = f"/v1/coalitions/{a_coalition(owner)}/copies"
    body = {"slug": "next", "name": "Next"}

    answers = [owner.post(path, body, key="once") for _ in range(2)]

    assert [each.status for each in answers] == [201, 201]
    assert answers[0].body == answers[1].body
    assert owner.get("/v1/coalitions")["total"] == 2
