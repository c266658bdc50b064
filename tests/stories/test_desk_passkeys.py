"""A passkey at the desk: added, signed in by, seen and ended; and where browsers take none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.accounts.service import passkeys
from api.infra.runtime import EXTENSION
from tests.stories.test_passkeys import named
from tests.support.authenticator import Authenticator
from tests.support.desk import Desk, at_the_desk
from tests.support.people import letters_of_access

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

__all__ = ["named"]  # the app at an address that passkeys take
SIGN_IN = "/desk/sign-in"


@pytest.fixture
def ada(world: World, owner: Client) -> Desk:
    desk = at_the_desk(world, owner)
    desk.go("/desk/you/passkeys/new")
    return desk


def offered(desk: Desk) -> str:
    """Return what the page has its script ask the browser for."""
    return str(desk.page.tree.xpath("//form/@data-offer")[0])


def a_browser_that_was_asked(world: World) -> tuple[Desk, str]:
    """Return a new browser at the sign-in, and what a passkey is to sign in it."""
    desk = Desk(world)
    desk.go(SIGN_IN)
    path = desk.page.tree.xpath("//form/@data-challenge")[0]
    return desk, desk.http.post(path, data={"csrf": desk.proof}).text


def signs_in(world: World, device: Authenticator) -> bool:
    """Tell whether a passkey signs in with a new browser."""
    desk, asked = a_browser_that_was_asked(world)
    desk.submit("Sign in with a passkey", answer=device.get(asked))
    return desk.go("/desk/you").heading == "You"


def test_a_passkey_is_added_signs_in_and_is_ended(world: World, ada: Desk) -> None:
    device = Authenticator()

    page = ada.submit("Add it", label="My phone", answer=device.create(offered(ada)))
    assert page.notice == "The passkey is added. Next time it signs you in."
    (row,) = (each for each in page.rows if each[0] == "My phone")
    assert row[2] == "", "it was not used yet"
    assert signs_in(world, device)
    page = ada.go("/desk/you")
    (row,) = (each for each in page.rows if each[0] == "My phone")
    assert row[2] != ""
    assert {"Letter", "Passkey"} <= {each[1] for each in page.rows}

    page = ada.submit("Remove", beside="My phone")
    assert page.notice == "The passkey signs in nobody any more."
    assert [each for each in page.rows if each[0] == "My phone"] == []
    assert not signs_in(world, device)


def test_one_of_two_passkeys_is_ended(world: World, ada: Desk) -> None:
    phone, key = Authenticator(), Authenticator()
    ada.submit("Add it", label="My phone", answer=phone.create(offered(ada)))
    ada.go("/desk/you/passkeys/new")
    ada.submit("Add it", label="My key", answer=key.create(offered(ada)))

    ada.submit("Remove", beside="My phone")

    assert (signs_in(world, phone), signs_in(world, key)) == (False, True)


def test_whoever_adds_a_passkey_and_removes_it_at_once_is_told_of(
    world: World, owner: Client, ada: Desk
) -> None:
    ada.submit("Add it", label="Mine", answer=Authenticator().create(offered(ada)))
    ada.submit("Remove", beside="Mine")

    (letter,) = letters_of_access(world)

    assert (letter.to, letter.facts["what"]) == (owner.email, "passkey")


def test_what_another_place_or_nobody_made_is_not_added(world: World, ada: Desk) -> None:
    elsewhere = Authenticator(origin="https://evil.example")
    for answer in (elsewhere.create(offered(ada)), "{}", ""):
        page = ada.submit("Add it", label="My phone", answer=answer)
        assert page.status == 422
        assert "Try it again, or sign in by a letter." in page.text
        assert page.tree.xpath("//input[@name='label']/@value") == ["My phone"]
    assert [each for each in ada.go("/desk/you").rows if each[0] == "My phone"] == []
    assert letters_of_access(world) == []


def test_no_more_are_added_than_there_may_be(ada: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passkeys, "MOST_PASSKEYS", 1)
    ada.submit("Add it", label="My phone", answer=Authenticator().create(offered(ada)))

    page = ada.go("/desk/you/passkeys/new")

    assert (page.status, page.heading) == (409, "There are as many as there may be")
    assert "Remove a passkey that you do not use" in page.text


def test_what_a_passkey_signed_in_one_browser_signs_nobody_in_in_another(
    world: World, ada: Desk
) -> None:
    device = Authenticator(counts=False)
    ada.submit("Add it", label="My phone", answer=device.create(offered(ada)))
    mine, asked = a_browser_that_was_asked(world)
    other, _ = a_browser_that_was_asked(world)
    answer = device.get(asked)

    refused = other.submit("Sign in with a passkey", answer=answer)

    assert refused.status == 422
    assert "Try it again, or sign in by a letter." in refused.text
    assert other.go("/desk/you").heading != "You"
    assert mine.submit("Sign in with a passkey", answer=answer).status == 200
    assert mine.go("/desk/you").heading == "You"


@pytest.mark.parametrize("address", ["http://127.0.0.1:5000", "http://statements.specimen.example"])
def test_where_browsers_take_no_passkeys_none_is_offered(
    world: World, ada: Desk, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    assert offered(ada)
    runtime = world.app.extensions[EXTENSION]
    settings = replace(runtime.settings, public_url=address)
    monkeypatch.setitem(world.app.extensions, EXTENSION, replace(runtime, settings=settings))

    page = ada.go("/desk/you/passkeys/new")

    assert page.heading == "Add a passkey"
    assert "Browsers take passkeys only where the address is a name with https://" in page.text
    assert "Add it" not in page.buttons
    assert "Sign in with a passkey" not in Desk(world).go(SIGN_IN).buttons
