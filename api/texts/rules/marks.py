"""Where in a text of several lines a mark does not fit, for who must find it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from api.texts.rules import markdown

# Signs that may be the fault: at the start of a line, then anywhere in it.
_OPENERS = re.compile(r"\s*(#{1,6}|>|\||`{3}|~{3}|[-=*_](?:[ \t]*[-=*_])+$|[-*+]|\d{1,9}[.)])")
_SIGNS = re.compile(r"!\[|\]\(|\[\^?|\]|<|&\w+;|\\|\*+|_+|`+")


class Misfit(NamedTuple):
    """A line, from 1, and the sign in it."""

    line: int
    sign: str


def misfit(text: str) -> Misfit | None:
    """Return where a text first breaks a rule of its marks; None: nowhere that one line shows."""
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if line.strip() and markdown.faults(line):
            return Misfit(number, _sign(line, ""))
    for number, (above, line) in enumerate(pairwise(lines), start=2):
        if above.strip() and line.strip() and markdown.faults(f"{above}\n{line}"):
            return Misfit(number, _sign(line, f"{above}\n"))
    return None


def _sign(line: str, above: str) -> str:
    """Return the sign without which a line would do, else the first."""
    opener = _OPENERS.match(line)
    found = [opener[1]] if opener else []
    found += _SIGNS.findall(line)
    without = (sign for sign in found if not markdown.faults(above + line.replace(sign, "")))
    return next(without, found[0] if found else line.strip()[:1])
