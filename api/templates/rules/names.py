"""What may be named in a template: the given data, the filters and tests, and what stands where."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

# What a name stands for: the sort of one value, a list of what is in it, or a record's fields.
Shape: TypeAlias = "str | list[Shape] | dict[str, Shape]"

# A case, by its public words, as facts name it.
CASE: dict[str, Shape] = {
    "id": "text",
    "label": "text",
    "country": "country",
    "occupation": "text",
    "born": "number",
    "status": "text",
    "summary": "text",
}
# What every template may see beside its own facts. Only public words are ever put in.
GIVEN: dict[str, Shape] = {
    "language": "text",
    "coalition": {
        "name": "text",
        "countries": ["country"],
        "members": [
            {
                "name": "text",
                "acronym": "text",
                "label": "text",
                "country": "country",
                "role": "text",
            }
        ],
    },
    "demand_lists": [
        {
            "country": "country",
            "party": "text",
            "name": "text",
            "demands": [
                {
                    "id": "text",
                    "text": "markdown",
                    "kind": "text",
                    "addressee": "text",
                    "cases": ["text"],
                    "status": "text",
                }
            ],
        }
    ],
    "cases": [CASE],
}
LOOP: dict[str, Shape] = {
    "index": "number",
    "length": "number",
    "first": "boolean",
    "last": "boolean",
}

# Jinja gives `self`, `super` and `caller` a meaning of its own; the others are its grammar.
_GRAMMAR_WORDS = """
    self super caller varargs kwargs loop and or not in is if elif else endif for endfor
    true false none
"""
RESERVED = frozenset(_GRAMMAR_WORDS.split()) | frozenset(GIVEN)
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

TESTS = frozenset({"even", "odd", "none", "in"})

WORDS = frozenset({"text", "country", "url", "date"})


@dataclass(frozen=True)
class Use:
    """How a filter may be used: on which sorts, what comes out, with which arguments."""

    on: frozenset[str]
    gives: str  # a sort, "same", "item" (of the list) or "parts" (one of each record)
    arguments: tuple[int, int] = (0, 0)
    named: frozenset[str] = frozenset()


_PLURALS = ("zero", "one", "two", "few", "many", "other")
LIST = frozenset({"list"})
NUMBER = frozenset({"number"})
FILTERS: dict[str, Use] = {
    "date": Use(frozenset({"date"}), "text"),
    "country": Use(frozenset({"country"}), "text"),
    "number": Use(NUMBER, "text"),
    "plural": Use(NUMBER, "text", named=frozenset(_PLURALS)),
    "joined": Use(LIST, "text", (0, 1)),
    "each": Use(LIST, "parts", (1, 1)),
    "where": Use(LIST, "same", (2, 2)),
    "count": Use(LIST, "number"),
    "length": Use(LIST, "number"),
    "first": Use(LIST, "item"),
    "last": Use(LIST, "item"),
    "default": Use(WORDS | NUMBER | {"markdown"}, "same", (1, 1)),
    "upper": Use(WORDS, "text"),
    "lower": Use(WORDS, "text"),
    "title": Use(WORDS, "text"),
    "capitalize": Use(WORDS, "text"),
    "footnote": Use(WORDS | {"markdown"}, "markdown"),
}


class RefusedSyntax(Exception):
    """Something in a text that a template may not hold, and the line it stands on."""

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(detail)
        self.line = line
        self.detail = detail

    def __str__(self) -> str:
        return f"Line {self.line}: {self.detail}"


@dataclass(frozen=True)
class Scope:
    """The names that stand at one place, and how many loops it is inside."""

    names: Mapping[str, Shape]
    loops: int = 0
    has_notes: bool = True  # footnotes may be made: not in plain fields, nor in footnotes

    def inside(self, name: str, item: Shape) -> Scope:
        """Return the scope of a loop's body."""
        names = {**self.names, name: item, "loop": LOOP}
        return replace(self, names=names, loops=self.loops + 1)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean `x`?" for a misspelt name, or nothing."""
    close = difflib.get_close_matches(name, list(known), 1)
    return f" Did you mean `{close[0]}`?" if close else ""
