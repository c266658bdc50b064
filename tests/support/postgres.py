"""Finds a PostgreSQL for the tests: a running one, or one started from installed binaries."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import psycopg
import pytest
from pytest_postgresql.executors import PostgreSQLExecutor

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAY_CREATE = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
_GIVEN = os.environ.get("UNDERSIGNED_TEST_POSTGRES")


def server() -> Iterator[str | None]:
    """Yield the address of a server that may be used, or None; stop what was started."""
    address = _running()
    pg_ctl = _pg_ctl()
    if address or _GIVEN or pg_ctl is None or os.getuid() == 0:
        yield address
        return
    with (
        tempfile.TemporaryDirectory(prefix="undersigned-") as folder,
        PostgreSQLExecutor(
            executable=str(pg_ctl),
            host="127.0.0.1",
            port=free_port(),
            datadir=f"{folder}/data",
            unixsocketdir=folder,
            logfile=f"{folder}/log",
            startparams="-w",
            dbname="postgres",
        ) as started,
    ):
        yield f"postgresql://postgres@127.0.0.1:{started.port}/postgres"


def is_there() -> bool:
    """Tell whether there is one, or can be."""
    return _running() is not None or (_pg_ctl() is not None and os.getuid() != 0)


def leave_out() -> NoReturn:
    """Skip the test because there is no PostgreSQL; where one was promised, fail."""
    if _GIVEN:
        pytest.fail(_why_not())
    pytest.skip(_why_not())


def _why_not() -> str:
    if _GIVEN:
        return "UNDERSIGNED_TEST_POSTGRES leads to no PostgreSQL in which we may create databases."
    what = "No PostgreSQL in which we may create databases answers on 127.0.0.1:5432, and"
    if _pg_ctl() is None:
        return f"{what} none is installed to be started: apt-get install postgresql"
    return f"{what} root may not start one: run the tests as somebody else."


def _running() -> str | None:
    guesses = [
        f"postgresql://{who}@127.0.0.1:5432/postgres" for who in ("postgres", getpass.getuser())
    ]
    for address in [_GIVEN] if _GIVEN else guesses:
        try:
            with psycopg.connect(address, connect_timeout=2) as connection:
                if connection.execute(_MAY_CREATE).fetchone() == (True,):
                    return address
        except psycopg.OperationalError:
            continue
    return None


def _pg_ctl() -> Path | None:
    found = shutil.which("pg_ctl")
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: float(path.parts[-3])
    )
    return Path(found) if found else (installed[-1] if installed else None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
