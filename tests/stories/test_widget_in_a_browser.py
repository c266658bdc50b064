"""People sign on other people's sites: in the element and in the frame, in a browser."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.wrappers import Request, Response

from api.config import share
from tests import browser as browsers
from tests.signing import Rush, a_rush

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.conftest import World

TOLD = "https://sign.specimen.example"  # by the demo page
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
HOST = """<!DOCTYPE html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>A site</title>
<link rel="icon" href="data:,"><script src="{script}" {more} defer></script></head>
<body><main><h1>A site</h1><undersigned-form statement="{statement}">
<a href="{statement}">Sign there</a></undersigned-form></main></body></html>"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    for found in browsers.started():
        if found is None:
            browsers.leave_out()
        yield found


@pytest.fixture
def rush(world: World) -> Rush:
    return a_rush(world, world.user("coordinator"))


@pytest.fixture
def place(rush: Rush) -> Iterator[str]:
    with browsers.served(rush.world.app) as address:
        yield address


@pytest.fixture
def person(chromium: Browser) -> Iterator[BrowserContext]:
    with browsers.phone(chromium) as context:
        yield context


def allow(rush: Rush, *sites: str) -> None:
    path = f"/v1/coalitions/{rush.coalition}"
    assert rush.owner.patch(path, {"origins": list(sites)}).status == 200


@contextmanager
def a_site(rush: Rush, place: str, pages: dict[str, str]) -> Iterator[str]:
    """Serve somebody else's pages from another port, as strict as a site can be."""
    policy = (
        f"default-src 'none'; script-src {place}; connect-src {place}; frame-src {place};"
        " style-src 'self'; img-src data:; require-trusted-types-for 'script'; trusted-types"
    )

    @Request.application
    def site(request: Request) -> Response:
        name = request.path.removeprefix("/")
        kind = "text/css" if name.endswith(".css") else "text/html"
        headers = {"Content-Security-Policy": policy}
        found = pages.get(name)
        return Response(found, 200 if found else 404, mimetype=kind, headers=headers)

    with browsers.served(site) as address:
        allow(rush, address)
        yield address


def host(rush: Rush, place: str, **facts: str) -> str:
    facts = {
        "language": "en",
        "direction": "ltr",
        "script": f"{place}/widget.js",
        "more": "",
        "statement": f"{place}/s/{rush.address}",
        **facts,
    }
    return HOST.format(**facts)


def demo(rush: Rush, place: str) -> dict[str, str]:
    """Return the demo's page and style, at our own statement."""
    pages = {}
    for name in ("index.html", "site.css"):
        text = share("docs", "demo", "site", name).read_text("utf-8")
        pages[name] = text.replace("specimen-appeal-k3w7q9xz", rush.address).replace(TOLD, place)
    return pages


def fill_in(form: Any) -> None:
    form.get_by_role("textbox", name="Name", exact=True).fill("Ada Specimen")
    form.get_by_label("E-mail").fill("ada@specimen.example")
    form.get_by_label("Country", exact=True).select_option("KZ")
    form.get_by_label("Full name").check()
    for box in form.get_by_role("group", name="Your consent").get_by_role("checkbox").all():
        box.check()


def complaints(page: Page) -> list[str]:
    """Return a list that grows by what the browser complains of."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


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
