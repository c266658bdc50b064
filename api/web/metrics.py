"""Counts requests, and tells who watches what was counted and how things stand, as Prometheus asks.

A label is never what a client sent: an address that leads nowhere is `unknown`, and so is a word
that is no method.
"""

from __future__ import annotations

import hmac
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import structlog
from flask import Flask, Response, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug import Request, Response as PlainResponse

from api.errors import DomainError
from api.infra import metrics
from api.infra.database.gauges import Gauge, GaugeReading, GaugeSource
from api.infra.database.transactions import reading
from api.infra.runtime import remembered, runtime, thread_context
from api.web import health, logs
from api.web.problems import Unauthenticated

log = structlog.get_logger()
PATH = "/metrics"
PATIENCE_SECONDS = 3.0  # for the database; Prometheus itself gives up after ten
STATEMENT_MILLISECONDS = 2000
INFO = Gauge("undersigned_info", "Always 1: which version runs here.", ("version",))
UP = Gauge("undersigned_up", "Whether a part answers.", ("part",))
READ = Gauge("undersigned_read", "Whether this could be read in the database.", ("standing",))
GAUGES = (INFO, UP, READ)


def install(app: Flask) -> None:
    """Count the requests of an app, and answer /metrics unless that has an address of its own."""
    settings = _settings(app)
    if settings.metrics_path is None:
        return
    app.after_request(_count)
    if settings.metrics_bind is None:
        app.add_url_rule(PATH, view_func=_tell)


def _settings(app: Flask) -> Any:
    with app.app_context():
        return runtime().settings


def _count(answer: Response) -> Response:
    route, method = logs.route(), logs.method()
    metrics.REQUESTS.count(route, method, metrics.status_class(answer.status_code))
    metrics.REQUEST_SECONDS.observe(logs.seconds(), route, method)
    return answer


def _tell() -> Response:
    if not _may_read(request):
        raise Unauthenticated("Send `Authorization: Bearer …` with UNDERSIGNED_METRICS_TOKEN.")
    body, content_type = exposition(request.headers.get("Accept", ""))
    return Response(body, content_type=content_type, headers={"Cache-Control": "no-store"})


def alone(app: Flask) -> Callable[..., Any]:
    """Return an application that answers /metrics of an app, and nothing else."""

    @Request.application
    def answer(asked: Request) -> PlainResponse:
        if asked.path != PATH:
            return PlainResponse(f"There is {PATH}.\n", HTTPStatus.NOT_FOUND)
        if asked.method not in {"GET", "HEAD"}:
            return PlainResponse("Send GET.\n", HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "GET"})
        with app.app_context():
            if not _may_read(asked):
                return PlainResponse(
                    "Send the token.\n", HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": "Bearer"}
                )
            body, content_type = exposition(asked.headers.get("Accept", ""))
        return PlainResponse(body, content_type=content_type)

    return answer


def _may_read(asked: Request) -> bool:
    """Tell whether a request has the token, where there is one."""
    token = runtime().settings.metrics_token
    scheme, _, given = asked.headers.get("Authorization", "").partition(" ")
    is_same = hmac.compare_digest(given.encode(), (token or "").encode())
    return token is None or (scheme.lower() == "bearer" and is_same)


def exposition(accept: str) -> tuple[bytes, str]:
    """Return all that there is to read, in the format that is asked for, and its content type."""
    from prometheus_client.exposition import choose_encoder  # noqa: PLC0415 # only where asked

    try:
        encode, content_type = choose_encoder(accept)
    except TypeError:  # it compares the version in there with numbers, whatever was sent
        encode, content_type = choose_encoder("")
    return encode(_All()), content_type


class _All:
    """What was counted on this machine, and how things stand, as prometheus-client collects it."""

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415 # see exposition

        yield from metrics.counted(str(runtime().settings.metrics_path))
        read: dict[Gauge, list[GaugeReading]] = defaultdict(list)
        for each in _readings():
            read[each.gauge].append(each)
        for gauge, readings in read.items():
            family = GaugeMetricFamily(gauge.name, gauge.told, labels=gauge.labels)
            for each in readings:
                family.add_metric(each.labels, each.value)
            yield family


def _readings() -> Iterator[GaugeReading]:
    yield GaugeReading(INFO, 1, (version("undersigned"),))
    found = remembered(_Standings).found()
    is_there = any(each is not None for each in found.values())
    parts = {"database": is_there, **health.parts(is_database_there=is_there)}
    for part, answers in parts.items():
        if answers is not None:  # None: there is none
            yield GaugeReading(UP, answers, (part,))
    for standing, readings in found.items():
        yield GaugeReading(READ, readings is not None, (standing,))
        yield from readings or ()


class _Standings:
    """How things stand in the database: asked once at a time, and nobody waits for what hangs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asking: _Asking | None = None

    def found(self) -> dict[str, list[GaugeReading] | None]:
        """Return what each standing tells; None: it could not be read in time."""
        with self._lock:
            if self._asking is None or not self._asking.is_alive():
                self._asking = _Asking()
                self._asking.start()
            asking = self._asking
        asking.join(PATIENCE_SECONDS)
        return {name: asking.found.get(name) for name in runtime().wiring.named(GaugeSource)}


class _Asking(threading.Thread):
    """One round of questions."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.found: dict[str, list[GaugeReading]] = {}
        self._within, self._standings = thread_context(), runtime().wiring.all(GaugeSource)

    def run(self) -> None:
        with self._within():
            for each in self._standings:
                try:
                    self.found[each.name] = _read(each)
                except (SQLAlchemyError, DomainError) as fault:
                    log.warning("not read", what=each.name, error=type(fault).__name__)


def _read(standing: GaugeSource) -> list[GaugeReading]:
    with reading() as session:
        if not runtime().settings.is_sqlite:
            session.execute(text(f"SET LOCAL statement_timeout = {STATEMENT_MILLISECONDS}"))
        return list(standing.read(session))
