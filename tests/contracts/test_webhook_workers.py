"""Real workers and a real receiver: each event arrives, and repeats only under its own id."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import func, select

from api.infra.database.transactions import reading, transaction
from api.infra.runtime import EXTENSION
from api.webhooks.models import WebhookDelivery, WebhookDeliveryState, WebhookEvent
from api.webhooks.service import events
from tests.support.builders import a_coalition
from tests.support.webhook_receivers import TYPES, entered, reaching, receiver
from tests.support.workers import working

if TYPE_CHECKING:
    from api.config import Settings
    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.webhook_receivers import Handler, Receiver

pytestmark = pytest.mark.rest  # workers in processes of their own

WAIT_SECONDS = 120
KILLS, AT_ONCE = 50, 200


def settings_of(world: World, there: Receiver) -> Settings:
    settings: Settings = world.app.extensions[EXTENSION].settings
    return replace(
        settings,
        allowed_networks=(ip_network("127.0.0.0/8"),),
        allowed_ports=(there.port,),
        allow_plain_http=True,
    )


def happen(world: World, coalition: str, endpoints: list[str], number: int) -> None:
    """Have events happen that each endpoint is told of."""
    data, told = {"case_id": coalition}, [UUID(each) for each in endpoints]
    with world.app.app_context(), transaction() as session:
        for _ in range(number):
            events.put(session, UUID(coalition), TYPES[-1], data, told)


def untold(world: World) -> int:
    with world.app.app_context(), reading() as session:
        left = select(func.count()).where(WebhookDelivery.state != WebhookDeliveryState.DELIVERED)
        return session.scalar(left) or 0


def wait_until_told(world: World) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while untold(world):
        assert time.monotonic() < until, f"{untold(world)} deliveries were not made"
        time.sleep(0.1)


def came(world: World, there: Receiver, secrets: list[str]) -> Counter[tuple[str, str]]:
    """Return how often each event came to each endpoint, and that no other came."""
    with world.app.app_context(), reading() as session:
        happened = {str(each) for each in session.scalars(select(WebhookEvent.id))}
    counted = Counter((took.headers[":path"], took.id) for took in there.took)
    assert {event for _, event in counted} == happened
    assert len(counted) == len(happened) * len(secrets)
    for took in there.took[::50]:
        took.verified(secrets[int(took.headers[":path"][-1])])
    return counted


def test_two_workers_tell_each_event_once(world: World, owner: Client) -> None:
    with receiver() as there:
        coalition, endpoints, secrets = _two(world, owner, there)
        settings = settings_of(world, there)
        with working(settings), working(settings):
            happen(world, coalition, endpoints, 60)
            wait_until_told(world)

    assert set(came(world, there, secrets).values()) == {1}


@pytest.mark.long
def test_fifty_killed_workers_lose_no_event(world: World, owner: Client) -> None:
    chance = random.Random(50)  # noqa: S311 # to be repeatable

    def slow(handler: Handler) -> None:
        time.sleep(0.003)
        handler.wfile.write(b"HTTP/1.1 204 OK\r\nConnection: close\r\n\r\n")

    with receiver() as there:
        there.otherwise = slow
        coalition, endpoints, secrets = _two(world, owner, there)
        settings = settings_of(world, there)
        for _ in range(KILLS):
            if untold(world) < AT_ONCE:
                happen(world, coalition, endpoints, AT_ONCE)
            with working(settings) as worker:
                before, until = len(there.took), time.monotonic() + WAIT_SECONDS
                while len(there.took) == before:
                    assert time.monotonic() < until, "the worker tells nothing"
                    time.sleep(0.005)
                time.sleep(chance.uniform(0, 0.5))
                worker.kill()
                worker.wait(WAIT_SECONDS)
        with working(settings):
            wait_until_told(world)

    counted = came(world, there, secrets)
    assert any(times > 1 for times in counted.values())  # so they were killed in the midst
    assert all(times <= KILLS for times in counted.values())


def _two(world: World, owner: Client, there: Receiver) -> tuple[str, list[str], list[str]]:
    coalition = a_coalition(owner)
    with reaching(world, there):
        made = [entered(owner, coalition, url=f"{there.url}{n}") for n in range(2)]
    ids = [str(each["endpoint"]["id"]) for each in made]
    return coalition, ids, [str(each["secret"]) for each in made]
