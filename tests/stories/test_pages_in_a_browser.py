"""People use the pages in a browser: on a phone, with and without its scripts."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import altcha
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from werkzeug.wrappers import Request, Response

from api.pages.routes.base import POLICY
from api.pages.rules import pages
from tests.stories.test_pages_of_members import page_of
from tests.support import browser as browsers
from tests.support.builders import secret_of
from tests.support.consultations import a_consulting
from tests.support.page_samples import every
from tests.support.signing import Rush
from tests.support.signoffs import a_sign_off

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext

    from tests.conftest import World

SECRET = "a secret of the tests"  # noqa: S105
COMBINED = [
    ("en", "summit-twin", "light"),
    ("ru", "persian", "dark"),
    pytest.param("ru", "russian", "light", marks=pytest.mark.long),
    pytest.param("en", "persian", "light", marks=pytest.mark.long),
]


@pytest.fixture(params=["with scripts", "without scripts"])
def person(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    has_scripts = request.param == "with scripts"
    with browsers.phone(chromium, java_script_enabled=has_scripts) as context:
        yield context


def test_a_person_signs_confirms_hides_and_withdraws(
    rush: Rush, place: str, person: BrowserContext
) -> None:
    page = person.new_page()
    page.goto(f"{place}/s/{rush.address}")
    page.get_by_role("link", name="Sign", exact=True).click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Ada Specimen")
    page.get_by_label("E-mail").fill("ada@specimen.example")
    page.get_by_label("Country", exact=True).select_option("KZ")
    page.get_by_label("Full name").check()
    for box in page.get_by_role("group", name="Your consent").get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Sign").click()
    page.get_by_role("heading", name="Look into your mailbox").wait_for()
    assert person.cookies() == []

    rush.work()
    page.goto(f"{place}/c/{rush.secrets()[-1]}")
    page.get_by_text("Ada Specimen").wait_for()
    assert rush.total() == 0
    page.get_by_role("button", name="Confirm my signature").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    rush.world.work()
    assert rush.total() == 1

    page.get_by_role("link", name="See, change").click()
    page.get_by_role("button", name="Hide my name now").click()
    page.get_by_text("Saved.").wait_for()
    assert "Ada" not in json.dumps(rush.world.stranger().get(f"{rush.path}/signatures").json)

    page.get_by_role("button", name="Take back my signature").click()
    assert rush.total() == 1
    page.get_by_role("button", name="Yes, take it back").click()
    page.get_by_role("heading", name="Your signature is taken back").wait_for()
    assert rush.total() == 0


def test_somebody_comments_on_parts_of_a_text_and_takes_one_back(
    world: World, person: BrowserContext
) -> None:
    table = a_consulting(world, world.user("coordinator"))
    table.open(read_by="commenters_named")
    table.comment("Gia", "A date.")
    with browsers.served(world.app) as place:
        page = person.new_page()
        page.goto(f"{place}/r/{table.secret('Ada')}")
        thread = page.get_by_role("region", name="Comment: Gia Specimen")
        thread.get_by_text("Reply", exact=True).click()
        thread.get_by_label("Your reply").fill("The first of June.")
        page.get_by_text("Comment or suggest").last.click()
        page.get_by_label("What you think of this part").last.fill("Which windows?")
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_text("What you wrote has arrived").wait_for()
        assert table.words() == [("A date.", ["The first of June."]), ("Which windows?", [])]

        own = page.get_by_role("region", name="Comment: You")
        own.get_by_role("button", name="Take back").click()
        page.get_by_text("It is taken back").wait_for()
        assert table.words() == [("A date.", ["The first of June."])]
        assert person.cookies() == []


def test_a_member_approves_with_a_reservation_and_hands_it_on(
    world: World, person: BrowserContext
) -> None:
    table = a_sign_off(world, world.user("coordinator"))
    table.open()
    with browsers.served(world.app) as place:
        page = person.new_page()
        page.goto(place + page_of(table, "Bob"))
        page.locator(".reserve summary").first.click()
        page.get_by_label("What you do not share").first.fill("Not this.")
        page.get_by_label("We approve, with reservations").check()
        page.get_by_label("Print our reservations").check()
        page.get_by_label("By name").check()
        page.get_by_role("button", name="Send the answer").click()
        page.get_by_text("Your answer has arrived").wait_for()
        assert table.state("Salt") == "reserved"

        page.goto(place + page_of(table, "Cyd"))
        page.get_by_role("heading", name="Should somebody else answer?").click()
        page.get_by_label("Your colleague's name").fill("Dee")
        page.get_by_label("Their e-mail").fill("dee@specimen.example")
        page.get_by_role("button", name="Hand it over").click()
        page.get_by_text("colleague answers now").wait_for()
        page.goto(place + page_of(table, "Dee"))
        page.get_by_label("We decline").check()
        page.get_by_label("Reason").fill("Not our field.")
        page.get_by_role("button", name="Send the answer").click()
        page.get_by_text("Your answer has arrived").wait_for()
    assert table.state("Water") == "declined"


def test_an_organisation_joins(rush: Rush, place: str, person: BrowserContext) -> None:
    facts = {"name": "Bea Specimen", "email": "bea@specimen.example", "language": "en"}
    made = rush.owner.post(f"/v1/coalitions/{rush.coalition}/invitations", facts)
    page = person.new_page()
    page.goto(f"{place}/j/{secret_of(rush.world, 'invitation.answer', made['id'])}")
    page.get_by_label("Name of the organisation").fill("Specimen Committee")
    page.get_by_label("Country").select_option("KZ")
    page.get_by_label("I may commit this organisation").check()
    page.get_by_role("button", name="Join").click()
    page.get_by_role("heading", name="Welcome").wait_for()

    members = rush.owner.get(f"/v1/coalitions/{rush.coalition}/members")["items"]
    assert len(members) == 1


def test_what_is_wrong_is_read_first_and_leads_to_its_field(
    rush: Rush, place: str, person: BrowserContext
) -> None:
    page = person.new_page()
    page.goto(f"{place}/s/{rush.address}?language=ru")
    page.get_by_label("Имя", exact=True).fill("Ада Образцова")
    page.get_by_role("button", name="Подписать").click()
    wrong = page.get_by_role("alert")
    wrong.wait_for()
    assert page.title().startswith("Ошибка")
    wrong.get_by_role("link", name="Электронная почта").click()

    assert page.url.endswith("#f-email")
    assert page.get_by_label("Имя", exact=True).input_value() == "Ада Образцова"


def test_fields_of_an_organisation_wait_until_they_are_wanted(
    rush: Rush, place: str, person: BrowserContext
) -> None:
    page = person.new_page()
    page.goto(f"{place}/s/{rush.address}")
    field = page.get_by_label("Name of the organisation")
    consent = page.locator("#c-name")

    assert not field.is_visible()
    assert not consent.is_visible()
    page.get_by_label("I sign for an organisation").check()
    page.get_by_label("Full name").check()
    assert field.is_visible()
    assert consent.is_visible()


def test_the_browser_proves_work_while_a_person_types(
    rush: Rush, place: str, chromium: Browser
) -> None:
    with browsers.phone(chromium) as context:
        page = context.new_page()
        page.goto(f"{place}/s/{rush.address}")
        page.get_by_role("textbox", name="Name", exact=True).press_sequentially("Ada Specimen")
        expect(page.locator("[name=proof]")).not_to_have_value("")
        proof = page.locator("[name=proof]").input_value()

    answer = rush.sent("ada@specimen.example", proof=proof)
    assert answer.status == 202, answer.body
    again = rush.sent("bea@specimen.example", proof=proof)
    assert again.status != 202  # it is good once


@pytest.mark.parametrize(("cost", "prefix"), [(1, "00"), (3, "0a"), (1, "000"), (2, "")])
def test_the_script_solves_what_the_library_asks(chromium: Browser, cost: int, prefix: str) -> None:
    challenge = altcha.create_challenge("SHA-256", cost, key_prefix=prefix, hmac_secret=SECRET)
    with browsers.served(_shelf()) as place, browsers.phone(chromium) as context:
        context.route("**/challenge", lambda route: route.fulfill(json=challenge.to_dict()))
        page = context.new_page()
        page.goto(f"{place}/en-summit-twin-open")
        page.locator("#f-name").press_sequentially("A")
        expect(page.locator("[name=proof]")).not_to_have_value("")
        proof = page.locator("[name=proof]").input_value()

    assert altcha.verify_solution(proof, SECRET).verified


def test_without_an_answer_to_the_script_the_form_is_sent_as_it_is(
    rush: Rush, place: str, chromium: Browser
) -> None:
    with browsers.phone(chromium) as context:
        context.route("**/challenge", lambda route: route.abort())
        page = context.new_page()
        page.goto(f"{place}/s/{rush.address}")
        page.get_by_role("textbox", name="Name", exact=True).fill("Ada Specimen")
        page.get_by_role("button", name="Sign").click()
        page.get_by_role("alert").wait_for()


@pytest.mark.parametrize(("language", "case", "scheme"), COMBINED)
def test_axe_finds_nothing_and_no_page_is_wider_than_a_phone(
    chromium: Browser, language: str, case: str, scheme: str
) -> None:
    axe, found = Axe(), []
    with (
        browsers.served(_shelf()) as place,
        browsers.phone(chromium, color_scheme=scheme) as context,
    ):
        page = context.new_page()
        page.on("console", lambda said: found.append(f"{page.url}: {said.text}"))
        for name in _all(language, case):
            page.goto(f"{place}/{language}-{case}-{name}")
            found += [f"{name}: {each}" for each in browsers.faults_of(page, axe)]

    assert not found, "\n".join(found)


@cache
def _all(language: str, case: str) -> dict[str, str]:
    return dict(every(language, case))


def _shelf() -> Callable[..., Any]:
    """Return an app that serves every page with invented facts."""

    @Request.application
    def shelf(request: Request) -> Response:
        name = request.path.removeprefix("/")
        headers = {"Content-Security-Policy": POLICY}
        if name.endswith(".css"):
            return Response(pages.style("#0b5563"), mimetype="text/css")
        if name.endswith(".js"):
            return Response(pages.small(name.rpartition("/")[2]), mimetype="text/javascript")
        language, _, rest = name.partition("-")
        for case in ("summit-twin", "persian", "russian"):
            if rest.startswith(case):
                html = _all(language, case)[rest.removeprefix(f"{case}-")]
                return Response(html, mimetype="text/html", headers=headers)
        return Response("", 404)

    return shelf
