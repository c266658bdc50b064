"""Gives up a process's ways out for good: limits, seccomp, Landlock, and Python's own hooks."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# System calls that a layout never needs, with their numbers on x86_64 and on aarch64 ("-": none).
# Source: Linux, arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
_REFUSED = """
socket 41 198, connect 42 203, accept 43 202, accept4 288 242, sendto 44 206, sendmsg 46 211,
sendmmsg 307 269, recvmsg 47 212, bind 49 200, listen 50 201, socketpair 53 199, setsockopt 54 208,
fork 57 -, vfork 58 -, execve 59 221, execveat 322 281, ptrace 101 117, kcmp 312 272,
process_vm_readv 310 270, process_vm_writev 311 271, kill 62 129, tkill 200 130,
rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297 240, pidfd_send_signal 424 424, pidfd_open 434 434,
pidfd_getfd 438 438, creat 85 -, mkdir 83 -, mkdirat 258 34, mknod 133 -, mknodat 259 33,
rmdir 84 -, unlink 87 -, unlinkat 263 35, rename 82 -, renameat 264 38, renameat2 316 276,
link 86 -, linkat 265 37, symlink 88 -, symlinkat 266 36, truncate 76 45, ftruncate 77 46,
chmod 90 -, fchmod 91 52, fchmodat 268 53, fchmodat2 452 452, chown 92 -, fchown 93 55, lchown 94 -,
fchownat 260 54, utime 132 -, utimes 235 -, futimesat 261 -, utimensat 280 88, setxattr 188 5,
lsetxattr 189 6, fsetxattr 190 7, removexattr 197 14, lremovexattr 198 15, fremovexattr 199 16,
memfd_create 319 279, memfd_secret 447 447, shmget 29 194, msgget 68 186, semget 64 190,
mq_open 240 180, mount 165 40, umount2 166 39, pivot_root 155 41, chroot 161 51, open_tree 428 428,
move_mount 429 429, fsopen 430 430, fsconfig 431 431, fsmount 432 432, fspick 433 433,
mount_setattr 442 442, open_by_handle_at 304 265, unshare 272 97, setns 308 268, keyctl 250 219,
add_key 248 217, request_key 249 218, bpf 321 280, perf_event_open 298 241, userfaultfd 323 282,
io_uring_setup 425 425, io_uring_enter 426 426, io_uring_register 427 427, personality 135 92,
setpriority 141 140, init_module 175 105, finit_module 313 273, delete_module 176 106,
kexec_load 246 104, kexec_file_load 320 294, reboot 169 142, swapon 167 224, acct 163 89
"""
_UNKNOWN = "clone3 435 435, openat2 437 437"  # answered with ENOSYS, so that libc takes the old way
# Calls whose arguments decide.
_JUDGED = "clone 56 220, open 2 -, openat 257 56, tgkill 234 131, prlimit64 302 261"

_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column, AUDIT_ARCH_…
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_X32 = 0x40000000  # a second numbering of the same calls on x86_64
_CLONE_THREAD = 0x00010000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

_SET_DEATH_SIGNAL, _SET_DUMPABLE, _SET_SECCOMP, _SET_NO_NEW_PRIVS = 1, 4, 22, 38
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_WITH_SOCKETS = 4  # the version of Landlock that learnt to refuse TCP
_READ = 0b1100  # LANDLOCK_ACCESS_FS_READ_FILE and READ_DIR

# What Python refuses by itself, where the kernel's own guards are missing.
_HOOKED = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "os.kill")

_HEADROOM = 64 << 20  # bytes that a child may still take to say that it has no memory


class Unconfined(Exception):
    """The kernel offered a guard and then refused it."""


def describe() -> str:
    """Say what keeps a child in on this machine, for `undersigned doctor`."""
    has = [
        *(["system calls filtered (seccomp)"] if _has_seccomp() else []),
        *(["files limited (Landlock)"] if _landlock_version() else []),
        "time and memory limited",
        "Python's audit hook",
    ]
    return ", ".join(has)


def is_complete() -> bool:
    """Tell whether the kernel itself shuts both the network and the files."""
    return _has_seccomp() and _landlock_version() > 0


def threads() -> int:
    """Count this process's threads, those of C libraries too."""
    return sum(1 for _ in Path("/proc/self/task").iterdir())


def die_with(parent: int) -> None:
    """Have the kernel end this process when `parent`, a single-threaded process, ends."""
    _libc().prctl(_SET_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it was quicker than we were
        os._exit(1)


def limit(*, cpu_seconds: int, memory_bytes: int) -> None:
    """Cap processor time, address space, files and core dumps of this process."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes + _HEADROOM))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    if not _has_seccomp():  # with it, threads (Pango's) may start and processes may not
        resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))


def open_headroom() -> None:
    """Give a process that ran out of memory a little more, to say so."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def shut(readable: Sequence[str]) -> None:
    """Leave this process only its open files, its memory, and reading below `readable`."""
    libc = _libc()
    libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    roots = sorted({str(Path(path).resolve()) for path in readable if Path(path).exists()})
    if version := _landlock_version():
        _landlock(version, roots)
    if _has_seccomp():
        _seccomp()
    _hook(roots)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _has_seccomp() -> bool:
    if platform.machine() not in _MACHINES or sys.byteorder != "little":
        return False
    # No program at all: a kernel that has filters complains of the address, others of the call.
    refused = _libc().prctl(_SET_SECCOMP, 2, None, 0, 0)
    return bool(refused) and ctypes.get_errno() == errno.EFAULT


def _seccomp() -> None:
    code = filter_program(platform.machine(), os.getpid())
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))
    if _libc().prctl(_SET_SECCOMP, 2, program, 0, 0):
        raise Unconfined(f"seccomp: {os.strerror(ctypes.get_errno())}")


def filter_program(machine: str, pid: int) -> bytes:
    """Return the filter as classic BPF. Source: Linux, Documentation/userspace-api/seccomp_filter.

    Each rule is whole in itself: a jump past its end, or an answer.
    """
    column, arch = _MACHINES[machine]
    judged = _numbers(_JUDGED, column)
    refuse, allow = (_RETURN, 0, 0, _ERRNO | errno.EPERM), (_RETURN, 0, 0, _ALLOW)
    code: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, 4),  # seccomp_data.arch
        (_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # seccomp_data.nr
    ]
    if machine == "x86_64":
        code += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    for number in _numbers(_REFUSED, column).values():
        code += [(_EQUAL, 0, 1, number), refuse]
    for number in _numbers(_UNKNOWN, column).values():
        code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    for name, place, test in (
        ("clone", 0, (_ANY_BIT, 1, 0, _CLONE_THREAD)),  # threads, no processes
        ("open", 1, (_ANY_BIT, 0, 1, _WRITING)),
        ("openat", 2, (_ANY_BIT, 0, 1, _WRITING)),
        ("tgkill", 0, (_EQUAL, 1, 0, pid)),  # abort() is a signal to oneself
        ("prlimit64", 0, (_EQUAL, 1, 0, 0)),  # one's own limits
    ):
        if name in judged:
            argument = (_LOAD, 0, 0, 16 + 8 * place)  # its low half
            code += [(_EQUAL, 0, 4, judged[name]), argument, test, refuse, allow]
    return b"".join(struct.pack("HBBI", *step) for step in [*code, allow])


def _numbers(table: str, column: int) -> dict[str, int]:
    rows = [row.split() for row in table.split(",")]
    return {row[0]: int(row[1 + column]) for row in rows if row[1 + column] != "-"}


def _landlock_version() -> int:
    """Return the ABI's version, 0 where the kernel has none or does not use it."""
    return max(0, _call(_LANDLOCK_CREATE, 0, 0, 1))


def _landlock(version: int, roots: Sequence[str]) -> None:
    # Source: Linux, Documentation/userspace-api/landlock.rst. Bits grew with the versions.
    handled = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    sockets = 0b11  # LANDLOCK_ACCESS_NET_BIND_TCP and CONNECT_TCP
    rules = (
        struct.pack("QQ", handled, sockets)
        if version >= _WITH_SOCKETS
        else struct.pack("Q", handled)
    )
    buffer = ctypes.create_string_buffer(rules, len(rules))
    ruleset = _call(_LANDLOCK_CREATE, ctypes.addressof(buffer), len(rules), 0)
    for root in roots:
        folder = os.open(root, os.O_PATH | os.O_CLOEXEC)
        rule = ctypes.create_string_buffer(struct.pack("=Qi", _READ, folder), 12)
        _call(_LANDLOCK_ADD, ruleset, 1, ctypes.addressof(rule), 0)
        os.close(folder)
    if _call(_LANDLOCK_RESTRICT, ruleset, 0):
        raise Unconfined(f"Landlock: {os.strerror(ctypes.get_errno())}")
    os.close(ruleset)


def _call(number: int, *arguments: int) -> int:
    return int(_libc().syscall(number, *(ctypes.c_size_t(value) for value in arguments)))


def _hook(roots: Sequence[str]) -> None:
    inside = tuple(f"{root}/" for root in roots)

    def check(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            _check_open(inside, *arguments)
        elif event.startswith(_HOOKED):
            raise PermissionError(errno.EPERM, f"A layout may not use {event}")

    sys.addaudithook(check)


def _check_open(
    inside: tuple[str, ...], path: str | bytes | int, _mode: str | None, flags: int
) -> None:
    if isinstance(path, int):  # a file that is open already
        return
    if flags & _WRITING or not os.path.realpath(os.fsdecode(path)).startswith(inside):
        raise PermissionError(errno.EPERM, "A layout may not open this file")
