"""Those who are asked suggest words for a text; a coordinator takes them, or says why not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from api.reviews import rules
from tests.support.suggestions import (
    ALL,
    DOORS,
    TEXT,
    TODAY,
    WINDOWS,
    Suggesting,
    a_suggesting,
    read,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def table(world: World, owner: Client) -> Suggesting:
    return a_suggesting(world, owner)


@pytest.fixture
def whole(world: World, owner: Client) -> Suggesting:
    return a_suggesting(world, owner, **TEXT)


def test_a_suggestion_is_read_beside_the_words_of_the_text(table: Suggesting) -> None:
    table.open()
    made = table.suggested("Ada", TODAY, reason="Else nobody is bound.")

    (one,) = table.listed()
    assert one["id"] == made
    assert (one["state"], one["source"], one["is_guess"]) == ("open", "api", False)
    assert (one["kind"], one["target"], one["lines"]) == ("words", table.target(), [TODAY])
    assert (one["lines_then"], one["lines_now"], one["place_state"]) == ([DOORS], [DOORS], "same")
    assert [read(line) for line in one["pieces"]] == [
        "We ask that the doors be opened[+ today+]."
    ]  # fmt: skip
    assert one["author"]["name"] == "Ada"
    assert one["reason"] == "Else nobody is bound."
    assert (one["revision_number"], one["collides_with"], one["answer"]) == (1, [], None)
    counted = table.owner.get(table.path)
    assert (counted["suggestions"], counted["undecided"]) == (1, 1)
    (mine,) = table.seen("Ada")["suggestions"]
    assert (mine["lines"], mine["author"]["is_me"]) == ([TODAY], True)


def test_the_link_shows_for_which_places_words_can_be_suggested(whole: Suggesting) -> None:
    whole.open()
    ids = [each["id"] for each in whole.body()]
    places = [(each["target"], each["lines"]) for each in whole.seen("Ada")["places"]]

    assert places == [
        ("title", ["Open the doors"]),
        (f"block/{ids[0]}", ["What we ask"]),
        (f"block/{ids[1]}", [DOORS]),
        (f"block/{ids[2]}", [WINDOWS]),
        (f"block/{ids[3]}", ["They wrote:", "We care.[^1]", "A declaration"]),
        (f"block/{ids[4]}", ["Bread", "Salt"]),
        (f"block/{ids[5]}", []),
        ("demand/kz-1", ["Repeal the law."]),
        ("footnote/1", ["So they said."]),
    ]


def test_a_suggestion_is_for_the_text_that_was_read(table: Suggesting) -> None:
    table.open()
    old = table.sha256
    table.rewrite(ALL)
    table.freeze()

    for crossed in (
        table.suggest("Ada", TODAY, revision_sha256=old),
        table.entered(TODAY, revision_sha256=old),
    ):
        assert crossed.json["type"] == "/problems/text-changed"
    table.suggested("Ada", TODAY)
    assert table.listed()[0]["revision_number"] == 2


def test_suggestions_are_taken_until_the_deadline_and_of_coordinators_longer(
    table: Suggesting,
) -> None:
    table.open()
    made, door = table.suggested("Ada", TODAY), table.door("Ada")
    body = {"kind": "deletion", "target": table.target(2), "revision_sha256": table.sha256}
    late = datetime.now(UTC) + timedelta(days=31)
    with time_machine.travel(late, tick=False):
        refused = table.world.stranger().post(f"{door}/suggestions", body)
    assert refused.json["type"] == "/problems/consultation-over"
    assert table.owner.post(f"{table.path}/closing").status == 200
    refused = table.world.stranger().post(f"{door}/suggestions", body)
    assert refused.json["type"] == "/problems/consultation-over"
    assert table.owner.post(f"{table.path}/suggestions", body).status == 201

    table.move("review", "published")
    for refused in (
        table.owner.post(f"{table.path}/suggestions", body),
        table.accept(made),
        table.merge(),
    ):
        assert refused.json["type"] == "/problems/consultation-over"
    assert table.decline(made).status == 200


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({"kind": None}, {"/kind": "required"}),
        ({"target": "block/none"}, {"/target": "not_found"}),
        ({"target": None}, {"/target": "not_found"}),
        ({"lines": []}, {"/lines": "too_few"}),
        ({"lines": ["One.", "Two."]}, {"/lines": "too_many"}),
        ({"lines": [DOORS]}, {"/lines": "conflict"}),
        ({"lines": [" "]}, {"/lines/0": "too_short"}),
        ({"lines": ["See ![a picture](https://specimen.example)"]}, {"/lines/0": "bad_markup"}),
        ({"lines": ["See.[^9]"]}, {"/lines/0": "not_found"}),
        ({"lines": ["\u202eSee."]}, {"/lines/0": "bad_character"}),
        ({"lines": ["See \U00012000."]}, {"/lines/0": "no_font"}),
        ({"lines": [TODAY], "footnotes": {"9": "Unused."}}, {"/footnotes/9": "unused"}),
        ({"target": "title", "lines": ["x" * 501]}, {"/lines/0": "too_long"}),
        ({"kind": "insertion", "target": None, "lines": ["A."]}, {"/block": "not_a_choice"}),
        (
            {"kind": "insertion", "target": None, "block": "paragraph", "after": "x",
             "lines": ["A."]},
            {"/after": "not_found"},
        ),
        ({"kind": "deletion", "target": "title"}, {"/target": "conflict"}),
    ],
)  # fmt: skip
def test_what_does_not_fit_its_place_is_refused(
    table: Suggesting, facts: dict[str, Any], codes: dict[str, str]
) -> None:
    table.open()
    body = {"kind": "words", "target": table.target(), "revision_sha256": table.sha256, **facts}
    refused = table.world.stranger().post(f"{table.door('Ada')}/suggestions", body)

    assert refused.status == 422, refused.body
    assert refused.codes == codes
    assert table.listed() == []


def test_the_same_twice_is_once(table: Suggesting) -> None:
    table.open(read_by="commenters_named")
    first = table.suggested("Ada", TODAY)
    assert table.suggested("Ada", TODAY) == first
    table.decline(first)
    assert table.suggested("Ada", TODAY) == first
    assert table.entered(TODAY).id == table.entered(TODAY).id
    table.suggested("Bob", TODAY)

    assert len(table.listed()) == 3
    assert table.listed()[0]["state"] == "declined"


def test_suggestions_have_a_most_in_number_and_pace(
    table: Suggesting, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.open()
    monkeypatch.setattr(rules, "MOST_SUGGESTED_BY_ONE", 1)
    table.suggested("Ada", TODAY)
    assert table.suggest("Ada", ALL).json["type"] == "/problems/too-many-suggestions"
    monkeypatch.setattr(rules, "MOST_SUGGESTIONS", 2)
    table.suggested("Bob", TODAY)
    assert table.suggest("Gia", TODAY).json["type"] == "/problems/too-many-suggestions"
    assert len(table.listed()) == 2

    last = [table.suggest("Gia", TODAY) for _ in range(2 * rules.WRITING.a_minute)][-1]
    assert last.status == 429
    assert table.say("Gia", "A date.").status == 429  # it is one pace for both


@pytest.mark.parametrize(
    ("read_by", "bob_reads", "author"),
    [
        ("coordinators", [], None),
        ("commenters_unnamed", [[TODAY]], (None, None)),
        ("commenters_named", [[TODAY]], (None, {"en": "Bread"})),
    ],
)
def test_others_read_a_suggestion_as_it_was_said_at_the_opening(
    table: Suggesting, read_by: str, bob_reads: list[str], author: object
) -> None:
    table.open(read_by=read_by)
    made = table.suggested("Ada", TODAY)

    assert table.read_by("Bob") == bob_reads
    if author:
        (one,) = table.seen("Bob")["suggestions"]
        assert (one["author"]["name"], one["author"]["organisation"]) == author
        assert (one["author"]["commenter_id"], one["author"]["is_me"]) == (None, False)
    assert table.read_by("Ada") == [[TODAY]]
    withdrawn = table.world.stranger().post(f"{table.door('Bob')}/suggestions/{made}/withdrawal")
    assert withdrawn.status == 404


def test_editors_read_words_without_who_suggested_them(table: Suggesting) -> None:
    table.open()
    made = table.suggested("Ada", TODAY, reason="A day binds.")
    editor = table.somebody("editor")
    (one,) = table.listed(editor)

    assert (one["lines"], one["reason"]) == ([TODAY], "A day binds.")
    assert one["author"] == {
        "kind": "member", "is_me": False, "name": None, "affiliation": None,
        "organisation": None, "commenter_id": None,
    }  # fmt: skip
    assert one["written_at"].endswith("T00:00:00+00:00")
    assert table.shown(made, editor).json == one
    assert table.shown(made, table.somebody("viewer")).status == 403


def test_each_reader_is_told_of_collisions_with_what_they_read(table: Suggesting) -> None:
    table.open()
    today = table.suggested("Ada", TODAY)
    soon = table.suggested("Bob", "We ask that the doors be opened soon.")
    windows = table.suggested("Bob", "We ask for windows.", place=2)

    found = {each["id"]: each["collides_with"] for each in table.listed()}
    assert found == {today: [soon], soon: [today], windows: []}
    assert {each["id"]: each["collides_with"] for each in table.seen("Bob")["suggestions"]} == {
        soon: [], windows: [],
    }  # fmt: skip
    table.decline(soon)
    assert not any(each["collides_with"] for each in table.listed())


def test_suggestions_are_listed_by_how_they_stand_and_against_a_revision(
    table: Suggesting,
) -> None:
    table.open()
    today, windows = table.suggested("Ada", TODAY), table.suggested("Bob", "Windows!", place=2)
    table.accept(today)

    assert [each["id"] for each in table.listed(state="open")] == [windows]
    assert [each["id"] for each in table.listed(state="accepted")] == [today]
    assert len(table.listed(is_guess="false", source="api")) == 2
    assert table.listed(source="word") == []
    assert table.listed()[0]["place_state"] == "changed"
    assert table.listed(revision=1)[0]["place_state"] == "same"
    assert table.owner.get(f"{table.path}/suggestions", revision=9).status == 404
