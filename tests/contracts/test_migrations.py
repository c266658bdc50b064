"""The migrations make exactly the tables that the models describe, and can take them away."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, inspect, select

from api.config import share
from api.infra.database.columns import Base
from api.infra.database.stamps import STAMPS
from api.infra.database.transactions import SERVING, db
from tests.contracts.scene import Scene, operations
from tests.support.builders import a_coalition, a_revision, a_statement, another_revision
from tests.support.webhook_receivers import work

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import World

BEFORE_BLOCKS_HAD_IDS = "9b2f6a71d0c4"
BEFORE_SLUGS_WERE_SHARED = "c4e2a91f07bd"
BEFORE_TEXTS_WERE_FOUND = "a948f594dfbe"
MIGRATIONS = sorted(share("migrations", "versions").glob("*.py"))
PREFIXES = {"pk": "pk_", "unique": "uq_", "foreign": "fk_", "check": "ck_", "index": "ix_"}


def tables(world: World) -> set[str]:
    """Return the tables, without those of a queue, which makes its own beside them."""
    with world.app.app_context():
        names = inspect(db.engine).get_table_names()
    return {name for name in names if not name.startswith("queue_")}


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
    "POST /v1/cover-letters/{cover_letter_id}/deliveries",
    "POST /v1/statements/{statement_id}/responses",
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
    assert tables(seeded) == before
    kept_beside = {"alembic_version", "serving_revisions", "version_stamps"}
    assert before == {*Base.metadata.tables, *kept_beside}


def found_in_texts(world: World) -> list[str]:
    with world.app.app_context(), db.engine.connect() as connection:
        tables = (Base.metadata.tables[f"statement_{what}"] for what in ("cases", "demands"))
        return sorted(repr(row) for table in tables for row in connection.execute(select(table)))


def test_what_texts_ask_and_name_is_found_in_those_that_were_there_before(world: World) -> None:
    owner = world.user("owner")
    coalition = a_coalition(owner)
    one, two = ({"id": key, "name": f"{key} Specimen", "country": "KZ"} for key in ("one", "two"))
    asked = [{"id": "kz-1", "text": "Release *both*."}, {"id": "kz-2", "text": "Repeal it."}]
    party = {"party": {"id": "eu", "name": "European Union"}, "demands": [{**asked[0], "id": "x"}]}
    lists = [{"country": "KZ", "demands": asked}, party]
    cases = [{**one, "status": "detained"}, {**two, "may_be_named": False}]
    body = [{"demands": {}}, {"cases": {"ids": ["one", "two"]}}]
    statement = a_statement(owner, coalition, cases=cases, demand_lists=lists, body=body)
    a_revision(owner, statement)
    another_revision(owner, statement, "material")
    a_statement(owner, coalition)
    before = found_in_texts(world)

    try:
        with world.app.app_context():
            downgrade(revision=BEFORE_TEXTS_WERE_FOUND)
    finally:
        with world.app.app_context():
            upgrade()
    work(world)

    assert len(before) == 3 * (2 + 3)
    assert found_in_texts(world) == before


def test_blocks_of_texts_that_were_there_before_are_known_from_the_first_to_the_draft(
    world: World,
) -> None:
    owner = world.user("owner")
    body = [{"paragraph": f"Specimen paragraph {number}."} for number in range(4)]
    statement = a_statement(owner, a_coalition(owner), body=body)
    path = f"/v1/statements/{statement}"
    a_revision(owner, statement)
    for changed, weight in (
        ([body[0], {"paragraph": "Changed."}, *body[2:]], "material"),
        ([body[0], {"paragraph": "Changed."}, body[3], {"paragraph": "New."}], None),
    ):
        document = owner.get(f"{path}/draft")["document"]
        assert owner.put(f"{path}/draft", {"document": {**document, "body": changed}}).status == 200
        if weight:
            a_revision(owner, statement, weight)
    before = owner.get(f"{path}/draft")

    try:
        with world.app.app_context():
            downgrade(revision=BEFORE_BLOCKS_HAD_IDS)
    finally:
        with world.app.app_context():
            upgrade()

    first, second = (owner.get(f"{path}/revisions/{number}")["block_ids"] for number in (1, 2))
    after = owner.get(f"{path}/draft")
    draft = [block["id"] for block in after["document"]["body"]]
    assert first == second
    assert draft[:3] == [first[0], first[1], first[3]]
    assert len({*first, *draft}) == 5
    assert [block["paragraph"] for block in after["document"]["body"]] == [
        block["paragraph"] for block in before["document"]["body"]
    ]
    assert after.etag == before.etag


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: path.stem)
def test_a_migration_stands_alone(path: Path) -> None:
    tree = ast.walk(ast.parse(path.read_text("utf-8")))
    imported = [
        name
        for node in tree
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (getattr(node, "module", None), *(each.name for each in node.names))
    ]

    assert imported
    assert [name for name in imported if f"{name}.".startswith("api.")] == []


def test_who_shared_a_slug_with_strangers_has_another_where_it_must_be_one(world: World) -> None:
    for name in ("one", "two"):
        a_coalition(world.user(name), slug="steppe")

    try:
        with world.app.app_context():
            downgrade(revision=BEFORE_SLUGS_WERE_SHARED)
            with db.engine.connect() as connection:
                slugs = connection.scalars(select(Base.metadata.tables["coalitions"].c.slug)).all()
    finally:
        with world.app.app_context():
            upgrade()

    assert len(slugs) == len(set(slugs)) == 2
    assert "steppe" in slugs


def test_the_models_are_what_the_migrations_make(world: World) -> None:
    with world.app.app_context(), db.engine.connect() as connection:
        kept_by_the_migrations = {SERVING.name, STAMPS.name, "alembic_version"}
        how = {
            "compare_type": True,
            "include_name": lambda name, *_: (
                name not in kept_by_the_migrations and not str(name).startswith("queue")
            ),  # a queue that other tests had there is no table of ours
        }
        context = MigrationContext.configure(connection, opts=how)
        assert compare_metadata(context, Base.metadata) == []


def test_the_checks_of_the_models_have_the_names_of_those_of_the_migrations(world: World) -> None:
    with world.app.app_context():
        found = inspect(db.engine)
        there = {
            (table, str(check["name"]))
            for table in Base.metadata.tables
            for check in found.get_check_constraints(table)
        }
    described = {
        (table.name, str(each.name))
        for table in Base.metadata.sorted_tables
        for each in table.constraints
        if isinstance(each, CheckConstraint)
    }

    assert there
    assert described == there


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
