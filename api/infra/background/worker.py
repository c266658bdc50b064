"""The worker: a process that does the promised jobs."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection
from itertools import count

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from api import config
from api.errors import Unavailable
from api.infra.background import jobs
from api.infra.background.lanes import Threads
from api.infra.database.transactions import NotMigrated, must_be_migrated
from api.infra.queue import STOP_SECONDS, Lane, threads_of
from api.infra.runtime import runtime

log = structlog.get_logger()
LOOK_SECONDS = 1.0
QUIET_LOOKS = 10  # a server that is being migrated or started may take so long


def run(app: Flask, threads: int, lanes: Collection[Lane] = tuple(Lane)) -> None:
    """Do the jobs of some lanes until a signal ends it; what is cut then, the lease brings back.

    It ends by itself where somebody migrates to tables on which this version cannot serve.
    """
    with app.app_context():
        _wait_for_the_database()
        runtime().pool.start_soon()
        queue = runtime().queue
        there = {lane: Threads(lane, threads_of(lane, threads)) for lane in lanes}

    def sweep() -> None:
        with app.app_context():
            if _is_outdated():
                log.error("the tables are of a later version")
                os.kill(os.getpid(), signal.SIGTERM)  # it ends in order; started again, it waits
            else:
                jobs.sweep()

    queue.work(lambda lane, job_id: there[lane].start(job_id), sweep, list(there))
    until = time.monotonic() + STOP_SECONDS
    for each in there.values():
        each.join(until)
    with app.app_context():
        runtime().pool.close()


def _is_outdated() -> bool:
    try:
        must_be_migrated(config.share("migrations"))
    except NotMigrated:
        return True
    except SQLAlchemyError:  # it may be back at the next look
        return False
    return False


def _wait_for_the_database() -> None:
    """Wait for tables of this version, so that a worker may be started before they are there."""
    for looks in count(1):
        try:
            must_be_migrated(config.share("migrations"))
        except (SQLAlchemyError, Unavailable) as fault:
            if looks % QUIET_LOOKS == 0:
                log.warning("waiting for the database", error=type(fault).__name__)
            time.sleep(LOOK_SECONDS)
        else:
            return
