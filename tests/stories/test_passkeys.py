"""Passkeys: who unlocks a device signs in by it; nobody by what was made elsewhere or before."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import time_machine

from api.accounts import rules
from api.accounts.service import passkeys, sessions
from api.config import is_named_safely
from api.errors import NotFound
from api.infra import clock
from api.infra.runtime import EXTENSION
from tests.support.authenticator import ORIGIN, PRESENT, VERIFIED, Authenticator
from tests.support.builders import a_coalition
from tests.support.people import (
    a_browser,
    a_passkey,
    a_person,
    a_role_of,
    letters_of_access,
    signed_in,
    visit,
    visiting,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.accounts.rules import Browser
    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture(autouse=True)
def named(world: World) -> Iterator[None]:
    """The app at an address that passkeys take."""
    before = world.app.extensions[EXTENSION]
    settings = replace(before.settings, public_url=ORIGIN)
    world.app.extensions[EXTENSION] = replace(before, settings=settings)
    yield
    world.app.extensions[EXTENSION] = before


def asked(world: World, browser: Browser) -> str:
    with world.app.app_context():
        return passkeys.challenge(browser)


def signed(world: World, answer: str, browser: Browser) -> str | None:
    """Sign in by what a device signed; None: it is refused."""
    with world.app.app_context():
        try:
            return passkeys.sign_in(answer, browser)
        except passkeys.PasskeyRefused:
            return None


def test_a_passkey_signs_its_person_in_without_a_letter(world: World) -> None:
    email, browser = a_person(world), a_browser()
    device = a_passkey(world, email)

    secret = signed(world, device.get(asked(world, browser)), browser)
    again = signed(world, device.get(asked(world, browser)), browser)

    assert secret
    assert again
    (facts,) = letters_of_access(world)  # of the passkey, and of no sign-in with it
    assert (facts.to, facts.facts["what"]) == (email, "passkey")
    found = visiting(world, secret)
    with world.app.app_context():
        sessions.must_be_fresh(found)
        (shown,) = passkeys.of(found.actor)
        (mine, *_) = sessions.of(visiting(world, again).actor)
    assert (shown.label, bool(shown.last_used_at), mine.means) == ("My phone", True, "passkey")


def test_what_is_asked_for_is_a_passkey_that_is_found_by_itself_and_wants_to_be_unlocked(
    world: World,
) -> None:
    email, device = a_person(world), Authenticator()
    here = visiting(world, signed_in(world, email))
    with world.app.app_context():
        offered = json.loads(passkeys.offer(here))
    a_passkey(world, email, device)
    with world.app.app_context():
        second = json.loads(passkeys.offer(here))
        challenge = json.loads(passkeys.challenge(a_browser()))

    assert offered["rp"]["id"] == challenge["rpId"] == "localhost"
    chosen = offered["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert challenge["userVerification"] == "required"
    assert challenge["allowCredentials"] == []  # it tells nobody who has one
    assert (len(offered["excludeCredentials"]), len(second["excludeCredentials"])) == (0, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://localhost:5001"},
        {"origin": "https://specimen.example"},
        {"place": "specimen.example"},
        {"flags": PRESENT},  # whoever holds the phone
        {"flags": VERIFIED},
        {"client": {"crossOrigin": True}},
        {"client": {"type": "webauthn.create"}},
        {"client": {"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}},
        {"user_handle": UUID(int=7).bytes},
        {"credential_id": bytes(32)},
        {"key": Authenticator().key},
    ],
    ids=lambda wrong: next(iter(wrong)),  # a key has another name in each process
)
def test_what_a_passkey_did_not_sign_for_here_and_now_signs_nobody_in(
    world: World, wrong: dict[str, object]
) -> None:
    email, browser = a_person(world), a_browser()
    device = a_passkey(world, email)
    good = {name: getattr(device, name) for name in wrong}

    for name, value in wrong.items():
        setattr(device, name, value)
    assert signed(world, device.get(asked(world, browser)), browser) is None

    for name, value in good.items():
        setattr(device, name, value)
    assert signed(world, device.get(asked(world, browser)), browser)


def test_an_answer_is_good_once_in_the_browser_that_was_asked_and_for_a_while(
    world: World,
) -> None:
    email, browser = a_person(world), a_browser()
    device = a_passkey(world, email, Authenticator(counts=False))
    stolen = device.get(asked(world, browser))
    late = device.get(asked(world, browser))

    assert signed(world, stolen, a_browser()) is None
    with ThreadPoolExecutor(3) as pool:
        said = list(pool.map(lambda _: signed(world, stolen, browser), range(6)))
    with time_machine.travel(clock.now() + rules.PASSKEY_LASTS + timedelta(seconds=1)):
        assert signed(world, late, browser) is None

    assert len([each for each in said if each]) == 1


def test_a_device_that_counts_less_than_before_is_a_copy(world: World) -> None:
    email, browser = a_person(world), a_browser()
    device = a_passkey(world, email)
    for _ in range(3):
        assert signed(world, device.get(asked(world, browser)), browser)

    device.count = 1

    assert signed(world, device.get(asked(world, browser)), browser) is None


def test_a_passkey_is_added_right_after_a_sign_in_and_by_who_was_asked(world: World) -> None:
    email, device = a_person(world), Authenticator()
    here = visiting(world, signed_in(world, email))
    other = visiting(world, signed_in(world, a_person(world, "Plover")))
    with world.app.app_context():
        offered = passkeys.offer(here)
        for wrong in (
            device.create(_with_challenge(offered, passkeys.challenge(a_browser()))),
            replace(device, origin="https://specimen.example").create(passkeys.offer(here)),
            replace(device, flags=PRESENT).create(passkeys.offer(here)),
            "{}",
            "[",
        ):
            with pytest.raises(passkeys.PasskeyRefused):
                passkeys.register(here, wrong, "My phone")
        with pytest.raises(passkeys.PasskeyRefused):
            passkeys.register(other, device.create(offered), "My phone")
        passkeys.register(here, device.create(offered), "My phone")
        with pytest.raises(passkeys.PasskeyRefused):
            passkeys.register(here, device.create(offered), "Once more")
        with pytest.raises(passkeys.PasskeyRefused):
            passkeys.register(other, device.create(passkeys.offer(other)), "Of another")
    with time_machine.travel(clock.now() + rules.FRESH + timedelta(seconds=1)):
        late = visiting(world, here.secret)
        with world.app.app_context(), pytest.raises(sessions.NotFresh):
            passkeys.offer(late)


def _with_challenge(offered: str, other: str) -> str:
    """Return what was offered with the challenge of something else."""
    return json.dumps({**json.loads(offered), "challenge": json.loads(other)["challenge"]})


def test_a_passkey_is_removed_by_its_person_only(world: World) -> None:
    email, browser = a_person(world), a_browser()
    device = a_passkey(world, email)
    mine = visiting(world, signed_in(world, email)).actor
    other = visiting(world, signed_in(world, a_person(world, "Plover"))).actor

    with world.app.app_context():
        (shown,) = passkeys.of(mine)
        assert passkeys.of(other) == []
        with pytest.raises(NotFound):
            passkeys.remove(other, shown.id)
        passkeys.remove(mine, shown.id)
    assert signed(world, device.get(asked(world, browser)), browser) is None


def test_a_passkey_from_before_all_access_was_ended_does_not_bring_it_back(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    email, browser = a_role_of(world, owner, coalition), a_browser()
    device = a_passkey(world, email)
    assert owner.post(f"/v1/coalitions/{coalition}/access-revocations").status == 204

    secret = signed(world, device.get(asked(world, browser)), browser)
    assert secret
    held = visiting(world, secret)
    another = Authenticator()
    with world.app.app_context():  # nor one that is added by it
        passkeys.register(held, another.create(passkeys.offer(held)), "Another")
    later = signed(world, another.get(asked(world, browser)), browser)
    assert later

    assert held.actor.roles == visiting(world, later).actor.roles == {}
    assert held.cut == {UUID(coalition)}
    anew = a_passkey(world, email)
    secret = signed(world, anew.get(asked(world, browser)), browser)
    assert secret
    assert visiting(world, secret).actor.roles == {UUID(coalition): "editor"}


def test_nothing_of_a_passkey_that_people_wrote_stands_in_clear(world: World) -> None:
    device, here = Authenticator(), visiting(world, signed_in(world, a_person(world)))
    with world.app.app_context():
        passkeys.register(here, device.create(passkeys.offer(here)), "Canary's phone")

    assert b"Canary" not in world.dump()
    assert visit(world, here.secret)


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("https://statements.specimen.example", 1),
        ("http://statements.specimen.example", 0),
        ("http://localhost:5000", 1),
        ("http://127.0.0.1:5000", 0),
        ("https://192.0.2.7", 0),
        ("https://[2001:db8::7]", 0),
    ],
)
def test_browsers_take_passkeys_where_there_is_a_name(
    world: World, address: str, taken: int
) -> None:
    settings = world.app.extensions[EXTENSION].settings

    assert is_named_safely(replace(settings, public_url=address)) is bool(taken)
