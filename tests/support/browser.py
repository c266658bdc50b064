"""Debian's Chromium for tests, as a person's phone, and a server for it on loopback."""

from __future__ import annotations

import shutil
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import Browser, BrowserContext, Frame, Page

ARGUMENTS = [
    "--no-sandbox",  # a container's root has none
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}


def started() -> Iterator[Browser]:
    """Yield a browser, and stop it; where there is none, leave the test out."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("No Chromium is installed to look at the pages: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def phone(browser: Browser, **settings: Any) -> Iterator[BrowserContext]:
    """Yield a phone's browser without a past."""
    context = browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type] # a dict of the shape
        device_scale_factor=1,
        reduced_motion="reduce",
        **{"locale": "en-GB", **settings},
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()


def until(where: Page | Frame, holds: str, within: float = 15) -> None:
    """Wait until an expression holds in a page.

    `wait_for_function` asks again by `eval`, which the policies of our pages forbid: it works
    only where the first answer is yes.
    """
    ends = time.monotonic() + within
    while not where.evaluate(holds):
        assert time.monotonic() < ends, f"After {within} s this does not hold: {holds}"
        where.wait_for_timeout(50)


_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# What is pressed is at least 44 pixels high, but for links inside of running text.
_SMALL = """
[...document.querySelectorAll("button, .button, select, input, summary, .onward")]
  .filter(one => !one.closest(".trap") && one.type != "hidden" && one.getClientRects().length)
  .map(one => [one, one.matches("[type=checkbox], [type=radio]") ? one.labels[0] || one : one])
  .filter(([, felt]) => felt.getBoundingClientRect().height < 44)
  .map(([one]) => one.outerHTML.slice(0, 80))
"""


def faults_of(page: Page, axe: Axe) -> list[str]:
    """Return what keeps people from using a page on a phone, with all that it folds opened."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = [_told(each) for each in axe.run(page, options=_RULES).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > (page.viewport_size or PHONE)["width"]:
        found.append(f"It is {wide} pixels wide.")
    return found + [f"small target: {one}" for one in page.evaluate(_SMALL)]


def _told(violation: dict[str, Any]) -> str:
    nodes = [node["html"][:120] for node in violation["nodes"][:3]]
    return f"{violation['id']} {nodes}"


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any, **__: Any) -> None:
        pass


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve a WSGI app by threads on a free port; yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
