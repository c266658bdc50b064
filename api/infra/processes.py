"""Processes side by side: one that serves, and helpers that are started again when they end."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

log = structlog.get_logger()
PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.2
PAUSE_SECONDS = 2.0  # before a helper that ended is started again
STOP_SECONDS = 40.0  # longer than a worker takes to finish what it is at


def together(first: Sequence[str], helper: Sequence[str]) -> int:
    """Run both until a signal comes or the first ends; return the first's exit code."""
    stopping: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        stopping.append(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    serving, helping = _started(first), _started(helper)
    again_at = 0.0
    while serving.poll() is None and not stopping:
        if helping.poll() is not None and not again_at:
            log.error("worker ended", code=helping.returncode)
            again_at = time.monotonic() + PAUSE_SECONDS
        if again_at and time.monotonic() >= again_at:
            helping, again_at = _started(helper), 0.0
        time.sleep(LOOK_SECONDS)
    for process in (serving, helping):
        _end(process)
    return 0 if stopping else int(serving.returncode)


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 # our own commands
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for this process, which ends them in order
        preexec_fn=_end_with(os.getpid()),  # noqa: PLW1509 # this process has one thread
    )


def _end_with(parent: int) -> Callable[[], None]:
    """Return what has the kernel end a child when this process is gone, even by kill -9."""
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
