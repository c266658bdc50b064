"""A worker as users start it, with one more kind of job, and leases that run out soon."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from api.app import create_app
from api.config import Settings
from api.infra import queue
from api.infra.background import jobs, worker
from api.infra.background.jobs import JobKind
from tests.support.wiring import added

if TYPE_CHECKING:
    from api.infra.background.jobs import Work

KIND = "tests.tell"


def main() -> None:
    """Work with the settings of the first argument; tell each job that was done to a file."""
    settings, sink, seconds = json.loads(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    jobs.LEASE = timedelta(seconds=1)
    jobs.RENEW_SECONDS = 0.3  # type: ignore[assignment] # finer than a user's
    queue.SWEEP_SECONDS = 0.2  # type: ignore[assignment] # finer than a user's

    def tell(work: Work) -> None:
        time.sleep(seconds)
        told = os.open(sink, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(told, f"{work.id}\n".encode())
        os.close(told)

    settings["master_keys"] = tuple(settings["master_keys"])
    app = create_app(Settings(**settings))
    with added(app, JobKind(KIND, tell)):
        worker.run(app, threads=2)


if __name__ == "__main__":
    main()
