"""The worker: a process that does the promised jobs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api import config
from api.errors import Unavailable
from api.infra.background import jobs
from api.infra.database.transactions import must_be_migrated
from api.infra.runtime import runtime

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Flask

    from api.infra.queue import Lane

log = structlog.get_logger()
LOOK_SECONDS = 1.0
QUIET_LOOKS = 10  # a server that is being migrated or started may take so long


def run(app: Flask, threads: int) -> None:
    """Do jobs until a signal ends it; what is cut then, the lease brings back."""

    def act(lane: Lane, job_id: UUID, lease: UUID | None) -> None:
        with app.app_context():
            try:
                jobs.run_of(lane, job_id, lease)
            except (SQLAlchemyError, Unavailable) as fault:  # the sweeper sends it again
                log.warning("job not begun", job=str(job_id), error=type(fault).__name__)

    def sweep() -> None:
        with app.app_context():
            jobs.sweep()

    with app.app_context():
        _wait_for_the_database()
        runtime().pool.start_soon()
        queue = runtime().queue
    queue.work(act, sweep, threads)
    with app.app_context():
        runtime().pool.close()


def _wait_for_the_database() -> None:
    """Wait for tables of this version, so that a worker may be started before they are there."""
    looks = 0
    while True:
        try:
            must_be_migrated(config.share("migrations"))
        except (SQLAlchemyError, Unavailable) as fault:
            looks += 1
            if looks % QUIET_LOOKS == 0:
                log.warning("waiting for the database", error=type(fault).__name__)
            time.sleep(LOOK_SECONDS)
        else:
            return
