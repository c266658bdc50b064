"""A wire to a server that can be made to hang: it takes what comes, and hands nothing on."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Wire:
    """Leads from a port of its own to a server."""

    def __init__(self, host: str, port: int) -> None:
        self.to = host, port
        self.is_whole = threading.Event()
        self.is_whole.set()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        self.ends: list[socket.socket] = []

    def hang(self) -> None:
        self.is_whole.clear()

    def cut(self) -> None:
        """Refuse new connections, and end those that are there."""
        with suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.is_whole.set()

    def run(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listening.accept()
                far = socket.create_connection(self.to)
                self.ends += near, far
                for ends in (near, far), (far, near):
                    threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while words := one.recv(1 << 16):
                self.is_whole.wait()
                other.sendall(words)
            other.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(host: str, port: int) -> Iterator[Wire]:
    """Lay a wire for a while."""
    laid = Wire(host, port)
    thread = threading.Thread(target=laid.run, daemon=True)
    thread.start()
    try:
        yield laid
    finally:
        laid.mend()
        laid.cut()
        laid.listening.close()
        thread.join(5)
        for end in laid.ends:
            end.close()
