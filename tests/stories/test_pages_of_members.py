"""Members approve a text and join a coalition on pages, over HTTP and without an account."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from api.signoffs import rules
from tests.rules.test_pages import Tags
from tests.stories.test_pages import posted
from tests.support.builders import secret_of
from tests.support.signing import a_rush
from tests.support.signoffs import SigningOff, a_sign_off

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.conftest import World

YEAR = datetime.now(UTC).year + 1
DEADLINES = {
    "soft_deadline": f"{YEAR}-05-28T16:00:00+00:00",
    "hard_deadline": f"{YEAR}-06-04T16:00:00+00:00",
    "zone": "Europe/Brussels",
}


@pytest.fixture
def table(world: World) -> SigningOff:
    found = a_sign_off(world, world.user("coordinator"))
    found.member("Specimen Centre", "Bea")
    found.member("Open Window", "Ceo")
    found.open(**DEADLINES, note="Look at the demands.", silence="approval")
    return found


def page_of(table: SigningOff, person: str) -> str:
    return f"/a/{table.door(person).rpartition('/')[2]}"


def answer(table: SigningOff, **facts: Any) -> dict[str, Any]:
    shown = {"visibility": "public"} if facts.get("answer") in {"approved", "reserved"} else {}
    return {"do": "answer", "revision_sha256": table.sha256, **shown, **facts}


def test_a_member_reads_the_whole_text_until_when_and_what_silence_means(
    table: SigningOff, browser: FlaskClient
) -> None:
    page = browser.get(page_of(table, "Bea"))

    assert "Specimen Centre is asked to sign" in page.text
    assert f"28 May {YEAR}, 18:00 (Europe/Brussels)" in page.text
    assert "counts as approval" in page.text
    assert '<p dir="auto">Look at the demands.</p>' in page.text
    assert "Bea was asked" in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert table.state("Specimen Centre") == "asked"


def test_how_a_member_appears_is_asked_once_and_apart_for_silence(
    table: SigningOff, browser: FlaskClient
) -> None:
    here = page_of(table, "Bea")
    page = browser.get(here).text
    assert page.count("<h2>How your organisation appears</h2>") == 1
    folded = page.partition('<section class="apart" id="how">')[2]
    assert folded.lstrip().startswith("<details>\n<summary><h2>If you do not answer in time</h2>")
    assert "Nobody has chosen yet" not in page

    chosen = posted(browser, here, {"do": "appear", "visibility": "public"})
    assert chosen.status_code == 303
    assert "<details open>\n<summary><h2>If you do not answer" in browser.get(here).text


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"answer": "approved"}, "approved"),
        ({"answer": "declined", "reason": "Not\r\nnow."}, "declined"),
        ({"answer": "reserved", "reservation/blocks/0": "Not\r\nthis."}, "reserved"),
        (
            {"answer": "reserved", "reservation/blocks/0": "Not this.", "prints_reservation": "1"},
            "reserved",
        ),
    ],
)
def test_a_member_answers(
    table: SigningOff, browser: FlaskClient, facts: dict[str, str], state: str
) -> None:
    here = page_of(table, "Bea")
    sent = posted(browser, here, answer(table, **facts))

    assert sent.status_code == 303, sent.text
    assert "has arrived" in browser.get(sent.location).text
    assert table.state("Specimen Centre") == state
    if "prints_reservation" in facts:
        assert "Not this." in str(table.board()["would_print"])


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({}, "answer"),
        ({"answer": "reserved"}, "answer"),
        ({"answer": "approved", "reservation/blocks/0": "But."}, "answer"),
        ({"answer": "declined"}, "reason"),
        ({"answer": "reserved", "reservation/blocks/0": "a" * 700}, "answer"),
        ({"answer": "reserved", "reservation/blocks/99": "Nowhere."}, "answer"),
    ],
)
def test_what_an_answer_lacks_is_said_and_no_word_is_lost(
    table: SigningOff, browser: FlaskClient, facts: dict[str, str], field: str
) -> None:
    refused = posted(browser, page_of(table, "Bea"), answer(table, **facts))

    assert refused.status_code == 422
    assert f"#f-{field}" in Tags(refused.text).each("href")
    if "reservation/blocks/0" in facts:
        assert facts["reservation/blocks/0"] in refused.text
    assert table.state("Specimen Centre") == "asked"


def test_an_answer_to_another_text_shows_the_new_one_first(
    table: SigningOff, browser: FlaskClient
) -> None:
    facts = answer(table, answer="reserved", revision_sha256="0" * 64)
    facts["reservation/blocks/0"] = "My own words."
    crossed = posted(browser, page_of(table, "Bea"), facts)

    assert crossed.status_code == 409
    assert "changed while you read" in crossed.text
    assert "My own words." in crossed.text
    assert table.sha256 in crossed.text


def test_a_member_hands_it_to_a_colleague(table: SigningOff, browser: FlaskClient) -> None:
    here = page_of(table, "Bea")
    blank = posted(browser, here, {"do": "hand", "name": "", "email": "x"})
    assert blank.status_code == 422
    wrong = posted(browser, here, {"do": "hand", "name": "Dee", "email": "x"})
    assert "#f-email" in Tags(wrong.text).each("href")

    handed = posted(browser, here, {"do": "hand", "name": "Dee", "email": "dee@specimen.example"})
    assert handed.status_code == 303
    page = browser.get(here).text
    assert "colleague answers now" in page
    assert 'value="answer"' not in page
    late = posted(browser, here, answer(table, answer="approved"))
    assert (late.status_code, late.mimetype) == (409, "text/html")

    there = page_of(table, "Dee")
    assert "Handed to Dee" in browser.get(there).text
    assert posted(browser, there, answer(table, answer="approved")).status_code == 303
    assert table.state("Specimen Centre") == "approved"


def test_a_page_of_approval_stays_small(table: SigningOff, browser: FlaskClient) -> None:
    page = browser.get(page_of(table, "Bea"), headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in page.headers  # who reads it may act: its length tells nothing
    assert len(page.data) < 16_000
    assert page_of(table, "Bea").removeprefix("/a/").encode() not in page.data


def test_an_invitation_is_accepted_or_declined(world: World, browser: FlaskClient) -> None:
    owner = world.user("coordinator")
    coalition = a_rush(world, owner).coalition
    doors = []
    for name in ("Bea Specimen", "Ceo Specimen"):
        facts = {"name": name, "email": f"{name[:3]}@specimen.example", "language": "en"}
        made = owner.post(f"/v1/coalitions/{coalition}/invitations", facts)
        assert made.status == 201, made.body
        doors.append(f"/j/{secret_of(world, 'invitation.answer', made['id'])}")
    joining, declining = doors

    assert "Bea Specimen" in browser.get(joining).text
    refused = posted(browser, joining, {"do": "accept", "name": "Bea Specimen"})
    assert refused.status_code == 422
    assert {"#f-organisation", "#f-country"} <= set(Tags(refused.text).each("href"))
    facts = {
        "do": "accept",
        "name": "Bea Specimen",
        "organisation": "Specimen & Committee",
        "country": "KZ",
        "may_commit": "yes",
    }
    assert posted(browser, joining, facts).status_code == 303
    assert "Specimen &amp; Committee is now part" in browser.get(joining).text

    sent = posted(browser, declining, {"do": "decline", "reason": "Not\r\nnow."})
    assert sent.status_code == 303
    assert "declined" in browser.get(declining).text
    changed_mind = posted(browser, declining, facts)
    assert (changed_mind.status_code, changed_mind.mimetype) == (409, "text/html")


def test_too_many_answers_by_one_link_are_slowed_and_no_word_is_lost(
    table: SigningOff, browser: FlaskClient
) -> None:
    here = page_of(table, "Bea")
    said = answer(table, answer="declined", reason="Not now.")
    for _ in range(2 * rules.ACTING.a_minute):
        slowed = posted(browser, here, said)
        if slowed.status_code != 303:
            break

    assert slowed.status_code == 429
    assert int(slowed.headers["Retry-After"]) > 0
    assert "Not now.</textarea>" in slowed.text
    assert "Please send it again in" in slowed.text
    assert table.hand("Bea", "Colleague").status == 429
    assert table.say("Ceo").status == 200, "others have links of their own"
