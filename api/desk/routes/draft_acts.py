"""A change of one part of a draft, saved on top of what others changed elsewhere in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from api.demands import service as demands
from api.desk.routes.picking import cases_like
from api.desk.routes.shared import country
from api.desk.routes.visiting import actor, coalition, coalition_of_address
from api.desk.rules import drafting
from api.desk.rules.block_forms import BlockSources, Finds
from api.errors import Code, Fault, Invalid, point
from api.infra.database import paging
from api.infra.database.paging import PageRequest
from api.infra.database.transactions import Stale
from api.portable.rules import names
from api.statements import service
from api.statements.service import SavedStatement
from api.texts.rules import markdown
from api.texts.rules.document import PortableDocument

Change = Callable[[PortableDocument], PortableDocument]

_TRIES = 5
_A_FEW = 12  # that are offered where what was typed may mean several
_SHOWN = 160  # characters of a demand


class PartMoved(Exception):
    """The part that is changed is another by now, or gone."""


def changed(statement_id: UUID, change: Change) -> SavedStatement:
    """Save what a change makes of a draft as it is now, again where somebody is faster.

    `change` raises PartMoved where the part that it is about is not what was read.
    """
    for _ in range(_TRIES):
        found = service.draft(actor(), statement_id)
        before = found.document
        after = drafting.tidied(change(before), before)
        if after == before:
            return found
        try:
            return service.save(actor(), statement_id, found.statement.version, after)
        except Stale:
            continue
    raise Stale("Others are writing on it just now. Try once more.")


def must_be_as_read(part: object, was: str) -> None:
    """Let a part pass that is as it was read, or raise PartMoved."""
    if part is None or drafting.mark(part) != was:
        raise PartMoved


def sources(document: PortableDocument) -> BlockSources:
    """Return what the blocks of a draft can name: what it holds, and the coalition's lists."""
    lists: dict[str, str] = {}
    asked: dict[str, str] = {}
    for each in document.get("demand_lists", ()):
        name = each["party"]["name"] if "party" in each else country(each["country"])
        lists[each["party"]["id"] if "party" in each else each["country"]] = name
        for one in each["demands"]:
            asked[one["id"]] = f"{name}: {markdown.plain(one['text'])[:_SHOWN]}"
    coalition_id = coalition_of_address()
    if coalition_id is not None:
        for row in paging.every(lambda page: demands.lists(actor(), coalition_id, page)):
            key = row.country or row.party_key or ""
            name = row.party_name or country(key)
            lists.setdefault(key, name)
    people = named(document)
    here = coalition()
    codes = {one["country"] for one in document.get("cases", ())} | set(
        here.countries if here else ()
    )
    return BlockSources(
        list(lists.items()),
        list(asked.items()),
        list(people.items()),
        sorted(((code, country(code)) for code in codes), key=lambda one: one[1]),
    )


def named(document: PortableDocument) -> dict[str, str]:
    """Return the cases of a draft by their keys, as they print: no name that may not be told."""
    found = {}
    for one in document.get("cases", ()):
        may_be_named = one.get("may_be_named", True) and "name" in one
        found[one["id"]] = one["name"] if may_be_named else names.label(one, document)
    return found


def found_cases(asked: str) -> Sequence[str]:
    """Return the key of the one case that some words mean, or raise Invalid."""
    coalition_id = coalition_of_address()
    if not asked or coalition_id is None:
        return ()
    found, _ = cases_like(coalition_id, PageRequest(limit=_A_FEW), asked)
    keys = [each.key for each in found.items if each.key]
    exact = [each.key for each in found.items if each.key and asked in {each.key, each.label}]
    return _the_one(exact or keys, [each.label for each in found.items], "find_case")


def found_demands(asked: str) -> Sequence[str]:
    """Return the key of the one demand that some words mean, or raise Invalid."""
    coalition_id = coalition_of_address()
    if not asked or coalition_id is None:
        return ()
    found = demands.of_coalition(actor(), coalition_id, PageRequest(limit=_A_FEW), q=asked)
    keys = [each.demand.key for each in found.items]
    told = [markdown.plain(each.demand.text)[:_SHOWN] for each in found.items]
    exact = [each for each in keys if each == asked]
    return _the_one(exact or keys, told, "find_demand")


def _the_one(keys: Sequence[str], told: Sequence[str], field: str) -> Sequence[str]:
    if len(keys) == 1:
        return keys
    code = Code.AMBIGUOUS if keys else Code.NOT_FOUND
    detail = "Say which is meant."
    raise Invalid(detail, [Fault(point(field), code, detail, allowed=tuple(told))])


def finds(find_case: str, find_demand: str) -> Finds:
    """Return what was looked for to be put into a block."""
    return Finds(demands=found_demands(find_demand), cases=found_cases(find_case))
