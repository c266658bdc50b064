"""The limited child: what it may, what it may not, and what becomes of one that misbehaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.cli import doctor
from api.errors import Code, Fault, Invalid, Unavailable
from api.infra.sandbox import confine
from api.infra.sandbox.pool import ChildPool, LimitReached, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULE = "tests.infra.misbehaving"
SHORT = Limits(cpu_seconds=1, wall_seconds=2.0, memory_bytes=400 << 20)

needs_kernel = pytest.mark.skipif(not confine.is_complete(), reason=confine.describe())


@pytest.fixture(scope="module")
def children() -> Iterator[ChildPool]:
    with closing(ChildPool([MODULE], limits=SHORT)) as started:
        yield started


def do(children: ChildPool, deed: str, **facts: Any) -> str:
    return children.run(MODULE, {"do": deed, **facts}).decode()


def until(condition: Any, seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def family(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def folders() -> set[str]:
    return {path.name for path in Path(tempfile.gettempdir()).glob("undersigned-*")}


def python(program: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, check=False, timeout=30)  # noqa: S603 - our own interpreter


def test_a_job_gets_its_payload_and_blobs_and_answers(children: ChildPool) -> None:
    blobs = {"b": b"y" * (3 << 20), "a": b""}

    assert children.run(MODULE, {"do": "echo", "say": "Ж"}, blobs) == b"\xd0\x96:a=0,b=3145728"


def test_a_lone_surrogate_reaches_the_module(children: ChildPool) -> None:
    with pytest.raises(Unavailable, match="UnicodeEncodeError"):
        do(children, "echo", say="\ud800")


def test_what_the_module_refuses_is_refused_alike_here(children: ChildPool) -> None:
    with pytest.raises(Invalid, match="Say it shorter") as refused:
        do(children, "refuse")

    assert [str(fault) for fault in refused.value.faults] == ["/blocks/0: is too long"]
    assert refused.value.faults == [Fault("/blocks/0", Code.TOO_LONG, "is too long", limit=9)]
    assert not isinstance(refused.value, LimitReached)


def test_an_error_of_the_module_is_told_without_its_words(children: ChildPool) -> None:
    with pytest.raises(Unavailable, match=r"ValueError in misbehaving.py:\d+") as failed:
        do(children, "fail", person="Canary Name")

    assert "Canary" not in failed.value.detail


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ({"do": "spin"}, "1 seconds of computing|more than 2 seconds"),
        ({"do": "nap", "seconds": 60}, "more than 2 seconds"),
        ({"do": "hoard", "megabytes": 500}, "memory"),
        ({"do": "nest"}, "nested"),
        ({"do": "flood"}, "memory|larger than 64 MB"),
    ],
    ids=lambda value: value["do"] if isinstance(value, dict) else "",
)
def test_each_limit_ends_the_job_in_time_and_leaves_the_next_alone(
    children: ChildPool, deed: dict[str, Any], reason: str
) -> None:
    start = time.monotonic()

    with pytest.raises(LimitReached, match=reason):
        children.run(MODULE, deed)

    assert time.monotonic() - start < 12
    assert do(children, "echo", say="ok") == "ok:"


def test_a_child_that_crashes_is_unavailable_and_the_next_is_not(children: ChildPool) -> None:
    with pytest.raises(Unavailable, match="-6"):
        do(children, "crash")

    assert do(children, "echo", say="ok") == "ok:"


def test_a_module_that_was_not_loaded_does_not_run(children: ChildPool) -> None:
    with pytest.raises(Unavailable, match="os was not loaded"):
        children.run("os", {})


OUTSIDE = [
    "socket", "raw socket", "raw socket pair", "write", "raw write", "raw folder", "raw removal",
    "read", "raw read", "run", "raw run", "raw process", "kill", "raw kill", "raw trace",
    "raw namespace", "raw memory file",
]  # fmt: skip


@needs_kernel
@pytest.mark.parametrize("deed", OUTSIDE)
def test_a_child_has_no_way_out(children: ChildPool, deed: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("secret")
    path = tmp_path / "new" if deed in {"write", "raw write", "raw folder"} else mine

    answer = do(children, deed, path=str(path), pid=os.getpid())

    assert answer.startswith("refused"), answer
    assert mine.read_text() == "secret"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("deed", ["socket", "write", "read", "run", "kill"])
def test_python_itself_refuses_where_the_kernel_has_no_guards(deed: str, tmp_path: Path) -> None:
    # A process of its own, with the hook alone: it cannot be taken back.
    program = (
        "import os, sys; from api.infra.sandbox import confine;"
        "from tests.infra import misbehaving;"
        "confine._hook([sys.prefix, sys.base_prefix]);"
        "sys.stdout.buffer.write(misbehaving.run("
        f"{{'do': {deed!r}, 'path': {str(tmp_path / 'x')!r}, 'pid': os.getpid()}}, {{}}))"
    )
    (tmp_path / "x").write_text("secret")

    done = python(program)

    assert done.stdout.startswith(b"refused PermissionError"), done.stderr


@needs_kernel
@pytest.mark.parametrize("how", ["read", "raw read"])
def test_a_child_reads_neither_the_users_of_the_machine_nor_our_environment(
    children: ChildPool, how: str
) -> None:
    for path in ("/etc/passwd", f"/proc/{os.getpid()}/environ", "/proc/self/environ"):
        assert do(children, how, path=path).startswith("refused"), path


def test_a_child_may_read_the_code_and_start_threads(children: ChildPool) -> None:
    assert do(children, "read", path=str(Path(sys.prefix) / "pyvenv.cfg")).startswith("did it")
    assert do(children, "thread") == "did it: 'a thread'"


def test_a_child_inherits_no_environment_and_no_files(
    children: ChildPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERSIGNED_MASTER_KEYS", "secret")
    with closing(ChildPool([MODULE], spares=1)) as fresh:
        names = do(fresh, "environment")

    assert "UNDERSIGNED" not in names
    assert "HOME" not in names
    assert len(do(children, "descriptors").split(",")) <= 3  # its order, its job


def test_jobs_of_eight_threads_run_at_the_same_time_and_do_not_mix(children: ChildPool) -> None:
    wide = ChildPool([MODULE], at_most=8)
    with closing(wide), ThreadPoolExecutor(8) as pool:
        wide.start()
        start = time.monotonic()

        pids = list(pool.map(lambda _: do(wide, "nap", seconds=1), range(8)))

        assert time.monotonic() - start < 6  # one after the other: more than 8
        assert len(set(pids)) == 8
        said = list(pool.map(lambda n: do(wide, "echo", say=str(n)), range(40)))
        assert said == [f"{n}:" for n in range(40)]


def test_more_jobs_than_children_wait_for_their_turn() -> None:
    with closing(ChildPool([MODULE], spares=1, at_most=2)) as narrow, ThreadPoolExecutor(6) as pool:
        pids = list(pool.map(lambda _: do(narrow, "nap", seconds=0.2), range(6)))

    assert len(set(pids)) == 6


def test_a_job_cut_by_a_kill_of_the_render_process_is_done_again() -> None:
    with closing(ChildPool([MODULE], spares=1)) as mine, ThreadPoolExecutor(1) as pool:
        mine.start()
        first = mine.pid
        assert first
        napping = pool.submit(do, mine, "nap", seconds=1)
        time.sleep(0.3)
        workers = family(first)

        os.kill(first, signal.SIGKILL)

        assert int(napping.result(20)) > 0
        assert mine.pid != first
        assert until(lambda: not any(map(is_running, workers)))


def test_a_render_process_killed_while_idle_is_started_again() -> None:
    with closing(ChildPool([MODULE], spares=1)) as mine:
        assert do(mine, "echo", say="one") == "one:"
        assert mine.pid
        os.kill(mine.pid, signal.SIGKILL)

        assert do(mine, "echo", say="two") == "two:"


def test_a_killed_spare_is_replaced() -> None:
    with closing(ChildPool([MODULE], spares=2)) as mine:
        mine.start()
        assert mine.pid
        assert until(lambda: len(family(mine.pid or 0)) == 2)
        killed = family(mine.pid)
        for spare in killed:
            os.kill(spare, signal.SIGKILL)

        assert until(lambda: len(set(family(mine.pid or 0)) - set(killed)) == 2)
        assert do(mine, "echo", say="ok") == "ok:"


def test_closing_leaves_no_process_and_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # other tests make such folders too
    mine = ChildPool([MODULE])
    do(mine, "echo", say="ok")
    pid = mine.pid
    assert pid
    everyone = [pid, *family(pid)]
    assert folders()

    mine.close()

    assert until(lambda: not any(map(is_running, everyone)))
    assert not folders()
    with pytest.raises(Unavailable, match="closed"):
        do(mine, "echo", say="late")


def test_closing_ends_a_job_that_runs() -> None:
    mine = ChildPool([MODULE], spares=1)
    with ThreadPoolExecutor(1) as pool:
        mine.start()
        napping = pool.submit(do, mine, "nap", seconds=20)
        time.sleep(0.3)

        mine.close()

        with pytest.raises(Unavailable):
            napping.result(5)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_render_process_ends_with_its_parent(
    how: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    program = (
        "import time; from api.infra.sandbox.pool import ChildPool\n"
        f"c = ChildPool([{MODULE!r}]); c.start(); print(c.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:  # noqa: S603 - our own interpreter
        assert parent.stdout
        pid = int(parent.stdout.readline())
        everyone = [pid, *family(pid)]

        parent.send_signal(how)
        parent.wait()

    assert until(lambda: not any(map(is_running, everyone)))
    assert until(lambda: not folders())


def test_the_thread_that_started_it_may_end(children: ChildPool) -> None:
    with closing(ChildPool([MODULE], spares=1)) as mine:
        thread = threading.Thread(target=mine.start)
        thread.start()
        thread.join()
        time.sleep(0.2)

        assert do(mine, "echo", say="ok") == "ok:"


def test_a_fork_of_the_caller_starts_a_render_process_of_its_own(children: ChildPool) -> None:
    program = (
        "import os; from api.infra.sandbox.pool import ChildPool\n"
        f"c = ChildPool([{MODULE!r}], spares=1); c.start(); first = c.pid\n"
        "pid = os.fork()\n"
        f"answer = c.run({MODULE!r}, {{'do': 'echo', 'say': 'ok'}})\n"
        "ok = answer == b'ok:' and (c.pid == first) == bool(pid)\n"
        "c.close()\n"
        "if not pid: os._exit(0 if ok else 1)\n"
        "assert ok and os.waitpid(pid, 0)[1] == 0"
    )

    done = python(program)

    assert done.returncode == 0, done.stderr


def test_a_module_that_cannot_be_loaded_says_why() -> None:
    with closing(ChildPool(["tests.infra.no_such_module"])) as broken:
        with pytest.raises(Unavailable, match=r"no_such_module.*doctor"):
            broken.start()
        with pytest.raises(Unavailable, match=r"no_such_module.*doctor"):
            broken.run("tests.infra.no_such_module", {})


def test_a_module_has_limits_of_its_own_unless_the_handle_has(children: ChildPool) -> None:
    brief = ChildPool([MODULE], limits=replace(SHORT, wall_seconds=0.3))
    with closing(brief), pytest.raises(LimitReached, match=r"0\.3 seconds"):
        do(brief, "nap", seconds=5)


def test_the_confinement_is_told_for_the_doctor() -> None:
    assert "limited" in confine.describe()
    if confine.is_complete():
        assert "seccomp" in confine.describe()
        assert "Landlock" in confine.describe()


def test_the_doctor_advises_another_kernel_where_it_lacks_a_guard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(confine, "_landlock_version", lambda: 0)

    (found,) = (each for each in doctor.checks() if each.name == "confinement")

    assert (found.state, "Landlock" in found.what) == ("advised", False)
    assert "Landlock" in found.mend


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_jumps_nowhere_outside_itself(machine: str) -> None:
    code = confine.filter_program(machine, 1)  # what the kernel gets
    steps = [code[n : n + 8] for n in range(0, len(code), 8)]

    for place, step in enumerate(steps):
        if step[0] & 7 == 5:  # a jump
            assert place + 1 + max(step[2], step[3]) < len(steps)
    assert len(steps) < 4096
    assert steps[-1][0] == 6  # an answer
