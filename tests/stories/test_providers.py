"""Signing in by a provider of OpenID Connect: for a verified address of a user, once, and here."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
import time_machine
from joserfc.jwk import ECKey, OctKey

from api import config
from api.accounts import rules
from api.accounts.service import providers, sessions
from api.infra import clock
from api.infra.net.egress import Egress
from api.infra.runtime import EXTENSION
from tests.support.builders import a_coalition
from tests.support.oidc_provider import CLIENT, SECRET, Provider, named
from tests.support.people import a_browser, a_person, visiting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.accounts.rules import Browser
    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def provider(world: World) -> Iterator[Provider]:
    with named(world) as found:
        yield found


def led_to(world: World, browser: Browser) -> str:
    with world.app.app_context():
        return providers.start(browser)


def signed(world: World, browser: Browser, given: dict[str, str]) -> str | None:
    """Sign in by what comes back; None: it is refused."""
    with world.app.app_context():
        try:
            return providers.finish(browser, given)
        except providers.ProviderRefused:
            return None


def test_a_provider_signs_in_the_user_of_the_address_that_it_vouches_for(
    world: World, provider: Provider
) -> None:
    email, browser = a_person(world), a_browser()
    address = led_to(world, browser)

    secret = signed(world, browser, provider.agreed(address, email.upper()))

    asked = dict(parse_qsl(urlsplit(address).query))
    assert asked["scope"] == "openid email"
    assert (asked["code_challenge_method"], asked["client_id"]) == ("S256", CLIENT)
    assert asked["redirect_uri"].endswith("/desk/sign-in/provider")
    assert secret
    found = visiting(world, secret)
    with world.app.app_context():
        assert providers.offered() == "Specimen ID"
        (shown,) = sessions.of(found.actor)
        assert shown.means == "provider"
        # It may have vouched for who signed in with it hours ago.
        with pytest.raises(sessions.NotFresh):
            sessions.must_be_fresh(found)


@pytest.mark.parametrize(("told", "is_proof"), [(-60, False), (None, False), (60, True)])
def test_a_provider_proves_who_it_is_from_when_its_person_signed_in_there(
    world: World, provider: Provider, owner: Client, told: int | None, *, is_proof: bool
) -> None:
    """Whoever holds a seized computer is still signed in with the provider."""
    coalition = a_coalition(owner)
    assert owner.post(f"/v1/coalitions/{coalition}/access-revocations").status == 204
    provider.claims = {"auth_time": told and int(clock.now().timestamp()) + told}
    browser = a_browser()

    secret = signed(world, browser, provider.agreed(led_to(world, browser), owner.email))

    assert secret
    assert (UUID(coalition) in visiting(world, secret).actor.roles) is is_proof


def test_a_provider_that_wants_its_secret_in_the_body_or_tells_the_address_later_does_as_well(
    world: World, provider: Provider
) -> None:
    email, browser = a_person(world), a_browser()
    provider.about = {
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "userinfo_endpoint": f"{provider.issuer}/userinfo",
    }
    provider.claims = {"email": None, "email_verified": None}
    provider.userinfo = {"sub": "kestrel", "email": email, "email_verified": True}

    assert signed(world, browser, provider.agreed(led_to(world, browser), email))
    provider.about["token_endpoint_auth_methods_supported"] = None
    assert signed(world, browser, provider.agreed(led_to(world, browser), email))
    provider.userinfo["sub"] = "plover"
    assert signed(world, browser, provider.agreed(led_to(world, browser), email)) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@specimen.example"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": None},
        {"email": ["a", "b"]},
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"iss": "https://id.specimen.example"},
        {"exp": 1_700_000_000},
        {"iat": None},
        {"sub": None},
    ],
    ids=str,
)
def test_what_a_provider_says_otherwise_signs_nobody_in(
    world: World, provider: Provider, claims: dict[str, Any]
) -> None:
    email, browser = a_person(world), a_browser()
    provider.claims = claims

    assert signed(world, browser, provider.agreed(led_to(world, browser), email)) is None
    provider.claims = {}
    assert signed(world, browser, provider.agreed(led_to(world, browser), email))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ECKey.generate_key("P-256", {"kid": "one"}), "ES256"),
        (OctKey.import_key(SECRET.ljust(32)), "HS256"),
        (None, "none"),
    ],
    ids=["of another", "by our secret", "by nobody"],
)
def test_what_the_provider_did_not_sign_with_its_key_signs_nobody_in(
    world: World, provider: Provider, key: ECKey | OctKey | None, algorithm: str
) -> None:
    email, browser = a_person(world), a_browser()
    provider.signs_with, provider.algorithm = key, algorithm

    assert signed(world, browser, provider.agreed(led_to(world, browser), email)) is None


def test_a_yes_is_good_once_in_the_browser_that_was_led_there_and_for_a_while(
    world: World, provider: Provider
) -> None:
    email, browser = a_person(world), a_browser()
    back = provider.agreed(led_to(world, browser), email)
    late = provider.agreed(led_to(world, browser), email)
    elsewhere = led_to(world, a_browser())

    # Whoever leads somebody here with a yes of their own signs them in as nobody.
    assert signed(world, a_browser(), back) is None
    assert signed(world, browser, {**back, "state": "another"}) is None
    assert signed(world, browser, {**back, "state": dict(parse_qsl(elsewhere))["state"]}) is None
    assert signed(world, browser, {"error": "access_denied", "state": back["state"]}) is None
    assert signed(world, browser, back) is None  # its state was used up
    with time_machine.travel(clock.now() + rules.PROVIDER_LASTS + timedelta(seconds=1)):
        assert signed(world, browser, late) is None
    again = provider.agreed(led_to(world, browser), email)
    assert signed(world, browser, again)
    assert signed(world, browser, again) is None


def test_a_yes_of_another_provider_is_none_of_this_one(world: World, provider: Provider) -> None:
    email, browser = a_person(world), a_browser()
    back = provider.agreed(led_to(world, browser), email, iss="https://id.specimen.example")

    assert signed(world, browser, back) is None


def test_a_code_is_taken_back_only_with_what_it_was_asked_with(
    world: World, provider: Provider
) -> None:
    email, browser = a_person(world), a_browser()
    first, second = led_to(world, browser), led_to(world, browser)
    mine, theirs = provider.agreed(first, email), provider.agreed(second, email)

    assert signed(world, browser, {**mine, "code": theirs["code"]}) is None


def test_only_addresses_of_the_operator_s_domains_are_vouched_for(world: World) -> None:
    email, browser = a_person(world), a_browser()
    for domains, is_in in ((("office.example",), False), (("specimen.example",), True)):
        with named(world, oidc_domains=domains) as provider:
            back = provider.agreed(led_to(world, browser), email)
            assert bool(signed(world, browser, back)) is is_in


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
def test_a_provider_that_answers_nothing_of_use_is_unavailable(
    world: World, provider: Provider, path: str
) -> None:
    email, browser = a_person(world), a_browser()
    back = provider.agreed(led_to(world, browser), email)
    provider.junk = {path}

    with world.app.app_context(), pytest.raises(providers.ProviderUnavailable):
        providers.finish(browser, back)


def test_a_provider_is_called_only_where_the_operator_lets_us_call(
    world: World, provider: Provider
) -> None:
    reached = world.app.extensions[EXTENSION]
    world.app.extensions[EXTENSION] = replace(reached, egress=Egress())

    with world.app.app_context(), pytest.raises(providers.ProviderUnavailable):
        providers.start(a_browser())
    assert provider.calls == []


def test_a_provider_is_named_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in (
        ("DATABASE_URL", f"sqlite:///{tmp_path}/db"),
        ("STORAGE_PATH", str(tmp_path)),
        ("MASTER_KEYS", "x"),
        ("OIDC_ISSUER", "https://id.specimen.example"),
    ):
        monkeypatch.setenv(f"UNDERSIGNED_{name}", value)

    with pytest.raises(config.BadSettings, match="OIDC_CLIENT_ID"):
        config.read()
