"""A database as the version before left it, with work of every kind waiting.

`python -m tests.support.house_before FILE` writes one of the version that it runs in: a release
does so once, and the next version shows that it takes it over (tests/stories/test_upgrade.py).
"""

from __future__ import annotations

import gzip
import json
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import time_machine
from flask_migrate import downgrade, upgrade
from sqlalchemy import Column, MetaData, Table, text

from api.app import CHILD_MODULES, create_app
from api.config import Settings
from api.infra import clock
from api.infra.backup import json_rows
from api.infra.database.columns import Base
from api.infra.database.transactions import db
from api.infra.runtime import EXTENSION
from api.infra.sandbox.pool import ChildPool
from api.infra.vault import Vault
from tests.conftest import World
from tests.support.builders import a_cover_letter, an_invitation, an_update, made
from tests.support.mailing_tools import connected
from tests.support.signing import at
from tests.support.signoffs import a_sign_off
from tests.support.webhook_receivers import entered, reaching, receiver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from tests.support.client import Answer, Client

KEY = "dW5kZXJzaWduZWQtc3BlY2ltZW4ta2V5LTAwMDAwMDE="  # of nothing but the specimen
HOOKS = 47811  # the port of the endpoint that the specimen tells
FILE = Path(__file__).parent.parent / "cases" / "house-before.jsonl.gz"


class Csv:
    """A tool that is handed files."""

    kind = "csv"

    def settings(self) -> dict[str, str]:
        return {"every": "daily", "list": "Letters"}


def fill(world: World) -> None:
    """Have something of every kind wait: jobs, letters, deliveries, pushes, an update."""
    owner = world.user("owner")
    tool = connected(world, owner, Csv())
    rush, coalition = tool.rush, tool.rush.coalition
    tool.agreed("ada@specimen.example", name="Ada Specimen")
    own = tool.agreed("bob@specimen.example", name="Bob Specimen")
    rush.publish()
    rush.work()
    with receiver(port=HOOKS) as hooks, reaching(world, hooks):
        entered(owner, coalition, url=hooks.url, types=["signature.entered", "update.started"])
    # From here on nothing is worked off.
    stranger = world.stranger()
    sent = [
        at(world, rush.address).sent("cyd@specimen.example", name="Cyd Specimen"),
        stranger.post(f"/v1/public/own-signatures/{own}/withdrawal"),
    ]
    whose = {"organisation_id": tool.organisation}
    update = f"/v1/updates/{an_update(owner, coalition, rush.statement, **whose)}"
    sent.append(_matching(owner, update, f"{update}/sending"))
    an_invitation(owner, coalition)
    minister = {"name": "A. Specimen", "email": "office@specimen.example"}
    addressee = made(owner, f"/v1/coalitions/{coalition}/addressees", minister)
    cover = f"/v1/cover-letters/{a_cover_letter(owner, rush.statement)}/deliveries"
    sent.append(owner.post(cover, {"addressee_ids": [addressee]}))
    members = a_sign_off(world, owner)
    members.open(hard_deadline="2031-05-14T12:00:00Z", zone="UTC")
    gone = f"/v1/coalitions/{a_sign_off(world, owner).coalition}"
    sent.append(owner.send("DELETE", gone, headers={"If-Match": owner.get(gone).etag}))
    assert all(each.status < 300 for each in sent), [each.body for each in sent]


def _matching(client: Client, path: str, do: str) -> Answer:
    return client.send("POST", do, headers={"If-Match": client.get(path).etag})


def write(path: Path) -> None:
    """Fill a house of this version, and write all its rows into a file."""
    with TemporaryDirectory() as folder:
        settings = settings_at(f"sqlite:///{folder}/db.sqlite", folder)
        children = ChildPool(CHILD_MODULES, spares=1)
        world = World(create_app(settings, children), "sqlite")
        world.app.testing = False
        with world.app.app_context():
            upgrade()
        fill(world)
        with world.app.app_context(), db.engine.connect() as connection:
            path.write_bytes(gzip.compress(b"".join(_lines(connection)), mtime=0))
        children.close()


def settings_at(database: str, folder: str) -> Settings:
    """Return the settings under which the specimen's rows can be read."""
    return Settings(
        database_url=database,
        storage_path=f"{folder}/storage",
        master_keys=(KEY,),
        queue_url=f"sqlite:///{folder}/queue",
        log_level="WARNING",
    )


def _lines(connection: Connection) -> Iterator[bytes]:
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    now = clock.now().isoformat()
    yield json.dumps({"version": version, "written_at": now}).encode() + b"\n"
    for table in Base.metadata.sorted_tables:
        columns, *rows = json_rows.lines(connection, table)
        if rows:
            yield json.dumps({"table": table.name}).encode() + b"\n" + columns + b"".join(rows)


@contextmanager
def taken_over(world: World) -> Iterator[None]:
    """Have a world hold the specimen's rows, brought to its version, a minute later."""
    head = json.loads(_read()[0])
    runtime = world.app.extensions[EXTENSION]
    with world.app.app_context():
        downgrade(revision=head["version"])
        try:
            with db.engine.begin() as connection:
                _restore(connection)
        finally:
            upgrade()
    world.app.extensions[EXTENSION] = replace(runtime, vault=Vault((KEY,)))
    at = datetime.fromisoformat(head["written_at"]) + timedelta(minutes=1)
    try:
        with time_machine.travel(at):
            yield
    finally:
        world.app.extensions[EXTENSION] = runtime


def _restore(connection: Connection) -> None:
    """Write the specimen's rows into tables as they were at its version."""
    for table, lines in _tables():
        json_rows.put(connection, table, lines)


def _tables() -> Iterator[tuple[Table, list[bytes]]]:
    """Yield the tables of the version before, with the types that their columns have today."""
    found: list[tuple[str, list[bytes]]] = []
    for line in _read()[1:]:
        if line.startswith(b'{"table"'):
            found.append((json.loads(line)["table"], []))
        else:
            found[-1][1].append(line)
    for name, lines in found:
        today, written = Base.metadata.tables[name].columns, [json.loads(each) for each in lines]
        # A column that went since had a default, or it fails here: its migration lost something.
        kept = [number for number, column in enumerate(written[0]) if column in today]
        names = [written[0][number] for number in kept]
        table = Table(name, MetaData(), *(Column(each, today[each].type) for each in names))
        yield table, [json.dumps([row[number] for number in kept]).encode() for row in written]


def _read() -> list[bytes]:
    return gzip.decompress(FILE.read_bytes()).splitlines(keepends=True)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
