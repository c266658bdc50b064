"""What several processes count in one folder, and what becomes of it when one is killed."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api.cli import watching
from api.config import Settings
from api.errors import DomainError
from api.infra import metrics
from api.infra.pdf import render
from api.infra.sandbox.pool import ChildPool, LimitReached, Limits

PROGRAM = """
import os, signal, sys
from api.infra import metrics
metrics.begin(sys.argv[1])
for _ in range(int(sys.argv[2])):
    metrics.BOUNCES.count("bounce")
    metrics.JOB_SECONDS.observe(0.2, "specimen.act")
print("counted", flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""
CHILD = "tests.infra.misbehaving"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "metrics"
    metrics.end()


def counting(folder: Path, times: int) -> subprocess.Popen[bytes]:
    """Start a process that counts so many times, and is killed when it is told to go."""
    command = [sys.executable, "-c", PROGRAM, str(folder), str(times)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 # our own interpreter
    assert process.stdout
    assert process.stdout.readline() == b"counted\n"
    return process


def kill(process: subprocess.Popen[bytes]) -> None:
    process.communicate(b"\n")


def sums(folder: Path) -> dict[str, float]:
    """Return what was counted, by the words of its labels."""
    return {
        " ".join([sample.name.removeprefix("undersigned_"), *sample.labels.values()]): sample.value
        for family in metrics.counted(str(folder))
        for sample in family.samples
    }


def test_processes_count_apart_and_are_added_up(folder: Path) -> None:
    both = [counting(folder, 2), counting(folder, 3)]

    found = sums(folder)

    assert found["bounces_total bounce"] == 5
    assert found["bounces_total complaint"] == 0
    assert found["job_seconds_count specimen.act"] == 5
    assert found["job_seconds_bucket specimen.act 0.25"] == 5
    assert found["job_seconds_bucket specimen.act 0.1"] == 0
    for each in both:
        kill(each)


def test_one_that_starts_goes_on_where_one_that_was_killed_ended(folder: Path) -> None:
    kill(counting(folder, 2))
    files = sorted(path.name for path in folder.iterdir())
    for times in (3, 4):
        kill(counting(folder, times))

    assert sums(folder)["bounces_total bounce"] == 9
    assert sorted(path.name for path in folder.iterdir()) == files
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_place_of_another_user_is_left_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def refuse(path: Path, *how: int) -> int:
        if str(path).endswith("/0.lock"):
            raise PermissionError
        return opened(path, *how)

    monkeypatch.setattr(os, "open", refuse)
    metrics.begin(str(folder))
    metrics.BOUNCES.count("bounce")

    assert {path.name for path in folder.glob("*.db")} == {"counter_1.db", "histogram_1.db"}


@pytest.mark.parametrize("content", [b"", b"\xff" * 5000, b"\x40\x1f\0\0\0\0\0\0\xf0\xff\xff\x7f"])
def test_what_a_cut_of_the_power_left_is_thrown_away(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / "counter_0.db").write_bytes(content)

    metrics.begin(str(folder))
    metrics.BOUNCES.count("bounce")

    assert sums(folder)["bounces_total bounce"] == 1


def test_what_is_counted_has_its_room_from_the_start(folder: Path) -> None:
    metrics.begin(str(folder))

    for kind, size in metrics.BYTES.items():
        kept = (folder / f"{kind}_0.db").stat()
        assert kept.st_size == size <= 512 * kept.st_blocks


def test_a_full_disk_stops_no_start_and_a_wrong_folder_does(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(
        database_url="sqlite:////nowhere",
        storage_path="/",
        master_keys=(),
        metrics_path=str(folder),
    )

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "posix_fallocate", full)
        watching.count(settings)
        metrics.BOUNCES.count("bounce")
        assert not list(folder.glob("*.db"))
    folder.parent.joinpath("file").touch()
    with pytest.raises(OSError, match="file"):
        metrics.begin(str(folder.parent / "file" / "metrics"))


def test_to_count_where_nobody_watches_does_nothing(tmp_path: Path) -> None:
    metrics.BOUNCES.count("bounce")
    metrics.JOB_SECONDS.observe(1.0, "specimen.act")
    metrics.WAIT_SECONDS.observe(1.0)

    assert sums(tmp_path) == {}


@pytest.mark.parametrize(
    ("status", "known"),
    [(200, "2xx"), (404, "4xx"), (999, "other"), (100, "other"), (None, "none")],
)
def test_a_status_is_told_by_its_class(status: int | None, known: str) -> None:
    assert metrics.status_class(status) == known


def test_the_limits_that_a_child_reaches_are_told_apart(folder: Path) -> None:
    metrics.begin(str(folder))
    short = Limits(cpu_seconds=1, wall_seconds=2.0, memory_bytes=400 << 20)
    deeds: list[dict[str, object]] = [
        {"do": "echo", "say": "x"}, {"do": "refuse"}, {"do": "fail", "person": "x"},
        {"do": "nap", "seconds": 9}, {"do": "spin"}, {"do": "hoard", "megabytes": 900},
        {"do": "nest"},
    ]  # fmt: skip
    with closing(ChildPool([CHILD], limits=short)) as children:
        for deed in deeds:
            try:
                children.run(CHILD, deed)
            except DomainError:
                continue

    found = sums(folder)
    outcomes = ("done", "refused", "failed", "time", "memory", "depth")
    assert [found[f"renders_total {each} misbehaving"] for each in outcomes] == [1, 1, 1, 2, 1, 1]
    assert found["render_seconds_count misbehaving"] == 7


def test_a_page_that_is_too_long_to_be_waited_for_is_counted(folder: Path) -> None:
    metrics.begin(str(folder))

    with closing(ChildPool([CHILD])) as children, pytest.raises(LimitReached):
        render.render(children, "x" * (render.MOST_WAITED_FOR + 1), {}, is_waited_for=True)

    assert sums(folder)["renders_total size layout"] == 1
