"""Whoever stands behind a text sees on their own page what changed since they read it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.mailings import rules as mailings
from tests.support.builders import a_case, a_revision, letters_of
from tests.support.signing import a_rush
from tests.support.signoffs import SigningOff, a_sign_off

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.conftest import World
    from tests.support.client import Client

NAME = "Ayan Specimenov"
SINCE_ANSWER, SINCE_ASKED = (
    "What has changed since your organisation answered",
    "What has changed since you were asked",
)


def changed(client: Client, path: str, weight: str, *lines: str, **document: Any) -> None:
    """Change a draft and freeze it."""
    draft = client.get(f"{path}/draft")["document"]
    document["body"] = [{"paragraph": line} for line in lines] or draft["body"]
    assert client.put(f"{path}/draft", {"document": {**draft, **document}}).status == 200
    a_revision(client, path.rpartition("/")[2], weight)


def page(browser: FlaskClient, text: SigningOff, person: str, **query: str) -> str:
    """Return the words of a member's page, without its tags."""
    answer = browser.get(f"/a/{text.door(person).rpartition('/')[2]}", query_string=query)
    assert answer.status_code == 200
    return plain(answer.text)


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def a_text_of_two(world: World, owner: Client, **document: Any) -> SigningOff:
    lines = [{"paragraph": line} for line in ("We ask that doors open.", "We wait.", "We write.")]
    text = a_sign_off(world, owner, **{"body": lines, **document})
    text.open()
    return text


def test_a_member_that_answered_sees_what_changed_since(
    world: World, owner: Client, browser: FlaskClient
) -> None:
    text = a_text_of_two(world, owner)
    text.say("Ada")
    changed(owner, text.path, "material", "We ask that all doors open.", "We write.")
    changed(owner, text.path, "editorial", "We ask that all doors open now.", "We write.")

    shown = page(browser, text, "Ada")

    assert SINCE_ANSWER in shown
    assert "Compared with revision 1." in shown
    assert "[+all]" in shown
    assert "[+now]" in shown
    assert "[\u2212We wait.]" in shown
    assert "Words: +2 \u22122" in shown
    assert shown.index("[+all]") < shown.index("Your answer"), "before they answer"


def test_a_member_that_never_answered_sees_what_changed_since_it_was_asked(
    world: World, owner: Client, browser: FlaskClient
) -> None:
    text = a_text_of_two(world, owner)
    assert SINCE_ASKED not in page(browser, text, "Bob")

    changed(owner, text.path, "material", "We ask that all doors open.", "We wait.", "We write.")
    text.member("Newcomers", "Zoe")
    ask = {"member_ids": [text.members["Newcomers"]]}
    assert owner.post(f"{text.path}/sign-off-round/asks", ask).status == 200

    assert SINCE_ASKED in page(browser, text, "Bob")
    assert "[+all]" in page(browser, text, "Bob")
    assert SINCE_ASKED not in page(browser, text, "Zoe"), "who was asked about this very text"


def test_who_answered_the_newest_text_is_shown_no_change(
    world: World, owner: Client, browser: FlaskClient
) -> None:
    text = a_text_of_two(world, owner)
    changed(owner, text.path, "material", "We ask that all doors open.")
    text.sha256 = owner.get(f"{text.path}/revisions/2")["sha256"]
    text.say("Ada")

    assert SINCE_ANSWER not in page(browser, text, "Ada")
    assert world.stranger().get(f"{text.door('Ada')}/diff").status == 404


def test_clients_of_members_get_the_same_as_json(world: World, owner: Client) -> None:
    text = a_text_of_two(world, owner)
    text.say("Ada")
    changed(owner, text.path, "editorial", "We ask that all doors open.", "We wait.", "We write.")

    found = world.stranger().get(f"{text.door('Ada')}/diff")
    asked = text.seen("Ada")

    assert (found["before"]["revision"], found["after"]["revision"]) == (1, 2)
    assert found["change"]["words_added"] == 1
    assert asked["revision"]["measure"]["words_added"] == 1
    assert asked["revision"]["weight"] == "editorial"


def test_the_page_speaks_its_own_language_around_words_in_theirs(
    world: World, owner: Client, browser: FlaskClient
) -> None:
    text = a_text_of_two(world, owner, language="fa")
    text.say("Ada")
    changed(owner, text.path, "editorial", "We ask that all doors open.", "We wait.", "We write.")

    address = f"/a/{text.door('Ada').rpartition('/')[2]}?language=ru"
    html = browser.get(address).text

    assert "Что изменилось после ответа вашей организации" in html
    assert "Абзац 1" in html
    assert re.search(r'<p lang="fa" dir="rtl">We ask that.*?<ins>', html)


def test_after_publishing_a_member_sees_what_was_edited_since_it_approved(
    world: World, owner: Client, browser: FlaskClient
) -> None:
    text = a_text_of_two(world, owner)
    text.say("Ada")
    text.move("review", "published")
    changed(owner, text.path, "editorial", "We ask that all doors open.", "We wait.", "We write.")

    assert "[+all]" in page(browser, text, "Ada")


def test_a_name_that_was_taken_back_stands_on_neither_side_of_a_members_diff(
    world: World, owner: Client, browser: FlaskClient
) -> None:
    cases = [{"id": "ayan", "name": NAME, "country": "KZ"}]
    lines = [{"paragraph": f"Free {NAME}."}, {"paragraph": "We wait."}]
    text = a_text_of_two(world, owner, body=lines, cases=cases)
    case = a_case(owner, text.coalition, name=NAME, key="ayan", public_label="a baker")
    text.say("Ada")
    changed(owner, text.path, "material", f"Free {NAME} now.", "We wait.")
    assert owner.patch(f"/v1/cases/{case}", {"may_be_named": False}).status == 200

    shown = page(browser, text, "Ada")
    found = world.stranger().get(f"{text.door('Ada')}/diff")

    assert "Free a baker [+now]." in shown
    assert "Specimenov" not in shown
    assert "Specimenov" not in found.body.decode()


def test_a_signatory_sees_what_was_edited_since_they_signed(
    world: World, owner: Client, browser: FlaskClient
) -> None:
    rush = a_rush(world, owner)
    own = f"/m/{rush.signed('ada@specimen.example')}"
    assert "What has changed since you signed" not in browser.get(own).text

    changed(owner, f"/v1/statements/{rush.statement}", "editorial", title="Open the doors now")

    shown = plain(browser.get(own).text)
    assert "What has changed since you signed" in shown
    assert "Open the doors [+now]" in shown


def test_who_took_a_signature_back_is_shown_no_more_of_the_text(
    world: World, owner: Client, browser: FlaskClient
) -> None:
    rush = a_rush(world, owner)
    secret = rush.signed("ada@specimen.example")
    changed(owner, f"/v1/statements/{rush.statement}", "editorial", title="Open the doors now")
    assert "[+now]" in plain(browser.get(f"/m/{secret}").text)

    assert browser.post(f"/m/{secret}", data={"do": "withdraw"}).status_code == 200

    assert "[+now]" not in plain(browser.get(f"/m/{secret}").text)


def test_the_letters_about_a_change_show_it_in_plain_text_and_html(
    world: World, owner: Client
) -> None:
    text = a_text_of_two(world, owner)
    text.say("Ada")
    changed(owner, text.path, "editorial", "We ask that *all* doors open.", "We wait.", "We write.")
    (edited,) = [each for each in letters_of(world, "signoffs.edited") if each]
    changed(owner, text.path, "material", "We ask that *all* doors open.", "We write & ask.")
    again = [each for each in letters_of(world, "signoffs.again") if each]
    text.sha256 = owner.get(f"{text.path}/revisions/3")["sha256"]
    text.say("Ada")
    text.move("review", "published")
    changed(owner, text.path, "editorial", "We ask that *all* doors open.", "We write.")
    (corrected,) = [each for each in letters_of(world, "signoffs.corrected") if each]

    assert len(again) == 3
    for kind, facts, said in (
        ("signoffs.edited", edited, "[+all]"),
        ("signoffs.again", again[0], "[\u2212We wait.]"),
        ("signoffs.corrected", corrected, "[\u2212& ask]"),
    ):
        for language, words in (("en", "Words: "), ("ru", "Слова: ")):
            letter = mailings.write(kind, replace(facts, language=language))
            assert said in unwrapped(letter.text)
            assert words in letter.text
            assert said.replace("&", "&amp;") in plain(letter.html)


def test_a_letter_shows_of_a_long_text_what_is_near_a_change(world: World, owner: Client) -> None:
    long = "They wait at the door of the court. " * 60
    text = a_text_of_two(world, owner, body=[{"paragraph": f"{long}We ask. {long}"}] * 1)
    text.say("Ada")
    changed(owner, text.path, "editorial", f"{long}We ask now. {long}")

    (facts,) = [each for each in letters_of(world, "signoffs.edited") if each]
    words = unwrapped(mailings.write("signoffs.edited", facts).text)

    assert "of the court. We ask [+now]. They wait" in words
    assert words.count("They wait") < 10
    assert words.count("\u2026") == 2


def test_a_letter_about_a_sensitive_text_shows_nothing_of_the_change(
    world: World, owner: Client
) -> None:
    text = a_text_of_two(world, owner)
    text.say("Ada")
    settings = owner.get(f"{text.path}/signing")
    body = {key: settings[key] for key in ("zone", "takes_individuals", "takes_organisations")}
    headers = {"If-Match": settings.etag}
    put = owner.send("PUT", f"{text.path}/signing", {**body, "is_sensitive": True}, headers=headers)
    assert put.status == 200, put.body
    changed(owner, text.path, "editorial", "We ask that all doors open.", "We wait.", "We write.")

    (facts,) = [each for each in letters_of(world, "signoffs.edited") if each]
    letter = mailings.write("signoffs.edited", facts)

    assert facts.facts["changes"] is None
    assert not [word for word in ("doors", "[+", "Words") if word in f"{letter.text}{letter.html}"]


def unwrapped(text: str) -> str:
    return " ".join(text.split())
