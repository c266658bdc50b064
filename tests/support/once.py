"""What many tests begin with is built once in a process: then its rows are put back.

Fixtures and builders build by requests, the same ones over and over: a coalition, members, a text.
While one builds, from the empty database on, each request that was sent before, in the same state
of the database, is answered as it was then, and the rows that were there after it are put back
before the test goes on. What a test itself asks is always asked of the app.

A database is in a state that is known as long as nobody else has written to it. Where the clock
stands still, its time belongs to the request; a test that patches the app builds for itself.
"""

from __future__ import annotations

import itertools
import re
import shutil
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

import time_machine
from sqlalchemy import (
    Engine,
    Pool,
    Table,
    delete,
    event,
    exists,
    insert,
    literal,
    select,
    union_all,
)

from api.infra.database.columns import Base
from api.infra.database.transactions import db
from api.infra.runtime import EXTENSION

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from flask import Flask
    from sqlalchemy import CompoundSelect, Connection, Row

_Result = TypeVar("_Result")
_Args = ParamSpec("_Args")
_WRITES = re.compile(r"\s*(?:with|insert|update|delete)\b", re.IGNORECASE)
_WRITTEN = re.compile(r'\b(?:insert into|update|delete from)\s+"?(\w+)', re.IGNORECASE)
_TABLES = {table.name: table for table in Base.metadata.sorted_tables}
_KEPT_SECONDS = 600  # "today" is another day at some time
_all: list[Once] = []
_names = itertools.count(1)


@dataclass(eq=False)
class State:
    """The rows of a database with the files of its storage, and what was answered next."""

    rows: dict[Table, list[Row[Any]]] = field(default_factory=dict)
    files: dict[Path, bytes] = field(default_factory=dict)
    then: dict[Hashable, tuple[Any, State]] = field(default_factory=dict)


class Once:
    """What one database went through."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.runtime = app.extensions[EXTENSION]
        self.storage = Path(self.runtime.settings.storage)
        self.empty = State()
        self.at: State | None = None  # None: nobody knows
        self.there: State | None = None  # whose rows are in the database
        self.is_allowed = True
        self._depth = 0
        self._writing: set[Table] | None = None  # what a step writes, while there is one
        self._began = time.monotonic()
        _all.append(self)

    def emptied(self) -> None:
        """Know that no row is left; leave no file behind either."""
        shutil.rmtree(self.storage, ignore_errors=True)
        self.storage.mkdir()
        runtime = self.app.extensions[EXTENSION]
        is_old = time.monotonic() - self._began > _KEPT_SECONDS
        if is_old or runtime is not self.runtime:
            self.empty, self.runtime, self._began = State(), runtime, time.monotonic()
        self.at = self.there = self.empty
        _name_anew()

    def written(self, statement: str) -> None:
        """Know that something was written to the database."""
        if self._writing is None:
            self.at = self.there = None
        elif "delete" in statement.lower():  # which goes on to other tables
            self._writing.update(_TABLES.values())
        else:
            names = _WRITTEN.findall(statement)
            self._writing.update(_TABLES[name] for name in names if name in _TABLES)

    @contextmanager
    def building(self) -> Iterator[None]:
        """Build; afterwards the rows are there."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self.put_back()

    def step(self, key: Hashable, act: Callable[[], _Result]) -> _Result:
        """Do something, or return what came of it in the same state before."""
        before, now = self.at, _now()
        is_as_made = self.app.extensions[EXTENSION] is self.runtime
        if before is None or now == _PASSES or not (self._depth and self.is_allowed and is_as_made):
            self.put_back()
            return act()
        if (key, now) not in before.then:
            self.put_back()
            written: set[Table] = set()
            self._writing = written
            try:
                result = act()
            except BaseException:
                self.at = self.there = None
                raise
            finally:
                self._writing = None
            after = before
            if written:
                rows = before.rows | self._rows(written | self._others(before))
                after = State(rows, self._files())
            self.there = after
            before.then[key, now] = result, after
        result, self.at = before.then[key, now]
        return cast("_Result", result)  # of the same act

    def put_back(self) -> None:
        """Have the rows in the database that belong to the state that it is said to be in."""
        wanted, there = self.at, self.there
        if wanted is None or there is None or wanted is there or self._writing is not None:
            return
        self.app.extensions[EXTENSION].memory.clear()
        self._writing = set()
        try:
            with self.app.app_context(), db.engine.begin() as connection:
                for table in reversed(Base.metadata.sorted_tables):
                    if there.rows.get(table):
                        connection.execute(delete(table))
                for table in Base.metadata.sorted_tables:
                    if rows := wanted.rows.get(table):
                        connection.execute(insert(table), _in_order(table, rows))
        finally:
            self._writing = None
        for path, content in wanted.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.there = wanted

    def _others(self, before: State) -> set[Table]:
        """Return which tables have rows that another process wrote."""
        with self.app.app_context(), db.engine.connect() as connection:
            there = {_TABLES[name] for (name,) in connection.execute(filled())}
        return {table for table in there if not before.rows.get(table)}

    def _files(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.storage.rglob("*") if path.is_file()}

    def _rows(self, tables: Iterable[Table]) -> dict[Table, list[Row[Any]]]:
        with self.app.app_context(), db.engine.connect() as connection:
            return {table: list(connection.execute(select(table))) for table in tables}


@cache
def filled() -> CompoundSelect[str]:
    """Return the query that names the tables that have a row: most tests fill few of them."""
    tables = Base.metadata.sorted_tables
    return union_all(
        *(select(literal(table.name)).where(exists(select(table))) for table in tables)
    )


def of(app: Flask) -> Once:
    """Return what a database of an app went through."""
    return next((each for each in _all if each.app is app), None) or Once(app)


def built(build: Callable[_Args, _Result]) -> Callable[_Args, _Result]:
    """Have a builder build what it built before without a request."""

    @wraps(build)
    def builds(*args: _Args.args, **facts: _Args.kwargs) -> _Result:
        with everywhere():
            return build(*args, **facts)

    return builds


@contextmanager
def everywhere() -> Iterator[None]:
    """Build, whichever the database."""
    with ExitStack() as building:
        for each in _all:
            building.enter_context(each.building())
        yield


def unknown() -> None:
    """Know that another process wrote to the databases."""
    for each in _all:
        each.at = each.there = None


def allow(*, is_allowed: bool) -> None:
    """Say whether a test may have what others built: not one that patches the app."""
    for each in _all:
        each.is_allowed = is_allowed


def a_name() -> str:
    """Return eight letters and digits that nothing else in the database has."""
    return f"{next(_names):08x}"


def _name_anew() -> None:
    """Begin with the first name: the same requests are only equal by equal names."""
    global _names  # noqa: PLW0603 # a count of the process
    _names = itertools.count(1)


_PASSES = -1.0  # the time is moved, and goes on


def _now() -> float:
    """Return the time that was set, 0 where none was."""
    if not time_machine.escape_hatch.is_travelling():
        return 0.0
    now = time.time()
    return now if time.time() == now else _PASSES


def _in_order(table: Table, rows: list[Row[Any]]) -> list[dict[str, Any]]:
    """Return rows with those before others that these refer to."""
    own = [key for key in table.foreign_keys if key.column.table is table]
    given = [dict(row._mapping) for row in rows]  # noqa: SLF001 # SQLAlchemy's public name for it
    if not own:
        return given
    ordered: list[dict[str, Any]] = []
    while given:
        there = [{each[key.column.name] for each in ordered} for key in own]
        ready = [
            each
            for each in given
            if all(
                each[key.parent.name] is None
                or each[key.parent.name] in known
                or each[key.parent.name] == each[key.column.name]
                for key, known in zip(own, there, strict=True)
            )
        ]
        ordered += ready
        given = [each for each in given if each not in ready]
        assert ready, table.name
    return ordered


@event.listens_for(Pool, "checkout")
def _look(*_: object) -> None:
    """Have the rows there for who looks into a database past the app."""
    for each in _all:
        each.put_back()


@event.listens_for(Engine, "before_cursor_execute")
def _see(_: Connection, __: object, statement: str, *___: object) -> None:
    if _WRITES.match(statement):
        for each in _all:
            each.written(statement)
