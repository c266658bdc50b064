"""Attacks and faults against a live server: what each must hold, on both databases.

Twelve bars: a flood, templates and layouts that eat time, what logs and Redis keep, input that is
malformed in HTTP and in JSON, an outage of the database, of Redis and of S3, a full disk, a clock
that is set back, backups and migrations under load, clocks of other places. Each figure says what
was to be reached, and whether it held; one that did not makes the command fail. `DOWN=30` is how
many seconds the database is away, `SECONDS=20` how long a flood lasts, `BARS=34,35` measures those
alone.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.bars import bombs, clocks, floods, keeping, logs, malformed, outages, parts, set_back
from bench.bars.live import Figure, LeftOut, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BARS: dict[str, Callable[[Place], Iterator[Figure]]] = {
    "9 flood": floods.flood,
    "13 templates": bombs.templates,
    "15 layouts": bombs.layouts,
    "24 logs and Redis": logs.kept,
    "31 malformed": malformed.answered,
    "34 database away": outages.away,
    "34 database hangs": outages.hanging,
    "34 disk full": outages.full,
    "34 Redis away": parts.redis_away,
    "34 S3 away": parts.storage_away,
    "34 clock set back": set_back.worked,
    "35 backup and migrations": keeping.moved,
    "36 clocks": clocks.closed,
}

ONLY = [each for each in os.environ.get("BARS", "").split(",") if each]


def measure() -> None:
    """Print each bar's figures on both databases."""
    failed = 0
    with TemporaryDirectory() as name:
        wanted = [each for each in BARS.items() if not ONLY or each[0].split()[0] in ONLY]
        for number, (bar, attack) in enumerate(wanted):
            statuses = []
            for engine in ("sqlite", "postgresql"):
                folder = Path(name) / f"{number}-{engine}"
                folder.mkdir()
                began = time.monotonic()
                place = Place(folder, engine)
                try:
                    for figure in attack(place):
                        failed += not figure.held
                        print(f"{bar}, {engine}: {figure}", flush=True)
                except LeftOut as why:
                    print(f"{bar}, {engine}: left out. {why}")
                statuses.append(place.statuses)
                print(f"{bar}, {engine}: {time.monotonic() - began:.0f} s", flush=True)
            if differing := sorted(_differing(*statuses)):
                failed += 1
                print(f"{bar}: answered otherwise by database: {differing}")
    sys.exit(f"{failed} did not hold.") if failed else print("All held.")


def _differing(one: dict[str, int], other: dict[str, int]) -> set[str]:
    return {what for what in one.keys() | other.keys() if one.get(what) != other.get(what)}
