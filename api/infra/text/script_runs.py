"""Parts a text where its letters change: their script, and the way they run."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import icu

_STRONG = {"L": False, "R": True, "AL": True, "AN": True}  # whether right to left, by Unicode
_NUMBER = "EN"  # runs as the letters before it
_SHARED = frozenset({"Zyyy", "Zinh", "Zzzz"})  # of no script: spaces, signs, digits
_FROM_RIGHT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


@dataclass(frozen=True)
class ScriptRun:
    """Words of one script (ISO 15924) that run one way."""

    words: str
    script: str
    is_from_right: bool


def script_runs(text: str, script: str, direction: str) -> list[ScriptRun]:
    """Return a text in passages; `script` and `direction` are of the text around it.

    What is of no script goes with the letters beside it that run the same way.
    """
    if not text:
        return []
    if script == "Latn" and direction == "ltr" and text.isascii():
        return [ScriptRun(text, script, is_from_right=False)]
    ways = _ways(text, is_from_right=direction == "rtl")
    scripts = _filled([_script(one) for one in text], ways, script)
    found, start = [], 0
    for (name, way), each in groupby(zip(scripts, ways, strict=True)):
        end = start + sum(1 for _ in each)
        found.append(ScriptRun(text[start:end], name, way))
        start = end
    return found


def _ways(text: str, *, is_from_right: bool) -> list[bool]:
    """Tell of each character whether it runs from the right (Unicode's rules W2, W7, N1 and N2)."""
    if not is_from_right and not _FROM_RIGHT.search(text):
        return [False] * len(text)
    strong: list[bool | None] = []
    before = is_from_right
    for one in text:
        kind = unicodedata.bidirectional(one)
        way = before if kind == _NUMBER else _STRONG.get(kind)
        before = before if way is None else way
        strong.append(way)
    found: list[bool] = []
    for way, each in groupby(strong):
        count = sum(1 for _ in each)
        end = len(found) + count
        if way is None:
            ahead = strong[end] if end < len(strong) else is_from_right
            behind = found[-1] if found else is_from_right
            found += [behind if behind == ahead else is_from_right] * count
        else:
            found += [way] * count
    return found


def _filled(scripts: list[str], ways: list[bool], usual: str) -> list[str]:
    """Give each character a script: its own, else that of letters beside it of the same way."""
    found = scripts.copy()
    for places in (range(len(scripts)), reversed(range(len(scripts)))):
        letters, way = "", False
        for place in places:
            if scripts[place]:
                letters, way = scripts[place], ways[place]
            elif letters and not found[place] and way == ways[place]:
                found[place] = letters
    return [one or usual for one in found]


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    name: str = icu.Script.getScript(character).getShortName()
    return "" if name in _SHARED else name
