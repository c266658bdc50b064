"""Keeping a house, as its operator types it: keys, backups, what a restore holds; and kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from flask_migrate import upgrade

from api.app import create_app
from api.config import Settings
from api.infra.background import jobs
from api.infra.database.transactions import db, transaction
from api.infra.vault import new_master_key
from tests.conftest import World
from tests.support.backup import clear, files, is_empty
from tests.support.command import COMMAND, run
from tests.support.installation import a_house, counts, generations, many_signatures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from api.infra.sandbox.pool import ChildPool
    from tests.support.installation import House

pytestmark = pytest.mark.rest  # each starts commands that are killed


@dataclass(frozen=True)
class Kept:
    """A house of one's own, and the environment of its commands."""

    house: House
    environment: dict[str, str]

    @property
    def world(self) -> World:
        return self.house.world

    def run(self, *words: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
        return run(*words, **{**self.environment, **settings})

    def killed(self, once: Callable[[], object], seconds: float, *words: str | Path) -> bool:
        """Kill a command some time after something was seen of it; tell whether it came so far."""
        began = subprocess.Popen(  # noqa: S603 # our own command
            [COMMAND, *map(str, words)],
            env={"PATH": os.environ["PATH"], **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while began.poll() is None and not once():
            time.sleep(0.01)
        time.sleep(seconds)
        began.send_signal(signal.SIGKILL)
        return began.wait(10) == -signal.SIGKILL


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, children: ChildPool) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("kept")
    settings = Settings(
        database_url=f"sqlite:///{folder}/db.sqlite",
        storage_path=str(folder / "storage"),
        master_keys=(new_master_key(),),
        log_level="WARNING",
    )
    app = create_app(settings, children)
    with app.app_context():
        upgrade()
    world = World(app, "sqlite")
    house = a_house(world, world.user("owner"))
    many_signatures(house, 3000)
    yield Kept(
        house,
        {
            "UNDERSIGNED_DATABASE_URL": settings.database_url,
            "UNDERSIGNED_STORAGE_PATH": settings.storage,
            "UNDERSIGNED_MASTER_KEYS": settings.master_keys[0],
        },
    )
    with app.app_context():
        db.engine.dispose()


def test_whose_keys_are_rotated_must_be_said(kept: Kept) -> None:
    for words in ((), ("--all", "--house")):
        assert kept.run("key", "rotate", *words).returncode == 2
    refused = kept.run("key", "rotate", "--coalition", "nobody", "--house")
    assert refused.returncode == 1
    assert "nobody" in refused.stderr


def test_a_rotation_that_is_killed_is_finished_by_the_next(kept: Kept) -> None:
    answers, old = kept.house.answers(), generations(kept.world)

    def began() -> bool:
        return len(generations(kept.world)) > len(old)

    cut = [kept.killed(began, wait, "key", "rotate", "--all") for wait in (0, 0.1, 0.2, 0.3)]
    assert any(cut)
    assert kept.house.answers() == answers
    done = kept.run("key", "rotate", "--all")

    assert done.returncode == 0, done.stderr
    assert "All keys are wrapped by the first master key." in done.stdout
    assert kept.house.answers() == answers
    now = generations(kept.world)
    assert {old[each] for each in old.keys() & now.keys()} == {0}  # of the indexes
    assert sum(number > 0 for number in now.values()) == 2


def test_one_coalition_and_the_house_are_chosen_by_name(kept: Kept) -> None:
    slug = kept.house.owner.get(f"/v1/coalitions/{kept.house.coalition}")["slug"]
    before = generations(kept.world)

    done = kept.run("key", "rotate", "--coalition", slug)

    assert done.returncode == 0, done.stderr
    assert "1 new keys" in done.stdout
    assert "1 old keys destroyed" in done.stdout
    stay = before.keys() & generations(kept.world).keys()
    assert sum(before[each] > 0 for each in stay) == 1  # the house's; those of indexes stay anyway
    assert kept.run("key", "rotate", "--house").returncode == 0
    assert not any(number and key in before for key, number in generations(kept.world).items())


@pytest.fixture
def file(kept: Kept, tmp_path: Path) -> Path:
    path = tmp_path / "backup"
    done = kept.run("backup", path)
    assert done.returncode == 0, done.stderr
    assert "3,001 signatures" in done.stdout
    return path


def test_a_backup_replaces_nothing_unless_it_is_told_to(kept: Kept, file: Path) -> None:
    refused = kept.run("backup", file)

    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    assert kept.run("backup", file, "--replace").returncode == 0
    assert kept.run("backup", file.parent).returncode == 2
    assert kept.run("backup", file.parent / "nowhere" / "file").returncode == 3
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_backup_that_is_killed_leaves_nothing_under_its_name(kept: Kept, tmp_path: Path) -> None:
    def began() -> list[Path]:
        return list(tmp_path.glob(".file.*.part"))

    assert kept.killed(began, 0, "backup", tmp_path / "file")

    assert not (tmp_path / "file").exists()
    assert [part.stat().st_mode & 0o777 for part in began()] == [0o600]


def test_a_restore_says_what_is_in_its_way(kept: Kept, file: Path, tmp_path: Path) -> None:
    empty = {
        "UNDERSIGNED_DATABASE_URL": f"sqlite:///{tmp_path}/other.sqlite",
        "UNDERSIGNED_STORAGE_PATH": str(tmp_path / "other"),
    }
    (tmp_path / "rubbish").write_text("hello")

    there = kept.run("restore", file)
    unmigrated = kept.run("restore", file, **empty)
    assert kept.run("migrate", **empty).returncode == 0
    rubbish = kept.run("restore", tmp_path / "rubbish", **empty)
    key = kept.run("restore", file, **empty, UNDERSIGNED_MASTER_KEYS=new_master_key())
    nothing = kept.run("restore", tmp_path / "nothing", **empty)
    done = kept.run("restore", file, **empty)

    assert (there.returncode, there.stderr.split(".")[0]) == (1, "There is something here already")
    assert (unmigrated.returncode, "undersigned migrate" in unmigrated.stderr) == (3, True)
    assert (rubbish.returncode, "no backup" in rubbish.stderr) == (1, True)
    assert (key.returncode, "UNDERSIGNED_MASTER_KEYS" in key.stderr) == (3, True)
    assert nothing.returncode == 2
    assert done.returncode == 0, done.stderr
    assert "3,001 signatures" in done.stdout
    assert "Traceback" not in there.stderr + unmigrated.stderr + rubbish.stderr + key.stderr


def test_a_restore_that_is_killed_leaves_an_empty_house_and_can_be_run_again(
    kept: Kept, file: Path
) -> None:
    answers = kept.house.answers()
    clear(kept.world)

    for wait in (0, 0.05, 0.1):
        assert kept.killed(lambda: files(kept.world), wait, "restore", file)
        assert not any(counts(kept.world).values())
    done = kept.run("restore", file)

    assert done.returncode == 0, done.stderr
    assert kept.house.answers() == answers


def test_what_a_restore_holds_is_listed_and_released(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with kept.world.app.app_context(), transaction() as session:
        waiting = [jobs.promise(session, "specimen.note", None, {}) for _ in range(2)]
    path = tmp_path / uuid4().hex
    assert kept.run("backup", path).returncode == 0
    clear(kept.world)
    assert is_empty(kept.world)

    restored = kept.run("restore", path)
    listed = kept.run("release")
    one = kept.run("release", str(waiting[0].id))
    again = kept.run("release", str(waiting[0].id))
    rest = kept.run("release", "--all")

    assert "are held: see" in restored.stdout
    lines = [line.split() for line in listed.stdout.splitlines() if "specimen.note" in line]
    assert [line[0] for line in lines] == sorted(str(each.id) for each in waiting) or lines
    assert all(line[3:] == ["specimen.note", "-"] for line in lines)
    assert len(lines) == 2
    assert (one.returncode, one.stdout) == (0, "1 released.\n")
    assert (again.returncode, rest.returncode) == (1, 0)
    assert kept.run("release").stdout == ""
