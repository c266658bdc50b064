"""Bar 36: signing closes at its very instant, whatever the machine thinks of time zones."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bench.bars.live import Figure, Live, Place
from bench.signing import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

ZONES = ("Asia/Tehran", "America/St_Johns", "UTC")
AHEAD, NEAR = timedelta(seconds=4), 1.0
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
LOOKS_LIKE_ONE = re.compile(r'"(\d{4}-\d\d-\d\dT[^"]*)"')


def closed(place: Place) -> Iterator[Figure]:
    """Open a second before, closed at once after, and every instant is told with its offset."""
    for number, zone in enumerate(ZONES):
        here = Place(place.folder / str(number), place.engine)
        here.folder.mkdir()
        with here.served(None, "--no-worker", TZ=zone) as live:
            address, body = opened(live)
            closes = datetime.now(UTC) + AHEAD
            path = settings_of(live)
            live.put(
                path,
                {"opens_at": "2026-01-01T00:00:00Z", "closes_at": closes.isoformat()},
                match=live.etag(path),
            )
            before = signed_at(live, address, body, closes - timedelta(seconds=NEAR), "a")
            after = signed_at(live, address, body, closes + timedelta(seconds=NEAR / 4), "b")
            told = LOOKS_LIKE_ONE.findall(live.get(path).decode())
        yield Figure(f"{zone}: {before} a second before, {after} just after",
                     before == 202 and after in {409, 410})  # fmt: skip
        proper = all(INSTANT.fullmatch(each) for each in told)
        yield Figure(f"{zone}: {len(told)} instants with their offset", bool(told) and proper)


def settings_of(live: Live) -> str:
    """Return where it is said how the one statement of a server is signed."""
    (coalition,) = json.loads(live.get("/v1/coalitions"))["items"]
    (statement,) = json.loads(live.get(f"/v1/coalitions/{coalition['id']}/statements"))["items"]
    return f"/v1/statements/{statement['id']}/signing"


def signed_at(live: Live, address: str, body: str, instant: datetime, who: str) -> int:
    """Sign at an instant, and return how that is answered."""
    time.sleep(max(0.0, (instant - datetime.now(UTC)).total_seconds()))
    path = f"/v1/public/statements/{address}/signatures"
    return live.call("POST", path, json.loads(body.replace("WHO", who)), token=False).status
