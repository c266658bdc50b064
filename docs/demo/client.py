"""The API over HTTP in a few lines, with nothing but the standard library."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

SECONDS = 120
JSON = "application/json"


class Stop(Exception):
    """The demo cannot go on; says why, in words for the person who runs it."""


class Refused(Exception):
    """The API answered with a problem."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    etag: str

    def __getitem__(self, key: str) -> Any:
        return json.loads(self.body)[key]


@dataclass(frozen=True)
class Api:
    """A server and the token that opens it."""

    base: str
    token: str

    def get(self, path: str, known: str = "", **query: str) -> Answer:
        """Read; where the ETag is `known`, the answer is 304 and has no body."""
        headers = {"If-None-Match": known} if known else {}
        return self._send("GET", path + (f"?{urlencode(query)}" if query else ""), headers)

    def post(self, path: str, body: Any, match: str = "") -> Answer:
        """Create; `match` is the ETag of what is changed by that, where something is."""
        return self._send("POST", path, {"If-Match": match} if match else {}, body)

    def put(self, path: str, body: Any, match: str, kind: str = JSON) -> Answer:
        """Replace what has this ETag."""
        return self._send("PUT", path, {"If-Match": match, "Content-Type": kind}, body)

    def _send(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> Answer:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        whole = {"Authorization": f"Bearer {self.token}", "Content-Type": JSON, **headers}
        request = urllib.request.Request(  # noqa: S310 # http to our own server
            self.base + path, data, whole, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as got:  # noqa: S310 # as above
                return Answer(got.status, got.read(), got.headers.get("ETag", ""))
        except urllib.error.HTTPError as other:
            with other:
                if other.code == HTTPStatus.NOT_MODIFIED:
                    return Answer(other.code, b"", other.headers.get("ETag", ""))
                raise Refused(_told(method, path, other)) from other
        except OSError as wrong:
            raise Stop(f"The server does not answer ({wrong}).") from wrong


def _told(method: str, path: str, answer: urllib.error.HTTPError) -> str:
    try:
        problem = json.loads(answer.read())
    except ValueError:
        problem = {}
    lines = [f"{method} {path}: {answer.code} {problem.get('title', answer.reason)}"]
    lines += [problem["detail"]] if problem.get("detail") else []
    for fault in problem.get("errors", ()):
        place = fault.get("pointer", fault.get("parameter", ""))
        lines.append(f"{place}: {fault.get('detail', '')}")
    return "\n".join(lines)
