"""A coordinator does the whole job in a browser: from the set-up link to the last answer."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from api.accounts.service import setup
from api.desk.rules.frames import WORDS
from api.infra.net.egress import Egress
from api.infra.runtime import EXTENSION
from tests.support import browser as browsers, desk_story as story
from tests.support.desk import SESSION, session_of
from tests.support.desk_story import Story
from tests.support.hands import Finger, Keyboard, Mouse
from tests.support.smtp_server import Post, mail_at, server
from tests.support.story_texts import ENGLISH, RUSSIAN, Texts
from tests.support.tls import certificate
from tests.support.visitors import Mailboxes, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.conftest import World
    from tests.support.client import Client

# What it finds does not hang on the database.
pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)
WIDE = {"width": 1280, "height": 800}
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Way:
    """How somebody works: in which language, on what, by what, and whether scripts run."""

    texts: Texts
    hands: type[Mouse]
    locale: str = "en-GB"
    is_phone: bool = False
    has_scripts: bool = True

    @property
    def browser(self) -> dict[str, Any]:
        """The settings of a browser."""
        return {
            "viewport": browsers.PHONE if self.is_phone else WIDE,
            "is_mobile": self.is_phone,
            "has_touch": self.is_phone,
            "device_scale_factor": 1,
            "reduced_motion": "reduce",
            "locale": self.locale,
            "java_script_enabled": self.has_scripts,
        }


LONG = (pytest.mark.long, pytest.mark.timeout(1800))
WAYS = [
    pytest.param(Way(ENGLISH, Mouse), id="mouse", marks=pytest.mark.rest),
    pytest.param(Way(ENGLISH, Keyboard), id="keyboard alone", marks=LONG),
    pytest.param(Way(ENGLISH, Mouse, has_scripts=False), id="no scripts", marks=LONG),
    pytest.param(
        Way(ENGLISH, Keyboard, has_scripts=False), id="keyboard alone, no scripts", marks=LONG
    ),
    pytest.param(Way(RUSSIAN, Finger, "ru-RU", is_phone=True), id="Russian phone", marks=LONG),
    pytest.param(
        Way(RUSSIAN, Finger, "ru-RU", is_phone=True, has_scripts=False),
        id="Russian phone, no scripts",
        marks=LONG,
    ),
]


@pytest.fixture
def house(world: World) -> Iterator[str]:
    """The address of a server, which links in letters begin with, too."""
    before = world.app.extensions[EXTENSION]
    with browsers.served(world.app) as served:
        place = served.replace(HOST, "localhost")
        settings = replace(before.settings, public_url=place)
        egress = Egress(networks=(ip_network("127.0.0.0/8"),))
        world.app.extensions[EXTENSION] = replace(before, settings=settings, egress=egress)
        yield place
    world.app.extensions[EXTENSION] = before


@pytest.fixture
def mail(
    world: World, house: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mailboxes]:
    """The house's mail server, and one that the coalition may name: its port is the operator's."""
    del house
    shown, trusting = certificate(tmp_path, HOST)
    true = ssl.create_default_context  # with arguments it is the test's server that asks
    monkeypatch.setattr(
        ssl, "create_default_context", lambda **more: true(**more) if more else trusting
    )
    with server(Post()) as ours, server(Post(), tls=shown, at_once=True) as own:
        runtime = world.app.extensions[EXTENSION]
        egress = replace(runtime.egress, ports=frozenset({own.port}))
        world.app.extensions[EXTENSION] = replace(runtime, egress=egress)
        with mail_at(world, f"smtp://{HOST}:{ours.port}"):
            yield Mailboxes(world, (ours, own))


@contextmanager
def visitor(chromium: Browser, way: Way) -> Iterator[Visitor]:
    context = chromium.new_context(**way.browser)
    context.set_default_timeout(20_000)
    yield Visitor(context.new_page(), way.hands(), WORDS.said(way.texts.language))
    context.close()


@pytest.mark.parametrize("way", WAYS)
def test_from_the_set_up_link_to_the_answer_without_the_api(
    world: World, mail: Mailboxes, chromium: Browser, tmp_path: Path, way: Way
) -> None:
    with world.app.app_context():
        link = setup.link()
    with visitor(chromium, way) as ada, visitor(chromium, way) as reader:
        told = Story(ada, reader, mail, mail.servers[1].port, way.texts, tmp_path)
        story.found(told, link)
        story.set_mail(told)
        story.enter_cases(told)
        story.enter_demands(told)
        story.enter_addressee(told)
        story.bring_members(told)
        story.invite_members(told)
        if way.texts is ENGLISH:  # in which the templates are
            story.assemble(told)
        else:
            story.begin_with_own_words(told)
        story.write(told)
        story.freeze(told)
        story.take_a_file_of_word_back(told)
        story.freeze(told, weight="material")
        story.ask_members(told)
        story.approve(told)
        story.publish(told)
        story.open_signing(told)
        story.sign(told)
        story.deliver(told)
        story.keep_the_answer(told)

        assert ada.wrong + reader.wrong == []
        by_hand = {path for path in ada.asked + reader.asked if path.startswith("/v1/")}
        assert {path for path in by_hand if not path.endswith("/challenge")} == set()
        assert len(mail.servers[1].took) > len(mail.servers[0].took)


def test_a_passkey_made_at_the_desk_signs_its_person_in(
    world: World, owner: Client, house: str, chromium: Browser
) -> None:
    with visitor(chromium, Way(ENGLISH, Keyboard)) as ada:
        tools = ada.page.context.new_cdp_session(ada.page)
        tools.send("WebAuthn.enable")
        device = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
        }
        tools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
        cookie = {"name": SESSION, "value": session_of(world, owner.email), "secure": True}
        ada.page.context.add_cookies([{**cookie, "url": "https://localhost"}])  # type: ignore[typeddict-item] # a dict of the shape
        ada.open(f"{house}/desk/you")
        ada.follow("you.new_passkey")
        ada.fill("you.passkey_label", "Specimen phone")
        ada.press("you.make_passkey")
        ada.sees("said.passkey_added", "Specimen phone")

        rail = ada.page.get_by_role("banner")
        ada.lead(rail.get_by_role("button", name=ada.say("desk.sign_out")))
        ada.sees("said.signed_out")
        ada.open(f"{house}/desk/you")
        expect(ada.page).to_have_url(f"{house}/desk/sign-in?next=%2Fdesk%2Fyou")
        ada.press("sign_in.passkey")
        ada.sees("you.by_passkey", "Specimen phone")
        assert ada.wrong == []
