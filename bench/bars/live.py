"""A live server to attack: calls that take any answer, what it keeps, and what it costs."""

from __future__ import annotations

import json
import math
import socket
import statistics
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.processes import megabytes
from bench.server import Server
from bench.signing import database, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROBLEM = "application/problem+json"
READY_EVERY, WATCH_EVERY = 0.5, 0.05  # seconds
HTTPS_OWN = {501, 505}  # what HTTP calls a coding or a version that we do not speak


class LeftOut(Exception):
    """What a bar needs is not on this machine."""


@dataclass(frozen=True)
class Figure:
    """What was measured, and whether it is as promised."""

    what: str
    held: bool

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.what}: {'held' if self.held else 'NOT HELD'}"


@dataclass
class Place:
    """A folder and a kind of database for one attack; the statuses that both must answer alike."""

    folder: Path
    engine: str
    statuses: dict[str, int] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """The file that the server's output goes to."""
        return self.folder / "log"

    @contextmanager
    def url(self) -> Iterator[str | None]:
        """Have a database: None is SQLite's file in the folder."""
        if self.engine == "sqlite":
            yield None
            return
        with database() as address:
            yield address

    @contextmanager
    def served(self, address: str | None = None, *options: str, **settings: str) -> Iterator[Live]:
        """Serve, on a database of its own unless one is given."""
        settings = {"UNDERSIGNED_TRUSTED_PROXIES": "1", **settings}
        with (
            self.url() as own,
            Live(self.folder, address or own, log=self.log, options=options, **settings) as live,
        ):
            yield live


@dataclass(frozen=True)
class Said:
    """An answer, or what stood for one: status 0 is none."""

    status: int
    seconds: float
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)

    @property
    def is_proper(self) -> bool:
        """Tell whether an error is a problem, and no fault of ours but a named one."""
        if self.status < 400:
            return self.status > 0
        is_problem = self.headers.get("content-type", "").startswith(PROBLEM)
        is_named = self.status in HTTPS_OWN or (
            self.status == 503 and "retry-after" in self.headers
        )
        return is_problem and (self.status < 500 or is_named)


class Readiness(list[tuple[float, float, Said]]):
    """What /readyz said: when it was asked and answered, by the monotonic clock, and what."""

    def statuses(self, since: float = 0.0, until: float = math.inf) -> dict[int, int]:
        """Return how often which status came of what was asked and answered in a time."""
        within = (said for asked, at, said in self if since <= asked and at < until)
        return dict(Counter(said.status for said in within))

    def well_at(self, since: float) -> float:
        """Return when it first said after an instant that all is well; infinity: it never did."""
        well = [
            at
            for asked, at, said in self
            if asked >= since and said.status == 200 and said.json["status"] == "ok"
        ]
        return min(well, default=math.inf)


class Live(Server):
    """A server whose answers are taken as they are."""

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: bool = True,
        seconds: float = 60,
        **headers: str,
    ) -> Said:
        """Send one request; bytes go as they are, anything else as JSON."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        began = time.monotonic()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as lost:
            return Said(0, time.monotonic() - began, {}, repr(lost).encode())
        finally:
            connection.close()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Said(answer.status, time.monotonic() - began, told, content)

    def raw(self, sent: bytes, seconds: float = 20) -> Said:
        """Send bytes that need not be HTTP, and return what comes back."""
        began = time.monotonic()
        got = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as line:
            try:
                line.sendall(sent)
                line.shutdown(socket.SHUT_WR)
                while part := line.recv(65536):
                    got += part
            except OSError:
                pass
        head, _, body = got.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        words = first.split()
        status = int(words[1]) if len(words) > 1 and words[1].isdecimal() else 0
        headers = dict(line.lower().split(": ", 1) for line in rest if ": " in line)
        return Said(status, time.monotonic() - began, headers, body)

    def megabytes(self) -> float:
        """Return what the server and all that it started hold in memory."""
        return megabytes(self.process.pid)

    @contextmanager
    def readiness(self) -> Iterator[Readiness]:
        """Ask /readyz all the time; yield what it said, and when."""
        found = Readiness()

        def ask() -> None:
            asked, said = time.monotonic(), self.call("GET", "/readyz", token=False)
            found.append((asked, time.monotonic(), said))

        with _again_and_again(ask, READY_EVERY):
            yield found

    @contextmanager
    def watched(self, path: str) -> Iterator[list[float]]:
        """Ask for one thing all the time; yield the seconds that each answer took."""
        took: list[float] = []

        def ask() -> None:
            said = self.call("GET", path)
            took.append(said.seconds if said.status == 200 else 60.0)

        with _again_and_again(ask, WATCH_EVERY):
            yield took


@contextmanager
def _again_and_again(ask: Callable[[], None], every: float) -> Iterator[None]:
    """Ask beside the block, so many seconds after the last answer, until it ends."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(every):
            ask()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def p95(took: list[float]) -> float:
    """Return the time within which nineteen of twenty were answered."""
    return statistics.quantiles(took, n=20)[-1] if len(took) > 1 else max(took, default=0.0)


class Line:
    """A way to PostgreSQL that can be cut, or left hanging, and opened again."""

    def __init__(self, to: tuple[str, int]) -> None:
        self.to, self.port = to, free_port()
        self.state = "open"
        self._ends: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", self.port), backlog=128)
        threading.Thread(target=self._let_in, daemon=True).start()

    def cut(self) -> None:
        """Refuse new connections, and end those that are there."""
        self.state = "cut"
        for end in list(self._ends):
            end.close()
        self._ends.clear()

    def hang(self) -> None:
        """Take what comes, and pass nothing on."""
        self.state = "hanging"

    def open(self) -> None:
        """Work again; what hung is passed on."""
        self.state = "open"

    def _let_in(self) -> None:
        while True:
            here, _ = self._door.accept()
            if self.state == "cut":
                here.close()
                continue
            threading.Thread(target=self._pass, args=(here,), daemon=True).start()

    def _pass(self, here: socket.socket) -> None:
        try:
            there = socket.create_connection(self.to)
        except OSError:
            here.close()
            return
        self._ends |= {here, there}
        threading.Thread(target=self._copy, args=(there, here), daemon=True).start()
        self._copy(here, there)

    def _copy(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while part := one.recv(65536):
                while self.state == "hanging":
                    time.sleep(0.05)
                other.sendall(part)
        except OSError:
            pass
        finally:
            for end in (one, other):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
