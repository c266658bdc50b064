"""Finds a PostgreSQL for the tests: a running one, or one started from installed binaries."""

from __future__ import annotations

import getpass
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from pytest_postgresql.executors import PostgreSQLExecutor

if TYPE_CHECKING:
    from collections.abc import Iterator

WHY_NOT = (
    "no PostgreSQL answers on 127.0.0.1:5432 (or at UNDERSIGNED_TEST_POSTGRES), and none could be"
    " started: its binaries are not installed, or we are root, which they refuse"
)


def server() -> Iterator[str | None]:
    """Yield the address of a server that may be used, or None; stop what was started."""
    running = _running()
    if running:
        yield running
        return
    pg_ctl = _pg_ctl()
    if pg_ctl is None or os.getuid() == 0:
        yield None
        return
    with PostgreSQLExecutor(
        executable=str(pg_ctl),
        host="127.0.0.1",
        port=54329,
        datadir=f"/tmp/undersigned-postgres-{os.getpid()}",  # noqa: S108 # its socket's path must be short
        unixsocketdir="/tmp",  # noqa: S108
        logfile=os.devnull,
        startparams="-w",
        dbname="postgres",
    ) as started:
        started.wait_for_postgres()
        yield "postgresql://postgres@127.0.0.1:54329/postgres"


def _running() -> str | None:
    guesses = [
        f"postgresql://{who}@127.0.0.1:5432/postgres" for who in ("postgres", getpass.getuser())
    ]
    given = os.environ.get("UNDERSIGNED_TEST_POSTGRES")
    for address in [given] if given else guesses:
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError:
            continue
        return address
    return None


def _pg_ctl() -> Path | None:
    found = shutil.which("pg_ctl")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return Path(found) if found else (installed[-1] if installed else None)
