"""A rush: people sign a statement as fast as two web processes on PostgreSQL take it in.

The floor is a bare Flask app that inserts one row, measured in the same run with the same server,
driver and load: wrk with 16 connections, each request another person from another network. Then
the worker takes in what was received, and everything is counted: every accepted signature is
there, every letter is promised. `SECONDS=60` is what the design asks for. SQLite's figure stands
beside it, with its one process.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
from sqlalchemy import create_engine, text

from bench.server import COMMAND, Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

SECONDS = int(os.environ.get("SECONDS", "20"))
POSTGRES = os.environ.get("UNDERSIGNED_TEST_POSTGRES", "postgresql://127.0.0.1:5432/postgres")
CONNECTIONS, REACH = 16, 0.4
PATIENCE_SECONDS = 600
SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local n, thread = 0, 0
function setup(t) t:set("thread", thread); thread = thread + 1 end
function request()
  n = n + 1
  local who = string.format("p%d-%d-%s", thread, n, RUN)
  local net = string.format("%d.%d.%d.1", 11 + math.floor(n / 65536) % 80,
    math.floor(n / 256) % 256, n % 256)
  wrk.headers["X-Forwarded-For"] = net
  return wrk.format(nil, PATH, nil, (string.gsub(BODY, "WHO", who)))
end
function response(status)
  if status ~= 202 then bad = (bad or 0) + 1 end
end
"""


def measure() -> None:
    """Print how fast signatures are received against the floor, and that none is lost."""
    if not shutil.which("wrk"):
        sys.exit("The load comes from wrk: apt-get install wrk")
    with TemporaryDirectory() as name:
        folder = Path(name)
        print(f"PostgreSQL, two web processes, {SECONDS} s:")
        with database() as url:
            with bare(url, 2) as port:
                floor = bare_inserts(folder, port).a_second
            ours = _ours(folder / "pg", url.replace("postgresql://", "postgresql+psycopg://"), 2)
        print(
            f"  bare insert {floor:.0f}/s, signing {ours:.0f}/s: ratio {ours / floor:.2f}", end=""
        )
        print(f" (reach {REACH})")
        print("SQLite, one process:")
        lite = _ours(folder / "lite", None, 1)
        print(f"  signing {lite:.0f}/s")


@contextmanager
def database() -> Iterator[str]:
    """Have a database of PostgreSQL for a while."""
    name = f"bench_{uuid4().hex}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{POSTGRES.rsplit('/', 1)[0]}/{name}"
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def bare(url: str, processes: int) -> Iterator[int]:
    """Serve the bare app that the floors are of; yield its port."""
    port = free_port()
    address = url.replace("postgresql://", "postgresql+psycopg://")
    environment = {**os.environ, "FLOOR_DATABASE_URL": address}
    command = [sys.executable, "-m", "bench.floor", f"127.0.0.1:{port}", str(processes)]
    with subprocess.Popen(command, env=environment) as process:
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()


def bare_inserts(folder: Path, port: int, seconds: int = SECONDS) -> Rate:
    """Have the bare app insert rows as fast as it can."""
    body = json.dumps({"name": "WHO Specimen", "email": "WHO@specimen.example"})
    return load(folder, port, "/sign", body, seconds)


def _ours(folder: Path, database: str | None, workers: int) -> float:
    folder.mkdir(exist_ok=True)
    options = ("--no-worker", "--workers", str(workers))
    with Server(folder, database, options=options, UNDERSIGNED_TRUSTED_PROXIES="1") as server:
        address, body = opened(server)
        path = f"/v1/public/statements/{address}/signatures"
        warm = load(folder, server.port, path, body, 3)
        rate = load(folder, server.port, path, body, SECONDS)
        assert warm.bad + rate.bad == 0, f"{warm.bad + rate.bad} were not accepted"
        _take_in(server, warm.number + rate.number)
    return rate.a_second


def opened(server: Server) -> tuple[str, str]:
    """Open a statement for signing; return its address, and a body in which WHO stands for one."""
    coalition = server.post("/v1/coalitions", {"slug": "bench", "name": "Specimen"})["id"]
    text = {"slug": "rush", "kind": "petition", "language": "en", "title": "Open the doors"}
    document = {**text, "body": [{"paragraph": "We ask that the doors be opened."}]}
    begun = server.post(f"/v1/coalitions/{coalition}/statements", {"document": document})
    here = f"/v1/statements/{begun['statement']['id']}"
    server.post(f"{here}/revisions", {}, match=server.etag(here))
    server.post(f"{here}/transitions", {"state": "review"}, match=server.etag(here))
    opened = {"opens_at": "2026-01-01T00:00:00Z", "moderation": "none"}
    address = server.put(f"{here}/signing", opened, match=server.etag(f"{here}/signing"))["address"]
    shown = json.loads(server.get(f"/v1/public/statements/{address}"))
    consents = [
        {"purpose": each["purpose"], "words_sha256": each["words_sha256"]}
        for each in shown["consents"]
    ]
    body: dict[str, Any] = {
        "name": "Specimen WHO",
        "email": "WHO@specimen.example",
        "country": "KZ",
        "visibility": "public",
        "consents": consents,
        "revision_sha256": shown["revision_sha256"],
    }
    return address, json.dumps(body)


class Rate:
    """What wrk says of a load."""

    def __init__(self, told: str) -> None:
        requests = re.search(r"(\d+) requests in", told)
        took = re.search(r"requests in ([\d.]+)(s|m),", told)
        assert requests, told
        assert took, told
        self.number = int(requests[1])
        self.a_second = self.number / (float(took[1]) * (60 if took[2] == "m" else 1))
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
        errors = re.search(r"Socket errors: (.*)", told)
        self.bad = int(bad[1]) if bad else 0
        assert not errors, errors


def load(folder: Path, port: int, path: str, body: str, seconds: int) -> Rate:
    """Send a body in which WHO stands for another person each time, as fast as it is taken."""
    run = f"{time.monotonic_ns() % 10**9}"
    lines = [f"RUN = {json.dumps(run)}", f"PATH = {json.dumps(path)}", f"BODY = [==[{body}]==]"]
    return wrk(folder, port, path, seconds, "\n".join(lines) + SCRIPT)


def wrk(folder: Path, port: int, path: str, seconds: int, script: str, *options: str) -> Rate:
    """Ask as a script says, as fast as it is answered, over as many connections as a bench has."""
    file = folder / "load.lua"
    file.write_text(script)
    command = ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "-s", str(file)]
    command += ["--timeout", "30s", *options]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], check=True, capture_output=True, text=True
    )
    return Rate(done.stdout)


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("The floor does not come up.")


def _take_in(server: Server, accepted: int) -> None:
    """Have a worker take in what was received: every accepted one is there, with its letter."""
    engine = create_engine(server.environment["UNDERSIGNED_DATABASE_URL"])
    began = time.monotonic()
    with subprocess.Popen([COMMAND, "worker"], env=server.environment) as worker:
        while waiting := _count(engine, "pending_signatures WHERE taken_in_at IS NULL"):
            assert time.monotonic() - began < PATIENCE_SECONDS, f"{waiting} wait"
            time.sleep(0.5)
        took = time.monotonic() - began
        worker.terminate()
    # Some were on their way when the load ended: they are there too.
    received, promised = _count(engine, "pending_signatures"), _count(engine, "letters")
    assert received >= accepted, f"{accepted} were accepted and {received} are there"
    assert promised == received, f"{received} were received and {promised} letters are promised"
    print(f"  {received} received, {accepted} of them answered in time; all have their letter")
    print(f"  taken in by a worker at {received / took:.0f}/s")


def _count(engine: Engine, what: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())
