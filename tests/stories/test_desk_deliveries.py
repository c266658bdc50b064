"""At the desk a text is handed over, answers to it are kept, and updates are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.desk.routes import deliveries
from tests.stories.test_deliveries import an_addressee
from tests.support.builders import (
    a_cover_letter,
    a_demand,
    a_demand_list,
    a_member,
    a_revision as freeze,
    a_statement,
    made,
)
from tests.support.desk import Desk, at_the_desk
from tests.support.mailing_consents import news, updates
from tests.support.signing import Rush, a_rush
from tests.support.smtp_server import Post, server

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

READERS = ["ada@specimen.example", "bea@specimen.example"]


@pytest.fixture
def rush(world: World, owner: Client) -> Rush:
    found = a_rush(world, owner)
    found.publish()
    return found


def at_deliveries(world: World, owner: Client, rush: Rush) -> Desk:
    desk = at_the_desk(world, owner)
    desk.go(f"/desk/{rush.coalition}/statements/{rush.statement}/deliveries")
    return desk


def test_a_text_is_handed_over_with_a_letter_that_was_seen(
    world: World, owner: Client, rush: Rush
) -> None:
    an_addressee(owner, rush, "A. Specimen", email="office@specimen.example")
    an_addressee(owner, rush, "B. Specimen")
    ada = at_deliveries(world, owner, rush)
    assert "Nobody has it yet" in ada.page.text

    ada.follow("Write a cover letter")
    refused = ada.submit("See it as it goes out", {"texts.0.subject": "", "texts.0.text": "x"})
    assert refused.faults["texts.0.subject"]
    typed = {"texts.0.subject": "A letter", "texts.0.text": "We hand you a letter."}
    page = ada.submit("See it as it goes out", typed)
    assert page.notice == "The letter is kept. Nothing has left yet."
    frame = ada.http.get(page.tree.xpath("//iframe/@src")[0])
    assert "We hand you a letter." in frame.text
    assert "frame-ancestors 'self'" in frame.headers["Content-Security-Policy"]
    assert "These have no e-mail address: B. Specimen" in page.text
    nobody = ada.submit("Send it to those who are ticked", ids=[])
    assert nobody.faults["ids"].endswith("Tick somebody.")
    (who,) = nobody.tree.xpath("//input[@name='ids']/@value")
    page = ada.submit("Send it to those who are ticked", ids=[who])

    assert page.notice.startswith("It is on its way.")
    assert page.rows[0][:3] == ["A. Specimen", "On its way", "By e-mail"]
    ada.follow("Note that it was handed over")
    other = ada.page.tree.xpath("//option[text()='B. Specimen']/@value")[0]
    typed = {"addressee_id": other, "means": "in_person", "note": "At the chancellery."}
    page = ada.submit("Save", typed, delivered_at="2026-05-14T10:00", zone="Asia/Almaty")
    assert page.rows[0][0] == "B. Specimen At the chancellery."
    told = owner.get(f"/v1/statements/{rush.statement}/deliveries")["items"]
    assert "2026-05-14T05:00:00" in {(each["delivered_at"] or "")[:19] for each in told}


def test_whom_the_coalition_does_not_know_is_entered_from_the_text_and_the_letter_comes_back(
    world: World, owner: Client, rush: Rush
) -> None:
    whom = [{"name": "Murat Specimenbekov", "title": "Minister"}, {"name": "A. Specimen"}]
    statement = a_statement(owner, rush.coalition, addressees=whom)
    freeze(owner, statement)
    an_addressee(owner, rush, "A. Specimen")
    letter = a_cover_letter(owner, statement)
    ada = at_the_desk(world, owner)
    page = ada.go(f"/desk/{rush.coalition}/cover-letters/{letter}")
    assert "Murat Specimenbekov" in page.text
    page = ada.follow("Enter it, with an e-mail address")
    assert "Specimenbekov" not in page.path
    assert ada.submit("Enter it", email="nowhere").faults.keys() == {"email"}
    page = ada.submit("Enter it", email="minister@specimen.example")
    assert (page.path.split("?")[0], page.notice) == (
        f"/desk/{rush.coalition}/cover-letters/{letter}",
        "The addressee is entered.",
    )
    assert "does not know them" not in page.text

    ada.follow("A. Specimen")
    page = ada.submit("Save", email="office@specimen.example")
    assert "These have no e-mail address" not in page.text
    found = owner.get(f"/v1/coalitions/{rush.coalition}/addressees")["items"]
    told = {each["name"]: (each["title"], each["email"]) for each in found}
    assert told == {
        "Murat Specimenbekov": ("Minister", "minister@specimen.example"),
        "A. Specimen": (None, "office@specimen.example"),
    }


def test_an_answer_changes_the_demands_that_it_speaks_to(world: World, owner: Client) -> None:
    rush = a_rush(world, owner)
    asked = a_demand_list(owner, rush.coalition, country="KZ")
    demand = a_demand(owner, asked, key="kz-1", text="Repeal the law.")
    body = [{"demands": {"lists": ["KZ"]}}]
    statement = a_statement(owner, rush.coalition, body=body)
    freeze(owner, statement)
    who = made(owner, f"/v1/coalitions/{rush.coalition}/addressees", {"name": "A. Specimen"})
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{rush.coalition}/statements/{statement}/deliveries")

    ada.follow("Note an answer")
    assert ada.submit("Save").faults.keys() >= {"addressee_id", "text"}
    typed = {f"demand.{demand}": "rejected", "text": "No.", "addressee_id": who}
    page = ada.submit("Save", typed)

    assert page.notice == "The answer is kept."
    assert "Repeal the law. Rejected" in page.text
    assert owner.get(f"/v1/demands/{demand}")["status"] == "rejected"


def test_an_update_is_seen_tried_counted_changed_and_deleted(
    world: World, owner: Client, rush: Rush
) -> None:
    a_member(owner, rush.coalition, "Specimen Committee")
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{rush.coalition}/statements/{rush.statement}/updates")
    ada.follow("Write an update")
    whose = ada.page.tree.xpath("//select[@name='organisation_id']/option/@value")[-1]
    typed = {"organisation_id": whose, "texts.0.subject": "News", "texts.0.text": "It was read."}

    page = ada.submit("See it as it goes out", typed)
    assert page.notice == "It is kept. Nothing has left yet."
    assert "It was read." in ada.http.get(page.tree.xpath("//iframe/@src")[0]).text
    assert ada.submit("Send it to me").notice == "It is on its way to you."
    assert "It goes to 0 readers now." in ada.submit("Count to whom it goes").text
    ada.follow("Change it")
    page = ada.submit("See it as it goes out", {"texts.0.subject": "Good news"})
    assert "Good news" in page.text
    ada.follow("Change it")
    ada.follow("Delete this update")
    assert "Nobody was sent any of it." in ada.page.text
    assert ada.submit("Delete this update").notice == "It is deleted."


def test_an_update_leaves_once_it_is_sent_and_stays_while_it_is_paused(
    world: World, owner: Client
) -> None:
    them = news(world, owner)
    a_member(owner, them.rush.coalition, "Specimen Watch")
    coalition, statement = them.rush.coalition, them.rush.statement
    made(owner, f"/v1/coalitions/{coalition}/members", {"organisation_id": them.organisation})
    for each in READERS:
        them.agreed(each)
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/statements/{statement}/updates/new")
    typed = {"texts.0.subject": "News", "texts.0.text": "It was read."}
    ada.submit("See it as it goes out", typed, organisation_id=them.organisation)
    ada.submit("Count to whom it goes")

    with server(Post()) as post:
        them.work(post)
        assert list(updates(post)) == [], "it was counted alone"
        page = ada.submit("Send it to 2 readers")
        assert page.notice == "It is being sent."
        assert ada.submit("Pause it").notice == "It is paused. No letter of it leaves."
        them.work(post)
        assert list(updates(post)) == [], "it is paused"
        assert ada.go(page.path).tree.xpath("//progress/@value") == ["0"]

        assert ada.submit("Go on").notice == "It goes on."
        them.work(post)
        assert sorted(str(each["To"]) for each in updates(post)) == READERS
        assert {str(each["Subject"]) for each in updates(post)} == {"News"}
    page = ada.go(page.path)
    assert page.tree.xpath("//progress/@value") == ["100"]
    assert "Readers2 Sent2" in page.text
    assert not {"Pause it", "Go on", "Send it to 2 readers"} & set(page.buttons)


def test_answers_are_kept_without_a_delivery_and_listed_page_by_page(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner)
    who = an_addressee(owner, rush, "A. Specimen")
    path = f"/v1/statements/{rush.statement}/responses"
    for number in range(21):
        made(owner, path, {"addressee_id": who, "text": f"Answer {number}."})
    ada = at_deliveries(world, owner, rush)
    assert "Answer 20." in ada.page.text
    assert "Answer 0." not in ada.page.text

    page = ada.follow("All 21 answers")

    assert "21 in all" in page.text
    assert "Answer 1." in page.text
    assert "Answer 0." in ada.follow("Next page").text


def test_who_was_ticked_on_another_page_gets_the_text_too(
    world: World, owner: Client, rush: Rush, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "_RECIPIENTS", 2)
    first, _, third, fourth = (
        an_addressee(owner, rush, f"{each} Specimen", email=f"{each}@specimen.example")
        for each in "abcd"
    )
    ada = at_the_desk(world, owner)
    letter = a_cover_letter(owner, rush.statement)
    ada.go(f"/desk/{rush.coalition}/cover-letters/{letter}")

    ada.submit("Others of the addressees", ids=[first])
    assert "1 more is ticked on another page." in ada.page.text
    page = ada.submit("First page", ids=[first, third, fourth])
    assert "2 more are ticked on other pages." in page.text
    assert page.tree.xpath("//input[@checked]/@value") == [first]
    page = ada.submit("Send it to those who are ticked")

    assert {row[0] for row in page.rows} == {"a Specimen", "c Specimen", "d Specimen"}


def test_a_letter_is_written_anew_in_the_place_of_another_and_keeps_its_languages(
    world: World, owner: Client, rush: Rush
) -> None:
    texts = [
        {"language": each, "subject": f"In {each}", "text": "We hand you a letter."}
        for each in ("en", "ru", "fr")
    ]
    letter = a_cover_letter(owner, rush.statement, texts=texts)
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{rush.coalition}/cover-letters/{letter}")

    ada.follow("Change its words")
    page = ada.submit("See it as it goes out", {"texts.0.subject": "Open the doors now"})

    assert page.heading == "The cover letter"
    kept = owner.get(f"/v1/statements/{rush.statement}/cover-letters")["items"]
    subjects = [[each["subject"] for each in one["texts"]] for one in kept]
    assert subjects == [["Open the doors now", "In ru", "In fr"], ["In en", "In ru", "In fr"]]


def test_a_letter_of_another_text_is_not_there_to_be_changed(
    world: World, owner: Client, rush: Rush
) -> None:
    other = a_statement(owner, rush.coalition)
    letter = a_cover_letter(owner, other)
    ada = at_the_desk(world, owner)
    path = f"/desk/{rush.coalition}/statements/{rush.statement}/cover-letters/new?from="
    assert ada.go(f"{path}{letter}").status == 404
    assert ada.go(f"{path}nothing").status == 404
