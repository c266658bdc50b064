"""A database that is gone: the process stands, says so, and recovers without a restart."""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from jsonschema import Draft202012Validator
from obstore.exceptions import GenericError
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from api.infra.database.transactions import db
from api.infra.net.smtp import SmtpServer
from api.infra.storage import Storage
from api.web import health
from tests.contracts.scene import document
from tests.support.builders import a_coalition, a_revision, a_statement
from tests.support.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import World
    from tests.support.client import Client


WELL = {"queue": True, "limits": True, "storage": True, "mail": None}


@pytest.fixture(autouse=True)
def _asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "KNOWN_SECONDS", 0.0)


@pytest.fixture
def outage(world: World) -> Iterator[None]:
    """No connection can be had: neither a new one nor one of the pool."""
    with world.app.app_context():
        engine: Engine = db.engine

    def refuse(*_: object) -> None:
        raise OperationalError("connect", None, ConnectionError("canary-host is gone"))

    event.listen(engine, "begin", refuse, insert=True)
    yield
    event.remove(engine, "begin", refuse)


def test_a_healthy_process_says_so(world: World) -> None:
    caller = world.stranger()

    assert caller.get("/healthz").json == {"status": "ok"}
    assert caller.get("/readyz").json == {"status": "ok", "database": True, **WELL}


def test_what_it_answers_is_as_it_is_described(world: World) -> None:
    described = document(world)["paths"]["/readyz"]["get"]["responses"]["200"]["content"]
    told = Draft202012Validator(described["application/json"]["schema"])

    told.validate(world.stranger().get("/readyz").json)


def test_without_its_database_it_is_up_and_not_ready(
    world: World, owner: Client, outage: None
) -> None:
    assert world.stranger().get("/healthz").status == 200
    ready = world.stranger().get("/readyz")
    assert ready.status == 503
    assert ready.json == {"status": "not ready", "database": False, **WELL}


def test_without_its_database_each_request_is_to_be_sent_again_later(
    owner: Client, outage: None
) -> None:
    for answer in (
        owner.get("/v1/me"),
        owner.post("/v1/coalitions", {"slug": "specimen", "name": "Specimen"}),
        owner.post("/v1/coalitions", {"slug": "specimen", "name": "Specimen"}, key="a"),
    ):
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "5"
        assert answer["type"] == "/problems/unavailable"
        assert b"canary" not in answer.body


def test_it_recovers_by_itself_and_has_kept_what_it_had(
    request: pytest.FixtureRequest, world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    with world.app.app_context():
        engine: Engine = db.engine

    def refuse(*_: object) -> None:
        raise OperationalError("connect", None, ConnectionError())

    event.listen(engine, "begin", refuse, insert=True)
    assert owner.get("/v1/me").status == 503
    event.remove(engine, "begin", refuse)

    assert world.stranger().get("/readyz").status == 200
    assert owner.get(f"/v1/coalitions/{coalition}").status == 200


def test_connections_that_a_restart_cut_are_replaced(worlds: dict[str, World]) -> None:
    world = worlds["postgresql"]
    owner = world.user("owner")
    assert owner.get("/v1/me").status == 200, "it was well a moment ago"
    with world.app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )

    assert owner.get("/v1/me").status == 200
    world.empty()


def test_without_room_or_a_folder_for_files_it_serves_on(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")._replace(free=1_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    full = world.stranger().get("/readyz")
    monkeypatch.undo()

    outside = world.app.extensions["undersigned"]
    away = replace(outside, storage=Storage(str(tmp_path / "storage")))
    (tmp_path / "storage").rmdir()
    monkeypatch.setitem(world.app.extensions, "undersigned", away)
    gone = world.stranger().get("/readyz")

    assert (full.status, gone.status) == (200, 200)
    assert full.json == {"status": "degraded", "database": True, **WELL, "storage": False}
    assert gone.json == full.json


def test_what_a_full_disk_cannot_keep_is_tried_again(
    world: World, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = a_statement(owner, a_coalition(owner))
    a_revision(owner, statement)
    path = f"/v1/statements/{statement}/document"

    def full(*_: Any, **__: Any) -> NoReturn:
        raise GenericError("No space left on device (os error 28)")

    storage = world.app.extensions["undersigned"].storage
    with monkeypatch.context() as while_full:
        there = storage.store  # the disk below it
        while_full.setattr(storage, "store", SimpleNamespace(put=full, get=there.get))
        refused = owner.get(path)

    assert (refused.status, refused["type"]) == (503, "/problems/storage-unavailable")
    assert "Retry-After" in refused.headers
    assert owner.get(path).status == 200


def test_without_its_mail_server_it_serves_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = world.app.extensions["undersigned"]
    away = replace(outside, smtp=SmtpServer.at(f"smtp://127.0.0.1:{free_port()}"))
    monkeypatch.setitem(world.app.extensions, "undersigned", away)

    ready = world.stranger().get("/readyz")

    assert ready.status == 200
    assert ready.json == {"status": "degraded", "database": True, **WELL, "mail": False}


def test_what_it_can_do_without_is_not_asked_at_each_question(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[None] = []
    monkeypatch.setattr(health, "mail_works", lambda: asked.append(None))
    world.stranger().get("/readyz")
    monkeypatch.setattr(health, "KNOWN_SECONDS", 60.0)

    for _ in range(5):
        world.stranger().get("/readyz")

    assert len(asked) == 1


def test_one_that_hangs_keeps_nobody_waiting_and_is_asked_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = threading.Event()
    asked: list[None] = []

    def hang() -> bool:
        asked.append(None)
        hanging.wait(30)
        return False

    monkeypatch.setattr(health, "queue_works", hang)
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.5)
    began = time.monotonic()
    answers = [world.stranger().get("/readyz") for _ in range(4)]
    took = time.monotonic() - began
    hanging.set()

    told = {"status": "degraded", "database": True, **WELL, "queue": False}
    assert [(each.status, each.json) for each in answers] == [(200, told)] * 4
    assert took < 10
    assert len(asked) == 1
