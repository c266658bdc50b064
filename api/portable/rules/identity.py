"""Which block is which: ids that stay while words change, and are no part of what is signed.

A text is kept without them, as version 1 of the format has it, and a list of ids beside it. Pure.
"""

from __future__ import annotations

import json
import re
from bisect import bisect
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import cast
from uuid import UUID, uuid5

from rapidfuzz.distance import Indel

from api.texts.rules.document import PortableBlock, PortableDocument
from api.texts.rules.wording import MOST_PAIRS

VERSION_1, VERSION_2 = "undersigned.statement/1", "undersigned.statement/2"
LIKE = 1 / 3  # of the words of two blocks, before their places are asked
MOST_COMPARED = 2_500  # pairs of blocks of one gap

_Pair = tuple[int, int]  # the place of a block in the text before, and in the text after
# Where words have no spaces between them, each sign is one.
_WORD = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|\w+")


def known(text: UUID, kept: Sequence[str] | None, count: int) -> list[str]:
    """Return the ids of a text's blocks; where none are kept, the same for each reading.

    Those are of the text's own id and of places. Of words they would tell a name to who guesses it.
    """
    if kept is not None and len(kept) == count:
        return list(kept)
    return [str(uuid5(text, str(place))) for place in range(count)]


def bare(document: PortableDocument) -> PortableDocument:
    """Return a document without ids of blocks, as version 1 has it."""
    body = [{key: part for key, part in block.items() if key != "id"} for block in document["body"]]
    return {**document, "format": VERSION_1, "body": cast("list[PortableBlock]", body)}


def identified(document: PortableDocument, ids: Sequence[str]) -> PortableDocument:
    """Return a document as version 2 has it, each block with its id."""
    body: list[PortableBlock] = [
        {**block, "id": one} for block, one in zip(document["body"], ids, strict=True)
    ]
    return {**document, "format": VERSION_2, "body": body}


def carried(
    before: Sequence[PortableBlock], ids: Sequence[str], after: Sequence[PortableBlock]
) -> list[str | None]:
    """Return the ids of a text's blocks by those of the text before it; None: the block is new.

    An id that a block brings is its own. Else it has the id of the block of the same words,
    wherever that stood; else of the one whose place it took, between two that are still there.
    Who sends ids knows them: there, a block that is like none whose place it took is new.
    """
    place_of = {one: place for place, one in enumerate(ids)}
    brought = {place: block["id"] for place, block in enumerate(after) if "id" in block}
    came = {place: place_of[one] for place, one in brought.items() if one in place_of}

    def left() -> tuple[list[int], list[int]]:
        used = {*came.values()}
        olds = [place for place in range(len(before)) if place not in used]
        return olds, [n for n in range(len(after)) if n not in brought and n not in came]

    olds, news = left()
    same = _of_same_words(
        {place: _words(before[place]) for place in olds},
        {place: _words(after[place]) for place in news},
    )
    came |= {new: old for old, new in same}
    for gap in _gaps(came, *left(), (len(before), len(after))):
        took = _of_gap(*gap, before, after, is_known=bool(brought))
        came |= {new: old for old, new in took}
    return [
        brought.get(place) or (ids[came[place]] if place in came else None)
        for place in range(len(after))
    ]


def _words(block: PortableBlock) -> str:
    said = {key: part for key, part in block.items() if key != "id"}
    return json.dumps(said, sort_keys=True, ensure_ascii=False)


def _of_same_words(olds: Mapping[int, str], news: Mapping[int, str]) -> Iterator[_Pair]:
    """Yield the blocks that say the same: those that stayed in order, then those that moved."""
    places, later = list(olds), list(news)
    stayed = {
        later[new]: places[old] for old, new in in_order(list(olds.values()), list(news.values()))
    }
    yield from ((old, new) for new, old in stayed.items())
    used, waiting = {*stayed.values()}, dict[str, list[int]]()
    for old in reversed(places):
        if old not in used:
            waiting.setdefault(olds[old], []).append(old)
    for new in later:
        if new not in stayed and waiting.get(news[new]):
            yield waiting[news[new]].pop(), new


def _gaps(
    came: Mapping[int, int], olds: Sequence[int], news: Sequence[int], ends: _Pair
) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """Yield what is left on both sides between blocks that are still there and in order."""
    later = sorted(came)
    places = [came[new] for new in later]
    stayed = [(places[at], later[at]) for _, at in in_order(sorted(places), places)]
    start = 0, 0
    for until in (*stayed, ends):
        end = bisect(olds, until[0]), bisect(news, until[1])
        yield olds[start[0] : end[0]], news[start[1] : end[1]]
        start = end


def _of_gap(
    olds: Sequence[int],
    news: Sequence[int],
    before: Sequence[PortableBlock],
    after: Sequence[PortableBlock],
    *,
    is_known: bool,
) -> Iterator[_Pair]:
    """Yield who took whose place in a gap: the likest, then by order what is like nothing."""
    said = {place: _WORD.findall(_words(before[place])) for place in olds}
    says = {place: _WORD.findall(_words(after[place])) for place in news}
    words = sum(map(len, said.values())) * sum(map(len, says.values()))
    if len(olds) * len(news) > MOST_COMPARED or words > MOST_PAIRS:
        yield from () if is_known else zip(olds, news, strict=False)
        return

    @cache
    def likeness(old: int, new: int) -> float:
        return Indel.normalized_similarity(said[old], says[new])

    yield from _likest(olds, news, likeness, is_known=is_known)


def _likest(
    olds: Sequence[int],
    news: Sequence[int],
    likeness: Callable[[int, int], float],
    *,
    is_known: bool,
) -> Iterator[_Pair]:
    pairs = list(product(range(len(olds)), range(len(news))))
    old, new = max(pairs, key=lambda pair: likeness(olds[pair[0]], news[pair[1]]), default=(-1, -1))
    if old < 0 or likeness(olds[old], news[new]) < LIKE:
        yield from () if is_known else zip(olds, news, strict=False)
        return
    yield from _likest(olds[:old], news[:new], likeness, is_known=is_known)
    yield olds[old], news[new]
    yield from _likest(olds[old + 1 :], news[new + 1 :], likeness, is_known=is_known)


def in_order(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[_Pair]:
    """Yield the places of what both have in the same order; nothing, where they are too long."""
    if len(old) * len(new) > MOST_PAIRS:
        return
    for step in Indel.opcodes(old, new):
        if step.tag == "equal":
            both = range(step.src_start, step.src_end), range(step.dest_start, step.dest_end)
            yield from zip(*both, strict=True)
