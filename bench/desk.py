"""The desk at size: how long its screens take on the server, how much they send and ask.

A coalition of 10,000 cases, as many demands, and 100,000 signatures under one statement (made by
tests/support/plenty.py). Each screen and a bare Flask app that sends as many bytes take turns, in
one process and without a network. `computed` is what the process itself computed, so that what
else runs on a machine does not count. `DATABASE=postgresql` measures there, `ROUNDS=20` how often.
"""

from __future__ import annotations

import math
import os
import statistics
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event, text

from api.accounts import service as accounts
from api.app import create_app
from api.config import Settings
from api.infra.database.transactions import db
from api.infra.vault import new_master_key
from bench.signatures import a_database
from tests.conftest import World
from tests.support.client import Client
from tests.support.desk import at_the_desk
from tests.support.plenty import Plenty, Sizes, plenty, screens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask.testing import FlaskClient

    from tests.support.desk import Desk

ROUNDS = int(os.environ.get("ROUNDS", "20"))
REACH_MS, REACH_BYTES = 200.0, 150_000
SIZES = Sizes(
    cases=10_000,
    demands=10_000,
    lists=200,
    signatures=100_000,
    members=300,
    statements=1_000,
    entries=100_000,
    letters=100_000,
)


@dataclass
class Taken:
    """What one screen took, each time in milliseconds."""

    size: int = 0
    statements: int = 0  # of SQL
    passed: list[float] = field(default_factory=list)
    computed: list[float] = field(default_factory=list)


def measure() -> None:
    """Print a table of the screens."""
    engine = os.environ.get("DATABASE", "sqlite")
    with tempfile.TemporaryDirectory() as folder, _address(engine, folder) as address:
        settings = Settings(
            database_url=address,
            storage_path=folder,
            master_keys=(new_master_key(),),
            log_level="ERROR",
            queue_url=f"sqlite:///{folder}/queue",
        )
        app = create_app(settings)
        with app.app_context():
            upgrade()
        owner, began = _owner(app), time.perf_counter()
        there = plenty(app, owner, SIZES)
        with app.app_context(), db.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
        print(f"desk: written to {engine} in {time.perf_counter() - began:.0f} s")
        _report(_measured(app, at_the_desk(World(app, engine), owner), there))
        with app.app_context():
            db.engine.dispose()


def _address(engine: str, folder: str) -> AbstractContextManager[str]:
    if engine == "postgresql":
        return a_database("undersigned_bench_desk")
    return nullcontext(f"sqlite:///{folder}/db.sqlite")


def _owner(app: Flask) -> Client:
    email = "bench@specimen.example"
    with app.app_context():
        accounts.create_user(email, "Bench")
        secret = accounts.create_first_token(email, "bench", days=1)
    client = Client(app.test_client(), secret)
    client.email = email
    return client


def _measured(app: Flask, desk: Desk, there: Plenty) -> dict[str, tuple[Taken, Taken]]:
    """Open each screen in turn with the bare app; return both, by the screen's name."""
    proof, bare = _proof(desk, there), _bare()
    found: dict[str, tuple[Taken, Taken]] = {}
    for name, path, form in screens(there):

        def opened(path: str = path, form: dict[str, str] | None = form) -> bytes:
            if form is None:
                answer = desk.http.get(path)
            else:
                answer = desk.http.post(path, data={**form, "csrf": proof})
            assert answer.status_code in {200, 303}, (path, answer.status_code)
            return answer.get_data()

        ours, floor = Taken(statements=_asked(app, opened)), Taken()
        size = len(opened())
        for _ in range(ROUNDS):
            _take(ours, opened)
            _take(floor, lambda: bare.get(f"/bytes/{size}").get_data())  # noqa: B023 # at once
        found[name] = ours, floor
    return found


def _proof(desk: Desk, there: Plenty) -> str:
    desk.go(f"/desk/{there.coalition}/")
    return desk.proof


def _bare() -> FlaskClient:
    app = Flask("floor")

    @app.get("/bytes/<int:number>")
    def answer(number: int) -> str:
        return "x" * number

    return app.test_client()


def _asked(app: Flask, opened: Callable[[], bytes]) -> int:
    """Return how many statements of SQL a screen asks."""
    asked: list[str] = []

    def told(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", told)
    try:
        opened()
    finally:
        event.remove(engine, "before_cursor_execute", told)
    return len(asked)


def _take(taken: Taken, opened: Callable[[], bytes]) -> None:
    began, before = time.perf_counter(), time.process_time()
    taken.size = len(opened())
    taken.computed.append((time.process_time() - before) * 1000)
    taken.passed.append((time.perf_counter() - began) * 1000)


def _report(found: dict[str, tuple[Taken, Taken]]) -> None:
    print("| screen | computed, ms (95 %) | passed, ms (95 %) | bare, ms | kB | SQL |")
    print("|---|---|---|---|---|---|")
    missed = []
    for name, (ours, floor) in found.items():
        print(
            f"| {name} | {_both(ours.computed)} | {_both(ours.passed)} |"
            f" {statistics.median(floor.computed):.1f} | {ours.size / 1000:.0f} |"
            f" {ours.statements} |"
        )
        if _late(ours.computed) > REACH_MS or ours.size > REACH_BYTES:
            missed.append(name)
    over = ", ".join(missed) or "none"
    print(f"desk: over {REACH_MS:.0f} ms or {REACH_BYTES / 1000:.0f} kB: {over}")


def _both(times: Sequence[float]) -> str:
    return f"{statistics.median(times):.0f} ({_late(times):.0f})"


def _late(times: Sequence[float]) -> float:
    """Return the 95th percentile: of twenty the nineteenth."""
    return sorted(times)[math.ceil(len(times) * 0.95) - 1]
