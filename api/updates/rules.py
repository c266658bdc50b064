"""Which of an update's texts a signatory reads."""

from __future__ import annotations

from collections.abc import Sequence

MOST_STATEMENTS = 20


def closest(languages: Sequence[str], wanted: str | None, otherwise: str) -> str:
    """Return the language that fits who reads `wanted`: itself, a wider one, or a kindred one."""
    known = {tag.lower(): tag for tag in languages}
    parts = (wanted or "").lower().split("-")
    for length in range(len(parts), 0, -1):
        if found := known.get("-".join(parts[:length])):
            return found
    kindred = (tag for tag in languages if parts[0] and tag.lower().split("-")[0] == parts[0])
    return next(kindred, otherwise)
