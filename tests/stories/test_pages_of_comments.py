"""Who is asked comments on a page, over HTTP and without an account; no word is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from api.pages.rules import sentences
from api.reviews import rules
from tests.rules.test_pages import Tags
from tests.stories.test_pages import posted
from tests.support.consultations import GUEST, Consulting, a_consulting
from tests.support.signoffs import SigningOff

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def table(world: World, owner: Client) -> Consulting:
    found = a_consulting(world, owner)
    found.open(
        read_by="commenters_named",
        closes_at=(datetime.now(UTC) + timedelta(days=30)).isoformat(),
        note="Look at the demands.",
    )
    return found


def page_of(table: Consulting, person: str = "Ada") -> str:
    return f"/r/{table.secret(person)}"


def said(table: Consulting, place: int | None = 1, text: str = "A date.") -> dict[str, Any]:
    field = "comment" if place is None else f"comment/{table.block(place)}"
    return {"do": "send", "revision_sha256": table.sha256, field: text}


def test_it_says_until_when_and_who_reads_what_one_writes(
    table: Consulting, browser: FlaskClient
) -> None:
    page = browser.get(page_of(table))

    assert "Bread is asked for comments" in page.text
    assert f"{datetime.now(UTC) + timedelta(days=30):%B %Y}" in page.text
    assert (
        "read by the coordinators and by everybody else who was asked, with the name" in page.text
    )
    assert '<p dir="auto">Look at the demands.</p>' in page.text
    assert "You are asked for comments" in browser.get(page_of(table, "Gia")).text
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("read_by", "words"),
    [
        ("coordinators", "Only the coordinators read what you write."),
        ("commenters_unnamed", "Only the coordinators see who wrote it."),
    ],
)
def test_each_way_of_reading_is_said_in_its_words(
    table: Consulting, browser: FlaskClient, read_by: str, words: str
) -> None:
    table.open(read_by=read_by)

    assert words in browser.get(page_of(table)).text


def test_several_parts_are_commented_on_at_once(table: Consulting, browser: FlaskClient) -> None:
    here = page_of(table)
    values = said(table) | said(table, None, "Well\r\n\r\nsaid.") | said(table, 2, " ")
    sent = posted(browser, here, values)

    assert sent.status_code == 303
    assert table.words() == [("A date.", []), ("Well\n\nsaid.", [])]
    page = browser.get(sent.location).text
    assert "What you wrote has arrived" in page
    assert '<p dir="auto">Well</p><p dir="auto">said.</p>' in page
    others = browser.get(page_of(table, "Bob")).text
    assert "<bdi>Bread</bdi>" in others
    assert "Ada" not in others


def test_one_replies_and_reads_that_it_is_settled(table: Consulting, browser: FlaskClient) -> None:
    comment = table.comment("Gia", "A date.")
    here = page_of(table)
    assert GUEST["affiliation"] in browser.get(here).text
    values = {"do": "send", "revision_sha256": table.sha256, f"reply/{comment}": "The first."}
    assert posted(browser, here, values).status_code == 303

    table.owner.post(f"/v1/comments/{comment}/resolution")
    page = browser.get(page_of(table, "Gia")).text
    assert page.index("A date.") < page.index("The first.")
    assert "Settled" in page
    assert table.words() == [("A date.", ["The first."])]


def test_what_became_of_a_part_is_shown_with_its_words(
    table: Consulting, browser: FlaskClient
) -> None:
    table.comment("Ada", "A date.")
    table.comment("Ada", "Leave it out.", 2)
    heading, doors, _ = table.body()
    table.redraft(heading, {**doors, "paragraph": "We ask that the doors be opened today."})
    table.freeze()
    page = browser.get(page_of(table)).text

    assert "This part was changed since this was written" in page
    assert "<ins>" in page
    assert "today" in page[page.index("<ins>") : page.index("</ins>")]
    gone = page[page.index('id="gone"') :]
    assert "Leave it out." in gone
    assert "We ask that the windows be opened, too." in gone


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "Please write something"), ("a" * 3001, "Please shorten this"), ("a\u202eb", "signs")],
)
def test_what_cannot_be_taken_is_said_and_no_word_is_lost(
    table: Consulting, browser: FlaskClient, text: str, sentence: str
) -> None:
    values = said(table, 1, text) | (said(table, 2, "Kept.") if text else {})
    refused = posted(browser, page_of(table), values)

    assert refused.status_code == 422
    assert sentence in refused.text
    assert ("Kept." in refused.text) is bool(text)
    assert {found for found in Tags(refused.text).each("href") if found.startswith("#f-")} <= {
        f"#{found}" for found in Tags(refused.text).each("id")
    }
    assert table.threads() == []


def test_a_text_that_changed_meanwhile_is_shown_first(
    table: Consulting, browser: FlaskClient
) -> None:
    values = said(table) | said(table, 2, "Of a part that goes.")
    table.redraft(*table.body()[:2])
    table.freeze()
    crossed = posted(browser, page_of(table), values)

    assert crossed.status_code == 409
    assert "Something changed while you were writing" in crossed.text
    assert table.sha256 in crossed.text
    unsent = crossed.text.partition("<h1>")[0].partition('id="unsent"')[2]
    assert "Of a part that goes." in unsent
    assert "A date." not in unsent  # it stands in its field
    assert table.threads() == []


def test_after_the_deadline_one_reads_and_what_was_typed_is_shown(
    table: Consulting, browser: FlaskClient
) -> None:
    table.comment("Ada", "A window.")
    here, values = page_of(table), said(table)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=31), tick=False):
        page = browser.get(here).text
        late = posted(browser, here, values)

    assert "The time for comments is over" in page
    assert "A window." in page
    assert not Tags(page).named("textarea")
    assert late.status_code == 409
    assert "A date." in late.text
    assert len(table.threads()) == 1


def test_too_many_are_slowed_and_no_word_is_lost(table: Consulting, browser: FlaskClient) -> None:
    here = page_of(table)
    for _ in range(2 * rules.WRITING.a_minute):
        slowed = posted(browser, here, said(table, 1, "Last."))
        if slowed.status_code != 303:
            break

    assert slowed.status_code == 429
    assert int(slowed.headers["Retry-After"]) > 0
    assert "Last.</textarea>" in slowed.text
    assert "Please send it again in" in slowed.text


def test_one_takes_back_a_comment_and_keeps_what_is_being_written(
    table: Consulting, browser: FlaskClient
) -> None:
    comments = [table.comment("Ada", "A date."), table.comment("Ada", "Another.")]
    here = page_of(table)
    written = said(table, 2, "Being written.") | {"take": comments[0]}
    kept = posted(browser, here, written)
    assert kept.status_code == 200
    assert "Being written.</textarea>" in kept.text
    assert posted(browser, here, {"take": comments[1]}).status_code == 303

    assert table.threads() == []
    assert posted(browser, here, {"take": comments[1]}).status_code == 404
    assert posted(browser, here, {"take": "x"}).status_code == 404
    assert "Take back</button>" not in browser.get(page_of(table, "Bob")).text


def test_one_takes_everything_back_when_one_is_sure(
    table: Consulting, browser: FlaskClient
) -> None:
    table.comment("Ada", "A date.")
    here = page_of(table)
    unsure = posted(browser, here, {"do": "erase"})
    assert unsure.status_code == 422
    assert "#f-sure" in Tags(unsure.text).each("href")
    assert len(table.threads()) == 1

    done = posted(browser, here, {"do": "erase", "sure": "yes"})
    assert "Everything is erased" in done.text
    assert table.threads() == []
    assert browser.get(here).status_code == 410


def test_looking_changes_nothing_and_other_sites_send_nothing(
    table: Consulting, browser: FlaskClient
) -> None:
    here = page_of(table)
    assert browser.get(here).text == browser.get(here).text
    elsewhere = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert posted(browser, here, said(table), **elsewhere).status_code == 403
    assert table.threads() == []


def test_the_page_speaks_the_language_of_who_is_asked_and_the_text_its_own(
    world: World, owner: Client, browser: FlaskClient
) -> None:
    table = a_consulting(world, owner, language="fa", title="درها را باز کنید",
                         body=[{"paragraph": "ما می‌خواهیم که درها باز شوند."}])  # fmt: skip
    guest = {**GUEST, "language": "ru"}
    table.open(guests=[guest], read_by="commenters_named")
    table.comment("Gia", "تاریخ؟", 0)
    page = browser.get(page_of(table, "Gia")).text
    tags = Tags(page)

    assert sentences.said("ru").say("comment.title") in page
    assert tags.named("html")[0]["lang"] == "ru"
    assert tags.named("article")[0]["dir"] == "rtl"
    assert '<p dir="auto">تاریخ؟</p>' in page
    english = browser.get(f"{page_of(table, 'Gia')}?language=en").text
    assert "What do you think of this text?" in english


def test_the_page_of_an_approval_leads_to_the_comments_while_they_are_open(
    table: Consulting, browser: FlaskClient
) -> None:
    asked = SigningOff(table.world, table.owner, table.coalition, table.statement, table.sha256)
    asked.open()
    ada, bob = (f"/a/{asked.door(who).rpartition('/')[2]}" for who in ("Ada", "Bob"))
    commenter = table.asked()["Bob"]["id"]
    assert table.owner.post(f"/v1/commenters/{commenter}/withdrawal").status == 200

    page = browser.get(ada)

    assert f'href="{page_of(table)}"' in page.text
    assert "/r/" not in browser.get(bob).text, "his link was taken back"
    assert table.owner.post(f"{table.path}/closing").status == 200
    assert "/r/" not in browser.get(ada).text
