"""A text as words, signs and marks of footnotes in their looks: from Markdown, from Word. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import accumulate, groupby
from typing import NamedTuple

from rapidfuzz.distance import Indel

from api.infra.text import characters
from api.infra.text.characters import UNSPACED
from api.infra.word import aligning
from api.infra.word.text import WordPiece
from api.texts.rules import markdown
from api.texts.rules.markdown import Span

# A word with what joins its parts, spaces, or one sign; where words have no spaces between them,
# each letter is one.
_LETTER = rf"(?![{UNSPACED}])[\w\u0300-\u036f\u200c\u200d]"
_ATOM = re.compile(rf"\s+|{_LETTER}(?:{_LETTER}|['\u2019-](?=\w))*|.", re.DOTALL)
_BREAKS = re.compile(r"[\t\n\v\f\r\u2028\u2029]+")
MOST_PAIRS = 100_000_000  # atoms that are compared with one another; beyond, a text is new
# Of the footnote that a run marks; "": of one that is none.
Label = Callable[[WordPiece], str | None]


class Atom(NamedTuple):
    """A word, a sign or spaces, in one look or several; or the mark of a footnote: its label."""

    text: str
    looks: tuple[tuple[str, Span], ...]  # of its pieces: spans without words, as there are few
    is_note: bool = False

    @property
    def key(self) -> tuple[str, bool]:
        """By what it is found again: spaces are alike, and what nobody sees is nothing."""
        return (" " if self.text.isspace() else aligning.same(self.text)), self.is_note


class WordPassage:
    """A text in its looks; it is parted into words only where somebody asks for them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans = [
            span if span.is_note else replace(span, words=_composed(span.words)) for span in spans
        ]

    @cached_property
    def atoms(self) -> list[Atom]:
        found: list[Atom] = []
        for is_note, group in groupby(self.spans, key=lambda span: span.is_note):
            spans = list(group)
            found += _notes(spans) if is_note else _parted(spans)
        return found

    @cached_property
    def words(self) -> str:
        """What it says, without marks of footnotes."""
        return "".join(span.words for span in self.spans if not span.is_note)

    @cached_property
    def key(self) -> str:
        """Equal for texts that nobody can tell apart."""
        return aligning.same("".join(map(_marked, self.spans)))

    @property
    def tight(self) -> str:
        """What it says, without spaces."""
        return aligning.same(self.words).replace(" ", "")

    @property
    def shown(self) -> str:
        """What it says to a reader: a footnote's mark is its [label]."""
        said = (f"[{span.words}]" if span.is_note else span.words for span in self.spans)
        return "".join(said).strip()

    @property
    def kinds(self) -> set[Span]:
        """The looks in it: spans without words."""
        return {replace(span, words="") for span in self.spans if not span.is_note}

    def __bool__(self) -> bool:
        return any(span.is_note or span.words.strip() for span in self.spans)


class Changed(NamedTuple):
    """Where a text differs: atoms whose place others took; either may be none."""

    start: int  # of the atoms before
    end: int
    atoms: Sequence[Atom]


def of_line(text: str) -> WordPassage:
    """Return an inline Markdown text."""
    return WordPassage(markdown.spans(text.strip()))


def of_plain(text: str) -> WordPassage:
    return WordPassage([Span(text.strip())])


def space() -> WordPassage:
    return WordPassage([Span(" ")])


def joined(passages: Iterable[WordPassage]) -> WordPassage:
    return WordPassage(span for one in passages for span in one.spans)


def of_runs(runs: Iterable[WordPiece], label: Label) -> WordPassage:
    """Return runs of Word; `label` gives that of the footnote which a run marks, if it does."""
    spans = []
    for run in runs:
        own = label(run)
        if own is not None:
            spans += [Span(own, is_note=True)] if own else []
        elif "is_hidden" not in run:
            link = run.get("link")
            spans.append(
                Span(
                    _clean(run["words"]),
                    "is_emphasis" in run,
                    "is_strong" in run,
                    link if link and markdown.is_address(link) else None,
                )
            )
    return WordPassage(_stripped(spans))


def _clean(text: str) -> str:
    return _BREAKS.sub(" ", characters.without_left_overs(text, one_line=False))


def _stripped(spans: list[Span]) -> list[Span]:
    """Return spans without the spaces at both ends."""
    said = [n for n, span in enumerate(spans) if span.is_note or span.words.strip()]
    if not said:
        return []
    spans = spans[said[0] : said[-1] + 1]
    if not spans[0].is_note:
        spans[0] = replace(spans[0], words=spans[0].words.lstrip())
    if not spans[-1].is_note:
        spans[-1] = replace(spans[-1], words=spans[-1].words.rstrip())
    return spans


def _composed(text: str) -> str:
    return text if characters.piled(text) else unicodedata.normalize("NFC", text)


def _marked(span: Span) -> str:
    return f"\ufdd0{span.words}\ufdd1" if span.is_note else span.words


def _notes(spans: Iterable[Span]) -> Iterator[Atom]:
    for span in spans:
        yield Atom(span.words, ((span.words, Span("", is_note=True)),), is_note=True)


def _parted(spans: Sequence[Span]) -> Iterator[Atom]:
    """Yield the words of spans; one word may reach over several."""
    looks = [replace(span, words="") for span in spans]
    ends = list(accumulate(len(span.words) for span in spans))
    at = place = 0
    for word in _ATOM.findall("".join(span.words for span in spans)):
        end, inside = at + len(word), []
        while at < end:
            while ends[place] <= at:
                place += 1
            cut = min(end, ends[place])
            inside.append((word[at - end : cut - end or None], looks[place]))
            at = cut
        yield Atom(word, tuple(inside))


def stripped(atoms: Sequence[Atom]) -> list[Atom]:
    """Return atoms without the spaces at both ends."""
    said = [place for place, one in enumerate(atoms) if one.is_note or not one.text.isspace()]
    return list(atoms[said[0] : said[-1] + 1]) if said else []


def words(atoms: Iterable[Atom]) -> str:
    """Return what atoms say, without marks of footnotes."""
    return "".join(one.text for one in atoms if not one.is_note)


def shown(atoms: Iterable[Atom]) -> str:
    """Return what atoms say to a reader, as of a passage."""
    return "".join(f"[{one.text}]" if one.is_note else one.text for one in atoms).strip()


def changes(before: Sequence[Atom], after: Sequence[Atom], *, exactly: bool) -> list[Changed]:
    """Return where a text differs from one before it; `exactly`: in its spaces as well."""
    if len(before) * len(after) > MOST_PAIRS:
        return [Changed(0, len(before), after)]
    old, new = ([(one.text, one.is_note) if exactly else one.key for one in each]
                for each in (before, after))  # fmt: skip
    return [
        Changed(step.src_start, step.src_end, after[step.dest_start : step.dest_end])
        for step in Indel.opcodes(old, new)
        if step.tag != "equal"
    ]


def written(atoms: Iterable[Atom]) -> str:
    """Return atoms as inline Markdown."""
    pieces = (piece for one in atoms for piece in one.looks)
    return markdown.written(_merged(pieces)).strip()


def _merged(pieces: Iterable[tuple[str, Span]]) -> Iterator[Span]:
    for look, group in groupby(pieces, key=lambda piece: piece[1]):
        if look.is_note:
            yield from (replace(look, words=label) for label, _ in group)
        else:
            yield replace(look, words="".join(words for words, _ in group))
