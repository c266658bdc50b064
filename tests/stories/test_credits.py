"""Whom a text thanks for its words, as each of its readers may know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.builders import a_case
from tests.support.consultations import GUEST, an_opening
from tests.support.suggestions import ALL, TODAY, Suggesting, a_suggesting

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

WINDOWS = "Open the windows."


@pytest.fixture
def table(world: World, owner: Client) -> Suggesting:
    return a_suggesting(world, owner)


def thanked(table: Suggesting, number: int, client: Client | None = None) -> list[Any]:
    """Return who is thanked with how many, since when; and how many are not named."""
    answer = (client or table.owner).get(f"{table.here}/revisions/{number}/credits")
    assert answer.status == 200, answer.body
    told = [
        ((each["organisation"] or {}).get("en") or each["name"], each["suggestions"], each["since"])
        for each in answer["credits"]
    ]
    return [*told, answer["unnamed"]]


def test_a_text_thanks_those_whose_suggestions_it_was_the_first_to_hold(table: Suggesting) -> None:
    table.open(read_by="commenters_named")
    made = [table.suggested("Ada", TODAY), table.suggested("Bob", WINDOWS, place=2)]
    declined = table.suggested("Bob", ALL)
    table.accept(made[0])
    table.decline(declined)
    assert thanked(table, 1) == [0]
    table.freeze()
    table.accept(made[1])
    table.accept(table.suggested("Ada", "What we ask for", place=0))
    table.accept(table.suggested("Gia", "Open all", target="title"))
    assert thanked(table, 2) == [("Bread", 1, 2), 0]
    table.freeze()

    assert thanked(table, 3) == [("Bread", 2, 2), ("Salt", 1, 3), (GUEST["name"], 1, 3), 0]
    assert thanked(table, 2) == [("Bread", 1, 2), 0]
    assert table.shown(made[0])["held_since"] == 2
    seen = table.seen("Ada")["suggestions"]
    assert [each["held_since"] for each in seen if each["author"]["is_me"]] == [2, 3]
    assert table.owner.get(f"{table.here}/revisions/9/credits").status == 404


def test_a_member_is_one_in_all_consultations_and_coordinators_thank_nobody(
    table: Suggesting,
) -> None:
    table.open(read_by="commenters_named")
    table.accept(table.suggested("Ada", TODAY))
    first = table.path
    table.open(read_by="commenters_named")
    table.accept(table.suggested("Ada", WINDOWS, place=2))
    table.accept(table.entered("Open all", target="title").id)
    table.freeze()

    assert table.path != first
    assert thanked(table, 2) == [("Bread", 2, 2), 0]


@pytest.mark.parametrize(
    ("read_by", "by_name"),
    [("coordinators", False), ("commenters_unnamed", False), ("commenters_named", True)],
)
def test_others_than_coordinators_read_the_members_that_were_named_at_the_opening(
    table: Suggesting,
    read_by: str,
    by_name: bool,  # noqa: FBT001
) -> None:
    table.open(read_by=read_by)
    for person, line, place in (("Ada", TODAY, 1), ("Bob", WINDOWS, 2), ("Gia", "We ask", 0)):
        table.accept(table.suggested(person, line, place=place))
    table.freeze()

    assert len(thanked(table, 2)) == 4
    for role in ("viewer", "editor"):
        told = thanked(table, 2, table.somebody(role))
        assert told == ([("Bread", 1, 2), ("Salt", 1, 2), 1] if by_name else [3])


@pytest.mark.parametrize("visibility", ["anonymous", "coalition"])
def test_a_member_that_counts_without_its_name_is_thanked_without_it(
    table: Suggesting, visibility: str
) -> None:
    table.open(read_by="commenters_named")
    table.accept(table.suggested("Ada", TODAY))
    table.accept(table.suggested("Bob", WINDOWS, place=2))
    table.freeze()
    body = {"member_id": table.members["Bread"], "visibility": visibility}
    assert table.owner.post(f"{table.here}/appearances", body).status == 201

    viewer = table.somebody("viewer")
    assert thanked(table, 2, viewer) == [("Salt", 1, 2), 1]
    answer = viewer.get(f"{table.here}/revisions/2/credits")
    assert table.members["Bread"] not in str(answer.json)
    assert thanked(table, 2) == [("Bread", 1, 2), ("Salt", 1, 2), 0]


def test_who_was_forgotten_is_thanked_without_a_name(table: Suggesting) -> None:
    table.open(read_by="commenters_named")
    for person, line, place in (("Ada", TODAY, 1), ("Bob", WINDOWS, 2)):
        table.accept(table.suggested(person, line, place=place))
    table.freeze()
    door = table.door("Ada")
    assert table.world.stranger().post(f"{door}/erasure").status == 204

    assert thanked(table, 2) == [("Salt", 1, 2), 1]
    assert table.lines()[1] == TODAY


def test_a_redaction_holds_nothing_that_the_draft_took_since(table: Suggesting) -> None:
    name = "Ayan Specimenov"
    case = a_case(
        table.owner, table.coalition, name=name, public_label="a baker", may_be_named=True
    )
    table.redraft({"paragraph": f"We ask for {name}."}, *table.body()[1:])
    table.freeze()
    table.open(read_by="commenters_named")
    made = table.suggested("Ada", TODAY)
    table.accept(made)
    path = f"/v1/cases/{case}"
    hidden = table.owner.patch(path, {"may_be_named": False}, table.owner.get(path).etag)
    assert hidden.status == 200

    assert table.owner.get(table.here)["revision_number"] == 3
    assert thanked(table, 3) == [0]
    table.freeze()
    assert thanked(table, 4) == [("Bread", 1, 4), 0]


def test_another_coalition_and_a_stranger_read_no_credits(
    table: Suggesting, world: World, owner: Client
) -> None:
    an_opening(owner, table.statement)
    elsewhere = a_suggesting(world, world.user("Somebody"))
    path = f"{table.here}/revisions/1/credits"

    assert elsewhere.owner.get(path).status == 404
    assert world.stranger().get(path).status == 401
