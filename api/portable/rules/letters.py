"""What no text of a document may hold, in whatever field."""

from __future__ import annotations

import re
import unicodedata

from api.infra import characters

MOST_ACCENTS = 30  # Unicode's own limit for one letter (UAX 15); sorting more of them is slow

_SEPARATORS = re.compile("[\u2028\u2029]")  # libyaml breaks lines there, YAML 1.2 does not
_MARKS = re.compile(rf"[^\w\s]{{{MOST_ACCENTS + 1},}}")


def unkept(text: str) -> str | None:
    """Return why a text cannot be kept and what to do, or None."""
    if text.isascii() and text.isprintable():
        return None
    return unfit(text) or characters.overriding(text) or _piled(text)


def unfit(text: str) -> str | None:
    """Return why a text cannot even be read from a file, or None."""
    if found := _SEPARATORS.search(text):
        return f"Take out the character U+{ord(found[0]):04X}: it cannot be kept."
    return characters.unfit(text)


def _piled(text: str) -> str | None:
    """Return why a letter with a heap of accents cannot be kept: its normal form takes for ever."""
    for run in _MARKS.findall(text):
        if sum(unicodedata.combining(mark) > 0 for mark in run) > MOST_ACCENTS:
            return f"Take out accents: a letter may carry {MOST_ACCENTS} at most."
    return None
