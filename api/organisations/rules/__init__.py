"""Which of an organisation's names a text prints."""

from __future__ import annotations

from collections.abc import Mapping


def name_in(names: Mapping[str, str], language: str) -> str:
    """Return the name in a language, or else in a kindred tag of it, or else the first."""
    root = language.split("-", maxsplit=1)[0]
    kindred = (name for tag, name in names.items() if tag.split("-")[0] == root)
    return names.get(language) or next(kindred, next(iter(names.values())))
