"""What of a change may turn the sense, and so is nothing editorial. Pure.

A demand that came or went, or is asked of another; a number, a day, a name or a word that denies,
which changed. A program cannot tell what a text means: what is found here, somebody answers for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from api.cases.rules import NameIndex
from api.errors import Code, Fault, point
from api.infra.text import figures, languages, spelling
from api.portable.rules.diff import DiffPart, DiffText, PartState
from api.texts.rules import negation
from api.texts.rules.document import PortableDocument
from api.texts.rules.wording import Op, WordRun

BLOCKS = frozenset({"paragraph", "heading", "quote", "list", "demands", "cases"})
_LISTED = {"addressee": "addressees", "contact": "contacts"}
_OWN = {"title": "/title", "dateline": "/dateline", "occasion": "/occasion"}
_INFLECTED = frozenset({"Cyrl", "Latn"})  # scripts of languages whose names have endings
_WORD = re.compile(r"[^\W_]+")


class TurnKind(StrEnum):
    """What changed that may turn the sense."""

    DEMAND = "demand"
    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    NEGATION = "negation"


@dataclass(frozen=True)
class SenseTurn:
    """One place at which the sense may have turned, as it stands in the text after."""

    kind: TurnKind
    pointer: str
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    @property
    def told(self) -> Fault:
        """Return it for who calls the change editorial."""
        signs = [f"\u2212{each}" for each in self.removed] + [f"+{each}" for each in self.added]
        return Fault(self.pointer, Code.CONFLICT, f"A {self.kind} changed: {', '.join(signs)}")


def turns(
    parts: Iterable[DiffPart],
    before: PortableDocument,
    after: PortableDocument,
    names: Iterable[str],
) -> list[SenseTurn]:
    """Return what may have turned the sense, in the order of the text after."""
    sought = _Sought(names, after["language"])
    found = [turn for part in parts for turn in _of_part(part, "", sought, after)]
    asking = [turn for turn in found if turn.kind is TurnKind.DEMAND]
    went = {key for turn in asking for key in turn.removed}
    both = went & {key for turn in asking for key in turn.added}  # they stand in another block now
    kept = [turn for turn in found if turn not in asking or not both & {*turn.removed, *turn.added}]
    return [*kept, *_asked_of_another(before, after)]


def _of_part(
    part: DiffPart, outer: str, sought: _Sought, after: PortableDocument
) -> Iterator[SenseTurn]:
    place = _place(part, outer, after)
    if part.kind == "demand" and part.change is PartState.ADDED:
        yield SenseTurn(TurnKind.DEMAND, place, added=(part.key,))
    elif part.kind == "demand" and part.change is PartState.REMOVED:
        yield SenseTurn(TurnKind.DEMAND, place, removed=(part.key,))
    for passage in part.passages:
        yield from _of_words(passage, place, sought)
    for inner in part.parts:
        yield from _of_part(inner, place, sought, after)


def _asked_of_another(before: PortableDocument, after: PortableDocument) -> Iterator[SenseTurn]:
    """Yield the demands that are asked of another country or party."""
    was, is_now = _asked_of(before), _asked_of(after)
    for key, (place, whom) in is_now.items():
        _, whom_before = was.get(key, ("", whom))
        if whom_before != whom:
            yield SenseTurn(
                TurnKind.DEMAND, place, (f"{key} ({whom_before})",), (f"{key} ({whom})",)
            )


def _of_words(passage: DiffText, place: str, sought: _Sought) -> Iterator[SenseTurn]:
    old, new = (_said(passage.pieces, one) for one in (Op.REMOVED, Op.ADDED))
    before, after = (figures.written(text, sought.language) for text in (old, new))
    for kind, is_day in ((TurnKind.NUMBER, False), (TurnKind.DATE, True)):
        sides = [[one for one in side if one.figure.is_day is is_day] for side in (before, after)]
        if [one.figure for one in sides[0]] != [one.figure for one in sides[1]]:
            yield SenseTurn(kind, place, *_apart(*sides))
    names = sought.touched(passage, old, new)
    if any(names):
        yield SenseTurn(TurnKind.NAME, place, *names)
    went: list[str] = []
    came: list[str] = []
    for is_same, run in groupby(passage.pieces, key=lambda piece: piece.op is Op.SAME):
        if not is_same:
            out, into = _replaced(list(run), sought.language)
            went, came = [*went, *out], [*came, *into]
    if went or came:
        yield SenseTurn(TurnKind.NEGATION, place, tuple(went), tuple(came))


def _replaced(run: Sequence[WordRun], language: str) -> tuple[list[str], list[str]]:
    """Return the words that deny among those that took one another's place."""
    out, into = ("".join(one.words for one in run if one.op is op) for op in (Op.REMOVED, Op.ADDED))
    return negation.turned(out, into, language)


def _apart(
    before: Sequence[figures.Written], after: Sequence[figures.Written]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of figures that one side has; where only their order differs, all."""
    counts = [Counter(one.figure for one in side) for side in (before, after)]
    found = [
        tuple(one.words for one in side if one.figure in (counts[n] - counts[1 - n]))
        for n, side in enumerate((before, after))
    ]
    if any(found):
        return found[0], found[1]
    return tuple(one.words for one in before), tuple(one.words for one in after)


def _said(pieces: Iterable[WordRun], op: Op) -> str:
    """Return the words of one side; labels of footnotes are none."""
    return "".join(one.words for one in pieces if one.op in {Op.SAME, op} and not one.is_note)


class _Sought:
    """The names by which a change is weighed; where words are inflected, by how they begin too."""

    def __init__(self, names: Iterable[str], language: str) -> None:
        all_names = list(names)
        is_inflected = languages.script(language) in _INFLECTED and not language.startswith("en")
        self.language = language
        self._exact = NameIndex(all_names)
        self._of_stems = {_stemmed(name): name for name in all_names} if is_inflected else {}
        self._stems = NameIndex(self._of_stems)

    def touched(
        self, passage: DiffText, old: str, new: str
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names that went, or stand in what went, and those that came."""
        before, after = self._found_in(old), self._found_in(new)
        went, came = (
            self._found_in(" ".join(one.words for one in passage.pieces if one.op is op))
            for op in (Op.REMOVED, Op.ADDED)
        )
        return tuple(sorted((before - after) | went)), tuple(sorted((after - before) | came))

    def _found_in(self, text: str) -> set[str]:
        found = set(self._exact.found_in(text))
        if self._of_stems:
            found |= {self._of_stems[each] for each in self._stems.found_in(_stemmed(text))}
        return found


def _stemmed(text: str) -> str:
    return " ".join(next(iter(spelling.stems(word)), word) for word in _WORD.findall(text))


def _asked_of(document: PortableDocument) -> dict[str, tuple[str, str]]:
    """Return where each demand stands, and of which country or party it is asked."""
    return {
        demand["id"]: (
            point("demand_lists", n, "demands", m),
            asked["country"] if "country" in asked else asked["party"]["id"],
        )
        for n, asked in enumerate(document.get("demand_lists", ()))
        for m, demand in enumerate(asked["demands"])
    }


def _place(part: DiffPart, outer: str, after: PortableDocument) -> str:
    """Return where a part stands in the text after; of what went, where it stood."""
    is_gone = part.change is PartState.REMOVED
    if part.kind in BLOCKS:
        return "/body" if is_gone else point("body", part.place - 1)
    if part.kind in _LISTED:
        name = _LISTED[part.kind]
        return point(name) if is_gone else point(name, part.place - 1)
    if part.kind == "footnote":
        return "/footnotes" if is_gone else point("footnotes", part.key)
    if part.kind == "coalition":
        return "/coalition/name"
    return _OWN.get(part.kind) or ("" if is_gone else _entry(part, after)) or outer


def _entry(part: DiffPart, after: PortableDocument) -> str:
    """Return where a text has a demand or a case itself, which its blocks only refer to."""
    if part.kind == "demand":
        return _asked_of(after).get(part.key, ("", ""))[0]
    if part.kind == "case":
        for n, case in enumerate(after.get("cases", ())):
            if case["id"] == part.key:
                return point("cases", n)
    return ""
