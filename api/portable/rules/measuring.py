"""How much of a text a new revision changes: counted, so that nobody has to believe it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple, TypeVar

from rapidfuzz.distance import Indel

from api.cases.rules import NameIndex
from api.infra.text import languages
from api.portable.rules import names as labels, walk
from api.portable.rules.printing import Printed
from api.texts.rules import markdown
from api.texts.rules.document import PortableDocument

# Pairs of words that are compared in order, of two passages (a bit of memory each) and of a whole
# text; beyond, words are counted only.
MOST_PAIRS, MOST_PAIRS_IN_ALL = 100_000_000, 1_000_000_000
_T = TypeVar("_T", bound="Hashable")
_TOKEN = re.compile(r"[^\W_]+(?:[.,:/'\u2019-][^\W_]+)*|[^\w\s]")
_SETTLED = frozenset(
    {"language", "direction", "kind", "specimen", "type", "ordered", "layout", "id"}
)


@dataclass(frozen=True)
class Measure:
    """What a revision changes of the one before it."""

    words_added: int = 0
    words_removed: int = 0
    blocks_added: int = 0
    blocks_removed: int = 0
    blocks_changed: int = 0
    numbers: list[str] = field(default_factory=list)  # added, removed or replaced
    names: list[str] = field(default_factory=list)  # of cases, addressees, organisations, countries


def names_of(document: PortableDocument, organisations: Iterable[str]) -> Iterator[str]:
    """Yield the names by which a change of a text is weighed; none that may not be named."""
    for case in document.get("cases", ()):
        may_be_named = case.get("may_be_named", True)
        yield from labels.called(case) if may_be_named else [labels.label(case, document)]
    for one in document.get("addressees", ()):
        yield from filter(None, [one["name"], one.get("organisation")])
    for asked in document.get("demand_lists", ()):
        if "party" in asked:
            yield asked["party"]["name"]
    yield document["coalition"]["name"]
    yield from organisations
    yield from (labels.country(code, document) for code in sorted(languages.COUNTRIES))


def measure(before: Printed, after: Printed, names: Iterable[str]) -> Measure:
    """Return what differs between what two revisions print."""
    sought, counts = NameIndex(names), Counter[str]()
    numbers: dict[str, None] = {}
    touched: dict[str, None] = {}
    left_over = MOST_PAIRS_IN_ALL
    for old, new in _pairs(list(_passages(before)), list(_passages(after))):
        left, right = (old.words if old else ""), (new.words if new else "")
        lefts, rights = _TOKEN.findall(left), _TOKEN.findall(right)
        pairs = len(lefts) * len(rights)
        in_order = pairs <= min(MOST_PAIRS, left_over)
        left_over -= pairs if in_order else 0
        out, into = _moved(lefts, rights) if in_order else _counted(lefts, rights)
        counts["words_removed"] += sum(map(_is_word, out))
        counts["words_added"] += sum(map(_is_word, into))
        if (old or new or _NOTHING).is_block:
            counts["changed" if old and new else "removed" if old else "added"] += 1
        numbers |= dict.fromkeys(token for token in (*out, *into) if any(map(str.isnumeric, token)))
        touched |= dict.fromkeys(_touched((left, right), (out, into), sought))
    return Measure(
        words_added=counts["words_added"],
        words_removed=counts["words_removed"],
        blocks_added=counts["added"],
        blocks_removed=counts["removed"],
        blocks_changed=counts["changed"],
        numbers=list(numbers),
        names=list(touched),
    )


class MeasuredPart(NamedTuple):
    """One block of the body, or one part of what stands around it."""

    is_block: bool
    words: str


_NOTHING = MeasuredPart(is_block=False, words="")


def _passages(printed: Printed) -> Iterator[MeasuredPart]:
    for key, value in printed.items():
        if key == "blocks":
            for block in printed["blocks"]:
                yield MeasuredPart(is_block=True, words=_words_of(block))
        elif key not in _SETTLED:
            yield MeasuredPart(is_block=False, words=_words_of(value))


def _words_of(value: object) -> str:
    said = (
        leaf
        for leaf in walk.leaves_of(value)
        if str(leaf.path[-1:] and leaf.path[-1]) not in _SETTLED
    )
    return "\n".join(markdown.plain(leaf.text) for leaf in said)


def _pairs(
    old: Sequence[MeasuredPart], new: Sequence[MeasuredPart]
) -> Iterator[tuple[MeasuredPart | None, MeasuredPart | None]]:
    """Yield the passages that differ: those that took each other's place, side by side."""
    for lefts, rights in _replaced(old, new):
        for left, right in zip_longest(lefts, rights):
            if left == right:
                continue
            if left and right and left.is_block != right.is_block:
                yield left, None
                yield None, right
            else:
                yield left, right


def _moved(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    """Return the tokens that were taken out and those that were put in."""
    runs = list(_replaced(old, new))
    return [token for run, _ in runs for token in run], [token for _, run in runs for token in run]


def _counted(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    """Return the tokens that are there more often than on the other side, wherever they stand."""
    there, here = Counter(old), Counter(new)
    return list((there - here).elements()), list((here - there).elements())


def _replaced(old: Sequence[_T], new: Sequence[_T]) -> Iterator[tuple[list[_T], list[_T]]]:
    """Yield what stands on each side between what stays in order; all, where it is too long."""
    if len(old) * len(new) > MOST_PAIRS:
        yield list(old), list(new)
        return
    out: list[_T] = []
    into: list[_T] = []
    for step in Indel.opcodes(old, new):
        if step.tag == "equal":
            yield out, into
            out, into = [], []
        out += old[step.src_start : step.src_end] if step.tag == "delete" else ()
        into += new[step.dest_start : step.dest_end] if step.tag == "insert" else ()
    yield out, into


def _is_word(token: str) -> bool:
    return any(sign.isalnum() for sign in token)


def _touched(
    passages: tuple[str, str], tokens: tuple[list[str], list[str]], sought: NameIndex
) -> list[str]:
    """Return the names that came or went, or stand in what came or went."""
    before, after = (set(sought.found_in(text)) for text in passages)
    moved = {name for side in tokens for name in sought.found_in(" ".join(side))}
    return sorted((before ^ after) | moved)
