"""`undersigned serve`: processes that serve and a worker that live and end together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.infra.vault import new_master_key
from tests.support.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.rest  # each starts a house of processes

WAIT_SECONDS = 60


def commands(module: str = "api.cli") -> dict[int, list[str]]:
    """Return the id and the words of each of our processes that runs a module."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if words[1:4] == ["-P", "-m", module]:
            found[int(folder.name)] = words[4:]
    return found


class House:
    """A running `serve`."""

    def __init__(self, process: subprocess.Popen[bytes], bind: str) -> None:
        self.process, self.bind = process, bind

    def group(self) -> dict[str, set[int]]:
        """Return the ids of its server's and its worker's processes."""
        found = commands()
        servers = {pid for pid, words in found.items() if {self.bind, "--no-worker"} <= {*words}}
        return {
            "servers": servers,
            "workers": {p for p in found if parent(p) == self.process.pid} - servers,
        }

    def wait_for(
        self, *, servers: bool, workers: bool, but: set[int] | None = None
    ) -> dict[str, set[int]]:
        until = time.monotonic() + WAIT_SECONDS
        while True:
            found = self.group()
            if (bool(found["servers"]), bool(found["workers"] - (but or set()))) == (
                servers,
                workers,
            ):
                return found
            assert time.monotonic() < until, found
            time.sleep(0.1)

    def until_ready(self) -> None:
        until = time.monotonic() + WAIT_SECONDS
        while True:
            with suppress(OSError, HTTPException), closing(self.connection()) as connection:
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            assert time.monotonic() < until
            time.sleep(0.1)

    def connection(self) -> HTTPConnection:
        return HTTPConnection(self.bind, timeout=WAIT_SECONDS)


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@contextmanager
def serving(settings_in: Path, folder: Path, **more: str) -> Iterator[House]:
    """Serve with a database of its own, started in a folder."""
    settings = {
        "PATH": os.environ["PATH"],
        "UNDERSIGNED_DATABASE_URL": f"sqlite:///{settings_in}/db.sqlite",
        "UNDERSIGNED_STORAGE_PATH": str(settings_in / "storage"),
        "UNDERSIGNED_MASTER_KEYS": new_master_key(),
        "UNDERSIGNED_LOG_LEVEL": "CRITICAL",
        **more,
    }
    ours = str(Path(sys.executable).parent / "undersigned")
    subprocess.run([ours, "migrate"], env=settings, check=True, cwd=folder)  # noqa: S603 # our own command
    bind = f"127.0.0.1:{free_port()}"
    command = [ours, "serve", "--bind", bind]
    with subprocess.Popen(command, env=settings, cwd=folder) as process:  # noqa: S603 # our own command
        try:
            yield House(process, bind)
        finally:
            process.kill()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with serving(tmp_path, Path.cwd()) as house:
        yield house


def test_a_worker_that_ends_is_started_again_and_both_end_when_told_to(house: House) -> None:
    (worker,) = house.wait_for(servers=True, workers=True)["workers"]

    os.kill(worker, signal.SIGKILL)
    house.wait_for(servers=True, workers=True, but={worker})
    (server,) = house.group()["servers"]
    house.until_ready()
    os.kill(server, signal.SIGKILL)
    house.until_ready()  # who connects meanwhile waits for the next one
    assert house.group()["servers"].isdisjoint({server})
    house.process.terminate()

    assert house.process.wait(WAIT_SECONDS) == 0
    house.wait_for(servers=False, workers=False)


def test_nothing_stays_behind_when_it_is_killed(house: House) -> None:
    found = house.wait_for(servers=True, workers=True)

    house.process.kill()

    until = time.monotonic() + WAIT_SECONDS
    while commands().keys() & (found["servers"] | found["workers"]):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_request_that_is_being_sent_is_answered_before_the_end_and_no_new_one_waits(
    house: House,
) -> None:
    house.until_ready()
    with closing(house.connection()) as connection:
        connection.putrequest("POST", "/v1/coalitions")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", "2")
        connection.endheaders()
        time.sleep(0.5)
        house.process.terminate()
        until = time.monotonic() + WAIT_SECONDS / 3
        while takes_connections(house.bind):
            assert time.monotonic() < until
            time.sleep(0.1)
        connection.send(b"{}")

        assert connection.getresponse().status == 401
    assert house.process.wait(WAIT_SECONDS) == 0


def test_nothing_of_the_folder_at_hand_is_run(tmp_path: Path) -> None:
    mark, folder = tmp_path / "mark", tmp_path / "of somebody"
    (folder / "weasyprint").mkdir(parents=True)
    for name in ("api", "structlog", "json", "sitecustomize", "huey", "weasyprint/__init__"):
        (folder / f"{name}.py").write_text(f"open({str(mark)!r}, 'a').write(__name__)\n")

    with serving(tmp_path, folder) as house:
        house.until_ready()
        found = house.wait_for(servers=True, workers=True)
        until = time.monotonic() + WAIT_SECONDS
        while warm() != found["servers"] | found["workers"]:  # each has started its render process
            assert time.monotonic() < until
            time.sleep(0.2)
        house.process.terminate()
        assert house.process.wait(WAIT_SECONDS) == 0

    assert not mark.exists()


def warm() -> set[int]:
    """Return the processes here that have a render process."""
    return {parent(pid) for pid in commands("api.infra.sandbox.fork_server")} & commands().keys()


def takes_connections(bind: str) -> bool:
    host, port = bind.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True
