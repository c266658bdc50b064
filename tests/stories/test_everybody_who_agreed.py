"""One story with real servers: whoever agreed hears from us, whoever goes does not, and all agree.

Mailman's core, a mail server that takes no letter in the clear, a receiver of webhooks, a CSV and a
worker that is killed three times.
"""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from sqlalchemy import func, select

from api.connectors.models import Push, PushState
from api.infra.database.transactions import reading
from api.infra.mail.letters import Letter, LetterState
from api.infra.net.egress import Egress
from api.infra.runtime import EXTENSION
from api.webhooks.models import WebhookDelivery, WebhookDeliveryState
from tests.support import bounce_reports, mailman
from tests.support.builders import a_coalition, an_organisation, made
from tests.support.mailing_consents import TEXTS, page_of
from tests.support.signing import Rush, a_rush
from tests.support.smtp_server import Post, server
from tests.support.tls import certificate
from tests.support.webhook_receivers import Receiver, entered, later, receiver
from tests.support.workers import environment, working

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.config import Settings
    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.mailman import Core

pytestmark = pytest.mark.long
HOST, NEWS = "127.0.0.1", "news.specimen.example"
NETWORK = ip_network("127.0.0.0/8")
MANY, PATIENCE = 300, 240.0
TYPES = ["signature.confirmed_by_letter", "consent.taken_back", "signature.erased"]
LINK = re.compile(r"https?://\S+/c/([\w-]+)")
VISIBILITIES = ("public", "initials", "coalition", "anonymous")


def email(number: int) -> str:
    return f"p{number}@specimen.example"


# Every second person agrees to hear from the committee, every third from the union.
NEWS_OF_COMMITTEE = [email(number) for number in range(0, MANY, 2)]
NEWS_OF_UNION = [email(number) for number in range(0, MANY, 3)]
LEAVE, CLICK, BOUNCE, ERASED = 20, 10, 5, 3


@dataclass
class Story:
    """A coalition, its statement, and all who are told who signed it."""

    world: World
    owner: Client
    coalition: str
    core: Core
    post: Post
    hook: Receiver
    settings: Settings
    trust: Path
    rush: Rush = field(init=False)
    organisations: dict[str, str] = field(init=False)
    connectors: dict[str, str] = field(init=False)
    secret: str = field(init=False)
    in_file: set[str] = field(default_factory=set)  # whom a tool has that takes each file once
    seen: set[str] = field(default_factory=set)

    def begin(self) -> None:
        names = {"committee": "Specimen Committee", "union": "Specimen Union"}
        self.organisations = {
            key: an_organisation(self.owner, self.coalition, names={"en": name})
            for key, name in names.items()
        }
        ids = list(self.organisations.values())
        self.rush = a_rush(
            self.world, self.owner, coalition=self.coalition, mailing_organisation_ids=ids
        )
        server = {
            "host": HOST,
            "port": self.post.port,
            "sender": "letters@specimen.example",
            "returns": bounce_reports.RETURNS,
            "a_minute": 10_000,
            "a_minute_to_domain": 10_000,
        }
        path = f"/v1/coalitions/{self.coalition}"
        assert self.owner.send("PUT", f"{path}/mail-server", server).status == 200
        told = {"url": self.hook.url, "types": TYPES, "is_custodian": True}
        self.secret = entered(self.owner, self.coalition, **told)["secret"]
        mine = {"url": self.core.url, "user": "restadmin", "password": self.core.password}
        kinds = {
            "committee": ("mailman", {**mine, "list": NEWS}),
            "union": ("csv", {"every": "weekly"}),
        }
        self.connectors = {
            key: made(
                self.owner,
                f"{path}/connectors",
                {
                    "kind": kind,
                    "settings": settings,
                    "organisation_id": self.organisations[key],
                    "label": f"Letters of the {key}",
                },
            )
            for key, (kind, settings) in kinds.items()
        }

    def working(self) -> Any:
        return working(self.settings, SSL_CERT_FILE=str(self.trust))

    def sign(self, number: int) -> None:
        offered = self.rush.shown()["consents"]
        agreed = [
            {key: each[key] for key in ("purpose", "organisation_id", "words_sha256")}
            for each in offered
            if each["purpose"] != "mailings"
            or (each["organisation_id"] == self.organisations["committee"] and number % 2 == 0)
            or (each["organisation_id"] == self.organisations["union"] and number % 3 == 0)
        ]
        visibility = VISIBILITIES[number % len(VISIBILITIES)]
        facts = {"name": "Ada Specimen", "visibility": visibility, "consents": agreed}
        answer = self.rush.sent(email(number), **facts)
        assert answer.status == 202, answer.body

    def to_confirm(self) -> dict[str, str]:
        """Return the secret in each letter that asks for a confirmation, by who got it."""
        found = {}
        for letter in list(self.post.took):
            text = letter.get_body(("plain",))
            if link := LINK.search(text.get_content() if text else ""):
                found[str(letter["To"])] = link[1]
        return found

    def of_update(self, subject: str) -> list[Any]:
        return [each for each in list(self.post.took) if each["Subject"] == subject]

    def update(self, subject: str) -> str:
        texts = [{**TEXTS[0], "subject": subject}]
        body = {"organisation_id": self.organisations["committee"], "language": "en"}
        path = f"/v1/statements/{self.rush.statement}/updates"
        mine = f"/v1/updates/{made(self.owner, path, {**body, 'texts': texts})}"
        headers = {"If-Match": self.owner.get(mine).etag}
        assert self.owner.send("POST", f"{mine}/sending", headers=headers).status == 200
        return mine

    def state_of(self, update: str) -> str:
        return str(self.owner.get(update)["state"])

    def roster(self) -> set[str]:
        return self.core.roster(NEWS)

    def is_quiet(self) -> bool:
        """Tell whether nothing waits once the day is over: no letter, no push, no delivery."""
        later(self.world)
        waits = (
            select(func.count()).where(Letter.state == LetterState.QUEUED),
            select(func.count()).where(Push.state == PushState.WAITING),
            select(func.count()).where(WebhookDelivery.state == WebhookDeliveryState.WAITING),
        )
        with self.world.app.app_context(), reading() as session:
            return not any(session.scalar(each) for each in waits)

    def signatures(self) -> list[dict[str, Any]]:
        path, query = f"/v1/statements/{self.rush.statement}/signatures", {"limit": "200"}
        found: list[dict[str, Any]] = []
        while True:
            answer = self.owner.get(path, **query)
            found += answer["items"]
            more = re.search(r"cursor=([^&>]+)", answer.headers.get("Link", ""))
            if more is None:
                return found
            query["cursor"] = unquote(more[1])

    def synchronise(self) -> None:
        """Have the tools asked who left, and a file written, before their time comes."""
        path = f"/v1/connectors/{self.connectors['committee']}/read-backs"
        assert self.owner.post(path, {}).status == 202
        path = f"/v1/connectors/{self.connectors['union']}/synchronisations"
        assert self.owner.post(path, {}).status == 202

    def take_files(self) -> set[str]:
        """Take each file once, as a tool does; return whom it has then."""
        listed = self.owner.get(f"/v1/connectors/{self.connectors['union']}/files")["items"]
        for each in reversed([one for one in listed if one["id"] not in self.seen]):
            body = self.owner.get(f"/v1/connector-files/{each['id']}/file").body
            for line in csv.DictReader(io.StringIO(body.decode("utf-8-sig"))):
                subscribes = line["action"] == "subscribe"
                (self.in_file.add if subscribes else self.in_file.discard)(line["email"])
            self.seen.add(each["id"])
        return self.in_file

    def told(self, kind: str) -> set[str]:
        """Return of which signatures the receiver was told, by whom it is sure to be told."""
        verified = [each.verified(self.secret) for each in list(self.hook.took)]
        return {each["data"]["signature_id"] for each in verified if each["type"] == kind}

    def count(self, key: str, name: str) -> int:
        return int(self.owner.get(f"/v1/connectors/{self.connectors[key]}")["counts"][name])


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    with mailman.core(tmp_path_factory.mktemp("mailman")) as found:
        yield found


@pytest.fixture
def story(world: World, owner: Client, core: Core, tmp_path: Path) -> Iterator[Story]:
    shown, _ = certificate(tmp_path, HOST)
    before = world.app.extensions[EXTENSION]
    with server(Post(), tls=shown) as post, receiver() as hook:
        ports = (core.port, post.port, hook.port)
        egress = Egress(networks=(NETWORK,), ports=frozenset(ports), plain_http=True)
        world.app.extensions[EXTENSION] = replace(before, egress=egress)
        settings = replace(
            before.settings,
            allowed_networks=(NETWORK,),
            allowed_ports=ports,
            allow_plain_http=True,
            log_level="ERROR",
        )
        trust = tmp_path / "certificate.pem"
        found = Story(world, owner, a_coalition(owner), core, post, hook, settings, trust)
        found.begin()
        yield found
        core.empty(NEWS)
    world.app.extensions[EXTENSION] = before


def wait(is_so: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until, what
        time.sleep(0.3)


def killed_when(story: Story, is_so: Callable[[], bool], what: str) -> None:
    """Have a worker work until something is half done, and kill it."""
    with story.working() as worker:
        wait(is_so, what)
        worker.kill()
        worker.wait(PATIENCE)


def test_all_agree_on_who_agreed_and_again_after_people_went(story: Story) -> None:
    for number in range(MANY):
        story.sign(number)
    killed_when(story, lambda: len(story.post.took) > MANY // 4, "no letter asks to confirm")
    with story.working():
        wait(lambda: len(story.to_confirm()) == MANY, "a letter is missing")

    for secret in story.to_confirm().values():
        assert story.rush.confirm(secret).status == 200
    killed_when(story, lambda: story.count("committee", "subscribed") > LEAVE, "nobody is there")
    with story.working():
        wait(lambda: story.count("committee", "subscribed") == MANY // 2, "somebody is not there")
        story.synchronise()
        wait(lambda: len(story.take_files()) == len(NEWS_OF_UNION), "somebody is in no file")
        wait(story.is_quiet, "something waits")

    ids = {each["email"]: each["id"] for each in story.signatures()}
    everybody = {each["id"] for each in story.signatures()}
    assert story.rush.total() == len(everybody) == MANY
    assert story.roster() == set(NEWS_OF_COMMITTEE)
    assert story.take_files() == set(NEWS_OF_UNION)
    assert story.told("signature.confirmed_by_letter") == everybody

    first = story.update("It was handed over")
    killed_when(story, lambda: len(story.of_update("It was handed over")) > 50, "no update")
    with story.working():
        wait(lambda: story.state_of(first) == "sent", "the update is not sent")
    letters = story.of_update("It was handed over")
    assert {str(each["To"]) for each in letters} == set(NEWS_OF_COMMITTEE)
    assert len({str(each["Message-ID"]) for each in letters}) == len(NEWS_OF_COMMITTEE)

    gone = _go(story, ids)
    went, silent = set().union(*gone.values()), gone["bounced"] | gone["erased"]
    with story.working():
        story.synchronise()
        left = MANY // 2 - len(went)
        wait(lambda: story.count("committee", "subscribed") == left, "somebody is still there")
        wait(story.is_quiet, "something waits")
        story.synchronise()
        wait(lambda: not story.take_files() & silent, "somebody is still in a file")
        wait(story.is_quiet, "something waits")
        second = story.update("She was released")
        wait(lambda: story.state_of(second) == "sent", "the update is not sent")

    assert story.roster() == set(NEWS_OF_COMMITTEE) - went
    assert story.take_files() == set(NEWS_OF_UNION) - silent
    assert {str(each["To"]) for each in story.of_update("She was released")} == story.roster()
    of_committee = set(NEWS_OF_COMMITTEE) - gone["left"] - gone["clicked"]
    known = {each["email"] for each in story.signatures()} - {None}  # to write to, and no others
    assert known == (of_committee | set(NEWS_OF_UNION)) - gone["erased"]
    assert story.told("signature.erased") == {ids[each] for each in gone["erased"]}
    assert story.told("consent.taken_back") == {
        ids[each] for each in gone["left"] | gone["clicked"]
    }
    assert story.rush.total() == MANY  # who is erased still counts
    assert story.count("committee", "subscribed") == len(story.roster())
    assert story.count("union", "subscribed") == len(story.take_files())


def _go(story: Story, ids: dict[str, str]) -> dict[str, set[str]]:
    """Have people go in four ways, who are all on the committee's list; return who went how."""
    people = iter(NEWS_OF_COMMITTEE)
    gone = {
        "left": {next(people) for _ in range(LEAVE)},
        "clicked": {next(people) for _ in range(CLICK)},
        "bounced": {next(people) for _ in range(BOUNCE)},
        "erased": {next(people) for _ in range(ERASED)},
    }
    update = {str(each["To"]): each for each in story.of_update("It was handed over")}
    for each in gone["left"]:
        story.core.leave(NEWS, each)
    stranger = story.world.stranger()
    for each in gone["clicked"]:
        form, kind = b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"
        assert stranger.send("POST", page_of(update[each]), form, kind=kind).status == 200
    command = [str(Path(sys.executable).parent / "undersigned"), "bounce"]
    for each in gone["bounced"]:
        report = bounce_reports.postfix(bounce_reports.Sent(str(update[each]["X-Letter"]), each))
        done = subprocess.run(  # noqa: S603 # our own command
            command, input=report, env=environment(story.settings), check=True, capture_output=True
        )
        assert done.stdout == b"bounce\n"
    for each in gone["erased"]:
        assert story.owner.post(f"/v1/signatures/{ids[each]}/erasure").status == 200
    return gone
