"""A mail server of the demo: letters go nowhere, each is left as a file."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING

from client import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS = 30  # until a letter must be here
_CODE = re.compile(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b")


class Post:
    """The letters that came, in a folder, and waiting for one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self._codes: dict[str, str] = {}
        self._came = threading.Condition()
        self._count = 0

    def take(self, content: bytes) -> None:
        """Keep a letter as a file, and the code that it holds for whom it is."""
        letter = message_from_bytes(content, policy=policy.default)
        text = letter.get_body(("plain",))
        code = _CODE.search(text.get_content()) if text else None
        with self._came:
            self._count += 1
            self.folder.mkdir(exist_ok=True)
            (self.folder / f"{self._count:03}.eml").write_bytes(content)
            if code:
                self._codes[letter["To"].addresses[0].addr_spec] = code[0]
            self._came.notify_all()

    def code_for(self, email: str) -> str:
        """Wait for a letter with a code, and return the code."""
        with self._came:
            if not self._came.wait_for(lambda: email in self._codes, SECONDS):
                raise Stop(
                    f"No letter to {email} in {SECONDS} seconds; demo/server.log may say why."
                )
            return self._codes[email]


class _Talk(StreamRequestHandler):
    """SMTP, as much of it as one client of ours speaks."""

    def handle(self) -> None:
        """Take letters until the other side is done."""
        self._say("220 localhost")
        for line in self.rfile:
            word = line.split(None, 1)[0].upper() if line.strip() else b""
            if word == b"DATA":
                self._say("354 go on")
                self.server.post.take(b"".join(self._letter()))  # type: ignore[attr-defined]
            self._say("221 bye" if word == b"QUIT" else "250 ok")
            if word == b"QUIT":
                return

    def _letter(self) -> Iterator[bytes]:
        for line in self.rfile:
            if line == b".\r\n":
                return
            yield line.removeprefix(b".") if line.startswith(b"..") else line

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def office(folder: Path) -> Iterator[Post]:
    """Take letters in, on a port of this machine that is free."""
    post = Post(folder)
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.post = post  # type: ignore[attr-defined]
        post.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield post
        finally:
            server.shutdown()
