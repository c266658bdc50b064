"""At the desk a coordinator asks members, sees who answered what, and enters other answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.builders import a_role
from tests.support.desk import Desk, at_the_desk
from tests.support.signoffs import SigningOff, a_sign_off, letter_rows

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

MAIL = b"From: bob@specimen.example\r\nDate: Mon, 6 May 2030 10:00:00 +0000\r\n\r\nYes.\r\n"


def board_of(text: SigningOff) -> str:
    return f"/desk/{text.coalition}/statements/{text.statement}/sign-off"


def at_board(world: World, text: SigningOff, someone: Client | None = None) -> Desk:
    desk = at_the_desk(world, someone or text.owner)
    desk.go(board_of(text))
    return desk


def test_members_are_asked_after_each_letter_was_seen(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    ada = at_board(world, text)
    assert "Nobody was asked yet" in ada.page.text

    ada.follow("Ask the members")
    assert "3 members are asked" in ada.page.text
    refused = ada.submit("See the letters", silence="approval")
    assert refused.status == 422
    assert "silence" in refused.faults
    facts = {"hard_deadline": "2035-05-10T18:00", "zone": "Asia/Almaty", "silence": "nothing"}
    ada.submit("See the letters", {**facts, "note": "Look at the demands."})
    assert "Look at the demands." in ada.page.text
    assert letter_rows(world, "signoffs.request") == []
    assert ada.submit("Cyd").text.count("Dear Cyd") == 1
    assert ada.submit("Change it").tree.xpath("//textarea[@name='note']")[0].text.strip()
    ada.submit("See the letters")
    page = ada.submit("Send 3 letters")

    assert page.notice == "Done. The letters are on their way."
    assert len(letter_rows(world, "signoffs.request")) == 3
    assert {row[1] for row in page.rows} == {"Asked"}
    assert "10 May 2035" in page.text
    assert text.owner.get(f"{text.path}/sign-off-round")["zone"] == "Asia/Almaty"


def test_a_note_that_is_changed_leaves_the_second_of_a_deadline_and_asks_nobody_anew(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.open(hard_deadline="2035-05-10T23:59:59+05:00", zone="Asia/Almaty")
    asked = len(letter_rows(world, "signoffs.request"))
    ada = at_the_desk(world, owner)
    ada.go(f"{board_of(text)}/ask")

    ada.submit("See the letters", note="Look at the demands.")
    assert ada.submit("Save").notice == "Saved."

    kept = owner.get(f"{text.path}/sign-off-round")
    assert (kept["note"], kept["hard_deadline"][:19]) == (
        "Look at the demands.",
        "2035-05-10T18:59:59",
    )
    assert len(letter_rows(world, "signoffs.request")) == asked


def test_the_board_is_fresh_and_says_nothing_where_nothing_has_changed(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.open()
    ada = at_board(world, text)
    path = ada.page.tree.xpath("//@data-fresh")[0]

    first = ada.http.get(path)
    same = ada.http.get(path, headers={"If-None-Match": first.headers["ETag"]})
    text.reserve("Bob", "We do not ask for this.")
    new = ada.http.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, same.status_code, same.text) == (200, 304, "")
    assert new.status_code == 200
    assert "We do not ask for this." in new.text
    assert "<html" not in new.text
    ada.go(board_of(text))
    assert "1 · Approved, with a reservation" in ada.page.links
    assert [row[0] for row in ada.follow("1 · Approved, with a reservation").rows] == ["Salt"]


def test_the_board_says_under_which_name_a_member_prints(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.say("Bob", printed_name="Salt for All")
    text.say("Ada")
    rows = [row[0] for row in at_board(world, text).page.rows]
    assert "Salt Prints as Salt for All" in rows
    assert sum("Prints as" in each for each in rows) == 1


def test_who_is_missing_is_reminded_once_a_day(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.say("Ada")
    ada = at_board(world, text)

    ada.follow("Remind who is missing")
    assert "2 letters remind" in ada.page.heading
    page = ada.submit("Send 2 letters")
    assert page.notice == "The reminders are on their way."
    assert len(letter_rows(world, "signoffs.reminder")) == 2
    page = ada.follow("Remind who is missing")
    assert "Salt was reminded within a day" in page.text
    assert not [each for each in page.buttons if each.startswith("Send")]


def test_an_answer_by_mail_is_entered_with_what_proves_it(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    text.open()
    ada = at_board(world, text)
    ada.follow("Salt")
    ada.follow("Enter an answer")

    wrong = ada.submit("Enter it", answer="declined")
    assert wrong.status == 422
    assert "reason" in wrong.faults
    no_file = ada.submit("Enter it", answer="approved", file=(b"\0\1", "a.bin"))
    assert no_file.faults == {"file": "Error: This is no mail, note or scan that can be kept."}
    page = ada.submit(
        "Enter it",
        {
            "by.name": "Bob",
            "reservations.0.text": "Not this.",
            "reservations.0.pointer": "/blocks/0",
        },
        answer="reserved",
        visibility="public",
        means="email",
        file=(MAIL, "answer.eml"),
    )

    assert page.notice == "The answer is entered."
    assert "Not this." in page.text
    assert "Entered here · By e-mail" in page.text
    file = ada.http.get(page.links["Get what proves it"])
    assert (file.status_code, file.data) == (200, MAIL)
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert text.state("Salt") == "reserved"


def test_the_second_of_two_is_entered_after_the_first(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    path = f"/v1/organisations/{text.organisation('Salt')}"
    assert owner.patch(path, {"needs_two": True}).status == 200
    text.represent("Salt", "Bea")
    text.open()
    text.say("Bob")
    ada = at_board(world, text)
    ada.follow("Salt")

    ada.follow("Enter the second approval")
    assert "Bob said: Approves." in ada.page.text
    ada.submit("Enter it", {"by.name": "Bea"}, answer="approved", visibility="public")

    assert text.state("Salt") == "approved"


def test_time_appearance_and_a_question_that_is_closed_and_opened(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.open()
    ada = at_board(world, text)
    ada.follow("Water")
    ada.follow("It needs time")
    assert ada.submit("Save", until="2020-01-01").faults["until"]
    page = ada.submit("Save", until="2031-05-30")
    assert page.notice == "It is not reminded before that day."
    ada.follow("Change how it appears")
    assert ada.submit("Save", visibility="anonymous").notice == "It appears so from now on."
    ada.follow("Close the question")
    ada.submit("See the letters", reason="Nobody can be reached.")
    assert "Nobody can be reached." in ada.page.text
    assert ada.submit("Close it, and send the letter").notice.startswith("The question is closed")
    assert text.state("Water") == "closed"
    assert ada.submit("Open the question again").notice == "The question is open again."
    assert text.state("Water") == "asked"


def test_a_round_is_ended_and_what_was_answered_stays(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.say("Ada")
    ada = at_board(world, text)

    page = ada.submit("End the round")

    assert page.notice == "The round has ended. What was answered stays."
    assert "End the round" not in page.buttons
    assert text.say("Bob").status == 409
    assert (text.state("Bread"), text.prints()) == ("approved", ["Bread"])


def test_the_name_that_a_member_gave_is_taken_into_its_entry(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.say("Ada", printed_name="Bread for All")
    entry = f"/v1/organisations/{text.organisation('Bread')}"
    ada = at_board(world, text)

    page = ada.follow("Bread")
    assert "Bread for All" in page.text
    assert owner.get(entry)["names"] == {"en": "Bread"}
    page = ada.submit("Use this name in its entry")

    assert page.notice == "The entry has learnt the name."
    assert owner.get(entry)["names"] == {"en": "Bread for All"}
    assert "Use this name in its entry" not in page.buttons


def test_what_proves_answers_is_kept_longer_and_let_go(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.move("review", "published")
    ada = at_board(world, text)
    kept = f"{text.path}/answer-evidence"
    assert "are deleted on" in ada.page.text

    assert ada.submit("Keep them longer").notice == "It is kept until you let it go."
    assert "would have been deleted on" in ada.page.text
    assert owner.get(kept)["is_kept"] is True
    assert ada.submit("Let them go").notice == "It goes on its day."
    assert owner.get(kept)["is_kept"] is False


def test_a_viewer_sees_who_shows_that_it_approved_and_nothing_else(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.say("Ada")
    text.say("Bob", visibility="anonymous")
    viewer = a_role(owner, text.coalition, world.user("viewer"), "viewer")

    page = at_board(world, text, viewer).page

    assert {tuple(row) for row in page.rows} == {
        ("Bread Leads", "Approved"), ("Salt", "Not told"), ("Water", "Not told"),
    }  # fmt: skip
    assert not {"Ask the members", "Remind who is missing"} & page.links.keys()
    assert "specimen.example" not in page.html.replace("localhost", "")
