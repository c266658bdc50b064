"""Where something was asked before: by a demand's key, and in words that are like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.test_statements import draft_of, save
from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_revision,
    a_role,
    a_statement,
    another_revision,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

LAW = "Kazakhstan should *repeal* the law on false information."


def asking(text: str, key: str = "kz-1", **more: Any) -> dict[str, Any]:
    """Return the parts of a document that asks one thing of Kazakhstan."""
    demand = {"id": key, "text": text}
    return {
        "demand_lists": [{"country": "KZ", "demands": [demand]}],
        "body": [{"demands": {}}],
        **more,
    }


def asked(client: Client, demand: str) -> list[dict[str, Any]]:
    answer = client.get(f"/v1/demands/{demand}/statements")
    assert answer.status == 200, answer.body
    assert answer["total"] == len(answer["items"])
    items: list[dict[str, Any]] = answer["items"]
    return items


def like(client: Client, coalition: str, q: str, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(f"/v1/coalitions/{coalition}/past-demands", q=q, **query)
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = answer["items"]
    return items


def test_a_demand_is_found_in_the_texts_that_asked_it(owner: Client) -> None:
    coalition = a_coalition(owner)
    demand = a_demand(owner, a_demand_list(owner, coalition), key="kz-1", text=LAW)
    a_statement(owner, coalition)
    a_statement(owner, coalition, **asking(LAW, key="kz-2"))
    day = {"place": "Vilnius", "date": "2031-05-14"}
    first = a_statement(owner, coalition, **asking(LAW, dateline=day, title="First"))
    a_revision(owner, first)
    second = a_statement(owner, coalition, **asking("Repeal that law.", title="Second"))

    found = asked(owner, demand)

    assert [one["statement"]["id"] for one in found] == [second, first]
    assert [one["statement"]["state"] for one in found] == ["draft", "draft"]
    fields = ("title", "day", "revision_number", "key", "country", "party", "text", "likeness")
    assert [[one[name] for name in fields] for one in found] == [
        ["Second", None, 0, "kz-1", "KZ", None, "Repeal that law.", None],
        ["First", "2031-05-14", 1, "kz-1", "KZ", None, LAW, None],
    ]
    assert [owner.get(one["url"]).status for one in found] == [200, 200]
    assert found[1]["url"] == f"/v1/statements/{first}/revisions/1"
    assert owner.get(found[1]["url"])["printed"]["title"] == "First"


def test_each_wording_of_a_statement_is_found_once_in_its_newest_text(owner: Client) -> None:
    coalition = a_coalition(owner)
    demand = a_demand(owner, a_demand_list(owner, coalition), key="kz-1")
    statement = a_statement(owner, coalition, **asking("Old words."))
    a_revision(owner, statement)
    another_revision(owner, statement, "editorial")
    save(owner, statement, **asking("New words."))
    a_revision(owner, statement, "material")
    save(owner, statement, **asking("Newest words."))

    assert [(one["revision_number"], one["text"]) for one in asked(owner, demand)] == [
        (3, "New words."),
        (2, "Old words."),
        (0, "Newest words."),
    ]
    save(owner, statement, demand_lists=[], body=[{"paragraph": "Nothing."}])
    assert [one["revision_number"] for one in asked(owner, demand)] == [3, 2]


def test_what_was_asked_is_walked_page_by_page(owner: Client) -> None:
    coalition = a_coalition(owner)
    demand = a_demand(owner, a_demand_list(owner, coalition), key="kz-1")
    made = [a_statement(owner, coalition, **asking(LAW)) for _ in range(5)]

    path, seen = f"/v1/demands/{demand}/statements?limit=2", []
    while path:
        answer = owner.get(path)
        assert answer["total"] == 5
        seen += [item["statement"]["id"] for item in answer["items"]]
        path = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")

    assert seen == made[::-1]


ASKED = {
    "kz-1": LAW,
    "kz-2": "Kazakhstan should release every journalist.",
    "kz-3": "Kazakhstan should let observers into the courts.",
    "kz-4": "Казахстан должен отменить закон о ложной информации.",  # noqa: RUF001 # scripts are the matter
}


@pytest.fixture
def texts(owner: Client) -> str:
    """A coalition that asked four things in four statements."""
    coalition = a_coalition(owner)
    for key, text in ASKED.items():
        a_statement(owner, coalition, **asking(text, key))
    return coalition


@pytest.mark.parametrize(
    ("q", "keys"),
    [
        ("repealing laws on false information", ["kz-1"]),
        ("Release journalists", ["kz-2"]),
        ("releases of journalists and of observers", ["kz-2"]),
        ("законы о ложной информации отменить", ["kz-4"]),  # noqa: RUF001 # scripts are the matter
        ("observers in every court", ["kz-3"]),
        ("peace on earth", []),
        ("…", []),
        ("%", []),
    ],
)
def test_words_find_what_was_asked_in_like_words(
    owner: Client, texts: str, q: str, keys: list[str]
) -> None:
    found = like(owner, texts, q)

    assert sorted(one["key"] for one in found) == keys
    assert all(0.45 <= one["likeness"] <= 1 for one in found)


def test_the_likest_come_first_and_a_list_can_be_named(owner: Client, texts: str) -> None:
    party = {"party": {"id": "eu", "name": "European Union"}}
    demand = {"id": "eu-1", "text": "The Union should ask for the law to be repealed."}
    a_statement(owner, texts, demand_lists=[{**party, "demands": [demand]}], body=[{"demands": {}}])

    found = like(owner, texts, "repeal the law on false information")

    assert [one["key"] for one in found] == ["kz-1", "eu-1"]
    assert found[0]["likeness"] == 1
    assert [one["key"] for one in like(owner, texts, "repeal the law", party="eu")] == ["eu-1"]
    assert [one["key"] for one in like(owner, texts, "repeal the law", country="KZ")] == ["kz-1"]
    assert len(like(owner, texts, "Kazakhstan should", limit=1)) == 1
    path = f"/v1/coalitions/{texts}/past-demands"
    assert [owner.get(path, **query).status for query in ({"q": ""}, {"q": "a" * 2001})] == [
        422,
        422,
    ]


def test_what_was_taken_back_is_found_no_more(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, key="w", name="Wagtail Live", country="KZ")
    named = "Release Wagtail Live and the nurse."
    demand = a_demand(owner, a_demand_list(owner, coalition), key="kz-1", case_ids=[case])
    statement = a_statement(owner, coalition, **asking(named))
    a_revision(owner, statement)

    taken = owner.patch(f"/v1/cases/{case}", {"may_be_named": False, "public_label": "a bird"})

    assert taken.status == 200, taken.body
    assert b"Wagtail" not in world.rows()
    assert [(one["revision_number"], one["text"]) for one in asked(owner, demand)] == [
        (2, "Release a bird and the nurse.")
    ]
    assert like(owner, coalition, "Wagtail Live") == []
    assert len(like(owner, coalition, "release the nurse")) == 1


def test_what_another_coalition_asked_is_not_found(world: World, owner: Client) -> None:
    coalition, other = a_coalition(owner), a_coalition(owner)
    demand = a_demand(owner, a_demand_list(owner, coalition), key="kz-1", text=LAW)
    a_statement(owner, other, **asking(LAW))
    stranger, viewer = world.user("stranger"), a_role(owner, coalition, world.user(), "viewer")

    assert asked(viewer, demand) == like(viewer, coalition, LAW) == []
    assert stranger.get(f"/v1/demands/{demand}/statements").status == 404
    assert stranger.get(f"/v1/coalitions/{coalition}/past-demands", q="x").status == 404


def test_a_draft_that_is_deleted_is_found_no_more(owner: Client) -> None:
    coalition = a_coalition(owner)
    statement = a_statement(owner, coalition, **asking(LAW))

    assert draft_of(owner, statement)["demand_lists"]
    assert owner.delete(f"/v1/statements/{statement}").status == 204
    assert like(owner, coalition, LAW) == []


def test_without_words_all_that_was_asked_is_listed_the_newest_first(owner: Client) -> None:
    coalition = a_coalition(owner)
    a_statement(owner, coalition, **asking(LAW, title="First"))
    a_statement(owner, coalition, **asking("Free the bakers.", title="Second"))
    path = f"/v1/coalitions/{coalition}/past-demands"
    found = owner.get(path)["items"]
    assert [(one["title"], one["likeness"]) for one in found] == [("Second", None), ("First", None)]
    assert len(owner.get(path, limit=1)["items"]) == 1
    assert owner.get(path, country="UZ")["items"] == []
