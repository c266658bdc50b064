"""A form that came after its session, in Chromium: after a sign-in beside it, it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import update

from api.accounts.models import DeskSession
from api.infra import clock
from api.infra.database.transactions import transaction
from tests.support import browser as browsers
from tests.support.builders import a_coalition
from tests.support.desk import SESSION, session_of
from tests.support.people import letters_to_sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.conftest import World
    from tests.support.client import Client


@pytest.mark.rest
@pytest.mark.parametrize("scripts", [True, False])
def test_what_was_typed_as_the_session_ended_is_sent_after_a_sign_in_in_a_new_tab(
    world: World, owner: Client, chromium: Browser, *, scripts: bool
) -> None:
    coalition = a_coalition(owner)
    path = f"/desk/{coalition}/settings/blocks"
    with (
        browsers.served(world.app) as served,
        browsers.phone(chromium, java_script_enabled=scripts) as person,
    ):
        place = served.replace("127.0.0.1", "localhost")
        cookie = {
            "name": SESSION,
            "value": session_of(world, owner.email),
            "url": "https://localhost",
            "secure": True,
        }
        person.add_cookies([cookie])  # type: ignore[list-item] # a dict of the shape
        page = person.new_page()
        page.goto(place + path)
        page.fill("[name=value]", "specimen.example")
        page.fill("[name=note]", "Robots: <b>many</b>.")
        with world.app.app_context(), transaction() as session:
            session.execute(update(DeskSession).values(ended_at=clock.now()))

        page.click("main form button.button")
        assert page.inner_text("h1") == "Your session has ended"
        if scripts:
            assert browsers.faults_of(page, Axe()) == []
        with person.expect_page() as opened:
            page.click("main a.button")
        tab = opened.value
        tab.fill("[name=email]", owner.email)
        tab.click("main button.button")
        letter = letters_to_sign_in(world)[-1]
        assert letter is not None
        tab.fill("[name=code]", letter.code)
        tab.click("main button.button")
        assert tab.url == place + path
        assert tab.query_selector("tbody") is None  # nothing was done by itself
        page.click("main form button.button")

        assert "It is blocked." in page.inner_text(".notice")
    (blocked,) = owner.get(f"/v1/coalitions/{coalition}/blocks")["items"]
    assert (blocked["value"], blocked["note"]) == ("specimen.example", "Robots: <b>many</b>.")
