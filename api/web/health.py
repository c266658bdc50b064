"""Is the process up, and can it work?"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from http import HTTPStatus

import structlog
from flask import Flask, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from api import config
from api.infra.database.transactions import NotMigrated, must_be_migrated
from api.infra.queue import QueueBroken
from api.infra.runtime import remembered, runtime, thread_context
from api.infra.storage import StorageUnavailable

log = structlog.get_logger()
LEAST_FREE_BYTES = 100_000_000
KNOWN_SECONDS = 5.0
MAIL_SECONDS = 2.0
PATIENCE_SECONDS = 1.5  # for all of them together; proxies wait for little longer


def install(app: Flask) -> None:
    """Answer /healthz (the process) and /readyz (what it needs, and what others wait for)."""

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        database = _database()
        found = parts(is_database_there=database)
        status = "ok" if all(each is not False for each in found.values()) else "degraded"
        # Without one of the others this process serves on. A proxy that left it out for them would
        # leave out all, since they have the same.
        if not database:
            status = "not ready"
        code = HTTPStatus.OK if database else HTTPStatus.SERVICE_UNAVAILABLE
        return jsonify(status=status, database=database, **found), code


def parts(*, is_database_there: bool) -> dict[str, bool | None]:
    """Return which of the other parts answer; None: there is none."""
    settings = runtime().settings
    is_queue_in_it = settings.queue_url is None and not settings.is_sqlite
    return remembered(_Parts).found(is_queue_there=is_database_there or not is_queue_in_it)


class _Parts:
    """What a process does without for a while; asked now and then only, whoever asks us.

    One that hangs keeps nobody waiting: a proxy that hears nothing leaves this process out.
    """

    def __init__(self) -> None:
        self._found: dict[str, bool | None] = {}
        self._asked_at = float("-inf")
        self._asking: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    def found(self, *, is_queue_there: bool) -> dict[str, bool | None]:
        """Return which of them answer, and soon; None: there is none."""
        with self._lock:
            is_asking = any(each.is_alive() for each in self._asking.values())
            if not is_asking and time.monotonic() - self._asked_at >= KNOWN_SECONDS:
                self._ask(is_queue_there=is_queue_there)
            asking = self._asking
        until = time.monotonic() + PATIENCE_SECONDS
        for each in asking.values():
            each.join(max(0.0, until - time.monotonic()))
        return {
            name: not each.is_alive() and self._found.get(name, False)
            for name, each in asking.items()
        }

    def _ask(self, *, is_queue_there: bool) -> None:
        within = thread_context()
        questions: dict[str, Callable[[], bool | None]] = {
            "queue": lambda: is_queue_there and queue_works(),
            "limits": runtime().rate_limits.is_shared,
            "storage": _storage,
            "mail": mail_works,
        }

        def ask(name: str) -> None:
            with within():
                self._found[name] = questions[name]()

        self._asking = {
            name: threading.Thread(target=ask, args=(name,), daemon=True) for name in questions
        }
        for each in self._asking.values():
            each.start()
        self._asked_at = time.monotonic()


def _database() -> bool:
    try:
        must_be_migrated(config.share("migrations"))
    except (SQLAlchemyError, NotMigrated) as fault:
        log.error(  # noqa: TRY400 # a trace could hold values
            "not ready", part="database", error=type(fault).__name__
        )
        return False
    return True


def queue_works() -> bool:
    try:
        runtime().queue.size()
    except QueueBroken:
        return False
    return True


def _storage() -> bool:
    storage = runtime().storage
    try:
        storage.must_answer()
        free = storage.free_bytes()
    except (OSError, StorageUnavailable):
        return False
    return free is None or free > LEAST_FREE_BYTES


def mail_works() -> bool | None:
    server = runtime().smtp
    if server is None:
        return None
    try:
        socket.create_connection((server.host, server.port), timeout=MAIL_SECONDS).close()
    except OSError:
        return False
    return True
