"""A table as facts: on a phone each row becomes a card, whose cells say what they are.

A screen builds one from what its use case returns, and its template sets it by `desk.table(…)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode

from markupsafe import Markup

# What a badge says besides its words: nothing; it is well; it waits for somebody; it is wrong.
Tone = Literal["", "good", "waits", "wrong"]


@dataclass(frozen=True, kw_only=True)
class ListColumn:
    """One column."""

    words: str
    is_number: bool = False


@dataclass(frozen=True, kw_only=True)
class Press:
    """A button of a row: a form of its own, with hidden fields."""

    action: str
    words: str
    fields: Sequence[tuple[str, str]] = ()
    is_plain: bool = False  # it looks like a link: what is rarely pressed


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What stands in a row under one column."""

    text: str = ""
    href: str = ""
    small: str = ""  # below it, smaller
    tone: Tone | None = None  # a badge; None: plain words
    language: str = ""  # of a text of somebody's, for its direction
    html: Markup | None = None  # instead of all that
    press: Press | None = None  # instead, too; not where rows can be ticked: forms do not nest


@dataclass(frozen=True, kw_only=True)
class ListRow:
    """One row: its first cell names it."""

    cells: Sequence[Cell]
    id: str = ""  # what a bulk act sends of it; "": it is for none


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A choice that narrows the table down by `?name=value`; the empty value is all."""

    name: str
    words: str
    choices: Sequence[tuple[str, str]]  # value and words


@dataclass(frozen=True, kw_only=True)
class BulkAct:
    """A button for all rows that are ticked: it sends `do` and `ids` to the table's `bulk`."""

    do: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Rows under columns, with what narrows and pages them. `query` is what is asked."""

    caption: str  # for who cannot see it
    columns: Sequence[ListColumn]
    rows: Sequence[ListRow]
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    filters: Sequence[Filter] = ()
    search: str = ""  # the label of a search by words, which never stand in an address; "": none
    asked: str = ""  # those words
    total: int | None = None
    following: str | None = None  # the cursor of the next page
    cursor: str = "cursor"  # its name in the address: each table of a screen has its own
    is_by_name: bool = False  # a cursor holds a name then, and stands in no address
    bulk: str = ""  # where bulk acts are sent
    acts: Sequence[BulkAct] = ()

    def at(self, **changed: str) -> str:
        """Return the table's address with another filter or page; "" takes one away."""
        query = {key: value for key, value in {**self.query, **changed}.items() if value}
        return f"{self.path}?{urlencode(query)}" if query else self.path

    @property
    def first(self) -> str:
        """Return the address of its first page."""
        return self.at(**{self.cursor: ""})

    @property
    def next(self) -> str:
        """Return the address of the page after this one."""
        return self.at(**{self.cursor: self.following or ""})

    @property
    def is_later(self) -> bool:
        """Tell whether there is a page before this one."""
        return bool(self.query.get(self.cursor)) and not self.asked

    @property
    def is_narrowed(self) -> bool:
        """Tell whether there may be more than is shown: an empty table then says so."""
        return bool(self.asked) or any(self.query.get(each.name) for each in self.filters)
