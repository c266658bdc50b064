"""The migrations make exactly the tables that the models describe, and can take them away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from api.infra.database import Base, db
from tests.contracts.scene import Scene, operations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World

PREFIXES = {"pk": "pk_", "unique": "uq_", "foreign": "fk_", "check": "ck_", "index": "ix_"}


def tables(world: World) -> set[str]:
    with world.app.app_context():
        return set(inspect(db.engine).get_table_names())


@pytest.fixture
def seeded(world: World) -> World:
    """A database with a row in most tables."""
    scene = Scene(world)
    for operation in operations(world):
        if operation.name in SEEDS:
            assert scene.request(operation).sent_by(scene.owner).status == 201, operation.name
    return world


SEEDS = (
    "POST /v1/coalitions/{coalition_id}/members",
    "POST /v1/coalitions/{coalition_id}/addressees",
    "POST /v1/demand-lists/{list_id}/demands",
    "POST /v1/statements/{statement_id}/signatures",
    "POST /v1/coalitions/{coalition_id}/templates",
)


def test_up_down_and_up_again_leaves_nothing_behind(seeded: World) -> None:
    before = tables(seeded)
    try:
        with seeded.app.app_context():
            downgrade(revision="base")
        assert tables(seeded) == {"alembic_version"}
    finally:
        with seeded.app.app_context():
            upgrade()
    assert tables(seeded) == before == {*Base.metadata.tables, "alembic_version"}


def test_the_models_are_what_the_migrations_make(world: World) -> None:
    with world.app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def constraints(world: World) -> Iterator[tuple[str, str, Any]]:
    """Yield the kind, the table and the name of each constraint and index that is there."""
    with world.app.app_context():
        found = inspect(db.engine)
        for table in Base.metadata.tables:
            yield "pk", table, found.get_pk_constraint(table)["name"]
            for each in found.get_unique_constraints(table):
                yield "unique", table, each["name"]
            for foreign in found.get_foreign_keys(table):
                yield "foreign", table, foreign["name"]
            for check in found.get_check_constraints(table):
                yield "check", table, check["name"]
            for index in found.get_indexes(table):
                if not index.get("duplicates_constraint"):
                    yield "index", table, index["name"]


def test_each_constraint_has_a_name_so_that_a_migration_can_drop_it(world: World) -> None:
    for kind, table, name in constraints(world):
        assert name, f"a {kind} of {table}"
        assert str(name).startswith(PREFIXES[kind]), f"{name} of {table}"


def test_both_databases_have_the_same_constraints(both: list[World]) -> None:
    one, other = (set(constraints(world)) for world in both)

    assert one == other
