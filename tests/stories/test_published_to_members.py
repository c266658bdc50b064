"""Every member that approved gets what is published, and sees where its name stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import time_machine

from api.deliveries.service.sending import NotPrinted
from api.mailings import rules as mailings
from tests.stories.test_pages import posted
from tests.support.builders import a_signature, a_text, an_approver, letters_of, secret_of
from tests.support.signoffs import START, SigningOff, a_sign_off, letter_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from tests.support.client import Answer

PUBLISHED, NAMES = "deliveries.published", "signoffs.names"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=True) as traveller:
        yield traveller


@pytest.fixture
def text(text: SigningOff) -> SigningOff:
    text.open()
    return text


def public_page(text: SigningOff, **facts: object) -> str:
    """Give the text a public page, and return its address."""
    answer = text.owner.put(f"{text.path}/signing", facts)
    assert answer.status == 200, answer.body
    return str(answer["address"])


def asked_for(text: SigningOff, person: str, member: str) -> str:
    """Ask for a link to the texts with a member's name, and return where it leads."""
    answer = text.world.stranger().post(f"{text.door(person)}/name-links", None)
    assert answer.status == 204, answer.body
    secret = secret_of(text.world, "signoff.names", an_approver(text.world, text.members[member]))
    return f"/v1/public/member-names/{secret}"


def remove(text: SigningOff, door: str, statement: str) -> Answer:
    return text.world.stranger().post(f"{door}/removals", {"statement_id": statement})


def test_every_member_that_approved_gets_the_pdf_and_the_address(text: SigningOff) -> None:
    address = public_page(text)
    text.say("Ada")
    text.say("Bob", visibility="anonymous")
    text.say("Cyd", "declined", reason="No.")
    text.move("review", "published")

    with pytest.raises(NotPrinted):
        letters_of(text.world, PUBLISHED)
    text.world.work()

    found = [each for each in letters_of(text.world, PUBLISHED) if each]
    assert sorted(str(each.to_name) for each in found) == ["Ada", "Bob"]
    for each in found:
        (pdf,) = each.attachments
        assert pdf.data.startswith(b"%PDF")
        assert pdf.name.endswith(".pdf")
        assert each.facts["statement_link"].endswith(f"/s/{address}")
        assert "/a/" in each.facts["link"]


@pytest.mark.parametrize("is_sensitive", [False, True])
def test_a_member_whose_answer_was_entered_gets_it_too(
    text: SigningOff,
    is_sensitive: bool,  # noqa: FBT001
) -> None:
    address = public_page(text, is_sensitive=is_sensitive)
    text.member("Flour", "Dan")
    answer = {"answer": "approved", "visibility": "anonymous", "by": {"name": "Dan"}}
    body = {"member_id": text.members["Flour"], "revision_sha256": text.sha256, **answer}
    assert text.owner.post(f"{text.path}/sign-offs", body).status == 201
    text.move("review", "published")
    text.world.work()

    (letter,) = letters_of(text.world, PUBLISHED)

    assert letter is not None
    assert letter.to == "dan@specimen.example"
    page = f"/s/{address}"
    if is_sensitive:
        assert (letter.coalition, letter.attachments) == (None, ())
        assert letter.facts["link"].endswith(page)
        return
    assert [each.data[:4] for each in letter.attachments] == [b"%PDF"]
    assert (letter.facts["link"], letter.facts["statement_link"][-len(page) :]) == (None, page)
    written = mailings.write(PUBLISHED, letter)
    assert "entered that answer for you" in written.text
    assert "/a/" not in written.text


def test_of_a_sensitive_text_a_member_gets_only_its_link(text: SigningOff) -> None:
    public_page(text, is_sensitive=True)
    text.say("Ada")
    text.move("review", "published")
    text.world.work()

    (letter,) = letters_of(text.world, PUBLISHED)

    assert letter is not None
    assert (letter.coalition, letter.attachments) == (None, ())
    assert "statement_link" not in letter.facts


def test_who_takes_its_signature_back_gets_no_letter_any_more(text: SigningOff) -> None:
    text.say("Ada")
    text.move("review", "published")
    text.world.work()
    (row,) = text.owner.get(f"{text.path}/signatures")["items"]

    assert text.owner.post(f"/v1/signatures/{row['id']}/withdrawal", None).status == 200

    assert letters_of(text.world, PUBLISHED) == [None]


def test_a_member_sees_all_texts_with_its_name_and_takes_it_off_each(text: SigningOff) -> None:
    address = public_page(text)
    text.say("Ada")
    text.say("Bob")
    text.move("review", "published")
    statement, sha256 = a_text(text.owner, text.coalition)
    entered = {"kind": "organisation", "organisation_id": text.organisation("Bread")}
    a_signature(text.owner, statement, sha256, name="Bread", **entered)
    text.world.work()

    door = asked_for(text, "Ada", "Bread")
    (letter,) = letters_of(text.world, NAMES)
    assert letter is not None
    assert (letter.to, letter.facts["link"].rpartition("/")[0][-2:]) == (
        "ada@specimen.example", "/n",
    )  # fmt: skip
    seen = text.world.stranger().get(door)
    assert seen["names"] == {"en": "Bread"}
    assert {each["statement_id"] for each in seen["texts"]} == {text.statement, statement}
    assert address in {each["address"] for each in seen["texts"]}

    one, again = remove(text, door, text.statement), remove(text, door, text.statement)

    assert (one.status, again.status) == (200, 200)
    assert [each["statement_id"] for each in again["texts"]] == [statement]
    printed = text.printed()
    assert ("Bread" in printed, "Salt" in printed) == (False, True)
    assert text.entry("Bread")["visibility"] == "anonymous"
    assert text.owner.get(f"{text.path}/signatures")["total"] == 2, "it goes on being counted"
    assert remove(text, door, statement)["texts"] == []
    (row,) = text.owner.get(f"/v1/statements/{statement}/signatures")["items"]
    assert row["visibility"] == "anonymous"


def test_a_line_in_a_personal_capacity_bears_the_name_too(
    text: SigningOff, browser: FlaskClient
) -> None:
    text.say("Ada", in_personal_capacity=True)
    text.say("Bob")
    text.move("review", "published")
    text.world.work()
    assert "Ada, Director, Bread" in text.printed()
    door = asked_for(text, "Ada", "Bread")

    (line,) = text.world.stranger().get(door)["texts"]
    page = browser.get(f"/n/{door.rpartition('/')[2]}").text

    assert (line["statement_id"], line["in_personal_capacity"]) == (text.statement, True)
    assert "in a personal capacity" in page
    assert remove(text, door, text.statement)["texts"] == []
    assert "Ada" not in text.printed()
    assert text.owner.get(f"{text.path}/signature-counts")["total"] == 2


def test_the_link_is_good_for_an_hour_and_comes_only_by_letter(
    text: SigningOff, clock: time_machine.Traveller
) -> None:
    door = asked_for(text, "Ada", "Bread")
    assert asked_for(text, "Ada", "Bread") == door
    assert len(letter_rows(text.world, NAMES)) == 1, "one letter in five minutes"
    assert text.world.stranger().get(door).status == 200

    clock.shift(3600)

    assert text.world.stranger().get(door)["type"] == "/problems/link-expired"
    assert letters_of(text.world, NAMES) == [None]
    assert asked_for(text, "Ada", "Bread") != door
    assert text.world.stranger().get(f"/v1/public/member-names/{'x' * 43}").status == 404


def test_who_may_not_answer_any_more_takes_nothing_off(text: SigningOff) -> None:
    text.say("Ada")
    text.move("review", "published")
    door = asked_for(text, "Ada", "Bread")
    other = text.world.user("other")
    another = a_sign_off(text.world, other)

    assert remove(text, door, another.statement).status == 404
    path = f"/v1/representatives/{text.people['Ada']}"
    assert text.owner.patch(path, {"left_on": "2031-05-01"}).status == 200

    assert remove(text, door, text.statement).status == 410
    assert "Bread" in text.printed()


def test_a_member_takes_its_name_off_on_a_page(text: SigningOff, browser: FlaskClient) -> None:
    public_page(text)
    text.say("Ada")
    text.move("review", "published")
    here = f"/a/{text.door('Ada').rpartition('/')[2]}"

    asked = posted(browser, here, {"do": "names"})
    assert "We have written to you." in browser.get(asked.location).text
    secret = secret_of(text.world, "signoff.names", an_approver(text.world, text.members["Bread"]))
    page = browser.get(f"/n/{secret}")
    assert "Open the doors" in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert text.entry("Bread")["visibility"] == "public", "a look takes nothing off"
    done = posted(browser, f"/n/{secret}", {"statement": text.statement})

    assert done.status_code == 303
    assert "No text bears the name of Bread now." in browser.get(done.location).text
    assert posted(browser, f"/n/{secret}", {"statement": "x"}).status_code == 404
