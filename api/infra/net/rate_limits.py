"""How often something may be done: in bursts and sustained, counted in memory or in one Redis.

These limits shed load. Those that protect a person are rows (`infra/security/day_keys`).
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, cast

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from api.config import ALONE
from api.errors import DomainError
from api.infra.database.transactions import must_be_in_none

log = structlog.get_logger()
A_MINUTE = 60
ANSWER_SECONDS = 0.5  # every request that is counted waits for it
PAUSE_SECONDS = 10.0  # in which one that did not answer is not asked again
REDIS: Mapping[str, Any] = MappingProxyType(
    {
        "socket_timeout": ANSWER_SECONDS,
        "socket_connect_timeout": ANSWER_SECONDS,
        "retry": Retry(NoBackoff(), 1),  # a connection that a restart cut
    }
)


class TooOften(DomainError, title="This was done too often"):
    """Somebody, or somebody beside them, did this too often."""

    def __init__(self, seconds: int) -> None:
        """Say when it can be done again."""
        super().__init__(
            f"Try again in {seconds} seconds. Others of your network may have done it."
        )
        self.retry_after = seconds


@dataclass(frozen=True)
class Rate:
    """How often one may do a thing: in any minute, and in any hour."""

    a_minute: int
    an_hour: int


class _Counters:
    """Counts in one place."""

    def __init__(self, url: str) -> None:
        self._url = url

    def seconds_until(self, item: RateLimitItem, *who: str) -> int:
        if self.limiter.hit(item, *who):
            return 0
        until = self.limiter.get_window_stats(item, *who).reset_time
        return max(1, math.ceil(until - time.time()))

    def seen(self, what: str) -> int:
        minute = int(time.time()) // A_MINUTE
        return int(self.storage.incr(f"seen/{what}/{minute}", 2 * A_MINUTE))

    @cached_property
    def storage(self) -> Storage:
        how = {} if self._url == ALONE else REDIS
        made = storage_from_string(self._url, wrap_exceptions=True, **how)
        return cast("Storage", made)

    @cached_property
    def limiter(self) -> SlidingWindowCounterRateLimiter:
        return SlidingWindowCounterRateLimiter(self.storage)


class RateLimits:
    """The counters of one app.

    Where several processes count in a Redis, nobody stands in it by name: who does a thing is
    counted by a mark of the day. While it does not answer, each process counts by itself.
    """

    def __init__(self, url: str, mark: Callable[[str, str], bytes]) -> None:
        """Count where an address says; it is opened at first use.

        `mark` gives what stands there for a value of a purpose today.
        """
        self._mark = mark
        self._own = _Counters(ALONE)
        self._shared = None if url == ALONE else _Counters(url)
        self._again_at = 0.0  # of the monotonic clock: it is not asked before

    def hit(self, rate: Rate, *who: str) -> None:
        """Count one more, or raise TooOften. In no transaction."""
        must_be_in_none()
        for item in RateLimitItemPerMinute(rate.a_minute), RateLimitItemPerHour(rate.an_hour):
            if seconds := self._seconds_until(item, *who):
                raise TooOften(seconds)

    def seen(self, *what: str) -> int:
        """Count one more of what is only watched; return how many there were in this minute.

        In no transaction.
        """
        must_be_in_none()
        marked = self._marked(what)
        return self._ask(lambda counters: counters.seen("/".join(marked)))

    def is_shared(self) -> bool:
        """Tell whether it is counted where the settings say."""
        try:
            return self._shared is None or bool(self._shared.storage.check())
        except StorageError:
            return False

    def close(self) -> None:
        """Forget all counts."""
        for each in filter(None, (self._own, self._shared)):
            each.storage.reset()

    def _seconds_until(self, item: RateLimitItem, *who: str) -> int:
        marked = self._marked(who)
        return self._ask(lambda counters: counters.seconds_until(item, *marked))

    def _marked(self, what: tuple[str, ...]) -> tuple[str, ...]:
        """Return by what something is counted where others may read along: a mark of the day."""
        if self._shared is None:
            return what
        return (self._mark("limits", "/".join(what)).hex(),)

    def _ask(self, ask: Callable[[_Counters], int]) -> int:
        if self._shared is not None and time.monotonic() >= self._again_at:
            try:
                return ask(self._shared)
            except StorageError as fault:
                self._again_at = time.monotonic() + PAUSE_SECONDS
                log.warning("limits alone", error=type(fault.storage_error).__name__)
        return ask(self._own)


def prefix_of(address: str | None) -> str:
    """Return the part of an internet address that a household or an office shares.

    /24 of IPv4 and /56 of IPv6; an address inside another kind (::ffff:…) is what it stands for.
    """
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    size = 24 if found.version == 4 else 56  # noqa: PLR2004 # the versions that there are
    return str(ipaddress.ip_network((found, size), strict=False))
