"""Transactions: a use case is kept whole, or not at all; and nobody overwrites another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar, cast
from uuid import UUID

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    Column,
    ColumnElement,
    Engine,
    MetaData,
    Select,
    String,
    Table,
    create_engine,
    delete,
    func,
    inspect,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, object_session
from sqlalchemy.pool import QueuePool

from api.errors import DomainError, Unavailable
from api.infra.database.columns import Base, Versioned
from api.infra.database.drivers import (
    POSTGRES_ARGS,
    SINGLE_SECONDS,
    for_one_query,
    use_postgres_safely,
)

_Row = TypeVar("_Row", bound=Base)


class Stale(DomainError, title="It has changed since you read it"):
    """Somebody changed the thing since the caller read it."""


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    engine_options={"hide_parameters": True, "pool_pre_ping": True, "pool_timeout": 5},
)
THREADS = 8  # of a process that does not say how many it has


def pool(threads: int) -> dict[str, int]:
    """Return the options of an engine for a process that has so many threads.

    Each holds one connection at most. What runs beside them for a moment (the sweeper, leases that
    are renewed, webhooks' own threads) has SQLAlchemy's usual ten above that.
    """
    return {"pool_size": threads}


MOST_DELETED = 1000  # rows, in one transaction
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
def reading(*, one_moment: bool = False) -> Iterator[Session]:
    """Open a transaction that only reads; readers do not wait for a writer.

    With `one_moment` all that it reads is of its first, as always on SQLite.
    """
    options: dict[str, Any] = {"readonly": True, "postgresql_readonly": True}
    if one_moment and db.engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with _session() as session:
        session.connection(execution_options=options)
        yield session


@contextmanager
def one_query() -> Iterator[Session]:
    """Open a session for one quick query: a transaction and a ping are three round trips."""
    with _session() as session:
        if session.get_bind().dialect.name == "postgresql":
            with for_one_query(session):
                yield session
        else:
            session.connection(execution_options={"readonly": True})
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


def must_be_in_none() -> None:
    """Raise RuntimeError in a transaction: of what opens one of its own, or may."""
    if _inside.get():
        raise RuntimeError("A use case may not call a use case: pass the session on.")


@contextmanager
def _session(engine: Engine | None = None) -> Iterator[Session]:
    must_be_in_none()
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


def is_any(session: Session, query: Select[*tuple[Any, ...]]) -> bool:
    """Tell whether a query finds a row."""
    return session.execute(query.limit(1)).first() is not None


def delete_all(model: type[Base], *which: ColumnElement[bool]) -> None:
    """Delete rows, some in each transaction: no statement lasts, however many there are.

    What somebody else deletes or keeps meanwhile is left for the next time.
    """
    (primary,) = model.__table__.primary_key
    some = select(primary).where(*which).limit(MOST_DELETED)
    gone = delete(model).where(primary.in_(some)).execution_options(synchronize_session=False)
    number = MOST_DELETED
    while number == MOST_DELETED:
        with transaction() as session:
            number = session.connection().execute(gone).rowcount


def in_state(model: type[_Row], state: StrEnum, ids: Sequence[UUID] | None = None) -> Select[_Row]:
    """Return the query of a table's rows in a state, all or those of some ids, the oldest first."""
    its = model.__table__.columns
    query = select(model).where(its.state == state).order_by(its.created_at, its.id)
    return query if ids is None else query.where(its.id.in_(ids))


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


class NotMigrated(Unavailable, title="The database is not at this version"):
    """The tables are not those of this version."""


# The migrations whose code may serve on the tables of now; `migrations/env.py` writes it.
SERVING = Table("serving_revisions", MetaData(), Column("revision", String(32), primary_key=True))


def must_be_migrated(folder: Path) -> None:
    """Raise NotMigrated unless code with the migrations of a folder may serve on the tables.

    They are its own, or those of a later version that says that this one may go on.
    """
    newest, known = _migrations(folder)
    with db.engine.connect().execution_options(readonly=True) as connection:
        current = set(MigrationContext.configure(connection).get_current_heads())
        if current == newest:
            return
        is_told = inspect(connection).has_table(SERVING.name)
        if is_told and newest <= set(connection.scalars(select(SERVING.c.revision))):
            return
    if current <= known:
        raise NotMigrated("Run `undersigned migrate` first.")
    raise NotMigrated("The tables are of a later version, on which this one cannot serve: run it.")


def must_be_known(folder: Path) -> None:
    """Raise NotMigrated where the tables are of a version after the one of this code."""
    _, known = _migrations(folder)
    with db.engine.connect().execution_options(readonly=True) as connection:
        if not set(MigrationContext.configure(connection).get_current_heads()) <= known:
            raise NotMigrated("The tables are of a later version, which has to do this.")


@cache
def _migrations(folder: Path) -> tuple[set[str], set[str]]:
    """Return the newest of the migrations in a folder, and all of them."""
    scripts = ScriptDirectory(str(folder))
    return set(scripts.get_heads()), {each.revision for each in scripts.walk_revisions()}
