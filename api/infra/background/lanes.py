"""Lanes: the threads of a worker, and which job each does.

Where a lane has no receivers, it is the one whose id came. Else a job is a receiver's turn (a mail
server's, an endpoint's, a tool's), and an id says only that somebody waits. The rows say whose turn
it is: first what somebody waits for, then who had no turn yet, then whose last one is the longest
ago. A turn ends after a few seconds if others wait; its thread goes on with theirs. One that hangs
keeps its thread, and gives its place to another.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement

from api.infra.background import jobs
from api.infra.background.jobs import Job, Work
from api.infra.queue import Lane
from api.infra.runtime import runtime, thread_context

log = structlog.get_logger()
HANGS_SECONDS = 5.0  # that a turn lasts no longer than where others wait
MOST = 8  # times as many threads, with those that hang
LOOK_SECONDS = 0.05


@dataclass(eq=False)
class _Thread:
    """One that does a job, and since when."""

    began: float
    work: Work | None = None


class Threads:
    """The threads of one lane in this process.

    Receivers that failed last, and may hang again, have half of them at most. Where the lane does
    something that somebody waits for, a quarter is kept for that.
    """

    def __init__(self, lane: Lane, number: int) -> None:
        """Have so many, in the running app."""
        self._lane, self._number = lane, number
        self._within, self._queue = thread_context(), runtime().queue
        self._first = [name for name, it in jobs.kinds().items() if it.is_waited_for]
        self._at_work: list[_Thread] = []
        self._lock = threading.Lock()

    def start(self, job_id: UUID) -> None:
        """Act on an id that came, in a thread of its own, once there is room for one."""
        mine = _Thread(time.monotonic())
        while not self._has_room(mine):
            if self._queue.is_stopping:
                return
            time.sleep(LOOK_SECONDS)
        threading.Thread(target=self._act, args=(mine, job_id), daemon=True).start()

    def join(self, until: float) -> None:
        """Wait for what they are at, or until an instant of the monotonic clock."""
        while self._at_work and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)

    def _has_room(self, mine: _Thread) -> bool:
        """Count a thread in, unless all are at work."""
        with self._lock:
            if len(self._in_time()) >= self._number or len(self._at_work) >= MOST * self._number:
                return False
            self._at_work.append(mine)
            return True

    def _in_time(self) -> list[_Thread]:
        """Return those that hang in nothing; who computes for long does not hang."""
        if not self._lane.has_receivers:
            return self._at_work
        since = time.monotonic() - HANGS_SECONDS
        return [each for each in self._at_work if each.began > since]

    def _act(self, mine: _Thread, job_id: UUID) -> None:
        try:
            with self._within():
                if not self._lane.has_receivers:
                    jobs.run(job_id)
                while self._lane.has_receivers and (work := self._next(mine)):
                    jobs.do(work)
        except Exception as fault:  # noqa: BLE001 # the sweeper sends it again
            log.warning("job not begun", job=str(job_id), error=type(fault).__name__)
        finally:
            with self._lock:
                self._at_work.remove(mine)

    def _next(self, mine: _Thread) -> Work | None:
        """Lease the job whose turn it is, unless others have this thread's place by now."""
        order = (Job.kind.not_in(self._first), Job.worker.is_not(None), Job.run_after, Job.id)
        with self._lock:
            mine.work, mine.began = None, time.monotonic()
            if len(self._in_time()) > self._number or self._queue.is_stopping:
                return None
            mine.work = jobs.lease(jobs.is_of(self._lane), *self._only(), order=order)
            return mine.work

    def _only(self) -> Iterator[ColumnElement[bool]]:
        """Yield what a job must be to be begun beside those that are at work."""
        in_time = [each.work for each in self._in_time() if each.work]
        others = [work for work in in_time if work.kind not in self._first]
        has_first = any(jobs.lane_of(kind) is self._lane for kind in self._first)
        if has_first and len(others) >= self._number - self._number // 4:
            yield Job.kind.in_(self._first)
        failed = [each for each in self._at_work if each.work and each.work.has_failed]
        if len(failed) >= max(1, self._number // 2):
            yield Job.fault.is_(None)
