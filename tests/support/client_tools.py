"""Linters and generators of npm and PyPI, each in the version that docs/clients.md names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SPECTRAL, REDOCLY = "@stoplight/spectral-cli@6.16.3", "@redocly/cli@2.77.0"
TYPESCRIPT, NODE_TYPES = "typescript@5.9.3", "@types/node@20"
OPENAPI_TYPESCRIPT, OPENAPI_FETCH = "openapi-typescript@7.13.0", "openapi-fetch@0.17.0"
HEY_API = "@hey-api/openapi-ts@0.99.0"
PYTHON_CLIENT, GENERATOR = "openapi-python-client==0.29.1", "openapi-generator-cli==7.26.0"
VERSIONS = (
    *(SPECTRAL, REDOCLY, TYPESCRIPT, OPENAPI_TYPESCRIPT, OPENAPI_FETCH, HEY_API),
    *(PYTHON_CLIENT, GENERATOR),
)
PATIENCE_SECONDS = 600


def done(command: Sequence[str | Path], folder: Path, **environment: str) -> str:
    """Run a tool in a folder; return what it printed, or fail with it."""
    program = shutil.which(command[0])
    assert program, (
        f"{command[0]} is not installed: apt-get install nodejs npm default-jre-headless"
    )
    ran = subprocess.run(  # noqa: S603 # tools that a test names, on files of ours
        [program, *command[1:]],
        cwd=folder,
        env={**os.environ, "CI": "true", "npm_config_fund": "false", **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ran.returncode == 0, f"{' '.join(map(str, command))}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout + ran.stderr


def npm(folder: Path, *packages: str) -> None:
    """Install packages of npm into a folder whose programs are modules."""
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    done(["npm", "install", "--no-audit", "--save-exact", *packages], folder)


def python_tool(package: str, *command: str | Path, folder: Path, with_: str = "") -> str:
    """Run a command of a package of PyPI, in an environment of its own."""
    more = ["--with", with_] if with_ else []
    uv = Path(sys.executable).with_name("uv")
    return done([uv, "tool", "run", *more, "--from", package, *command], folder)
