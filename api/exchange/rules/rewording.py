"""What a paragraph that came back says in each of its lines: what stayed keeps its look. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markdown_it.common.normalize_url import normalizeLink

from api.exchange.rules import atoms
from api.exchange.rules.atoms import Atom, WordPassage
from api.exchange.rules.remarks import Remarks
from api.exchange.rules.return_remarks import WordReturnKind as Kind
from api.exchange.rules.returned import WordStory
from api.exchange.rules.sending import Region, SentPart, SentUnit
from api.infra.word import aligning


@dataclass(frozen=True)
class PartNow:
    """A line that went out, or something printed from data, and what it says now, if other."""

    part: SentPart
    atoms: Sequence[Atom]
    is_other: bool


@dataclass(frozen=True)
class UnitNow:
    """What a paragraph that went out says now, part by part."""

    parts: Sequence[PartNow]
    is_guess: bool = False  # it may be another; or words in place of several lines stand in one


class Rewording:
    """One reading of a story; what is no matter of words is told in the remarks, once."""

    def __init__(
        self, story: WordStory, rests: Mapping[int, Sequence[int]], remarks: Remarks
    ) -> None:
        """Take the paragraphs that go on in others, by their places in the file."""
        self._story, self._rests, self._remarks = story, rests, remarks
        self._at = story.at
        self._known: dict[int, UnitNow | None] = {}

    def of(self, number: int) -> UnitNow | None:
        """Return what a sent paragraph says now; None: it is not there."""
        if number not in self._known:
            self._known[number] = self._read(number)
        return self._known[number]

    def _read(self, number: int) -> UnitNow | None:
        place, unit = self._at.get(number), self._story.units[number]
        if place is None:
            return None
        back, now = self._story.back[place], self._story.back[place].passage
        rests = self._rests.get(place, ())
        for rest in rests:
            now = atoms.joined([now, atoms.space(), self._story.back[rest].passage])
            self._remarks.add(Kind.PARTED, self._story.back[rest].shown)
        exactly = not rests and self._is_exact(number, now)
        if _is_same(unit, now, is_parted=bool(rests)) and not exactly:
            if not rests:
                self._tell(unit, now)
            return UnitNow([PartNow(part, (), is_other=False) for part in unit.parts])
        is_heading = bool(back.paragraph["level"]) or unit.region is Region.HEAD
        told = _reworded(unit, now, exactly=exactly, is_heading=is_heading)
        if any("\n" in run["words"].strip() for run in back.paragraph["runs"]):
            self._remarks.add(Kind.LINE_BREAKS, back.shown)
        for one in told.parts:
            if one.part.target is None and one.is_other:
                self._tell_data(number, one)
        return replace(told, is_guess=told.is_guess or back.is_guess)

    def _is_exact(self, number: int, now: WordPassage) -> bool:
        """Tell whether a tracked change is of spaces, or of what nobody sees."""
        before = self._story.before.get(number)
        return before is not None and before.is_as_sent and before.words != now.words

    def _tell(self, unit: SentUnit, now: WordPassage) -> None:
        if unit.passage.words != now.words:
            self._remarks.add(Kind.SPACES, now.shown)
        is_written = all(part.target is not None for part in unit.parts)
        if is_written and looks_other(unit.passage, now):
            self._remarks.add(Kind.LOOKS, now.shown)

    def _tell_data(self, number: int, one: PartNow) -> None:
        now = atoms.shown(one.atoms)
        if self._story.units[number].region is Region.TAIL and not self._story.is_tracked(number):
            self._remarks.add(Kind.SIGNATORIES, now)
        else:
            self.tell_data(one.part.passage, now)

    def tell_data(self, was: WordPassage, now: str) -> None:
        """Tell of words that are printed from data and are others in the file."""
        if aligning.same(was.shown) != aligning.same(now):
            self._remarks.add(Kind.PRINTED_FROM_DATA, f"{was.shown} → {now}")


def _is_same(unit: SentUnit, now: WordPassage, *, is_parted: bool) -> bool:
    if is_parted:  # within a word perhaps
        return unit.passage.tight == now.tight
    return unit.passage.key == now.key


def _reworded(unit: SentUnit, now: WordPassage, *, exactly: bool, is_heading: bool) -> UnitNow:
    """Return what a paragraph says now, part by part.

    Words that stayed keep their look, and those that came in bring theirs; in a heading none is
    strong.
    """
    old = unit.passage.atoms
    owner = [place for place, part in enumerate(unit.parts) for _ in part.passage.atoms]
    found: list[list[Atom]] = [[] for _ in unit.parts]
    others: set[int] = set()
    is_guess, at = False, 0
    for start, end, new in atoms.changes(old, now.atoms, exactly=exactly):
        for place in range(at, start):
            found[owner[place]].append(old[place])
        own = [place for place in dict.fromkeys(owner[start:end]) if unit.parts[place].target]
        is_guess |= bool(new) and len(own) > 1
        home = own[0] if own else _home(unit, owner, start, end)
        found[home] += (plainer(one) if is_heading else one for one in new)
        others.update(owner[start:end], [home])
        at = end
    for place in range(at, len(old)):
        found[owner[place]].append(old[place])
    parts = [
        PartNow(part, atoms.stripped(said), is_other=place in others)
        for place, (part, said) in enumerate(zip(unit.parts, found, strict=True))
    ]
    return UnitNow(parts, is_guess)


def _home(unit: SentUnit, owner: Sequence[int], start: int, end: int) -> int:
    """Return the part that words belong to which were put in, or in place of data."""
    if end > start:
        return owner[start]
    near = [*owner[max(0, start - 1) : start], *owner[start : start + 1]]
    return next((place for place in near if unit.parts[place].target), near[0] if near else 0)


def plainer(one: Atom) -> Atom:
    """Return a word that is not strong: a heading is as a whole."""
    if one.is_note:
        return one
    looks = ((words, replace(look, is_strong=False)) for words, look in one.looks)
    return one._replace(looks=tuple(looks))


def looks_other(before: WordPassage, now: WordPassage) -> bool:
    """Tell whether a text of the same words is set otherwise: some of its words, or its links.

    In Arabic script emphasis is bold; what is set alike from end to end is so by its style.
    """
    if len(before.kinds | now.kinds) == 1:
        return False
    old, new = (_looks(each) for each in (before, now))
    return [one[0] for one in old] == [one[0] for one in new] and old != new


def _looks(said: WordPassage) -> list[tuple[str, bool, str | None]]:
    spans = [span for span in said.spans if not span.is_note]
    is_set = [span.is_strong or span.is_emphasis for span in spans if span.words.strip()]
    is_whole = all(is_set)
    return [
        (
            sign,
            (span.is_strong or span.is_emphasis) and not is_whole,
            normalizeLink(span.link) if span.link else None,
        )
        for span in spans
        for sign in aligning.same(span.words)
        if not sign.isspace()
    ]
