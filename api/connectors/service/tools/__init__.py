"""The kinds of tools: ours, and those of packages that are installed beside us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import entry_points
from typing import cast

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.connectors.rules import Tool, ToolFault, ToolSettings
from api.connectors.service.tools.action_network import ActionNetwork
from api.connectors.service.tools.listmonk import Listmonk
from api.connectors.service.tools.mailman import Mailman
from api.connectors.service.tools.table import FileTool
from api.errors import DomainError

GROUP = "undersigned.connectors"
OURS: Mapping[str, ToolSettings] = {
    "mailman": Mailman,
    "listmonk": Listmonk,
    "action-network": ActionNetwork,
    "csv": FileTool,
}
FILES = frozenset({"csv"})  # of which nothing is called: what is to be done is written down
log = structlog.get_logger()


@cache
def kinds() -> Mapping[str, ToolSettings]:
    """Return every kind by its name; a package that cannot be loaded takes no other with it."""
    found = dict(OURS)
    for each in entry_points(group=GROUP):
        if each.name in found:
            log.error("connector's name is taken", kind=each.name)
            continue
        try:
            found[each.name] = each.load()
        except Exception as fault:  # noqa: BLE001 # it is another's program
            log.error("connector not loaded", kind=each.name, error=type(fault).__name__)  # noqa: TRY400 # a trace is the log's, not ours
    return found


def opened(kind: str, settings: Mapping[str, str]) -> Tool:
    """Return a tool, ready to be called; raise ToolFault."""
    if kind not in kinds() or kind in FILES:
        raise ToolFault("kind-unknown")
    make = cast("type[Tool]", kinds()[kind])
    return make(settings)


@contextmanager
def guarded(kind: str) -> Iterator[None]:
    """Take whatever a tool's program does wrong for a fault of the tool: it may be another's."""
    try:
        yield
    except (ToolFault, DomainError, SQLAlchemyError):
        raise
    except Exception as fault:  # noqa: BLE001 # any at all
        log.error("connector failed", kind=kind, error=type(fault).__name__)  # noqa: TRY400 # a trace could hold values
        raise ToolFault("failed") from None
