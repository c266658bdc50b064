"""A module for the limited child that tries what a taken-over layout would try."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.errors import Code, Fault, Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

_libc = ctypes.CDLL(None, use_errno=True)


def run(payload: dict[str, Any], blobs: dict[str, bytes]) -> bytes:
    return str(_DEEDS[payload["do"]](payload, blobs)).encode()


def _echo(payload: dict[str, Any], blobs: dict[str, bytes]) -> str:
    return f"{payload['say']}:" + ",".join(f"{name}={len(blobs[name])}" for name in sorted(blobs))


def _nap(payload: dict[str, Any], _: dict[str, bytes]) -> int:
    time.sleep(payload["seconds"])
    return os.getpid()


def _spin(_: dict[str, Any], __: dict[str, bytes]) -> None:
    while True:
        pass


def _hoard(payload: dict[str, Any], _: dict[str, bytes]) -> int:
    kept = [bytes(1 << 20) for _ in range(payload["megabytes"])]
    return len(kept)


def _nest(payload: dict[str, Any], blobs: dict[str, bytes]) -> Any:
    return _nest(payload, blobs)


def _refuse(_: dict[str, Any], __: dict[str, bytes]) -> None:
    raise Invalid("Say it shorter.", [Fault("/blocks/0", Code.TOO_LONG, "is too long", limit=9)])


def _fail(payload: dict[str, Any], _: dict[str, bytes]) -> None:
    raise ValueError(f"about {payload['person']}")


def _crash(_: dict[str, Any], __: dict[str, bytes]) -> None:
    os.abort()


def _flood(_: dict[str, Any], __: dict[str, bytes]) -> str:
    return "x" * (65 << 20)


def _try(
    deed: Callable[[dict[str, Any]], Any],
) -> Callable[[dict[str, Any], dict[str, bytes]], str]:
    def tried(payload: dict[str, Any], _: dict[str, bytes]) -> str:
        try:
            done = deed(payload)
        except OSError as refused:
            return f"refused {type(refused).__name__}"
        return f"did it: {done!r}"

    return tried


def _raw(name: str, *arguments: Any) -> int:
    """Call libc, past everything that Python itself would refuse."""
    outcome = int(getattr(_libc, name)(*arguments))
    if outcome < 0:
        raise OSError(ctypes.get_errno(), name)
    return outcome


def _raw_write(payload: dict[str, Any]) -> int:
    return _raw("open", payload["path"].encode(), os.O_WRONLY | os.O_CREAT, 0o600)


def _raw_process(_: dict[str, Any]) -> int:
    pid = _raw("fork")
    if not pid:
        os._exit(0)
    return pid


def _thread(_: dict[str, Any]) -> str:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    return "a thread"


_DEEDS: dict[str, Callable[[dict[str, Any], dict[str, bytes]], Any]] = {
    "echo": _echo,
    "nap": _nap,
    "spin": _spin,
    "hoard": _hoard,
    "nest": _nest,
    "refuse": _refuse,
    "fail": _fail,
    "crash": _crash,
    "flood": _flood,
    "environment": lambda _, __: sorted(os.environ),
    "descriptors": lambda _, __: [n for n in range(3, 4096) if _is_open(n)],
    "thread": _try(_thread),
    "socket": _try(lambda _: socket.socket()),
    "raw socket": _try(lambda _: _raw("socket", 2, 1, 0)),
    "raw socket pair": _try(lambda _: _raw("socketpair", 1, 1, 0, (ctypes.c_int * 2)())),
    "write": _try(lambda payload: Path(payload["path"]).write_text("x")),
    "raw write": _try(_raw_write),
    "raw folder": _try(lambda payload: _raw("mkdir", payload["path"].encode(), 0o700)),
    "raw removal": _try(lambda payload: _raw("unlink", payload["path"].encode())),
    "read": _try(lambda payload: Path(payload["path"]).read_bytes()[:20]),
    "raw read": _try(lambda payload: _raw("open", payload["path"].encode(), os.O_RDONLY)),
    "run": _try(lambda _: subprocess.run([sys.executable, "-c", ""], check=True)),
    "raw run": _try(lambda _: _raw("execl", b"/bin/true", b"true", None)),
    "raw process": _try(_raw_process),
    "kill": _try(lambda payload: os.kill(payload["pid"], signal.SIGTERM)),
    "raw kill": _try(lambda payload: _raw("kill", payload["pid"], signal.SIGTERM)),
    "raw trace": _try(lambda payload: _raw("ptrace", 16, payload["pid"], None, None)),
    "raw namespace": _try(lambda _: _raw("unshare", 0x10000000)),
    "raw memory file": _try(lambda _: _raw("memfd_create", b"x", 0)),
}


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
