"""A text is opened for comments; what is said is decided, and files of Word come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.builders import a_coalition, a_revision, a_role, a_statement
from tests.support.desk import Desk, at_the_desk
from tests.support.suggestions import DOORS, TEXT, TODAY, Suggesting, a_suggesting

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

GIA = "Gia Specimen"


@pytest.fixture
def owner(world: World) -> Client:
    return world.user("owner")


@pytest.fixture
def consulting(world: World, owner: Client) -> Suggesting:
    """Return a text whose coordinators alone read what is said of it."""
    return a_suggesting(world, owner)


@pytest.fixture
def ada(world: World, owner: Client, consulting: Suggesting) -> Desk:
    consulting.open()
    return at_the_desk(world, owner)


def test_a_frozen_text_is_opened_for_comments(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    statement = a_statement(owner, coalition, **TEXT)
    desk = at_the_desk(world, owner)
    desk.go(f"/desk/{coalition}/statements/{statement}/comments")
    assert "Freeze the words first" in desk.page.text

    a_revision(owner, statement)
    desk.go(desk.page.path)
    desk.follow("Open it for comments")
    refused = desk.submit("Open it, and write to them", closes_at="2001-01-01T10:00")
    assert "read_by" in refused.faults
    page = desk.submit(
        "Open it, and write to them",
        {
            "closes_at": "2035-01-01T10:00",
            "read_by": "coordinators",
            "guests.0.name": GIA,
            "guests.0.email": "gia@specimen.example",
        },
    )

    assert page.notice == "The text is open for comments, and the letters are on their way."
    (opened,) = owner.get(f"/v1/statements/{statement}/consultations")["items"]
    assert (opened["commenters"], opened["read_by"]) == (1, "coordinators")


def test_a_deadline_is_moved_by_the_clock_of_its_zone_and_kept_once_it_is_over(
    ada: Desk, consulting: Suggesting, owner: Client
) -> None:
    people = f"/desk/{consulting.coalition}/consultations/{consulting.id}/people"
    ada.go(people)
    page = ada.submit("Save", closes_at="2035-01-01T10:00", zone="Asia/Almaty")
    assert page.notice == "Saved."
    assert owner.get(consulting.path)["closes_at"].startswith("2035-01-01T05:00:00")

    ada.submit("Take no more comments from now on")
    closed = owner.get(consulting.path)
    assert closed["is_open"] is False
    ada.go(people)
    assert ada.submit("Save", is_kept=["yes"]).notice == "Saved."
    kept = owner.get(consulting.path)
    assert (kept["is_kept"], kept["closes_at"]) == (True, closed["closes_at"])
    assert "closes_at" in ada.submit("Save", closes_at="2020-01-01T10:00").faults


def test_somebody_else_is_asked_as_well(ada: Desk, consulting: Suggesting) -> None:
    ada.go(f"/desk/{consulting.coalition}/consultations/{consulting.id}/people")
    new = {"guests.0.name": "Han Specimen", "guests.0.email": "nowhere"}
    assert set(ada.submit("Ask them", new).faults) == {"guests.0.email"}

    page = ada.submit("Ask them", {"guests.0.email": "han@specimen.example"})

    assert page.notice == "They are asked, and the letters are on their way."
    assert sorted(consulting.asked()) == ["Ada", "Bob", "Gia", "Han"]
    assert consulting.seen("Han").status == 200


def test_a_comment_is_answered_and_settled_and_opened_again(
    ada: Desk, consulting: Suggesting, owner: Client
) -> None:
    consulting.say("Gia", "Which doors?", place=1)
    ada.go(f"/desk/{consulting.coalition}/consultations/{consulting.id}")
    assert "Which doors?" in ada.page.text

    thread = consulting.threads()[0]["id"]
    write = f"/desk/{consulting.coalition}/consultations/{consulting.id}/write"
    ada.send(write, {"csrf": ada.proof, "parent_id": thread, "text": "All of them."})
    assert "All of them." in ada.page.text
    ada.submit("It is settled")
    assert "Which doors?" not in ada.page.text
    ada.submit("Undo")

    assert "Which doors?" in ada.page.text


def test_suggestions_are_accepted_changed_and_declined(
    ada: Desk, consulting: Suggesting, owner: Client
) -> None:
    first = consulting.suggested("Gia", TODAY, place=1)
    second = consulting.suggested("Gia", "We ask for the windows.", place=2)
    here = f"/desk/{consulting.coalition}/consultations/{consulting.id}"

    def decide(suggestion: str, **sent: str) -> None:
        ada.go(here)
        path = f"/desk/{consulting.coalition}/suggestions/{suggestion}/decide"
        ada.send(path, {"csrf": ada.proof, **sent})

    decide(first, **{"do": "change", "line.0": "We ask that they be opened today."})
    assert ada.page.notice == "It is in the draft, in your words."
    decide(second, do="decline", reason="")
    assert ada.page.status == 422
    decide(second, do="decline", reason="They are open.")
    assert ada.page.notice == "It is declined."
    ada.submit("Undo")
    assert consulting.shown(second)["state"] == "open"
    decide(second, do="accept")

    body = owner.get(f"/v1/statements/{consulting.statement}/draft")["document"]["body"]
    assert body[1]["paragraph"] == "We ask that they be opened today."
    assert body[2]["paragraph"] == "We ask for the windows."


def test_what_collides_is_shown_side_by_side_and_what_fits_goes_in(
    ada: Desk, consulting: Suggesting, owner: Client
) -> None:
    both = [
        consulting.suggested("Gia", DOORS.replace("doors", word), place=1)
        for word in ("gates", "roofs")
    ]
    consulting.suggested("Gia", "We ask for the windows.", place=2)
    ada.go(f"/desk/{consulting.coalition}/consultations/{consulting.id}")

    page = ada.follow("Put all in that fit")
    assert "1 suggestion fits, and goes into the draft." in page.text
    assert "These stay open" in page.text
    assert "The same words are changed in different ways." in page.text
    beside = [each.text_content() for each in page.tree.xpath("//*[@class='side']/*")]
    assert [("gates" in each, "roofs" in each) for each in beside] == [(True, False), (False, True)]
    ada.submit("Put it in")

    assert ada.page.notice == "They are in the draft."
    body = owner.get(f"/v1/statements/{consulting.statement}/draft")["document"]["body"]
    assert [each["paragraph"] for each in body[1:3]] == [DOORS, "We ask for the windows."]
    assert [consulting.shown(each)["state"] for each in both] == ["open", "open"]


def test_a_file_of_word_goes_out_and_comes_back(ada: Desk, consulting: Suggesting) -> None:
    documents = f"/desk/{consulting.coalition}/statements/{consulting.statement}/document"
    sent = ada.http.get(f"{documents}?version=1&format=docx").data
    ada.go(f"/desk/{consulting.coalition}/consultations/{consulting.id}/word")
    assert ada.submit("Take it in").faults == {"file": "Error: Please choose the file first."}

    page = ada.submit("Take it in", file=(sent, "text.docx"))
    assert page.status == 200
    assert "The file is taken in" in page.text
    assert ada.submit("Take it in", file=(b"no file", "text.docx")).status == 422
    sent_to = {"csrf": ada.proof, "member_id": "nobody", "file": (sent, "text.docx")}
    assert set(ada.send(ada.page.path, sent_to).faults) == {"member_id"}


def test_a_statement_begins_from_a_file_of_word(
    world: World, owner: Client, ada: Desk, consulting: Suggesting
) -> None:
    documents = f"/desk/{consulting.coalition}/statements/{consulting.statement}/document"
    sent = ada.http.get(f"{documents}?version=1&format=docx").data
    ada.go(f"/desk/{consulting.coalition}/statements/new/file")

    page = ada.submit("Take it in", file=(sent, "Our text.docx"))

    assert page.heading == "It came in"
    slugs = {
        each["slug"]
        for each in owner.get(f"/v1/coalitions/{consulting.coalition}/statements")["items"]
    }
    assert "our-text" in slugs


def test_an_editor_reads_without_names_and_decides_nothing(
    world: World, owner: Client, ada: Desk, consulting: Suggesting
) -> None:
    consulting.say("Gia", "Which doors?", place=1)
    editor = at_the_desk(world, a_role(owner, consulting.coalition, world.user("ed"), "editor"))

    page = editor.go(f"/desk/{consulting.coalition}/consultations/{consulting.id}")

    assert "Which doors?" in page.text
    assert GIA not in page.html
    assert not page.tree.xpath("//main//form[@method='post']")
