"""The runtime: what an app holds of the outside world, found from any use case."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from flask import current_app

from api.config import Settings
from api.infra.net.egress import Egress
from api.infra.net.rate_limits import RateLimits
from api.infra.net.smtp import SmtpServer
from api.infra.queue import Queue
from api.infra.sandbox.bulkhead import Bulkhead
from api.infra.sandbox.pool import ChildPool
from api.infra.storage import Storage
from api.infra.vault import Vault
from api.infra.wiring import Wiring

EXTENSION = "undersigned"

_Memory = TypeVar("_Memory")


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """One app's settings, parts, keys, files, queue, limited children, limits, and ways out."""

    settings: Settings
    wiring: Wiring
    vault: Vault
    storage: Storage
    queue: Queue
    pool: ChildPool
    bulkhead: Bulkhead  # for what requests have laid out or unpacked
    rate_limits: RateLimits
    smtp: SmtpServer | None  # None: letters wait until one is set
    egress: Egress
    memory: dict[type, Any] = field(default_factory=dict)  # `remembered`


def runtime() -> Runtime:
    """Return the running app's; needs an app context, as the database does."""
    return cast("Runtime", current_app.extensions[EXTENSION])


def remembered(sort: type[_Memory]) -> _Memory:
    """Return what this process remembers for the running app, in a class of whoever asks.

    It saves asking the database again; another process remembers other things.
    """
    found: _Memory = runtime().memory.setdefault(sort, sort())
    return found


def thread_context() -> Callable[[], AbstractContextManager[object]]:
    """Return what lets another thread use the running app's runtime and database."""
    return current_app._get_current_object().app_context  # type: ignore[attr-defined,no-any-return] # noqa: SLF001 # Flask's way to hand an app to a thread
