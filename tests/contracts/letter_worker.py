"""A worker as users start it, with one more kind of letter, and leases that run out soon."""

from __future__ import annotations

import json
import sys
from datetime import timedelta

from api.app import create_app
from api.config import Settings
from api.infra import jobs, queue, sending, worker
from tests.post import a_kind


def main() -> None:
    """Work with the settings of the first argument."""
    settings = json.loads(sys.argv[1])
    jobs.LEASE = sending.LEASE = timedelta(seconds=3)
    jobs.RENEW_SECONDS = 0.3  # type: ignore[assignment] # finer than a user's
    queue.SWEEP_SECONDS = 0.2  # type: ignore[assignment] # finer than a user's
    settings["master_keys"] = tuple(settings["master_keys"])
    app = create_app(Settings(**settings))
    with a_kind():
        worker.run(app, threads=2)


if __name__ == "__main__":
    main()
