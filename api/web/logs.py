"""One line of JSON a request: ids, route and time, never a path, a query or a person."""

from __future__ import annotations

import logging
import re
import sys
import time
from http import HTTPMethod
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger()
HEADER = "X-Request-ID"


def configure(level: str) -> None:
    """Write structured lines to standard error from here on."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),  # what it is by then
        cache_logger_on_first_use=False,
    )


def install(app: Flask) -> None:
    """Log each request of an app, and give it an id that its answer carries."""
    app.logger.addFilter(_without_values)

    @app.before_request
    def _begin() -> None:
        given = request.headers.get(HEADER, "")
        g.request_id = given if re.fullmatch(r"[0-9a-f-]{8,36}", given) else str(uuid4())
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def _end(answer: Response) -> Response:
        answer.headers[HEADER] = g.get("request_id", "")
        log.info("request", **_facts(answer.status_code))
        return answer


def _without_values(record: logging.LogRecord) -> bool:
    """Take from a line of Flask's own the error's words, which may hold anything."""
    record.exc_info = record.exc_text = None
    return True


def route() -> str:
    """Return the address that was asked for, as it is declared; never what stood in it."""
    return request.url_rule.rule if request.url_rule else "unknown"


def method() -> str:
    """Return the method; whatever else a client sends there is a word of its own."""
    return request.method if request.method in HTTPMethod.__members__ else "unknown"


def seconds() -> float:
    """Return for how long a request has been answered."""
    now = time.perf_counter()
    return float(now - g.get("began", now))


def _facts(status: int) -> dict[str, str | int | float]:
    facts: dict[str, str | int | float] = {
        "method": method(),
        "route": route(),
        "status": status,
        "milliseconds": round(seconds() * 1000, 1),
    }
    if "actor" in g:
        facts["user"] = str(g.actor.user_id)
    return facts
