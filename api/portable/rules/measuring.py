"""How much of a text a new revision changes: counted, so that nobody has to believe it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, NamedTuple

from api.cases.rules import Names
from api.infra import languages
from api.portable.rules import leaves, names as labels
from api.texts.rules import markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.portable.rules.printing import Printed

MOST_STEPS = 4_000_000  # of comparing two passages in order; beyond, their words are counted only
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


def names_of(document: Mapping[str, Any], organisations: Iterable[str]) -> Iterator[str]:
    """Yield the names by which a change of a text is weighed; none that may not be named."""
    for case in document.get("cases", ()):
        may_be_named = case.get("may_be_named", True)
        yield from (
            (case["name"], *case.get("aliases", ()))
            if may_be_named
            else (labels.label(case, document),)
        )
    for one in document.get("addressees", ()):
        yield from (one[key] for key in ("name", "organisation") if one.get(key))
    for asked in document.get("demand_lists", ()):
        if "party" in asked:
            yield asked["party"]["name"]
    yield document["coalition"]["name"]
    yield from organisations
    yield from (labels.country(code, document) for code in sorted(languages.COUNTRIES))


def measure(before: Printed, after: Printed, names: Iterable[str]) -> Measure:
    """Return what differs between what two revisions print."""
    sought, counts = Names(names), Counter[str]()
    numbers: dict[str, None] = {}
    touched: dict[str, None] = {}
    for old, new in _pairs(list(_passages(before)), list(_passages(after))):
        left, right = (old.words if old else ""), (new.words if new else "")
        out, into = _moved(_TOKEN.findall(left), _TOKEN.findall(right))
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


class Passage(NamedTuple):
    """One block of the body, or one part of what stands around it."""

    is_block: bool
    words: str


_NOTHING = Passage(is_block=False, words="")


def _passages(printed: Printed) -> Iterator[Passage]:
    for key, value in printed.items():
        if key == "blocks":
            for block in printed["blocks"]:
                yield Passage(is_block=True, words=_words_of(block))
        elif key not in _SETTLED:
            yield Passage(is_block=False, words=_words_of(value))


def _words_of(value: Any) -> str:
    said = (
        leaf for leaf in leaves.of(value) if str(leaf.path[-1:] and leaf.path[-1]) not in _SETTLED
    )
    return "\n".join(markdown.plain(leaf.text) for leaf in said)


def _pairs(
    old: Sequence[Passage], new: Sequence[Passage]
) -> Iterator[tuple[Passage | None, Passage | None]]:
    """Yield the passages that differ: those that took each other's place, side by side."""
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        lefts, rights = list(old[a:b]), list(new[c:d])
        for place in range(max(len(lefts), len(rights))):
            left = lefts[place] if place < len(lefts) else None
            right = rights[place] if place < len(rights) else None
            if left and right and left.is_block != right.is_block:
                yield left, None
                yield None, right
            else:
                yield left, right


def _moved(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    """Return the tokens that were taken out and those that were put in."""
    if len(old) * len(new) > MOST_STEPS:
        there, here = Counter(old), Counter(new)
        return list((there - here).elements()), list((here - there).elements())
    out: list[str] = []
    into: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            out += old[a:b]
            into += new[c:d]
    return out, into


def _is_word(token: str) -> bool:
    return any(sign.isalnum() for sign in token)


def _touched(
    passages: tuple[str, str], tokens: tuple[list[str], list[str]], sought: Names
) -> list[str]:
    """Return the names that came or went, or stand in what came or went."""
    before, after = (set(sought.found_in(text)) for text in passages)
    moved = {name for side in tokens for name in sought.found_in(" ".join(side))}
    return sorted((before ^ after) | moved)
