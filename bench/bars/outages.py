"""Bar 34: the database goes away, hangs, or the disk is full; what was acknowledged stays."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from bench.bars.live import Figure, LeftOut, Line, Live, Place
from bench.bars.load import kept, readiness, signed
from bench.signing import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOWN = int(os.environ.get("DOWN", "30"))
BEFORE_SECONDS, BACK_SECONDS, LONGEST_SECONDS = 5, 5.0, 30.0
FREE_MEGABYTES = 12


class _Fault(Protocol):
    def begin(self) -> None: ...
    def end(self) -> None: ...


class _Locked:
    """SQLite's file, held by another program that writes."""

    def __init__(self, path: str) -> None:
        self.path = path

    def begin(self) -> None:
        self._held = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        self._held.execute("PRAGMA busy_timeout = 10000")
        self._held.execute("BEGIN EXCLUSIVE")

    def end(self) -> None:
        self._held.execute("ROLLBACK")
        self._held.close()


class _Cut:
    def __init__(self, line: Line) -> None:
        self.begin, self.end = line.cut, line.open


class _Hung:
    def __init__(self, line: Line) -> None:
        self.begin, self.end = line.hang, line.open


def away(place: Place) -> Iterator[Figure]:
    """The database refuses connections (SQLite: another program holds the file)."""
    yield from _during(place, _Cut)


def hanging(place: Place) -> Iterator[Figure]:
    """PostgreSQL takes what is asked and answers nothing."""
    if place.engine == "postgresql":
        yield from _during(place, _Hung)


def _during(place: Place, kind: type[_Cut | _Hung]) -> Iterator[Figure]:
    with place.url() as url:
        fault: _Fault
        if url is None:
            fault, address = _Locked(f"{place.folder}/db.sqlite"), None
        else:
            line = Line((urlsplit(url).hostname or "127.0.0.1", urlsplit(url).port or 5432))
            fault, address = kind(line), _by(url, line.port)
        with place.served(address, "--no-worker") as live:
            if url is None:  # who reads goes on, so the process can serve
                yield from _measured(live, fault, 200)
                return
            straight = url.replace("postgresql://", "postgresql+psycopg://")
            with live.beside(UNDERSIGNED_DATABASE_URL=straight) as other, other.readiness() as its:
                yield from _measured(live, fault, 503)
            told = its.statuses()
            yield Figure(f"/readyz of the process that is not cut off: {told}", set(told) == {200})


def _by(url: str, port: int) -> str:
    parts = urlsplit(url.replace("postgresql+psycopg://", "postgresql://"))
    who = f"{parts.username}@" if parts.username else ""
    return f"postgresql+psycopg://{who}127.0.0.1:{port}{parts.path}"


def _measured(live: Live, fault: _Fault, meanwhile: int) -> Iterator[Figure]:
    address, body = opened(live)
    with live.readiness() as ready, signed(address, body, live) as said:
        time.sleep(BEFORE_SECONDS)
        began = time.monotonic()
        fault.begin()
        time.sleep(DOWN - 5)
        health = live.call("GET", "/healthz")
        time.sleep(5)
        ended = time.monotonic()
        fault.end()
        time.sleep(LONGEST_SECONDS)
    back = min((at for at, _, each in said if each.status == 202 and at > ended), default=1e9)
    told = Counter(each.status for at, _, each in said if began < at < ended)
    yield Figure(f"{DOWN} s away: answers {dict(told)}", told[503] > 0 and set(told) <= {202, 503})
    refused = [each for _, _, each in said if each.status not in {200, 202}]
    named = sum(each.is_proper for each in refused)
    yield Figure(
        f"{named} of {len(refused)} refusals are 503 with Retry-After", named == len(refused)
    )
    slowest = max(each.seconds for _, _, each in said)
    yield Figure(f"the slowest answer in {slowest:.1f} s", slowest < LONGEST_SECONDS)
    seen = f"/healthz {health.status} in {health.seconds:.2f} s"
    yield Figure(seen, health.status == 200 and health.seconds < LONGEST_SECONDS)
    yield from readiness(ready, began, ended, meanwhile)
    yield Figure(f"signs again {back - ended:.1f} s after it is back", back - ended <= BACK_SECONDS)
    accepted = {who for _, who, each in said if each.status == 202}
    rows = kept(live)
    yield Figure(f"{len(accepted)} acknowledged, {rows} rows", rows >= len(accepted) > 0)


def full(place: Place) -> Iterator[Figure]:
    """The disk of the storage (and of SQLite's file) fills up, and is emptied again."""
    small = place.folder / "small"
    with _mounted(small) as is_there:
        if not is_there:
            raise LeftOut("Only root may mount a small disk.")
        with place.url() as url:
            address = url or f"sqlite:///{small}/db.sqlite"
            with place.served(
                address, "--no-worker", UNDERSIGNED_STORAGE_PATH=str(small / "storage")
            ) as live:
                yield from _filled(live, small)


@contextmanager
def _mounted(small: Path) -> Iterator[bool]:
    small.mkdir()
    mount = shutil.which("mount")
    size = f"size={FREE_MEGABYTES}m"
    command = [mount or "mount", "-t", "tmpfs", "-o", size, "tmpfs", str(small)]
    is_there = os.geteuid() == 0 and subprocess.run(command, check=False).returncode == 0
    try:
        yield is_there
    finally:
        if is_there:
            subprocess.run(["umount", "-l", str(small)], check=True)


def _filled(live: Live, small: Path) -> Iterator[Figure]:
    coalition = live.post("/v1/coalitions", {"slug": "bench", "name": "Specimen"})["id"]
    statements = [frozen(live, coalition, number) for number in range(3)]
    first = live.call("GET", f"{statements[0]}/document")
    house = (f"/v1/coalitions/{coalition}/organisations", {"names": {"en": "House"}})
    filler = small / "filler"
    with live.readiness() as ready:
        time.sleep(1)
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        said = [live.call("GET", f"{each}/document") for each in statements[1:]]
        said += [live.call("POST", *house) for _ in range(20)]
        ended = time.monotonic()
        filler.unlink()
        after = [live.call("GET", f"{each}/document") for each in statements]
        wrote = live.call("POST", *house).status
        spent = time.monotonic() - ended
        time.sleep(1)
    told = dict(Counter(each.status for each in said))
    yield Figure(f"disk full: answers {told}", all(each.is_proper for each in said))
    red = set(ready.statuses()) - {200}
    yield Figure(f"/readyz before, meanwhile and after: {ready.statuses()}", not red)
    is_back = all(each.status == 200 for each in after) and wrote == 201
    yield Figure(f"documents and writing {spent:.1f} s after it is emptied", is_back)
    yield Figure("the first is the same", after[0].body == first.body)
    files = [path for path in (small / "storage").rglob("*") if path.is_file()]
    empty = [path.name for path in files if not path.stat().st_size]
    yield Figure(f"{len(files)} files, of no bytes: {empty or 'none'}", not empty)
    if (small / "db.sqlite").exists():
        with sqlite3.connect(small / "db.sqlite") as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
        yield Figure(f"integrity_check: {sound}", sound == "ok")


def frozen(live: Live, coalition: str, number: int) -> str:
    text_ = {"slug": f"letter-{number}", "kind": "appeal", "language": "en", "title": "Bread"}
    document = {**text_, "body": [{"paragraph": f"We ask for bread, {number}."}]}
    begun = live.post(f"/v1/coalitions/{coalition}/statements", {"document": document})
    here = f"/v1/statements/{begun['statement']['id']}"
    live.post(f"{here}/revisions", {}, match=live.etag(here))
    return here
