"""People who sign in at the desk: their browsers, the letters that they get, and their visits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.accounts import rules, service
from api.accounts.rules import NOTICED, Browser
from api.accounts.service import challenges, passkeys, sessions, signing_in
from api.infra.database.transactions import reading, transaction
from api.infra.mail import letters
from api.infra.mail.letters import Facts, Letter
from api.infra.security import secret_tokens
from tests.support import once
from tests.support.authenticator import Authenticator
from tests.support.signing import a_network

if TYPE_CHECKING:
    from api.accounts.service.sessions import Visit
    from tests.conftest import World
    from tests.support.client import Client


@dataclass(frozen=True)
class SignInLetter:
    """What a letter says to whom it signs in."""

    to: str
    secret: str
    code: str


def a_browser(**facts: str) -> Browser:
    """Return a browser that nobody used before, in a network of its own."""
    known = Browser(secret_tokens.new_secret(), "Firefox, Linux", a_network())
    return replace(known, **facts)


def a_person(world: World, name: str = "Kestrel") -> str:
    """Enter a person who works here; return the address."""
    email = f"{name.lower()}-{once.a_name()}@specimen.example"
    with world.app.app_context():
        service.create_user(email, name)
    return email


def a_role_of(world: World, owner: Client, coalition: str, role: str = "editor") -> str:
    """Give a new person a role; return the address."""
    email = a_person(world)
    body = {"email": email, "name": "K. Kestrel", "role": role}
    assert owner.post(f"/v1/coalitions/{coalition}/roles", body).status == 201
    return email


def asked(world: World, email: str, browser: Browser) -> SignInLetter | None:
    """Ask for the letter that signs in, and return it; None: there is none."""
    with world.app.app_context():
        signing_in.ask(email, browser, "en")
    found = letters_to_sign_in(world)
    return found[-1] if found else None


def letters_to_sign_in(world: World) -> list[SignInLetter | None]:
    """Return what the letters say that were asked for, in their order; None: it is not written."""
    with world.app.app_context(), reading() as session:
        query = select(Letter).where(Letter.kind == rules.SIGN_IN)
        rows = session.scalars(query.order_by(Letter.created_at, Letter.id)).all()
        found = [letters.facts_of(session, row.kind, row.object_id) for row in rows]
    return [None if each is None else _letter(each) for each in found]


def _letter(facts: letters.Facts) -> SignInLetter:
    link = str(facts.facts["link"])
    return SignInLetter(facts.to, link.rpartition("/")[2], str(facts.facts["code"]))


def signed_in(world: World, email: str, browser: Browser | None = None) -> str:
    """Sign a person in by a letter; return the session's secret."""
    browser = browser or a_browser()
    letter = asked(world, email, browser)
    assert letter is not None
    with world.app.app_context():
        return signing_in.by_link(letter.secret, browser)


def a_session(world: World, email: str) -> str:
    """Sign a person in; return the session's id."""
    return str(visiting(world, signed_in(world, email)).session_id)


def visit(world: World, secret: str) -> Visit | None:
    """Return who comes with a session's secret."""
    with world.app.app_context():
        return sessions.opened(secret)


def visiting(world: World, secret: str) -> Visit:
    """Return who comes with the secret of a session that is there."""
    found = visit(world, secret)
    assert found is not None
    return found


def a_passkey(world: World, email: str, device: Authenticator | None = None) -> Authenticator:
    """Add a passkey to a person, right after a sign-in."""
    device = device or Authenticator()
    here = visiting(world, signed_in(world, email))
    with world.app.app_context():
        passkeys.register(here, device.create(passkeys.offer(here)), "My phone")
    return device


def led_to_a_provider(world: World) -> None:
    """Keep what a browser is led to a provider with."""
    browser, state = a_browser(), secret_tokens.new_secret()
    facts = {"nonce": "specimen", "verifier": "specimen"}
    lasts = rules.PROVIDER_LASTS
    with world.app.app_context(), transaction() as session:
        challenges.issue(session, rules.PROVIDER, state, browser.secret, lasts, facts)


def letters_of_access(world: World, kind: str = NOTICED) -> list[Facts]:
    """Return what letters about people's own access say, in their order."""
    with world.app.app_context(), reading() as session:
        query = select(Letter).where(Letter.kind == kind).order_by(Letter.created_at, Letter.id)
        rows = session.scalars(query).all()
        found = [letters.facts_of(session, row.kind, row.object_id) for row in rows]
        return [each for each in found if each is not None]
