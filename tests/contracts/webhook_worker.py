"""A worker as users start it, whose leases run out soon, and which reaches a receiver's port."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from ipaddress import ip_network

from api.app import create_app
from api.config import Settings
from api.infra import jobs, queue, worker
from api.webhooks.service import sending


def main() -> None:
    """Work with the settings of the first argument; the second is the port."""
    settings = json.loads(sys.argv[1])
    jobs.LEASE = sending.LEASE = timedelta(seconds=3)
    jobs.RENEW_SECONDS = 0.3  # type: ignore[assignment] # finer than a user's
    queue.SWEEP_SECONDS = 0.2  # type: ignore[assignment] # finer than a user's
    settings |= {
        "master_keys": tuple(settings["master_keys"]),
        "allowed_networks": (ip_network("127.0.0.0/8"),),
        "allowed_ports": (int(sys.argv[2]),),
        "allow_plain_http": True,
    }
    worker.run(create_app(Settings(**settings)), threads=2)


if __name__ == "__main__":
    main()
