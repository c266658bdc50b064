"""Counts in a process that serves or works, and has an address where that is read."""

from __future__ import annotations

import errno
import threading
from typing import TYPE_CHECKING

import structlog

from api.cli.listening import listen
from api.config import Settings
from api.infra import metrics

if TYPE_CHECKING:
    from flask import Flask

log = structlog.get_logger()
FULL = {errno.ENOSPC, errno.EDQUOT}
MOST_WATCHERS = 20  # connections


def count(settings: Settings) -> None:
    """Count from here on, if that is set up; nobody goes without a service for want of figures."""
    if settings.metrics_path is None:
        return
    try:
        metrics.begin(settings.metrics_path)
    except OSError as fault:
        if fault.errno not in FULL:
            raise
        log.warning("nothing is counted", error="the disk is full")


def watched(app: Flask, settings: Settings) -> None:
    """Count, and answer /metrics on its own address, if there is one.

    All processes of a machine listen there, and any of them tells what all have counted: so it
    answers as long as one of them lives.
    """
    count(settings)
    if settings.metrics_bind is None:
        return
    from api.cli import server  # noqa: PLC0415 # a worker needs it for this alone
    from api.web.metrics import alone  # noqa: PLC0415

    listening = listen(settings.metrics_bind, "UNDERSIGNED_METRICS_BIND", is_shared=True)
    server.quiet()
    teller = server.Server(alone(app), listening, threads=1, most=MOST_WATCHERS)
    teller.is_counted = False
    threading.Thread(target=teller.run, daemon=True).start()
