"""A web client at another origin, in a browser: the JavaScript of the quick start as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser
from werkzeug.wrappers import Request, Response

from api.app import create_app
from api.infra.database.transactions import db
from api.infra.runtime import EXTENSION
from api.infra.sandbox.pool import ChildPool
from tests.conftest import World
from tests.stories.test_quick_starts import blocks
from tests.support import browser as browsers
from tests.support.builders import a_coalition
from tests.support.host_sites import TOLD


@pytest.fixture
def world(worlds: dict[str, World]) -> Iterator[World]:
    """One app: what a browser lets a page do does not depend on its database."""
    found = worlds["sqlite"]
    yield found
    found.empty()


@Request.application
def site(_: Request) -> Response:
    return Response("<!DOCTYPE html><title>A desk</title>", mimetype="text/html")


def test_a_client_at_an_origin_that_the_operator_named_does_what_the_quick_start_shows(
    world: World, children: ChildPool, chromium: Browser
) -> None:
    owner = world.user("coordinator")
    coalition = a_coalition(owner, name="Old name")
    with browsers.served(site) as origin, browsers.served(site) as other:
        settings = world.app.extensions[EXTENSION].settings
        app = create_app(replace(settings, cors_origins=(origin,)), children)
        with browsers.served(app) as place, browsers.phone(chromium) as context:
            page = context.new_page()
            told = "\n".join(blocks("quick-start-web-developers.md", "js")).replace(TOLD, place)
            ends = "return [read.headers.get('ETag'), (await read.json()).name, key.length]"
            program = f"async ([token, id]) => {{ {told}\n{ends} }}"
            page.goto(origin)
            assert page.evaluate(program, [owner.token, coalition]) == ['"1"', "Old name", 36]
            page.goto(other)
            refused = f"{program[:-1].rsplit(ends, 1)[0]} }}"
            tried = f"args => ({refused})(args).then(() => 'let in', error => error.name)"
            assert page.evaluate(tried, [owner.token, coalition]) == "TypeError"
            assert context.cookies() == []
        with app.app_context():
            db.engine.dispose()

    assert owner.get(f"/v1/coalitions/{coalition}")["name"] == "New name"
    assert {each["slug"] for each in owner.get("/v1/coalitions")["items"]} >= {"specimen"}
