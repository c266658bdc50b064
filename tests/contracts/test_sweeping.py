"""What every worker asks each five seconds goes through no table that a petition makes large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, event, inspect

from api.infra.background import jobs
from api.infra.database.transactions import db, reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World

# Those with a row for each who signs, or for each thing that is done.
LARGE = frozenset(
    {
        "audit_entries",
        "connector_pushes",
        "consents",
        "jobs",
        "letter_marks",
        "letters",
        "links",
        "pending_signatures",
        "signature_identities",
        "signatures",
        "update_recipients",
        "used_challenges",
        "webhook_deliveries",
        "webhook_events",
    }
)


def asked_by_the_sweeper(world: World) -> dict[str, list[tuple[str, Any]]]:
    """Return what each kind of job is asked for by, and what finds those that are due."""
    found: dict[str, list[tuple[str, Any]]] = {}
    now: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, given: Any, *___: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            now.append((statement, given))

    with world.app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        for name, kind in jobs.kinds().items():
            if kind.when is not None:
                with reading() as session:
                    kind.when(session)
                found[name] = [*now]
                now.clear()
        jobs.due()
        found["due"] = now
        event.remove(db.engine, "before_cursor_execute", note)
    return found


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


def walked(engine: Engine, statement: str, given: Any) -> list[str]:
    """Return the large tables that a query goes through from end to end, whatever is in them."""
    with engine.connect() as connection:
        partial = {
            str(index["name"])
            for table in LARGE
            for index in inspect(connection).get_indexes(table)
            if index.get("dialect_options", {}).get("postgresql_where")
        }
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        ((plan,),) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given)
    found = []
    for node in nodes(plan[0]["Plan"]):
        table, index = node.get("Relation Name"), node.get("Index Name")
        is_narrow = "Index Cond" in node or "Recheck Cond" in node or index in partial
        if table in LARGE and not is_narrow:
            found.append(f"{table} ({node['Node Type']}, {index}): {node.get('Filter')}")
    return found


@pytest.mark.parametrize("world", ["postgresql"], indirect=True)
def test_no_question_of_the_sweeper_goes_through_a_large_table(world: World) -> None:
    asked = asked_by_the_sweeper(world)
    with world.app.app_context():
        engine = db.engine
    found = {
        name: bad
        for name, each in asked.items()
        if (bad := [line for one in each for line in walked(engine, *one)])
    }

    assert len(asked) > 15
    assert found == {}
