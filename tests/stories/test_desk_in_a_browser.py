"""Every screen of the desk in a browser: whoever opens it, on a phone or a wide one, can use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.contracts.scene import Scene
from tests.support import browser as browsers
from tests.support.desk import SESSION, session_of
from tests.support.desk_screens import screens

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Response

    from tests.conftest import World

# It opens every screen there is, twice, and axe takes a second or two for each.
pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
WIDE = {"width": 1280, "height": 800}
MOST_BYTES, MOST_REQUESTS = 150_000, 8  # of a first screen, with nothing kept from before


@pytest.mark.parametrize("language", ["en-GB", "ru-RU"])
def test_every_screen_can_be_used_on_a_phone_and_on_a_wide_one(
    world: World, chromium: Browser, language: str
) -> None:
    scene = Scene(world)
    found = [each for each in screens(scene) if "GET" in each.methods and not each.is_a_file]
    axe, wrong = Axe(), []
    with (
        browsers.served(world.app) as served,
        browsers.phone(chromium, locale=language) as person,
    ):
        place = served.replace("127.0.0.1", "localhost")
        secret = session_of(world, scene.owner.email)
        page = person.new_page()
        asked: list[Response] = []
        page.on("response", lambda answer: asked.append(answer))  # noqa: PLW0108 # none of C's
        for each in found:
            cookie = {"name": SESSION, "value": secret, "url": "https://localhost", "secure": True}
            person.clear_cookies()
            if not each.view.is_open:
                person.add_cookies([cookie])  # type: ignore[list-item] # a dict of the shape
            asked.clear()
            page.set_viewport_size(browsers.PHONE)  # type: ignore[arg-type] # as above
            policy = page.goto(place + each.path).headers.get("content-security-policy", "")  # type: ignore[union-attr] # it is another page
            size = sum(int(answer.headers.get("content-length", 0)) for answer in asked)
            if len(asked) > MOST_REQUESTS or size > MOST_BYTES:
                wrong.append(f"{each.path}: {len(asked)} requests, {size} bytes")
            wrong += [f"{each.path}: elsewhere" for one in asked if not one.url.startswith(place)]
            if "sandbox" in policy:  # a text or a picture in a frame, where axe's script would hang
                continue
            if page.evaluate("document.documentElement.lang") != language[:2]:
                wrong.append(f"{each.path}: not in the language of the browser")
            wrong += [f"{each.path}: {fault}" for fault in browsers.faults_of(page, axe)]
            page.set_viewport_size(WIDE)  # type: ignore[arg-type] # as above
            wrong += [f"{each.path}, wide: {fault}" for fault in browsers.faults_of(page, axe)]

    assert not wrong, "\n".join(wrong)
