"""How often something may be done: in bursts and sustained, counted in memory or in one Redis.

These limits shed load. Those that protect a person are rows (`infra/days`).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from api.errors import DomainError

A_MINUTE = 60


class TooOften(DomainError):
    """Somebody, or somebody beside them, did this too often."""

    title = "This was done too often"

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


class Limits:
    """The counters of one app."""

    def __init__(self, url: str) -> None:
        """Count where an address says; it is opened at first use."""
        self._url = url

    def hit(self, rate: Rate, *who: str) -> None:
        """Count one more, or raise TooOften."""
        for item in RateLimitItemPerMinute(rate.a_minute), RateLimitItemPerHour(rate.an_hour):
            if seconds := self._seconds_until(item, *who):
                raise TooOften(seconds)

    def seconds_until(self, a_minute: int, *who: str) -> int:
        """Count one more, or return in how many seconds it can be; 0: it was counted."""
        return self._seconds_until(RateLimitItemPerMinute(a_minute), *who)

    def seen(self, *what: str) -> int:
        """Count one more of what is only watched; return how many there were in this minute."""
        minute = int(time.time()) // A_MINUTE
        return int(self._storage.incr(f"seen/{'/'.join(what)}/{minute}", 2 * A_MINUTE))

    def _seconds_until(self, item: RateLimitItem, *who: str) -> int:
        if self._limiter.hit(item, *who):
            return 0
        until = self._limiter.get_window_stats(item, *who).reset_time
        return max(1, math.ceil(until - time.time()))

    def close(self) -> None:
        """Forget all counts."""
        self._storage.reset()

    @cached_property
    def _storage(self) -> Storage:
        return cast("Storage", storage_from_string(self._url))

    @cached_property
    def _limiter(self) -> SlidingWindowCounterRateLimiter:
        return SlidingWindowCounterRateLimiter(self._storage)
