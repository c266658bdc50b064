"""Bar 34: a clock is set back by an hour, and by a day more while its processes run.

With PostgreSQL it is the clock of one web process and one worker of several; with SQLite there is
one machine, and so one clock. libfaketime sets it; what runs on, the monotonic one, is left alone.
"""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text

from bench.bars.clocks import settings_of, signed_at
from bench.bars.live import Figure, LeftOut
from bench.bars.load import A_SECOND, BACK_SECONDS, count, kept, signed, until
from bench.server import COMMAND
from bench.signing import opened
from tests.support.smtp_server import Post, server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.bars.live import Live, Place, Said

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
HOUR, DAY = 3600, 86_400
BEFORE_SECONDS, AFTER_SECONDS = 6, 10
# libfaketime reads its file at each look at the clock: on two cores that are at work, a worker that
# goes by it sent 10 to 30 letters a second, and must keep up by itself.
SLOWLY = 8
# libfaketime takes the instant until which Python sleeps, of the monotonic clock, for one of the
# clock that it sets, and refuses it; to wait for something goes another way.
SLEEP = """
import threading, time
time.sleep = lambda seconds: threading.Event().wait(seconds) and None
"""
AHEAD, NEAR = timedelta(seconds=6), timedelta(seconds=1)


class Clock:
    """A clock for some processes, which can be set while they run."""

    def __init__(self, folder: Path, seconds: int) -> None:
        self._file, self._path = folder / "clock", folder / "path"
        self._path.mkdir()
        (self._path / "sitecustomize.py").write_text(SLEEP)
        self.set_back(seconds)

    def set_back(self, seconds: int) -> None:
        """Stand so many seconds behind the machine's clock."""
        new = self._file.with_suffix(".new")
        new.write_text(f"-{seconds}\n")
        new.rename(self._file)  # at once: it is read all the time

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a process that goes by it."""
        return {
            "LD_PRELOAD": str(LIBRARIES[-1]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
            "PYTHONPATH": str(self._path),
        }


def worked(place: Place) -> Iterator[Figure]:
    """Sign while the clock stands back, and is set back."""
    if not LIBRARIES:
        raise LeftOut("No libfaketime is installed: apt-get install libfaketime")
    with server(Post()) as post:
        mail = f"smtp://127.0.0.1:{post.port}"
        yield from (_machine if place.engine == "sqlite" else _processes)(place, post, mail)


def _processes(place: Place, post: Post, mail: str) -> Iterator[Figure]:
    """Of two web processes and two workers one each goes by a wrong clock, at last no other."""
    clock, began = Clock(place.folder, HOUR), datetime.now(UTC) - timedelta(seconds=5)
    with (
        place.served(None, "--no-worker", UNDERSIGNED_SMTP_URL=mail) as live,
        live.beside(**clock.settings) as wrong,
        _working(wrong),
    ):
        address, body = opened(live)
        alone = until(lambda: not count(live, UNSEALED), patience=120)
        yield Figure(f"the worker that is behind seals {alone:.1f} s after its start", alone < 120)
        with live.readiness() as one, wrong.readiness() as other:
            with signed(address, body, live, wrong, a_second=SLOWLY) as said:
                with _working(live):
                    time.sleep(BEFORE_SECONDS)
                    clock.set_back(HOUR + DAY)
                    time.sleep(BEFORE_SECONDS)
                time.sleep(AFTER_SECONDS)
            waited = until(lambda: not _left(live))
        yield from _accepted(live, said)
        told = one.statuses(), other.statuses()
        yield Figure(f"/readyz of both {told}", all(set(each) == {200} for each in told))
        yield Figure(f"nothing waits {waited:.1f} s after the last", waited < BACK_SECONDS)
        waited = until(lambda: not count(live, UNSEALED))  # a sweep later: of what came last
        yield Figure(f"the record is sealed {waited:.1f} s after that", waited < BACK_SECONDS)
        came, people = Counter(post.recipients), {f"{who}@specimen.example" for _, who, _ in said}
        is_each = people <= set(came) and set(came.values()) == {1}
        yield Figure(f"{len(came)} of {len(people)} have their letter, once each", is_each)
        yield from _instants(live, began)
        yield from _jobs_and_record(live)
        yield from _answered_again(live, wrong)
        yield from _ends(live, wrong)
        yield from _closed(live, wrong, address, body)


def _machine(place: Place, post: Post, mail: str) -> Iterator[Figure]:
    """All that runs goes by the clock that is set back; what comes later waits for nothing."""
    clock = Clock(place.folder, 0)
    with place.served(None, UNDERSIGNED_SMTP_URL=mail, **clock.settings) as live:
        address, body = opened(live)
        with live.readiness() as ready, signed(address, body, live) as said:
            time.sleep(BEFORE_SECONDS)
            clock.set_back(HOUR)
            time.sleep(AFTER_SECONDS)
        waiting = "jobs WHERE state IN ('queued', 'running')"
        waited = until(lambda: not (count(live, NOT_TAKEN_IN) or count(live, waiting)))
        yield from _accepted(live, said)
        yield Figure(f"/readyz {ready.statuses()}", set(ready.statuses()) == {200})
        yield Figure(f"no job waits {waited:.1f} s after the last", waited < BACK_SECONDS)
        came, left = Counter(post.recipients), count(live, UNSENT)
        is_each = len(came) + left == kept(live) and set(came.values()) == {1}
        is_few = left < BEFORE_SECONDS * A_SECOND
        told = f"{len(came)} letters came, once each; {left} wait for their time"
        yield Figure(told, is_each and is_few)
        yield from _jobs_and_record(live)


NOT_TAKEN_IN = "pending_signatures WHERE taken_in_at IS NULL"
UNSEALED = "audit_entries WHERE number IS NULL AND at <> date_trunc('day', now(), 'UTC')"
UNSENT = "letters WHERE state <> 'sent'"


def _left(live: Live) -> int:
    """Return what waits that somebody should be doing by the database's clock."""
    due = "jobs WHERE state = 'running' OR state = 'queued' AND run_after <= clock_timestamp()"
    return sum(count(live, each) for each in (NOT_TAKEN_IN, UNSENT, due))


@contextmanager
def _working(live: Live) -> Iterator[None]:
    """Have a worker with the settings of a server."""
    with subprocess.Popen([COMMAND, "worker"], env=live.environment) as worker:
        try:
            yield
        finally:
            worker.terminate()


def _accepted(live: Live, said: list[tuple[float, str, Said]]) -> Iterator[Figure]:
    told, rows = Counter(each.status for _, _, each in said), kept(live)
    is_kept = set(told) == {202} and rows == len(said)
    yield Figure(f"signing meanwhile: {dict(told)}, {rows} rows", is_kept)


def _instants(live: Live, began: datetime) -> Iterator[Figure]:
    """Whoever wrote them, instants are of the one clock."""
    since, today = began.isoformat(), began.date().isoformat()
    wrong = {
        "pending_signatures.asked_at": f"pending_signatures WHERE asked_at < '{since}'",
        "jobs.created_at": f"jobs WHERE created_at < '{since}' OR finished_at < '{since}'",
        "letters.ended_at": f"letters WHERE ended_at < '{since}' OR run_after < '{since}'",
        "audit_entries.at": f"audit_entries WHERE at < '{today}T00:00:00Z'",
    }
    found = [what for what, rows in wrong.items() if count(live, rows)]
    yield Figure(f"instants of the wrong clock: {found or 'none'}", not found)


def _jobs_and_record(live: Live) -> Iterator[Figure]:
    number, again = count(live, "jobs"), count(live, "jobs WHERE attempts > 1 OR state = 'dead'")
    yield Figure(f"{again} of {number} jobs begun twice, or dead", again == 0 < number)
    told = live.run("audit", "verify").splitlines()[0]
    yield Figure(f"the record: {told}", told.startswith("The chain holds"))


def _answered_again(live: Live, wrong: Live) -> Iterator[Figure]:
    """A key that one process took, the other knows."""
    (coalition,) = live.call("GET", "/v1/coalitions").json["items"]
    path = f"/v1/coalitions/{coalition['id']}/organisations"
    for one, other in ((live, wrong), (wrong, live)):
        house, key = {"names": {"en": f"House {one.port}"}}, f"key-{one.port}"
        told = [each.call("POST", path, house, Idempotency_Key=key) for each in (one, other)]
        is_same = told[0].body == told[1].body and "idempotent-replayed" in told[1].headers
        yield Figure(f"a key again: {[each.status for each in told]}", is_same)


def _ends(live: Live, wrong: Live) -> Iterator[Figure]:
    """A token that ended a minute ago has ended."""
    token = live.run("token", "create", "bench@specimen.example", "--days", "1")
    given = f"Bearer {token}"
    both = (live, wrong)
    before = [each.call("GET", "/v1/me", Authorization=given).status for each in both]
    engine = create_engine(live.environment["UNDERSIGNED_DATABASE_URL"])
    with engine.begin() as connection:
        over = "UPDATE tokens SET expires_at = now() - interval '1 minute' WHERE expires_at < :soon"
        soon = datetime.now(UTC) + timedelta(days=2)
        connection.execute(text(over), {"soon": soon})
    engine.dispose()
    after = [each.call("GET", "/v1/me", Authorization=given).status for each in both]
    is_over = (before, after) == ([200, 200], [401, 401])
    yield Figure(f"a token in time {before}, and after {after}", is_over)


def _closed(live: Live, wrong: Live, address: str, body: str) -> Iterator[Figure]:
    """Signing ends at its very instant, whoever is asked."""
    closes, path = datetime.now(UTC) + AHEAD, settings_of(live)
    told = {"opens_at": "2026-01-01T00:00:00Z", "closes_at": closes.isoformat()}
    live.put(path, told, match=live.etag(path))
    both = (live, wrong)
    before = [signed_at(each, address, body, closes - NEAR, f"b{each.port}") for each in both]
    after = [signed_at(each, address, body, closes + NEAR / 2, f"a{each.port}") for each in both]
    is_then = set(before) == {202} and set(after) <= {409, 410}
    yield Figure(f"closing: {before} before, {after} just after", is_then)
