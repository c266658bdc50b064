"""Orders, keys and indexes of demands, on plain values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from api.errors import Fault, point
from api.infra import spelling
from api.texts.rules import markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID


def order_faults(there: Sequence[UUID], wanted: Sequence[UUID]) -> list[Fault]:
    """Return what keeps `wanted` from being an order of all that is there."""
    faults, seen = [], set()
    for index, one in enumerate(wanted):
        if one not in there:
            faults.append(Fault(point("ids", index), "There is none of this id here."))
        elif one in seen:
            faults.append(Fault(point("ids", index), "It is named twice."))
        seen.add(one)
    missing = [str(one) for one in there if one not in seen]
    if missing:
        faults.append(Fault("/ids", f"Missing: {', '.join(missing)}."))
    return faults


def next_key(subject: str, taken: Iterable[str]) -> str:
    """Return "kz-3" where kz-2 is the highest key of the subject so far."""
    numbered = re.compile(rf"{re.escape(subject)}-([0-9]{{1,9}})\Z")
    numbers = [int(found[1]) for key in taken if (found := numbered.match(key))]
    return f"{subject}-{max(numbers, default=0) + 1}"


def spellings(text: str, rationale: str | None) -> str:
    """Return what a demand keeps, so that any spelling of its words finds it."""
    return spelling.index_of([markdown.plain(text), markdown.plain(rationale or "")])
