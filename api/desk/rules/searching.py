"""The facts of the search over everything: groups of what any spelling finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.desk.rules.tables import Cell


@dataclass(frozen=True, kw_only=True)
class FoundGroup:
    """What was found of one kind, `search.…` of the words."""

    key: str
    total: int
    things: Sequence[Cell]
    href: str = ""  # of the list of its kind, which takes the search
    told: str = ""  # of what the search left out


@dataclass(frozen=True, kw_only=True)
class SearchScreen:
    """A search and what it found; without words, its form alone."""

    asked: str = ""
    groups: Sequence[FoundGroup] = ()
