"""`undersigned backup verify`: a backup is proved by bringing it back; nothing of that stays."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from api.cli.backups import backup
from api.infra.backup import verifying
from api.infra.database.transactions import transaction
from api.infra.security import audit
from api.infra.security.audit import AuditEntry
from api.infra.vault import new_master_key
from tests.conftest import World
from tests.support.backup import first_key, take
from tests.support.client import Client
from tests.support.command import COMMAND, run
from tests.support.installation import House, a_house, many_signatures


@pytest.fixture
def house(world: World, owner: Client) -> House:
    return a_house(world, owner)


@pytest.fixture
def file(house: House, tmp_path: Path) -> Path:
    """A backup of that house, with a record of which a part is sealed."""
    with house.world.app.app_context():
        audit.seal_now()
    path = tmp_path / "kept" / "backup"
    path.parent.mkdir()
    take(house.world, path)
    return path


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """The folder in which it may make what it deletes again."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def settings(house: House, scratch: Path) -> dict[str, str]:
    """All that it needs: the keys, and where it may work."""
    return {"UNDERSIGNED_MASTER_KEYS": first_key(house.world), "TMPDIR": str(scratch)}


def verify(house: House, scratch: Path, file: Path) -> subprocess.CompletedProcess[str]:
    done = run("backup", "verify", file, **settings(house, scratch))
    assert list(scratch.iterdir()) == []
    return done


def test_a_sound_backup_is_proved_with_the_keys_alone_and_nothing_stays(
    world: World, house: House, file: Path, scratch: Path
) -> None:
    many_signatures(house, 20)  # after it: the house is not asked
    rows, before = world.rows(), file.read_bytes()

    done = verify(house, scratch, file)

    assert done.returncode == 0, done.stderr
    assert "of the record are chained" in done.stdout
    assert "sealed values open" in done.stdout
    assert "It can be restored." in done.stdout
    assert done.stderr == ""
    assert (world.rows(), file.read_bytes()) == (rows, before)
    assert list(file.parent.iterdir()) == [file]


def test_a_backup_that_was_changed_is_not_proved(house: House, file: Path, scratch: Path) -> None:
    content = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as inside:
        kept = inside.read(next(name for name in inside.namelist() if name.startswith("storage/")))
    content[content.index(kept)] ^= 1
    file.write_bytes(content)

    done = verify(house, scratch, file)

    assert done.returncode == 1
    assert "It can be restored." not in done.stdout


def test_a_file_that_is_no_backup_is_not_proved(
    house: House, tmp_path: Path, scratch: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "other", "w") as other:
        other.writestr("hello", "world")

    done = verify(house, scratch, tmp_path / "other")

    assert done.returncode == 1
    assert "no backup" in done.stderr


def test_without_its_master_key_a_backup_proves_nothing(
    house: House, file: Path, scratch: Path
) -> None:
    given = {**settings(house, scratch), "UNDERSIGNED_MASTER_KEYS": new_master_key()}

    done = run("backup", "verify", file, **given)

    assert done.returncode == 3
    assert "UNDERSIGNED_MASTER_KEYS" in done.stderr
    assert list(scratch.iterdir()) == []


def test_a_record_that_was_changed_before_the_backup_is_found(
    world: World, house: House, tmp_path: Path, scratch: Path
) -> None:
    with world.app.app_context():
        audit.seal_now()
        with transaction() as session:
            session.execute(
                update(AuditEntry).where(AuditEntry.number == 1).values(action="user.created_not")
            )
    take(world, tmp_path / "backup")

    done = verify(house, scratch, tmp_path / "backup")

    assert done.returncode == 1
    assert "Entry 1 " in done.stderr


def test_files_that_the_house_had_lost_before_are_named(
    world: World, house: House, tmp_path: Path, scratch: Path
) -> None:
    shutil.rmtree(world.storage / "logos")
    take(world, tmp_path / "backup")

    done = verify(house, scratch, tmp_path / "backup")

    assert done.returncode == 0, done.stderr
    assert done.stderr.count("warning: logos/") == 2


def test_files_that_were_damaged_before_are_named(
    world: World, house: House, tmp_path: Path, scratch: Path
) -> None:
    found = [path for path in world.storage.rglob("*") if path.is_file()]
    last = [path for path in found if path.relative_to(world.storage).parts[0] != "documents"]
    for path in last:
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    take(world, tmp_path / "backup")

    done = verify(house, scratch, tmp_path / "backup")

    named = {line.split()[1] for line in done.stderr.splitlines() if "damaged" in line}
    assert named == {str(path.relative_to(world.storage)) for path in last}
    assert {name.partition("/")[0] for name in named} == {"connector-files", "evidence", "logos"}
    assert done.returncode == 0


def test_a_file_that_was_cut_short_before_is_named(
    world: World, house: House, tmp_path: Path, scratch: Path
) -> None:
    for path in (world.storage / "evidence").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:5])
    take(world, tmp_path / "backup")

    assert "evidence/" in verify(house, scratch, tmp_path / "backup").stderr


def test_a_machine_without_room_is_told_from_a_backup_without_worth(
    house: House, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path) -> None:
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))

    monkeypatch.setattr(verifying, "prove", full)
    monkeypatch.setenv("UNDERSIGNED_MASTER_KEYS", first_key(house.world))
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    done = CliRunner().invoke(backup, ["verify", str(file)])

    for number, handler in handlers.items():
        signal.signal(number, handler)
    assert done.exit_code == 3
    assert "TMPDIR" in done.output


@pytest.mark.parametrize("words", [["backup"], ["backup", "create"]], ids=" ".join)
def test_a_backup_is_written_with_and_without_a_word_for_it(
    house: House, tmp_path: Path, words: list[str]
) -> None:
    given = house.world.app.extensions["undersigned"].settings
    environment = {
        "UNDERSIGNED_DATABASE_URL": given.database_url,
        "UNDERSIGNED_STORAGE_PATH": given.storage_path,
        "UNDERSIGNED_MASTER_KEYS": given.master_keys[0],
    }

    first = run(*words, tmp_path / "verify", **environment)
    again = run(*words, "--replace", tmp_path / "verify", **environment)

    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert (tmp_path / "verify").exists()


@pytest.mark.rest  # a start of the command, and what it was stopped in
def test_told_to_stop_it_leaves_nothing(house: House, file: Path, scratch: Path) -> None:
    environment = {"PATH": os.environ["PATH"], **settings(house, scratch)}
    with subprocess.Popen([COMMAND, "backup", "verify", file], env=environment) as verifying:  # noqa: S603 # our own
        while not list(scratch.iterdir()):
            time.sleep(0.05)
            assert verifying.poll() is None
        verifying.send_signal(signal.SIGTERM)
        assert verifying.wait(30) != 0

    assert list(scratch.iterdir()) == []
