"""An app on each database, its schema made by the migrations, and callers of it."""

from __future__ import annotations

import gc
import os
import subprocess
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from flask_migrate import upgrade
from huey import SqliteHuey
from limits.errors import StorageError
from sqlalchemy import delete, event, select

from api.accounts import service as accounts
from api.app import CHILD_MODULES, create_app
from api.config import Settings
from api.infra import queue
from api.infra.background import jobs
from api.infra.database.columns import Base
from api.infra.database.transactions import db
from api.infra.runtime import EXTENSION
from api.infra.sandbox.pool import ChildPool
from api.infra.vault import new_master_key
from tests.support import once, postgres, selection
from tests.support.client import Client

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Generator, Iterator

    from flask import Flask

ENGINES = ("sqlite", "postgresql")
# To look for garbage as often as usual took a fifteenth of the time.
gc.set_threshold(100_000, 20, 20)


@dataclass(frozen=True)
class World:
    """One app on one database, and a way to make callers of it."""

    app: Flask
    engine: str

    @property
    def storage(self) -> Path:
        """The folder that the app keeps files in."""
        return Path(self.app.extensions[EXTENSION].settings.storage)

    def rows(self) -> bytes:
        """Return every row of every table."""
        with self.app.app_context(), db.engine.connect() as connection:
            rows = [
                repr(tuple(row))
                for table in Base.metadata.sorted_tables
                for row in connection.execute(select(table))
            ]
        return "\n".join(rows).encode()

    def dump(self) -> bytes:
        """Return all that the database keeps: every row, and SQLite's file and journal as it is.

        Another process reads the files: closing them here would drop SQLite's locks, and another
        process that ends would then take the journal away from under us.
        """
        files = [*self.storage.parent.glob("db.sqlite*")] if self.engine == "sqlite" else []
        command = ["/bin/cat", "/dev/null", *map(str, files)]
        return self.rows() + subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603 # our own files

    def files(self) -> bytes:
        """Return all that the storage keeps."""
        return b"".join(path.read_bytes() for path in self.storage.rglob("*") if path.is_file())

    def work(self) -> int:
        """Do what is promised and due, as a worker would; return how many jobs."""
        done = 0
        with self.app.app_context():
            while waiting := jobs.due():
                for job_id in waiting:
                    jobs.run(job_id)
                done += len(waiting)
        return done

    def stranger(self) -> Client:
        """Return a caller without a token."""
        return Client(self.app.test_client())

    def user(self, name: str = "someone") -> Client:
        """Return a caller with a token of a new user."""
        email = f"{name}-{once.a_name()}@specimen.example"

        def made() -> str:
            with self.app.app_context():
                accounts.create_user(email, name)
                return accounts.create_first_token(email, "tests", days=1)

        with once.everywhere():
            client = Client(self.app.test_client(), once.of(self.app).step(("user", email), made))
        client.email = email
        return client

    def empty(self) -> None:
        """Delete every row, and what a process remembers of them."""
        self.app.extensions[EXTENSION].memory.clear()
        with suppress(StorageError):  # of a Redis that a test took away
            self.app.extensions[EXTENSION].rate_limits.close()
        with self.app.app_context(), db.engine.begin() as connection:
            filled = set(connection.scalars(once.filled()))
            for table in reversed(Base.metadata.sorted_tables):  # TRUNCATE is slower, on few rows
                if table.name in filled:
                    connection.execute(delete(table))
        once.of(self.app).emptied()


LEFT = pytest.StashKey[int]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Function]) -> None:
    """Say of each test which run it is for; a worker hands on how many `./run test` leaves out."""
    selection.mark(items)
    config.stash[LEFT] = selection.left_out(items)
    if hasattr(config, "workeroutput"):
        config.workeroutput["left"] = config.stash[LEFT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take from a worker how many tests it leaves out: all of them collect the same."""
    node.config.stash[LEFT] = getattr(node, "workeroutput", {}).get("left", 0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Function) -> Generator[None]:
    """Have fixtures build what they built before without a request."""
    is_story = item.path.parent.name == "stories"  # others start processes that write beside it
    once.allow(is_allowed=is_story and "monkeypatch" not in item.fixturenames)
    with once.everywhere():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Have what is left out fail where nothing may be (CI=true)."""
    return judged((yield), is_whole=bool(os.environ.get("CI")))


def judged(report: pytest.TestReport, *, is_whole: bool) -> pytest.TestReport:
    """Return how a test went: one that was skipped failed, in a run that is to be whole."""
    if is_whole and report.skipped and isinstance(report.longrepr, tuple):
        report.outcome, report.longrepr = "failed", report.longrepr[2]
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what was left out and why, a line for each reason."""
    if (left := config.stash.get(LEFT, 0)) and "not rest" in config.option.markexpr:
        terminalreporter.write_line(selection.said_of(left))
    skipped = terminalreporter.stats.get("skipped", [])
    for reason, count in Counter(each.longrepr[2] for each in skipped).items():
        terminalreporter.write_line(f"{count} left out. {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def children() -> Iterator[ChildPool]:
    """The limited children, shared by all apps of the run."""
    started = ChildPool(CHILD_MODULES, spares=1)
    yield started
    started.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str | None]:
    yield from postgres.server()


@pytest.fixture(scope="session")
def worlds(
    tmp_path_factory: pytest.TempPathFactory, children: ChildPool, postgres_server: str | None
) -> Iterator[Worlds]:
    """The apps of this run, made when they are first asked for."""
    made: dict[str, World] = {}
    folder = tmp_path_factory.mktemp("worlds")
    database = f"undersigned_{os.getpid()}"
    yield Worlds(made, folder, children, postgres_server, database)
    for world in made.values():
        with world.app.app_context():
            db.engine.dispose()
    if "postgresql" in made and postgres_server:
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {database} WITH (FORCE)")


def _wait_for_no_disk(connection: sqlite3.Connection, _: object) -> None:
    """Let a commit be over before it is on the disk: no test cuts the power."""
    connection.execute("PRAGMA synchronous = OFF")


class Worlds(dict[str, World]):
    def __init__(
        self,
        made: dict[str, World],
        folder: Path,
        children: ChildPool,
        server: str | None,
        database: str,
    ) -> None:
        super().__init__()
        self.made, self.folder, self.children = made, folder, children
        self.server, self.database = server, database

    def __missing__(self, engine: str) -> World:
        if engine not in self.made:
            self.made[engine] = self._make(engine)
        return self.made[engine]

    def _make(self, engine: str) -> World:
        address = f"sqlite:///{self.folder}/db.sqlite"
        if engine == "postgresql":
            if self.server is None:
                postgres.leave_out()
            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {self.database}")
                connection.execute(f"CREATE DATABASE {self.database}")
                connection.execute(f"ALTER DATABASE {self.database} SET synchronous_commit = off")
            base = self.server.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
            address = f"{base}/{self.database}"
        settings = Settings(
            database_url=address,
            storage_path=str(self.folder / f"storage-{engine}"),
            master_keys=(new_master_key(),),
            log_level="WARNING",
            queue_url=f"sqlite:///{self.folder}/queue-{engine}",
        )
        app = create_app(settings, self.children)
        app.testing = False  # errors answer as they do for users
        with app.app_context():
            if engine == "sqlite":
                event.listen(db.engine, "connect", _wait_for_no_disk)
            upgrade()
        return World(app, engine)


@pytest.fixture(scope="session", autouse=True)
def _quick_queue() -> Iterator[None]:
    """Let an id be in the queue before it is on the disk: no test cuts the power."""

    def opened(name: str, **how: Any) -> SqliteHuey:
        return SqliteHuey(name, **how | {"fsync": False})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue, "SqliteHuey", opened)
        yield


@pytest.fixture(params=ENGINES)
def world(request: pytest.FixtureRequest, worlds: Worlds) -> Iterator[World]:
    """One app on an empty database; each test runs on both."""
    found = worlds[request.param]
    if once.of(found.app).at is None:  # a test of another world wrote here
        found.empty()
    yield found
    found.empty()


@pytest.fixture
def both(worlds: Worlds, postgres_server: str | None) -> Iterator[list[World]]:
    """The apps on both databases, to be compared."""
    if postgres_server is None:
        postgres.leave_out()
    found = [worlds[engine] for engine in ENGINES]
    yield found
    for each in found:
        each.empty()


@pytest.fixture
def owner(world: World) -> Client:
    """A user who may found coalitions."""
    return world.user("owner")
