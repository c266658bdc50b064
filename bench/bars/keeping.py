"""Bar 35: a backup under load comes back whole elsewhere, and migrations keep 100,000 rows."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import threading
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, inspect, text

from bench.bars.live import Figure, Live, Place
from bench.server import COMMAND
from bench.signing import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

ROWS = int(os.environ.get("ROWS", "100000"))
A_FILE = 10_000


def moved(place: Place) -> Iterator[Figure]:
    """Back up while people sign; restore into a fresh house; go down and up a migration."""
    file = place.folder / "backup"
    with place.served(None, "--no-worker") as live:
        address, body = opened(live)
        _seed(live, json.loads(body)["revision_sha256"])
        over = threading.Event()
        signed: list[int] = []
        thread = threading.Thread(target=_sign, args=(live, address, body, signed, over))
        thread.start()
        told = live.run("backup", str(file))
        over.set()
        thread.join()
        kept = _rows(told)
        yield Figure(
            f"backup amid {len(signed)} signatures holds {kept.get('pending_signatures')}",
            0 < kept.get("pending_signatures", 0) <= len(signed) and set(signed) == {202},
        )
        yield from _restored(place, live, file, kept)


def _restored(
    place: Place, live: Live, file: os.PathLike[str], kept: dict[str, int]
) -> Iterator[Figure]:
    other = Place(place.folder / "other", place.engine)
    other.folder.mkdir()
    with other.url() as url:
        fresh = Live(other.folder, url)
        fresh.environment["UNDERSIGNED_MASTER_KEYS"] = live.environment["UNDERSIGNED_MASTER_KEYS"]
        fresh.run("migrate")
        told = _rows(fresh.run("restore", os.fspath(file)))
        yield Figure("restored row by row", told == kept)
        engine = create_engine(fresh.environment["UNDERSIGNED_DATABASE_URL"])
        with engine.connect() as connection:
            query = text("SELECT count(*) FROM letters WHERE state = 'queued'")
            waiting = int(connection.execute(query).scalar_one())
        yield Figure(f"letters that would leave by themselves: {waiting}", waiting == 0)
        before = _summed(engine)
        for step in ("downgrade", "upgrade"):
            command = [f"{os.path.dirname(COMMAND)}/flask", "--app", "api.app", "db", step]  # noqa: PTH120
            subprocess.run(command, env=fresh.environment, check=True, capture_output=True)
        after = _summed(engine)
        engine.dispose()
        changed = sorted(name for name in before if before[name] != after.get(name))
        yield Figure(
            f"{sum(count for count, _ in before.values()):,} rows after down and up:"
            f" changed {changed or 'none'}",
            not changed,
        )


def _sign(live: Live, address: str, body: str, signed: list[int], over: threading.Event) -> None:
    path = f"/v1/public/statements/{address}/signatures"
    while not over.is_set():
        count = len(signed)
        facts = json.loads(body.replace("WHO", f"b{count}"))
        network = f"11.{count // 250}.{count % 250}.1"
        said = live.call("POST", path, facts, token=False, X_Forwarded_For=network)
        signed.append(said.status)


def _seed(live: Live, sha256: str) -> None:
    (coalition,) = json.loads(live.get("/v1/coalitions"))["items"]
    statements = json.loads(live.get(f"/v1/coalitions/{coalition['id']}/statements"))["items"]
    path = f"/v1/statements/{statements[0]['id']}/signature-imports?revision_sha256={sha256}"
    for start in range(0, ROWS, A_FILE):
        lines = (f"individual,Signatory {start + number},KZ\n" for number in range(A_FILE))
        live.send("POST", path, "".join(["kind,name,country\n", *lines]).encode(), "text/csv")


def _rows(told: str) -> dict[str, int]:
    """Return what a backup or a restore says of each table: `   1,234 name`."""
    found = {}
    for line in told.splitlines():
        count, _, table = line.strip().partition(" ")
        if count.replace(",", "").isdecimal() and table.isidentifier():
            found[table] = int(count.replace(",", ""))
    return found


def _summed(engine: Engine) -> dict[str, tuple[int, str]]:
    """Return how many rows each table has, and a sum over all of them in order of their text."""
    summed = {}
    with engine.connect() as connection:
        for name in inspect(engine).get_table_names():
            rows = sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"'))))
            if name != "alembic_version":
                digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()
                summed[name] = len(rows), digest
    return summed
