"""What the parts of an app add to each other: written down by each, and read once when it starts.

Who asks for additions defines their class, and finds them by it; who adds makes values of it. So
a lower rung hears of higher ones and knows none, and nothing registers itself by being imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

_Part = TypeVar("_Part")


class Wiring:
    """All that was added; fixed once the app is made."""

    def __init__(self, parts: Iterable[object]) -> None:
        """Take what was added, in the order in which it acts; raise ValueError for a name twice."""
        self.parts = tuple(parts)
        self._of: dict[type, tuple[Any, ...]] = {}
        self._named: dict[type, dict[str, Any]] = {}
        for part in self.parts:
            self._of[type(part)] = (*self._of.get(type(part), ()), part)
            if (name := getattr(part, "name", None)) is not None:
                self._name(name, part)

    def _name(self, name: str, part: object) -> None:
        named = self._named.setdefault(type(part), {})
        if name in named:
            raise ValueError(f"Two of {type(part).__name__} are called {name}.")
        named[name] = part

    def all(self, sort: type[_Part]) -> tuple[_Part, ...]:
        """Return what was added of a class."""
        return self._of.get(sort, ())

    def named(self, sort: type[_Part]) -> Mapping[str, _Part]:
        """Return what was added of a class whose values have a name, by it."""
        return self._named.get(sort, {})
