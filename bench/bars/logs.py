"""Bar 24: what the logs and Redis keep of what was sent."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import redis

from bench.bars.live import Figure, Live, Place
from bench.signing import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

REDIS = os.environ.get("UNDERSIGNED_TEST_REDIS", "redis://127.0.0.1:6379/14")
CANARIES = ("kestrel", "peregrine", "und_", "203.0.113.", "198.51.100.")
NAME, MAIL, SECRET = "Kestrel Specimen", "kestrel@specimen.example", "und_kestrel_peregrine"
HEADS = (
    f"GET /kestrel/{SECRET}?q=kestrel HTTP/1.1\r\nHost: a\r\nAuthorization Bearer {SECRET}\r\n\r\n",
    f"GET /{'kestrel' * 20_000} HTTP/1.1\r\nHost: a\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: a\r\nX-Kestrel: {'kestrel' * 20_000}\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n" + "X-Kestrel: kestrel\r\n" * 500 + "\r\n",
    "KESTREL / HTTP/1.1\r\nHost: a\r\n\r\n",
    f"{SECRET}\r\n\r\n",
    "GET / HTTP/kestrel\r\nHost: a\r\n\r\n",
    f"GET {MAIL} HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: kestrel\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: kestrel\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nkestrel\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nContent-Length: 8\r\n\r\nkestrel!!",
    "GET /healthz HTTP/1.1\r\nHost: a\r\nSCRIPT_NAME: /kestrel\r\nX Y: kestrel\r\n\r\n",
    "GET /healthz HTTP/1.1\r\nHost: a\r\nForwarded: for=203.0.113.9;host=kestrel\r\n\r\n",
    "GET /healthz HTTP/1.1\r\nHost: a\r\n folded: kestrel\r\n\r\n",
    "GET /%00kestrel HTTP/1.1\r\nHost: a\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nkestrel",
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfckestrel",
)


def kept(place: Place) -> Iterator[Figure]:
    """No log line and nothing in Redis holds a name, a secret, an address or a network."""
    with redis.Redis.from_url(REDIS, decode_responses=True) as store:
        store.flushdb()
        settings = {
            "UNDERSIGNED_LOG_LEVEL": "INFO",
            "UNDERSIGNED_LIMITS_URL": REDIS,
            "UNDERSIGNED_QUEUE_URL": REDIS,
        }
        with place.served(None, **settings) as live:
            address = _use(live)
            refused = [live.raw(head.encode("latin-1")) for head in HEADS]
            held = _text(store)
        store.flushdb()
    log = place.log.read_text().lower()
    found = [each for each in CANARIES if each in log]
    yield Figure(f"{len(log):,} bytes of log hold {found or 'no canary'}", bool(log) and not found)
    found = [each for each in (*CANARIES, address) if each in held]
    yield Figure(
        f"{len(held):,} bytes in Redis hold {found or 'no canary'}", bool(held) and not found
    )
    errors = [each for each in refused if each.status >= 400]
    proper = sum(each.is_proper for each in errors)
    yield Figure(
        f"{proper} of {len(errors)} refusals of broken requests are problems",
        proper == len(errors) > 0,
    )
    spoken = b"".join(each.body for each in refused).lower()
    yield Figure("none of them repeats what was sent", b"peregrine" not in spoken)


def _use(live: Live) -> str:
    """Do ordinary and mistaken things with names; return the address of a statement."""
    address, body = opened(live)
    path = f"/v1/public/statements/{address}/signatures"
    facts = json.loads(body.replace("WHO", "kestrel")) | {"name": NAME, "email": MAIL}
    for network in ("203.0.113.7", "198.51.100.9", "203.0.113.8, 198.51.100.7"):
        live.call("POST", path, facts, token=False, X_Forwarded_For=network)
        live.call("POST", path, {**facts, "kestrel": 1}, token=False, X_Forwarded_For=network)
    live.call("GET", f"/s/{address}?name={NAME.replace(' ', '+')}", token=False)
    live.call("GET", f"/kestrel/{SECRET}", Authorization=f"Bearer {SECRET}")
    live.call("POST", "/v1/coalitions", b'{"kestrel": ', Idempotency_Key="kestrel")
    live.call("GET", f"/v1/coalitions?cursor={SECRET}", SCRIPT_NAME="/kestrel")
    return address


def _text(store: redis.Redis) -> str:
    told = []
    for key in store.scan_iter():
        told.append(str(key))
        kind = store.type(key)
        if kind == "string":
            told.append(str(store.get(key)))
        elif kind == "list":
            told.append(str(store.lrange(key, 0, -1)))
        elif kind == "zset":
            told.append(str(store.zrange(key, 0, -1)))
        elif kind == "hash":
            told.append(str(store.hgetall(key)))
    return " ".join(told).lower()
