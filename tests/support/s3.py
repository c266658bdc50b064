"""A server that speaks S3, on this machine: moto's. What it keeps outlives its being stopped."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING
from uuid import uuid4

from moto.server import ThreadedMotoServer

from tests.support.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY, SECRET = "specimen", "sand/mar+tin"  # as secrets are: with what an address would split at
BUCKET = "undersigned-specimen"


class S3:
    """A server with an empty bucket, or without it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.start()
        self.bucket = f"{BUCKET}-{uuid4().hex[:8]}"
        self._ask("PUT", f"/{self.bucket}")

    def start(self) -> None:
        self._server = ThreadedMotoServer("127.0.0.1", self.port, verbose=False)
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def address(self, bucket: str | None = None, prefix: str = "house") -> str:
        """Return the address that the setting takes."""
        secret = SECRET.replace("/", "%2F").replace("+", "%2B")
        host = f"{KEY}:{secret}@127.0.0.1:{self.port}"
        return f"s3+http://{host}/{bucket or self.bucket}/{prefix}?region=eu-central-1"

    def _ask(self, method: str, path: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path)
        assert connection.getresponse().status == 200
        connection.close()


def server() -> Iterator[S3]:
    """Yield a server that runs, whatever a test did to it; it is stopped in the end."""
    started = S3()
    yield started
    started.stop()
