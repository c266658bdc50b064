"""Lists by keyset: a query and a cursor in, one page and the next cursor out."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, String, func, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.errors import Code, Fault, Invalid
from api.infra.text.characters import unfit

Key = InstrumentedAttribute[Any] | ColumnElement[Any]  # with a name

T = TypeVar("T")
U = TypeVar("U")
Item_co = TypeVar("Item_co", covariant=True)  # a page of rows is one of what they are kinds of
MOST = 200
MOST_INTEGER = 2**31  # what both databases keep in an integer column


class BadCursor(Invalid, title="This cursor does not belong to this list"):
    """The cursor is none that this list gave out."""


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """Which page: `limit` rows after `cursor`."""

    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True)
class Page(Generic[Item_co]):
    """One page, the cursor of the next (None at the end), and how many there are in all."""

    items: Sequence[Item_co]
    following: str | None
    total: int

    def of(self, change: Callable[[Item_co], U]) -> Page[U]:
        """Return the same page with each item changed."""
        return Page([change(item) for item in self.items], self.following, self.total)


def every(read: Callable[[PageRequest], Page[T]]) -> Iterator[T]:
    """Yield all of a list, page by page: of a list that stays short by what it is about."""
    cursor: str | None = None
    while True:
        found = read(PageRequest(limit=MOST, cursor=cursor))
        yield from found.items
        if found.following is None:
            return
        cursor = found.following


def narrowed(query: Select[T], wanted: Mapping[InstrumentedAttribute[Any], object]) -> Select[T]:
    """Return a query of the rows whose columns have the wanted values; None is any."""
    return query.where(*[key == value for key, value in wanted.items() if value is not None])


def page(  # noqa: PLR0913 # what a page is of, and how
    session: Session,
    query: Select[T],
    request: PageRequest,
    keys: Sequence[Key] = (),
    *,
    descending: bool = False,
    total: int | None = None,
) -> Page[T]:
    """Return one page of `query` in the order of `keys`, which are never null and end unique.

    Without `keys` its rows are in the order in which they were made. A query of several columns
    gives their rows. Without a `total` its rows are counted.
    """
    if not keys:
        made = query.column_descriptions[0]["entity"]
        keys = [made.created_at, made.id]
    if total is None:
        everything = query.order_by(None).subquery()
        total = session.scalar(select(func.count()).select_from(everything)) or 0
    columns = [_in_code_order(session, key) for key in keys]
    if request.cursor is not None:
        here = tuple_(*[literal(value, key.type) for value, key in _decoded(request.cursor, keys)])
        query = query.where(tuple_(*columns) < here if descending else tuple_(*columns) > here)
    ordered = query.order_by(*[each.desc() if descending else each.asc() for each in columns])
    found: Any = session.execute(ordered.limit(request.limit + 1))
    rows = (found if len(query.column_descriptions) > 1 else found.scalars()).all()
    items = rows[: request.limit]
    following = _encoded(items[-1], keys) if len(rows) > request.limit else None
    return Page(items, following, total)


def _in_code_order(session: Session, key: Key) -> ColumnElement[Any]:
    """Sort texts by code point on every database: PostgreSQL has its own idea otherwise."""
    is_text = isinstance(key.type, String) and session.get_bind().dialect.name == "postgresql"
    return key.collate("C") if is_text else key.expression


def _encoded(row: object, keys: Sequence[Key]) -> str:
    values = [getattr(row, str(key.key)) for key in keys]
    plain = [v if isinstance(v, int | str) else _text(v) for v in values]
    text = json.dumps(plain, ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _decoded(cursor: str, keys: Sequence[Key]) -> list[tuple[object, Key]]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if type(values) is not list:
            raise TypeError(cursor)  # noqa: TRY301 # one answer to all that is wrong with it
        return [(_typed(v, k.type.python_type), k) for v, k in zip(values, keys, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError) as broken:
        raise BadCursor(
            "Use the address in the Link header, or leave the cursor out to begin again.",
            [Fault("", Code.WRONG_FORMAT, "It is not a cursor of this list.", parameter="cursor")],
        ) from broken


def _typed(value: object, kind: type) -> object:
    if kind is int:
        if type(value) is not int or abs(value) >= MOST_INTEGER:
            raise ValueError(value)
        return value
    if type(value) is not str or unfit(value):
        raise ValueError(value)
    return _READERS.get(kind, kind)(value)


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found.astimezone(UTC)


_READERS: dict[type, Callable[[str], object]] = {date: date.fromisoformat, datetime: _moment}
