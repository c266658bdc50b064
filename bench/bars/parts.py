"""Parts beside the database go away under load: Redis (emptied and stopped), and S3."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections import Counter
from typing import TYPE_CHECKING

import redis

from bench.bars.live import Figure, LeftOut
from bench.bars.load import BACK_SECONDS, count, kept, readiness, signed, until
from bench.bars.outages import frozen
from bench.signing import free_port, opened
from tests.support.s3 import S3

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.bars.live import Live, Place, Said

BEFORE_SECONDS, DOWN_SECONDS = 5, 15
WAITING = "jobs WHERE state IN ('queued', 'running')"


class OwnRedis:
    """A Redis of our own, which keeps nothing when it is stopped."""

    def __init__(self, binary: str) -> None:
        self.binary, self.port = binary, free_port()
        self.begin()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def begin(self) -> None:
        command = [self.binary, "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/")
        with redis.Redis.from_url(self.url, socket_connect_timeout=1) as client:
            for _ in range(100):
                try:
                    if client.ping():
                        return
                except redis.RedisError:
                    time.sleep(0.05)
        raise TimeoutError("Redis does not come up.")

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def redis_away(place: Place) -> Iterator[Figure]:
    """The Redis of the queue and the limits is emptied, then stopped, and comes back empty."""
    binary = shutil.which("redis-server")
    if binary is None:
        raise LeftOut("No redis-server is installed: apt-get install redis-server")
    server = OwnRedis(binary)
    try:
        where = {
            "UNDERSIGNED_QUEUE_URL": f"{server.url}/0",
            "UNDERSIGNED_LIMITS_URL": f"{server.url}/1",
        }
        with place.served(None, **where) as live:
            address, body = opened(live)
            with live.readiness() as ready, signed(address, body, live) as said:
                time.sleep(BEFORE_SECONDS)
                with redis.Redis.from_url(server.url) as client:
                    client.flushall()
                time.sleep(BEFORE_SECONDS)
                began = time.monotonic()
                server.end()
                time.sleep(DOWN_SECONDS - 2)
                meanwhile = live.call("GET", "/readyz")
                server.begin()
                ended = time.monotonic()
                time.sleep(BACK_SECONDS + 2)
            yield from _signatures(live, said)
            told = meanwhile.json["status"] if meanwhile.status == 200 else meanwhile.status
            yield Figure(f"/readyz meanwhile: {told}", told == "degraded")
            yield from readiness(ready, began, ended, 200)
            waited = until(lambda: not count(live, WAITING))
            yield Figure(f"no job waits {waited:.1f} s after the last", waited < BACK_SECONDS)
    finally:
        server.end()


def storage_away(place: Place) -> Iterator[Figure]:
    """S3 is away while people sign and a coordinator prints."""
    bucket = S3()
    where = {"UNDERSIGNED_STORAGE_PATH": "", "UNDERSIGNED_STORAGE_URL": bucket.address()}
    with place.served(None, **where) as live:
        address, body = opened(live)
        coalition = live.post("/v1/coalitions", {"slug": "bench-2", "name": "Specimen"})["id"]
        statements = [frozen(live, coalition, number) for number in range(2)]
        first = live.call("GET", f"{statements[0]}/document")
        with live.readiness() as ready, signed(address, body, live) as said:
            time.sleep(BEFORE_SECONDS)
            began = time.monotonic()
            bucket.stop()
            refused = live.call("GET", f"{statements[1]}/document")
            time.sleep(DOWN_SECONDS)
            meanwhile = live.call("GET", "/readyz")
            bucket.start()
            ended = time.monotonic()
            waited = until(lambda: live.call("GET", f"{statements[1]}/document").status == 200)
            time.sleep(BACK_SECONDS + 2)
        yield from _signatures(live, said)
        is_told = refused.status == 503 and "retry-after" in refused.headers
        yield Figure(f"a document meanwhile: {refused.status} with Retry-After", is_told)
        is_degraded = meanwhile.status == 200 and meanwhile.json["storage"] is False
        yield Figure(f"/readyz meanwhile: {meanwhile.status}, degraded", is_degraded)
        yield from readiness(ready, began, ended, 200)
        yield Figure(f"prints again {waited:.1f} s after it is back", waited < BACK_SECONDS)
        again = live.call("GET", f"{statements[0]}/document")
        yield Figure("the first document is the same", again.body == first.body)
    bucket.stop()


def _signatures(live: Live, said: list[tuple[float, str, Said]]) -> Iterator[Figure]:
    told = Counter(each.status for _, _, each in said)
    yield Figure(f"signing meanwhile: {dict(told)}", set(told) == {202})
    slowest = max(each.seconds for _, _, each in said)
    yield Figure(f"the slowest answer in {slowest:.1f} s", slowest < BACK_SECONDS)
    rows = kept(live)
    yield Figure(f"{told[202]} acknowledged, {rows} rows", rows >= told[202] > 0)
