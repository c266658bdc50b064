"""Calls to other people's servers: to a checked address, for so long, and for so many bytes."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import httpx

from api.errors import Code, Fault
from api.infra.net.egress import Egress, EgressRefused, port_of

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 20.0  # the second is of a whole call
MOST_BYTES = 64_000  # of an answer
AGENT = "Undersigned"
# As a fault of a delivery or a push, by what happened.
_FAULTS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.TimeoutException, "time-out"),
    (httpx.ConnectError, "no-connection"),
    (httpx.DecodingError, "junk"),
    (httpx.RemoteProtocolError, "junk"),
)
_CONNECTED = {"connection.connect_tcp.complete", "connection.start_tls.complete"}


class CallFailed(Exception):
    """A call brought no answer; `fault` is a word for what happened, nothing that was said."""

    def __init__(self, fault: str) -> None:
        """Keep the word only."""
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True)
class HttpAnswer:
    """What a server said; a redirect is an answer, and not followed."""

    status: int
    headers: Mapping[str, str]  # by their names in lower case
    body: bytes
    seconds: float

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 # RFC 9110


def retry_after(written: str | None, now: datetime) -> timedelta | None:
    """Return how long a server asks to be left alone (Retry-After); None: it does not say."""
    text = (written or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**6))
    try:
        day = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return (day if day.tzinfo else day.replace(tzinfo=UTC)) - now


class _Watch:
    """Ends a call that takes too long, whatever its server does, by shutting its connection.

    A server that sends a byte now and then keeps every time-out of a single step. One thread
    watches all the calls of a line.
    """

    def __init__(self) -> None:
        self._until: float | None = None
        self._socket: socket.socket | None = None
        self._is_over = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def seen(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of the connection that is used from now on."""
        if event in _CONNECTED:
            with self._changed:
                self._socket = info["return_value"].get_extra_info("socket")

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Give what is done inside so long."""
        with self._changed:
            self._until = time.monotonic() + seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._until = None

    def end(self) -> None:
        """Watch no more."""
        with self._changed:
            self._is_over = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._is_over:
                left = None if self._until is None else self._until - time.monotonic()
                if left is not None and left <= 0:
                    self._until = None
                    self._shut()
                # Looked at now and then: to be woken at each call costs more than the call.
                self._changed.wait(0.25 if left is None or left <= 0 else min(0.25, left))

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # of a TLS one, too, the plain method: nothing waits for it
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class HttpLine:
    """A line to one server, for one call after another."""

    def __init__(
        self, client: httpx.Client, url: httpx.URL, addresses: Sequence[str], watch: _Watch
    ) -> None:
        """Keep the client whose connections go to the first of `addresses` that takes one."""
        self._client, self._host, self._port = client, url.host, port_of(url)
        self._netloc, self._addresses, self._watch = url.netloc, [*addresses], watch

    def call(  # noqa: PLR0913 # the parts of a request
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        seconds: float = ANSWER_SECONDS,
        most_bytes: int = MOST_BYTES,
    ) -> HttpAnswer:
        """Send one request to this server and return what it answers, or raise CallFailed."""
        asked = httpx.URL(url)
        if (asked.host, port_of(asked)) != (self._host, self._port):
            raise ValueError("A line leads to one server.")
        began = time.monotonic()
        with self._watch.within(seconds):
            while True:
                request = self._request(method, asked, headers, content)
                try:
                    return self._answered(request, began, most_bytes)
                except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError, ValueError) as it:
                    if time.monotonic() - began >= seconds:
                        raise CallFailed("time-out") from None
                    fault = _fault(it)
                    # Nothing was sent yet: another of its addresses may take it.
                    is_closed = isinstance(it, httpx.ConnectError | httpx.ConnectTimeout)
                    if not is_closed or fault == "certificate" or len(self._addresses) == 1:
                        raise CallFailed(fault) from None
                    self._addresses.pop(0)

    def _request(
        self,
        method: str,
        asked: httpx.URL,
        headers: Mapping[str, str] | None,
        content: bytes | None,
    ) -> httpx.Request:
        return self._client.build_request(
            method,
            asked.copy_with(host=self._addresses[0]),
            headers={**(headers or {}), "Host": self._netloc.decode("ascii")},
            content=content,
            extensions={
                "sni_hostname": asked.raw_host.decode("ascii"),
                "trace": self._watch.seen,
            },
        )

    def _answered(self, request: httpx.Request, began: float, most_bytes: int) -> HttpAnswer:
        answer = self._client.send(request, stream=True)
        with _closed(answer):
            body = bytearray()
            for part in answer.iter_raw():
                body += part
                if len(body) > most_bytes:
                    raise CallFailed("too-large")
        return HttpAnswer(
            answer.status_code, dict(answer.headers), bytes(body), time.monotonic() - began
        )


def _fault(fault: Exception) -> str:
    refused = next((each for each in _causes(fault) if isinstance(each, ssl.SSLError)), None)
    if refused is not None and "CERTIFICATE" in (refused.reason or ""):  # OpenSSL's name of it
        return "certificate"
    return next((word for kind, word in _FAULTS if isinstance(fault, kind)), "broken-off")


def _causes(fault: BaseException | None) -> Iterator[BaseException]:
    while fault is not None:
        yield fault
        fault = fault.__cause__ or fault.__context__


@contextmanager
def _closed(answer: httpx.Response) -> Iterator[None]:
    """Close an answer; that this fails too tells nothing new."""
    try:
        yield
    finally:
        with suppress(httpx.HTTPError, OSError, RuntimeError):
            answer.close()


def faults(egress: Egress, url: str, pointer: str) -> list[Fault]:
    """Return what is wrong with an address that a user sets, before anything is asked."""
    try:
        return egress.faults(httpx.URL(url), pointer)
    except (httpx.InvalidURL, ValueError):
        return [Fault(pointer, Code.NOT_A_URL, "This is no web address.")]


@cache
def trusted() -> ssl.SSLContext:
    """Return by whom servers are vouched for; it takes longer to read than a call."""
    return httpx.create_ssl_context(trust_env=False)


@contextmanager
def line(egress: Egress, url: str) -> Iterator[HttpLine]:
    """Open a line to the server of an address: resolved and checked now, for all calls on it.

    Raise CallFailed where it may not be connected to.
    """
    if faults(egress, url, ""):  # settings may have changed since it was set
        raise CallFailed("out-of-reach")
    target = httpx.URL(url)
    host = target.raw_host.decode("ascii").strip("[]")
    try:
        addresses = egress.addresses_of(host, port_of(target))
    except EgressRefused as fault:
        raise CallFailed(fault.fault) from None
    timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    watch = _Watch()
    try:
        with httpx.Client(
            trust_env=False,
            follow_redirects=False,
            timeout=timeout,
            headers=headers,
            verify=trusted(),
        ) as client:
            client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # keeps none
            yield HttpLine(client, target, addresses, watch)
    finally:
        watch.end()
