"""What a tool's program needs to call it: one line, JSON, and faults by what was answered."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from api.connectors.rules import ToolFault
from api.infra import clock
from api.infra.net import http
from api.infra.runtime import runtime

MOST_BYTES = 2_000_000  # of a page of a list
SECONDS = 15.0
FAULTS: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "key-refused",
    HTTPStatus.FORBIDDEN: "key-refused",
    HTTPStatus.NOT_FOUND: "list-gone",
    HTTPStatus.GONE: "list-gone",
    HTTPStatus.TOO_MANY_REQUESTS: "rate-limit",
}


class Caller:
    """Calls one tool, by its address and with its headers."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        """Keep both; nothing is called yet."""
        self._url = url.rstrip("/")
        self._headers = headers
        self._line: http.HttpLine | None = None

    @contextmanager
    def many(self) -> Iterator[None]:
        """Make all calls inside over one line."""
        with _as_fault(), http.line(runtime().egress, self._url) as line:
            self._line = line
            try:
                yield
            finally:
                self._line = None

    def call(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, object] | None = None,
        body: object = None,
        fine: Collection[int] = (),
    ) -> http.HttpAnswer:
        """Return what a tool answers, if it is well or one of `fine`; raise ToolFault."""
        if self._line is None:
            with self.many():
                return self.call(method, path, form=form, body=body, fine=fine)
        headers, content = dict(self._headers), None
        if form is not None:
            content = urlencode(form, doseq=True).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif body is not None:
            content = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        with _as_fault():
            answer = self._line.call(
                method,
                f"{self._url}{path}",
                headers=headers,
                content=content,
                seconds=SECONDS,
                most_bytes=MOST_BYTES,
            )
        if answer.is_success or answer.status in fine:
            return answer
        wait = http.retry_after(answer.headers.get("retry-after"), clock.now())
        raise ToolFault(_fault(answer.status), wait)

    def json(self, method: str, path: str, **more: Any) -> dict[str, object]:
        """Return the object that a tool answers; raise ToolFault where it is none."""
        return as_object(self.call(method, path, **more))


def as_object(answer: http.HttpAnswer) -> dict[str, object]:
    """Return what an answer holds; raise ToolFault where it is no object of JSON."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise ToolFault("junk") from None
    if not isinstance(found, dict):
        raise ToolFault("junk")
    return found


def inside(found: object, *path: str, kind: type = list) -> Any:
    """Return what an object holds under a path; raise ToolFault where it is not of that kind."""
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, kind):
        raise ToolFault("junk")
    return found


@contextmanager
def _as_fault() -> Iterator[None]:
    try:
        yield
    except http.CallFailed as failed:
        raise ToolFault(failed.fault) from None


def _fault(status: int) -> str:
    if status in FAULTS:
        return FAULTS[status]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "server-fault"
    return "refused" if status >= HTTPStatus.BAD_REQUEST else "junk"
