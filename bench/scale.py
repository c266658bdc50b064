"""From one process to two: what is signed, read, sent and printed, and what one core holds of it.

On PostgreSQL, each figure with one process and with two, beside a floor that has as many: a bare
Flask app that inserts a row or answers as many bytes, and WeasyPrint alone. On two cores the load
and the database take part of what a second process would use, so seconds of computing are measured
too, of each part: what was done in one such second of ours is what one core holds. Last, how many
bytes the tables take for a row. `SECONDS=20` is how long each load lasts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, select, text

from api.app import create_app
from api.config import Settings
from api.infra.database.transactions import reading
from api.infra.security import links
from api.signing import rules
from bench import printing
from bench.letters import sink
from bench.processes import CORES, Spent, megabytes, spent
from bench.server import COMMAND, Server
from bench.signing import bare, bare_inserts, database, load, opened, wrk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Engine

    from bench.signing import Rate

SECONDS = int(os.environ.get("SECONDS", "20"))
WARM_SECONDS, PATIENCE_SECONDS, LOOK_SECONDS = 3, 600, 0.05
WARM = 50  # that are done before workers are measured
LEAST_ROWS = 500  # of a table whose size is told
BROWSER = ("-H", "Accept-Encoding: br")
RECEIVED, CONFIRMED, PAGE = "signatures received", "signatures confirmed", "public page read"
STATEMENT, LIST = "statement read by the API", "50 names read by the API"
TAKEN_IN, SENT, PRINTED = "signatures taken in", "letters sent", "documents printed"
CONFIRM = """
local paths, n = {}, 0
for line in io.lines(FILE) do paths[#paths + 1] = line end
function request()
  n = n % #paths + 1
  return wrk.format("POST", "/v1/public/pending-signatures/" .. paths[n] .. "/confirmation")
end
"""
SIZES = """
SELECT relname, reltuples, pg_total_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples >= :least
ORDER BY 3 DESC
"""


@dataclass(frozen=True)
class Task:
    """What a worker is started for, the rows that wait for it, and for how long it works."""

    lane: str
    waiting: str
    threads: int = 2
    seconds: int = SECONDS


TAKE_IN = Task("short", "pending_signatures WHERE taken_in_at IS NULL")
SEND = Task("letters", "letters WHERE state = 'queued'")
PLACE = Task("short", "signatures WHERE position IS NULL")
PRINT = Task("documents", printing.LEFT, threads=1, seconds=PATIENCE_SECONDS)


@dataclass(frozen=True)
class Measured:
    """How much was done, and what it took."""

    number: int
    spent: Spent

    @property
    def a_second(self) -> float:
        return self.number / self.spent.seconds if self.spent.seconds else 0.0

    @property
    def a_core(self) -> float:
        return self.number / self.spent.ours if self.spent.ours else 0.0


def measure() -> None:
    """Print what one process does, what two do, and what one core holds."""
    if not shutil.which("wrk"):
        sys.exit("The load comes from wrk: apt-get install wrk")
    busy = os.getloadavg()[0]
    print(f"{CORES} cores, PostgreSQL, {SECONDS} s each; load average before it {busy:.1f}")
    found: list[dict[str, Measured]] = []
    floors: list[dict[str, float]] = []
    for processes in (1, 2):
        with TemporaryDirectory() as name:
            served, page = _served(Path(name), processes)
            found.append(served)
            floors.append(_floors(Path(name), processes, page))
    with TemporaryDirectory() as name, _server(Path(name), 1) as server:
        for processes, so_far in enumerate(found, 1):
            jobs = printing.asked(server, processes)
            so_far[PRINTED] = _worked(PRINTED, server, processes, PRINT)
            printing.must_be_done(server, jobs)
    for processes, floor in enumerate(floors, 1):
        floor[PRINTED] = printing.bare(processes)
    print("From one process to two:")
    for what in found[0]:
        _tell(what, [each[what] for each in found], [each.get(what) for each in floors])


def _told(what: str, measured: Measured) -> Measured:
    """Print a figure as soon as it is there."""
    took = measured.spent
    parts = {"ours": took.ours, "PostgreSQL": took.postgres, "load": took.load}
    shares = ", ".join(f"{name} {took.share(part):.0f} %" for name, part in parts.items())
    each = 1000 * took.postgres / max(1, measured.number)
    print(
        f"  {what}: {measured.a_second:.1f} a second; one core holds {measured.a_core:.1f},", end=""
    )
    print(f" PostgreSQL takes {each:.2f} ms each; of all cores {shares}", flush=True)
    return measured


def _tell(what: str, ours: Sequence[Measured], floors: Sequence[float | None]) -> None:
    one, two = ours
    line = f"  {what:26}{one.a_second:7.1f} and {two.a_second:7.1f} a second: "
    line += f"{two.a_second / one.a_second:.2f} times as many"
    if floors[0] and floors[1]:
        line += f"; floor {floors[0]:.1f} and {floors[1]:.1f}, {floors[1] / floors[0]:.2f}"
    print(line)


@contextmanager
def _server(folder: Path, processes: int, mail: str = "", spares: str = "2") -> Iterator[Server]:
    """Serve; without spares nothing warms up beside what is measured."""
    with database() as url:
        address = url.replace("postgresql://", "postgresql+psycopg://")
        options = ("--no-worker", "--workers", str(processes))
        with Server(
            folder,
            address,
            options=options,
            UNDERSIGNED_TRUSTED_PROXIES="1",
            UNDERSIGNED_SMTP_URL=mail,
            UNDERSIGNED_RENDER_SPARES=spares,
        ) as server:
            yield server


def _served(folder: Path, processes: int) -> tuple[dict[str, Measured], int]:
    """Measure all that a petition asks for, in its order; return it, and the bytes of its page."""
    found = {}
    with ExitStack() as opening:
        mail = f"smtp://127.0.0.1:{opening.enter_context(sink())}"
        server = opening.enter_context(_server(folder, processes, mail, "0"))
        address, body = opened(server)
        path = f"/v1/public/statements/{address}"
        signing = f"{path}/signatures"
        load(folder, server.port, signing, body, WARM_SECONDS)
        sign = partial(load, folder, server.port, signing, body, SECONDS)
        found[RECEIVED] = _loaded(RECEIVED, server, sign)
        _tell_of(server, processes)
        found[TAKEN_IN] = _worked(TAKEN_IN, server, processes, TAKE_IN)
        found[SENT] = _worked(SENT, server, processes, SEND)
        found[CONFIRMED] = _confirmed(folder, server)
        _worked("signatures given a place", server, 1, PLACE)
        for what, each in ((PAGE, f"/s/{address}"), (STATEMENT, path), (LIST, signing)):
            found[what] = _loaded(what, server, partial(_read, folder, server, each))
        _tell_sizes(server)
        page = len(server.get(f"/s/{address}"))
    return found, page


def _floors(folder: Path, processes: int, page: int) -> dict[str, float]:
    with database() as url, bare(url, processes) as port:
        inserts = bare_inserts(folder, port, SECONDS)
        answers = wrk(folder, port, f"/bytes/{page}", SECONDS, "")
        return {RECEIVED: inserts.a_second, PAGE: answers.a_second}


def _loaded(what: str, server: Server, act: Callable[[], Rate]) -> Measured:
    with spent([server.process.pid], partial(_backends, server)) as found:
        rate = act()
    assert rate.bad == 0, f"{rate.bad} were refused"
    return _told(what, Measured(rate.number, found))


def _read(folder: Path, server: Server, path: str) -> Rate:
    return wrk(folder, server.port, path, SECONDS, "", *BROWSER)


def _confirmed(folder: Path, server: Server) -> Measured:
    """Follow the links of the letters, each once."""
    settings = Settings(
        database_url=server.environment["UNDERSIGNED_DATABASE_URL"],
        storage_path=str(folder / "storage"),
        master_keys=(server.environment["UNDERSIGNED_MASTER_KEYS"],),
        log_level="WARNING",
        render_spares=0,
    )
    with create_app(settings).app_context(), reading() as session:
        query = select(links.Link).where(links.Link.purpose == rules.CONFIRM)
        secrets = [links.secret_of(session, each) for each in session.scalars(query)]
    file = folder / "secrets"
    file.write_text("\n".join(secrets))
    script = f'FILE = "{file}"\n{CONFIRM}'
    confirm = partial(wrk, folder, server.port, "/", SECONDS, script)
    found = _loaded(CONFIRMED, server, confirm)
    assert found.number <= len(secrets), "some were confirmed twice: receive more"
    return found


def _worked(what: str, server: Server, processes: int, task: Task) -> Measured:
    """Have workers do what waits, and measure it once they have done the first of it."""
    engine = create_engine(server.environment["UNDERSIGNED_DATABASE_URL"])
    waiting = _count(engine, task.waiting)
    begin = waiting - max(processes, min(WARM, waiting // 10))
    command = [COMMAND, "worker", "--lanes", task.lane, "--threads", str(task.threads)]
    with ExitStack() as started:
        pids = []
        for _ in range(processes):
            worker = started.enter_context(subprocess.Popen(command, env=server.environment))
            started.callback(worker.terminate)
            pids.append(worker.pid)
        until = time.monotonic() + PATIENCE_SECONDS
        while (first := _count(engine, task.waiting)) > begin:
            assert time.monotonic() < until, f"{first} wait"
            time.sleep(LOOK_SECONDS)
        with spent(pids, partial(_backends, server)) as found:
            over = time.monotonic() + task.seconds
            while (left := _count(engine, task.waiting)) and time.monotonic() < over:
                time.sleep(LOOK_SECONDS)
        memory = sum(map(megabytes, pids)) / processes
    print(f"  a worker of {task.lane} holds {memory:.0f} MB")
    return _told(what, Measured(first - left, found))


def _tell_of(server: Server, processes: int) -> None:
    engine = create_engine(server.environment["UNDERSIGNED_DATABASE_URL"])
    connected = _count(engine, "pg_stat_activity WHERE datname = current_database()") - 1
    memory = megabytes(server.process.pid)
    print(f"{processes} of web: {memory:.0f} MB in all, {connected} connections to PostgreSQL")


def _tell_sizes(server: Server) -> None:
    engine = create_engine(server.environment["UNDERSIGNED_DATABASE_URL"])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        for name, rows, size in connection.execute(text(SIZES), {"least": LEAST_ROWS}):
            print(f"  {name}: {rows:.0f} rows, {size / rows:.0f} bytes each, with indexes")


def _backends(server: Server) -> list[int]:
    """Return PostgreSQL's processes for this database; of one elsewhere they are not here."""
    engine = create_engine(server.environment["UNDERSIGNED_DATABASE_URL"])
    query = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    with engine.connect() as connection:
        return list(connection.execute(query).scalars())


def _count(engine: Engine, what: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())
