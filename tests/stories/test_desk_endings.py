"""At the desk what ends for good is asked about once, done, and gone; what stays is told before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stories.test_desk_signing import at, in_review, recorded
from tests.support.builders import a_coalition, a_member, a_statement
from tests.support.desk import Desk, at_the_desk
from tests.support.public_signatures import strangers
from tests.support.suggestions import TODAY, Suggesting, a_suggesting

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.builders import Signing
    from tests.support.client import Client

GONE = {404, 410}


@pytest.fixture
def ada(world: World, owner: Client) -> Desk:
    return at_the_desk(world, owner)


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    return in_review(world, owner)


@pytest.fixture
def consulting(world: World, owner: Client) -> Suggesting:
    """Return a text that Gia comments on from outside, and Ada and Bob as members."""
    found = a_suggesting(world, owner)
    found.open()
    return found


def asked_of(consulting: Suggesting) -> str:
    return f"/desk/{consulting.coalition}/consultations/{consulting.id}/people"


def test_who_signed_is_forgotten_and_goes_on_being_counted(signing: Signing, ada: Desk) -> None:
    (one,) = strangers(signing.world, signing.statement, ["Zuhra Specimen"])
    here = f"/desk/{signing.coalition}/signatures/{one}"
    ada.go(here)

    page = ada.follow("Forget who signed")
    assert "Name, address and all that leads to the person are deleted." in page.text
    assert "The signature goes on counting, as anonymous." in page.text
    assert signing.names() == ["Zuhra Specimen"]
    page = ada.submit("Forget who signed")

    assert page.notice == "Who signed is forgotten. The signature goes on counting."
    assert page.path.partition("?")[0] == here
    kept = signing.owner.get(f"/v1/signatures/{one}")
    assert (kept["name"], kept["email"], kept["visibility"]) == (None, None, "anonymous")
    assert (signing.counts()["total"], recorded(signing, "signature.erased")) == (1, 1)
    assert "Zuhra" not in page.html


def test_a_signature_that_was_entered_by_mistake_is_deleted(signing: Signing, ada: Desk) -> None:
    one = signing.sign(name="A. Specimen")
    signing.sign(name="B. Specimen")
    ada.go(at(signing, "signatures"))
    ada.follow("A. Specimen")

    page = ada.follow("Delete")
    assert "nothing of it stays but its entry in the record" in page.text
    page = ada.submit("Delete")

    assert page.notice == "The signature is deleted."
    assert [row[0] for row in page.rows] == ["B. Specimen Person"]
    assert signing.owner.get(f"/v1/signatures/{one}").status == 404
    assert (signing.counts()["total"], recorded(signing, "signature.deleted")) == (1, 1)


def test_what_came_from_the_public_page_is_not_offered_for_deletion(
    signing: Signing, ada: Desk
) -> None:
    (one,) = strangers(signing.world, signing.statement, ["Zuhra Specimen"])

    page = ada.go(f"/desk/{signing.coalition}/signatures/{one}")

    assert {"Withdraw the signature", "Forget who signed"} <= page.links.keys()
    assert "Delete" not in page.links


def test_what_changed_since_it_was_to_be_deleted_stays(signing: Signing, ada: Desk) -> None:
    one = f"/v1/signatures/{signing.sign(name='A. Specimen')}"
    ada.go(f"/desk/{signing.coalition}/signatures/{one.rpartition('/')[2]}")
    ada.follow("Delete")
    changed = signing.owner.patch(one, {"name": "B. Specimen"}, signing.owner.get(one).etag)
    assert changed.status == 200, changed.body

    page = ada.submit("Delete")

    assert page.status == 412
    assert signing.names() == ["B. Specimen"]


def test_one_link_to_comment_is_ended_and_another_sent(consulting: Suggesting, ada: Desk) -> None:
    doors, stranger = (
        [consulting.door(each) for each in ("Gia", "Bob")],
        consulting.world.stranger(),
    )
    ada.go(asked_of(consulting))

    page = ada.submit("End the link", beside="Gia Specimen")
    assert page.notice == "The link has ended."
    assert [stranger.get(each).status for each in doors] == [410, 200]
    (row,) = (each for each in page.rows if "Gia" in each[0])
    assert row[1:] == ["Ended", "", "", "Forget"]

    page = ada.submit("Write once more", beside="Bob")
    assert page.notice == "A new letter is on its way. Earlier links have ended."
    assert stranger.get(doors[1]).status == 410
    assert consulting.seen("Bob").status == 200
    again = {"guests.0.name": "Gia Specimen", "guests.0.email": "gia@specimen.example"}
    ada.submit("Ask them", again)
    assert consulting.seen("Gia").status == 200


def test_who_commented_is_forgotten_with_all_that_they_wrote(
    consulting: Suggesting, ada: Desk
) -> None:
    consulting.say("Gia", "Which doors?")
    consulting.say("Bob", "All of them.")
    taken = consulting.suggested("Gia", TODAY)
    assert consulting.accept(taken).status == 200
    door = consulting.door("Gia")
    ada.go(asked_of(consulting))

    page = ada.follow("Forget", beside="Gia Specimen")
    assert "all that they wrote and suggested" in page.text
    assert sorted(consulting.words()) == [("All of them.", []), ("Which doors?", [])]
    page = ada.submit("Forget")

    assert page.notice == "They are forgotten."
    assert [row[0] for row in page.rows if "Gia" in row[0]] == []
    assert consulting.words() == [("All of them.", [])]
    assert consulting.lines()[1] == TODAY, "what went into the draft stays"
    assert consulting.world.stranger().get(door).status in GONE
    assert set(consulting.asked()) == {"Ada", "Bob"}


def test_a_consultation_is_deleted_with_what_was_said_and_the_draft_stays(
    consulting: Suggesting, ada: Desk
) -> None:
    consulting.say("Gia", "Which doors?")
    assert consulting.accept(consulting.suggested("Gia", TODAY)).status == 200
    door = consulting.door("Gia")
    ada.go(asked_of(consulting))

    page = ada.follow("Delete this consultation")
    assert "All that was said in it goes, and who said it." in page.text
    assert consulting.words() == [("Which doors?", [])]
    page = ada.submit("Delete this consultation")

    assert page.notice == "The consultation is deleted."
    assert consulting.owner.get(consulting.path).status == 404
    assert consulting.owner.get(f"{consulting.here}/consultations")["items"] == []
    assert consulting.world.stranger().get(door).status in GONE
    assert consulting.lines()[1] == TODAY


def test_a_draft_is_deleted_and_no_text_that_was_frozen(
    owner: Client, ada: Desk, signing: Signing
) -> None:
    coalition = signing.coalition
    draft = a_statement(owner, coalition, title="Open the gates")
    statements = f"/desk/{coalition}/statements"
    ada.go(f"{statements}/{draft}")

    page = ada.follow("Delete the draft")
    assert "The whole text goes." in page.text
    assert owner.get(f"/v1/statements/{draft}").status == 200
    page = ada.submit("Delete the draft")

    assert page.notice == "The draft is deleted."
    assert [row[0] for row in page.rows if "gates" in row[0]] == []
    assert owner.get(f"/v1/statements/{draft}").status == 404
    assert "Delete the draft" not in ada.go(f"{statements}/{signing.statement}").links


def test_a_text_goes_back_to_draft_and_into_the_archive(signing: Signing, ada: Desk) -> None:
    ada.go(f"/desk/{signing.coalition}/statements/{signing.statement}")

    page = ada.submit("Take it back to draft")
    assert page.notice == "The text is a draft again."
    page = ada.submit("Put it into the archive")

    assert page.notice == "The statement is in the archive."
    assert not {"Take it back to draft", "Put it into the archive"} & set(page.buttons)
    assert signing.owner.get(signing.path)["state"] == "archived"


def test_a_membership_that_was_entered_by_mistake_is_deleted(owner: Client, ada: Desk) -> None:
    coalition = a_coalition(owner)
    gone, _ = (a_member(owner, coalition, name) for name in ("Bread", "Salt"))
    ada.go(f"/desk/{coalition}/members")
    ada.follow("Bread")

    page = ada.follow("Delete the membership")
    assert "The organisation itself stays" in page.text
    page = ada.submit("Delete the membership")

    assert page.notice == "The membership is deleted."
    assert [row[0] for row in page.rows] == ["Salt"]
    assert owner.get(f"/v1/members/{gone}").status == 404
    assert len(owner.get(f"/v1/coalitions/{coalition}/organisations")["items"]) == 2
