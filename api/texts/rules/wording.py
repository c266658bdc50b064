"""What two wordings of one text differ by, word by word. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from rapidfuzz.distance import Indel

from api.infra.text.characters import UNSPACED
from api.texts.rules import markdown

# Pairs of words that are compared in order, of two passages (a bit of memory each) and of a whole
# text; beyond, a passage counts as written anew.
MOST_PAIRS, MOST_PAIRS_IN_ALL = 100_000_000, 1_000_000_000
# A word with what joins its parts (10.000, don't, state-owned), or one sign; where words have no
# spaces between them, each letter is one.
_LETTER = rf"(?![{UNSPACED}])[^\W_]"
_TOKEN = rf"{_LETTER}(?:{_LETTER}|[.,:/'\u2019\u200c-](?=[^\W_]))*|\S|$"
_WORD = re.compile(rf"(\s*)({_TOKEN})")
# As it is written: the end of a link with its address, a reference, marks and what is escaped are
# one each.
_WRITTEN = re.compile(rf"(\s*)(\]\([^()\s]*\)|\[\^[^\]\s]+\]|<[^\s<>]+>|[*]+|_+|\\\S|{_TOKEN})")
# Stands between lines that are compared as one text; no text of ours may hold it.
LINE = "\ufdd2"
_FEWEST = 2  # letters between two changes that are told apart


class Op(StrEnum):
    """What became of words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class WordRun(NamedTuple):
    """Words that one thing became of, set alike: by `em`, `strong`, the address of a link."""

    op: Op
    words: str
    marks: tuple[str, ...] = ()
    is_note: bool = False


class Edit(NamedTuple):
    """What stands in place of the characters from `start` to before `end` of a text."""

    start: int
    end: int
    text: str


class _Word(NamedTuple):
    space: str  # before it
    word: str
    marks: tuple[str, ...]
    is_note: bool


@dataclass
class Comparison:
    """One reading of two texts, passage by passage."""

    # Pairs of words that may still be compared.
    left: int = field(default_factory=lambda: MOST_PAIRS_IN_ALL)

    def pieces(self, old: str, new: str) -> tuple[WordRun, ...]:
        """Return what became of the words of an inline Markdown text.

        What is the same and what was taken out is the text before, read in order; what is the same
        and what came in is the text after.
        """
        before, after = _words(old), _words(new)
        pairs = len(before) * len(after)
        if pairs > min(MOST_PAIRS, self.left):
            return _merged([*_said(Op.REMOVED, before), *_said(Op.ADDED, after)])
        self.left -= pairs
        return _merged(_told(_steps(before, after)))


def whole(op: Op, text: str) -> tuple[WordRun, ...]:
    """Return all words of an inline Markdown text, of which one thing became."""
    return _merged(_said(op, _words(text)))


def edits(old: str, new: str) -> tuple[Edit, ...]:
    """Return what makes of one inline Markdown text another, marks and all, word by word.

    A letter or a sign alone between two changes changes too, a LINE does not.
    """
    before, after = (
        [_Word(each[1], each[2], (), is_note=False) for each in _WRITTEN.finditer(text) if each[0]]
        for text in (old, new)
    )
    if len(before) * len(after) > MOST_PAIRS:
        return (Edit(0, len(old), new),)
    found: list[Edit] = []
    at = 0
    for step in _steps(before, after):
        if step.same:
            at += len(_joined(step.same))
            continue
        removed, added = _joined(step.removed), _joined(step.added)
        space = _common_space(removed, added)
        edit = Edit(at + space, at + len(removed), added[space:])
        at += len(removed)
        if found and not _holds(kept := old[found[-1].end : edit.start]):
            last = found.pop()
            edit = Edit(last.start, edit.end, last.text + kept + edit.text)
        found.append(edit)
    return tuple(found)


def _joined(words: Iterable[_Word]) -> str:
    return "".join(each.space + each.word for each in words)


def _common_space(one: str, other: str) -> int:
    """Return with how many spaces, the same, both texts begin."""
    pairs = enumerate(zip(one, other, strict=False))
    alike = min(len(one), len(other))
    return next((at for at, (a, b) in pairs if a != b or not a.isspace()), alike)


def _holds(kept: str) -> bool:
    """Tell whether what is kept between two changes holds them apart."""
    return LINE in kept or sum(map(str.isalnum, kept)) >= _FEWEST


def _words(text: str) -> list[_Word]:
    found = []
    for span in markdown.spans(text):
        set_by = (span.is_emphasis and "em", span.is_strong and "strong", span.link)
        marks = tuple(mark for mark in set_by if mark)
        if span.is_note:
            found.append(_Word("", span.words, marks, is_note=True))
            continue
        matches = (match for match in _WORD.finditer(span.words) if match[0])
        found += [_Word(match[1], match[2], marks, is_note=False) for match in matches]
    return found


class _Step(NamedTuple):
    """Words that stay, or those that took one another's place."""

    same: Sequence[_Word] = ()
    removed: Sequence[_Word] = ()
    added: Sequence[_Word] = ()


def _steps(old: list[_Word], new: list[_Word]) -> Iterator[_Step]:
    """Yield what stays and what changes in turns; a sign alone between two changes changes too."""
    removed: list[_Word] = []
    added: list[_Word] = []
    for step in Indel.opcodes(old, new):
        if step.tag == "delete":
            removed += old[step.src_start : step.src_end]
        elif step.tag == "insert":
            added += new[step.dest_start : step.dest_end]
        else:
            same = old[step.src_start : step.src_end]
            is_inside = step.src_end < len(old) or step.dest_end < len(new)
            if (removed or added) and is_inside and not any(_is_word(one.word) for one in same):
                removed += same
                added += same
                continue
            yield from _changed(removed, added)
            yield _Step(same)
            removed, added = [], []
    yield from _changed(removed, added)


def _changed(removed: list[_Word], added: list[_Word]) -> Iterator[_Step]:
    """Yield a change; words at its end that differ by the space before them alone stay."""
    kept: list[_Word] = []
    while removed and added and removed[-1][1:] == added[-1][1:]:
        out, into = removed.pop(), added.pop()
        kept.insert(0, into._replace(space=""))
        if out.space != into.space:
            removed += [out._replace(word="")] if out.space else []
            added += [into._replace(word="")] if into.space else []
            break
        kept[0] = into
    if removed or added:
        yield _Step(removed=removed, added=added)
    if kept:
        yield _Step(kept)


def _told(steps: Iterable[_Step]) -> Iterator[WordRun]:
    for step in steps:
        yield from _said(Op.SAME, step.same)
        yield from _said(Op.REMOVED, step.removed)
        yield from _said(Op.ADDED, step.added)


def _said(op: Op, words: Iterable[_Word]) -> Iterator[WordRun]:
    for word in words:
        yield WordRun(op, word.space + word.word, word.marks, word.is_note)


def _merged(pieces: Iterable[WordRun]) -> tuple[WordRun, ...]:
    """Return pieces of which no two beside each other are alike; footnotes stay one by one."""
    found = []
    for (op, marks, is_note), run in groupby(
        pieces, key=lambda one: (one.op, one.marks, one.is_note)
    ):
        words = [one.words for one in run]
        found += [
            WordRun(op, each, marks, is_note) for each in (words if is_note else ["".join(words)])
        ]
    return tuple(found)


def _is_word(token: str) -> bool:
    return token == LINE or any(sign.isalnum() for sign in token)
