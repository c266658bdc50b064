"""Workers as users start them, in processes of their own, whose leases run out soon."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from api.cli.running import app
from api.infra import queue
from api.infra.background import jobs, worker
from api.infra.mail import sender
from api.webhooks.service import sending as telling
from tests.support.smtp_server import a_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.config import Settings

KIND, ALL = "--kind", ",".join(queue.Lane)


def environment(settings: Settings) -> dict[str, str]:
    """Return what a process is told by its environment to have the same settings."""
    given = {name: _written(value) for name, value in asdict(settings).items() if value is not None}
    ours = {f"UNDERSIGNED_{name.upper()}": value for name, value in given.items()}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": os.getcwd(), **ours}  # noqa: PTH109 # where the tests run


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


@contextmanager
def working(
    settings: Settings,
    *,
    has_kind: bool = False,
    threads: int = 2,
    lanes: str = ALL,
    folder: str | None = None,
    **env: str,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker; with the kind of letter that only tests write, in whose words are all."""
    words = [str(threads), lanes, *([KIND] if has_kind else [])]
    command = [sys.executable, "-m", "tests.support.workers", *words]
    given = {**environment(settings), **env}
    with subprocess.Popen(command, env=given, cwd=folder) as process:  # noqa: S603 # our own module
        try:
            yield process
        finally:
            process.kill()


def main() -> None:
    """Work with the settings of the environment."""
    jobs.LEASE = sender.LEASE = telling.LEASE = timedelta(seconds=3)
    jobs.RENEW_SECONDS = 0.3  # type: ignore[assignment] # finer than a user's
    queue.SWEEP_SECONDS = 0.2  # type: ignore[assignment] # finer than a user's
    made = app()
    with a_kind(made) if KIND in sys.argv else nullcontext():
        lanes = [queue.Lane(each) for each in sys.argv[2].split(",")]
        worker.run(made, int(sys.argv[1]), lanes)


if __name__ == "__main__":
    main()
