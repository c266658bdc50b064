"""A text is begun, written block by block, frozen, compared and put back, on the screens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_revision,
    a_role,
    a_statement,
)
from tests.support.desk import Desk, at_the_desk

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

BODY: list[dict[str, Any]] = [
    {"paragraph": "First words.[^1]"},
    {"heading": "What we ask"},
    {"paragraph": "Second words."},
    {"list": {"items": ["One.", "Two."]}},
]


@pytest.fixture
def owner(world: World) -> Client:
    return world.user("owner")


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner, countries=["KZ"])


@pytest.fixture
def statement(owner: Client, coalition: str) -> str:
    return a_statement(owner, coalition, body=BODY, footnotes={"1": "A note."})


@pytest.fixture
def ada(world: World, owner: Client, coalition: str, statement: str) -> Desk:
    """Return the owner's browser, with the text open."""
    desk = at_the_desk(world, owner)
    desk.go(f"/desk/{coalition}/statements/{statement}/text")
    return desk


def body_of(client: Client, statement: str) -> list[dict[str, Any]]:
    body = client.get(f"/v1/statements/{statement}/draft")["document"]["body"]
    return [{key: part for key, part in block.items() if key != "id"} for block in body]


def form_of(desk: Desk, place: int) -> dict[str, Any]:
    """Return what the form of a block, from 0, would send."""
    form = desk.page.tree.xpath("//article[@data-block]//form")[place]
    return {name: value.removeprefix("\n") for name, value in form.form_values()}


def press(desk: Desk, place: int, do: str, **typed: str) -> None:
    """Press a button of a block's form."""
    form = desk.page.tree.xpath("//article[@data-block]//form")[place]
    desk.send(form.get("action"), {**dict(form.form_values()), **typed, "do": do})


def test_a_coalition_without_a_statement_is_led_to_its_first(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    desk = at_the_desk(world, owner)

    desk.go(f"/desk/{coalition}/statements")
    desk.follow("Begin a statement")
    desk.follow("With your own words")
    refused = desk.submit("Begin", title="Open the doors", text="")
    assert refused.status == 422
    assert "text" in refused.faults
    page = desk.submit("Begin", text="We ask.\n\nWe wait.")

    assert page.notice == "The statement is begun. Read it through, and make it yours."
    found = owner.get(f"/v1/coalitions/{coalition}/statements")["items"][0]
    assert found["slug"] == "open-the-doors"
    assert body_of(owner, found["id"]) == [{"paragraph": "We ask."}, {"paragraph": "We wait."}]


def test_a_letter_is_pasted_with_its_list(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    desk = at_the_desk(world, owner)
    desk.go(f"/desk/{coalition}/statements/new/words")
    text = "We ask:\n- Free him.\n- Pay him.\n\nThank you."
    desk.submit("Begin", title="Open the doors", text=text)

    found = owner.get(f"/v1/coalitions/{coalition}/statements")["items"][0]
    assert body_of(owner, found["id"]) == [
        {"list": {"items": ["Free him.", "Pay him."], "lead": "We ask:"}},
        {"paragraph": "Thank you."},
    ]


def test_a_mark_that_does_not_fit_is_named_with_its_line(
    ada: Desk, coalition: str, owner: Client, statement: str
) -> None:
    where = "Line 3: the sign # does not fit there."
    press(ada, 0, "save", text="Good.\n\n# Bad")
    assert where in " ".join(ada.page.faults.values())
    ada.go(f"/desk/{coalition}/statements/{statement}/text?add=paragraph&after=")
    ada.submit("Put it in", text="One.\n# Two.")
    assert "Line 2: the sign #" in " ".join(ada.page.faults.values())

    ada.go(f"/desk/{coalition}/statements/new/words")
    ada.submit("Begin", title="Open the doors", text="Good.\n\n# Bad")
    assert where in ada.page.faults["text"]
    assert body_of(owner, statement) == BODY


def test_lines_with_signs_that_are_pasted_into_a_block_become_a_list(
    ada: Desk, owner: Client, statement: str
) -> None:
    press(ada, 2, "save", text="Second words.\n\n1. One.\n2. Two.")
    press(ada, 4, "save", items="\u2022 Three.\n\u2022 Four.")
    assert body_of(owner, statement)[2:] == [
        {"paragraph": "Second words."},
        {"list": {"items": ["One.", "Two."], "ordered": True}},
        {"list": {"items": ["Three.", "Four."]}},
    ]


def test_a_second_text_of_one_title_gets_an_address_of_its_own(
    ada: Desk, owner: Client, coalition: str, statement: str
) -> None:
    ada.go(f"/desk/{coalition}/statements/new/copy?from={statement}")
    ada.submit("Begin")

    slugs = [one["slug"] for one in owner.get(f"/v1/coalitions/{coalition}/statements")["items"]]
    assert len(slugs) == len(set(slugs)) == 2


def test_a_block_is_written_parted_moved_joined_and_turned(
    ada: Desk, owner: Client, statement: str
) -> None:
    press(ada, 0, "save", text="First words, again.[^1]\n\nA new one.")
    press(ada, 1, "down")
    press(ada, 3, "turn:heading", text="Second words, as a heading.")
    assert body_of(owner, statement) == [
        {"paragraph": "First words, again.[^1]"},
        {"heading": "What we ask"},
        {"paragraph": "A new one."},
        {"heading": "Second words, as a heading."},
        {"list": {"items": ["One.", "Two."]}},
    ]

    press(ada, 3, "join")
    press(ada, 3, "save", items="One.\nTwo.\nThree.", ordered="yes")
    assert body_of(owner, statement)[2:] == [
        {"paragraph": "A new one. Second words, as a heading."},
        {"list": {"items": ["One.", "Two.", "Three."], "ordered": True}},
    ]


def test_a_block_that_is_taken_out_comes_back_with_its_footnote(
    ada: Desk, owner: Client, statement: str
) -> None:
    before = owner.get(f"/v1/statements/{statement}/draft")["document"]

    press(ada, 0, "remove")
    assert "footnotes" not in owner.get(f"/v1/statements/{statement}/draft")["document"]
    assert ada.page.notice == "The block is taken out."
    ada.submit("Undo")

    assert ada.page.notice == "The block is back."
    after = owner.get(f"/v1/statements/{statement}/draft")["document"]
    assert (after["body"], after["footnotes"]) == (before["body"], before["footnotes"])


def test_a_footnote_comes_with_its_sign(ada: Desk, owner: Client, statement: str) -> None:
    press(ada, 2, "save", note="Where it is said.")

    document = owner.get(f"/v1/statements/{statement}/draft")["document"]
    assert document["body"][2]["paragraph"] == "Second words.[^2]"
    assert document["footnotes"] == {"1": "A note.", "2": "Where it is said."}


def test_two_who_write_in_two_blocks_never_meet(
    world: World, ada: Desk, owner: Client, coalition: str, statement: str
) -> None:
    bea = at_the_desk(world, a_role(owner, coalition, world.user("bea"), "editor"))
    bea.go(ada.page.path)

    press(ada, 0, "save", text="Ada's.[^1]")
    press(bea, 2, "save", text="Bea's.")

    body = body_of(owner, statement)
    assert (body[0], body[2]) == ({"paragraph": "Ada's.[^1]"}, {"paragraph": "Bea's."})


def test_two_who_write_in_one_block_are_shown_both(
    world: World, ada: Desk, owner: Client, coalition: str, statement: str
) -> None:
    bea = at_the_desk(world, a_role(owner, coalition, world.user("bea"), "editor"))
    bea.go(ada.page.path)

    press(ada, 2, "save", text="Ada's words.")
    press(bea, 2, "save", text="Bea's words.")

    assert bea.page.status == 412
    assert "Ada's" in bea.page.text
    assert form_of(bea, 2)["text"] == "Bea's words."
    assert body_of(owner, statement)[2] == {"paragraph": "Ada's words."}

    press(bea, 2, "save")
    assert body_of(owner, statement)[2] == {"paragraph": "Bea's words."}


def test_words_for_a_block_that_somebody_took_out_are_not_lost(
    world: World, ada: Desk, owner: Client, coalition: str, statement: str
) -> None:
    bea = at_the_desk(world, a_role(owner, coalition, world.user("bea"), "editor"))
    bea.go(ada.page.path)

    press(ada, 2, "remove")
    press(bea, 2, "save", text="Bea's words.")

    assert bea.page.status == 412
    bea.submit("Put it in")
    assert {"paragraph": "Bea's words."} in body_of(owner, statement)


def test_what_is_wrong_in_a_block_stands_beside_it(
    ada: Desk, owner: Client, statement: str
) -> None:
    press(ada, 0, "save", text="Words with [a bad link](ftp://x).[^1]")

    assert ada.page.status == 422
    assert "the sign ]( does not fit there" in " ".join(ada.page.faults.values())
    assert form_of(ada, 0)["text"] == "Words with [a bad link](ftp://x).[^1]"
    assert body_of(owner, statement)[0] == BODY[0]


def test_demands_and_cases_come_from_the_lists(
    ada: Desk, owner: Client, coalition: str, statement: str
) -> None:
    case = a_case(owner, coalition, name="Ayan Specimen", country="KZ")
    listed = a_demand_list(owner, coalition, country="KZ")
    a_demand(owner, listed, text="Release Ayan Specimen.", case_ids=[case])

    press(ada, 3, "add:demands")
    ada.submit("Put it in", find_demand="release ayan")
    ada.go(f"/desk/{coalition}/statements/{statement}/text?add=cases&after=")
    ada.submit("Put it in", find_case="Ayan")

    document = owner.get(f"/v1/statements/{statement}/draft")["document"]
    assert len(document["body"][0]["cases"]["ids"]) == 1
    assert len(document["body"][-1]["demands"]["ids"]) == 1
    assert "Release Ayan Specimen." in ada.page.text


def test_what_stands_over_a_text_is_written_on_a_screen_of_its_own(
    ada: Desk, owner: Client, statement: str
) -> None:
    ada.follow("Title, day, to whom")
    refused = ada.submit("Save", {"title": "", "dateline.place": "Vilnius"})
    assert refused.faults == {"title": "Error: This is needed."}
    ada.submit(
        "Save",
        {"title": "A title", "dateline.date": "2031-05-14", "addressees.0.name": "A. Specimen"},
    )

    document = owner.get(f"/v1/statements/{statement}/draft")["document"]
    assert document["title"] == "A title"
    assert document["dateline"] == {"place": "Vilnius", "date": "2031-05-14"}
    assert document["addressees"] == [{"name": "A. Specimen"}]


def test_a_template_asks_for_its_facts_and_keeps_what_was_typed(
    world: World, owner: Client, coalition: str
) -> None:
    a_case(owner, coalition, name="Ayan Specimen", country="KZ")
    desk = at_the_desk(world, owner)
    desk.go(f"/desk/{coalition}/statements/new")
    desk.follow("Press release")

    refused = desk.submit("Begin", {"facts.headline": "Open the doors"})
    assert refused.status == 422
    assert any(name.startswith("facts.") for name in refused.faults)
    assert refused.tree.xpath("//input[@name='facts.headline']/@value") == ["Open the doors"]


def test_a_text_is_frozen_compared_and_put_back(
    ada: Desk, owner: Client, coalition: str, statement: str
) -> None:
    home = f"/desk/{coalition}/statements/{statement}"
    ada.go(home)
    ada.follow("Freeze its words")
    ada.submit("Freeze")
    assert ada.page.notice == "The words are frozen."
    ada.submit("Send it to review")

    ada.go(f"{home}/text")
    press(ada, 2, "save", text="Second words, and no more.")
    ada.go(f"{home}/freeze")
    assert ada.submit("Freeze").status == 409
    refused = ada.submit("Freeze", weight="editorial", note="A word more.")
    assert "negation" in refused.text
    ada.submit("Freeze", weight="material")

    ada.go(f"{home}/versions")
    assert [row[0] for row in ada.page.rows] == ["Version 2 A word more.", "Version 1"]
    ada.go(f"{home}/diff?before=1")
    assert "and no more" in ada.page.text
    again = "Make the draft version 1 again"
    ada.follow(again)
    assert "What the draft says now goes" in ada.page.text
    asked = ada.page
    ada.go(f"{home}/text")
    press(ada, 0, "save", text="Words of a colleague.")
    ada.page = asked
    assert ada.submit(again).status == 412
    assert body_of(owner, statement)[0] == {"paragraph": "Words of a colleague."}
    ada.go(f"{home}/diff?before=1")
    ada.follow(again)
    ada.submit(again)
    assert body_of(owner, statement) == BODY


def test_who_may_only_read_reads(
    world: World, owner: Client, coalition: str, statement: str
) -> None:
    vic = at_the_desk(world, a_role(owner, coalition, world.user("vic"), "viewer"))

    page = vic.go(f"/desk/{coalition}/statements/{statement}/text")

    assert "First words." in page.text
    assert not page.tree.xpath("//main//form[@method='post']")


def test_words_for_a_text_that_was_closed_meanwhile_are_there_to_be_copied(
    ada: Desk, owner: Client, statement: str
) -> None:
    headers = {"If-Match": owner.get(f"/v1/statements/{statement}").etag}
    path = f"/v1/statements/{statement}/transitions"
    assert owner.send("POST", path, {"state": "archived"}, headers=headers).status == 200

    press(ada, 2, "save", text="Long words that nobody wants to write twice.")

    assert ada.page.status == 409
    assert "Long words that nobody wants to write twice." in ada.page.text


def test_who_may_not_be_named_stands_by_its_label_where_cases_are_chosen(
    ada: Desk, owner: Client, coalition: str
) -> None:
    hidden = {"name": "Dana Exampleva", "may_be_named": False, "public_label": "a baker"}
    a_case(owner, coalition, key="hidden-one", country="KZ", **hidden)
    body = [{"paragraph": "Words."}, {"cases": {"ids": ["hidden-one"]}}]
    statement = a_statement(owner, coalition, slug="second", body=body)

    page = ada.go(f"/desk/{coalition}/statements/{statement}/text")

    assert "a baker" in page.text
    assert "Exampleva" not in page.html


def test_a_block_that_is_dragged_stands_behind_the_one_it_was_dropped_at(
    ada: Desk, owner: Client, statement: str
) -> None:
    ids = ada.page.tree.xpath("//article/@data-block")

    press(ada, 0, "move", after=ids[2])

    assert body_of(owner, statement) == [BODY[1], BODY[2], BODY[0], BODY[3]]


def test_the_text_leads_on_to_freezing_it_as_long_as_it_says_something_new(
    ada: Desk, owner: Client, coalition: str, statement: str
) -> None:
    here = f"/desk/{coalition}/statements/{statement}/text"
    assert "Freeze its words" in ada.page.links
    a_revision(owner, statement)
    assert "Freeze its words" not in ada.go(here).links

    press(ada, 2, "save", text="Other words.")

    ada.follow("Freeze its words")
    assert ada.page.heading == "Freeze as version 2"
