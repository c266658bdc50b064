"""What an app holds of the outside world, found from any use case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from api.config import Settings
    from api.infra.child import Children
    from api.infra.keys import Vault
    from api.infra.limits import Limits
    from api.infra.mail import Server
    from api.infra.places import Places
    from api.infra.queue import Queue
    from api.infra.reach import Reach
    from api.infra.storage import Storage

EXTENSION = "undersigned"


@dataclass(frozen=True, kw_only=True)
class Outside:
    """One app's settings, keys, files, queue, limited children, limits and mail server."""

    settings: Settings
    vault: Vault
    storage: Storage
    queue: Queue
    children: Children
    places: Places  # for what requests have laid out
    limits: Limits
    mail: Server | None  # None: letters wait until one is set
    reach: Reach


def outside() -> Outside:
    """Return the running app's outside; needs an app context, as the database does."""
    return cast("Outside", current_app.extensions[EXTENSION])


def elsewhere() -> Callable[[], AbstractContextManager[object]]:
    """Return what lets another thread use the running app's outside and database."""
    return current_app._get_current_object().app_context  # type: ignore[attr-defined,no-any-return] # noqa: SLF001 # Flask's way to hand an app to a thread
