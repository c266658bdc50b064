"""The two drivers made alike: patient with a lock, and with nothing for ever."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

import psycopg
from psycopg.abc import RV, PQGen
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from api.infra import clock

# As SQLite's busy_timeout: wait for a host, a lock and an answer, but not for ever.
POSTGRES_ARGS: dict[str, Any] = {
    "connect_timeout": 5,
    "options": "-c lock_timeout=10s -c statement_timeout=30s -c timezone=UTC",
}

ANSWER_SECONDS = 35.0  # longer than a statement may take; a server that hangs never says so
SINGLE_SECONDS = 12.0  # for one statement alone; longer than it may wait for a lock
PING_SECONDS = 3.0
PING_EVERY_SECONDS = 1.0  # what answered just now lives, unless its socket says otherwise
_is_spared: ContextVar[bool] = ContextVar("is_spared", default=False)
LONG_SECONDS = 3600.0  # for one statement over all rows of a house


class Impatient(psycopg.Connection[Any]):
    """A connection that is given up when its server takes too long to answer.

    The server's own time-outs help as long as it lives. One that hangs, with its machine or alone,
    would keep a thread for ever: its network still says that all is well.
    """

    patience = ANSWER_SECONDS
    pinged_at = 0.0

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an answer so long, or close and raise OperationalError."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        until = time.monotonic() + self.patience
        try:
            return super().wait(gen, interval, self.patience)
        except psycopg.OperationalError:
            if time.monotonic() >= until:
                self.pgconn.finish()  # at once: to say good-bye would wait again
            raise

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Be so patient for what is done inside."""
        before, self.patience = self.patience, seconds
        try:
            yield
        finally:
            self.patience = before


def use_postgres_safely(engine: Engine, seconds: float = ANSWER_SECONDS) -> None:
    """Make PostgreSQL's connections end when it hangs; whether one lives is found out sooner."""
    _ping_by(engine, engine.dialect.do_ping)

    @event.listens_for(engine, "do_connect")
    def _connect(_: Dialect, __: object, args: Sequence[str], given: dict[str, Any]) -> Impatient:
        connection = Impatient.connect(*args, **given)
        connection.patience = seconds
        return connection


def follow_its_clock(engine: Engine) -> None:
    """Have this process go by PostgreSQL's clock, as all that share it: its own may be wrong.

    It is asked by each new connection, and by each ping; so it costs nothing.
    """

    def ask(dbapi_connection: DBAPIConnection) -> bool:
        connection = cast("Impatient", dbapi_connection)
        connection.autocommit = True  # a transaction would cost two ways more
        try:
            asked = time.monotonic()
            told = connection.execute("SELECT clock_timestamp()").fetchone()
            heard = time.monotonic()
        finally:
            if not connection.closed:
                connection.autocommit = False
        if told:
            clock.follow(told[0], asked, heard)
        return True

    _ping_by(engine, ask)
    event.listen(engine, "connect", lambda connection, _: engine.dialect.do_ping(connection))


def _ping_by(engine: Engine, ask: Callable[[DBAPIConnection], bool]) -> None:
    """Have all pings pass here, without much patience."""

    def ping(dbapi_connection: DBAPIConnection) -> bool:
        connection = cast("Impatient", dbapi_connection)
        is_due = time.monotonic() >= connection.pinged_at + PING_EVERY_SECONDS
        if _is_spared.get() and not is_due and not _is_told_something(connection):
            return True
        with connection.within(PING_SECONDS):
            lives = ask(dbapi_connection)
        connection.pinged_at = time.monotonic()
        return lives

    engine.dialect.do_ping = ping  # type: ignore[method-assign] # SQLAlchemy has no event for it


@contextmanager
def for_one_query(session: Session) -> Iterator[None]:
    """Spare the ping where the connection answered just now: the query is one, if it is quick."""
    token = _is_spared.set(True)
    try:
        connection = session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
    finally:
        _is_spared.reset(token)
    with cast("Impatient", connection.connection.dbapi_connection).within(PING_SECONDS):
        yield


def _is_told_something(connection: Impatient) -> bool:
    """Tell whether the server wrote though nothing was asked: it does so when it ends."""
    told = select.poll()
    told.register(connection.fileno(), select.POLLIN)
    return bool(told.poll(0))


@contextmanager
def taking_long(connection: Connection) -> Iterator[None]:
    """Let each statement of a transaction take the time that many rows need."""
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    with cast("Impatient", connection.connection.dbapi_connection).within(LONG_SECONDS):
        yield


def use_sqlite_safely(engine: Engine) -> None:
    """Make SQLite wait for its turn before it reads what it will write.

    Without BEGIN IMMEDIATE the driver reads outside of any transaction, and concurrent changes
    overwrite each other in silence.
    """

    @event.listens_for(engine, "connect")
    def _set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=wal",
            "synchronous=full",
            "foreign_keys=on",
            "busy_timeout=10000",
            "secure_delete=on",
            "trusted_schema=off",
        ):
            cursor.execute(f"pragma {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("readonly")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
