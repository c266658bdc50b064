"""Takes backups of a world's house, brings them back, and tells what is there."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.infra.backup import backups, json_rows
from api.infra.database.columns import Base
from api.infra.database.transactions import db
from api.infra.runtime import EXTENSION
from api.infra.vault import Vault
from tests.support.installation import counts, empty_storage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import World

OF_BACKUPS = {b"house.backed_up", b"house.restored"}


def take(world: World, path: Path) -> backups.Kept:
    with world.app.app_context():
        return backups.backup(path, replace=False)


def restore(world: World, path: Path) -> backups.Kept:
    with world.app.app_context():
        return backups.restore(path)


def clear(world: World) -> None:
    """Make it a house that has just been migrated."""
    world.empty()
    empty_storage(world)


def tables() -> list[Any]:
    return list(Base.metadata.sorted_tables)


def dumped(world: World) -> dict[str, list[bytes]]:
    """Return the rows of every table, but what a backup and a restore themselves add."""
    with world.app.app_context(), db.engine.connect() as connection:
        found = {each.name: list(json_rows.lines(connection, each)) for each in tables()}
    own = [line for line in found["audit_entries"] if not OF_BACKUPS & {*line.split(b'"')}]
    return {**found, "audit_entries": own}


def files(world: World) -> dict[str, bytes]:
    folder = world.storage
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def is_empty(world: World) -> bool:
    return not any(counts(world).values()) and not files(world)


@contextmanager
def master_keys(world: World, *given: str) -> Iterator[None]:
    """Let a world have other master keys for a while."""
    own = world.app.extensions[EXTENSION]
    world.app.extensions[EXTENSION] = replace(own, vault=Vault(given))
    try:
        yield
    finally:
        world.app.extensions[EXTENSION] = own


def first_key(world: World) -> str:
    settings = world.app.extensions[EXTENSION].settings
    key: str = settings.master_keys[0]
    return key
