"""At the desk a block that prints what is ticked is refused where nothing is: it is never all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.test_desk_writing import body_of, press
from tests.support.builders import a_coalition, a_statement
from tests.support.desk import Desk, at_the_desk

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

DEMANDS = [{"country": "KZ", "demands": [{"id": "kz-1", "text": "Repeal the law."}]}]
CASES = [{"id": "ayan", "name": "Ayan Specimenov", "country": "KZ", "may_be_named": True}]
BODY: list[dict[str, Any]] = [{"demands": {"lists": ["KZ"]}}, {"cases": {"ids": ["ayan"]}}]
UNCHOSEN = [
    (0, "demands", "lists", "lists", "Tick at least one list, or choose all that the text has."),
    (0, "demands", "ids", "ids", "Tick or add at least one."),
    (1, "cases", "ids", "cases", "Tick or add at least one case."),
    (1, "cases", "countries", "countries", "Tick at least one country."),
    (1, "cases", "items", "items", "Write at least one line."),
]


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner, countries=["KZ"])


@pytest.fixture
def statement(owner: Client, coalition: str) -> str:
    return a_statement(owner, coalition, body=BODY, demand_lists=DEMANDS, cases=CASES)


@pytest.fixture
def ada(world: World, owner: Client, coalition: str, statement: str) -> Desk:
    desk = at_the_desk(world, owner)
    desk.go(f"/desk/{coalition}/statements/{statement}/text")
    return desk


@pytest.mark.parametrize("unchosen", UNCHOSEN, ids=lambda it: f"{it[1]} by {it[2]}")
def test_a_block_names_what_it_prints(
    ada: Desk, owner: Client, statement: str, unchosen: tuple[int, str, str, str, str]
) -> None:
    place, kind, which, field, why = unchosen
    block = owner.get(f"/v1/statements/{statement}/draft")["document"]["body"][place]["id"]
    nothing: Any = {"lists": [], "ids": [], "cases": [], "countries": [], "items": ""}
    here = ada.page.path

    press(ada, place, "save", **nothing, **{f"which_{kind}": which})

    assert (ada.page.status, ada.page.faults) == (422, {f"b-{block}-{field}": f"Error: {why}"})
    assert body_of(owner, statement) == BODY
    ada.go(f"{here}?add={kind}&after=")
    page = ada.submit("Put it in", {f"which_{kind}": which})
    assert (page.status, page.faults) == (422, {f"b-new-{field}": f"Error: {why}"})
    assert body_of(owner, statement) == BODY


def test_what_is_ticked_after_it_was_refused_goes_in(
    ada: Desk, owner: Client, statement: str
) -> None:
    ada.go(f"{ada.page.path}?add=demands&after=")
    ada.submit("Put it in", which_demands="lists", lead="We ask:")

    page = ada.submit("Put it in", lists=["KZ"])

    assert page.status == 200
    assert body_of(owner, statement)[0] == {"demands": {"lead": "We ask:", "lists": ["KZ"]}}


def test_all_that_the_text_has_is_chosen_by_saying_so(
    ada: Desk, owner: Client, statement: str
) -> None:
    press(ada, 0, "save", which_demands="all")

    assert body_of(owner, statement)[0] == {"demands": {}}


def test_where_nothing_is_there_to_tick_it_is_said_all_the_same(
    world: World, owner: Client, coalition: str
) -> None:
    bare = a_statement(owner, coalition)
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/statements/{bare}/text?add=cases&after=")

    page = ada.submit("Put it in")

    assert page.faults == {"b-new-cases": "Error: Tick or add at least one case."}
