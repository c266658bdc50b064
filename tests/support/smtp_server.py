"""A mail server for the tests: it takes letters, or refuses them as it is told."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from api.infra.database.transactions import reading, transaction
from api.infra.mail import letters
from api.infra.mail.letters import Facts, Letter, LetterKind, LetterWriter
from api.infra.net.smtp import Message, SmtpServer
from api.infra.runtime import EXTENSION
from tests.support.wiring import added

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from email.message import EmailMessage

    from aiosmtpd.smtp import Envelope, Session
    from flask import Flask

    from tests.conftest import World

KIND = "tests.letter"
ADDRESS = "kestrel.canary@specimen.example"
WORDS = "peregrine falcon"


@dataclass
class Post:
    """What a server took, and how it answers."""

    answers: dict[str, list[str]] = field(default_factory=dict)  # by command: for the next ones
    most: int = 1_000_000  # messages over one connection
    seconds: float = 0.0  # before it answers to a message
    took: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    connections: int = 0
    taken: int = 0  # messages over the newest of them
    port: int = 0

    def answer(self, command: str, otherwise: str) -> str:
        return self.answers[command].pop(0) if self.answers.get(command) else otherwise

    async def handle_EHLO(  # noqa: N802 # aiosmtpd's own names
        self, server: SMTP, session: Session, envelope: Envelope, name: str, said: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = name
        self.taken = 0
        return said

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.taken >= self.most:
            return "421 Enough of you"
        envelope.mail_from = address
        envelope.smtp_utf8 = "SMTPUTF8" in options
        return self.answer("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.answer("RCPT", "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        said = self.answer("DATA", "250 OK")
        if said.startswith("250"):
            whole = envelope.content or b""
            self.took.append(message_from_bytes(whole, policy=policy.default))  # type: ignore[arg-type] # bytes, as decode_data is off
            self.recipients += envelope.rcpt_tos
            self.taken += 1
        await asyncio.sleep(self.seconds)
        return said

    @property
    def ids(self) -> list[str]:
        return [str(each["Message-ID"]) for each in self.took]


def _authenticate(server: SMTP, session: Session, envelope: Envelope, how: str, data: Any) -> Any:
    is_known = (data.login, data.password) == (b"specimen", b"pass word/")
    return AuthResult(success=is_known)


@contextmanager
def server(
    post: Post,
    *,
    tls: ssl.SSLContext | None = None,
    at_once: bool = False,
    auth: bool = False,
    utf8: bool = True,
) -> Iterator[Post]:
    """Run a mail server on a free port; it encrypts from STARTTLS on, or from the first byte."""
    needs: dict[str, Any] = {"require_starttls": True, "tls_context": tls} if tls else {}
    if at_once:
        needs = {"ssl_context": tls}
    if auth:
        needs |= {"auth_required": True, "authenticator": _authenticate}
    with socket.create_server(("127.0.0.1", 0)) as free:
        post.port = free.getsockname()[1]
    controller = Controller(
        post, hostname="127.0.0.1", port=post.port, enable_SMTPUTF8=utf8, **needs
    )
    logging.getLogger("mail.log").disabled = True  # what a server logs of letters is not ours
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


@contextmanager
def mail_at(world: World, url: str | None) -> Iterator[None]:
    """Let a world have a mail server for a while."""
    extensions = world.app.extensions
    before = extensions[EXTENSION]
    extensions[EXTENSION] = replace(before, smtp=url and SmtpServer.at(url))
    try:
        yield
    finally:
        extensions[EXTENSION] = before


@contextmanager
def a_kind(app: Flask, **facts: Any) -> Iterator[list[UUID]]:
    """Have a kind of letter that only tests write; return what was let go after it."""
    gone: list[UUID] = []

    def find(_: Any, object_id: UUID) -> Facts:
        return Facts(**{"to": ADDRESS, "language": "en", "coalition": "Specimen", **facts})

    kind = LetterKind(KIND, find, after=lambda _, object_id: gone.append(object_id))
    with added(app, kind, LetterWriter(_written)):
        yield gone


def _written(kind: str, facts: Facts) -> Message:
    return Message(
        to=facts.to,
        to_name=facts.to_name,
        sender_name=facts.coalition or "",
        subject=str(facts.facts.get("subject", "Specimen")),
        text=WORDS,
        html=f"<p>{WORDS}</p>",
    )


def promise(world: World, count: int = 1, coalition: str | None = None) -> list[UUID]:
    """Promise letters, and return what they are about, in the order in which they go."""
    about = [uuid4() for _ in range(count)]
    with world.app.app_context():
        for each in about:
            with transaction() as session:
                letters.promise(session, KIND, (coalition and UUID(coalition)) or None, each)
    return about


def letter_of(world: World, object_id: UUID) -> Letter:
    with world.app.app_context(), reading() as session:
        return session.query(Letter).where(Letter.object_id == object_id).one()
