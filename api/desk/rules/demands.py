"""The facts of the screens of demand lists and demands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from api.desk.rules.tables import Listing
from api.pages.rules import forms
from api.pages.rules.facts import Form
from api.pages.rules.forms import Sent

FIRST, UP, DOWN = "first", "up", "down"
FIELDS = ("text", "rationale", "kind", "addressee")


@dataclass(frozen=True, kw_only=True)
class InOrder:
    """One of several in order, which can be moved."""

    id: str
    text: str
    href: str
    small: str = ""
    state: str = ""
    is_first: bool = False
    is_last: bool = False


@dataclass(frozen=True, kw_only=True)
class OrderedScreen:
    """What stands in order: the lists of a coalition, or a list's demands."""

    title: str
    places: Sequence[InOrder]
    total: int
    following: str | None
    list_id: str = ""  # of demands; empty: lists
    is_empty: bool = False  # and can be deleted
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class AllDemandsScreen:
    """All demands of a coalition, narrowed down or searched."""

    demands: Listing
    before: Listing  # texts that asked in words like those that are looked for


@dataclass(frozen=True, kw_only=True)
class ListFormScreen:
    """The form that says of whom a list asks."""

    values: Mapping[str, str]
    countries: Sequence[tuple[str, str]]
    of_party: Sequence[str] = ()
    back: str
    version: int | None = None  # None: it is new
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class DemandScreen:
    """One demand: what it asks, for whom, what became of it, and where it was asked."""

    text: str
    rationale: str
    demand_id: str
    list_id: str
    of_whom: str
    facts: Sequence[tuple[str, str]]
    cases: Listing
    history: Listing
    asked: Listing
    is_sealed: bool  # it is about somebody who may not be named: how we know shows on request
    is_disclosed: bool


@dataclass(frozen=True, kw_only=True)
class DemandFormScreen:
    """The form of a new demand, or of what changes of one."""

    values: Mapping[str, str]
    kinds: Sequence[tuple[str, str]]
    back: str
    of_whom: str
    lists: Sequence[tuple[str, str]] = ()  # to which it can be moved
    version: int | None = None  # None: it is new
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class DemandCasesScreen:
    """The cases that a demand is about, and a search for others."""

    text: str
    demand_id: str
    version: int
    about: Sequence[tuple[str, str]]  # id, label
    found: Sequence[tuple[str, str]] = ()
    asked: str = ""
    told: str = ""  # of what the search left out


def moved(ids: Sequence[UUID], one: UUID, *, how: str, before: UUID | None) -> list[UUID]:
    """Return an order in which one thing stands elsewhere: first, up, down, or before another.

    Before None is the end. What is not there moves nothing.
    """
    if one not in ids:
        return list(ids)
    place, others = ids.index(one), [each for each in ids if each != one]
    if how == FIRST:
        to = 0
    elif how in {UP, DOWN}:
        to = max(place - 1, 0) if how == UP else place + 1
    else:
        to = others.index(before) if before in others else len(others)
    return [*others[:to], one, *others[to:]]


def subject(sent: Sent) -> dict[str, object]:
    """Return of whom a list asks."""
    if forms.one(sent, "of") != "party":
        return {"country": forms.one(sent, "country") or None}
    party = {
        "id": forms.one(sent, "party.id"),
        "name": forms.one(sent, "party.name"),
        "countries": list(dict.fromkeys(filter(None, sent.get("party.countries", ())))),
    }
    return {"party": party}


def facts(sent: Sent) -> dict[str, object]:
    """Return what a form says of a demand."""
    told: dict[str, object] = dict(forms.tidied(sent, FIELDS))
    return {**told, "text": told["text"] or ""}
