"""Finds a Redis for the tests: a running one, or one started from an installed binary."""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING, NoReturn

import pytest
import redis

from tests.support.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

USUAL = "redis://127.0.0.1:6379/15"
START_SECONDS = 10
WHY_NOT = "No Redis answers on 127.0.0.1:6379, and none is installed: apt-get install redis-server"


def server() -> Iterator[str | None]:
    """Yield the address of a server that may be used, or None; stop what was started."""
    binary = shutil.which("redis-server")
    if _answers(USUAL) or binary is None:
        yield USUAL if _answers(USUAL) else None
        return
    port = free_port()
    address = f"redis://127.0.0.1:{port}/0"
    command = [binary, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", "/tmp"]  # noqa: S108 # it writes nothing
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as started:  # noqa: S603 # a server of our own
        until = time.monotonic() + START_SECONDS
        while not _answers(address) and time.monotonic() < until:
            time.sleep(0.05)
        yield address
        started.terminate()


def leave_out() -> NoReturn:
    """Skip the test because there is no Redis."""
    pytest.skip(WHY_NOT)


def _answers(address: str) -> bool:
    try:
        with redis.Redis.from_url(address, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
