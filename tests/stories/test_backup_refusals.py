"""A backup that is not what it was, or not ours, is refused before anything is written."""

from __future__ import annotations

import json
import zipfile
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from api.errors import DomainError
from api.infra.backup import archive, backups, json_rows
from api.infra.database.columns import Base
from api.infra.database.transactions import db
from api.infra.vault import KeyMissing, new_master_key
from tests.support.backup import (
    clear,
    dumped,
    files,
    first_key,
    is_empty,
    master_keys,
    restore,
    take,
)
from tests.support.installation import a_house, counts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import World, Worlds


@pytest.fixture(scope="module")
def taken(worlds: Worlds, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup of a full house."""
    world, path = worlds["sqlite"], tmp_path_factory.mktemp("backup") / "file"
    a_house(world, world.user("owner"))
    take(world, path)
    clear(world)
    return path.read_bytes()


@pytest.fixture
def world(worlds: Worlds) -> Iterator[World]:
    """An empty house. What is refused does not reach its database, whichever that is."""
    found = worlds["sqlite"]
    clear(found)
    yield found
    clear(found)


@pytest.fixture
def file(taken: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(taken)
    return path


def test_a_line_that_is_no_row_is_refused(world: World) -> None:
    table = Base.metadata.tables["tokens"]
    names = json.dumps([column.name for column in table.columns]).encode()
    sound: dict[str, Any] = {
        "id": str(uuid4()),
        "user_id": str(uuid4()),
        "label": "x",
        "secret_hash": "YQ==",
        "is_scoped": False,
        "created_at": "2031-05-01T00:00:00+00:00",
        "expires_at": "2031-05-01T00:00:00+00:00",
        "revoked_at": None,
        "last_used_at": None,
    }
    wrong: list[dict[str, Any]] = [
        {"id": "x"},
        {"id": 1},
        {"label": 1},
        {"secret_hash": "a"},
        {"is_scoped": 1},
        {"created_at": "2031-05-01T00:00:00"},
        {"expires_at": None},
    ]
    lines = [json.dumps(list({**sound, **each}.values())).encode() for each in wrong]
    lines += [b"{}", b"[]", b"1", b"", b"[" * 100_000, b'["\\ud800"]']
    for line in lines:
        with (
            world.app.app_context(),
            db.engine.connect() as connection,
            pytest.raises(json_rows.BadRow),
        ):
            json_rows.put(connection, table, [names, line])


def test_a_house_that_is_not_empty_keeps_what_it_has(world: World, file: Path) -> None:
    restore(world, file)
    rows, kept = dumped(world), files(world)

    with pytest.raises(backups.NotEmpty):
        restore(world, file)

    assert (dumped(world), files(world)) == (rows, kept)
    clear(world)
    (world.storage / "logos").mkdir(parents=True, exist_ok=True)
    (world.storage / "logos/other").write_bytes(b"mine")
    with pytest.raises(backups.NotEmpty):
        restore(world, file)
    assert files(world) == {"logos/other": b"mine"}
    assert not any(counts(world).values())


def test_without_its_master_key_nothing_comes_back(world: World, file: Path) -> None:
    with master_keys(world, new_master_key()), pytest.raises(KeyMissing):
        restore(world, file)

    assert is_empty(world)


def test_a_data_key_of_another_master_key_is_found_before_anything_is_written(
    world: World, file: Path
) -> None:
    """The signature fits the second key; what is in it needs the first, which is gone."""
    new = new_master_key()
    with master_keys(world, new, first_key(world)):
        other = rewritten(world, file)

    with master_keys(world, new), pytest.raises(KeyMissing):
        restore(world, other)

    assert is_empty(world)


def test_another_version_is_told_of(world: World, file: Path) -> None:
    other = rewritten(world, file, manifest={"revision": "0123456789ab", "program": "9.9"})

    with pytest.raises(backups.OtherVersion, match=r"version 9\.9"):
        restore(world, other)

    assert is_empty(world)


def rewritten(
    world: World,
    file: Path,
    *,
    manifest: dict[str, Any] | None = None,
    more: dict[str, bytes] | None = None,
    leave: tuple[str, ...] = (),
) -> Path:
    """Return a backup in which something else stands, signed as if by its owner."""
    path = file.with_name(uuid4().hex)
    with (
        world.app.app_context(),
        zipfile.ZipFile(file) as old,
        path.open("wb") as out,
        archive.Writer(out) as writer,
    ):
        facts = json.loads(old.read("manifest.json"))
        members = {name: old.read(name) for name in facts.pop("members") if name not in leave}
        for name, content in {**members, **(more or {})}.items():
            writer.add(name, content.splitlines(keepends=True), is_packed=name.startswith("tables"))
        del facts["format"]
        writer.end({**facts, **(manifest or {})})
    return path


def repacked(file: Path, changed: dict[str, bytes], odd: dict[str, dict[str, Any]]) -> Path:
    """Return a backup with other members, or odd ones, under the signature that it had."""
    path = file.with_name(uuid4().hex)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name)
            for key, value in odd.get(name, {}).items():
                setattr(info, key, value)
            new.writestr(info, changed.get(name, old.read(name)))
    return path


def test_a_change_of_any_member_is_found_before_anything_is_written(
    world: World, file: Path
) -> None:
    with zipfile.ZipFile(file) as inside:
        members = {name: inside.read(name) for name in inside.namelist()}
    assert len(members) > 20

    for name, content in members.items():
        middle = len(content) // 2
        for other in (
            content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
            content[:-1],
            content + b"\n",
        ):
            with pytest.raises((archive.BackupChanged, archive.NoBackup, KeyMissing)):
                restore(world, repacked(file, {name: other}, {}))

    assert is_empty(world)


@pytest.mark.parametrize(
    "change",
    [
        {"more": {"tables/roles.jsonl": b'["id"]\n'}},
        {"more": {"tables/data_keys.jsonl": b"[]\n"}},
        {"more": {"tables/other.jsonl": b"[]\n"}},
        {"more": {"storage/../../outside": b"x"}},
        {"more": {"storage/..": b"x"}},
        {"more": {"storage//etc/passwd": b"x"}},
        {"more": {"/etc/passwd": b"x"}},
        {"more": {"storage/a\\b": b"x"}},
        {"more": {"tables/../x.jsonl": b"x"}},
        {"leave": ("tables/roles.jsonl",)},
        {"leave": ("tables/users.jsonl",), "more": {"tables/users.jsonl": b""}},
        {"manifest": {"head": "7:" + "a" * 64}},
        {"manifest": {"format": "undersigned.backup/2"}},
    ],
    ids=str,
)
def test_what_nobody_would_write_is_refused_whole(
    world: World, file: Path, change: dict[str, Any]
) -> None:
    other = rewritten(world, file, **change)
    outside = sorted(path.name for path in world.storage.parent.iterdir())

    with pytest.raises((archive.BackupChanged, archive.NoBackup, json_rows.BadRow)):
        restore(world, other)

    assert not any(counts(world).values())
    assert sorted(path.name for path in world.storage.parent.iterdir()) == outside


def test_links_folders_and_what_grows_are_refused(world: World, file: Path) -> None:
    with zipfile.ZipFile(file) as inside:
        logo = next(name for name in inside.namelist() if "/logos/" in name)
    for odd in (
        {"external_attr": 0o120777 << 16},
        {"external_attr": 0o040755 << 16},
        {"compress_type": zipfile.ZIP_DEFLATED},
        {"compress_type": zipfile.ZIP_BZIP2},
    ):
        with pytest.raises((archive.NoBackup, archive.BackupChanged)):
            restore(world, repacked(file, {}, {logo: odd}))
    assert is_empty(world)

    restore(world, repacked(file, {}, {}))


def test_no_broken_archive_breaks_what_reads_it(world: World, file: Path) -> None:
    whole, random = file.read_bytes(), Random(3)  # noqa: S311 # no secret
    for number in range(200):
        broken = bytearray(whole)
        for _ in range(random.choice([1, 2, 8])):
            last = random.randrange(1, len(whole) if number % 3 == 0 else 8000)  # the directory
            broken[-last] = random.randrange(256)
        file.write_bytes(broken)
        with world.app.app_context(), suppress(DomainError), archive.opened(file) as reader:
            reader.check()


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x05\x06" + bytes(18), b"PK\x03\x04" * 9])
def test_what_is_no_backup_is_refused(world: World, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    with pytest.raises(archive.NoBackup):
        restore(world, path)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_a_backup_that_was_cut_short_is_refused(world: World, file: Path, part: float) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * part)])

    with pytest.raises(archive.NoBackup):
        restore(world, file)

    assert is_empty(world)


def test_whoever_has_no_master_key_writes_no_backup_that_a_house_takes(
    world: World, file: Path
) -> None:
    with master_keys(world, new_master_key()):
        forged = rewritten(world, file)

    with pytest.raises(KeyMissing):
        restore(world, forged)

    assert is_empty(world)
