"""The queue: it tells a worker which job is due. Only ids pass; the rows are the truth."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.consumer import Consumer, Scheduler
from huey.registry import Message
from huey.serializer import Serializer
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

from api.errors import Unavailable
from api.infra.database import POSTGRES_ARGS, Impatient

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "undersigned"
MEND = "Start it, or mend UNDERSIGNED_QUEUE_URL."
SWEEP_SECONDS = 5
ANSWER_SECONDS = 5.0  # a request waits so long for the queue; what is due is found without it too
STOP_SECONDS = 30  # what a worker that is told to stop may still finish; the lease keeps the rest


class QueueBroken(Unavailable):
    """The queue refuses or does not answer."""

    title = "The queue does not answer"


class Queue:
    """Carries the ids of jobs from the processes that promise them to those that do them."""

    def __init__(self, url: str) -> None:
        """Open the queue of a URL: sqlite:////file, redis://… or postgresql://…."""
        self._url = url
        self._act: Callable[[UUID], None] | None = None
        self._opened: Huey | None = None
        self._again_at = 0.0  # of the monotonic clock: it is not asked before

    def send(self, job_id: UUID) -> None:
        """Say that a job is due, or raise QueueBroken."""
        if time.monotonic() < self._again_at:  # a request that promises several waits once
            raise QueueBroken(MEND)
        try:
            self._huey.enqueue(self._task.s(str(job_id)))
        except Exception as fault:  # each kind of queue has errors of its own
            self._again_at = time.monotonic() + SWEEP_SECONDS
            raise QueueBroken(MEND) from fault

    def size(self) -> int:
        """Return how many ids wait, or raise QueueBroken."""
        try:
            return int(self._huey.pending_count())
        except Exception as fault:
            raise QueueBroken(MEND) from fault

    def work(self, act: Callable[[UUID], None], sweep: Callable[[], None], threads: int) -> None:
        """Do the jobs whose ids come, and sweep every few seconds, until a signal ends it."""
        self._act = act
        _Consumer.sweep = staticmethod(sweep)
        _Consumer(
            self._huey,
            workers=threads,
            periodic=False,
            max_delay=1.0,
            graceful_signal="TERM",
            shutdown_timeout=STOP_SECONDS,
        ).run()

    def close(self) -> None:
        """Let go of its connection, if it was opened."""
        if self._opened is not None:
            self._opened.storage.close()

    @property
    def _huey(self) -> Huey:
        """Open it at first use: most commands never promise anything."""
        if self._opened is None:
            self._opened = _opened(self._url)
            self._task = self._opened.task(name="run")(self._run)
        return self._opened

    def _run(self, job_id: str) -> None:
        if self._act is not None:
            self._act(UUID(job_id))


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
    scheduler_class = _Sweeper
    sweep: Callable[[], None]


def _opened(url: str) -> Huey:
    how = {"results": False, "serializer": _Plain()}
    if url.startswith("sqlite:///"):
        return SqliteHuey(NAME, filename=url.removeprefix("sqlite:///"), fsync=True, **how)
    if url.startswith("postgresql://"):
        return PostgresHuey(NAME, connection=lambda: _connected(url), table_prefix="queue", **how)
    pool = ConnectionPool.from_url(
        url,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1),  # a connection that a restart cut
    )
    return RedisHuey(NAME, connection_pool=pool, **how)


def _connected(url: str) -> Impatient:
    connection = Impatient.connect(url, **POSTGRES_ARGS)
    connection.patience = ANSWER_SECONDS
    return connection
