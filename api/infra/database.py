"""Rows and transactions, alike on SQLite and PostgreSQL."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Self, cast
from uuid import UUID, uuid4

import psycopg
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    DateTime,
    Engine,
    Enum,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, object_session

from api.errors import DomainError, Unavailable
from api.infra import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from enum import StrEnum
    from pathlib import Path

    from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
    from sqlalchemy.pool import ConnectionPoolEntry, QueuePool


class Instant(TypeDecorator[datetime]):
    """A UTC instant. SQLite forgets zones; this gives them back and refuses naive times."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is not None and value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC))


def choice(kind: type[StrEnum]) -> Enum:
    """Return the column type of an enum's values; the database refuses others."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=20,
        name=re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(),
        values_callable=lambda members: [member.value for member in members],
    )


Id = Annotated[UUID, mapped_column(primary_key=True, default=uuid4)]
Moment = Annotated[datetime, mapped_column(Instant)]
Created = Annotated[datetime, mapped_column(Instant, default=clock.now)]
Country = Annotated[str, mapped_column(String(2))]  # ISO 3166-1 alpha-2
Language = Annotated[str, mapped_column(String(35))]  # BCP 47


class Base(DeclarativeBase):
    """All tables; constraints are named by one convention, so migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Versioned:
    """A row that two people may edit: its version is its ETag, and grows with each change."""

    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Created]
    updated_at: Mapped[Moment] = mapped_column(Instant, default=clock.now, onupdate=clock.now)


class Stale(DomainError):
    """Somebody changed the thing since the caller read it."""

    title = "It has changed since you read it"


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    engine_options={"hide_parameters": True, "pool_pre_ping": True, "pool_timeout": 5},
)
THREADS = 8  # of a process that does not say how many it has
# As SQLite's busy_timeout: wait for a host, a lock and an answer, but not for ever.
POSTGRES_ARGS: dict[str, Any] = {
    "connect_timeout": 5,
    "options": "-c lock_timeout=10s -c statement_timeout=30s -c timezone=UTC",
}

ANSWER_SECONDS = 35.0  # longer than a statement may take; a server that hangs never says so
SINGLE_SECONDS = 12.0  # for one statement alone; longer than it may wait for a lock
PING_SECONDS = 3.0


def pool(threads: int) -> dict[str, int]:
    """Return the options of an engine for a process that has so many threads.

    Each holds one connection at most. What runs beside them for a moment (the sweeper, leases that
    are renewed, webhooks' own threads) has SQLAlchemy's usual ten above that.
    """
    return {"pool_size": threads}


AFTER = "after"
_inside: ContextVar[bool] = ContextVar("inside", default=False)
_before_commit: ContextVar[tuple[Callable[[Session], None], ...]] = ContextVar(
    "before_commit", default=()
)


@contextmanager
def transaction() -> Iterator[Session]:
    """Open one use case's transaction: all of it is kept, or nothing."""
    with _session() as session:
        with session.begin():
            yield session
            for also in _before_commit.get():
                also(session)
        for act in session.info.get(AFTER, ()):
            act()


@contextmanager
def rehearsal() -> Iterator[Session]:
    """Open a transaction in which all is done as in a true one, and nothing is kept."""
    with _session() as session, session.begin() as trying:
        yield session
        trying.rollback()


@contextmanager
def reading() -> Iterator[Session]:
    """Open a transaction that only reads; readers do not wait for a writer."""
    with _session() as session:
        session.connection(execution_options={"readonly": True, "postgresql_readonly": True})
        yield session


@contextmanager
def at_once() -> Iterator[Session]:
    """Open a session for one statement that writes, which is its own transaction.

    It saves a rush three round trips: BEGIN, COMMIT, and the question whether the connection still
    lives. So its caller tries again where one was lost. SQLite has none to save.
    """
    if db.engine.dialect.name == "sqlite":
        with transaction() as session:
            yield session
    else:
        with _session(_without_transactions(db.engine)) as session:
            yield session


@cache
def _without_transactions(engine: Engine) -> Engine:
    alone = create_engine(
        engine.url,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        pool_timeout=5,
        connect_args=POSTGRES_ARGS,
        **pool(cast("QueuePool", engine.pool).size()),
    )
    use_postgres_safely(alone, SINGLE_SECONDS)
    return alone


@contextmanager
def _session(engine: Engine | None = None) -> Iterator[Session]:
    if _inside.get():
        raise RuntimeError("A use case may not call a use case: pass the session on.")
    token = _inside.set(True)
    try:
        with Session(engine or db.engine, expire_on_commit=False) as session:
            yield session
    finally:
        _inside.reset(token)


@contextmanager
def with_commit(also: Callable[[Session], None]) -> Iterator[None]:
    """Have `also` write in the same transaction as the use case called inside."""
    token = _before_commit.set((*_before_commit.get(), also))
    try:
        yield
    finally:
        _before_commit.reset(token)


def alone(session: Session, number: int) -> None:
    """Let one transaction at a time do what is known by a number; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(number)))


def after_commit(row: object, act: Callable[[], None]) -> None:
    """Do something outside the database once the transaction that holds `row` is kept."""
    session = object_session(row)
    if session is None:
        raise RuntimeError("The row is in no transaction.")
    session.info.setdefault(AFTER, []).append(act)


def insert(session: Session, row: Base, *, on_clash: DomainError) -> None:
    """Write one row now; raise `on_clash` if a constraint refuses it."""
    session.add(row)
    flush(session, on_clash=on_clash)


def flush(session: Session, *, on_clash: DomainError) -> None:
    """Write what is pending now; raise `on_clash` if a constraint refuses it."""
    try:
        session.flush()
    except IntegrityError as clash:
        raise on_clash from clash


class Expected(int):
    """The version that a change is of: one of those that its caller named, or whichever is there.

    It counts as equal to each of them, so it is compared and never reckoned with.
    """

    def __new__(cls, among: frozenset[int] | None) -> Self:
        """Expect one of some versions; of None, any."""
        return super().__new__(cls, min(among or {0}))

    def __init__(self, among: frozenset[int] | None) -> None:
        """Keep what is expected."""
        self._among = among

    def __eq__(self, other: object) -> bool:
        return self._among is None or other in self._among

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__


def touch(row: Versioned, expected: int | None, *, at: int | None = None) -> None:
    """Count one change of a row; raise Stale unless it is at the `expected` version.

    None expects nothing: for changes that follow from another row's. `at` is the version that it
    is shown with, where that is not its own.
    """
    if expected is not None and (row.version if at is None else at) != expected:
        raise Stale("Read it again, put your change on top of what is there now, and send that.")
    row.version += 1


class NotMigrated(Unavailable):
    """The tables are not those of this version."""

    title = "The database is not at this version"


def must_be_migrated(folder: Path) -> None:
    """Raise NotMigrated unless the newest migration of a folder has run."""
    with db.engine.connect().execution_options(readonly=True) as connection:
        current = MigrationContext.configure(connection).get_current_heads()
    if set(current) != _newest(folder):
        raise NotMigrated("Run `undersigned migrate` first.")


@cache
def _newest(folder: Path) -> set[str]:
    return set(ScriptDirectory(str(folder)).get_heads())


class Impatient(psycopg.Connection[Any]):
    """A connection that is given up when its server takes too long to answer.

    The server's own time-outs help as long as it lives. One that hangs, with its machine or alone,
    would keep a thread for ever: its network still says that all is well.
    """

    patience = ANSWER_SECONDS

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
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
    ping = engine.dialect.do_ping

    @event.listens_for(engine, "do_connect")
    def _connect(_: Dialect, __: Any, args: Any, given: Any) -> Impatient:
        connection = Impatient.connect(*args, **given)
        connection.patience = seconds
        return connection

    def _ping(dbapi_connection: DBAPIConnection) -> bool:
        with cast("Impatient", dbapi_connection).within(PING_SECONDS):
            return ping(dbapi_connection)

    engine.dialect.do_ping = _ping  # type: ignore[method-assign] # all pings pass there


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
    def _begin(connection: Any) -> None:
        reads = connection.get_execution_options().get("readonly")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
