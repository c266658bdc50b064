"""What `./run` does before it does anything, with a Python and a uv that only say what they got."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from api import config

if TYPE_CHECKING:
    from pathlib import Path

ROOT = config.share()
TOLD = """#!/bin/sh
echo "${0##*/} system=${UV_SYSTEM_CERTS:-} pip=${PIP_CERT:-}" >>told.txt
"""
PYTHON = f"""#!/bin/sh
case "$*" in
"-m venv --clear .venv")
    mkdir -p .venv/bin
    cp told.sh .venv/bin/python
    cp told.sh .venv/bin/uv ;;
"-m pip config get global.cert") exit 1 ;;
*) exec {sys.executable} "$@" ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("run", "requirements.txt", "requirements-dev.txt", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "told.sh").write_text(TOLD)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").write_text(PYTHON)
    for path in (tmp_path / "run", tmp_path / "told.sh", tmp_path / "bin" / "python3"):
        path.chmod(0o755)
    return tmp_path


def told(folder: Path, **given: str) -> set[str]:
    """Set up, and return what pip and uv were told of whom to trust."""
    environment = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", **given}
    subprocess.run([folder / "run", "serve"], env=environment, capture_output=True, check=False)  # noqa: S603 # our own
    return {*(folder / "told.txt").read_text().splitlines()}


def test_pip_and_uv_trust_whom_the_system_trusts(folder: Path) -> None:
    store = folder / "authorities.pem"
    store.write_text("of a proxy")

    found = told(folder, SSL_CERT_FILE=str(store))

    assert found == {f"{name} system=true pip={store}" for name in ("python", "uv")}


def test_what_somebody_set_for_them_stays(folder: Path) -> None:
    found = told(folder, UV_SYSTEM_CERTS="false", PIP_CERT="/somewhere/else.pem")

    assert found == {f"{name} system=false pip=/somewhere/else.pem" for name in ("python", "uv")}
