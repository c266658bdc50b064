"""A real server on loopback with a user of its own, on SQLite in a folder or on PostgreSQL."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager, nullcontext
from copy import copy
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

COMMAND = str(Path(sys.executable).parent / "undersigned")
EMAIL = "bench@specimen.example"
PATIENCE_SECONDS = 120


class Server:
    """Serves while the block lasts."""

    def __init__(
        self,
        folder: Path,
        database: str | None = None,
        *,
        options: Sequence[str] = (),
        log: Path | None = None,
        **more: str,
    ) -> None:
        self.options, self.log = options, log
        self.environment = {
            "PATH": os.environ["PATH"],
            "UNDERSIGNED_DATABASE_URL": database or f"sqlite:///{folder}/db.sqlite",
            "UNDERSIGNED_STORAGE_PATH": str(folder / "storage"),
            "UNDERSIGNED_LOG_LEVEL": "WARNING",
            **more,
        }
        self.environment["UNDERSIGNED_MASTER_KEYS"] = self.run("key", "create")

    def __enter__(self) -> Self:
        self.run("migrate")
        self.run("user", "create", EMAIL, "--name", "Bench")
        self.token = self.run("token", "create", EMAIL)
        self.start()
        return self

    @contextmanager
    def beside(self, **settings: str) -> Iterator[Self]:
        """Have another process serve the same house for a while, with settings of its own."""
        other = copy(self)
        other.environment = {**self.environment, **settings}
        other.start()
        try:
            yield other
        finally:
            other.__exit__(None, None, None)

    def start(self) -> None:
        """Serve, and wait until it is ready."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        serve = [COMMAND, "serve", "--bind", f"127.0.0.1:{self.port}", *self.options]
        with nullcontext() if self.log is None else self.log.open("ab") as output:
            self.process = subprocess.Popen(
                serve, env=self.environment, stdout=output, stderr=output and subprocess.STDOUT
            )
        began = time.monotonic()
        while not self._is_ready():
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise TimeoutError("The server does not come up.")
            time.sleep(0.1)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE_SECONDS)

    def run(self, *words: str) -> str:
        """Run a command of ours and return what it prints."""
        done = subprocess.run(
            [COMMAND, *words], env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout.strip()

    def _is_ready(self) -> bool:
        try:
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=1)) as connection:
                connection.request("GET", "/readyz")
                return connection.getresponse().status == HTTPStatus.OK
        except OSError:
            return False

    def get(self, path: str) -> bytes:
        """Return the body of an answer of 200."""
        return self.send("GET", path)

    def document(self, path: str) -> bytes:
        """Return a document, also one that becomes a job."""
        while True:
            answer, content = self._asked("GET", path, b"", {})
            if answer.status == HTTPStatus.OK:
                return content
            time.sleep(0.2)

    def etag(self, path: str) -> str:
        """Return the version of a thing, for If-Match."""
        answer, _ = self._asked("GET", path, b"", {})
        return str(answer.headers["ETag"])

    def send(
        self, method: str, path: str, body: bytes = b"", kind: str = "", match: str = ""
    ) -> bytes:
        """Return the body of an answer that says yes."""
        headers = {
            name: text for name, text in (("Content-Type", kind), ("If-Match", match)) if text
        }
        return self._asked(method, path, body, headers)[1]

    def _asked(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status < HTTPStatus.MULTIPLE_CHOICES, content
        connection.close()
        return answer, content

    def post(self, path: str, body: Any, *, match: str = "") -> Any:
        return self._json("POST", path, body, match)

    def put(self, path: str, body: Any, *, match: str) -> Any:
        return self._json("PUT", path, body, match)

    def _json(self, method: str, path: str, body: Any, match: str) -> Any:
        data = json.dumps(body).encode()
        return json.loads(self.send(method, path, data, "application/json", match))

    def import_(self, document: bytes) -> str:
        """Import a document into a new coalition and return its statement's id."""
        coalition = self.post("/v1/coalitions", {"slug": "bench", "name": "Bench"})["id"]
        address = f"/v1/coalitions/{coalition}/imports"
        taken = json.loads(self.send("POST", address, document, "application/yaml"))
        return str(taken["statement"]["id"])
