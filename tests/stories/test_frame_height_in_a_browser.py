"""The form in a frame is as high as what is in it, so that no site scrolls inside of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.wrappers import Request, Response

from tests.support import browser as browsers
from tests.support.host_sites import allow, complaints, fill_in
from tests.support.signing import Rush

SITE = """<!DOCTYPE html><html lang="en"><head><title>A site</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="site.css">{script}</head><body><h1>A site</h1>
<iframe src="{place}/embed/{address}" title="Sign" width="100%" height="300"></iframe>
</body></html>"""
STYLE = "* { box-sizing: border-box } iframe { border: 3px solid; height: 300px }"
# How much of what is in the frame cannot be seen without scrolling inside.
HIDDEN = "document.documentElement.scrollHeight - document.documentElement.clientHeight"


@pytest.fixture(params=["", "late "], ids=["before the frame", "after the frame"])
def page(request: pytest.FixtureRequest, rush: Rush, chromium: Browser) -> Iterator[Page]:
    """A page of a site as strict as a site can be, with the form in a frame."""
    with browsers.served(rush.world.app) as place, browsers.phone(chromium) as context:
        policy = (
            f"default-src 'none'; script-src {place}; frame-src {place};"
            " style-src 'self'; img-src data:"
        )
        script = f'<script src="{place}/frame.js" defer></script>'
        html = SITE.format(script=script, place=place, address=rush.address)
        files = {"/": (html, "text/html"), "/site.css": (STYLE, "text/css")}

        @Request.application
        def site(asked: Request) -> Response:
            text, kind = files[asked.path]
            return Response(text, mimetype=kind, headers={"Content-Security-Policy": policy})

        with browsers.served(site) as address:
            allow(rush, address)
            found = context.new_page()
            if request.param:  # the script comes once the frame is there and has told all
                found.route("**/frame.js", _late)
            found.complaints = complaints(found)  # type: ignore[attr-defined] # for the tests
            found.goto(address)
            yield found


def _late(route: Any) -> None:
    time.sleep(0.8)
    route.continue_()


def all_is_seen(page: Page) -> None:
    browsers.until(page.frames[1], f"{HIDDEN} <= 0")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_frame_grows_and_shrinks_with_what_is_in_it(rush: Rush, page: Page) -> None:
    form = page.frame_locator("iframe")
    form.get_by_role("button", name="Sign", exact=True).wait_for()
    all_is_seen(page)
    high = page.locator("iframe").bounding_box()
    assert high is not None
    assert high["height"] > 1000

    form.get_by_label("I sign for an organisation").check()
    all_is_seen(page)
    higher = page.locator("iframe").bounding_box()
    assert higher is not None
    assert higher["height"] > high["height"]
    form.get_by_label("I sign for an organisation").uncheck()
    fill_in(form)
    form.get_by_role("button", name="Sign", exact=True).click()
    form.get_by_role("heading", name="Look into your mailbox").wait_for()
    all_is_seen(page)
    browsers.until(page, "document.querySelector('iframe').offsetHeight < 1000")
    top = page.locator("iframe").bounding_box()
    assert top is not None
    assert top["y"] > -1  # what was answered is in view
    assert page.complaints == []  # type: ignore[attr-defined]


def test_another_frame_of_the_site_and_another_sender_change_nothing(
    rush: Rush, page: Page
) -> None:
    form = page.frame_locator("iframe")
    form.get_by_role("button", name="Sign", exact=True).wait_for()
    all_is_seen(page)
    before = page.locator("iframe").bounding_box()
    page.evaluate("postMessage({undersigned: 'height', height: 7}, '*')")
    page.wait_for_timeout(200)

    assert page.locator("iframe").bounding_box() == before
