"""People who sign while something goes wrong, and what is kept of them."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text

from bench.bars.live import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.bars.live import Live, Readiness, Said

A_SECOND, WRITERS = 20, 8
BACK_SECONDS = 10.0  # in which all is well after a part is back


@contextmanager
def signed(
    address: str, body: str, *servers: Live, a_second: int = A_SECOND
) -> Iterator[list[tuple[float, str, Said]]]:
    """Have people sign for as long as the block lasts, in turn with each of some servers.

    Yield when each was answered, who it was, and what was said.
    """
    said: list[tuple[float, str, Said]] = []
    over = threading.Event()

    def sign(number: int) -> None:
        live, count = servers[number % len(servers)], 0
        path = f"/v1/public/statements/{address}/signatures"
        while not over.wait(WRITERS / a_second):
            who = f"w{number}-{count}"
            facts = json.loads(body.replace("WHO", who))
            network = f"{11 + number}.{count // 250}.{count % 250}.1"
            answer = live.call("POST", path, facts, token=False, X_Forwarded_For=network)
            said.append((time.monotonic(), who, answer))
            count += 1

    threads = [threading.Thread(target=sign, args=(number,)) for number in range(WRITERS)]
    for each in threads:
        each.start()
    try:
        yield said
    finally:
        over.set()
        for each in threads:
            each.join()


def readiness(found: Readiness, began: float, ended: float, meanwhile: int) -> Iterator[Figure]:
    """Say whether /readyz is red only while a fault makes it so, and all is well soon after."""
    before, during = found.statuses(until=began), found.statuses(began, ended)
    after = found.statuses(ended + BACK_SECONDS)
    is_so = {meanwhile} <= set(during) <= {meanwhile, 200} and set(before) == set(after) == {200}
    yield Figure(f"/readyz before {before}, meanwhile {during}, after {after}", is_so)
    back = found.well_at(ended) - ended
    yield Figure(f"/readyz: all is well {back:.1f} s after it is back", back <= BACK_SECONDS)


def count(live: Live, what: str) -> int:
    """Return how many rows there are of a table, as a condition may narrow them."""
    engine = create_engine(live.environment["UNDERSIGNED_DATABASE_URL"])
    try:
        with engine.connect() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())
    finally:
        engine.dispose()


def kept(live: Live) -> int:
    """Return how many people are kept who signed."""
    return count(live, "pending_signatures")


def until(happened: Callable[[], object], patience: float = 4 * BACK_SECONDS) -> float:
    """Return how many seconds it took; at the most so many as there is patience for."""
    began = time.monotonic()
    while not happened() and time.monotonic() - began < patience:
        time.sleep(0.1)
    return time.monotonic() - began
