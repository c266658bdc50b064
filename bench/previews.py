"""Twenty previews at once of one coalition, five of another, and one of 1.8 million characters.

Meanwhile /healthz is asked ten times a second. What finds no place is told so at once, what is too
long is refused before it is laid out, and nobody waits for half a minute.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from bench.server import Server

AT_ONCE, OF_ANOTHER = 20, 5
LONG, TOO_LONG = 100_000, 1_800_000  # characters
HEALTH_REACH, REQUEST_REACH = 1.0, 30.0  # seconds
SENTENCE = (
    "Whoever waits at the door of the house of books is asked in, and is told who closed it. "
)


@dataclass
class _Seen:
    """What was answered, and how long it took."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def get(self, server: Server, path: str) -> None:
        began = time.perf_counter()
        connection = HTTPConnection("127.0.0.1", server.port, timeout=300)
        connection.request("GET", path, headers={"Authorization": f"Bearer {server.token}"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        self.statuses[answer.status] += 1
        self.seconds.append(time.perf_counter() - began)

    def __str__(self) -> str:
        counts = ", ".join(
            f"{number} answers of {status}" for status, number in self.statuses.items()
        )
        return f"{counts}; the slowest after {max(self.seconds):.2f} s"


def measure() -> None:
    """Print what previews take, and what they take from others."""
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        many, few = _draft(server, "many", LONG), _draft(server, "few", LONG)
        huge = _draft(server, "huge", TOO_LONG)
        alone, crowd, long, health = _Seen(), _Seen(), _Seen(), _Seen()
        alone.get(server, many)
        print(f"previews: one alone: {alone}")
        over = threading.Event()
        watch = threading.Thread(target=_watch, args=(server, health, over))
        watch.start()
        wanted = [many] * AT_ONCE + [few] * OF_ANOTHER
        threads = [threading.Thread(target=crowd.get, args=(server, path)) for path in wanted]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        long.get(server, huge)
        over.set()
        watch.join()
    print(f"previews: {len(wanted)} at once: {crowd} (reach {REQUEST_REACH:.0f} s)")
    print(f"previews: one of {TOO_LONG:,} characters: {long}")
    print(f"previews: /healthz meanwhile: {health} (reach {HEALTH_REACH:.0f} s)")


def _watch(server: Server, health: _Seen, over: threading.Event) -> None:
    while not over.wait(0.1):
        health.get(server, "/healthz")


def _draft(server: Server, slug: str, characters: int) -> str:
    """Make a draft of a coalition of its own; return the address of its preview."""
    coalition = server.post("/v1/coalitions", {"slug": slug, "name": "Specimen"})["id"]
    paragraph = SENTENCE * 10
    body = [{"paragraph": paragraph}] * (characters // len(paragraph))
    document = {"slug": slug, "kind": "petition", "language": "en", "title": slug, "body": body}
    whole = {"format": "undersigned.statement/1", "coalition": {"name": "Specimen"}, **document}
    data = json.dumps(whole).encode()
    address = f"/v1/coalitions/{coalition}/imports"
    taken = json.loads(server.send("POST", address, data, "application/json"))
    return f"/v1/statements/{taken['statement']['id']}/draft/document"
