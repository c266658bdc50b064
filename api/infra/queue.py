"""The queue: it tells a worker which job is due. Only ids pass; the rows are the truth.

It has lanes, each with threads of its own in every worker: what waits for a slow receiver takes no
thread from what takes a moment (promise 21).
"""

from __future__ import annotations

import json
import time
from collections import Counter
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.consumer import Consumer, Scheduler, Worker
from huey.registry import Message
from huey.serializer import Serializer
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

from api.errors import Unavailable
from api.infra.database.drivers import POSTGRES_ARGS, Impatient

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from huey.api import TaskWrapper

    Act = Callable[["Lane", UUID, UUID | None], None]

NAME = "undersigned"
MEND = "Start it, or mend UNDERSIGNED_QUEUE_URL."
SWEEP_SECONDS = 5
ANSWER_SECONDS = 5.0  # a request waits so long for the queue; what is due is found without it too
STOP_SECONDS = 30  # what a worker that is told to stop may still finish; the lease keeps the rest


class Lane(StrEnum):
    """A kind of work that has threads of its own."""

    SHORT = "short"  # takes a moment, and no receiver can hold it up
    LETTERS = "letters"  # that somebody waits for
    BULK = "bulk"  # letters to many
    DELIVERIES = "deliveries"  # to webhooks; each endpoint has a thread beside it anyway
    PUSHES = "pushes"  # to mailing tools
    MAILBOXES = "mailboxes"  # that letters come back to
    LONG = "long"  # prints, searches, erases, clears away


def threads_of(lane: Lane, threads: int) -> int:
    """Return how many threads a lane has in a worker that was given so many."""
    if lane in {Lane.DELIVERIES, Lane.MAILBOXES}:
        return 1  # which starts others
    # A server that hangs holds a thread for minutes, and people wait for these.
    return 2 * threads if lane is Lane.LETTERS else threads


def threads_of_all(threads: int) -> int:
    """Return how many threads such a worker has for its lanes."""
    return sum(threads_of(lane, threads) for lane in Lane)


class QueueBroken(Unavailable):
    """The queue refuses or does not answer."""

    title = "The queue does not answer"


class Queue:
    """Carries the ids of jobs from the processes that promise them to those that do them."""

    def __init__(self, url: str) -> None:
        """Open the queue of a URL: sqlite:////file, redis://… or postgresql://…."""
        self._url = url
        self._act: Act | None = None
        self._opened: dict[Lane, tuple[Huey, TaskWrapper]] = {}
        self._again_at = 0.0  # of the monotonic clock: it is not asked before

    def send(self, lane: Lane, job_id: UUID, lease: UUID | None) -> None:
        """Say that a job is due which `lease` had last, or raise QueueBroken."""
        if time.monotonic() < self._again_at:  # a request that promises several waits once
            raise QueueBroken(MEND)
        try:
            huey, task = self._lane(lane)
            huey.enqueue(task.s(str(job_id), str(lease or "")))
        except Exception as fault:  # each kind of queue has errors of its own
            self._again_at = time.monotonic() + SWEEP_SECONDS
            raise QueueBroken(MEND) from fault

    def size(self, lane: Lane = Lane.SHORT) -> int:
        """Return how many ids wait in a lane, or raise QueueBroken."""
        try:
            return int(self._lane(lane)[0].pending_count())
        except Exception as fault:
            raise QueueBroken(MEND) from fault

    def work(self, act: Act, sweep: Callable[[], None], threads: int) -> None:
        """Do the jobs whose ids come, and sweep every few seconds, until a signal ends it."""
        self._act = act
        _Consumer.sweep = staticmethod(sweep)
        _Consumer(
            [self._lane(lane)[0] for lane in Lane for _ in range(threads_of(lane, threads))],
            periodic=False,
            max_delay=1.0,
            graceful_signal="TERM",
            shutdown_timeout=STOP_SECONDS,
        ).run()

    def close(self) -> None:
        """Let go of its connections, if any were opened."""
        for huey, _ in self._opened.values():
            huey.storage.close()

    def _lane(self, lane: Lane) -> tuple[Huey, TaskWrapper]:
        """Open a lane at first use: most commands never promise anything."""
        if lane not in self._opened:
            huey = _opened(self._url, NAME if lane is Lane.SHORT else f"{NAME}-{lane}")
            self._opened[lane] = huey, huey.task(name="run")(partial(self._run, lane))
        return self._opened[lane]

    def _run(self, lane: Lane, job_id: str, lease: str = "") -> None:
        if self._act is not None:
            self._act(lane, UUID(job_id), UUID(lease) if lease else None)


class _Plain(Serializer):  # type: ignore[misc] # Huey ships no types
    """Huey pickles, and so runs what a stranger who reaches the queue puts there; we do not."""

    def _serialize(self, message: Message) -> bytes:
        return json.dumps([message.id, message.name, list(message.args)]).encode()

    def _deserialize(self, data: bytes) -> Message:
        task_id, name, args = json.loads(data)
        return Message(task_id, name, args=tuple(args), kwargs={})


class _Sweeper(Scheduler):  # type: ignore[misc] # Huey ships no types
    """Stands where Huey's scheduler would: what is due later waits in its row."""

    def loop(self, now: Any = None) -> None:
        del now
        _Consumer.sweep()
        self.stop_flag.wait(SWEEP_SECONDS)


class _Consumer(Consumer):  # type: ignore[misc] # Huey ships no types
    """Has threads for several lanes, where Huey's own has them for one."""

    scheduler_class = _Sweeper
    sweep: Callable[[], None]

    def __init__(self, lanes: Sequence[Huey], **how: Any) -> None:
        """Have a thread for each of these, which may come several times."""
        self._wanted = Counter(map(id, lanes))
        self._lanes = {id(each): each for each in lanes}
        super().__init__(lanes[0], workers=len(lanes), **how)

    def _create_worker(self) -> Worker:
        """Make a worker for a lane that lacks one, at the start and where one died."""
        there = Counter(
            id(worker.huey)
            for worker, thread in self.worker_threads
            if thread.ident is None or thread.is_alive()  # it has not been started, or lives
        )
        (lacking, *_) = (self._wanted - there).elements()
        return Worker(
            self._lanes[lacking], self.stop_flag, self.default_delay, self.max_delay, self.backoff
        )


def _opened(url: str, name: str) -> Huey:
    how = {"results": False, "serializer": _Plain()}
    if url.startswith("sqlite:///"):
        return SqliteHuey(name, filename=url.removeprefix("sqlite:///"), fsync=True, **how)
    if url.startswith("postgresql://"):
        return PostgresHuey(name, connection=lambda: _connected(url), table_prefix="queue", **how)
    pool = ConnectionPool.from_url(
        url,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1),  # a connection that a restart cut
    )
    return RedisHuey(name, connection_pool=pool, **how)


def _connected(url: str) -> Impatient:
    connection = Impatient.connect(url, **POSTGRES_ARGS)
    connection.patience = ANSWER_SECONDS
    return connection
