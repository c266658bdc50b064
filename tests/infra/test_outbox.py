"""How what waits to leave is leased: the longest waiting, found by an index however many wait."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import event

from api.connectors.models import OUTBOX as PUSHES
from api.infra.database.transactions import db, transaction
from api.infra.mail.letters import OUTBOX as LETTERS
from api.webhooks.models import OUTBOX as DELIVERIES

if TYPE_CHECKING:
    from typing import Any

    from api.infra.outbox.rows import Outbox
    from tests.conftest import World


@pytest.mark.parametrize(
    "outbox", [LETTERS, DELIVERIES, PUSHES], ids=lambda it: it.model.__tablename__
)
@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_a_lease_goes_through_no_row_that_waits_behind_it(world: World, outbox: Outbox) -> None:
    asked: list[tuple[str, Any]] = []
    table = outbox.model.__tablename__
    with world.app.app_context():
        event.listen(db.engine, "before_cursor_execute", _noted := _noting(asked))
        with transaction() as session:
            taking = outbox.taking(outbox.columns.id.is_not(None), [outbox.columns.run_after], "id")
            outbox.take(session, taking, uuid4(), until=timedelta(minutes=1))
        event.remove(db.engine, "before_cursor_execute", _noted)
        (statement, given) = next(each for each in asked if "UPDATE" in each[0])
        with db.engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()

    outer = next(str(row[-1]) for row in plan if table in str(row[-1]))
    assert f"{table} USING" in outer
    assert "(id=?)" in outer, [tuple(row) for row in plan]


def _noting(asked: list[tuple[str, Any]]) -> Any:
    def note(_: Any, __: Any, statement: str, given: Any, *___: Any) -> None:
        asked.append((statement, given))

    return note
