"""People read the guides and the reference in a browser: wide and on a phone, light and dark."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.conftest import World
from tests.support import browser as browsers
from tests.support.host_sites import RULES

WIDE = {"width": 1280, "height": 900}
PATHS = [
    "/",
    "/docs",
    "/docs/etags",
    "/docs/settings",
    "/docs/own-form",
    "/docs/search?q=signature",
    "/docs/search?q=xylophone",
    "/docs/reference",
    "/docs/reference/signing",
]
SECONDS = 2.0


@pytest.fixture
def place(worlds: dict[str, World]) -> Iterator[str]:
    with browsers.served(worlds["sqlite"].app) as address:
        yield address


def wrong(page: Page, width: int) -> list[str]:
    """Return what keeps somebody from reading: by axe, and by a page that is too wide."""
    seen = Axe().run(page, options=RULES).response["violations"]
    found = [f"{one['id']} {[node['html'][:120] for node in one['nodes'][:3]]}" for one in seen]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return found + ([f"{wide} pixels wide"] if wide > width else [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [browsers.PHONE, WIDE], ids=["phone", "wide"])
def test_everybody_can_read_them(
    place: str, chromium: Browser, size: dict[str, int], scheme: Any
) -> None:
    with browsers.phone(chromium, color_scheme=scheme) as context:
        page = context.new_page()
        page.set_viewport_size(size)  # type: ignore[arg-type] # a dict of the shape
        for path in PATHS:
            page.goto(place + path)
            assert wrong(page, size["width"]) == [], path
        assert context.cookies() == []


def test_a_person_finds_a_guide_by_words_without_scripts(place: str, chromium: Browser) -> None:
    with browsers.phone(chromium, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(place)
        page.get_by_role("link", name="All guides").click()
        page.get_by_role("searchbox").fill("if-match")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Change nothing that you have not seen").click()
        page.get_by_role("heading", name="ETags").wait_for()
        assert page.url.endswith("/docs/etags#change-nothing-that-you-have-not-seen")


def test_the_reference_opens_in_under_two_seconds(place: str, chromium: Browser) -> None:
    with browsers.phone(chromium) as context:
        page = context.new_page()
        page.set_viewport_size(WIDE)  # type: ignore[arg-type] # a dict of the shape
        page.goto(f"{place}/docs/reference")  # what a process does once in its life
        taken = []
        for path in ("/docs/reference", "/docs/reference/coalitions"):
            began = time.monotonic()
            page.goto(place + path, wait_until="load")
            page.get_by_role("heading", level=1).wait_for()
            taken.append(time.monotonic() - began)

        assert max(taken) < SECONDS, taken
