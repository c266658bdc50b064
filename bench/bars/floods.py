"""Bar 9: a flood from one network, and proofs of work that are handed in again."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

import altcha

from bench.bars.live import Figure, Live, Place, Said
from bench.signing import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = int(os.environ.get("SECONDS", "20"))
A_SECOND, THREADS = 100, 8
HONEST, REPLAYED = 100, 50
NEAR_ALL = 0.99


def flood(place: Place) -> Iterator[Figure]:
    """A flood is told to wait; who works for a signature gets through; no proof counts twice."""
    with place.served(None, "--no-worker") as live:
        address, body = opened(live)
        path = f"/v1/public/statements/{address}"
        flooded: list[Said] = []
        until = time.monotonic() + SECONDS
        threads = [
            threading.Thread(target=_flood, args=(live, path, body, flooded, until, number))
            for number in range(THREADS)
        ]
        for each in threads:
            each.start()
        honest = []
        for number in range(HONEST):
            proof = _proof(live, path)
            honest.append(_sign(live, path, body, f"honest{number}", f"198.51.{number}.1", proof))
            time.sleep(max(0.0, until - time.monotonic()) / (HONEST - number) / 2)
        for each in threads:
            each.join()
        replayed = [
            _sign(live, path, body, f"replay{number}", f"100.64.{number}.1", proof)
            for number in range(REPLAYED)
        ]
    told = Counter(each.status for each in flooded)
    waits = all("retry-after" in each.headers for each in flooded if each.status == 429)
    yield Figure(
        f"{len(flooded)} without a proof from one network in {SECONDS} s answer {dict(told)}",
        set(told) <= {202, 429} and told[429] > 0 and waits,
    )
    taken = sum(each.status == 202 for each in honest)
    yield Figure(f"{taken} of {HONEST} with a fresh proof taken", taken >= NEAR_ALL * HONEST)
    refused = sum(400 <= each.status < 500 for each in replayed)
    yield Figure(f"{refused} of {REPLAYED} replays refused", refused == REPLAYED)


def _flood(  # noqa: PLR0913, PLR0917 # a thread's whole life
    live: Live, path: str, body: str, took: list[Said], until: float, number: int
) -> None:
    count = 0
    while time.monotonic() < until:
        began = time.monotonic()
        took.append(_sign(live, path, body, f"f{number}-{count}", "203.0.113.7"))
        count += 1
        time.sleep(max(0.0, THREADS / A_SECOND - (time.monotonic() - began)))


def _sign(  # noqa: PLR0913, PLR0917 # one request
    live: Live, path: str, body: str, who: str, network: str, proof: str | None = None
) -> Said:
    facts = json.loads(body.replace("WHO", who)) | ({"proof": proof} if proof else {})
    return live.call("POST", f"{path}/signatures", facts, token=False, X_Forwarded_For=network)


def _proof(live: Live, path: str) -> str:
    given = live.call("GET", f"{path}/challenge", token=False).json
    challenge = altcha.Challenge.from_dict(given)
    solution = altcha.solve_challenge(challenge)
    assert solution
    return str(altcha.Payload(challenge, solution).to_base64())
