"""What `./run build` and `./run release VERSION` do: a version, its changelog, notes and files.

A release is a wheel, the source (`.tar.gz`), an SBOM (CycloneDX) of the lock, the notes, and the
sums of them all, in `dist/`.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
BIN = Path(sys.executable).parent
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
UNRELEASED = "## Unreleased\n"
PYPROJECT, CHANGELOG = ROOT / "pyproject.toml", ROOT / "CHANGELOG.md"


def main(given: list[str]) -> None:
    """Build what is there, or, with a version, make it that version first."""
    if given:
        (wanted,) = given
        _must_be_next(wanted)
        _number(wanted)
    version = _version()
    try:
        _build(version)
    except SystemExit:
        if given:
            print("Then put back what was numbered: git checkout pyproject.toml CHANGELOG.md")
        raise
    _write_notes(version)
    _write_sums()
    print("\n".join(f"dist/{path.name}" for path in sorted(DIST.iterdir())))
    if given:
        print(
            f"Read CHANGELOG.md once more. Then: git commit -am 'Release {version}'"
            # Its headings begin with #, which git would take for comments.
            f" && git tag -s v{version} --cleanup=whitespace -F dist/{_notes(version).name}"
        )


def _must_be_next(wanted: str) -> None:
    """Stop unless the version follows the one that is there, and there is something to tell."""
    if not VERSION.fullmatch(wanted):
        sys.exit(f"{wanted} is no version: write three numbers, as in 1.4.0.")
    if _numbers(wanted) < _numbers(_version()):
        sys.exit(f"{wanted} comes before {_version()}, which pyproject.toml has.")
    if section(CHANGELOG.read_text("utf-8"), wanted) is not None:
        sys.exit(f"CHANGELOG.md tells of {wanted} already.")
    if not section(CHANGELOG.read_text("utf-8"), "Unreleased"):
        sys.exit("CHANGELOG.md has nothing under Unreleased: there is nothing to release.")


def _number(wanted: str) -> None:
    """Put the version into pyproject.toml, and its day over what the changelog has gathered."""
    text = PYPROJECT.read_text("utf-8")
    text, count = re.subn(r'(?m)^version = ".*"$', f'version = "{wanted}"', text, count=1)
    if count != 1:
        sys.exit("pyproject.toml has no line `version = …`.")
    PYPROJECT.write_text(text, "utf-8")
    heading = f"{UNRELEASED}\n## {wanted} - {datetime.now(UTC):%Y-%m-%d}\n"
    log = CHANGELOG.read_text("utf-8")
    CHANGELOG.write_text(log.replace(UNRELEASED, heading, 1), "utf-8")


def section(log: str, version: str) -> str | None:
    """Return what a changelog tells of a version, or None."""
    found = re.search(
        rf"^## {re.escape(version)}(?: - [\d-]+)?\n(.*?)(?=^## |\Z)", log, re.DOTALL | re.MULTILINE
    )
    return None if found is None else found[1].strip()


def _version() -> str:
    return str(tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]["version"])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _build(version: str) -> None:
    shutil.rmtree(DIST, ignore_errors=True)
    _run(BIN / "python", "-m", "hatchling", "build", "-d", DIST)
    sbom = DIST / f"undersigned-{version}.cdx.json"
    _run(
        BIN / "cyclonedx-py",
        *("requirements", "--output-reproducible", "--sv", "1.6", "--of", "JSON", "-o", sbom),
        *("--pyproject", PYPROJECT, "--mc-type", "application", ROOT / "requirements.txt"),
    )


def _notes(version: str) -> Path:
    return DIST / f"undersigned-{version}.md"


def _write_notes(version: str) -> None:
    """Write what a release says of itself: its own section, or what waits to be released."""
    log = CHANGELOG.read_text("utf-8")
    told = section(log, version) or section(log, "Unreleased") or ""
    text = (
        f"Undersigned {version}\n\n{told}\n\n"
        "To upgrade: docs/operating.md, “Upgrade and go back”. Check the files by SHA256SUMS.\n"
    )
    _notes(version).write_text(text, "utf-8")


def _write_sums() -> None:
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(DIST.iterdir())
    ]
    (DIST / "SHA256SUMS").write_text("".join(lines), "utf-8")


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 # our own
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}\n{Path(command[0]).name} failed (see above).")


if __name__ == "__main__":
    main(sys.argv[1:])
