"""A choice of one thing of which there may be many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LISTED = 50  # so many are a list; of more, words are typed and looked for


@dataclass(frozen=True, kw_only=True)
class Offered:
    """What a field offers: all there is or all that was found, or room for words of a name."""

    choices: Sequence[tuple[str, str]] = ()
    total: int = 0
    is_long: bool = False  # there are more than a list holds
    is_typed: bool = False  # nothing is chosen of them yet

    def __bool__(self) -> bool:
        return self.is_typed or bool(self.choices)
