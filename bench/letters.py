"""Letters: how fast a worker sends what is promised, against a bare loop of smtplib.

The floor makes a message of the same words for each recipient and hands it to smtplib, over one
connection to the same sink in the same run: no row, no facts, no language. Ours finds the facts of
each letter, puts them into words, and keeps that it was sent. PostgreSQL, and SQLite beside it.
"""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
import time
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import localtime
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import uuid4

from flask_migrate import upgrade
from sqlalchemy import func, select

from api.app import create_app
from api.config import Settings
from api.infra.background.jobs import Again, Work
from api.infra.database.transactions import reading, transaction
from api.infra.mail import letters, sender
from api.infra.mail.letters import Facts, Letter, LetterKind, LetterState
from api.infra.vault import new_master_key
from api.mailings import rules
from bench.signing import database, free_port, wait_for
from tests.support.wiring import added

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBER, REACH = int(os.environ.get("NUMBER", "10000")), 0.5
KIND, SENDER = "audit.head", "undersigned@specimen.example"
FACTS = {"name": "Ada Specimen", "head": "0" * 64, "accent": "#0b5563"}


def measure() -> None:
    """Print how many letters go a second, and that each went."""
    with sink() as port:
        floor = _floor(port)
        print(f"smtplib, {NUMBER} letters over one connection: {floor:.0f}/s")
        with database() as url:
            _ours("PostgreSQL", url.replace("postgresql://", "postgresql+psycopg://"), port, floor)
        with TemporaryDirectory() as folder:
            _ours("SQLite", f"sqlite:///{folder}/db", port, floor)


@contextmanager
def sink() -> Iterator[int]:
    """Have a mail server that takes everything; yield its port."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-m", "bench.sink", str(port)]) as process:
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()


def _facts(number: int) -> Facts:
    to = f"p{number}@specimen.example"
    return Facts(to=to, language="en", coalition="Specimen Coalition", facts=FACTS)


def _floor(port: int) -> float:
    """Send letters of the same words as everybody would: a message for each, over one line."""
    words = rules.write(KIND, _facts(0))
    began = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port) as line:
        for number in range(NUMBER):
            message = EmailMessage()
            message["From"] = Address(words.sender_name, addr_spec=SENDER)
            message["To"] = Address(addr_spec=f"p{number}@specimen.example")
            message["Subject"] = words.subject
            message["Message-ID"] = f"<{uuid4()}@specimen.example>"
            message["Date"] = localtime()
            message.set_content(words.text)
            message.add_alternative(words.html, subtype="html")
            line.send_message(message)
    return NUMBER / (time.monotonic() - began)


def _is_turn_over() -> bool:
    """Send for a turn, as a worker does; tell whether another one follows."""
    try:
        sender.send_due(Work(uuid4(), letters.SEND, {"coalition_id": None}, None, uuid4(), 1))
    except Again:
        return True
    return False


def _ours(name: str, address: str, port: int, floor: float) -> None:
    with TemporaryDirectory() as folder:
        settings = Settings(
            database_url=address,
            storage_path=folder,
            master_keys=(new_master_key(),),
            queue_url=f"sqlite:///{folder}/queue",
            smtp_url=f"smtp://127.0.0.1:{port}",
            mail_from=SENDER,
            log_level="WARNING",
            render_spares=0,
        )
        app = create_app(settings)
        kind = LetterKind(KIND, lambda _, object_id: _facts(object_id.int % NUMBER))
        with added(app, kind), app.app_context():
            upgrade()
            with transaction() as session:
                letters.promise_all(session, KIND, None, [uuid4() for _ in range(NUMBER)])
            began = time.monotonic()
            while _is_turn_over():
                pass
            rate = NUMBER / (time.monotonic() - began)
            with reading() as session:
                sent = select(func.count()).where(Letter.state == LetterState.SENT)
                assert session.scalar(sent) == NUMBER, "some letters were not sent"
        print(f"{name}: {rate:.0f}/s, {rate / floor:.2f} of the loop (reach {REACH})")
