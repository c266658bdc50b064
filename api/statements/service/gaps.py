"""Where the labels of one case stand in a text, told by what stood around its name before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from api.cases import rules as names
from api.portable.rules import walk

MARK = "\ue000"  # for private use: where a text holds it, no label of it is changed


class Said(NamedTuple):
    """One text as it stood while it held the name."""

    pointer: str
    kind: str
    text: str


class Gap(NamedTuple):
    """What stood around a name; a block may have moved since, so the kind of its place counts."""

    kind: str
    parts: tuple[str, ...]

    def label(self, text: str) -> str | None:
        """Return what stands in a text for the name, if nothing else was changed there."""
        room = len(text) - sum(map(len, self.parts))
        long, rest = divmod(room, len(self.parts) - 1)
        if rest or long < 1 or not text.startswith(self.parts[0]):
            return None
        start = len(self.parts[0])
        label = text[start : start + long]
        return label if label.join(self.parts) == text else None


class Other(NamedTuple):
    """Another case whose labels stand in the same texts."""

    names: Collection[str]
    labels: Collection[str]


class SourceText:
    """What one text said while it held the name."""

    def __init__(self, said: Sequence[Said], own: Sequence[str], others: Sequence[Other]) -> None:
        self.gaps = _gaps(said, own)
        self.others = [(other, _gaps(said, other.names)) for other in others] if self.gaps else []
        self.words: dict[tuple[str, str], list[str]] = defaultdict(list)
        for pointer, kind, text in said if self.gaps else ():
            self.words[kind, text].append(pointer)

    def has_moved(self, kind: str, text: str | None) -> bool:
        """Tell whether a place is gone, or holds what was said elsewhere."""
        return text is None or (kind, text) in self.words

    def alike(self, gap: Gap, labels: AbstractSet[str]) -> set[str]:
        """Return the places that a label makes look like the gap's, and that are not the case's."""
        looks = ((gap.kind, label.join(gap.parts)) for label in labels)
        found = {at for each in looks for at in self.words.get(each, ())}
        for other, gaps in self.others:
            if not labels.isdisjoint(other.labels):
                found |= gaps.get(gap, set())
        return found - self.gaps[gap]


@dataclass(frozen=True)
class Sought:
    """By what a case's labels are found in a text."""

    sources: Sequence[SourceText]  # the one that the text comes from first
    labels: AbstractSet[str]  # that were given
    others: Sequence[Other]

    def around(self, texts: Iterable[walk.Leaf]) -> dict[str, tuple[str, ...]]:
        """Return what stands around a label, by its place, if nothing else changed there since."""
        there: dict[str, dict[str, str]] = defaultdict(dict)
        for leaf in texts:
            there[leaf.kind][leaf.pointer] = leaf.text
        found: dict[str, tuple[str, ...]] = {}
        seen: set[Gap] = set()
        for source in self.sources:
            for gap in (each for each in source.gaps if each not in seen):
                for pointer in self._places(gap, source, there[gap.kind]):
                    found.setdefault(pointer, gap.parts)
            seen |= source.gaps.keys()
        return found

    def _places(self, gap: Gap, source: SourceText, there: Mapping[str, str]) -> set[str]:
        """Return where the labels of a gap stand: its own places, or where their blocks moved to.

        The same words may stand around somebody else's label. Where such a place moved as well,
        nobody can tell whose is whose, and none is taken.
        """
        first, alike = source.gaps[gap], source.alike(gap, self.labels)
        found = {at for at in first if gap.label(there.get(at, "")) in self.labels}
        gone = [at for at in alike if not self._is_known(gap.label(there.get(at, "")))]
        if not gone and found == first:
            return found
        elsewhere = there.keys() - first - alike
        moved = {at for at in elsewhere if gap.label(there[at]) in self.labels}
        if gone and (moved or any(source.has_moved(gap.kind, there.get(at)) for at in gone)):
            return set()
        missing = first - found
        if moved:
            is_sure = not alike and len(moved) <= len(missing)
            ours = not any(self._is_of_another(gap, there[at]) for at in moved)
            return found | moved if is_sure and ours else found
        return found | {at for at in missing if self._is_anew(gap, source, there.get(at, ""))}

    def _is_known(self, label: str | None) -> bool:
        return label in self.labels or any(label in other.labels for other in self.others)

    def _is_anew(self, gap: Gap, source: SourceText, text: str) -> bool:
        """Tell whether a label was written by hand at the place that it had."""
        is_there = any(gap.parts) and gap.label(text)
        stood = (gap.kind, text) in source.words or self._is_of_another(gap, text)
        return bool(is_there) and not stood

    def _is_of_another(self, gap: Gap, text: str) -> bool:
        """Tell whether a text may hold another case's label."""
        for source in self.sources:
            for other, gaps in source.others:
                for theirs in gaps:
                    label = theirs.label(text) if theirs.kind == gap.kind else None
                    if label and (label in other.labels or label not in self.labels):
                        return True
        return False


def _gaps(said: Iterable[Said], own: Collection[str]) -> dict[Gap, set[str]]:
    """Return what stood around names, and where."""
    found: dict[Gap, set[str]] = defaultdict(set)
    for pointer, kind, text in said:
        marked = names.without(text, own, MARK)
        if marked != text and MARK in marked:
            found[Gap(kind, tuple(marked.split(MARK)))].add(pointer)
    return found
