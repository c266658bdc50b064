"""Coalitions that write to many over slow servers, and how long others wait meanwhile."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any
from uuid import UUID

from api.connectors.service import following
from api.infra.database.transactions import transaction
from api.infra.net.egress import Egress
from api.infra.runtime import EXTENSION
from api.webhooks.service import events
from tests.support.builders import a_coalition
from tests.support.mailing_consents import News, news
from tests.support.mailing_tools import NEWS, FakeMailman, Server, connected
from tests.support.signing import Rush, a_rush
from tests.support.smtp_server import Post, promise, server
from tests.support.tls import certificate
from tests.support.webhook_receivers import TYPES, entered, receiver
from tests.support.workers import working

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from werkzeug import Request, Response

    from api.config import Settings
    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.webhook_receivers import Handler

HOST, NETWORK = "127.0.0.1", ip_network("127.0.0.0/8")
SLOW_SECONDS = 1.0  # of a letter, and of each call of a tool
BUSY_SECONDS = 240.0  # within which the slow ones are at work
PATIENCE_SECONDS = 400.0


@dataclass
class SlowMailman(FakeMailman):
    """Takes its time for each answer."""

    seconds: float = 0.0

    def well(self, request: Request) -> Response:
        time.sleep(self.seconds)
        return super().well(request)


@dataclass
class Waited:
    """How many seconds a confirmation took to arrive."""

    elsewhere: float  # of a coalition that writes to nobody else
    beside: float | None = None  # of one that writes to many over the same slow server


def behind_mail_servers(world: World, owner: Client, folder: Path, people: int) -> Waited:
    """Have two coalitions write to many over slow servers of their own, and two people sign."""
    shown, _ = certificate(folder, HOST)
    with ExitStack() as stack:
        house = stack.enter_context(server(Post()))
        slow = [
            stack.enter_context(server(Post(seconds=SLOW_SECONDS), tls=shown)) for _ in range(2)
        ]
        ports = tuple(each.port for each in slow)
        stack.enter_context(_reaching(world, ports))
        theirs = [_written(world, owner, post, people) for post in slow]
        another = a_rush(world, owner)
        trust = str(folder / "certificate.pem")
        stack.enter_context(working(_settings(world, house, ports), SSL_CERT_FILE=trust))
        _until(lambda: all(each.recipients for each in slow), BUSY_SECONDS)
        began = _signs(another, "ada@specimen.example")
        _signs(theirs[0].rush, "beside@specimen.example")
        elsewhere = _arrived(house, "ada@specimen.example") - began
        beside = _arrived(slow[0], "beside@specimen.example") - began
        assert all(len(each.recipients) < people for each in slow), "they were not slow enough"
    return Waited(elsewhere, beside)


def behind_tools(world: World, owner: Client, people: int) -> Waited:
    """Have two coalitions hand many over to slow tools, and somebody sign elsewhere."""
    with ExitStack() as stack:
        house = stack.enter_context(server(Post()))
        tools = [SlowMailman(stack.enter_context(Server()), {NEWS: {}}) for _ in range(2)]
        ports = tuple(each.server.port for each in tools)
        stack.enter_context(_reaching(world, ports))
        for tool, there in [(tool, connected(world, owner, tool)) for tool in tools]:
            News(there.rush, there.organisation).many(people)
            with world.app.app_context(), transaction() as session:
                following.look_again(session, UUID(there.rush.coalition))
            tool.seconds = SLOW_SECONDS
        another = a_rush(world, owner)
        stack.enter_context(working(_settings(world, house, ports)))
        _until(lambda: all(each.of(NEWS) for each in tools), BUSY_SECONDS)
        began = _signs(another, "ada@specimen.example")
        elsewhere = _arrived(house, "ada@specimen.example") - began
        assert all(len(each.of(NEWS)) < people for each in tools), "they were not slow enough"
    return Waited(elsewhere)


def behind_many(  # noqa: PLR0913 # who is slow, and how many
    world: World,
    owner: Client,
    folder: Path,
    *,
    servers: int,
    endpoints: int,
    letters: int,
    threads: int,
) -> Waited:
    """Have many coalitions owe letters that people wait for to slow servers of their own.

    Some of them tell slow endpoints of webhooks, too. Meanwhile somebody signs elsewhere.
    """
    shown, _ = certificate(folder, HOST)
    with ExitStack() as stack:
        house = stack.enter_context(server(Post()))
        slow = stack.enter_context(server(Post(seconds=SLOW_SECONDS), tls=shown))
        there = stack.enter_context(receiver())
        there.otherwise = _slow
        ports = (slow.port, there.port)
        stack.enter_context(_reaching(world, ports))
        for number in range(servers):
            coalition = a_coalition(owner)
            _has_server(owner, coalition, slow)
            promise(world, letters, coalition)
            if number < endpoints:
                _is_told_much(world, owner, coalition, f"{there.url}{number}")
        another = a_rush(world, owner)
        env = {"SSL_CERT_FILE": str(folder / "certificate.pem")}
        settings = _settings(world, house, ports)
        stack.enter_context(working(settings, has_kind=True, threads=threads, **env))
        _until(lambda: len(slow.took) > servers, BUSY_SECONDS)  # each had a turn
        elsewhere = -_signs(another, "ada@specimen.example")
        elsewhere += _arrived(house, "ada@specimen.example")
        assert len(slow.took) < servers * letters, "they were not slow enough"
        assert len({took.headers[":path"] for took in there.took}) == endpoints
    return Waited(elsewhere)


def _slow(handler: Handler) -> None:
    time.sleep(SLOW_SECONDS)
    handler.wfile.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")


def _is_told_much(world: World, owner: Client, coalition: str, url: str) -> None:
    endpoint = UUID(entered(owner, coalition, url=url)["endpoint"]["id"])
    with world.app.app_context(), transaction() as session:
        for _ in range(int(BUSY_SECONDS)):
            events.put(session, UUID(coalition), TYPES[-1], {"case_id": coalition}, [endpoint])


@contextmanager
def _reaching(world: World, ports: tuple[int, ...]) -> Iterator[None]:
    extensions = world.app.extensions
    before = extensions[EXTENSION]
    egress = Egress(networks=(NETWORK,), ports=frozenset(ports), plain_http=True)
    extensions[EXTENSION] = replace(before, egress=egress)
    try:
        yield
    finally:
        extensions[EXTENSION] = before


def _settings(world: World, house: Post, ports: tuple[int, ...]) -> Settings:
    settings: Settings = world.app.extensions[EXTENSION].settings
    reach: dict[str, Any] = {"allowed_networks": (NETWORK,), "allowed_ports": ports}
    smtp = f"smtp://{HOST}:{house.port}"
    return replace(settings, smtp_url=smtp, allow_plain_http=True, **reach)


def _written(world: World, owner: Client, post: Post, people: int) -> News:
    """Have a coalition write to many over a server of its own."""
    found = news(world, owner)
    found.many(people)
    _has_server(owner, found.rush.coalition, post)
    found.begin(found.written())
    return found


def _has_server(owner: Client, coalition: str, post: Post) -> None:
    path = f"/v1/coalitions/{coalition}/mail-server"
    body = {"host": HOST, "port": post.port, "sender": "letters@ngo.specimen.example"}
    assert owner.send("PUT", path, body).status == 200


def _signs(rush: Rush, email: str) -> float:
    began = time.monotonic()
    assert rush.sent(email).status == 202
    return began


def _arrived(post: Post, email: str) -> float:
    _until(lambda: email in post.recipients, PATIENCE_SECONDS)
    return time.monotonic()


def _until(is_so: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"nothing came within {seconds:.0f} seconds"
        time.sleep(0.02)
