"""A version goes on serving while the next migrates, where the next says that it may."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from api.config import share
from api.infra.background import jobs
from api.infra.background.jobs import Job, JobState
from api.infra.database.transactions import (
    NotMigrated,
    db,
    must_be_migrated,
    reading,
    transaction,
)
from api.infra.runtime import EXTENSION
from api.infra.vault import new_master_key
from tests.support import postgres
from tests.support.builders import a_case, a_coalition
from tests.support.command import COMMAND, run
from tests.support.workers import working

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import World

MIGRATION = '''"""Add a column."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None
{says}


def upgrade():
    {does}


def downgrade():
    {undoes}
'''


class Later:
    """Versions of the program that come after this one, as their migrations."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.newest = self._newest()
        shutil.copytree(share("migrations"), folder, ignore=shutil.ignore_patterns("__pycache__"))
        self.count = 0

    def _newest(self) -> str:
        with self.world.app.app_context(), db.engine.connect() as connection:
            return str(connection.scalar(text("select version_num from alembic_version")))

    def version(self, says: str, does: str | None = None, undoes: str | None = None) -> None:
        """Migrate to a version that adds a column, and says so of the version before."""
        self.write(says, does, undoes)
        self.migrate()

    def migrate(self) -> None:
        with self.world.app.app_context():
            upgrade(directory=str(self.folder))

    def write(self, says: str, does: str | None = None, undoes: str | None = None) -> None:
        """Write a version, to which nobody has migrated yet."""
        self.count += 1
        revision, column = f"later{self.count}", f"later_{self.count}"
        add = f'op.add_column("cases", sa.Column("{column}", sa.Integer(), nullable=True))'
        drop = f'op.drop_column("cases", "{column}")'
        (self.folder / "versions" / f"{revision}.py").write_text(
            MIGRATION.format(
                revision=revision,
                before=self.newest,
                says=says,
                does=does or add,
                undoes=undoes or drop,
            ),
            "utf-8",
        )
        self.newest = revision

    def back(self, by: int) -> None:
        with self.world.app.app_context():
            downgrade(directory=str(self.folder), revision=f"-{by}")

    def serves(self) -> bool:
        """Tell whether this version serves: its server is ready, and its worker would begin."""
        ready = self.world.stranger().get("/readyz")
        assert ready["database"] is (ready.status == 200)
        with self.world.app.app_context():
            try:
                must_be_migrated(share("migrations"))
            except NotMigrated:
                assert ready.status == 503
                return False
        assert ready.status == 200
        return True


@pytest.fixture
def later(world: World, tmp_path: Path) -> Iterator[Later]:
    made = Later(world, tmp_path / "migrations")
    first = made.newest
    yield made
    with world.app.app_context():
        downgrade(directory=str(made.folder), revision=first)


def test_it_serves_on_tables_of_a_later_version_that_says_that_it_may(
    world: World, later: Later
) -> None:
    owner = world.user("owner")
    coalition = a_coalition(owner)
    later.version("serves_before = True")

    assert later.serves()
    case = a_case(owner, coalition)
    assert owner.get(f"/v1/cases/{case}").status == 200


LOOKS: list[bool] = []


def look(address: str) -> None:
    """Look from outside whether the version before may serve, as its /readyz does meanwhile."""
    with psycopg.connect(address, autocommit=True) as outside:
        outside.execute("SET lock_timeout = '1s'")
        found = outside.execute("SELECT revision FROM serving_revisions").fetchall()
        LOOKS.append(bool(found))


def test_who_serves_on_later_tables_goes_on_while_the_next_version_takes_its_time(
    world: World, later: Later
) -> None:
    if world.engine != "postgresql":  # of SQLite a reader sees what was there before, always
        later.version("serves_before = True")
        assert later.serves()
        return
    address = world.app.extensions[EXTENSION].settings.database_url.replace("+psycopg", "")
    looking = f"from {__name__} import look; look({address!r})"
    later.version("serves_before = True")
    LOOKS.clear()

    later.write("serves_before = True")
    later.write("serves_before = True", looking, "pass")
    later.migrate()

    assert LOOKS == [True]
    assert later.serves()


@pytest.mark.parametrize(
    ("says", "serves"),
    [
        (["serves_before = True", "serves_before = True"], True),
        (["serves_before = False"], False),
        ([""], False),
        (["serves_before = True", "serves_before = False"], False),
        (["serves_before = False", "serves_before = True"], False),
    ],
)
def test_every_version_between_has_to_say_so(
    later: Later, says: list[str], *, serves: bool
) -> None:
    for each in says:
        later.version(each)

    assert later.serves() is serves


def test_after_a_way_back_it_serves_as_before(later: Later) -> None:
    later.version("serves_before = True")
    later.version("serves_before = False")
    assert not later.serves()
    later.back(1)
    assert later.serves()
    later.back(1)
    assert later.serves()


def test_who_looks_is_told_whether_the_tables_or_the_program_are_older(
    world: World, later: Later
) -> None:
    later.version("serves_before = False")
    with world.app.app_context():
        with pytest.raises(NotMigrated, match="later version"):
            must_be_migrated(share("migrations"))
        downgrade(directory=str(later.folder), revision="-2")
        with pytest.raises(NotMigrated, match="undersigned migrate"):
            must_be_migrated(share("migrations"))
        upgrade(directory=str(later.folder))


def test_a_migration_of_many_rows_has_the_time_it_needs(world: World, later: Later) -> None:
    if world.engine == "sqlite":
        later.version("serves_before = True")
    else:
        limited = "op.execute(\"SELECT 1 / (current_setting('statement_timeout') = '0')::int\")"
        later.version("serves_before = True", limited, "pass")

    assert later.serves()


def command(world: World, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command of this version on a world's database."""
    own = world.app.extensions[EXTENSION].settings
    return run(
        *words,
        UNDERSIGNED_DATABASE_URL=own.database_url,
        UNDERSIGNED_STORAGE_PATH=own.storage_path,
        UNDERSIGNED_MASTER_KEYS=own.master_keys[0],
    )


def test_who_goes_back_to_this_version_migrates_nothing_and_serves(
    world: World, later: Later
) -> None:
    later.version("serves_before = True")

    done = command(world, "migrate")

    assert done.returncode == 0, done.stderr
    assert "a later version, on which this one serves" in done.stdout
    assert later.serves()


def test_who_goes_back_where_this_version_cannot_serve_is_told_so(
    world: World, later: Later
) -> None:
    later.version("serves_before = False")

    done = command(world, "migrate")

    assert done.returncode == 3
    assert "later version" in done.stderr
    assert "Traceback" not in done.stderr


def done_by(world: World, worker: subprocess.Popen[bytes]) -> None:
    """Wait until a job is done that is promised now."""
    with world.app.app_context(), transaction() as session:
        job_id = jobs.promise(session, "letters.find", None, {}).id
    until = time.monotonic() + 120
    while time.monotonic() < until:
        assert worker.poll() is None
        with world.app.app_context(), reading() as session:
            if session.get_one(Job, job_id).state is JobState.DONE:
                return
        time.sleep(0.1)
    raise TimeoutError


@pytest.mark.rest  # a worker of its own
def test_a_worker_goes_on_with_tables_on_which_it_may_and_ends_with_others(
    world: World, later: Later
) -> None:
    with working(world.app.extensions[EXTENSION].settings) as worker:
        done_by(world, worker)
        later.version("serves_before = True")
        done_by(world, worker)
        later.version("serves_before = False")

        assert worker.wait(120) == 0


def test_the_doctor_says_which_of_the_two_is_older(world: World, later: Later) -> None:
    later.version("serves_before = False")
    assert "later version" in command(world, "doctor").stdout
    later.back(2)
    told = command(world, "doctor").stdout
    later.migrate()

    assert "undersigned migrate" in told


def test_no_version_makes_a_backup_of_tables_that_it_does_not_know(
    world: World, later: Later, tmp_path: Path
) -> None:
    later.version("serves_before = True")

    done = command(world, "backup", str(tmp_path / "backup"))

    assert done.returncode == 3
    assert "later version" in done.stderr
    assert not (tmp_path / "backup").exists()


@pytest.fixture
def empty_database(postgres_server: str | None) -> Iterator[str]:
    if postgres_server is None:
        postgres.leave_out()
    name = f"undersigned_empty_{uuid4().hex[:8]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{postgres_server.rsplit('/', 1)[0]}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.rest  # two commands from nothing
def test_of_two_that_migrate_at_once_one_waits_for_the_other(
    empty_database: str, tmp_path: Path
) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "UNDERSIGNED_DATABASE_URL": empty_database,
        "UNDERSIGNED_STORAGE_PATH": str(tmp_path / "storage"),
        "UNDERSIGNED_MASTER_KEYS": new_master_key(),
    }
    both = [
        subprocess.Popen([COMMAND, "migrate"], env=environment)  # noqa: S603 # our own command
        for _ in range(2)
    ]

    assert [each.wait(120) for each in both] == [0, 0]
    with psycopg.connect(empty_database) as connection:
        found = connection.execute("select count(*) from alembic_version").fetchone()
    assert found == (1,)
