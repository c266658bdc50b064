"""The HTTP server on a thread, with an application that tells what it was told."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from api.cli import server

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 20.0
GET = b"GET /who HTTP/1.1\r\nHost: specimen.example\r\nConnection: close\r\n"
CANARY = b"kestrel-canary"
LARGE = {"/large": 20_000_000, "/page": 6_000_000}


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Answer what it was told; /slow takes a while, /stream never ends, /broken breaks."""
    path = environ["PATH_INFO"]
    if path.startswith("/broken"):
        raise RuntimeError(path)
    body = environ["wsgi.input"].read()
    if path == "/slow":
        time.sleep(1)
    start_response("200 OK", [("Content-Type", "application/json")])
    if path == "/stream":
        return (b"x" * 100_000 for _ in range(10_000))
    if path in LARGE:
        return [b"x" * LARGE[path]]
    told = {name: str(value) for name, value in environ.items() if name.isupper()}
    return [json.dumps({**told, "body": body.decode()}).encode()]


class House:
    """A server on a thread of its own."""

    def __init__(self, threads: int, port: int) -> None:
        self.listening = socket.create_server(("127.0.0.1", port), backlog=1024)
        self.address = self.listening.getsockname()
        self.server = server.Server(application, self.listening, threads)
        self.thread = threading.Thread(target=self.server.run)

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=PATIENCE)

    def say(self, words: bytes) -> bytes:
        """Send and return all that is answered until the server closes."""
        with self.connect() as line:
            line.sendall(words)
            return heard(line)

    def seconds(self) -> float:
        began = time.monotonic()
        assert b"200 OK" in self.say(GET + b"\r\n")
        return time.monotonic() - began


def heard(line: socket.socket) -> bytes:
    parts = []
    while part := line.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def told(answer: bytes) -> dict[str, str]:
    body: dict[str, str] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return body


def get(*lines: bytes, version: bytes = b"1.1", path: bytes = b"/who") -> bytes:
    head = [b"GET %s HTTP/%s" % (path, version), b"Host: specimen.example", *lines]
    return b"\r\n".join(head) + b"\r\n\r\n"


@contextmanager
def serving(threads: int = 2, port: int = 0) -> Iterator[House]:
    logger = logging.getLogger("waitress")
    before = logger.handlers, logger.propagate
    server.quiet()
    house = House(threads, port)
    house.thread.start()
    try:
        yield house
    finally:
        house.server.stop()
        house.thread.join(PATIENCE)
        logger.handlers, logger.propagate = before
        assert not house.thread.is_alive()
