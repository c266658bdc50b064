"""Speaks JSON with the API in one line a request."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.errors import Code
from tests.support import once

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def etag(self) -> str:
        return self.headers["ETag"]

    @property
    def id(self) -> str:
        return str(self.json["id"])

    def __getitem__(self, key: str) -> Any:
        return self.json[key]

    @property
    def faults(self) -> dict[str, str]:
        """The problem's errors: pointer or parameter to detail."""
        return {e.get("pointer", e.get("parameter", "")): e["detail"] for e in self.json["errors"]}

    @property
    def codes(self) -> dict[str, str]:
        """The problem's errors: pointer or parameter to code."""
        return {e.get("pointer", e.get("parameter", "")): e["code"] for e in self.json["errors"]}

    def must_have_codes(self) -> None:
        """See that a problem tells of each fault what kind it is, where, and what to do."""
        is_problem = self.headers.get("Content-Type") == "application/problem+json"
        for fault in self.json.get("errors", ()) if is_problem and self.body else ():
            assert fault["code"] in set(Code), fault
            assert ("pointer" in fault) != ("parameter" in fault), fault
            assert fault["detail"], fault


class Client:
    """One caller with one token. Changes carry the ETag that was read last, or `etag`."""

    def __init__(self, http: FlaskClient, token: str | None = None) -> None:
        self.http = http
        self.token = token
        self.email = ""

    def get(self, path: str, **query: Any) -> Answer:
        return self.send("GET", path, query_string=query or None)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        return self.send("POST", path, body, headers={"Idempotency-Key": key} if key else {})

    def patch(self, path: str, body: Any, etag: str | None = None) -> Answer:
        return self.send("PATCH", path, body, headers=self._match(path, etag))

    def put(
        self,
        path: str,
        body: Any = None,
        etag: str | None = None,
        *,
        kind: str = "application/json",
    ) -> Answer:
        return self.send("PUT", path, body, headers=self._match(path, etag), kind=kind)

    def delete(self, path: str, etag: str | None = None) -> Answer:
        return self.send("DELETE", path, headers=self._match(path, etag))

    def _match(self, path: str, etag: str | None) -> dict[str, str]:
        if etag is None:
            etag = self.get(path.removesuffix("/logo")).headers.get("ETag", '"1"')
        return {"If-Match": etag} if etag else {}

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        kind: str = "application/json",
        **more: Any,
    ) -> Answer:
        """Send one request; bytes go as they are, anything else as JSON."""
        headers = dict(headers or {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            more |= {"data": body if isinstance(body, bytes) else json.dumps(body)}
            more |= {"content_type": kind}

        def asked() -> Answer:
            answer: TestResponse = self.http.open(path, method=method, headers=headers, **more)
            return Answer(answer.status_code, answer.get_data(), dict(answer.headers))

        key = (method, path, *map(repr, (sorted(headers.items()), sorted(more.items()))))
        app = getattr(self.http, "application", None)  # servers elsewhere are none of ours
        told = once.of(app).step(key, asked) if app else asked()
        told.must_have_codes()
        return told
