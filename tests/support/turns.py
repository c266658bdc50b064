"""Lanes of a worker in this process: threads of senders that take turns."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import not_

from api.infra.background import jobs
from api.infra.background.lanes import Threads

if TYPE_CHECKING:
    from api.infra.queue import Lane
    from tests.conftest import World

PATIENCE = 60.0


def threads_of(world: World, lane: Lane, number: int) -> Threads:
    """Return so many threads of a lane, which do nothing yet."""
    with world.app.app_context():
        return Threads(lane, number)


def come(threads: Threads, ids: int = 1) -> None:
    """Have ids come, as many as somebody waits or more."""
    for _ in range(ids):
        threads.start(uuid4())


def end(threads: Threads) -> None:
    """Wait until they have done what is due."""
    threads.join(time.monotonic() + PATIENCE)


def act_at_once(world: World, lane: Lane, number: int) -> None:
    """Do what is due: what is of a lane in threads beside one another, after the rest."""
    with world.app.app_context():
        jobs.sweep()
        while work := jobs.lease(not_(jobs.is_of(lane))):
            jobs.do(work)
    threads = threads_of(world, lane, number)
    come(threads, number)
    end(threads)
