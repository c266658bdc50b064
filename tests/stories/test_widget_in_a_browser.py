"""People sign on other people's sites: in the element and in the frame, in a browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from api.config import share
from api.pages.rules import widget
from tests.support import browser as browsers
from tests.support.builders import a_coalition, a_text, another_revision
from tests.support.host_sites import (
    TOLD,
    a_site,
    allow,
    by_widget,
    complaints,
    demo,
    fill_in,
    send,
    wrong,
)
from tests.support.page_samples import integrity
from tests.support.signing import OPENED, Rush, a_rush

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext

    from tests.conftest import World


def test_a_person_signs_on_another_site(rush: Rush, place: str, person: BrowserContext) -> None:
    page = person.new_page()
    found = complaints(page)
    with a_site(rush, place, demo(rush, place)) as site:
        page.goto(f"{site}/index.html")
        form = page.locator("undersigned-form")
        form.get_by_text("Nobody has signed yet.").wait_for()
        assert not form.get_by_role("link", name="Read and sign").is_visible()
        fill_in(form)
        form.get_by_role("button", name="Sign", exact=True).click()
        form.get_by_role("heading", name="Look into your mailbox").wait_for()
        assert person.cookies() == []
        assert found == []

    rush.work()
    assert rush.confirm(rush.secrets()[-1]).status == 200
    rush.world.work()
    (signed,) = rush.signatures()
    assert (signed["name"], signed["country"]) == ("Ada Specimen", "KZ")
    assert rush.total() == 1


def test_a_person_signs_in_a_frame_without_scripts(
    rush: Rush, place: str, chromium: Browser
) -> None:
    with (
        browsers.phone(chromium, java_script_enabled=False) as context,
        a_site(rush, place, demo(rush, place)) as site,
    ):
        page = context.new_page()
        page.goto(f"{site}/index.html")
        assert page.get_by_role("link", name="Read and sign").is_visible()
        frame = page.frame_locator("iframe")
        fill_in(frame)
        frame.get_by_label("E-mail").fill("ada@")
        frame.get_by_role("button", name="Sign", exact=True).click()
        frame.get_by_role("alert").wait_for()
        fill_in(frame)
        frame.get_by_role("button", name="Sign", exact=True).click()
        frame.get_by_role("heading", name="Look into your mailbox").wait_for()

    rush.work()
    assert rush.confirm(rush.secrets()[-1]).status == 200


def test_a_site_that_is_not_named_has_the_link_and_no_frame(
    rush: Rush, place: str, person: BrowserContext
) -> None:
    page = person.new_page()
    with a_site(rush, place, demo(rush, place)) as site:
        allow(rush, "https://other.example")
        page.goto(f"{site}/index.html")
        page.wait_for_load_state("networkidle")

        assert page.locator("undersigned-form").get_by_role("link").is_visible()
        assert page.locator("undersigned-form form").count() == 0
        assert page.frame_locator("iframe").get_by_role("button").count() == 0


@pytest.fixture
def form(rush: Rush, place: str, person: BrowserContext) -> Iterator[Any]:
    yield from by_widget(rush, place, person)


def test_the_examples_of_the_paper_work(rush: Rush, place: str, person: BrowserContext) -> None:
    told = share("docs", "widget.md").read_text("utf-8")
    told = told.replace("specimen-appeal-k3w7q9xz", rush.address).replace(TOLD, place)
    newest, hashed, frame, tall = re.findall(r"```html\n(.*?)```", told, re.DOTALL)
    element = newest.partition("</script>")[2]
    head = '<!DOCTYPE html><html lang="en"><title>A site</title>'
    pages = {
        "newest": head + newest,
        "hashed": head + hashed + element,
        "frame": head + tall + frame,
    }
    with a_site(rush, place, pages) as site:
        page = person.new_page()
        for name in pages:
            page.goto(f"{site}/{name}")
            where = page.frame_locator("iframe") if name == "frame" else page
            where.get_by_role("button", name="Sign", exact=True).wait_for()
        browsers.until(page, "document.querySelector('iframe').offsetHeight > 1000")


def test_an_organisation_signs_on_another_site(rush: Rush, form: Any) -> None:
    fill_in(form)
    assert not form.get_by_label("Name of the organisation").is_visible()
    form.get_by_label("I sign for an organisation").check()
    send(form)
    assert form.get_by_role("alert").get_by_role("button").count() == 2
    form.get_by_label("Name of the organisation").fill("Specimen Club")
    form.get_by_label("I may commit this organisation").check()
    form.get_by_label("Role").fill("Director")
    send(form)
    form.get_by_role("heading", name="Look into your mailbox").wait_for()

    rush.work()
    assert rush.confirm(rush.secrets()[-1]).status == 200
    rush.world.work()
    (signed,) = rush.signatures()
    assert (signed["kind"], signed["name"]) == ("organisation", "Specimen Club")
    assert signed["represented_by"] == {"name": "Ada Specimen", "role": "Director"}


def test_what_is_wrong_stands_beside_its_field_and_no_word_is_lost(form: Any) -> None:
    fill_in(form)
    form.get_by_label("E-mail").fill("ada@")
    send(form)
    wrong = form.get_by_role("alert")
    expect(wrong.get_by_role("button")).to_have_count(1)
    wrong.get_by_role("button", name="E-mail").click()

    email = form.get_by_label("E-mail")
    expect(email).to_be_focused()
    assert email.input_value() == "ada@"
    assert email.get_attribute("aria-invalid") == "true"
    described = (email.get_attribute("aria-describedby") or "").split()
    assert described == ["h-email", "e-email"]
    assert "does not look like one" in str(form.locator("#e-email").text_content())

    email.fill("ada@specimen.example")
    form.get_by_role("textbox", name="Name", exact=True).fill("https://spam.example")
    send(form)
    expect(form.locator("#e-name")).to_contain_text("no web or e-mail address")
    expect(form.locator("#e-email")).to_have_count(0)
    assert email.get_attribute("aria-describedby") == "h-email"


def test_a_text_that_changed_is_read_again_before_it_is_signed(rush: Rush, form: Any) -> None:
    fill_in(form)
    sha256 = another_revision(rush.owner, rush.statement, "editorial")
    send(form)
    form.get_by_text("The text was edited while you read it").wait_for()
    assert form.get_by_label("E-mail").input_value() == "ada@specimen.example"
    assert form.get_by_role("heading", name="Open the doors ").is_visible()
    send(form)
    form.get_by_role("heading", name="Look into your mailbox").wait_for()

    rush.work()
    assert rush.confirm(rush.secrets()[-1]).status == 200
    rush.world.work()
    assert [each["revision_sha256"] for each in rush.signatures()] == [sha256]


def test_who_is_one_of_many_is_told_when_to_try_again(rush: Rush, form: Any) -> None:
    fill_in(form)
    form.page.route(
        "**/signatures",
        lambda route: route.fulfill(
            status=429,
            json={},
            headers={
                "Retry-After": "150",
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Expose-Headers": "Retry-After",
            },
        ),
    )
    send(form)
    form.get_by_text("send the form again in 3 minutes").wait_for()
    assert form.get_by_label("E-mail").input_value() == "ada@specimen.example"
    form.page.unroute("**/signatures")
    send(form)
    form.get_by_role("heading", name="Look into your mailbox").wait_for()


def test_a_line_that_breaks_leads_to_the_coalitions_own_page(rush: Rush, form: Any) -> None:
    fill_in(form)
    form.page.route("**/signatures", lambda route: route.abort())
    send(form)
    form.get_by_text("This could not be sent").wait_for()
    link = form.get_by_role("link", name="Sign this statement")
    assert urlsplit(str(link.get_attribute("href"))).path == f"/s/{rush.address}"


def test_a_proof_that_was_handed_in_before_is_made_anew(rush: Rush, form: Any) -> None:
    fill_in(form)
    proofs: list[str] = []

    def spent(route: Any) -> None:
        body = route.request.post_data_json
        proofs.append(body["proof"])
        if len(proofs) == 1:
            answer = rush.sent("bea@specimen.example", proof=body["proof"])
            assert answer.status == 202, answer.body
        route.continue_()

    form.page.route("**/signatures", spent)
    send(form)
    form.get_by_role("heading", name="Look into your mailbox").wait_for()
    assert len(set(proofs)) == 2


def test_a_machine_that_fills_in_everything_learns_nothing(rush: Rush, form: Any) -> None:
    fill_in(form)
    form.locator("[name=website]").evaluate("field => { field.value = 'https://spam.example' }")
    send(form)
    form.get_by_role("heading", name="Look into your mailbox").wait_for()

    rush.work()
    assert rush.secrets() == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"closes_at": "2026-01-02T00:00:00+00:00"}, "Signing is closed."),
        (
            {"opens_at": "2099-01-01T00:00:00+00:00", "zone": "Asia/Almaty"},
            "Signing opens on 1 January 2099",
        ),
    ],
)
def test_a_statement_that_is_not_open_says_why(
    world: World, person: BrowserContext, settings: dict[str, str], said: str
) -> None:
    rush = a_rush(world, world.user("coordinator"), **settings)
    rush.publish()
    with browsers.served(world.app) as place:
        for form in by_widget(rush, place, person):
            form.get_by_text(said).wait_for()
            assert form.get_by_role("button").count() == 0


def test_it_closes_while_somebody_types(rush: Rush, form: Any) -> None:
    fill_in(form)
    assert rush.set(closes_at="2026-01-02T00:00:00+00:00").status == 200
    send(form)
    form.get_by_text("Signing is closed.").wait_for()
    assert form.get_by_role("button").count() == 0


@pytest.mark.parametrize("blocked", ["**/widget.js", "**/v1/public/**"])
def test_where_it_cannot_work_the_link_stays(
    rush: Rush, place: str, person: BrowserContext, blocked: str
) -> None:
    person.route(blocked, lambda route: route.abort())
    for form in by_widget(rush, place, person):
        form.page.wait_for_load_state("networkidle")
        expect(form.get_by_role("link", name="Sign there")).to_be_visible()


def test_a_statement_that_is_not_there_leaves_the_link(
    rush: Rush, place: str, person: BrowserContext
) -> None:
    for form in by_widget(rush, place, person, statement=f"{place}/s/nothing-23456789"):
        form.page.wait_for_load_state("networkidle")
        expect(form.get_by_role("link", name="Sign there")).to_be_visible()


@pytest.mark.parametrize("is_right", [True, False])
def test_the_very_file_is_taken_by_its_hash_and_no_other(
    rush: Rush, place: str, person: BrowserContext, *, is_right: bool
) -> None:
    told = integrity() if is_right else integrity()[:-8] + "AAAAAAAA"
    script = f"{place}/widget/{widget.version()}.js"
    more = f'integrity="{told}" crossorigin'
    for form in by_widget(rush, place, person, script=script, more=more):
        form.page.wait_for_load_state("networkidle")
        expect(form.get_by_role("link", name="Sign there")).to_be_visible(visible=not is_right)
        expect(form.locator("form")).to_have_count(1 if is_right else 0)


def test_it_speaks_the_sites_language_and_keeps_the_words_of_a_consent(
    rush: Rush, place: str, person: BrowserContext
) -> None:
    for form in by_widget(rush, place, person, language="ru"):
        form.get_by_label("Имя", exact=True).fill("Ада Образцова")
        form.get_by_label("Электронная почта").fill("ada@specimen.example")
        form.get_by_label("Страна", exact=True).select_option(label="Казахстан")
        form.get_by_label("Учесть, но не показывать").check()
        form.get_by_label("Я подписываю это заявление").check()
        form.get_by_role("button", name="Подписать").click()
        form.get_by_role("heading", name="Проверьте почту").wait_for()

    rush.work()
    assert rush.confirm(rush.secrets()[-1]).status == 200


@pytest.mark.parametrize(
    ("language", "direction", "scheme"),
    [("en", "ltr", "light"), ("ru", "ltr", "dark"), ("fa", "rtl", "light")],
)
def test_axe_finds_nothing_and_it_is_no_wider_than_a_phone(
    world: World, chromium: Browser, language: str, direction: str, scheme: str
) -> None:
    owner = world.user("coordinator")
    coalition = a_coalition(owner, accent="#ffe600")
    title = {"fa": "درهای زندان را باز کنید"}.get(language, "Open the doors")
    statement, sha256 = a_text(owner, coalition, language=language, title=title)
    facts = {"opens_at": OPENED, "is_sensitive": language == "ru"}
    rush = Rush(world, owner, coalition, statement, sha256, "", facts)
    rush.move("review")
    rush.address = rush.set()["address"]
    found: list[str] = []

    def mirrored(route: Any) -> None:
        """Answer with the file as it is when its words run from right to left."""
        body = route.fetch().text().replace('"direction":"ltr"', '"direction":"rtl"')
        route.fulfill(body=body, content_type="text/javascript")

    with (
        browsers.served(world.app) as place,
        browsers.phone(chromium, color_scheme=scheme) as context,
    ):
        if direction == "rtl":
            context.route("**/widget.js", mirrored)
        for form in by_widget(rush, place, context, language=language, direction=direction):
            form.locator("form").wait_for()
            assert form.locator(".box").get_attribute("dir") == direction
            expect(form.locator(".title")).to_have_css("direction", direction)
            form.locator("details").evaluate("e => { e.open = true }")
            found += wrong(form)
            form.locator("button.button").click()
            form.get_by_role("alert").wait_for()
            found += wrong(form)

    assert not found, "\n".join(found)
