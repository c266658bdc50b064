"""A house on several machines: two servers and two workers, each with a folder of its own.

They share a PostgreSQL, a Redis for the queue and one for limits, and an S3; nothing else. Requests
take turns between the servers, so that what one said is asked of the other.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
from flask_migrate import upgrade
from sqlalchemy import func, select
from werkzeug import Response

from api.accounts import service as accounts
from api.app import create_app
from api.config import Settings
from api.infra import clock
from api.infra.background.jobs import Job, JobState
from api.infra.database.transactions import db, reading
from api.infra.mail.letters import Letter, LetterState
from api.infra.runtime import EXTENSION
from api.infra.vault import new_master_key
from api.signing.models import PendingSignature
from api.webhooks.models import WebhookDelivery, WebhookDeliveryState
from tests.conftest import World
from tests.support import s3, smtp_server, webhook_receivers
from tests.support.client import Client
from tests.support.postgres import free_port
from tests.support.workers import environment, working

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from api.infra.sandbox.pool import ChildPool
    from tests.support.smtp_server import Post
    from tests.support.webhook_receivers import Receiver

WAIT_SECONDS = 240
AS_WE_WRITE = {"Etag": "ETag", "X-Request-Id": "X-Request-ID"}  # the server writes all names alike


class Wire:
    """Speaks HTTP with several servers in turn, as a test client of Flask's does with an app."""

    def __init__(self, *ports: int) -> None:
        self.ports = itertools.cycle(ports)

    def open(  # noqa: PLR0913 # as the test client has it
        self,
        path: str,
        *,
        method: str,
        headers: dict[str, str],
        query_string: dict[str, Any] | None = None,
        data: bytes | str | None = None,
        content_type: str | None = None,
        environ_base: dict[str, str] | None = None,
    ) -> Response:
        """Ask the next one; who asks stands where the proxy in front would write it."""
        asked = f"{path}?{urlencode(query_string)}" if query_string else path
        sent = dict(headers)
        if content_type is not None:
            sent["Content-Type"] = content_type
        if environ_base is not None:
            sent["X-Forwarded-For"] = environ_base["REMOTE_ADDR"]
        connection = HTTPConnection("127.0.0.1", next(self.ports), timeout=WAIT_SECONDS)
        with closing(connection):
            connection.request(method, asked, data, sent)
            answer = connection.getresponse()
            told = [(AS_WE_WRITE.get(name, name), text) for name, text in answer.getheaders()]
            return Response(answer.read(), answer.status, told)


@dataclass(frozen=True)
class Machines(World):
    """The house as its users see it, and, by `app`, what its database holds."""

    ports: tuple[int, int]
    post: Post
    receiver: Receiver
    folder: Path

    def at(self, *ports: int, token: str | None = None) -> Client:
        """Return a caller of these servers in turn."""
        return Client(Wire(*ports), token)  # type: ignore[arg-type] # it speaks as one

    def stranger(self) -> Client:
        return self.at(*self.ports)

    def user(self, name: str = "someone") -> Client:
        email = f"{name}-{uuid4().hex[:8]}@specimen.example"
        with self.app.app_context():
            accounts.create_user(email, name)
            secret = accounts.create_first_token(email, "tests", days=1)
        client = self.at(*self.ports, token=secret)
        client.email = email
        return client

    @property
    def settings(self) -> Settings:
        found: Settings = self.app.extensions[EXTENSION].settings
        return found

    def worker(self, name: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """Run a worker, with a folder of its own, while the block lasts."""
        own = _machine(self.folder / name)
        return working(self.settings, folder=str(own), HOME=str(own), TMPDIR=str(own / "tmp"))

    def work(self) -> int:
        """Wait until the workers have done all that is promised."""
        until = time.monotonic() + WAIT_SECONDS
        while waiting := self._waiting():
            assert time.monotonic() < until, waiting
            time.sleep(0.1)
        return 0

    def _waiting(self) -> dict[str, int]:
        """Return how much is due and not done, of each kind."""
        now = clock.now()
        queued = (Job.state == JobState.QUEUED) & (Job.run_after <= now)
        unsent, untold = LetterState.QUEUED, WebhookDeliveryState.WAITING
        promised = {
            "jobs": queued | (Job.state == JobState.RUNNING),
            "letters": (Letter.state == unsent) & (Letter.run_after <= now),
            "signatures": PendingSignature.taken_in_at.is_(None),
            "deliveries": (WebhookDelivery.state == untold) & (WebhookDelivery.run_after <= now),
        }
        with self.app.app_context(), reading() as session:
            counted = {
                name: session.scalar(select(func.count()).where(each)) or 0
                for name, each in promised.items()
            }
        return {name: number for name, number in counted.items() if number}


@contextmanager
def running(postgres: str, redis: str, children: ChildPool, folder: Path) -> Iterator[Machines]:
    """Run the house with both its servers; workers are started by whoever needs them."""
    with ExitStack() as opened:
        bucket = opened.enter_context(contextmanager(s3.server)())
        post = opened.enter_context(smtp_server.server(smtp_server.Post()))
        receiver = opened.enter_context(webhook_receivers.receiver())
        shared = redis.rpartition("/")[0]
        settings = Settings(
            database_url=opened.enter_context(_database(postgres)),
            storage_url=bucket.address(),
            master_keys=(new_master_key(),),
            queue_url=f"{shared}/11",
            limits_url=f"{shared}/12",
            smtp_url=f"smtp://127.0.0.1:{post.port}",
            public_url="https://sign.specimen.example",
            log_level="WARNING",
            trusted_proxies=1,
            render_spares=1,
            allowed_networks=(ip_network("127.0.0.0/8"),),
            allowed_ports=(receiver.port,),
            allow_plain_http=True,
        )
        app = create_app(settings, children)
        with app.app_context():
            upgrade()
        ports = free_port(), free_port()
        found = Machines(app, "postgresql", ports, post, receiver, folder)
        for number, port in enumerate(ports):
            opened.enter_context(_serving(settings, port, folder / f"web-{number}"))
        for port in ports:
            _wait_for(found, port)
        yield found
        with app.app_context():
            db.engine.dispose()


@contextmanager
def _database(server: str) -> Iterator[str]:
    name = f"undersigned_machines_{uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        base = server.rpartition("/")[0].replace("postgresql://", "postgresql+psycopg://")
        yield f"{base}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _machine(folder: Path) -> Path:
    """Make what a process has of its own, as far as files go."""
    (folder / "tmp").mkdir(parents=True)
    return folder


@contextmanager
def _serving(settings: Settings, port: int, folder: Path) -> Iterator[None]:
    own = _machine(folder)
    serve = ("serve", "--no-worker", "--bind", f"127.0.0.1:{port}")
    command = [sys.executable, "-m", "api.cli", *serve]
    given = {**environment(settings), "HOME": str(own), "TMPDIR": str(own / "tmp")}
    with subprocess.Popen(command, env=given, cwd=own) as process:  # noqa: S603 # our own
        try:
            yield
        finally:
            process.terminate()


def _wait_for(machines: Machines, port: int) -> None:
    """Wait until a server is ready, with all that it shares."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        with suppress(OSError, HTTPException):
            ready = machines.at(port).get("/readyz")
            if (ready.status, ready["status"]) == (200, "ok"):
                return
        assert time.monotonic() < until, "a server does not come up"
        time.sleep(0.2)
