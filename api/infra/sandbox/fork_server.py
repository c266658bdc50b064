"""The render process: warm, with a single thread; it forks a limited child for each job.

Started by `sandbox.pool`, as `python -m api.infra.sandbox.fork_server CONTROL SPARES AT_MOST
MODULE…`. CONTROL is a socket on which each message is an order with the job's own socket. When it
ends, the process ends, with its children and its folder.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import shutil
import signal
import site
import socket
import sys
import time
import traceback
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from io import RawIOBase
from pathlib import Path
from resource import struct_rusage
from types import ModuleType
from typing import NoReturn

from api import config
from api.errors import Invalid
from api.infra.sandbox import confine, pool
from api.infra.sandbox.pool import Limits, Reached

_GLANCE_SECONDS = 2.0  # how often to see whether the parent still lives
_SIMPLER = "Make the text shorter or its layout simpler."
_CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGTRAP, signal.SIGBUS}


@dataclass(frozen=True)
class _Child:
    """A forked child: a spare until it has a job."""

    pid: int
    link: socket.socket  # on which its one order goes
    job: socket.socket | None = None  # our copy of the caller's connection
    limits: Limits = field(default_factory=Limits)
    deadline: float = float("inf")  # of the monotonic clock


class _Warm:
    """The process's state: who waits, who works."""

    def __init__(self, control: socket.socket, spares: int, at_most: int) -> None:
        self.control = control
        self.spares_wanted = spares
        self.at_most = at_most
        self.parent = os.getppid()
        self.modules: dict[str, ModuleType] = {}
        self.readable: list[str] = []
        self.children: dict[int, _Child] = {}  # by the number of the link

    def load(self, names: list[str]) -> list[str]:
        """Import the modules, let them warm up, and make sure that forking is safe.

        Return what they warn of.
        """
        told: list[str] = []
        for name in names:
            module = self.modules[name] = importlib.import_module(name)
            if self.spares_wanted and hasattr(module, "warm"):
                with warnings.catch_warnings(record=True) as caught:
                    module.warm()
                told += [str(each.message) for each in caught]
        self.readable = _readable(self.modules)
        gc.collect()  # newer Pangos keep a thread for each font map until it is freed
        _settle()
        gc.freeze()  # what is there now stays, and is never copied by a collection in a child
        return told

    def serve(self) -> None:
        """Work until the control socket ends or the parent is gone."""
        while os.getppid() == self.parent:
            self._refill()
            for number in self._wait():
                if number == self.control.fileno():
                    if not self._take():
                        return
                else:
                    self._reap(number)
            now = time.monotonic()
            for number in [n for n, each in self.children.items() if each.deadline < now]:
                self._reap(number)

    def end(self) -> None:
        """Kill every child."""
        for number in list(self.children):
            self._reap(number)

    def _busy(self) -> list[_Child]:
        return [each for each in self.children.values() if each.job]

    def _spares(self) -> list[_Child]:
        return [each for each in self.children.values() if not each.job]

    def _refill(self) -> None:
        # One spare more than wanted is never needed, and the last job may use the last of them.
        while len(self._spares()) < max(1, self.spares_wanted):
            self._fork()

    def _wait(self) -> list[int]:
        """Return the numbers of the sockets that say something; for a child that is its end."""
        poll = select.poll()
        owners: dict[int, int] = {}
        for number, each in self.children.items():
            poll.register(number, 0)  # 0: only its end
            if each.job:
                owners[each.job.fileno()] = number
                poll.register(each.job.fileno(), 0)  # the caller went away
        if len(self._busy()) < self.at_most:
            poll.register(self.control, select.POLLIN)
        nearest = min((each.deadline for each in self._busy()), default=float("inf"))
        pause = max(0.0, min(_GLANCE_SECONDS, nearest - time.monotonic()))
        # A child's own end and its caller's may come together; it is reaped once.
        heard = dict.fromkeys(owners.get(n, n) for n, _ in poll.poll(pause * 1000 + 1))
        return list(heard)

    def _take(self) -> bool:
        """Hand one order to a spare; return False when there will be no more."""
        try:
            order, numbers, _, _ = socket.recv_fds(self.control, 65536, 1)
        except ConnectionError:  # it was closed with words of ours unread
            return False
        if not order:
            return False
        job = socket.socket(fileno=numbers[0])
        wanted = json.loads(order)
        module = self.modules.get(wanted["module"])
        if module is None:
            _say(job, {"kind": "failed", "detail": f"{wanted['module']} was not loaded"})
            job.close()
            return True
        limits = _limits(module, wanted["limits"])
        spare = self._handed(order, numbers)
        until = time.monotonic() + limits.wall_seconds
        self.children[spare.link.fileno()] = replace(spare, job=job, limits=limits, deadline=until)
        return True

    def _handed(self, order: bytes, numbers: list[int]) -> _Child:
        """Give the order to the first spare that lives, or to a new one."""
        for spare in self._spares():
            try:
                socket.send_fds(spare.link, [order], numbers)
            except OSError:
                continue  # it was killed; it is reaped in the next round
            return spare
        fresh = self._fork()
        socket.send_fds(fresh.link, [order], numbers)
        return fresh

    def _reap(self, number: int) -> None:
        ended = self.children.pop(number)
        is_late = ended.deadline < time.monotonic()
        os.kill(ended.pid, signal.SIGKILL)  # does nothing to one that has ended, as it should have
        _, status, used = os.wait4(ended.pid, 0)
        ended.link.close()
        if ended.job is None:
            return
        if verdict := _verdict(ended.limits, status, used, is_late=is_late):
            _say(ended.job, verdict)
        ended.job.close()

    def _fork(self) -> _Child:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        server = os.getpid()
        pid = os.fork()
        if pid:
            theirs.close()
            fresh = self.children[ours.fileno()] = _Child(pid, ours)
            return fresh
        try:
            confine.die_with(server)
            keep = theirs.detach()
            os.dup2(keep, 3)
            os.closerange(4, 4096)
            self._work(socket.socket(fileno=3))
        finally:
            os._exit(1)

    def _work(self, link: socket.socket) -> NoReturn:
        """Be a child: wait for one order, shut every way out, do it, answer, end."""
        order, numbers, _, _ = socket.recv_fds(link, 65536, 1)
        if not order:
            os._exit(0)
        wanted = json.loads(order)
        module = self.modules[wanted["module"]]
        limits = _limits(module, wanted["limits"])
        confine.limit(cpu_seconds=limits.cpu_seconds, memory_bytes=limits.memory_bytes)
        confine.shut(self.readable)
        with open(numbers[0], "r+b", buffering=0) as raw:  # noqa: PTH123 - a number, not a path
            header, body = _do(module, raw)
            pool.put(raw, header, [body])
        os._exit(0)


def _do(module: ModuleType, raw: RawIOBase) -> tuple[dict[str, object], bytes]:
    """Run one job; return its answer and what follows it."""
    try:
        header = pool.get(raw)
        blobs = {name: pool.take(raw, size) for name, size in header["blobs"].items()}
        body = bytes(module.run(header["payload"], blobs))
        if len(body) > pool.OUTPUT_BYTES:
            return _limit(
                f"The result is larger than {pool.OUTPUT_BYTES >> 20} MB.", Reached.SIZE
            ), b""
    except Invalid as refused:
        faults = list(map(asdict, refused.faults))
        return {"kind": "invalid", "detail": refused.detail, "faults": faults}, b""
    except MemoryError:
        confine.open_headroom()
        return _limit("It needs more memory than a document may take.", Reached.MEMORY), b""
    except RecursionError:
        return _limit("It is nested too deeply.", Reached.DEPTH), b""
    except BaseException as error:  # noqa: BLE001 - whatever it is, the caller gets an answer
        return {"kind": "failed", "detail": _place(error)}, b""
    return {"kind": "done", "size": len(body)}, body


def _limit(what: str, reached: Reached) -> dict[str, object]:
    return {"kind": "limit", "detail": f"{what} {_SIMPLER}", "reached": reached}


def _place(error: BaseException) -> str:
    """Return an error's name and line; its words may hold people's names."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"


def _verdict(
    limits: Limits, status: int, used: struct_rusage, *, is_late: bool
) -> dict[str, object] | None:
    """Return what to tell the caller of a child that ended, if it could not tell itself."""
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        return None
    if is_late:
        late = f"It takes more than {limits.wall_seconds:g} seconds."
        return _limit(late, Reached.TIME) | {"is_late": True}
    seconds = used.ru_utime + used.ru_stime
    if -code == signal.SIGXCPU or seconds >= limits.cpu_seconds:
        return _limit(
            f"It takes more than {limits.cpu_seconds} seconds of computing.", Reached.TIME
        )
    # Libraries in C abort when memory ends; Python's own MemoryError does not reach us then.
    if -code in _CRASHES and used.ru_maxrss * 1024 > limits.memory_bytes // 3:
        return _limit("It needs more memory than a document may take.", Reached.MEMORY)
    return {"kind": "failed", "detail": f"its process ended with {code}"}


def _say(job: socket.socket, header: Mapping[str, object]) -> None:
    job.settimeout(0)  # a caller that does not read must not hold up the others
    with suppress(OSError), job.makefile("wb", buffering=0) as raw:
        pool.put(raw, header)


def _limits(module: ModuleType, given: tuple[int, float, int] | None) -> Limits:
    limits: Limits = Limits(*given) if given else getattr(module, "LIMITS", Limits())
    return limits


def _settle() -> None:
    """Wait for helper threads to end; with one left, forking would copy its locks, locked."""
    until = time.monotonic() + 5
    while confine.threads() > 1:
        if time.monotonic() > until:
            raise RuntimeError("a module keeps a thread running")
        time.sleep(0.002)


def _readable(modules: Mapping[str, ModuleType]) -> list[str]:
    """Return what a child may read: code, fonts and templates; never the data of a site."""
    code = [str(Path(module.__file__).parent) for module in modules.values() if module.__file__]
    installed = [sys.prefix, sys.base_prefix, *site.getsitepackages(), site.getusersitepackages()]
    system = ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib"]
    ours = [str(Path(config.__file__).parent), str(config.share("templates")), str(Path.cwd())]
    return [*code, *installed, *system, *ours]


def main() -> int:
    """Run until the parent ends; return the exit status."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    folder = Path.cwd()  # the one who started us may be faster to remove it
    warm = _Warm(control, int(sys.argv[2]), int(sys.argv[3]))
    try:
        try:
            told = warm.load(sys.argv[4:])
        except BaseException as error:  # noqa: BLE001 - said to the one who started us
            control.send(json.dumps({"failed": f"{error} ({_place(error)})"[:3000]}).encode())
            return 3
        control.send(json.dumps({"ready": True, "warnings": told}).encode())
        warm.serve()
    finally:
        warm.end()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
