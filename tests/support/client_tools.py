"""Runs linters of npm, each in the version that is named here."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

SPECTRAL, REDOCLY = "@stoplight/spectral-cli@6.16.3", "@redocly/cli@2.77.0"
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
