"""Backups: every row of one moment and every kept file, in one archive, and back from it.

The house goes on working meanwhile. An archive of one kind of database is restored into the other
as well, for rows travel as JSON. The queue is not in it; the rows of its jobs are.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from uuid import UUID, uuid4

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Table, select
from sqlalchemy.orm import Session

from api.errors import Conflict, Invalid
from api.infra import clock
from api.infra.background import dead_letters, kept_files
from api.infra.background.kept_files import KeptFiles
from api.infra.backup import archive, json_rows
from api.infra.backup.archive import FILES, MEMBER, TABLES, ArchiveReader, BackupChanged, Writer
from api.infra.backup.json_rows import lines
from api.infra.database.columns import Base
from api.infra.database.drivers import taking_long
from api.infra.database.transactions import db, reading, transaction
from api.infra.mail import letters
from api.infra.runtime import runtime
from api.infra.security import audit
from api.infra.security.keys import DataKey
from api.infra.storage import StorageUnavailable

MOMENTS = 5  # that are tried until one has all files that its rows refer to


@dataclass(frozen=True)
class Promised:
    """Who has promises besides jobs and letters, and holds those of before a restored backup."""

    hold: Callable[[Session], None]


class FileIsThere(Conflict, title="There is a file of this name"):
    """A backup does not take another one's place unless it is told to."""


class OtherVersion(Conflict, title="The backup is of another version"):
    """The tables of the backup are not those of this version."""


class NotEmpty(Conflict, title="There is something here already"):
    """A restore mixes nothing: it begins with an empty house."""


class UnsoundBackup(Invalid, title="The backup is whole, and something in it is not sound"):
    """It is what was written, and what was written had a fault already."""


@dataclass(frozen=True)
class Kept:
    """What a backup holds, or what came back from it."""

    rows: dict[str, int]  # by table
    files: int
    head: str  # of the record
    missing: list[str]  # files that rows refer to, and that were gone before
    held_jobs: int = 0
    held_letters: int = 0
    damaged: Sequence[str] = ()  # files that are there, and not what their rows say


def backup(path: Path, *, replace: bool) -> Kept:
    """Write a backup under a name that was free; what is not whole never stands there."""
    _must_be_free(path, replace=replace)
    part = path.with_name(f".{path.name}.{uuid4().hex[:8]}.part")
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with Writer(file) as writer:
                kept = _write(writer)
            file.flush()
            os.fsync(handle)
        _must_be_free(path, replace=replace)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    with transaction() as session:
        audit.append(session, None, "house.backed_up", None, None, facts={"head": kept.head})
    return kept


def _must_be_free(path: Path, *, replace: bool) -> None:
    if path.exists() and not replace:
        raise FileIsThere("Choose another name, or say --replace.")


def _write(writer: Writer) -> Kept:
    """Copy files before and after the moment: a row's file is there from before it until after.

    One that was replaced in between is only in a later moment.
    """
    copied: set[str] = set()
    keepers = runtime().wiring.all(KeptFiles)
    copy_files(writer, copied)
    for number in range(1, MOMENTS + 1):
        with _moment() as connection:
            referred = set().union(*(files.referred(connection) for files in keepers))
            copy_files(writer, copied)
            missing = sorted(referred - copied)
            if missing and number < MOMENTS:
                continue
            rows = {
                table.name: writer.add(_member(table), lines(connection, table), is_packed=True) - 1
                for table in Base.metadata.sorted_tables
            }
            kept = Kept(rows, len(copied), str(audit.newest(connection)), missing)
            writer.end(
                {
                    "program": version("undersigned"),
                    "revision": _revision(connection),
                    "engine": connection.dialect.name,
                    "created_at": clock.now().isoformat(),
                    "rows": kept.rows,
                    "files": kept.files,
                    "head": kept.head,
                }
            )
            return kept
    raise AssertionError  # the last moment is taken as it is


def copy_files(writer: Writer, copied: set[str]) -> None:
    storage = runtime().storage
    for key in list(kept_files.keys(storage)):
        is_ours = MEMBER.match(FILES + key) and key not in copied
        if is_ours and (parts := storage.read(key)) is not None:
            writer.add(FILES + key, parts)
            copied.add(key)


def _member(table: Table) -> str:
    return f"{TABLES}{table.name}.jsonl"


@contextmanager
def _moment() -> Iterator[Connection]:
    """Open the database as it is at the first question, whatever is written after that."""
    options: dict[str, object] = {"readonly": True, "postgresql_readonly": True}
    if not runtime().settings.is_sqlite:
        options["isolation_level"] = "REPEATABLE READ"
    with (
        db.engine.connect().execution_options(**options) as connection,
        connection.begin(),
        taking_long(connection),
    ):
        yield connection


def _revision(connection: Connection) -> str:
    return ",".join(sorted(MigrationContext.configure(connection).get_current_heads()))


def restore(path: Path) -> Kept:
    """Bring an empty house to what a backup holds; what was promised and not done is held."""
    with archive.opened(path) as source:
        _must_fit(source)
        _must_be_empty(source)
        source.check()
        _must_open_keys(source)
        for key in source.files:
            runtime().storage.write(key, source.chunks(FILES + key))
            _must_be_back(source, key)
        with transaction() as session:
            connection = session.connection()
            with taking_long(connection):
                _must_have_no_rows(connection)
                _put_rows(connection, source)
            facts = {"created_at": source.manifest["created_at"], "head": source.manifest["head"]}
            held = dead_letters.hold(session), letters.hold(session)
            for promised in runtime().wiring.all(Promised):
                promised.hold(session)
            audit.append(session, None, "house.restored", None, None, facts=facts)
        manifest = source.manifest
        return Kept(manifest["rows"], len(source.files), manifest["head"], [], *held)


def _must_fit(source: ArchiveReader) -> None:
    with reading() as session:
        here = _revision(session.connection())
    manifest = source.manifest
    if manifest["revision"] != here:
        raise OtherVersion(
            f"It was made by version {manifest['program']} with tables {manifest['revision']};"
            f" here are version {version('undersigned')} and tables {here}. Restore it with that"
            " version, and `undersigned migrate` with this one after that."
        )
    tables = {_member(table) for table in Base.metadata.sorted_tables}
    if tables != {name for name in source.members if name.startswith(TABLES)}:
        raise BackupChanged("Its tables are not those that it says.")


def _must_be_empty(source: ArchiveReader) -> None:
    with reading() as session:
        _must_have_no_rows(session.connection())
    others = sorted(set(kept_files.keys(runtime().storage)) - set(source.files))
    if others:
        raise NotEmpty(
            f"The storage holds {len(others)} other files, as {others[0]}. Give an empty one."
        )
    needed = sum(source.members[FILES + key]["bytes"] for key in source.files)
    free = runtime().storage.free_bytes()
    if free is not None and needed > free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), runtime().settings.storage)


def _must_have_no_rows(connection: Connection) -> None:
    full = [
        table.name
        for table in Base.metadata.sorted_tables
        if connection.execute(select(1).select_from(table).limit(1)).first()
    ]
    if full:
        raise NotEmpty(
            f"There are rows in {', '.join(full)}. Give a fresh database, and `undersigned migrate`"
            " it."
        )


def _must_be_back(source: ArchiveReader, key: str) -> None:
    """Read a file that was written: a storage may keep something else than it was given."""
    digest = hashlib.sha256()
    for part in runtime().storage.read(key) or ():
        digest.update(part)
    if digest.hexdigest() != source.members[FILES + key]["sha256"]:
        raise StorageUnavailable(
            f"{key} did not come back as it was: the storage loses data. No row was restored."
        )


def _must_open_keys(source: ArchiveReader) -> None:
    """Raise KeyMissing unless every data key can be opened by a master key of this process."""
    table = Base.metadata.tables[DataKey.__tablename__]
    for row in json_rows.rows(table, source.lines(_member(table))):
        runtime().vault.open(UUID(str(row["id"])), str(row["master"]), row["wrapped"])


def _put_rows(connection: Connection, source: ArchiveReader) -> None:
    """Write the rows of all tables, and compare what is there now with what was backed up."""
    for table in Base.metadata.sorted_tables:
        json_rows.put(connection, table, source.lines(_member(table)))
    for table in Base.metadata.sorted_tables:
        digest = hashlib.sha256()
        for line in lines(connection, table):
            digest.update(line)
        if digest.hexdigest() != source.members[_member(table)]["sha256"]:
            raise BackupChanged(f"{table.name} did not come back as it was. Nothing was restored.")
    if str(audit.newest(connection)) != source.manifest["head"]:
        raise BackupChanged("The record does not end where it did. Nothing was restored.")
