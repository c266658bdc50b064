"""Other programs that read files of Word: LibreOffice and pandoc, as Debian has them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

_LIBREOFFICE = "soffice"
_WAIT_SECONDS = 240


def pdfs_of(files: list[Path], folder: Path) -> list[Path]:
    """Return the files as LibreOffice prints them; leave the test out where there is none."""
    return saved_as("pdf", files, folder)


def saved_as(ending: str, files: list[Path], folder: Path) -> list[Path]:
    """Return the files as LibreOffice saves them anew, in another format or in the same."""
    program = _found(_LIBREOFFICE, "libreoffice-writer-nogui")
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"  # one of nobody's
    out = folder / ending
    command = [program, profile, "--headless", "--convert-to", ending, "--outdir", str(out)]
    subprocess.run(  # noqa: S603 - files of ours
        [*command, *map(str, files)], check=True, capture_output=True, timeout=_WAIT_SECONDS
    )
    return [out / f"{file.stem}.{ending}" for file in files]


def text_by_pandoc(file: Path, changes: str = "accept") -> str:
    """Return a file as pandoc reads it: plain text, footnotes at its end.

    Tracked changes are all accepted, or with "reject" none of them.
    """
    program = _found("pandoc", "pandoc")
    command = [program, "--from", "docx", "--to", "plain", "--wrap", "none",
               f"--track-changes={changes}", str(file)]  # fmt: skip
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603 - a file of ours
    assert not done.stderr, done.stderr
    return done.stdout.decode()


def _found(program: str, package: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"No {program} reads files of Word here: apt-get install {package}")
    return found
