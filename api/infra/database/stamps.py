"""What tells that rows changed without reading them: a stamp of whoever they belong to.

A stamp is random, and another one after each change: it never comes back, not even in a house that
was restored. Triggers write it, for no writer may forget to, and much is written past the ORM. They
are no part of a migration, which could not make a table anew beside them on SQLite: `put` brings
them to what this version says after all migrations.

Stamps follow from the rows, so no backup holds them: the triggers make new ones where rows come.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import JSON, Column, Connection, MetaData, Table, Uuid, inspect, select
from sqlalchemy.orm import Session

from api.infra.database.columns import Base

STAMPS = Table(
    "version_stamps", MetaData(), Column("owner_id", Uuid, primary_key=True), Column("stamp", Uuid)
)
_PREFIX = "stamp_"
_EVENTS = ("insert", "update", "delete")
# Of an owner that this transaction stamped already nobody has seen the stamp yet. They are taken in
# one order, so that two who stamp several do not wait for each other.
_RENEW = f"""
CREATE OR REPLACE FUNCTION {_PREFIX}renew(owners uuid[]) RETURNS void LANGUAGE sql AS $$
  UPDATE version_stamps AS it SET stamp = gen_random_uuid()
  FROM (
    SELECT owner_id FROM version_stamps
    WHERE owner_id = ANY(owners) AND xmin <> pg_current_xact_id()::xid
    ORDER BY owner_id FOR NO KEY UPDATE
  ) AS held WHERE it.owner_id = held.owner_id
$$"""  # noqa: S608 # all words are ours


@dataclass(frozen=True)
class Stamping:
    """Which changes of a table's rows give another stamp, and to whom.

    `{row}` stands for a row in `owner`, which says whose it is, and in `where`, which says whether
    it matters; in that `{ours}` stands for `{table}` rows s that this transaction wrote.
    """

    model: type[Base]
    owner: str = "{row}.statement_id"
    columns: tuple[str, ...] = ()  # of which a change matters; none: all
    where: str = "true"
    is_owner: bool = False  # the row has a stamp itself, as long as it is there

    @property
    def name(self) -> str:
        return str(self.model.__tablename__)

    def changed(self, old: str, new: str, *, is_postgres: bool) -> str:
        its = self.model.__table__.columns
        differs = "IS DISTINCT FROM" if is_postgres else "IS NOT"

        def value(row: str, name: str) -> str:
            is_json = is_postgres and isinstance(its[name].type, JSON)
            return f"{row}.{name}" + ("::text" if is_json else "")

        return " OR ".join(f"{value(old, one)} {differs} {value(new, one)}" for one in self.columns)

    def fitting(self, connection: Connection) -> Stamping:
        """Return it with the columns to watch, of those that the table has."""
        there = {one["name"] for one in inspect(connection).get_columns(self.name)}
        every = [one.name for one in self.model.__table__.columns if not one.primary_key]
        return replace(self, columns=tuple(one for one in self.columns or every if one in there))


def stamp_of(session: Session, owner_id: UUID) -> UUID:
    """Return the stamp of a statement or coalition; read its rows at the same moment."""
    found = session.execute(select(STAMPS.c.stamp).where(STAMPS.c.owner_id == owner_id))
    stamp: UUID = found.scalar_one()
    return stamp


def drop(connection: Connection) -> None:
    """Take all triggers away."""
    if connection.dialect.name == "postgresql":
        _drop_functions(connection, but=set())
        return
    found = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'stamp!_%' ESCAPE '!'"
    )
    for (name,) in connection.exec_driver_sql(found).all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


def put(connection: Connection, stampings: tuple[Stamping, ...]) -> None:
    """Have the triggers that this version says, where there are stamps at all.

    On PostgreSQL a trigger that is there stays, for tables that others use would be locked: only
    its function is replaced. A column that the tables lack, as after a way back, is not watched.
    """
    if not inspect(connection).has_table(STAMPS.name):
        drop(connection)
        return
    fitting = [one.fitting(connection) for one in stampings]
    if connection.dialect.name == "postgresql":
        _put_on_postgres(connection, fitting)
        return
    drop(connection)
    for one in fitting:
        for event in _EVENTS:
            connection.exec_driver_sql(_sqlite_trigger(one, event))


def _sqlite_trigger(one: Stamping, event: str) -> str:
    row = "old" if event == "delete" else "new"
    where = one.where.format(row=row, ours="true")
    owner = one.owner.format(row=row)
    act = f"UPDATE version_stamps SET stamp = lower(hex(randomblob(16))) WHERE owner_id = {owner}"  # noqa: S608
    if event == "update":
        before = one.where.format(row="old", ours="true")
        changed = one.changed("old", "new", is_postgres=False)
        where = f"({where} OR {before}) AND ({changed})"
    elif one.is_owner and event == "insert":
        act = (
            f"INSERT INTO version_stamps VALUES ({owner}, lower(hex(randomblob(16))))"  # noqa: S608
            " ON CONFLICT (owner_id) DO UPDATE SET stamp = excluded.stamp"
        )
    elif one.is_owner:
        act = f"DELETE FROM version_stamps WHERE owner_id = {owner}"  # noqa: S608
    name = f"{_PREFIX}{one.name}_{event}"
    return f"CREATE TRIGGER {name} AFTER {event} ON {one.name} WHEN {where} BEGIN {act}; END"


_REFERENCING = {
    "insert": "NEW TABLE AS come",
    "update": "OLD TABLE AS gone NEW TABLE AS come",
    "delete": "OLD TABLE AS gone",
}


def _put_on_postgres(connection: Connection, stampings: list[Stamping]) -> None:
    there = set(
        connection.exec_driver_sql(
            "SELECT tgname FROM pg_trigger WHERE starts_with(tgname, 'stamp_')"
        ).scalars()
    )
    connection.exec_driver_sql(_RENEW)
    wanted = {f"{_PREFIX}renew"}
    for one in stampings:
        for event in _EVENTS:
            name = f"{_PREFIX}{one.name}_{event}"
            wanted.add(name)
            connection.exec_driver_sql(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$"
                f" BEGIN {_postgres_act(one, event)}; RETURN NULL; END $$"
            )
            if name not in there:
                connection.exec_driver_sql(
                    f"CREATE TRIGGER {name} AFTER {event} ON {one.name} REFERENCING"
                    f" {_REFERENCING[event]} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
                )
    _drop_functions(connection, but=wanted)


def _postgres_act(one: Stamping, event: str) -> str:
    ours = "s.xmin = pg_current_xact_id()::xid"
    owner = one.owner.format(row="r")
    where = one.where.format(row="r", ours=ours)
    source = "gone AS r" if event == "delete" else "come AS r"
    if event == "update":
        (key,) = one.model.__table__.primary_key
        source += f" JOIN gone AS o ON o.{key.name} = r.{key.name}"
        before = one.where.format(row="o", ours=ours)
        where = f"({where} OR {before}) AND ({one.changed('o', 'r', is_postgres=True)})"
    elif one.is_owner and event == "insert":
        return (
            f"INSERT INTO version_stamps SELECT {owner}, gen_random_uuid() FROM come AS r"  # noqa: S608
            " ON CONFLICT (owner_id) DO UPDATE SET stamp = excluded.stamp"
        )
    elif one.is_owner:
        return f"DELETE FROM version_stamps WHERE owner_id IN (SELECT {owner} FROM gone AS r)"  # noqa: S608
    return f"PERFORM {_PREFIX}renew(ARRAY(SELECT DISTINCT {owner} FROM {source} WHERE {where}))"  # noqa: S608


def _drop_functions(connection: Connection, *, but: set[str]) -> None:
    """Drop our functions, and the triggers that call them."""
    found = connection.exec_driver_sql(
        "SELECT proname FROM pg_proc WHERE starts_with(proname, 'stamp_')"
        " AND pronamespace = current_schema()::regnamespace"
    )
    for name in set(found.scalars()) - but:
        connection.exec_driver_sql(f"DROP FUNCTION {name} CASCADE")
