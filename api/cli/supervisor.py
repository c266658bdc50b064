"""Processes side by side: those that serve, and helpers; what ends is started again."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from types import FrameType

import structlog

log = structlog.get_logger()
PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.2
PAUSE_SECONDS = 2.0  # before one that ended is started again
STOP_SECONDS = 40.0  # longer than any takes to finish what it is at


def together(
    server: Sequence[str], count: int, listening: socket.socket, helpers: Sequence[Sequence[str]]
) -> int:
    """Run `count` servers on one socket, and helpers, until a signal comes; return the exit code.

    Helpers that end, and servers that are killed, are started again; a server that ends by itself
    said why, and ends all. The socket is open here too, so that who connects meanwhile waits.
    """
    stopping: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        stopping.append(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    servers = [_Running(server, "server", listening.fileno()) for _ in range(count)]
    running = [*servers, *(_Running(each, "worker") for each in helpers)]
    code = None
    while code is None and not stopping:
        time.sleep(LOOK_SECONDS)
        code = next((each.code for each in servers if each.code >= 0), None)
        for each in running if code is None else ():
            each.again_if_ended()
    listening.close()  # or who connects now would wait for processes that take nothing more
    for each in running:
        each.tell_to_end()
    for each in running:
        each.end()
    return code or 0


class _Running:
    """A process that should run."""

    def __init__(self, command: Sequence[str], name: str, *passed: int) -> None:
        self._command, self._name, self._passed = command, name, passed
        self._process = _started(command, passed)
        self._again_at = 0.0

    @property
    def code(self) -> int:
        """What it ended with; below 0 while it runs, and where it was killed."""
        code = self._process.poll()
        return -1 if code is None else code

    def again_if_ended(self) -> None:
        """Start it again a moment after it ended."""
        code, now = self._process.poll(), time.monotonic()
        if code is None:
            return
        if not self._again_at:
            log.error("process ended", what=self._name, code=code)
            self._again_at = now + PAUSE_SECONDS
        elif now >= self._again_at:
            self._process, self._again_at = _started(self._command, self._passed), 0.0

    def tell_to_end(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()

    def end(self) -> None:
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _started(command: Sequence[str], passed: Sequence[int]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 # our own commands
        command,
        stdin=subprocess.DEVNULL,
        pass_fds=passed,
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
