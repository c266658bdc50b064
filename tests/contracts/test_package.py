"""The wheel runs anywhere, the release tells what it is, and the SBOM holds the whole lock."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from api import config

ROOT = config.share()
LIBRARY = next(path for path in sys.path if path.endswith("site-packages"))
LOG = """# Changelog

## Unreleased

### Added

- A bread oven.

## 0.0.1 - 2030-01-01

- Flour.
"""
pytestmark = pytest.mark.rest  # it builds


def release(clone: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 # our own
        [sys.executable, clone / ".ci/release.py", *words],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what git has of this tree, with a changelog of its own."""
    clone = tmp_path_factory.mktemp("clone")
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT)  # noqa: S607
    for name in listed.decode().split("\0"):
        if name and (ROOT / name).is_file() and not name.startswith("tests/"):
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, clone / name)
    (clone / "CHANGELOG.md").write_text(LOG, "utf-8")
    return clone


@pytest.fixture(scope="module")
def told(source: Path) -> str:
    """What is said when 7.8.9 was released."""
    done = release(source, "7.8.9")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(source: Path, told: str) -> Path:
    """The folder of that release."""
    assert "dist/SHA256SUMS" in told
    return source / "dist"


def test_the_wheel_holds_all_that_the_program_reads(built: Path) -> None:
    with zipfile.ZipFile(built / "undersigned-7.8.9-py3-none-any.whl") as wheel:
        names = set(wheel.namelist())
        licence = wheel.read("undersigned-7.8.9.dist-info/licenses/LICENSE").decode()
        metadata = wheel.read("undersigned-7.8.9.dist-info/METADATA").decode()
    for folder in ("templates", "migrations"):
        kept = {
            f"api/_share/{path.relative_to(ROOT)}"
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert kept <= names
    code = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "api").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert code <= names
    assert "api/_share/docs/problems.md" in names
    assert "\nLicense-Expression: AGPL-3.0-or-later\n" in metadata
    assert "https://www.gnu.org/licenses/agpl-3.0.txt" in licence


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, installed where nothing of the repository is."""
    folder = tmp_path_factory.mktemp("installed")
    uv = Path(sys.executable).parent / "uv"
    wheel = str(built / "undersigned-7.8.9-py3-none-any.whl")
    how = ["--quiet", "--no-index", "--no-deps", "--python", sys.executable]
    command = [str(uv), "pip", "install", *how, "--target", str(folder), wheel]
    subprocess.run(command, check=True)  # noqa: S603 # our own
    assert (folder / "bin/undersigned").is_file()
    return folder


def run(installed: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command of the wheel, with the packages of this environment behind it."""
    code = f"import sys; sys.path[:0] = {[str(installed), LIBRARY]}; import api.cli; api.cli.main()"
    return subprocess.run(  # noqa: S603 # our own
        [sys.executable, "-S", "-P", "-c", code, *words],
        cwd=installed.parent,
        env={"PATH": os.environ["PATH"], "HOME": str(installed.parent), **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_tells_its_version_and_licence(installed: Path) -> None:
    done = run(installed, "--version")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("undersigned 7.8.9\n")
    assert "AGPL-3.0-or-later" in done.stdout


def test_the_wheel_makes_a_database_and_prints_without_the_repository(
    installed: Path, tmp_path: Path
) -> None:
    settings = {
        "UNDERSIGNED_DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite",
        "UNDERSIGNED_STORAGE_PATH": str(tmp_path / "storage"),
        "UNDERSIGNED_MASTER_KEYS": run(installed, "key", "create").stdout.strip(),
    }
    letter = str(ROOT / "tests/cases/summit-twin.yaml")
    for words in (
        ("migrate",),
        ("user", "create", "a@specimen.example", "--name", "A. Specimen"),
        ("backup", str(tmp_path / "backup")),
        ("backup", "verify", str(tmp_path / "backup")),
        ("render", letter, "-o", str(tmp_path / "letter.pdf")),
    ):
        done = run(installed, *words, **settings)
        assert done.returncode == 0, (words, done.stderr)
    assert (tmp_path / "letter.pdf").read_bytes().startswith(b"%PDF-")


def test_the_source_of_a_release_is_all_that_it_is_made_of(built: Path) -> None:
    with tarfile.open(built / "undersigned-7.8.9.tar.gz") as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    assert {
        *("LICENSE", "SECURITY.md", "requirements.txt", "run", ".ci/release.py"),
        *("deploy/compose.yaml", "docs/operating.md", "migrations/env.py", "api/app.py"),
    } <= names


def test_the_sbom_names_each_package_of_the_lock_with_its_hashes(built: Path) -> None:
    sbom = json.loads((built / "undersigned-7.8.9.cdx.json").read_text("utf-8"))
    lock = (ROOT / "requirements.txt").read_text("utf-8")
    pinned = dict(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^\s;]+)", lock, re.MULTILINE))

    assert sbom["bomFormat"] == "CycloneDX"
    assert sbom["metadata"]["component"]["name"] == "undersigned"
    assert sbom["metadata"]["component"]["version"] == "7.8.9"
    assert {each["name"]: each["version"] for each in sbom["components"]} == pinned
    assert all(
        "sha256:" in json.dumps(each) or "SHA-256" in json.dumps(each)
        for each in sbom["components"]
    )


def test_one_command_numbers_dates_and_tells_a_release(source: Path, built: Path) -> None:
    assert 'version = "7.8.9"' in (source / "pyproject.toml").read_text("utf-8")
    log = (source / "CHANGELOG.md").read_text("utf-8")
    assert re.search(r"## Unreleased\n\n## 7\.8\.9 - \d{4}-\d\d-\d\d\n\n### Added", log)
    notes = (built / "undersigned-7.8.9.md").read_text("utf-8")
    assert "- A bread oven." in notes
    assert "Flour" not in notes
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=built, check=True)  # noqa: S607


def test_the_lines_that_it_prints_make_a_tag_with_all_of_the_notes(
    source: Path, told: str, tmp_path: Path
) -> None:
    (line,) = (each for each in told.splitlines() if "git tag" in each)
    lines = line.partition("Then: ")[2].replace("git tag -s", "git tag -a")  # no key is here
    clone = tmp_path / "clone"
    shutil.copytree(source, clone)
    who = {f"GIT_{who}_{what}": "a@specimen.example" for who in ("AUTHOR", "COMMITTER")
           for what in ("NAME", "EMAIL")}  # fmt: skip
    begun = "git init -q . && git add pyproject.toml && git commit -q -m begun && git add ."
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **who}
    subprocess.run(  # noqa: S602 # as somebody types it
        f"set -e; {begun}; {lines}", shell=True, cwd=clone, env=environment, check=True
    )
    tag = ["git", "tag", "-l", "--format=%(contents)", "v7.8.9"]
    noted = subprocess.check_output(tag, cwd=clone, text=True)  # noqa: S603

    assert noted.strip() == (source / "dist/undersigned-7.8.9.md").read_text("utf-8").strip()


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("7.9", "three numbers"),
        ("0.0.0", "comes before"),
        ("7.8.9", "tells of 7.8.9 already"),
        ("7.9.0", "nothing to release"),
    ],
)
def test_what_is_no_next_version_is_refused(
    source: Path, built: Path, version: str, why: str
) -> None:
    before = {path.name: path.read_bytes() for path in built.iterdir()}

    done = release(source, version)

    assert done.returncode != 0
    assert why in done.stderr
    assert {path.name: path.read_bytes() for path in built.iterdir()} == before
