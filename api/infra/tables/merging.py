"""Which row a line of a table stands for: by its id, by its key, or by what it says."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from api.errors import Code
from api.infra.tables.reports import CellFault, Line

R = TypeVar("R")


@dataclass(frozen=True)
class There(Generic[R]):
    """A row that is there, as far as whoever sends a table may see it."""

    row: R
    id: UUID
    key: str | None
    alike: Hashable  # what rows share that are probably one; None: not to be compared


class Merge(Generic[R]):
    """Finds the row that each line of a table stands for: by id, by key, or by what it says."""

    def __init__(self, there: Iterable[There[R]], taken: Iterable[str]) -> None:
        """Take the rows, and every key that is taken, also of rows that may not be seen."""
        every = list(there)
        self._by_id = {each.id: each for each in every}
        self._by_key = {each.key: each for each in every if each.key is not None}
        self._alike = {each.alike: each for each in every if each.alike is not None}
        self._taken: dict[str, int | None] = dict.fromkeys(taken)  # the line that takes it now
        self._stood_for: dict[UUID, int] = {}
        self._entered: dict[Hashable, int] = {}

    def row_of(self, line: Line, alike: Hashable) -> There[R] | None:
        """Return the row that a line stands for, or None where it is a new one.

        A line without a key stands for the row that says the same.
        """
        key = line.facts.get("key")
        found = self._by_id.get(line.facts.get("id")) or self._by_key.get(key)  # type: ignore[arg-type] # None is no key of theirs
        return self._alike.get(alike) if found is None and key is None else found

    def is_alike(self, line: Line, there: There[R]) -> bool:
        """Tell whether a line stands for a row only because both say the same."""
        return line.facts.get("id") != there.id and line.facts.get("key") is None

    def faults(self, line: Line, there: There[R] | None, alike: Hashable) -> list[CellFault]:
        """Return what keeps a line from standing for a row beside the lines before it."""
        key = line.facts.get("key")
        faults = []
        if there is not None:
            first = self._stood_for.setdefault(there.id, line.line)
            if first != line.line:
                detail = f"Line {first} is about the same one: leave one out."
                faults.append(CellFault("", Code.DUPLICATE, detail, line=first))
        elif key is None and alike is not None:
            first = self._entered.get(alike, line.line)
            if first != line.line:
                detail = f"Line {first} says the same: give each a key."
                faults.append(CellFault("key", Code.DUPLICATE, detail, line=first))
        self._entered.setdefault(alike, line.line)
        # Whose key may not be seen, has it not compared either.
        if key is not None and (there is None or there.key not in {None, key}):
            if key in self._taken:
                by = self._taken[key]
                who = "Another one here" if by is None else f"Line {by}"
                detail = f"{who} has this key: choose another."
                faults.append(CellFault("key", Code.TAKEN, detail, line=by))
            self._taken.setdefault(key, line.line)
        return faults


def given(
    facts: Mapping[str, object], new: Mapping[str, object], stays: Collection[str]
) -> dict[str, Any]:
    """Return what a line says of a row that is there, an empty cell as in a `new` one.

    An empty cell of those in `stays` says nothing.
    """
    return {
        name: new[name] if value is None else value
        for name, value in facts.items()
        if name in new and not (name in stays and value is None)
    }


def whole(facts: Mapping[str, object], new: Mapping[str, object]) -> dict[str, Any]:
    """Return all facts of a row that will be new: those of a line, and what it leaves out."""
    told = {name: value for name, value in facts.items() if name in new and value is not None}
    return {**new, **told}
