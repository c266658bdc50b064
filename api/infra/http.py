"""Calls to other people's servers: to a checked address, for so long, and for so many bytes."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from api.infra.outside import outside
from api.infra.reach import OutOfReach, port_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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


class CallFailed(Exception):
    """A call brought no answer; `fault` is a word for what happened, nothing that was said."""

    def __init__(self, fault: str) -> None:
        """Keep the word only."""
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True)
class Answer:
    """What a server said; a redirect is an answer, and not followed."""

    status: int
    headers: Mapping[str, str]  # by their names in lower case
    body: bytes
    seconds: float

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 # RFC 9110


class Line:
    """A line to one server, for one call after another."""

    def __init__(self, client: httpx.Client, url: httpx.URL, address: str) -> None:
        """Keep the client whose connections go to `address`."""
        self._client, self._host, self._port = client, url.host, port_of(url)
        self._netloc, self._address = url.netloc, address

    def call(  # noqa: PLR0913 # the parts of a request
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        seconds: float = ANSWER_SECONDS,
        most_bytes: int = MOST_BYTES,
    ) -> Answer:
        """Send one request to this server and return what it answers, or raise CallFailed."""
        asked = httpx.URL(url)
        if (asked.host, port_of(asked)) != (self._host, self._port):
            raise ValueError("A line leads to one server.")
        request = self._client.build_request(
            method,
            asked.copy_with(host=self._address),
            headers={**(headers or {}), "Host": self._netloc.decode("ascii")},
            content=content,
            extensions={"sni_hostname": asked.raw_host.decode("ascii")},
        )
        began = time.monotonic()
        # A server that sends a byte now and then keeps every time-out of a single step.
        watch = threading.Timer(seconds, self._client.close)
        watch.start()
        try:
            return self._answered(request, began, most_bytes)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError, ValueError) as fault:
            if time.monotonic() - began >= seconds:
                raise CallFailed("time-out") from None
            raise CallFailed(_fault(fault)) from None
        finally:
            watch.cancel()

    def _answered(self, request: httpx.Request, began: float, most_bytes: int) -> Answer:
        answer = self._client.send(request, stream=True)
        with _closed(answer):
            body = bytearray()
            for part in answer.iter_raw():
                body += part
                if len(body) > most_bytes:
                    raise CallFailed("too-large")
        return Answer(
            answer.status_code, dict(answer.headers), bytes(body), time.monotonic() - began
        )


def _fault(fault: Exception) -> str:
    if isinstance(fault, httpx.ConnectError) and "CERTIFICATE" in str(fault).upper():
        return "certificate"
    return next((word for kind, word in _FAULTS if isinstance(fault, kind)), "broken-off")


@contextmanager
def _closed(answer: httpx.Response) -> Iterator[None]:
    """Close an answer; that this fails too tells nothing new."""
    try:
        yield
    finally:
        with suppress(httpx.HTTPError, OSError, RuntimeError):
            answer.close()


@contextmanager
def line(url: str) -> Iterator[Line]:
    """Open a line to the server of an address: resolved and checked now, for all calls on it.

    Raise CallFailed where it may not be connected to.
    """
    target, reach = httpx.URL(url), outside().reach
    if reach.faults(target, ""):  # settings may have changed since it was set
        raise CallFailed("out-of-reach")
    try:
        address = reach.address_of(target.raw_host.decode("ascii").strip("[]"), port_of(target))
    except OutOfReach as fault:
        raise CallFailed(fault.fault) from None
    timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    with httpx.Client(
        trust_env=False, follow_redirects=False, timeout=timeout, headers=headers
    ) as client:
        yield Line(client, target, address)


def call(  # noqa: PLR0913 # the parts of a request
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    seconds: float = ANSWER_SECONDS,
    most_bytes: int = MOST_BYTES,
) -> Answer:
    """Send one request and return what is answered, or raise CallFailed."""
    with line(url) as to:
        return to.call(
            method, url, headers=headers, content=content, seconds=seconds, most_bytes=most_bytes
        )
