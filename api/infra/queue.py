"""The queue: it tells a worker that something is due. Only ids pass; the rows are the truth.

It has lanes, one a kind of work, each with threads of its own in the workers that serve it: what
waits for a slow receiver takes no thread from what takes a moment (promise 21).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from uuid import UUID

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.api import TaskWrapper
from huey.consumer import Consumer, Scheduler, Worker
from huey.registry import Message
from huey.serializer import Serializer
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

from api.errors import Unavailable
from api.infra.database.drivers import POSTGRES_ARGS, Impatient

Act = Callable[["Lane", UUID], None]

NAME = "undersigned"
MEND = "Start it, or mend UNDERSIGNED_QUEUE_URL."
SWEEP_SECONDS = 5
ANSWER_SECONDS = 5.0  # a request waits so long for the queue; what is due is found without it too
STOP_SECONDS = 30  # what a worker that is told to stop may still finish; the lease keeps the rest


class Lane(StrEnum):
    """A kind of work, which workers can be given to."""

    SHORT = "short"  # takes a moment, and no receiver can hold it up
    LETTERS = "letters"  # to mail servers, and what comes back of them
    DELIVERIES = "deliveries"  # to webhooks
    PUSHES = "pushes"  # to mailing tools
    DOCUMENTS = "documents"  # prints, searches, erases, clears away: may last

    @property
    def has_receivers(self) -> bool:
        """Whether its jobs are turns of receivers, who may be slow or hang."""
        return self in {Lane.LETTERS, Lane.DELIVERIES, Lane.PUSHES}


# For each of `--threads`; senders mostly wait, and hold no connection to the database meanwhile.
THREADS = {Lane.LETTERS: 4, Lane.DELIVERIES: 16, Lane.PUSHES: 4}
CONNECTIONS = 7  # to the database, for each of `--threads`


def threads_of(lane: Lane, threads: int) -> int:
    """Return how many threads a lane has in a worker that was given so many."""
    return threads * THREADS.get(lane, 1)


class QueueBroken(Unavailable, title="The queue does not answer"):
    """The queue refuses or does not answer."""


class Queue:
    """Carries the ids of jobs from the processes that promise them to those that do them."""

    def __init__(self, url: str) -> None:
        """Open the queue of a URL: sqlite:////file, redis://… or postgresql://…."""
        self._url = url
        self._act: Act
        self._stopping = threading.Event()
        self._opened: dict[Lane, tuple[Huey, TaskWrapper]] = {}
        self._again_at = 0.0  # of the monotonic clock: it is not asked before

    def send(self, lane: Lane, job_id: UUID) -> None:
        """Say that a job is due, or raise QueueBroken."""
        if time.monotonic() < self._again_at:  # a request that promises several waits once
            raise QueueBroken(MEND)
        try:
            huey, task = self._lane(lane)
            huey.enqueue(task.s(str(job_id)))
        except Exception as fault:  # each kind of queue has errors of its own
            self._again_at = time.monotonic() + SWEEP_SECONDS
            raise QueueBroken(MEND) from fault

    def size(self, lane: Lane = Lane.SHORT) -> int:
        """Return how many ids wait in a lane, or raise QueueBroken."""
        try:
            return int(self._lane(lane)[0].pending_count())
        except Exception as fault:
            raise QueueBroken(MEND) from fault

    def work(self, act: Act, sweep: Callable[[], None], lanes: Sequence[Lane]) -> None:
        """Act on the ids that come in these lanes, each apart, until a signal ends it.

        An act that waits lets others take what comes. It sweeps every few seconds.
        """
        _Consumer.sweep = staticmethod(sweep)
        consumer = _Consumer(
            [self._lane(lane)[0] for lane in lanes],
            periodic=False,
            max_delay=1.0,
            graceful_signal="TERM",
            shutdown_timeout=STOP_SECONDS,
        )
        self._act, self._stopping = act, consumer.stop_flag
        consumer.run()

    @property
    def is_stopping(self) -> bool:
        """Whether the worker was told to stop."""
        return self._stopping.is_set()

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

    def _run(self, lane: Lane, job_id: str, _: str = "") -> None:
        self._act(lane, UUID(job_id))


class _Plain(Serializer):  # type: ignore[misc] # Huey ships no types
    """Huey pickles, and so runs what a stranger who reaches the queue puts there; we do not."""

    def _serialize(self, message: Message) -> bytes:
        return json.dumps([message.id, message.name, list(message.args)]).encode()

    def _deserialize(self, data: bytes) -> Message:
        task_id, name, args = json.loads(data)
        return Message(task_id, name, args=tuple(args), kwargs={})


class _Sweeper(Scheduler):  # type: ignore[misc] # Huey ships no types
    """Stands where Huey's scheduler would: what is due later waits in its row."""

    def loop(self, now: object = None) -> None:
        del now
        _Consumer.sweep()
        self.stop_flag.wait(SWEEP_SECONDS)


class _Consumer(Consumer):  # type: ignore[misc] # Huey ships no types
    """Listens to several lanes, a thread each, where Huey's own listens to one.

    They are not consumers of their own, as of two in a process only the last hears a signal.
    """

    scheduler_class = _Sweeper
    sweep: Callable[[], None]

    def __init__(self, lanes: Sequence[Huey], **how: object) -> None:
        """Listen to these."""
        self._lanes = {id(each): each for each in lanes}
        super().__init__(lanes[0], workers=len(lanes), **how)

    def _create_worker(self) -> Worker:
        """Make one for a lane that lacks it, at the start and where one died."""
        there = {
            id(worker.huey)
            for worker, thread in self.worker_threads
            if thread.ident is None or thread.is_alive()  # it has not been started, or lives
        }
        lacking = next(each for key, each in self._lanes.items() if key not in there)
        return Worker(lacking, self.stop_flag, self.default_delay, self.max_delay, self.backoff)


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
