"""One folded form for every spelling of a name, so that a search finds any of them.

Latin and Cyrillic, with or without diacritics, and the usual ways of writing one in the other:
Khakimova, Hakimova and Хакимова fold alike.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from anyascii import anyascii
from sqlalchemy import and_, false

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement

# In this order: the longer ways to write a sound come before the shorter ones.
_SOUNDS = (
    ("shch", "s"), ("dzh", "j"), ("tch", "ch"), ("tsh", "ch"), ("zh", "j"), ("dj", "j"),
    ("kh", "h"), ("gh", "g"), ("sh", "s"), ("ph", "f"), ("ts", "c"), ("tz", "c"), ("ou", "u"),
    ("oo", "u"), ("ee", "i"), ("ck", "k"), ("q", "k"), ("w", "v"), ("x", "h"), ("y", "i"),
    ("ie", "e"), ("io", "o"), ("iu", "u"), ("ia", "a"), ("ii", "i"),
)  # fmt: skip
_REPEATED = re.compile(r"([a-z])\1+")
_NO_WORD = re.compile(r"[^a-z0-9]+")


def folded(text: str) -> str:
    """Return the words of a text in the form that searches compare."""
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(character)
    )
    words = _NO_WORD.sub(" ", anyascii(plain).lower().replace("'", ""))
    for sound, one in _SOUNDS:
        words = words.replace(sound, one)
    return _REPEATED.sub(r"\1", words).strip()


def index_of(names: Iterable[str]) -> str:
    """Return what a row keeps, so that `matches` finds it by any of its names."""
    return "\n".join(sorted({folded(name) for name in names if name}))


def matches(column: Any, sought: str) -> ColumnElement[bool]:
    """Return the condition that a row's index holds every word of what is sought."""
    words = folded(sought).split()
    # Folded words hold letters and digits only, so nothing in them is a wildcard.
    return and_(*[column.like(f"%{word}%") for word in words]) if words else false()


def found_in(index: str, sought: str) -> bool:
    """Tell whether an index holds every word of what is sought."""
    words = folded(sought).split()
    return bool(words) and all(word in index for word in words)
