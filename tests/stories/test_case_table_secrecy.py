"""Tables of cases, and who some of them may not be told to be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.test_case_tables import (
    CANARIES,
    HIDDEN,
    cases_of,
    given_out,
    lines_of,
    send,
    states,
    told_in,
)
from tests.stories.test_cases import everything_in
from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_revision,
    a_role,
    a_statement,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_an_export_says_who_a_case_is_to_coordinators_only(
    world: World, owner: Client, role: str
) -> None:
    coalition = a_coalition(owner)
    hidden = a_case(owner, coalition, **HIDDEN, key="case-7")
    someone = a_role(owner, coalition, world.user(), role)

    out = given_out(someone, coalition) + given_out(someone, coalition, "json")
    (line,) = lines_of(given_out(someone, coalition))

    assert told_in(out) == []
    assert b"case-7" not in out
    assert (line["id"], line["label"], line["name"]) == (hidden, "blogger, Tajikistan", "")
    assert told_in(given_out(owner, coalition)) == list(CANARIES)


def test_an_editor_sends_back_what_it_read_and_loses_nothing(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    hidden = a_case(owner, coalition, **HIDDEN, key="case-7")
    a_case(owner, coalition)
    editor = a_role(owner, coalition, world.user(), "editor")
    before = owner.get(f"/v1/cases/{hidden}")

    for form in ("csv", "json"):
        out = given_out(editor, coalition, form)
        table = json.loads(out)["cases"] if form == "json" else out
        assert states(send(editor, coalition, table, on_difference="update")) == ["same"] * 2
    changed = given_out(editor, coalition).replace(b"blogger", b"writer")
    answer = send(editor, coalition, changed, on_difference="update")

    assert states(answer) == ["same", "changed"]
    after = owner.get(f"/v1/cases/{hidden}")
    assert after["occupation"] == "writer"
    assert [after[key] for key in ("key", *HIDDEN) if key != "occupation"] == [
        before[key] for key in ("key", *HIDDEN) if key != "occupation"
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Davlatbek Zarobov"},
        {"name": "Somebody Else"},
        {"aliases": ["X"]},
        {"born": 1991},
        {"summary": "x"},
        {"sources": ["x"]},
        {"key": "case-7"},
        {"may_be_named": True},
    ],
)
def test_an_editor_neither_changes_nor_guesses_who_it_is(
    world: World, owner: Client, change: dict[str, Any]
) -> None:
    coalition = a_coalition(owner)
    hidden = a_case(owner, coalition, **HIDDEN, key="case-7")
    editor = a_role(owner, coalition, world.user(), "editor")

    refused = send(editor, coalition, [{"id": hidden, **change}], preview="true")

    assert states(refused) == ["refused"]
    assert "coordinator" in refused["lines"][0]["faults"][0]["detail"]
    assert told_in(refused.body) == []


def test_a_name_tells_an_editor_nothing_of_who_is_hidden(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition, **HIDDEN, key="case-7")
    named = a_case(owner, coalition, key="ayan", name="Ayan Specimenov")
    editor = a_role(owner, coalition, world.user(), "editor")
    same, other = [
        {"name": name, "country": "TJ"} for name in ("Davlatbek Zarobov", "Somebody Else")
    ]

    answers = [send(editor, coalition, [line], preview="true") for line in (same, other)]

    assert answers[0].json == answers[1].json
    assert states(answers[0]) == ["entered"]
    assert states(send(owner, coalition, [same], preview="true")) == ["same"]
    taken = send(editor, coalition, [{"key": "case-7", "name": "X", "country": "TJ"}])
    assert set(taken.faults) == {"/cases/0/key"}
    back = send(editor, coalition, [{"id": named, "may_be_named": False}], preview="true")
    assert states(back) == ["refused"]


def test_a_table_of_somebody_who_may_not_see_a_name_empties_nothing(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    hidden = a_case(owner, coalition, **HIDDEN, key="case-7")
    viewer = a_role(owner, coalition, world.user(), "viewer")

    refused = send(owner, coalition, given_out(viewer, coalition), on_difference="update")

    assert refused.status == 422
    assert set(refused.faults) == {"/2/name"}
    assert owner.get(f"/v1/cases/{hidden}")["aliases"] == HIDDEN["aliases"]


def test_a_table_takes_names_back_out_of_every_text(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    facts = {key: value for key, value in HIDDEN.items() if key != "may_be_named"}
    case = a_case(owner, coalition, **facts)
    quiet = a_case(owner, coalition, key="quiet-exampleva", name="Quiet Exampleva")
    asked = a_demand_list(owner, coalition, country="TJ")
    demand = a_demand(owner, asked, text="Release Davlatbek Zarobov.", case_ids=[case])
    statement = a_statement(owner, coalition, title="For Davlatbek Zarobov")
    a_revision(owner, statement)
    table = f"id,may_be_named,public_label\n{case},no,a blogger\n{quiet},no,\n"

    preview = send(owner, coalition, table, on_difference="update", preview="true")
    still = owner.get(f"/v1/demands/{demand}")["text"]
    taken = send(owner, coalition, table, on_difference="update")

    assert states(preview) == states(taken) == ["changed", "changed"]
    assert still == "Release Davlatbek Zarobov."
    assert owner.get(f"/v1/demands/{demand}")["text"] == "Release a blogger."
    assert owner.get(f"/v1/statements/{statement}")["title"] == "For a blogger"
    assert told_in(everything_in(world)) == []
    assert set(cases_of(owner, coalition)) == {"case-tj", "case-kz"}


def test_a_name_that_one_line_takes_back_stays_out_of_what_another_changes(owner: Client) -> None:
    coalition = a_coalition(owner)
    told = {**HIDDEN, "may_be_named": True, "public_label": "a blogger"}
    hidden = a_case(owner, coalition, **told)
    friend = a_case(owner, coalition, summary="Brother of Davlatbek Zarobov.")
    lines = [{"id": hidden, "may_be_named": False}, {"id": friend, "occupation": "baker"}]

    assert states(send(owner, coalition, lines, on_difference="update")) == ["changed", "changed"]

    found = owner.get(f"/v1/cases/{friend}")
    assert (found["occupation"], found["summary"]) == ("baker", "Brother of a blogger.")


def test_a_name_that_cannot_go_out_of_a_text_refuses_its_line_only(owner: Client) -> None:
    coalition = a_coalition(owner)
    fixed = a_case(owner, coalition, key="fixed", name="Davlatbek Zarobov")
    asked = a_demand_list(owner, coalition)
    a_demand(owner, asked, key="free-davlatbek-zarobov")
    a_demand(owner, asked, key="other", text="Release Davlatbek Zarobov.")
    gone = a_case(owner, coalition, key="quiet", name="Dana Exampleva")
    table = [
        {"id": fixed, "may_be_named": False},
        {"id": gone, "may_be_named": False},
        {"name": "Davlatbek Zarobov", "key": "new", "country": "TJ", "may_be_named": False},
    ]
    query = {"on_difference": "update", "partial": "true"}

    preview = send(owner, coalition, table, **query, preview="true")
    answer = send(owner, coalition, table, **query)

    assert states(preview) == states(answer) == ["refused", "changed", "refused"]
    details = [line["faults"][0]["detail"] for line in answer["lines"] if line["faults"]]
    assert ["demand free-davlatbek-zarobov" in detail for detail in details] == [True, True]
    named = {key: case["may_be_named"] for key, case in cases_of(owner, coalition).items()}
    assert named == {"fixed": True, "quiet": False}
    demands = owner.get(f"/v1/coalitions/{coalition}/demands")["items"]
    assert demands[1]["text"] == "Release Davlatbek Zarobov."


def test_cases_that_may_not_be_named_are_sealed_when_a_table_brings_them(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    editor = a_role(owner, coalition, world.user(), "editor")

    answer = send(editor, coalition, [{**HIDDEN, "status": "detained"}])

    assert states(answer) == ["entered"]
    assert told_in(answer.body) == []
    assert told_in(everything_in(world)) == []
    assert cases_of(owner, coalition)["case-tj"]["name"] == "Davlatbek Zarobov"


def test_words_of_who_is_hidden_in_a_text_are_not_to_be_guessed(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    who = {**HIDDEN, "id": "case-7"}
    statement = a_statement(owner, coalition, cases=[who], body=[{"cases": {"ids": ["case-7"]}}])
    a_revision(owner, statement)
    editor = a_role(owner, coalition, world.user(), "editor")
    guesses = ["Davlatbek Zarobov", "Davlatbek", "Zarobov", "night", "Somebody"]
    lines = [{"name": each, "country": "TJ", "may_be_named": False} for each in guesses]
    answer = send(editor, coalition, lines, preview="true")

    assert states(answer) == ["entered"] * len(guesses)
