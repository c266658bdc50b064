"""A PostgreSQL that hangs: it takes connections and says nothing, and nobody waits for ever."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.infra import queue
from api.infra.database import drivers
from api.infra.database.transactions import db
from api.infra.runtime import EXTENSION
from tests.support.client import Client
from tests.support.tcp_proxy import wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import World
    from tests.support.tcp_proxy import Wire

PATIENCE = 12.0


@pytest.fixture
def wired(
    worlds: dict[str, World], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Flask, Wire, World]]:
    """An app on the tests' PostgreSQL, over a wire that can hang, with less patience than usual."""
    world = worlds["postgresql"]
    settings = world.app.extensions[EXTENSION].settings
    monkeypatch.setattr(drivers, "PING_SECONDS", 0.5)
    monkeypatch.setattr(queue, "ANSWER_SECONDS", 0.5)
    monkeypatch.setitem(drivers.POSTGRES_ARGS, "connect_timeout", 2)  # the least that there is
    with world.app.app_context():
        url = db.engine.url
    with wire(url.host or "127.0.0.1", url.port or 5432) as laid:
        there = url.set(host="127.0.0.1", port=laid.port).render_as_string(hide_password=False)
        app = create_app(replace(settings, database_url=there, queue_url=None))
        yield app, laid, world
        laid.mend()
        app.extensions[EXTENSION].queue.close()
        with app.app_context():
            db.engine.dispose()


def seconds_of(began: float) -> float:
    return time.monotonic() - began


def test_a_request_is_told_to_come_again_and_the_next_is_served(
    wired: tuple[Flask, Wire, World],
) -> None:
    app, laid, world = wired
    owner = world.user("owner")
    caller = Client(app.test_client(), owner.token)
    assert caller.get("/v1/me").status == 200

    laid.hang()
    began = time.monotonic()
    answer = caller.get("/v1/me")

    assert (answer.status, answer["type"]) == (503, "/problems/unavailable")
    assert seconds_of(began) < PATIENCE
    assert caller.get("/readyz").status == 503
    assert caller.get("/healthz").status == 200
    laid.mend()
    assert caller.get("/v1/me").status == 200
    world.empty()


def test_a_statement_that_is_never_answered_ends_its_connection(
    wired: tuple[Flask, Wire, World],
) -> None:
    app, laid, _ = wired
    with app.app_context():
        with db.engine.connect() as connection:
            proxied: Any = connection.connection.dbapi_connection
            assert proxied.patience == drivers.ANSWER_SECONDS
            proxied.patience = 1.0
            laid.hang()
            began = time.monotonic()
            with pytest.raises(OperationalError):
                connection.execute(text("select 1"))
            assert connection.invalidated
        assert seconds_of(began) < PATIENCE
        laid.mend()
        with db.engine.connect() as connection:
            assert connection.scalar(text("select 1")) == 1


def test_a_queue_in_it_gives_up_too(wired: tuple[Flask, Wire, World]) -> None:
    app, laid, _ = wired
    ours = app.extensions[EXTENSION].queue
    ours.size()

    laid.hang()
    began = time.monotonic()
    with pytest.raises(queue.QueueBroken):
        ours.send(queue.Lane.SHORT, uuid4())

    assert seconds_of(began) < PATIENCE
    laid.mend()
    ours.size()
