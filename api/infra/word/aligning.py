"""Finds the paragraphs of a file that went out among those of the file that came back. Pure.

A bookmark says which one a paragraph was, but it is copied, emptied and lost; words tell as well.
So both are asked: each paragraph that came back is at most one of those that were sent, and no two
are the same. What was split is its first piece, what was joined its first part.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect, bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from rapidfuzz.distance import Indel

from api.infra.text.characters import UNSPACED

LIKE = 1 / 3  # of the words of two paragraphs, before one can be the other
NEAR, FAR = 0.5, 0.6  # likeness that is sure without a bookmark: in its place, and elsewhere
MOST_PAIRS = 1_000_000  # of paragraphs that are looked at side by side
MOST_COMPARED = 100_000  # pairs that are asked how like they are
MOST_READ = 100_000_000  # pairs of words that this compares
_OWN = 1 / 3  # of its letters, before a piece counts as what a paragraph became
_UNSEEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SPACES = re.compile(r"\s+")
_WORD = re.compile(rf"[{UNSPACED}]|\w+")


@dataclass(frozen=True)
class SentParagraph:
    """A paragraph that went out: its bookmark, if it has one, and its words."""

    name: str | None
    words: str


@dataclass(frozen=True)
class BackParagraph:
    """A paragraph that came back: its words and the bookmarks in it.

    `kept` counts the letters that tracked changes leave as they were, by the place of the sent
    paragraph in which they stood.
    """

    words: str
    names: Sequence[str] = ()
    kept: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SentPlace:
    """Which of the sent paragraphs one is; `is_guess`: by a likeness that may be chance."""

    place: int
    is_guess: bool = False


def same(words: str) -> str:
    """Return words so that texts which nobody can tell apart are equal."""
    seen = words if words.isascii() else unicodedata.normalize("NFC", _UNSEEN.sub("", words))
    return _SPACES.sub(" ", seen).strip()


def aligned(sent: Sequence[SentParagraph], back: Sequence[BackParagraph]) -> dict[int, SentPlace]:
    """Return which of the sent paragraphs those that came back are, by their places."""
    aligning = _Aligning(sent, back)
    aligning.run()
    return aligning.found


def longest_rise(values: Sequence[int]) -> set[int]:
    """Return the places of as many values as can be kept for all to rise."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for place, value in enumerate(values):
        at = bisect_left(ends, value)
        before.append(last[at - 1] if at else None)
        ends[at:], last[at:] = [value, *ends[at + 1 :]], [place, *last[at + 1 :]]
    here = last[-1] if last else None
    found = set()
    while here is not None:
        found.add(here)
        here = before[here]
    return found


class _Aligning:
    def __init__(self, sent: Sequence[SentParagraph], back: Sequence[BackParagraph]) -> None:
        self._sent, self._back = sent, back
        self._said = [same(each.words) for each in sent]
        self._says = [same(each.words) for each in back]
        place_of = {each.name: place for place, each in enumerate(sent) if each.name}
        self._named = [[place_of[n] for n in each.names if n in place_of] for each in back]
        self._taken: set[int] = set()  # places of the sent ones that are found
        self._spent: set[int] = set()  # of pieces that are no more than the rest of a split
        self._compared = self._read = 0
        self._likenesses: dict[tuple[int, int], float] = {}
        self.found: dict[int, SentPlace] = {}

    def run(self) -> None:
        """Find the surest first."""
        for finds in (
            self._by_words_and_mark,
            self._by_words_in_order,
            self._by_pieces,
            self._by_words,
            self._by_what_stayed,
            self._by_marks_confirmed,
        ):
            finds()
        self._by_likeness(NEAR)
        self._by_likeness_elsewhere()
        self._by_marks()
        self._by_likeness(LIKE)

    def _find(self, place: int, sent: int, *, is_guess: bool = False) -> None:
        self.found[place] = SentPlace(sent, is_guess)
        self._taken.add(sent)

    def _left(self) -> tuple[list[int], list[int]]:
        """Return the places of those that are not found yet, and of what may be one of them."""
        sent = [n for n in range(len(self._sent)) if n not in self._taken and self._said[n]]
        back = [
            n
            for n in range(len(self._back))
            if n not in self.found and n not in self._spent and self._says[n]
        ]
        return sent, back

    def _by_words_and_mark(self) -> None:
        for place, words in enumerate(self._says):
            hints = [*self._back[place].kept, *self._named[place]]
            same_one = (n for n in hints if n not in self._taken and self._said[n] == words)
            if words and (one := next(same_one, None)) is not None:
                self._find(place, one)

    def _by_words_in_order(self) -> None:
        for olds, news in self._gaps():
            if len(olds) * len(news) > MOST_PAIRS:
                continue
            said, says = [self._said[n] for n in olds], [self._says[n] for n in news]
            for step in Indel.opcodes(said, says):
                if step.tag == "equal":
                    for ahead in range(step.src_end - step.src_start):
                        self._find(news[step.dest_start + ahead], olds[step.src_start + ahead])

    def _by_words(self) -> None:
        """Find what moved and says the same."""
        sent, back = self._left()
        places = defaultdict(list)
        for n in reversed(sent):
            places[self._said[n]].append(n)
        for place in back:
            if places.get(self._says[place]):
                self._find(place, places[self._says[place]].pop())

    def _by_pieces(self) -> None:
        """Find what was split or joined and says nothing else."""
        sent, back = self._left()
        if len(sent) * len(back) > MOST_PAIRS:
            return
        said = {n: self._said[n].replace(" ", "") for n in sent}
        says = {n: self._says[n].replace(" ", "") for n in back}
        for one, words in said.items():
            first = next((n for n in says if _pieces(words, n, says)), None)
            if first is not None:
                self._find(first, one)
                rest = _pieces(words, first, says)
                self._spent.update(rest[1:])
                for piece in rest:
                    del says[piece]
        for place, words in says.items():
            for one in said:
                parts = _pieces(words, one, said) if one not in self._taken else []
                if len(parts) > 1 and not self._taken.intersection(parts):
                    self._find(place, one)
                    self._taken.update(parts)
                    break

    def _by_what_stayed(self) -> None:
        """Find by the letters that tracked changes left alone.

        Of what was joined the first part goes on, if enough of it did; so with the first piece.
        """
        sent, back = map(set, self._left())
        stayed = [
            (place, one, number)
            for place, each in enumerate(self._back)
            for one, number in sorted(each.kept.items())
            if place in back and one in sent
        ]
        most = {one: max(n for _, each, n in stayed if each == one) for _, one, _ in stayed}
        for is_sure in (True, False):
            for place, one, number in stayed:
                if place in self.found or one in self._taken:
                    continue
                own = min(len(self._said[one]), len(self._says[place])) * _OWN
                if number >= own or (not is_sure and number == most[one]):
                    self._find(place, one)

    def _by_marks_confirmed(self) -> None:
        for place, one in self._marked():
            if self._likeness(one, place) >= LIKE:
                self._find(place, one)

    def _by_marks(self) -> None:
        for place, one in self._marked():
            self._find(place, one)

    def _marked(self) -> Iterator[tuple[int, int]]:
        sent, back = self._left()
        left = set(sent)
        for place in back:
            for one in self._named[place]:
                if one in left and one not in self._taken and place not in self.found:
                    yield place, one

    def _by_likeness(self, least: float) -> None:
        """Find the likest in the gaps between those that are found and in order."""
        for olds, news in self._gaps():
            self._likest(olds, news, least)

    def _likest(self, olds: Sequence[int], news: Sequence[int], least: float) -> None:
        waiting = [(olds, news)]
        while waiting:
            olds, news = waiting.pop()
            pairs = list(product(range(len(olds)), range(len(news))))
            if not pairs or not self._may_compare(len(pairs)):
                continue
            old, new = max(pairs, key=lambda at: self._likeness(olds[at[0]], news[at[1]]))
            likeness = self._likeness(olds[old], news[new])
            if likeness >= least:
                self._find(news[new], olds[old], is_guess=likeness < NEAR)
                waiting += [(olds[:old], news[:new]), (olds[old + 1 :], news[new + 1 :])]

    def _by_likeness_elsewhere(self) -> None:
        """Find what moved and changed, the likest first."""
        sent, back = self._left()
        if not self._may_compare(len(sent) * len(back)):
            return
        pairs = [(self._likeness(one, place), -place, one) for one in sent for place in back]
        for likeness, place, one in sorted(pairs, reverse=True):
            if likeness < NEAR:
                return
            if -place not in self.found and one not in self._taken:
                self._find(-place, one, is_guess=likeness < FAR)

    def _may_compare(self, pairs: int) -> bool:
        self._compared += pairs
        return self._compared <= MOST_COMPARED

    def _likeness(self, one: int, place: int) -> float:
        """Return how many of their words two have in common, from 0 to 1."""
        if (one, place) not in self._likenesses:
            said, says = _words(self._said[one]), _words(self._says[place])
            self._read += len(said) * len(says)
            found = Indel.normalized_similarity(said, says) if self._read <= MOST_READ else 0.0
            self._likenesses[one, place] = found
        return self._likenesses[one, place]

    def _gaps(self) -> Iterable[tuple[list[int], list[int]]]:
        """Return what is left on both sides between those that are found and in order."""
        sent, back = self._left()
        places = sorted(self.found)
        risen = longest_rise([self.found[place].place for place in places])
        fixed = [places[at] for at in sorted(risen)]
        start = 0, 0
        gaps = []
        for until in (*fixed, None):
            ends = len(self._sent), len(self._back)
            if until is not None:
                ends = self.found[until].place, until
            end = bisect(sent, ends[0]), bisect(back, ends[1])
            gaps.append((sent[start[0] : end[0]], back[start[1] : end[1]]))
            start = end
        return gaps


def _words(text: str) -> list[str]:
    return _WORD.findall(text) or [text]


def _pieces(words: str, first: int, texts: Mapping[int, str]) -> list[int]:
    """Return which texts, one after another from the first on, make up the words; none if not."""
    found, rest, place = [], words, first
    while rest and (piece := texts.get(place)) and rest.startswith(piece):
        found.append(place)
        rest, place = rest[len(piece) :], place + 1
    return [] if rest else found
