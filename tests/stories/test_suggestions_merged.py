"""Many suggestions go into a draft with one call; what collides stands side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from api.infra.database.transactions import transaction
from api.reviews.models import Suggestion
from tests.stories.test_at_once import at_once
from tests.support.builders import a_case, a_role
from tests.support.suggestions import ALL, DOORS, TODAY, WINDOWS, Suggesting, a_suggesting, read

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

HIDDEN = "Aigerim Zhaksylykova"
SOON = "We ask that the doors be opened soon."
FIRST = "At first we thank the keepers."


@pytest.fixture
def table(world: World, owner: Client) -> Suggesting:
    found = a_suggesting(world, owner)
    found.open()
    return found


def test_six_of_eight_go_in_with_one_call_and_two_stand_side_by_side(
    table: Suggesting, world: World
) -> None:
    first, doors, windows = (table.block(place) for place in range(3))
    made = {
        "title": table.suggested("Ada", "Open all the doors", target="title"),
        "today": table.suggested("Ada", TODAY),
        "soon": table.suggested("Bob", SOON),
        "all": table.suggested("Gia", ALL),
        "first": table.suggested("Bob", FIRST, kind="insertion", block="paragraph", after=first),
        "last": table.suggested("Gia", "Thanks.", kind="insertion", block="paragraph",
                                after=windows),
        "heading": table.suggested("Gia", "What we ask for", place=0),
        "moved": table.suggested("Bob", kind="move", target=f"block/{doors}", after=windows),
    }  # fmt: skip
    other = a_role(table.owner, table.coalition, world.user("Other"), "coordinator")
    table.rewrite("We ask that the windows be opened as well.", place=2, by=other)
    before = table.draft.etag
    merged = table.merge()

    assert merged.status == 200, merged.body
    assert merged["is_preview"] is False
    assert set(merged["taken"]) == set(made.values()) - {made["today"], made["soon"]}
    (clash,) = merged["collisions"]
    assert (clash["target"], clash["reason"]) == (f"block/{doors}", "words")
    assert clash["lines_now"] == [ALL]
    assert {each["id"]: read(each["pieces"][0]) for each in clash["suggestions"]} == {
        made["today"]: "We ask that the doors be opened[+ today+].",
        made["soon"]: "We ask that the doors be opened[+ soon+].",
    }
    assert table.draft["document"]["title"] == "Open all the doors"
    assert table.lines() == [
        "What we ask for", FIRST, "We ask that the windows be opened as well.", ALL, "Thanks.",
    ]  # fmt: skip
    assert table.draft.etag == merged["etag"] != before
    assert {each["draft_version"] for each in table.listed(state="accepted")} == {
        merged["draft_version"]
    }

    assert table.accept(made["today"], by=other)["state"] == "accepted"
    assert table.lines()[3] == "We ask that all doors be opened today."
    refused = table.accept(made["soon"])
    assert refused.json["type"] == "/problems/suggestion-collides"
    assert refused.json["lines_now"] == ["We ask that all doors be opened today."]
    table.accept(made["soon"], "We ask that all doors be opened today, or soon.")
    assert table.lines()[3] == "We ask that all doors be opened today, or soon."
    assert table.listed(state="open") == []


def test_a_preview_says_what_would_go_in_and_stores_nothing(table: Suggesting) -> None:
    today, soon = table.suggested("Ada", TODAY), table.suggested("Bob", SOON)
    windows = table.suggested("Bob", "Open the windows.", place=2)
    before = table.draft
    told = table.merge(preview=True)

    assert told["is_preview"] is True
    assert told["taken"] == [windows]
    assert [each["id"] for each in told["collisions"][0]["suggestions"]] == [today, soon]
    assert (told["etag"], table.draft.etag) == (before.etag, before.etag)
    assert table.draft["document"] == before["document"]
    assert {each["state"] for each in table.listed()} == {"open"}
    merged = table.merge()
    assert (merged["taken"], merged["collisions"]) == (told["taken"], told["collisions"])


def test_some_are_merged_by_their_ids(table: Suggesting) -> None:
    today, soon = table.suggested("Ada", TODAY), table.suggested("Bob", SOON)
    windows = table.suggested("Bob", "Open the windows.", place=2)
    table.decline(soon)

    refused = table.merge(today, soon, table.coalition)
    assert refused.codes == {
        "/suggestion_ids/1": "conflict", "/suggestion_ids/2": "not_found",
    }  # fmt: skip
    assert table.lines()[1] == DOORS
    assert table.merge(today)["taken"] == [today]
    assert [each["id"] for each in table.listed(state="open")] == [windows]
    record = table.owner.get(f"/v1/coalitions/{table.coalition}/audit-entries", limit=200)
    assert [each["action"] for each in record["items"]].count("suggestion.accepted") == 1


def test_a_guess_is_for_a_person_to_look_at(table: Suggesting) -> None:
    made = table.suggested("Ada", TODAY)
    with table.world.app.app_context(), transaction() as session:
        for row in session.scalars(select(Suggestion)):
            row.is_guess = True

    assert table.merge()["taken"] == []
    assert table.merge(made).codes == {"/suggestion_ids/0": "conflict"}
    assert table.accept(made)["state"] == "accepted"


def test_the_same_of_two_is_in_the_text_once_and_owed_to_both(table: Suggesting) -> None:
    made = {table.suggested(person, TODAY) for person in ("Ada", "Bob")}

    assert set(table.merge()["taken"]) == made
    assert table.lines()[1] == TODAY


def test_what_names_somebody_who_may_not_be_named_is_left_and_the_rest_goes_in(
    table: Suggesting,
) -> None:
    facts = {"name": HIDDEN, "public_label": "a teacher", "may_be_named": False}
    a_case(table.owner, table.coalition, **facts)
    telling = table.suggested("Ada", f"We ask for {HIDDEN}.", place=2)
    others = [table.suggested("Bob", TODAY), table.suggested("Gia", "What we ask for", place=0)]
    merged = table.merge()

    assert merged["taken"] == others
    (clash,) = merged["collisions"]
    assert clash["reason"] == "rule"
    assert "may not be named" in clash["detail"]
    assert [each["id"] for each in clash["suggestions"]] == [telling]
    assert (table.lines()[1:], table.shown(telling)["state"]) == ([TODAY, WINDOWS], "open")
    refused = table.accept(telling)
    assert refused.codes == {"/document/body/2/paragraph": "hidden_name"}
    assert table.accept(telling, "We ask for a teacher.")["state"] == "accepted"


def test_what_nobody_may_read_any_more_is_left_and_said(table: Suggesting) -> None:
    name = {"name": HIDDEN, "may_be_named": True}
    case = a_case(table.owner, table.coalition, **name)
    table.redraft({"paragraph": f"We ask for {HIDDEN}."}, *table.body()[1:])
    table.freeze()
    made = table.suggested("Ada", TODAY)
    path = f"/v1/cases/{case}"
    hidden = {"may_be_named": False, "public_label": "a teacher"}
    told = table.owner.patch(path, hidden, table.owner.get(path).etag)
    assert told.status == 200

    assert table.lines()[0] == "We ask for a teacher."
    assert table.merge()["taken"] == [made]


def test_two_coordinators_who_decide_at_once_lose_nothing(
    table: Suggesting, world: World, owner: Client
) -> None:
    made = [
        table.suggested("Ada", TODAY),
        table.suggested("Bob", "Open the windows.", place=2),
        table.suggested("Gia", "What we ask for", place=0),
    ]

    def accepts(one: str) -> Any:
        return lambda client: client.post(f"/v1/suggestions/{one}/acceptance", {})

    def merges(client: Client) -> Answer:
        return client.post(f"{table.path}/suggestion-merges", {})

    answers = at_once(world, owner, merges, *map(accepts, made), merges, accepts(made[0]))

    assert {each.status for each in answers} == {200}
    assert table.lines() == ["What we ask for", TODAY, "Open the windows."]
    assert {each["state"] for each in table.listed()} == {"accepted"}


def test_a_draft_that_is_saved_meanwhile_keeps_both(
    table: Suggesting, world: World, owner: Client
) -> None:
    made, draft = table.suggested("Ada", TODAY), table.draft
    document = {**draft["document"], "title": "Open them"}

    def save(client: Client) -> Answer:
        path = f"{table.here}/draft?merge=true"
        return client.put(path, {"document": document}, draft.etag)

    def accept(client: Client) -> Answer:
        return client.post(f"/v1/suggestions/{made}/acceptance", {})

    answers = at_once(world, owner, save, accept)

    assert [each.status for each in answers] == [200, 200]
    assert (table.draft["document"]["title"], table.lines()[1]) == ("Open them", TODAY)
