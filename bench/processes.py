"""How long each computes: processes with all that they start, PostgreSQL, and the load itself."""

from __future__ import annotations

import os
import resource
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

TICKS = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count() or 1


@dataclass
class Spent:
    """Seconds on the clock, and those that each part computed in them."""

    seconds: float = 0.0
    ours: float = 0.0
    postgres: float = 0.0  # 0: it runs elsewhere
    load: float = 0.0

    def share(self, part: float) -> float:
        """Return how many per cent of all cores a part took."""
        return 100 * part / (self.seconds * CORES)


@contextmanager
def spent(pids: Collection[int], backends: Callable[[], Collection[int]]) -> Iterator[Spent]:
    """Measure a block; `backends` are PostgreSQL's processes, the load is what ends in it."""
    found, before = Spent(), {pid: _own(pid) for pid in backends()}
    began = _now(pids)
    yield found
    now = _now(pids)
    found.seconds, found.ours, found.load = (
        after - before for before, after in zip(began, now, strict=True)
    )
    found.postgres = sum(_own(pid) - before.get(pid, 0.0) for pid in backends())


def _now(pids: Collection[int]) -> tuple[float, float, float]:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    ours = sum(_whole(each) for pid in pids for each in _family(pid))
    return time.monotonic(), ours, used.ru_utime + used.ru_stime


def _whole(pid: int) -> float:
    """Return the seconds of a process, with those of its children that ended."""
    return sum(map(int, _stat(pid)[11:15])) / TICKS


def _own(pid: int) -> float:
    return sum(map(int, _stat(pid)[11:13])) / TICKS


def _stat(pid: int) -> list[str]:
    """Return the words of a process's line from its state on; none: it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def _family(pid: int) -> list[int]:
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        born = [int(each) for task in threads for each in (task / "children").read_text().split()]
    except OSError:
        return []
    return [pid, *(each for child in born for each in _family(child))]


def megabytes(pid: int) -> float:
    """Return the memory of a process and all it started; what several share is divided."""
    return sum(map(_proportional, _family(pid))) / (1 << 20)


def _proportional(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return sum(
        int(line.split()[1]) << 10 for line in rollup.splitlines() if line.startswith("Pss:")
    )
