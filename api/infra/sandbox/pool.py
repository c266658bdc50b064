"""Runs dangerous work in limited children of a warm process: the handle that callers hold.

The handle starts `sandbox.fork_server`, a process with a single thread that forks a child for each
job. A job goes over a socket of its own, whose other end is handed to that process; so any
number of threads can run jobs at the same time, and this process itself never forks.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from enum import StrEnum
from io import RawIOBase
from pathlib import Path
from types import MappingProxyType
from typing import Any

from api.errors import Code, Fault, Invalid, Unavailable
from api.infra import metrics

OUTPUT_BYTES = 64 << 20  # the largest result
_HEADER_BYTES = 64 << 20
_NEWS_BYTES = 4096
_PATIENCE_SECONDS = 180  # beyond any wait in the queue; the process itself ends jobs far earlier
_MORE_SECONDS = 4  # the same, where less time is given
_START_SECONDS = 60
_NOTHING: Mapping[str, bytes] = MappingProxyType({})

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What one job may take. A module that runs in a child may have its own, as LIMITS."""

    cpu_seconds: int = 20
    wall_seconds: float = 30.0
    memory_bytes: int = 1 << 30  # of address space, of which the warm process itself has 0.3 GB


class Reached(StrEnum):
    """Which limit a job reached."""

    TIME = "time"
    MEMORY = "memory"
    SIZE = "size"
    DEPTH = "depth"


class LimitReached(Invalid, title="This takes too much to lay out"):
    """A job took more time, memory or depth than it may."""

    def __init__(self, detail: str, reached: Reached, *, is_late: bool = False) -> None:
        """Keep what to tell; `is_late` where it was time, which others may have taken."""
        super().__init__(detail)
        self.reached, self.is_late = reached, is_late


class _Cut(Exception):
    """The connection ended before the answer: the render process died."""


class ChildPool:
    """A render process and its children; safe to share between threads. Starts at the first use.

    Args:
        spares: warm children that wait for a job; 0 skips warming up, for a single one.
        limits: in place of the modules' own.
        at_most: jobs at the same time; more wait.
    """

    def __init__(
        self,
        modules: Sequence[str],
        spares: int = 2,
        *,
        limits: Limits | None = None,
        at_most: int = 4,
    ) -> None:
        self._command = [str(spares), str(at_most), *modules]
        self._limits = astuple(limits) if limits else None
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._folder = ""
        self._owner = 0  # the process that started it; a fork of that one needs its own
        self._is_ready = False
        self._reason: str | None = None  # why it could not start
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """Return the render process's id, None before the first use."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the render process and wait until it is warm, or raise Unavailable."""
        control = self._running()
        with self._starting:
            if not self._is_ready and (reason := self._news(control, _START_SECONDS)):
                raise Unavailable(_not_started(reason))

    def start_soon(self) -> None:
        """Start the render process, without waiting until it is warm."""
        self._running()

    def run(
        self,
        module: str,
        payload: Mapping[str, object],
        blobs: Mapping[str, bytes] = _NOTHING,
        limits: Limits | None = None,
    ) -> bytes:
        """Return what `module.run(payload, blobs)` returns in a child, within its or these limits.

        Raises what the module raises as Invalid, LimitReached, or Unavailable if the child died.
        """
        what, outcome, began = module.rpartition(".")[2], "failed", time.monotonic()
        try:
            done = self._done(module, payload, blobs, limits)
            outcome = "done"
        except LimitReached as limit:
            outcome = limit.reached
            raise
        except Invalid:
            outcome = "refused"
            raise
        finally:
            metrics.RENDERS.count(what, outcome)
            metrics.RENDER_SECONDS.observe(time.monotonic() - began, what)
        return done

    def _done(
        self,
        module: str,
        payload: Mapping[str, object],
        blobs: Mapping[str, bytes],
        limits: Limits | None,
    ) -> bytes:
        given = self._limits or (astuple(limits) if limits else None)
        patience = limits.wall_seconds + _MORE_SECONDS if limits else _PATIENCE_SECONDS
        order = json.dumps({"module": module, "limits": given}).encode()
        header = {"payload": dict(payload), "blobs": {name: len(blobs[name]) for name in blobs}}
        for _ in range(2):  # a job whose process was killed gets one more
            try:
                return self._run(order, header, blobs.values(), patience)
            except _Cut:
                if not self._has_ended():
                    break
        raise Unavailable("The render process ended in the middle. Try again in a minute.")

    def close(self) -> None:
        """End the process and its children; the handle is of no use afterwards."""
        with self._lock:
            self._is_closed = True
            self._end()

    def _run(
        self, order: bytes, header: Mapping[str, object], blobs: Iterable[bytes], patience: float
    ) -> bytes:
        control = self._running()
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                try:
                    socket.send_fds(control, [order], [theirs.fileno()])
                except OSError as gone:
                    raise _Cut from gone
            ours.settimeout(patience)
            with ours.makefile("rwb", buffering=0) as raw:
                try:
                    put(raw, header, blobs)
                except BrokenPipeError:
                    pass  # it stopped listening; its answer says why
                except TimeoutError as late:
                    raise Unavailable("The render process is busy. Try again later.") from late
                return self._answer(raw)

    def _answer(self, raw: RawIOBase) -> bytes:
        try:
            header = get(raw)
            if header["kind"] == "done":
                self._listen()
                return take(raw, min(int(header["size"]), OUTPUT_BYTES))
        except (EOFError, ConnectionError) as end:
            # A process that could not start has said why before it ended.
            if not self._is_ready and self._control and (reason := self._news(self._control, 0)):
                raise Unavailable(_not_started(reason)) from end
            raise _Cut from end
        except TimeoutError as late:
            raise Unavailable("The render process is busy. Try again later.") from late
        except (ValueError, KeyError, TypeError) as garbled:  # a child is not to be trusted
            raise Unavailable("The render process answered nonsense.") from garbled
        raise _failure(header)

    def _running(self) -> socket.socket:
        with self._lock:
            if self._is_closed:
                raise Unavailable("The render process was closed.")
            if self._owner != os.getpid():
                self._process = self._control = None  # a fork: they are the parent's,
                self._folder = ""  # and so is the folder, which is in use
            if self._control is None or self._process is None or self._process.poll() is not None:
                self._end()
                self._start()
            if self._control is None:
                raise Unavailable("The render process did not start.")
            return self._control

    def _start(self) -> None:
        self._owner = os.getpid()
        self._is_ready, self._reason = False, None
        self._folder = tempfile.mkdtemp(prefix="undersigned-")  # 0700
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, by our own interpreter
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "api.infra.sandbox.fork_server",
                    str(theirs.fileno()),
                    *self._command,
                ],
                pass_fds=[theirs.fileno()],
                cwd=self._folder,
                env=_environment(self._folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _end(self) -> None:
        if self._control:
            self._control.close()  # it ends by itself when this end is gone
        if self._process:
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._control = self._process = None
        self._folder = ""

    def _has_ended(self) -> bool:
        """Tell whether the process is gone; its connections end a moment before it does."""
        process = self._process
        try:
            return process is None or process.wait(1) is not None
        except subprocess.TimeoutExpired:
            return False

    def _listen(self) -> None:
        """Hear what the process said when it was ready, where nobody waited for that."""
        if not self._is_ready:
            with self._starting:
                if not self._is_ready and self._control:
                    self._news(self._control, 0)

    def _news(self, control: socket.socket, seconds: float) -> str | None:
        """Hear whether the process started; return why not."""
        control.settimeout(seconds or None)
        try:
            news = json.loads(_heard(control, 0 if seconds else socket.MSG_DONTWAIT) or b"{}")
        except (OSError, ValueError):
            news = {}
        finally:
            control.settimeout(None)
        self._is_ready = "ready" in news
        for warning in news.get("warnings", ()):
            log.warning("render process: %s", warning)
        if not self._is_ready:
            self._reason = str(news.get("failed") or self._reason or "it ended without a word")
        return self._reason


def put(raw: RawIOBase, header: Mapping[str, object], bodies: Iterable[bytes] = ()) -> None:
    """Write a header and what follows it to a connection."""
    text = json.dumps(header).encode()
    for part in (len(text).to_bytes(8, "big") + text, *bodies):
        view = memoryview(part)
        while view:
            view = view[raw.write(view) or 0 :]


def get(raw: RawIOBase) -> dict[str, Any]:
    """Read a header; raise EOFError if the connection ends, ValueError if it is none."""
    size = int.from_bytes(take(raw, 8), "big")
    if size > _HEADER_BYTES:
        raise ValueError("too long")
    header = json.loads(take(raw, size))
    if not isinstance(header, dict):
        raise ValueError("no header")  # noqa: TRY004 - nonsense on the line, not a caller's mistake
    return header


def take(raw: RawIOBase, size: int) -> bytes:
    """Read exactly `size` bytes, or raise EOFError."""
    parts = bytearray()
    while len(parts) < size:
        part = raw.read(min(size - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def _heard(control: socket.socket, flags: int) -> bytes:
    try:
        return control.recv(_NEWS_BYTES, flags)
    except ConnectionResetError:  # told first, and once, when it ended with our orders unread
        return control.recv(_NEWS_BYTES, flags)


def _fault(told: Mapping[str, Any]) -> Fault:
    return Fault(
        str(told["pointer"]),
        Code(told["code"]),
        str(told["detail"]),
        limit=told["limit"],
        allowed=tuple(map(str, told["allowed"])),
    )


def _failure(header: Mapping[str, Any]) -> Exception:
    detail = str(header.get("detail", ""))[:2000]
    if header.get("kind") == "limit":
        reached = next((each for each in Reached if each == header.get("reached")), Reached.SIZE)
        return LimitReached(detail, reached, is_late=bool(header.get("is_late")))
    if header.get("kind") == "invalid":
        return Invalid(detail, list(map(_fault, header.get("faults", []))))
    return Unavailable(f"The render process could not do it: {detail}")


def _not_started(reason: str) -> str:
    return f"The render process cannot start: {reason}. `undersigned doctor` says what is missing."


def _environment(folder: str) -> dict[str, str]:
    """Return all that the process may know of ours: where its code is, and nothing else."""
    here = str(Path.cwd())  # where we happen to be started is no place for code
    paths = [str(Path(__file__).resolve().parents[3])]
    paths += [path for path in sys.path if path not in {"", ".", here}]
    passed = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return passed | {
        "LANG": "C.UTF-8",
        # Or each of Pango's short threads may reserve 64 MB of the address space that is allowed.
        "MALLOC_ARENA_MAX": "1",
        "PYTHONPATH": os.pathsep.join(paths),
        "SOURCE_DATE_EPOCH": "0",  # fontTools would write the time of day into fonts
        "TMPDIR": folder,
    }
