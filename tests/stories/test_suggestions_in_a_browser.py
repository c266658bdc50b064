"""People write a text together and approve it in a browser: on phones, with scripts and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.stories.test_pages_of_members import page_of
from tests.stories.test_pages_of_word_files import written_in
from tests.support import browser as browsers
from tests.support.builders import another_revision
from tests.support.consultations import a_consulting
from tests.support.signoffs import a_sign_off
from tests.support.word_files import WordFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

    from tests.conftest import World


@pytest.fixture(params=["with scripts", "without scripts"])
def person(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    has_scripts = request.param == "with scripts"
    with browsers.phone(chromium, java_script_enabled=has_scripts) as context:
        yield context


def unfold(page: Page, part: str) -> Locator:
    """Open what a part of the text offers, and return it: title, heading, doors, windows."""
    found = page.locator(".reserve").nth({"doors": 2, "windows": 3}[part])
    found.get_by_text("Comment or suggest").click()
    found.get_by_text("Suggest other words").click()
    return found


def test_somebody_suggests_words_a_part_left_out_and_a_new_one_and_takes_one_back(
    world: World, person: BrowserContext, tmp_path: Path
) -> None:
    table = a_consulting(world, world.user("coordinator"))
    table.open(read_by="commenters_named")
    with browsers.served(world.app) as place:
        page = person.new_page()
        page.goto(f"{place}/r/{table.secret('Ada')}")
        doors = unfold(page, "doors")
        words = doors.get_by_label("How this should read")
        assert words.input_value() == "We ask that the doors be opened."
        words.fill("We ask that the doors be opened by 1 June.")
        doors.get_by_label("Reason").first.fill("Else nobody is bound.")
        windows = unfold(page, "windows")
        windows.get_by_label("Leave this part out").check()
        windows.get_by_text("Add a part after this").click()
        windows.get_by_label("What it is").select_option("heading")
        windows.get_by_label("Its words").fill("What we wait for")
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_text("has arrived").wait_for()
        found = table.owner.get(f"{table.path}/suggestions")["items"]
        assert [each["kind"] for each in found] == ["words", "deletion", "insertion"]
        assert found[0]["reason"] == "Else nobody is bound."

        own = page.get_by_role("group", name="Suggestion: You")
        assert own.count() == 3
        assert own.first.locator("ins").inner_text().strip("[+]") == "by 1 June"
        own.first.get_by_role("button", name="Take back").click()
        page.get_by_text("It is taken back").wait_for()
        assert table.owner.get(f"{table.path}/suggestions")["total"] == 2
        assert person.cookies() == []

        with page.expect_download() as download:
            page.get_by_role("link", name="Download the text as a file of Word").click()
        file = WordFile(download.value.path().read_bytes())
        assert "We ask that the doors be opened." in file.text
        changed = {"We ask that the windows be opened": "We ask that all windows be opened"}
        back = tmp_path / "text.docx"
        back.write_bytes(written_in(file.content, **changed))
        page.get_by_label("The file that you wrote in").set_input_files(back)
        page.get_by_role("button", name="Send the file").click()
        page.get_by_text("It gave 1 suggestion.").wait_for()
        assert table.owner.get(f"{table.path}/suggestions", source="word")["total"] == 1


def test_members_approve_without_a_name_and_with_a_line_that_they_correct(
    world: World, person: BrowserContext
) -> None:
    table = a_sign_off(world, world.user("coordinator"))
    table.open()
    with browsers.served(world.app) as place:
        page = person.new_page()
        page.goto(place + page_of(table, "Bob"))
        page.get_by_label("We approve", exact=True).check()
        page.get_by_role("button", name="Send the answer").click()
        page.get_by_role("alert").get_by_role("link", name="How your organisation appears").click()
        assert page.url.endswith("#f-visibility")
        page.get_by_label("Counted without a name").first.check()
        page.get_by_role("button", name="Send the answer").click()
        page.get_by_text("Your answer has arrived").wait_for()

        page.goto(place + page_of(table, "Cyd"))
        page.get_by_text("By name, it prints so: Water", exact=True).wait_for()
        page.get_by_label("We approve", exact=True).check()
        page.get_by_label("By name").check()
        page.get_by_label("Its name, in the language of the text").fill("Water for All")
        page.get_by_role("button", name="Send the answer").click()
        page.get_by_text("By name, it prints so: Water for All").first.wait_for()
        assert person.cookies() == []

    assert (table.state("Salt"), table.state("Water")) == ("approved", "approved")
    assert (table.prints(), table.board()["would_withhold"]) == (["Water for All"], 1)


def test_axe_finds_nothing_while_one_suggests(world: World, chromium: Browser) -> None:
    table = a_consulting(world, world.user("coordinator"))
    table.open(read_by="commenters_named")
    with browsers.served(world.app) as place, browsers.phone(chromium) as person:
        page = person.new_page()
        page.goto(f"{place}/r/{table.secret('Ada')}")
        doors = unfold(page, "doors")
        doors.get_by_label("How this should read").fill("<b>")
        doors.get_by_label("Leave this part out").check()
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_role("alert").get_by_role("link").first.click()
        assert page.url.partition("#")[2].startswith("f-")

        assert browsers.faults_of(page, Axe()) == []


def test_axe_finds_nothing_where_a_member_is_asked_again_and_sees_what_changed(
    world: World, chromium: Browser
) -> None:
    table = a_sign_off(world, world.user("coordinator"))
    table.open()
    table.say("Bob")
    another_revision(table.owner, table.statement, "material")
    with browsers.served(world.app) as place, browsers.phone(chromium) as person:
        page = person.new_page()
        page.goto(place + page_of(table, "Bob"))
        page.get_by_role("heading", name="What has changed since").wait_for()
        assert page.locator(".changes ins").count() == 1
        page.get_by_label("We decline").check()
        page.get_by_role("button", name="Send the answer").click()
        page.get_by_role("alert").wait_for()

        assert browsers.faults_of(page, Axe()) == []
