"""What many stories begin with: a text that is signed in public, and who looks at its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import time_machine

from tests.support.signing import Rush, a_rush
from tests.support.signoffs import START, SigningOff, a_sign_off

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, BrowserContext

    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def rush(world: World, owner: Client) -> Rush:
    """A statement that everybody may sign."""
    return a_rush(world, owner)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The time on START; it stands until it is moved."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def text(world: World, clock: time_machine.Traveller) -> SigningOff:
    """A text with the members Bread (Ada), Salt (Bob) and Water (Cyd), on START."""
    del clock
    owner = world.user("owner")
    owner.token = owner.post("/v1/tokens", {"label": "tests", "days": 90})["secret"]
    return a_sign_off(world, owner)


@pytest.fixture
def browser(world: World) -> FlaskClient:
    """Who reads pages without running anything."""
    return world.app.test_client()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    from tests.support import browser  # noqa: PLC0415 # most stories need none, which takes a while

    yield from browser.started()


@pytest.fixture
def person(chromium: Browser) -> Iterator[BrowserContext]:
    """Somebody with a phone."""
    from tests.support import browser  # noqa: PLC0415 # see chromium

    with browser.phone(chromium) as context:
        yield context


@pytest.fixture
def place(rush: Rush) -> Iterator[str]:
    """The address of a server with the statement."""
    from tests.support import browser  # noqa: PLC0415 # see chromium

    with browser.served(rush.world.app) as address:
        yield address
