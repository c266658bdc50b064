"""Webhook endpoints, and receivers on this machine that take what they are told, or do not."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import time_machine
from sqlalchemy import update
from standardwebhooks import Webhook

from api.infra import clock
from api.infra.background import jobs
from api.infra.database.transactions import transaction
from api.infra.net.egress import Egress
from api.infra.runtime import EXTENSION
from api.webhooks.models import Endpoint, WebhookDelivery, WebhookDeliveryState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import World
    from tests.support.client import Client

    How = Callable[["Handler"], None]

ADDRESS = "https://hooks.specimen.example/undersigned?key=kestrel"
TYPES = ["statement.published", "signature.entered", "signature.erased", "case.entered"]
WAIT_SECONDS = 60
ENOUGH = 10  # endpoints of a coalition, of 20


def an_endpoint(client: Client, coalition: str, **facts: Any) -> str:
    """Enter an endpoint and return its id."""
    return str(entered(client, coalition, **facts)["endpoint"]["id"])


def entered(client: Client, coalition: str, **facts: Any) -> dict[str, Any]:
    body = {"url": ADDRESS, "label": "Our web site", "types": TYPES, **facts}
    answer = client.post(f"/v1/coalitions/{coalition}/webhook-endpoints", body)
    assert answer.status == 201, answer.body
    return cast("dict[str, Any]", answer.json)


def another_endpoint(client: Client, coalition: str) -> str:
    """Enter an endpoint in a coalition that may have many by now."""
    there = client.get(f"/v1/coalitions/{coalition}/webhook-endpoints", limit=200)["items"]
    for each in there if len(there) >= ENOUGH else ():
        assert client.delete(f"/v1/webhook-endpoints/{each['id']}").status == 204
    return an_endpoint(client, coalition)


def a_delivery(client: Client, coalition: str) -> str:
    """Have an endpoint tested and return the delivery's id."""
    path = f"/v1/webhook-endpoints/{another_endpoint(client, coalition)}/test-events"
    answer = client.post(path)
    assert answer.status == 201, answer.body
    return answer.id


@dataclass(frozen=True)
class Took:
    """One request that came."""

    headers: dict[str, str]
    body: bytes
    at: float  # by the clock that only goes on
    came: datetime

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def verified(self, secret: str) -> Any:
        """Return what it says, verified as of when it came: five minutes later it is too old."""
        with time_machine.travel(self.came, tick=False):
            return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """What came, and how the next ones are answered: a status, or what to do with the wire."""

    url: str = ""
    answers: list[int | How] = field(default_factory=list)
    otherwise: int | How = 204
    headers: dict[str, str] = field(default_factory=dict)
    took: list[Took] = field(default_factory=list)
    connections: int = 0

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.took]

    @property
    def types(self) -> list[str]:
        return [each.json["type"] for each in self.took]


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 and keeps connections."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    receiver: Receiver

    def setup(self) -> None:
        super().setup()
        self.receiver.connections += 1

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:  # who sent it was killed meanwhile: nothing was told
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver = self.receiver
        came = Took({**headers, ":path": self.path}, body, time.monotonic(), datetime.now(UTC))
        receiver.took.append(came)
        how = receiver.answers.pop(0) if receiver.answers else receiver.otherwise
        if callable(how):
            how(self)
            self.close_connection = True
            return
        self.send_response(how)
        for name, value in receiver.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """Others break off: that is what is tested."""


@contextmanager
def receiver(host: str = "127.0.0.1", port: int = 0, tls: Any = None) -> Iterator[Receiver]:
    """Start a receiver on this machine."""
    found = Receiver()
    handler = type("_Handler", (Handler,), {"receiver": found})
    server = _Server((host, port), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    found.url = f"http{'s' if tls else ''}://{host}:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def reaching(world: World, *receivers: Receiver, network: str = "127.0.0.0/8") -> Iterator[None]:
    """Let an app tell receivers on this machine, as only its operator can."""
    was = world.app.extensions[EXTENSION]
    ports = frozenset(each.port for each in receivers)
    egress = Egress(networks=(ip_network(network),), ports=ports, plain_http=True)
    world.app.extensions[EXTENSION] = replace(was, egress=egress)
    try:
        yield
    finally:
        world.app.extensions[EXTENSION] = was


@contextmanager
def told(
    world: World, owner: Client, coalition: str, **facts: Any
) -> Iterator[tuple[Receiver, str, str]]:
    """Give a receiver, the id of its endpoint, and the secret."""
    with receiver() as found, reaching(world, found):
        made = entered(owner, coalition, url=found.url, **facts)
        yield found, made["endpoint"]["id"], made["secret"]


def work(world: World) -> None:
    """Send what is due, as a worker and its sweeper would, and wait for it."""
    with world.app.app_context():
        jobs.sweep()
    world.work()


def later(world: World, by: timedelta = timedelta(days=2)) -> None:
    """Let so much time pass for what waits."""
    with world.app.app_context(), transaction() as session:
        session.execute(update(Endpoint).values(rests_until=None))  # first, as whoever tells it
        waits = WebhookDelivery.state == WebhookDeliveryState.WAITING
        sooner = update(WebhookDelivery).where(waits, WebhookDelivery.run_after <= clock.now() + by)
        session.execute(sooner.values(run_after=clock.now()))


def deliveries(owner: Client, endpoint: str, **query: Any) -> list[dict[str, Any]]:
    """Return how an endpoint's deliveries went, the newest first."""
    answer = owner.get(f"/v1/webhook-endpoints/{endpoint}/deliveries", **query)
    assert answer.status == 200, answer.body
    return list(answer["items"])


def test_event(owner: Client, endpoint: str) -> str:
    """Have an endpoint told of a test, and return the delivery's id."""
    answer = owner.post(f"/v1/webhook-endpoints/{endpoint}/test-events")
    assert answer.status == 201, answer.body
    return answer.id


test_event.__test__ = False  # type: ignore[attr-defined] # it is none, by its name for pytest
