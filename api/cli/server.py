"""The HTTP server: waitress, in a process that shares its listening socket with others.

Why it, and what was measured: docs/decisions, "A server that waits for nobody".
"""

from __future__ import annotations

import logging
import resource
import signal
import socket
import time
import traceback
from contextlib import suppress
from pathlib import Path
from types import FrameType
from wsgiref.types import WSGIApplication

import structlog
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from api.cli.channel import MOST_OF_A_HEAD, Channel, Stage

log = structlog.get_logger()
MOST_CONNECTIONS = 2000
OTHER_FILES = 100  # of the database, the storage, the render process
MOST_OF_A_BODY = 21_000_000  # more than any address takes; most take far less
MOST_KEPT_BYTES = 256 << 20  # of what clients sent or do not read, in this process
WAITING_BYTES = 1 << 20  # of one answer; the thread that makes more waits for the reader
NEVER_TO_DISK = 1 << 40  # what is sent and asked is in clear, and waitress's files would be too
STOP_SECONDS = 30.0  # for requests that run when it is told to stop
LOOK_SECONDS = 1.0
HEALTH = "/healthz"  # a process whose threads are all busy lives, and says so at once
TAKEN_AT_ONCE = 8


def run(application: WSGIApplication, listening: socket.socket, threads: int) -> None:
    """Serve until a signal ends it, and then finish what was begun."""
    quiet()
    server = Server(application, listening, threads)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, server.stop)
    server.run()


def quiet() -> None:
    """Have waitress log where and what kind only: its words hold paths, heads and addresses."""
    logger = logging.getLogger("waitress")
    logger.handlers, logger.propagate = [_WithoutValues(logging.WARNING)], False
    logging.getLogger("waitress.queue").disabled = True  # a line for each request that waits


class _WithoutValues(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        facts: dict[str, object] = {"at": [f"{record.module}.py:{record.lineno}"]}
        if record.exc_info and record.exc_info[0] is not None:
            places = traceback.extract_tb(record.exc_info[2])[-8:]
            facts["at"] = [f"{Path(each.filename).name}:{each.lineno}" for each in places]
            facts["error"] = record.exc_info[0].__name__
        log.log(record.levelno, "server", **facts)


class Server(TcpWSGIServer):  # type: ignore[misc] # waitress ships no types
    """Accepts, reads and writes on one thread, and has `threads` others for the application.

    One more does nothing but tell that the process lives.
    """

    channel_class = Channel
    is_counted = True  # how long requests wait here
    next_channel_cleanup = float("inf")  # waitress's own is no match for ours

    def __init__(
        self,
        application: WSGIApplication,
        listening: socket.socket,
        threads: int,
        most: int = MOST_CONNECTIONS,
    ) -> None:
        """Take connections from a socket that listens; others may take from it too."""
        dispatcher, self._for_health = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        dispatcher.set_thread_count(threads)
        self._for_health.set_thread_count(1)
        self.is_stopping = False
        self._look_at = 0.0
        super().__init__(
            application,
            map={},
            _sock=listening,
            dispatcher=dispatcher,
            adj=Adjustments(
                sockets=[listening],
                threads=threads,
                connection_limit=min(most, _files() - OTHER_FILES),
                asyncore_use_poll=True,
                max_request_header_size=MOST_OF_A_HEAD,
                max_request_body_size=MOST_OF_A_BODY,
                inbuf_overflow=NEVER_TO_DISK,
                outbuf_overflow=NEVER_TO_DISK,
                outbuf_high_watermark=WAITING_BYTES,
                log_socket_errors=False,
                clear_untrusted_proxy_headers=False,  # api.app believes them or not
                ident=None,
            ),
            sockinfo=(listening.family, listening.type, 0, listening.getsockname()),
            bind_socket=False,
        )

    def stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        """Take no more requests, and return from `run` when those that run are done."""
        del number, frame
        if not self.is_stopping:
            self.is_stopping = True
            with suppress(OSError):  # `run` may have returned by now, and closed the trigger
                self.pull_trigger()

    def run(self) -> None:
        """Serve until it is stopped."""
        while not self.is_stopping:
            self._turn()
        self.accepting = False
        wasyncore.dispatcher.close(self)  # not the trigger, which ends the wait of a turn
        until = time.monotonic() + STOP_SECONDS
        while (busy := self._close_idle()) and time.monotonic() < until:
            self._turn()
        if busy:
            log.warning("requests cut", number=busy)
        self.task_dispatcher.set_thread_count(0)
        self._for_health.set_thread_count(0)
        wasyncore.close_all(self._map)  # the trigger, and who is cut

    def add_task(self, task: Channel) -> None:
        """Have a request wait for a thread."""
        task.asked_at = time.monotonic()
        if task.requests[0].path == HEALTH:
            self._for_health.add_task(task)
        else:
            super().add_task(task)

    def handle_accept(self) -> None:
        """Take some of those that wait; the others are for the other processes."""
        for _ in range(TAKEN_AT_ONCE):
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before:
                return

    def _turn(self) -> None:
        # Closed here only: in the midst of a turn, a new connection may get the number of one that
        # was closed, and what was heard of that one.
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            self._end_late(now)
        if self.accepting:
            self._make_room()
        wasyncore.loop(timeout=LOOK_SECONDS, use_poll=True, map=self._map, count=1)

    def _close_idle(self) -> int:
        """Close who waits for nothing; return how many do wait."""
        channels: list[Channel] = list(self.active_channels.values())
        for channel in channels:
            if channel.stage in {Stage.IDLE, Stage.HEAD} and not channel.is_ending:
                channel.end()
        return len(self.active_channels)

    def _make_room(self) -> None:
        """Close some where all places are taken: the idle, who lose nothing, longest idle first.

        Where these are not enough, the largest of the other groups loses its oldest. So a flood of
        half heads takes no place of who sends a body or reads, nor the other way round, and who
        just came stays. Where most are served, nobody goes: who comes waits to be taken.
        """
        over = len(self._map) + TAKEN_AT_ONCE + 1 - self.adj.connection_limit
        if over <= 0:
            return
        groups: dict[Stage, list[Channel]] = {stage: [] for stage in Stage}
        for channel in self._oldest_first():
            groups[channel.stage].append(channel)
        idle, served = groups.pop(Stage.IDLE), groups[Stage.SERVED]
        largest = max(groups.values(), key=len)
        for channel in [*idle, *(largest if largest is not served else [])][:over]:
            channel.end()

    def _end_late(self, now: float) -> None:
        """Close those that are late, and the largest while what is kept takes too much memory."""
        for channel in self._oldest_first():
            channel.end_if_late(now)
        sizes = {channel: channel.kept_bytes for channel in self._oldest_first()}
        kept = sum(sizes.values())
        for channel in sorted(sizes, key=sizes.__getitem__, reverse=True):
            if kept <= MOST_KEPT_BYTES:
                return
            if channel.stage is not Stage.SERVED:
                kept -= sizes[channel]
                channel.end()

    def _oldest_first(self) -> list[Channel]:
        """Return the connections, first who came, or had its last answer, first."""
        return sorted(self.active_channels.values(), key=lambda channel: channel.since)


def _files() -> int:
    """Return how many files this process may have open, once it has asked for enough."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_FILES
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft
