"""One connection of a client, on waitress: in time, within bounds, and without a word in a log.

waitress reads heads and bodies on one thread without waiting, so that a client that is slow takes
no thread. It bounds neither how long a head, a body or the reading of an answer may take in all,
nor what the kept bytes of all clients come to. That is here, with what it takes for HTTP and we
refuse, and with refusals that are problems like those of the application.
"""

from __future__ import annotations

import json
import re
import socket
import time
from enum import Enum, auto
from http import HTTPStatus

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import ChunkedReceiver
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import BadRequest, Error

from api.infra import metrics

HEAD_SECONDS = 15.0  # for a whole head
IDLE_SECONDS = 75.0  # between two requests; longer than the proxies' own, or they send into nothing
BODY_SECONDS = 30.0  # for each part, and for all; a second more for each of so many bytes that came
READER_SECONDS, LEAST_BYTES_A_SECOND = 30.0, 1000
LAST_WORD_SECONDS = 5.0  # for a refusal to be read by who is still sending
MOST_OF_A_LINE, MOST_OF_A_HEAD, MOST_OF_A_CHUNKS_HEAD = 8190, 65_536, 1024

TITLES = {
    400: ("bad-request", "Bad Request", "This is not HTTP as it is read here."),
    413: ("too-large", "The body is too large", "openapi.yaml says what each address takes."),
    414: ("uri-too-long", "The address is too long", f"Send at most {MOST_OF_A_LINE} bytes."),
    431: ("head-too-large", "The head is too large", f"Send at most {MOST_OF_A_HEAD} bytes."),
    501: ("not-implemented", "Not Implemented", "Of Transfer-Encoding only chunked is read."),
    505: ("version-not-supported", "HTTP Version Not Supported", "Speak HTTP/1.1 or HTTP/1.0."),
}
BROKEN = (
    "internal-error",
    "Something broke on our side",
    "Tell the operator the time at which it did.",
)
_CODING = re.compile(rb"\r\ntransfer-encoding:([^\r]*)", re.IGNORECASE)
_FOLDED = re.compile(rb"\r\n[ \t]")


class AddressTooLong(BadRequest):  # type: ignore[misc] # waitress ships no types
    """The first line is longer than any address of ours."""

    code = HTTPStatus.REQUEST_URI_TOO_LONG


class WrongVersion(BadRequest):  # type: ignore[misc] # waitress ships no types
    """It says that it speaks another HTTP."""

    code = HTTPStatus.HTTP_VERSION_NOT_SUPPORTED


class Parser(HTTPRequestParser):  # type: ignore[misc] # waitress ships no types
    """Reads one request; what two readers might take in two ways is refused."""

    error: Error | None
    path = ""  # of a head that cannot be read

    def received(self, data: bytes) -> int:
        """Take what came; return how much of it belongs to this request."""
        consumed: int = super().received(data)
        chunks = self.body_rcv
        if isinstance(chunks, ChunkedReceiver) and not self.error:
            # Both are put together anew at each byte: a long one would hold up all others.
            longest = max(len(chunks.control_line), len(chunks.trailer))
            if longest > MOST_OF_A_CHUNKS_HEAD:
                self._refuse(BadRequest(""))
        if self.error and self.error.code == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            begun = self.header_plus or data
            if len(begun.split(b"\r\n", 1)[0]) > MOST_OF_A_LINE:
                self.error = AddressTooLong("")
        if self.error or self.body_rcv is None:
            self.expect_continue = False  # there is nothing to wait for
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head, or raise ParsingError, or refuse it."""
        try:
            super().parse_header(header_plus)
        except ValueError as wrong:  # an address or a length that Python cannot read
            raise ParsingError("") from wrong
        if len(self.first_line) > MOST_OF_A_LINE:
            self._refuse(AddressTooLong(""))
        elif not self.version:
            raise ParsingError("")  # HTTP/0.9 has no heads, and so no Host
        elif self.version not in {"1.0", "1.1"}:
            self._refuse(WrongVersion(""))
        elif self._is_ambiguous(header_plus):
            raise ParsingError("")

    def _is_ambiguous(self, head: bytes) -> bool:
        """Tell whether a proxy in front may have read another length or host than we do."""
        codings = [each.strip(b" \t") for each in _CODING.findall(head)]
        wrong = codings and (
            [each.lower() for each in codings] != [b"chunked"]
            or self.version == "1.0"
            or "CONTENT_LENGTH" in self.headers
        )
        host = self.headers.get("HOST", "")
        is_missing = self.version == "1.1" and not host
        return bool(wrong or is_missing or "," in host or _FOLDED.search(head))

    def _refuse(self, error: Error) -> None:
        self.error, self.completed = error, True


class Refusal(ErrorTask):  # type: ignore[misc] # waitress ships no types
    """Answers what never reaches the application."""

    def execute(self) -> None:
        """Write the problem, and then close, when it can have been read."""
        code = int(self.request.error.code)
        slug, title, detail = TITLES.get(code, BROKEN)
        metrics.PROBLEMS.count(slug)
        body = {"type": f"/problems/{slug}", "title": title, "status": code, "detail": detail}
        content = json.dumps(body).encode()
        self.status = f"{code} {HTTPStatus(code).phrase}"
        self.response_headers += [
            ("Content-Type", "application/problem+json"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        self.set_close_on_finish()
        self.content_length = len(content)
        self.channel.has_last_word = True
        self.write(content)


class Task(WSGITask):  # type: ignore[misc] # waitress ships no types
    """Hands a request to the application."""

    def get_environment(self) -> dict[str, object]:
        """Return what the application is told; a path stays as it was sent."""
        environ: dict[str, object] = super().get_environment()
        environ["PATH_INFO"] = self.request.path
        environ["wsgi.multiprocess"] = True
        return environ

    def finish(self) -> None:
        """End the answer; the thread waits for nobody to read it before the next request."""
        super().finish()
        channel = self.channel
        channel.since = time.monotonic()
        is_unread = channel.total_outbufs_len > channel.adj.outbuf_high_watermark
        if is_unread and len(channel.requests) > 1:
            # It asked again before it read: it gets this answer whole, and may ask anew.
            self.close_on_finish = channel.has_last_word = True


class Stage(Enum):
    """How far a connection is, by what would be lost if it were closed."""

    IDLE = auto()  # it was answered, and has not begun to ask again
    HEAD = auto()  # it has not sent a whole head
    BEGUN = auto()  # it sends a body, or has not read its answer
    SERVED = auto()  # a request of it is with the application, or waits for a thread


class Channel(HTTPChannel):  # type: ignore[misc] # waitress ships no types
    """A connection. What is called from other threads than the server's is `service` only."""

    task_class, error_task_class, parser_class = Task, Refusal, Parser
    has_last_word = False  # what is answered now is the last, and it may still be sending
    is_ending = False  # nothing more is said, and what it sends is not kept

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Begin to wait for the first head."""
        self.since = time.monotonic()  # when it came, began to ask, or had its last answer
        self.until = self.since + HEAD_SECONDS
        self.sent = 0
        self.asked_at = self.since  # when it began to wait for a thread
        self._all_until = 0.0  # that a whole body may take at the least rate
        self._reading: tuple[float, int] | None = None  # since when, and what was sent by then
        super().__init__(*args, **kwargs)

    @property
    def stage(self) -> Stage:
        """How far it is. Where it is served, another thread may change that; else this one only."""
        if self.requests:
            return Stage.SERVED
        if self.total_outbufs_len or (self.request is not None and self.request.headers_finished):
            return Stage.BEGUN
        return Stage.IDLE if self.sent and self.request is None else Stage.HEAD

    @property
    def kept_bytes(self) -> int:
        """How much of what it sent, or does not read, is in our memory."""
        parts = [*self.requests, self.request] if self.request else [*self.requests]
        return int(self.total_outbufs_len + sum(each.body_bytes_received for each in parts))

    def received(self, data: bytes) -> bool:
        """Take what came, unless it comes too late to be of use."""
        if self.is_ending:
            return False
        now = time.monotonic()
        if self.request is None:
            self.since = now
            self.until = min(self.until, now + HEAD_SECONDS)
        had_head = self.request is not None and self.request.headers_finished
        taken: bool = super().received(data)
        if self.request is not None and self.request.headers_finished:
            begun = self._all_until if had_head else now + BODY_SECONDS
            self._all_until = begun + len(data) / LEAST_BYTES_A_SECOND
            self.until = min(self._all_until, now + BODY_SECONDS)
        return taken

    def readable(self) -> bool:
        """Tell whether to look for what it sends."""
        return self.is_ending or bool(super().readable())

    def writable(self) -> bool:
        """Tell whether there is something to do for it."""
        return not self.is_ending and bool(super().writable())

    def send(self, data: bytes, *, do_close: bool = True) -> int:
        """Send what it takes now."""
        number: int = super().send(data, do_close=do_close)
        self.sent += number
        return number

    def service(self) -> None:
        """Do one request, in a thread; from then on the next one may be waited for."""
        if self.server.is_counted:
            metrics.WAIT_SECONDS.observe(time.monotonic() - self.asked_at)
        super().service()
        self.until = time.monotonic() + IDLE_SECONDS

    def handle_close(self) -> None:
        """Close. A last word is heard first: a close with bytes unread would take it back."""
        if self.has_last_word and self.connected and not self.is_ending:
            self.is_ending, self.will_close = True, False
            self.until = time.monotonic() + LAST_WORD_SECONDS
            try:
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:
                super().handle_close()
        else:
            super().handle_close()

    def end_if_late(self, now: float) -> None:
        """Close it where it takes longer than it may: to ask, to read, or to go."""
        if self.total_outbufs_len:
            since, before = self._reading or (now, self.sent)
            if self._reading is None:
                self._reading = since, before
            elif now - since >= READER_SECONDS:
                is_read = self.sent - before >= READER_SECONDS * LEAST_BYTES_A_SECOND
                self._reading = (now, self.sent) if is_read else self._reading
                if not is_read:
                    self.end()
            return
        self._reading = None
        if not self.requests and now >= self.until:
            self.end()

    def end(self) -> None:
        """Close it at once; a thread that writes to it finds that out."""
        self.has_last_word = False
        self.handle_close()
