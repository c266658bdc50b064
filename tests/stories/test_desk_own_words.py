"""At the desk a coordinator suggests words, erases what was said, and sees whom a text thanks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.builders import a_role
from tests.support.desk import Desk, DeskPage, at_the_desk
from tests.support.suggestions import DOORS, TEXT, TODAY, Suggesting, a_suggesting

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def owner(world: World) -> Client:
    return world.user("owner")


@pytest.fixture
def table(world: World, owner: Client) -> Suggesting:
    found = a_suggesting(world, owner, **TEXT)
    found.open(read_by="commenters_named")
    return found


@pytest.fixture
def ada(world: World, owner: Client, table: Suggesting) -> Desk:
    return at_the_desk(world, owner)


def _field(page: DeskPage, words: str) -> str:
    """Return the name of the field that holds some words of the text."""
    (found,) = (
        each for each in page.tree.xpath("//main//textarea") if words == (each.text or "").strip()
    )
    return str(found.get("name"))


def test_a_coordinator_suggests_other_words_and_decides_on_them(
    ada: Desk, table: Suggesting
) -> None:
    ada.go(f"/desk/{table.coalition}/consultations/{table.id}")
    page = ada.follow("Suggest other words")
    field = _field(page, DOORS)
    assert ada.submit("Suggest it").status == 422
    page = ada.submit("Suggest it", {field: TODAY, f"why/{field.rsplit('/', 1)[1]}": "It is late."})

    assert page.notice == "It is suggested. Decide on it here."
    (made,) = table.listed()
    assert made["author"]["kind"] == "coordinator"
    ada.submit("Accept")
    assert TODAY in str(table.draft["document"])


def test_words_that_do_not_fit_come_back_with_what_was_typed(ada: Desk, table: Suggesting) -> None:
    page = ada.go(f"/desk/{table.coalition}/consultations/{table.id}/suggest")
    field = _field(page, DOORS)

    page = ada.submit("Suggest it", {field: "We [ask](javascript:1)."})

    assert page.status == 422
    assert page.faults[field]
    assert "We [ask](javascript:1)." in page.html
    assert table.listed() == []


def test_what_was_typed_for_a_text_that_was_frozen_again_is_kept(
    ada: Desk, table: Suggesting
) -> None:
    page = ada.go(f"/desk/{table.coalition}/consultations/{table.id}/suggest")
    field = _field(page, DOORS)
    table.rewrite("Other words entirely.")
    table.freeze()

    page = ada.submit("Suggest it", {field: TODAY})

    assert "A newer version was frozen meanwhile." in page.text
    assert TODAY in page.html
    assert table.listed() == []


def test_a_comment_and_a_suggestion_are_erased(ada: Desk, table: Suggesting) -> None:
    table.say("Gia", "A word that nobody should read.", place=1)
    table.suggested("Gia", "Secret words for the doors.", place=1)
    here = f"/desk/{table.coalition}/consultations/{table.id}"
    ada.go(here)
    links = ada.page.tree.xpath("//main//a[contains(@href, '/erase')]/@href")
    assert len(links) == 2

    for link in links:
        ada.go(link)
        page = ada.submit("Erase")
        assert page.notice == "It is erased."

    page = ada.go(f"{here}?show=all")
    assert "nobody should read" not in page.html
    assert "Secret words" not in page.html


def test_a_version_thanks_those_whose_words_it_holds(ada: Desk, table: Suggesting) -> None:
    table.accept(table.suggested("Ada", TODAY))
    table.freeze()
    versions = f"/desk/{table.coalition}/statements/{table.statement}/versions"
    page = ada.go(versions)
    newest, first = page.tree.xpath("//a[contains(@href, '/credits')]/@href")

    page = ada.go(newest)
    assert page.heading == "Whose words version 2 holds"
    assert page.rows == [["Bread", "1", "Version 2"]]
    assert "It holds no words that others suggested" in ada.go(first).text


def test_who_edits_alone_is_offered_neither(world: World, owner: Client, table: Suggesting) -> None:
    table.say("Gia", "Which doors?", place=1)
    eve = at_the_desk(world, a_role(owner, table.coalition, world.user("editor"), "editor"))
    page = eve.go(f"/desk/{table.coalition}/consultations/{table.id}")
    assert "Which doors?" in page.text
    assert "Suggest other words" not in page.links
    assert not page.tree.xpath("//main//a[contains(@href, '/erase')]")
