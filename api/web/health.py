"""Is the process up, and can it work?"""

from __future__ import annotations

import shutil
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from flask import Flask, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from api import config
from api.infra.database import NotMigrated, must_be_migrated
from api.infra.outside import outside

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger()
LEAST_FREE_BYTES = 100_000_000


def install(app: Flask) -> None:
    """Answer /healthz (the process) and /readyz (what it needs)."""

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        found = {name: check() for name, check in CHECKS.items()}
        ready = all(found.values())
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return jsonify(status="ok" if ready else "not ready", **found), status


def _database() -> bool:
    try:
        must_be_migrated(config.share("migrations"))
    except (SQLAlchemyError, NotMigrated) as fault:
        log.error(  # noqa: TRY400 # a trace could hold values
            "not ready", part="database", error=type(fault).__name__
        )
        return False
    return True


def _storage() -> bool:
    try:
        return shutil.disk_usage(outside().settings.storage_path).free > LEAST_FREE_BYTES
    except OSError:
        return False


CHECKS: dict[str, Callable[[], bool]] = {"database": _database, "storage": _storage}
