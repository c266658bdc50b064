"""Keeps what is written in one direction whole inside a text of the other: addresses, names.

In a Persian sentence the parts of an address that holds Persian letters would change places, and
so would, on paper, the parts of a Latin name of which one is emphasised.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

_RTL = "\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff\U00010d00-\U00010d3f\U0001e900-\U0001e95f"
_MIXED = re.compile(f"[{_RTL}]")
_END = (
    r"(?<![\s.,;:!?)\]}'\"\u2019”»\u203a،؛؟…])"  # an address does not end with what ends a sentence
)
# Each run of letters is tried from its beginning only, and gives nothing back: a word of a megabyte
# takes as long as a megabyte of words.
_ADDRESS = re.compile(
    rf"(?:https?://|mailto:|www\.)[^\s<>\"“”«»]+{_END}"
    rf"|(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)+{_END}"
    rf"|(?<![A-Za-z0-9-])(?<![A-Za-z0-9-]\.)[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)+/[^\s<>\"“”«»]*{_END}"
    r"|\+\d[\d ()\u00a0-]{5,}\d",
    re.IGNORECASE,
)
_RUNS = (
    ("ltr", re.compile(rf"(?=[^\W\d_{_RTL}])\w(?:[^{_RTL}]*(?=[^\W_{_RTL}])\w)?")),
    ("rtl", re.compile(rf"(?=[^\W\d_])[{_RTL}](?:[^A-Za-z]*[{_RTL}])?")),
)


@dataclass(frozen=True)
class Piece:
    """A tag, or words with no tag in them, as they go into HTML."""

    html: str
    words: str = ""
    depth: int = 0  # 1 for a tag that opens, -1 for one that closes


def isolated(pieces: Sequence[Piece]) -> Iterator[str]:
    """Yield the HTML of a text, with `bdi` around what would be torn apart."""
    text = "".join(piece.words for piece in pieces)
    if not _MIXED.search(text):
        yield from (piece.html for piece in pieces)
        return
    opened, closed = {}, set()
    spans = _spans(text)
    cut = _cut(pieces, [edge for _, start, end in spans for edge in (start, end)])
    places = [place for place, _ in cut]
    for way, start, end in spans:
        first, last = _between(cut, places, start, end)
        has_tags = any(piece.depth for _, piece in cut[first:last])
        if _is_whole(cut[first:last]) and (has_tags or way == "address"):
            opened[first] = "rtl" if way == "rtl" else "ltr"
            closed.add(last - 1)
    for number, (_, piece) in enumerate(cut):
        if number in opened:
            yield f'<bdi dir="{opened[number]}">'
        yield piece.html
        if number in closed:
            yield "</bdi>"


def without_addresses(text: str) -> str:
    """Return a text without what tells nothing of its language."""
    return _ADDRESS.sub("", text)


def _spans(text: str) -> list[tuple[str, int, int]]:
    """Return what has a direction of its own, from place to place; none within another."""
    found = [("address", *match.span()) for match in _ADDRESS.finditer(text)]
    for way, run in _RUNS:
        ends = [end for _, _, end in found]
        for match in run.finditer(text):
            after = bisect_right(ends, match.start())  # the first that ends beyond its beginning
            if after == len(ends) or found[after][1] >= match.end():
                found.append((way, *match.span()))
        found.sort(key=lambda span: span[1])
    return found


def _cut(pieces: Sequence[Piece], edges: Sequence[int]) -> list[tuple[int, Piece]]:
    """Return the pieces with the places where they begin, words cut at the edges, in order."""
    cut, place = [], 0
    for piece in pieces:
        if not piece.words:
            cut.append((place, piece))
            continue
        over = place + len(piece.words)
        inner = edges[bisect_right(edges, place) : bisect_left(edges, over)]
        for start, end in pairwise((place, *inner, over)):
            if start < end:
                words = piece.words[start - place : end - place]
                cut.append((start, Piece(escape(words, quote=False), words)))
        place = over
    return cut


def _between(
    cut: Sequence[tuple[int, Piece]], places: Sequence[int], start: int, end: int
) -> tuple[int, int]:
    """Return the numbers of the pieces of a span: its words, and tags that are wholly inside."""
    first, last = bisect_left(places, start), bisect_left(places, end)
    while not cut[first][1].words:
        first += 1
    while not cut[last - 1][1].words:
        last -= 1
    while not _is_whole(cut[first:last]):
        if first and cut[first - 1][1].depth > 0:
            first -= 1
        elif last < len(cut) and cut[last][1].depth < 0:
            last += 1
        else:
            break
    return first, last


def _is_whole(cut: Sequence[tuple[int, Piece]]) -> bool:
    depth = 0
    for _, piece in cut:
        depth += piece.depth
        if depth < 0:
            return False
    return depth == 0
