"""A real IMAP server for the tests, in a thread: pymap, over TLS from the first byte."""

from __future__ import annotations

import asyncio
import imaplib
import logging
import threading
from argparse import Namespace
from contextlib import contextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any
from uuid import UUID

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from sqlalchemy import update

from api.infra.database.transactions import transaction
from api.infra.net.egress import Egress
from api.infra.runtime import EXTENSION
from api.infra.security import keys
from api.mailings.models import MailServer, Security

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from tests.conftest import World

HOST, USER, PASSWORD = "mail.specimen.example", "bounces", 'pass "word\\ü'
INBOX = "INBOX"


@dataclass(frozen=True)
class Mailbox:
    """A mailbox as its owner sees it."""

    port: int
    trust: ssl.SSLContext

    def put(self, *raw: bytes) -> None:
        """Have messages arrive."""
        with self._entered() as line:
            for each in raw:
                message = each.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
                assert line.append(INBOX, "", "", message)[0] == "OK"

    @property
    def kept(self) -> list[str]:
        """Return the flags of the messages that are there."""
        with self._entered() as line:
            _, data = line.fetch("1:*", "(FLAGS)") if self._count(line) else ("", [])
            return [each.decode() for each in data if isinstance(each, bytes)]

    def delete(self) -> None:
        """Mark all messages as deleted, as a person would, and leave them."""
        with self._entered() as line:
            self._count(line)
            line.store("1:*", "+FLAGS", r"(\Deleted)")

    @staticmethod
    def _count(line: imaplib.IMAP4_SSL) -> int:
        return int(line.select(INBOX)[1][0] or 0)

    @contextmanager
    def _entered(self) -> Iterator[imaplib.IMAP4_SSL]:
        with imaplib.IMAP4_SSL(HOST, self.port, ssl_context=self.trust, timeout=20) as line:
            line.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            yield line


@contextmanager
def imap(theirs: ssl.SSLContext, trust: ssl.SSLContext) -> Iterator[Mailbox]:
    """Run a server with one mailbox on a free port."""
    for name in ("asyncio", "pymap"):  # what a server logs of its clients is not ours
        logging.getLogger(name).setLevel(logging.CRITICAL)
    started, loop, ports = threading.Event(), asyncio.new_event_loop(), list[int]()
    over = asyncio.Event()

    async def serve() -> None:
        args = Namespace(
            host="127.0.0.1", port=0, debug=False, cert=None, key=None, tls=False,
            proxy_protocol=None, passlib_cfg=None, inherited_sockets=None, demo_data=False,
            demo_user=USER, demo_password=PASSWORD,
        )  # fmt: skip
        backend, config = await DictBackend.init(args)
        config.apply_context()
        reader = ProxyProtocolReader(config.proxy_protocol)
        called = reader.get_callback(IMAPServer(backend.login, config))
        server = await asyncio.start_server(called, "127.0.0.1", 0, ssl=theirs)
        ports.append(server.sockets[0].getsockname()[1])
        started.set()
        await over.wait()
        server.close()

    def run() -> None:
        loop.run_until_complete(serve())
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.05))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(20)
    try:
        yield Mailbox(ports[0], trust)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(20)


def has(world: World, coalition: str, port: int, **facts: Any) -> None:
    """Let a coalition have this mailbox."""
    login = {"user": facts.pop("user", USER), "password": facts.pop("password", PASSWORD)}
    coalition_id = UUID(coalition)
    with world.app.app_context(), transaction() as session:
        place = "mail_servers.mailbox_login"
        row = MailServer(
            coalition_id=coalition_id,
            host=HOST,
            port=587,
            security=Security.STARTTLS,
            sender="office@specimen.example",
            a_minute=60,
            a_minute_to_domain=30,
            returns="bounces@specimen.example",
            mailbox_host=facts.pop("host", HOST),
            mailbox_port=port,
            mailbox_login=keys.seal(session, coalition_id, place, coalition_id, login),
        )
        session.add(row)


def server_of(world: World, coalition: str) -> MailServer:
    with world.app.app_context(), transaction() as session:
        return session.get_one(MailServer, UUID(coalition))


def give(world: World, coalition: str, **login: str) -> None:
    """Give the mailbox another login, as its owner would."""
    coalition_id, place = UUID(coalition), "mail_servers.mailbox_login"
    with world.app.app_context(), transaction() as session:
        sealed = keys.seal(session, coalition_id, place, coalition_id, login)
        session.execute(update(MailServer).values(mailbox_login=sealed))


def moves(world: World, coalition: str, port: int) -> None:
    """Let the mailbox be at another port."""
    mine = MailServer.coalition_id == UUID(coalition)
    with world.app.app_context(), transaction() as session:
        session.execute(update(MailServer).where(mine).values(mailbox_port=port))


@contextmanager
def within_reach(world: World, *ports: int) -> Iterator[None]:
    """Let an operator allow this machine and some ports."""
    extensions = world.app.extensions
    before = extensions[EXTENSION]
    egress = Egress(networks=(ip_network("127.0.0.0/8"),), ports=frozenset(ports))
    extensions[EXTENSION] = replace(before, egress=egress)
    try:
        yield
    finally:
        extensions[EXTENSION] = before
