"""Who is asked suggests other words on a page, over HTTP and without scripts; no word is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from api.pages.rules import sentences
from tests.rules.test_pages import Tags
from tests.stories.test_pages import posted
from tests.support.builders import a_case
from tests.support.consultations import Consulting, a_consulting
from tests.support.word_files import WordFile

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.conftest import World
    from tests.support.client import Client

DOORS = "We ask that the doors be opened."
BY_JUNE = "We ask that the doors be opened by 1 June."


@pytest.fixture
def table(world: World, owner: Client) -> Consulting:
    return opened(a_consulting(world, owner))


def opened(table: Consulting, **facts: Any) -> Consulting:
    closes = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    table.open(**{"read_by": "commenters_named", "closes_at": closes, **facts})
    return table


def page_of(table: Consulting, person: str = "Ada") -> str:
    return f"/r/{table.secret(person)}"


def fields(html: str, target: str) -> list[str]:
    """Return the names of the fields that hold the words of a place, in order."""
    names = [str(each["name"]) for each in Tags(html).named("textarea")]
    return [name for name in names if name.startswith("words/") and name.endswith(f"/{target}")]


def filled(table: Consulting, browser: FlaskClient, person: str = "Ada") -> dict[str, str]:
    """Return all that a browser sends of the page when nothing is touched."""
    html = browser.get(page_of(table, person)).text
    sent = {"do": "send"}
    for field in html.split("<textarea ")[1:]:
        name = field.partition('name="')[2].partition('"')[0]
        sent[name] = field.partition(">\n")[2].partition("</textarea>")[0].replace("\n", "\r\n")
    for each in Tags(html).named("select"):
        sent[str(each["name"])] = "paragraph"
    return sent | {"revision_sha256": table.sha256}


def reworded(table: Consulting, browser: FlaskClient, text: str, place: int = 1) -> dict[str, str]:
    sent = filled(table, browser)
    (name,) = [each for each in sent if each.endswith(f"/block/{table.block(place)}")
               and each.startswith("words/")]  # fmt: skip
    return {**sent, name: text}


def made(table: Consulting) -> list[Any]:
    items: list[Any] = table.owner.get(f"{table.path}/suggestions")["items"]
    return items


def test_the_words_of_each_part_stand_in_a_field_and_sent_as_they_are_suggest_nothing(
    table: Consulting, browser: FlaskClient
) -> None:
    html = browser.get(page_of(table)).text
    assert f">\n{DOORS}</textarea>" in html
    assert ">\nWhat we ask</textarea>" in html  # the heading too
    refused = posted(browser, page_of(table), filled(table, browser))

    assert refused.status_code == 422
    assert "Please write something" in refused.text
    assert made(table) == []


def test_words_a_part_left_out_and_a_new_one_are_suggested_at_once_with_a_comment(
    table: Consulting, browser: FlaskClient
) -> None:
    doors, windows = table.block(1), table.block(2)
    values = reworded(table, browser, BY_JUNE) | {
        f"why/{doors}": "Else nobody is bound.",
        f"leave/{windows}": "yes",
        f"after/{doors}": "We wait.\r\n\r\nWe do not wait long.",
        f"why/after/{doors}": "It follows.",
        "comment": "Well said.",
    }
    sent = posted(browser, page_of(table), values)
    assert sent.status_code == 303, sent.text

    found = {(each["kind"], each["target"]): each for each in made(table)}
    words = found["words", f"block/{doors}"]
    assert words["lines"] == [BY_JUNE]
    assert (words["reason"], words["source"]) == ("Else nobody is bound.", "page")
    assert found["deletion", f"block/{windows}"]["reason"] is None
    added = [each for each in made(table) if each["kind"] == "insertion"]
    assert [each["lines"] for each in added] == [["We wait."], ["We do not wait long."]]
    assert {each["reason"] for each in added} == {"It follows."}
    assert {each["after"] for each in added} == {doors}
    assert table.words() == [("Well said.", [])]


@pytest.mark.parametrize(
    ("sort", "text", "lines"),
    [
        ("heading", "What we\r\nask for", ["What we ask for"]),
        ("list", "Doors\r\n\r\nWindows", ["Doors", "Windows"]),
        ("quote", "Nobody shall\r\nbe held.\r\nA charter", ["Nobody shall be held.", "A charter"]),
    ],
)
def test_a_new_part_is_of_the_kind_that_is_chosen(
    table: Consulting, browser: FlaskClient, sort: str, text: str, lines: list[str]
) -> None:
    values = filled(table, browser) | {"after/": text, "sort/": sort}
    assert posted(browser, page_of(table), values).status_code == 303

    (one,) = made(table)
    assert (one["block"], one["after"], one["lines"]) == (sort, None, lines)


def test_each_text_of_a_quote_has_a_field_and_a_list_has_one_for_all_items(
    world: World, owner: Client, browser: FlaskClient
) -> None:
    body = [
        {"quote": {"lead": "It says:", "text": "Nobody shall be held.", "source": "A charter"}},
        {"list": {"lead": "We ask for", "items": ["doors", "*windows*"]}},
    ]
    table = opened(a_consulting(world, owner, body=body))
    html = browser.get(page_of(table)).text
    quote, listed = (f"block/{table.block(place)}" for place in (0, 1))
    _, _, source = fields(html, quote)
    _, items = fields(html, listed)
    values = filled(table, browser) | {source: "", items: "doors\r\n*windows*\r\nroofs"}
    assert posted(browser, page_of(table), values).status_code == 303

    found = {each["target"]: each["lines"] for each in made(table)}
    assert found[quote] == ["It says:", "Nobody shall be held.", ""]
    assert found[listed] == ["We ask for", "doors", "*windows*", "roofs"]
    assert html.count("*Word* is slanted") == 1  # where there are marks, and nowhere else


def test_a_title_a_demand_and_a_note_are_reworded_too(
    world: World, owner: Client, browser: FlaskClient
) -> None:
    table = opened(a_noted(world, owner))
    html = browser.get(page_of(table)).text
    (title,), (note,) = fields(html, "title"), fields(html, "footnote/1")
    demand = next(each for each in Tags(html).each("name") if "/demand/" in each)
    values = filled(table, browser)
    assert values[demand] == "Release the bakers."
    values |= {title: "Bread now", note: "Another decree.", demand: "Release all bakers."}
    values |= {"why/title": "Shorter.", "why/notes": "It is the later one."}
    assert posted(browser, page_of(table), values).status_code == 303

    found = {each["target"].partition("/")[0]: each for each in made(table)}
    assert found["title"]["lines"] == ["Bread now"]
    assert found["title"]["reason"] == "Shorter."
    assert found["demand"]["lines"] == ["Release all bakers."]
    assert found["footnote"]["reason"] == "It is the later one."


def a_noted(world: World, owner: Client) -> Consulting:
    """Return a text with a demand and a note."""
    return a_consulting(
        world,
        owner,
        body=[{"paragraph": "We ask for bread.[^1]"}, {"demands": {"lists": ["KZ"]}}],
        footnotes={"1": "A decree."},
        demand_lists=[
            {"country": "KZ", "demands": [{"id": "bakers", "text": "Release the bakers."}]}
        ],
    )


def test_what_was_suggested_is_shown_with_its_marks_and_how_it_was_answered(
    table: Consulting, browser: FlaskClient
) -> None:
    values = reworded(table, browser, BY_JUNE) | {f"leave/{table.block(2)}": "yes"}
    page = posted(browser, page_of(table), values)
    html = browser.get(page.location).text
    assert "<ins>" in html
    assert "<del>" in html
    assert "by 1 June" in html.partition("<ins>")[2].partition("</ins>")[0]
    assert html.count("Waiting for an answer") == 2
    words, gone = made(table)
    assert f'value="suggestion/{words["id"]}"' in html

    table.owner.post(f"/v1/suggestions/{words['id']}/acceptance", {"lines": None})
    table.owner.post(f"/v1/suggestions/{gone['id']}/decline", {"reason": "It stays, we think."})
    html = browser.get(page_of(table)).text
    assert "Accepted" in html
    assert "It stays, we think." in html
    assert f'value="suggestion/{words["id"]}"' not in html

    table.freeze()
    assert "Accepted: the text holds it from revision 2" in browser.get(page_of(table)).text


def test_others_read_it_as_was_said_at_the_opening(table: Consulting, browser: FlaskClient) -> None:
    assert posted(browser, page_of(table), reworded(table, browser, BY_JUNE)).status_code == 303
    others = browser.get(page_of(table, "Bob")).text
    assert "Suggestion: Bread" in others
    assert "by 1 June" in others
    assert "Take back</button>" not in others

    opened(table, read_by="coordinators")
    assert posted(browser, page_of(table), reworded(table, browser, BY_JUNE)).status_code == 303
    assert "by 1 June" not in browser.get(page_of(table, "Bob")).text


def test_one_takes_back_what_waits_and_keeps_what_is_being_written(
    table: Consulting, browser: FlaskClient
) -> None:
    posted(browser, page_of(table), reworded(table, browser, BY_JUNE))
    ((one,), here) = (made(table), page_of(table))
    taking = {"take": f"suggestion/{one['id']}"}
    values = reworded(table, browser, "Being written.", 2) | taking
    kept = posted(browser, here, values)

    assert kept.status_code == 200
    assert "Being written.</textarea>" in kept.text
    assert made(table) == []
    assert posted(browser, here, taking).status_code == 404


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": "<b>Doors</b>"}, "Signs like * [ ] &lt; mark emphasis"),
        ({"text": ""}, "Please fill this in"),
        ({"text": BY_JUNE, "leave": "yes"}, "Either change the words, or leave the part out"),
        ({"why": "Since."}, "You gave a reason, but changed nothing here"),
        ({"text": "a\u202eb"}, "signs"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_no_word_is_lost(
    table: Consulting, browser: FlaskClient, change: dict[str, str], sentence: str
) -> None:
    values = reworded(table, browser, change.get("text", DOORS))
    values |= {f"{key}/{table.block(1)}": change[key] for key in change if key != "text"}
    values |= reworded_second(table, browser)
    refused = posted(browser, page_of(table), values)

    assert refused.status_code == 422
    assert sentence in refused.text
    assert "Windows first.</textarea>" in refused.text
    tags = Tags(refused.text)
    places = [each for each in tags.each("href") if each.startswith("#f-")]
    assert places
    assert {each[1:] for each in places} <= set(tags.each("id"))
    assert made(table) == []


def reworded_second(table: Consulting, browser: FlaskClient) -> dict[str, str]:
    sent = reworded(table, browser, "Windows first.", 2)
    return {name: text for name, text in sent.items() if text == "Windows first."}


def test_a_text_that_changed_meanwhile_is_shown_first_with_what_was_typed_and_not_what_it_said(
    table: Consulting, browser: FlaskClient
) -> None:
    values = reworded(table, browser, BY_JUNE) | reworded_second(table, browser)
    heading, doors, _ = table.body()
    table.redraft({**heading, "heading": "What we all ask"}, doors)
    table.freeze()
    crossed = posted(browser, page_of(table), values)

    assert crossed.status_code == 409
    assert "Something changed while you were writing" in crossed.text
    assert f"{BY_JUNE}</textarea>" in crossed.text
    assert "What we all ask</textarea>" in crossed.text
    unsent = crossed.text.partition("<h1>")[0].partition('id="unsent"')[2]
    assert "Windows first." in unsent
    assert "What we ask" not in unsent  # it was not touched
    assert made(table) == []


def test_after_the_deadline_nothing_is_suggested_and_what_was_typed_is_shown(
    table: Consulting, browser: FlaskClient
) -> None:
    values, here = reworded(table, browser, BY_JUNE), page_of(table)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=31), tick=False):
        page = browser.get(here).text
        late = posted(browser, here, values)

    assert not Tags(page).named("textarea", "select")
    assert late.status_code == 409
    assert BY_JUNE in late.text
    assert made(table) == []


def test_a_name_that_may_not_be_named_tells_nobody_that_it_is_one(
    world: World, owner: Client, browser: FlaskClient
) -> None:
    table = opened(a_consulting(world, owner))
    a_case(owner, table.coalition, name="Ayan Specimenov", may_be_named=False,
           public_label="a baker")  # fmt: skip
    text = "We ask that Ayan Specimenov be free."
    assert posted(browser, page_of(table), reworded(table, browser, text)).status_code == 303

    assert "Specimenov" in browser.get(page_of(table)).text
    assert "Specimenov" not in browser.get(page_of(table, "Bob")).text


def test_the_text_is_taken_away_as_a_file_of_word_without_anybody_who_signs(
    table: Consulting, browser: FlaskClient
) -> None:
    html = browser.get(page_of(table)).text
    here = f"{page_of(table)}/document"
    assert f'href="{here}"' in html
    answer = browser.get(here)
    api = table.world.stranger().get(f"{table.door('Ada')}/document")

    file = WordFile(answer.data)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    assert DOORS in file.text
    assert table.sha256.encode() in file.parts["docProps/custom.xml"]
    assert file.parts["word/document.xml"].count(b"_us_") == 3
    assert api.body == answer.data


def test_the_page_speaks_the_language_of_who_is_asked_and_the_fields_that_of_the_text(
    world: World, owner: Client, browser: FlaskClient
) -> None:
    text = "ما می‌خواهیم که درها باز شوند."
    table = a_consulting(world, owner, language="fa", title="درها", body=[{"paragraph": text}])
    opened(table)
    page = browser.get(f"{page_of(table)}?language=ru").text

    assert sentences.said("ru").say("suggest.words") in page
    areas = Tags(page).named("textarea")
    assert [each["lang"] for each in areas if str(each["name"]).startswith("words/")] == ["fa"] * 2
    assert f">\n{text}</textarea>" in page
    assert "leave/" not in page  # the only part of a text cannot be left out


def test_what_prints_rows_of_others_can_be_left_out(
    world: World, owner: Client, browser: FlaskClient
) -> None:
    table = opened(a_noted(world, owner))
    block = table.block(1)
    values = filled(table, browser) | {f"leave/{block}": "yes"}
    assert posted(browser, page_of(table), values).status_code == 303

    assert [(each["kind"], each["target"]) for each in made(table)] == [
        ("deletion", f"block/{block}")
    ]


def test_a_long_text_is_sent_back_whole(world: World, owner: Client, browser: FlaskClient) -> None:
    body = [{"paragraph": f"{n}: {'Мы просим открыть двери. ' * 40}"} for n in range(100)]
    table = opened(a_consulting(world, owner, language="ru", body=body))
    sent = posted(browser, page_of(table), reworded(table, browser, "Откройте двери.", 99))

    assert sent.status_code == 303, sent.text
    (one,) = made(table)
    assert one["lines"] == ["Откройте двери."]
