"""Gives who is on a tool's list, as a table that can be imported: with it, nobody is subscribed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from uuid import UUID

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.connectors import rules
from api.connectors.models import Connector
from api.connectors.rules import Lister, ToolFault
from api.connectors.service import people, tools
from api.errors import Conflict, Unavailable
from api.infra.database.transactions import reading, transaction
from api.infra.security import audit
from api.infra.tables import csv_files, reports

SECONDS = 20.0  # somebody waits for it


class NotListed(Conflict, title="Who is on the list cannot be asked for"):
    """Its people can be had from the tool itself, as a CSV."""


class ToolNotWell(Unavailable, title="The tool cannot be used now"):
    """What the detail says can be done about it."""


def listed(actor: Actor, connector_id: UUID, mailing_list: str | None) -> str:
    """Return a table of who is on a list of a tool, by default on the one that it hands people to.

    It is for owners: they may never have dealt with the coalition.
    """
    with reading() as session:
        connector = load(session, actor, Connector, connector_id, Role.OWNER)
        settings = people.settings_of(session, connector)
    chosen = mailing_list or settings.get("list", "")
    found = _asked(connector.kind, settings, chosen)
    with transaction() as session:
        row = load(session, actor, Connector, connector_id, Role.OWNER)
        told = {"list": chosen, "number": len(found)}
        audit.record(session, actor, "connector.list_given", row, told)
    columns = list(dict.fromkeys(name for each in found for name in each))[: reports.MOST_COLUMNS]
    cells = [{name: _cell(each.get(name)) for name in columns} for each in found]
    return csv_files.written(columns or ["email"], cells, header=True)


def _asked(kind: str, settings: Mapping[str, str], mailing_list: str) -> list[Mapping[str, object]]:
    try:
        with tools.guarded(kind):
            tool = None if kind in tools.FILES else tools.opened(kind, settings)
            if not isinstance(tool, Lister):
                raise NotListed("This kind of tool gives none. Import a CSV that is saved there.")
            with tool.many():
                found = list(islice(_in_time(tool.people(mailing_list)), reports.MOST_LINES + 1))
    except ToolFault as fault:
        raise ToolNotWell(rules.ADVICE[fault.fault]) from None
    if len(found) > reports.MOST_LINES:
        raise NotListed(
            f"The list has more than {reports.MOST_LINES:,} people, more than an import takes."
            " Save it there as a CSV, and import it in parts."
        )
    return found


def _in_time(found: Iterable[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
    until = time.monotonic() + SECONDS
    for each in found:
        if time.monotonic() > until:
            raise ToolFault("time-out")
        yield each


def _cell(value: object) -> str:
    """Return what a tool knows as a cell; what is no plain value is passed over."""
    return str(value) if isinstance(value, str | int | float) else ""
