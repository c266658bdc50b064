"""What screens of several areas show alike: choices, countries, histories, lists of texts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from flask import Response, request
from markupsafe import Markup

from api.cases.service import Recorded
from api.desk.routes.base import Screen, cursors, day, one, said, screen, to
from api.desk.routes.visiting import coalition
from api.desk.rules import cases as rules, demands as ordering, home
from api.desk.rules.frames import Danger
from api.desk.rules.tables import Cell, Filter, ListColumn, Listing, ListRow
from api.errors import NotFound
from api.infra import clock
from api.infra.database.paging import Page
from api.infra.text import languages, zones
from api.pages.rules import pages
from api.statements.models import Statement
from api.statements.service.past import DemandAsked
from api.texts.rules import markdown

_Item = TypeVar("_Item")


class SearchedList(Screen, ABC):
    """A list of a coalition, which is searched by words: they stand in no address."""

    def get(self, coalition_id: UUID) -> Response:
        """List all, as the address narrows them down."""
        return self.listed(coalition_id, "")

    def post(self, coalition_id: UUID) -> Response:
        """Search them by words."""
        return self.listed(coalition_id, one("search"))

    @abstractmethod
    def listed(self, coalition_id: UUID, sought: str) -> Response:
        """Show a page of all, or of those that the words find."""


def choices(kind: Iterable[StrEnum], table: str) -> list[tuple[str, str]]:
    """Return values with their words, which `table` of the catalogue has."""
    return [(each.value, said().say(f"{table}.{each}")) for each in kind]


def choice(value: StrEnum | None, table: str) -> str:
    """Return the words of a value; nothing of none."""
    return said().say(f"{table}.{value}") if value else ""


def columns_of(area: str, *keys: str) -> list[ListColumn]:
    """Return the columns of a table, which the words of an area name by these keys."""
    words = said()
    return [ListColumn(words=words.say(f"{area}.{key}")) for key in keys]


def country(code: str | None) -> str:
    """Return what the coalition calls a country in the visitor's language."""
    if code is None:
        return ""
    here, language = coalition(), said().language
    own: Mapping[str, str] = here.country_names.get(language, {}) if here else {}
    return languages.country_name(code, language, own)


def countries() -> Sequence[tuple[str, str]]:
    """Return code and name of every country, as `country` calls it, by the alphabet."""
    here, language = coalition(), said().language
    own = here.country_names.get(language, {}) if here else {}
    return pages.countries(language, tuple(own.items()))


def usual_zone() -> str:
    """Return the zone of the coalition's first country, where all of it has one; else UTC."""
    here = coalition()
    codes = here.countries if here else ()
    found = (zones.of_country(code, clock.now()) for code in codes)
    return next(filter(None, found), "UTC")


def asked_once(key: str, version: int, back: str) -> Response:
    """Ask once before what cannot be undone: `key` of the words, and two points that it has."""
    words = said()
    return screen(
        "danger.html",
        Danger(
            title=words.say(key),
            points=[words.say(f"{key}_{number}") for number in (1, 2)],
            button=words.say(key),
            back=back,
            fields={"version": str(version)},
        ),
    )


def query_of(filters: Sequence[Filter]) -> dict[str, str]:
    """Return what the address asks of a table; what no filter offers it does not ask."""
    asked = {each.name: request.args.get(each.name, "") for each in filters}
    offered = {each.name: dict(each.choices) for each in filters}
    known = {name: value if value in offered[name] else "" for name, value in asked.items()}
    return {**known, "cursor": request.args.get("cursor") or one("cursor")}


def without_cursor(query: Mapping[str, str]) -> dict[str, str]:
    """Return a query for another address than the list's own page."""
    return {name: value for name, value in query.items() if value and name != "cursor"}


def history(found: Page[Any], table: str, at_it: Listing, *, tells: bool) -> Listing:
    """Return the steps of a history; what they say of how it is known, where that may be told.

    `at_it` says where the list stands, as for `texts_of`.
    """
    return replace(
        at_it,
        columns=columns_of("cases", "since", "status", "known"),
        rows=[_step(each, table, tells=tells) for each in found.items],
        total=found.total,
        following=found.following,
    )


def _step(step: Recorded, table: str, *, tells: bool) -> ListRow:
    change: Any = step.change
    sources = [rules.source(each) for each in step.sources or ()] if tells else []
    links = [
        Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>').format(each.href)
        if each.href
        else Markup("<bdi>{}</bdi>").format(each.words)
        for each in sources
    ]
    evidence = [Markup("<bdi>{}</bdi>").format(step.evidence)] if tells and step.evidence else []
    known = Markup("<br>").join([*evidence, *links])
    return ListRow(
        cells=[
            Cell(text=day(change.changed_on)),
            Cell(text=said().say(f"{table}.{change.status}")),
            Cell(text="", html=known) if known else Cell(),
        ]
    )


def moved(order: Sequence[UUID]) -> list[UUID]:
    """Return an order in which one thing stands where the form that was sent puts it."""
    try:
        before = UUID(one("before")) if one("before") else None
        return ordering.moved(order, UUID(one("id")), how=one("do"), before=before)
    except ValueError:
        raise NotFound("The page that led here is old. Load it again.") from None


def lists_of(path: str, names: Sequence[str]) -> Callable[[str, str], Listing]:
    """Return what makes the lists of a screen that has several: each is paged by its own name."""
    query = cursors(*names)

    def empty(name: str, caption: str) -> Listing:
        return Listing(caption=caption, columns=(), rows=(), path=path, query=query, cursor=name)

    return empty


def sliced(every: Sequence[_Item], begins: int, size: int) -> Page[_Item]:
    """Return a page of a list that is held as a whole: its cursor counts what was before it."""
    ends = begins + size
    following = str(ends) if len(every) > ends else None
    return Page(every[begins:ends], following, len(every))


def paged(at_it: Listing, found: Page[Any]) -> Listing:
    """Return the pages of a list that is set in a form of its own, for `desk.pages`."""
    return replace(at_it, total=found.total, following=found.following)


def cells_of(statement: Statement) -> list[Cell]:
    """Return what a row says of a statement, which it leads to: its title, kind and state."""
    words = said()
    return [
        Cell(
            text=statement.title,
            href=to("statement", statement_id=statement.id),
            small=words.say(f"kind.{statement.kind}"),
            language=statement.language,
        ),
        Cell(text=words.say(f"state.{statement.state}"), tone=home.TONES[statement.state]),
    ]


def texts_of(found: Page[Statement], at_it: Listing) -> Listing:
    """Return statements as rows that lead to them."""
    return replace(
        at_it,
        columns=columns_of("home", "title", "state"),
        rows=[ListRow(cells=cells_of(each)) for each in found.items],
        total=found.total,
        following=found.following,
    )


def asked_in(found: Page[DemandAsked], at_it: Listing) -> Listing:
    """Return where demands were asked as rows that lead to those texts."""
    words = said()
    return replace(
        at_it,
        columns=columns_of("demands", "where", "as", "when"),
        rows=[
            ListRow(
                cells=[
                    Cell(
                        text=each.title,
                        href=to("statement", statement_id=each.statement.id),
                        language=each.statement.language,
                        small=words.say(f"state.{each.statement.state}"),
                    ),
                    Cell(text=markdown.plain(each.past.text)),
                    Cell(text=day(each.day)),
                ]
            )
            for each in found.items
        ],
        total=found.total,
        following=found.following,
    )
