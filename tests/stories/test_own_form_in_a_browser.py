"""The form of docs/own-form.md, as it stands there: people sign with it on somebody else's site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from werkzeug.wrappers import Request, Response

from api.config import share
from tests.support import browser as browsers
from tests.support.builders import another_revision
from tests.support.host_sites import TOLD, allow, complaints
from tests.support.signing import Rush

KINDS = {"": "text/html", "form.js": "text/javascript"}


@pytest.fixture
def page(rush: Rush, person: BrowserContext) -> Iterator[Page]:
    """The form of the paper, on a site that the coalition names, at a statement of ours."""
    told = share("docs", "own-form.md").read_text("utf-8")
    with browsers.served(rush.world.app) as place:
        told = told.replace("specimen-appeal-k3w7q9xz", rush.address).replace(TOLD, place)
        (html,) = re.findall(r"```html\n(.*?)```", told, re.DOTALL)
        (script,) = re.findall(r"```js\n(.*?)```", told, re.DOTALL)
        files = {"": html, "form.js": script}
        policy = f"default-src 'none'; script-src 'self'; connect-src {place}; img-src data:"

        @Request.application
        def site(request: Request) -> Response:
            name = request.path.removeprefix("/")
            headers = {"Content-Security-Policy": policy}
            return Response(files[name], mimetype=KINDS[name], headers=headers)

        with browsers.served(site) as address:
            allow(rush, address)
            found = person.new_page()
            found.goto(address)
            yield found


def fill_in(page: Page, how: str = "Full name") -> None:
    page.get_by_label("Name", exact=True).fill("Ada Specimen")
    page.get_by_label("E-mail").fill("ada@specimen.example")
    page.get_by_label("Country").select_option("KZ")
    page.get_by_label(how).check()
    for box in page.get_by_role("group", name="Your consent").get_by_role("checkbox").all():
        box.check()


def send(page: Page) -> None:
    page.get_by_role("button", name="Sign", exact=True).click()


def test_a_person_signs_confirms_hides_and_withdraws_on_a_page_that_a_site_wrote(
    rush: Rush, page: Page, person: BrowserContext
) -> None:
    found = complaints(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Open the doors")
    expect(page.locator("#count")).to_have_text("0 signatures")
    fill_in(page)
    with page.expect_request("**/signatures") as sent:
        send(page)
    body: Any = sent.value.post_data_json
    assert sent.value.headers["idempotency-key"]
    assert body["proof"]
    expect(page.get_by_role("alert")).to_contain_text("a letter is on its way")

    rush.work()
    page.get_by_label("The code of the letter").fill(rush.code())
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("alert")).to_contain_text("Your signature counts")
    rush.world.work()
    (signed,) = rush.signatures()
    assert (signed["name"], signed["country"]) == ("Ada Specimen", "KZ")
    page.get_by_role("button", name="Hide my name").click()
    expect(page.locator("#how")).to_have_text("It is shown as: anonymous.")
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#how")).to_have_text("You have taken it back.")
    assert rush.total() == 0
    assert person.cookies() == []
    assert found == []


def test_an_answer_that_is_lost_is_asked_for_again_and_one_letter_is_written(
    rush: Rush, page: Page
) -> None:
    fill_in(page)
    answers = []

    def lost(route: Any) -> None:
        fetched = route.fetch()
        answers.append(fetched)
        if len(answers) == 1:
            route.abort()
        else:
            route.fulfill(response=fetched)

    page.route("**/signatures", lost)
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("a letter is on its way")

    assert [each.status for each in answers] == [202, 202]
    assert answers[1].headers["idempotent-replayed"] == "true"
    rush.work()
    assert len(rush.secrets()) == 1


def test_what_is_wrong_and_what_has_changed_is_told(rush: Rush, page: Page) -> None:
    fill_in(page)
    page.get_by_label("Name", exact=True).fill("https://spam.example")
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("name: ")
    page.get_by_label("Name", exact=True).fill("Ada Specimen")
    another_revision(rush.owner, rush.statement, "editorial")
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("edited while you read it")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Open the doors ")


def test_the_pdf_is_fetched_from_the_page(rush: Rush, page: Page) -> None:
    rush.publish()
    page.reload()
    page.get_by_text("The statement as a PDF").click()
    expect(page.get_by_role("alert")).to_contain_text("being printed")
    rush.work()
    with page.expect_download() as saved:
        page.get_by_text("The statement as a PDF").click()
    assert saved.value.path().read_bytes().startswith(b"%PDF-")
