"""Rows as lines of JSON and back, alike on both databases: what a backup holds of a table.

The first line names the columns; each other one is a row, in the order of the primary key.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Enum,
    String,
    Table,
    TypeDecorator,
    collate,
    insert,
    select,
)
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from api.errors import Invalid

Kind = tuple[type, Callable[[Any], object], Callable[[Any], object]]

BATCH = 500


class BadRow(Invalid, title="A row of the backup cannot be read"):
    """A line does not hold a row of its table."""


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Yield the columns and rows of a table; only a batch of them is in memory."""
    yield _line([column.name for column in table.columns])
    writes = [kind_of(column)[1] for column in table.columns]
    query = select(table).order_by(*(_order(connection, each) for each in table.primary_key))
    for row in connection.execute(query.execution_options(yield_per=BATCH)):
        pairs = zip(writes, row, strict=True)
        yield _line([None if value is None else write(value) for write, value in pairs])


def put(connection: Connection, table: Table, given: Iterable[bytes]) -> None:
    """Write rows into a table, or raise BadRow."""
    source = rows(table, given)
    while batch := list(islice(source, BATCH)):
        try:
            connection.execute(insert(table), batch)
        except (IntegrityError, DataError, StatementError) as wrong:
            if isinstance(wrong, DBAPIError) and not isinstance(wrong, IntegrityError | DataError):
                raise
            raise BadRow(f"{table.name} refuses a row.") from wrong


def rows(table: Table, given: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the rows that lines hold, their values as the table's columns take them."""
    try:
        yield from _rows(table, given)
    except (ValueError, TypeError, RecursionError) as wrong:
        raise BadRow(f"{table.name} has a line that is no row of it.") from wrong


def _rows(table: Table, given: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    source = iter(given)
    columns = [column.name for column in table.columns]
    if json.loads(next(source, b"null")) != columns:
        raise ValueError("Other columns.")
    kinds = [kind_of(column) for column in table.columns]
    for line in source:
        values = json.loads(line)
        if type(values) is not list:
            raise TypeError("No row.")
        triples = zip(columns, kinds, values, strict=True)
        yield {
            name: None if value is None else _typed(value, written, read)
            for name, (written, _, read), value in triples
        }


def _typed(value: object, written: type, read: Callable[[Any], object]) -> object:
    """Return a value for its column. SQLite would take a text for a number."""
    if written is not object and type(value) is not written:
        raise TypeError("Another type.")
    return read(value)


def _order(connection: Connection, column: Column[Any]) -> ColumnElement[Any]:
    """Sort by bytes on both: PostgreSQL has an alphabet of its own for texts."""
    if isinstance(column.type, String) and connection.dialect.name == "postgresql":
        return collate(column, "C")
    return column


def kind_of(column: Column[object]) -> Kind:
    """Return how a column's values stand in JSON, and how they are written and read."""
    decorated = column.type
    kind = decorated.impl_instance if isinstance(decorated, TypeDecorator) else decorated
    if isinstance(kind, JSON):
        return object, _same, _same
    return _KINDS[str if isinstance(kind, Enum) else kind.python_type]


def _same(value: object) -> object:
    return value


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("A time without a zone.")
    return at


_KINDS: dict[type, Kind] = {
    bool: (bool, _same, _same),
    int: (int, _same, _same),
    str: (str, _same, _same),
    UUID: (str, str, UUID),
    date: (str, date.isoformat, date.fromisoformat),
    datetime: (str, lambda at: at.astimezone(UTC).isoformat(), _instant),
    bytes: (
        str,
        lambda content: base64.b64encode(content).decode(),
        lambda text: base64.b64decode(text, validate=True),
    ),
}


def _line(values: Sequence[object]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
