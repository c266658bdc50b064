"""The command as its users type it, each in a process of its own.

They are forked from one that has imported it all: a start of two seconds becomes one of none, and
there are hundreds. How it starts from nothing, the tests of processes and of workers see.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from api.cli import MODULES
from tests.support import once

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COMMAND = str(Path(sys.executable).parent / "undersigned")
SECONDS = 60
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["api.app", *(f"api.cli.{name}" for name in MODULES)])


def run(*words: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command with these settings in its environment, and no others."""
    given = [COMMAND, *map(str, words)]
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **settings}
    with TemporaryDirectory() as folder:
        streams = [Path(folder, name) for name in ("out", "err")]
        process = _FORKS.Process(target=_command, args=(given, environment, Path.cwd(), streams))
        process.start()
        process.join(SECONDS)
        once.unknown()
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(given, SECONDS)
        out, err = (stream.read_text("utf-8") for stream in streams)
        return subprocess.CompletedProcess(given, process.exitcode, out, err)


def _command(
    words: Sequence[str], environment: Mapping[str, str], folder: Path, streams: Sequence[Path]
) -> None:
    from api.cli import main  # noqa: PLC0415 # it is there already

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, stream in enumerate(streams, 1):
        os.dup2(os.open(stream, os.O_CREAT | os.O_WRONLY), number)
    sys.argv = list(words)
    main()
