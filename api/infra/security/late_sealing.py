"""Words that stood in clear before they were sealed: each is sealed, and leaves its old column.

Versions that run beside this one still write the old column, so it stays; what stands there is
newer than what is sealed, and a job seals it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.infra.background import jobs
from api.infra.database.columns import Base
from api.infra.database.transactions import is_any, transaction
from api.infra.security import keys

SEALED_AS = "sealed_as"  # in the info of a clear column: the name of the sealed one
BATCH = 200  # values of one transaction

Clear = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]


def read(session: Session, row: Base, clear: Clear) -> str | None:
    """Return the words of a row, sealed or still in clear; None where there are none."""
    found: str | None = getattr(row, clear.key) or keys.read(session, row, _sealed(row, clear))
    return found


def write(session: Session, row: Base, clear: Clear, words: str | None) -> None:
    """Seal words, in place of any that stand in clear; null stays null."""
    keys.write(session, row, _sealed(row, clear), words)
    setattr(row, clear.key, _empty(_column(clear)))


def _column(clear: Clear) -> Column[Any]:
    found: Column[Any] = clear.property.columns[0]
    return found


def _sealed(row: Base, clear: Clear) -> InstrumentedAttribute[bytes | None]:
    found: InstrumentedAttribute[bytes | None] = getattr(type(row), _column(clear).info[SEALED_AS])
    return found


def _empty(column: Column[Any]) -> str | None:
    return None if column.nullable else ""


def _columns() -> Iterator[Column[Any]]:
    for table in Base.metadata.sorted_tables:
        yield from (each for each in table.columns if SEALED_AS in each.info)


def is_due(session: Session) -> bool:
    """Tell whether anything stands in clear."""
    return any(is_any(session, select(each).where(each != "")) for each in _columns())


def seal_as_job(_: jobs.Work) -> None:
    """Seal what the sweeper found."""
    for column in _columns():
        while _seal_some(column) == BATCH:
            pass


def _seal_some(column: Column[Any]) -> int:
    """Seal some values, but for those that others hold: they wait for another round."""
    table, sealed = column.table, column.info[SEALED_AS]
    query = select(table.c.id, table.c.coalition_id, column).where(column != "")
    some = query.order_by(table.c.id).limit(BATCH).with_for_update(skip_locked=True)
    unmoved = {"updated_at": table.c.updated_at} if "updated_at" in table.c else {}
    with transaction() as session:
        connection = session.connection()
        found = connection.execute(some).all()
        for row_id, coalition_id, words in found:
            place = f"{table.name}.{sealed}"
            values = {
                column.name: _empty(column),
                sealed: keys.seal(session, coalition_id, place, row_id, words),
                **unmoved,
            }
            connection.execute(update(table).where(table.c.id == row_id).values(values))
    return len(found)
