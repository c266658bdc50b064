"""Words as people type and paste them, as blocks: an empty line parts paragraphs, signs make lists.

One line that begins with a sign may be a remark (* Her name was changed), what somebody says
(- No.) or a date (14. August): two of one kind are a list, numbered ones if they count from 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from api.texts.rules.document import PortableBlock, PortableItems

_DASHES = frozenset("\u2013\u2014")  # what somebody says begins so, too
_ITEM = re.compile(
    r"(?P<sign>[-*+\u00b7\u2022\u2023\u2219\u25aa\u25ab\u25cb\u25cf\u25e6\u2013\u2014]"
    r"|(?P<number>\d{1,3})[.)])[ \t\u00a0]+(?P<words>\S.*)"
)


class _Line(NamedTuple):
    words: str
    sign: str  # of an item: its bullet, "1" of any number; "" of other lines
    number: int
    whole: str
    is_apart: bool  # an empty line is above it


def blocks(text: str) -> list[PortableBlock]:
    """Return what was typed as paragraphs and lists; words right above a list lead to it."""
    found: list[PortableBlock] = []
    words: list[_Line] = []
    for run in _runs(_lines(text)):
        if not _is_list(run):
            words += run
            continue
        said, words = _paragraphs(words), []
        lead = said.pop() if said and not run[0].is_apart else ""
        found += [{"paragraph": each} for each in said]
        found.append({"list": _items(run, lead)})
    found += [{"paragraph": each} for each in _paragraphs(words)]
    return found


def items(text: str) -> tuple[list[str], bool]:
    """Return the lines of a list, without the signs where all have them; tell if these count."""
    lines = _lines(text)
    if len(list(_runs(lines))) == 1 and _is_list(lines):
        return [line.words for line in lines], lines[0].number > 0
    return [line.whole for line in lines], False


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    is_apart = False
    for raw in text.splitlines():
        whole = raw.strip()
        item = _ITEM.fullmatch(whole)
        if not whole:
            is_apart = True
        elif item:
            number = int(item["number"] or 0)
            sign = "1" if item["number"] else item["sign"]
            found.append(_Line(item["words"], sign, number, whole, is_apart))
        elif found and found[-1].sign and raw[:1].isspace() and not is_apart:  # the item goes on
            before = found[-1]
            words, both = f"{before.words} {whole}", f"{before.whole}\n{whole}"
            found[-1] = before._replace(words=words, whole=both)
        else:
            found.append(_Line(whole, "", 0, whole, is_apart))
        is_apart = is_apart and not whole
    return found


def _runs(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Yield lines that belong together: items of one kind, or words."""
    for sign, group in groupby(lines, key=lambda line: line.sign):
        run = list(group)
        if sign not in _DASHES:
            yield run
            continue
        starts = [0, *(n for n, line in enumerate(run) if n and line.is_apart), len(run)]
        yield from (run[start:end] for start, end in pairwise(starts))


def _is_list(run: Sequence[_Line]) -> bool:
    numbers = [line.number for line in run]
    is_counted = numbers == list(range(1, len(run) + 1))
    return bool(run[0].sign) and len(run) > 1 and (run[0].number == 0 or is_counted)


def _items(run: Sequence[_Line], lead: str) -> PortableItems:
    found: PortableItems = {"items": [line.words for line in run]}
    if lead:
        found["lead"] = lead
    if run[0].number:
        found["ordered"] = True
    return found


def _paragraphs(lines: Sequence[_Line]) -> list[str]:
    """Return the paragraphs of lines that are no list; two that begin with one sign are two."""
    found: list[list[str]] = []
    before = ""
    for line in lines:
        if not found or line.is_apart or (line.sign and line.sign == before):
            found.append([])
        found[-1].append(line.whole)
        before = line.sign
    return ["\n".join(each) for each in found]
