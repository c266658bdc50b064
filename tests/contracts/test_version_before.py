"""The code of the version before serves on the tables of this one, if this one says that it may.

That is the code of the last tag; where there is none, or a migration since says that it may not
serve, the oldest code that may. It is taken from the history, and runs stories of its own on a
database that this version migrated.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from alembic.script import ScriptDirectory

from api.config import share

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOT = share("migrations").parent
STORIES = ("test_letter.py", "test_signatures.py", "test_urgent_appeal.py", "test_cases.py")
# What its tests call to migrate is done by this version, as where both serve.
PLUGIN = """
import os, subprocess, sys
import flask_migrate
from flask import current_app

def upgrade(**_):
    settings = current_app.extensions["undersigned"].settings
    environment = {
        **os.environ,
        "PYTHONPATH": os.environ["LATER"],
        "UNDERSIGNED_DATABASE_URL": settings.database_url.replace("+psycopg", ""),
        "UNDERSIGNED_STORAGE_PATH": settings.storage_path,
        "UNDERSIGNED_MASTER_KEYS": settings.master_keys[0],
    }
    command = [os.environ["LATER_PYTHON"], "-P", "-m", "api.cli", "migrate"]
    subprocess.run(command, env=environment, cwd=os.environ["LATER"], check=True)

flask_migrate.upgrade = upgrade
"""


def git(*words: str) -> str:
    done = subprocess.run(  # noqa: S603 # our own history
        ["git", "-C", str(ROOT), *words],  # noqa: S607 # wherever it is installed
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def may_serve() -> list[str]:
    """Return the migrations whose code may serve on today's tables, the newest first."""
    scripts = ScriptDirectory(str(share("migrations")))
    found = []
    for revision in scripts.walk_revisions():
        found.append(revision.revision)
        if not getattr(revision.module, "serves_before", False):
            break
    return found


def version_before() -> str:
    """Return the commit of the last tag, or that which brought the oldest of these migrations."""
    scripts = ScriptDirectory(str(share("migrations")))
    oldest = scripts.get_revision(may_serve()[-1])
    assert oldest is not None
    brought = git("log", "--diff-filter=A", "--format=%H", "-1", "--", oldest.path)
    tag = git("describe", "--tags", "--abbrev=0")
    return tag if tag and brought in git("rev-list", tag).split() else brought


def with_its_packages(folder: Path) -> str:
    """Return a Python that has what the lock of that code says, which ours may have dropped."""
    python = folder / ".venv" / "bin" / "python"
    install = ("pip", "install", "--python", str(python))
    for words in (
        ("venv", str(folder / ".venv")),
        (*install, "--require-hashes", "-r", "requirements-dev.txt"),
        (*install, "--no-deps", "--build-constraints", "requirements-dev.txt", "--editable", "."),
    ):
        command = [sys.executable, "-m", "uv", *words]
        subprocess.run(command, cwd=folder, capture_output=True, check=True)  # noqa: S603 # of ours
    return str(python)


@pytest.fixture
def before(tmp_path: Path) -> Iterator[Path]:
    """The code of the version before."""
    if not git("rev-parse", "HEAD"):
        pytest.skip(
            "The history of this code is not here: git clone it, to try the version before."
        )
    folder = tmp_path / "before"
    commit = version_before()
    assert commit
    git("worktree", "add", "--detach", str(folder), commit)
    yield folder
    git("worktree", "remove", "--force", str(folder))


@pytest.mark.long
def test_stories_of_the_version_before_hold_on_the_tables_of_this_one(before: Path) -> None:
    (head,) = ScriptDirectory(str(before / "migrations")).get_heads()
    assert head in may_serve()
    (before / "later_tables.py").write_text(PLUGIN, "utf-8")
    stories = [f"tests/stories/{name}" for name in STORIES]
    later = {"LATER": str(ROOT), "LATER_PYTHON": sys.executable}
    environment = {**os.environ, "PYTHONPATH": str(before), **later}

    options = ["-q", "-p", "later_tables", "-p", "no:cacheprovider", "-m", "not long"]
    command = [with_its_packages(before), "-m", "pytest", *options]
    done = subprocess.run(  # noqa: S603 # our own tests
        [*command, *stories],
        cwd=before,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-4000:]
    assert "passed" in done.stdout
