"""10,000 events to one receiver, against a bare httpx loop that posts the same to it.

The receiver is a process of its own that reads a request and answers 204. The loop is one
`httpx.Client` and one post after another, without a signature, a database or a check of anything.
Ours is what a worker does: it leases, signs, sends, and writes down each delivery. Both take turns
in one run. At the end each event has come, once, and is written down as delivered.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import statistics
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import psycopg
from flask_migrate import upgrade
from sqlalchemy import func, select
from standardwebhooks import Webhook

from api.accounts import service as accounts
from api.app import create_app
from api.config import Settings
from api.infra.background.jobs import Again, Work
from api.infra.database.transactions import db, reading, transaction
from api.infra.vault import new_master_key
from api.webhooks.models import WebhookDelivery, WebhookDeliveryState
from api.webhooks.service import events, sending
from tests.support import builders, webhook_receivers
from tests.support.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from flask import Flask

NUMBER = int(os.environ.get("NUMBER", "10000"))
ROUNDS, REACH = 3, 0.5
POSTGRES = os.environ.get("UNDERSIGNED_TEST_POSTGRES", "postgresql://127.0.0.1:5432/postgres")
TYPE = "signature.confirmed_by_letter"
BODY = (
    b'{"type":"signature.confirmed_by_letter","timestamp":"2031-05-14T09:30:00.000000+00:00",'
    b'"data":{"coalition_id":"2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11",'
    b'"statement_id":"2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11",'
    b'"signature_id":"2f1c6c0e-6d1a-4f0e-9a43-0d6a3f1f9b11"}}'
)


def measure() -> None:
    """Print how fast events are told against the floor, and that none is lost."""
    with ExitStack() as stack:
        port, wire = stack.enter_context(_receiver())
        for engine in ("sqlite", "postgresql"):
            with _app(engine, port) as app:
                owner = _owner(app)
                coalition = builders.a_coalition(owner)
                url = f"http://127.0.0.1:{port}/"
                made = webhook_receivers.entered(owner, coalition, url=url, types=[TYPE])
                _ours(app, coalition, made, 200, wire)  # warm
                pairs = [
                    (_floor(port, wire), _ours(app, coalition, made, NUMBER, wire))
                    for _ in range(ROUNDS)
                ]
            floor, ours = (statistics.median(each) for each in zip(*pairs, strict=True))
            ratio = statistics.median(ours / floor for floor, ours in pairs)
            print(
                f"webhooks, {engine}: {NUMBER:,} events; bare httpx {floor:.0f}/s,"
                f" ours {ours:.0f}/s: ratio {ratio:.2f} (reach {REACH})"
            )


def _floor(port: int, wire: Connection) -> float:
    url, headers = f"http://127.0.0.1:{port}/", {"Content-Type": "application/json"}
    with httpx.Client(trust_env=False) as client:
        began = time.perf_counter()
        for _ in range(NUMBER):
            assert client.post(url, content=BODY, headers=headers).is_success
        spent = time.perf_counter() - began
    assert len(_came(wire)) == NUMBER
    return NUMBER / spent


def _ours(app: Flask, coalition: str, made: dict[str, Any], number: int, wire: Connection) -> float:
    endpoint = UUID(made["endpoint"]["id"])
    facts = {"statement_id": coalition, "signature_id": coalition}
    with app.app_context():
        before = _delivered(endpoint)
        with transaction() as session:
            for _ in range(number):
                events.put(session, UUID(coalition), TYPE, facts, [endpoint])
        began = time.perf_counter()
        while _delivered(endpoint) - before < number:
            with suppress(Again):
                sending.tell(endpoint, Work(uuid4(), sending.TELL, {}, None, uuid4(), 1))
        spent = time.perf_counter() - began
    came = _came(wire)
    ids = Counter(headers["webhook-id"] for headers, _ in came)
    assert len(ids) == number
    assert set(ids.values()) == {1}
    signer = Webhook(made["secret"])
    for headers, body in came[:: max(1, number // 100)]:
        signer.verify(body, headers)
    return number / spent


def _delivered(endpoint_id: UUID) -> int:
    told = (
        WebhookDelivery.endpoint_id == endpoint_id,
        WebhookDelivery.state == WebhookDeliveryState.DELIVERED,
    )
    with reading() as session:
        return session.scalar(select(func.count()).where(*told)) or 0


@contextmanager
def _app(engine: str, port: int) -> Iterator[Flask]:
    with tempfile.TemporaryDirectory() as folder, _database(engine, folder) as url:
        settings = Settings(
            database_url=url,
            storage_path=folder,
            master_keys=(new_master_key(),),
            log_level="WARNING",
            queue_url=f"sqlite:///{folder}/queue",
            allowed_networks=(ip_network("127.0.0.0/8"),),
            allowed_ports=(port,),
            allow_plain_http=True,
        )
        app = create_app(settings)
        with app.app_context():
            upgrade()
        yield app
        with app.app_context():
            db.engine.dispose()


@contextmanager
def _database(engine: str, folder: str) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder}/db"
        return
    name = f"bench_webhooks_{os.getpid()}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            base = POSTGRES.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
            yield f"{base}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _owner(app: Flask) -> Client:
    email = "bench@specimen.example"
    with app.app_context():
        accounts.create_user(email, "Bench")
        secret = accounts.create_first_token(email, "bench", days=1)
    return Client(app.test_client(), secret)


@contextmanager
def _receiver() -> Iterator[tuple[int, Connection]]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_receive, args=(there,), daemon=True)
    process.start()
    try:
        yield here.recv(), here
    finally:
        process.terminate()
        process.join()


def _came(wire: Connection) -> list[tuple[dict[str, str], bytes]]:
    """Return what came since it was asked last."""
    wire.send("came")
    return list(wire.recv())


def _receive(wire: Connection) -> None:
    asyncio.run(_serve(wire))


async def _serve(wire: Connection) -> None:
    came: list[tuple[dict[str, str], bytes]] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode("latin-1").split("\r\n")[1:-2]
                headers = dict(
                    line.lower().split(": ", 1)[:1] + line.split(": ", 1)[1:] for line in lines
                )
                body = await reader.readexactly(int(headers["content-length"]))
                came.append((headers, body))
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def told() -> None:
        wire.recv()
        wire.send(came)
        came.clear()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    asyncio.get_running_loop().add_reader(wire.fileno(), told)
    wire.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()
