"""What two texts differ by, as a page for paper or for a browser.

What came and what went is told by signs and lines, never by colour alone: it is printed in black
and white, and read aloud.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from jinja2 import Template
from markupsafe import Markup, escape

from api.documents.rules import html, outline
from api.documents.rules.html import Look
from api.infra.text import languages
from api.portable.rules.diff import DiffPart, DiffText, PartState, Setting
from api.portable.rules.measuring import Measure
from api.portable.rules.printing import Printed
from api.texts.rules import markdown
from api.texts.rules.wording import Op, WordRun
from api.texts.rules.words import Words, words

_OF_ONE_SIDE = {PartState.ADDED, PartState.REMOVED}  # that words changed is seen
NEAR = 120  # signs beside a change that a letter shows
_TAGS = {Op.REMOVED: ("del", "[\u2212"), Op.ADDED: ("ins", "[+")}


@dataclass(frozen=True)
class Compared:
    """All that is printed of a comparison; a side without a number is the draft."""

    printed: Printed  # the text after
    before: int | None
    after: int | None
    parts: Sequence[DiffPart]
    change: Measure


def page(compared: Compared, look: Look, *, for_paper: bool) -> str:
    """Return a comparison as HTML: for the PDF's layout, or one file for a browser."""
    printed = compared.printed
    said = words(printed["language"])
    sides = [_side(number, said) for number in (compared.before, compared.after)]
    arrow = " \u2190 " if printed["direction"] == "rtl" else " \u2192 "
    title = f"{said.changes['title']}: {arrow.join(sides)}"
    heading = f"{printed['title']} \u2013 {title}"
    return html.page_of(look.theme).render(
        html.around(printed, look, said, for_paper=for_paper),
        layout="diff.html",
        mark=outline.mark(printed, said, is_draft=compared.after is None),
        told=said.changes,
        title=title,
        runs=list(runs(compared.parts, said)),
        measured=list(measured(compared.change, said)),
        contents=None,
        heading=heading,
        short_title=html.shortened(heading, html.SHORT_TITLE),
        description="",
    )


@dataclass(frozen=True)
class Shown:
    """A comparison as a part of a page: what it comes to, and what differs."""

    measured: Sequence[str]
    html: Markup


def shown(parts: Iterable[DiffPart], change: Measure, text: str, page: str) -> Shown:
    """Return a comparison of texts in one language for a page in another; headings from h3."""
    said = words(page)
    tongue = Markup(' lang="{}" dir="{}"').format(text, languages.direction(text))
    macros: Any = _changes().module
    told = macros.all(list(runs(parts, said)), said.changes, 3, tongue)
    return Shown(list(measured(change, said)), Markup(told))  # noqa: S704 - our own template


@dataclass(frozen=True)
class ToldPart:
    """A part that differs, in words."""

    label: str
    what: str  # became of it
    texts: Sequence[str]
    inner: Sequence[ToldPart]


def runs(parts: Iterable[DiffPart], said: Words) -> Iterator[ToldPart | str]:
    """Yield each part that differs, and for those between that do not, how many there are."""
    for differs, run in groupby(parts, key=lambda part: part.differs):
        if differs:
            yield from (_told(part, said, _text) for part in run)
        else:
            count = sum(1 for _ in run)
            yield str(said.changes["unchanged"]).format(
                count=languages.number(count, said.language)
            )


def lines(parts: Iterable[DiffPart], said: Words) -> Iterator[tuple[str, str]]:
    """Yield what differs as plain text: what it is, and its words around the change."""
    for part in parts:
        if part.differs:
            yield from _lines(_told(part, said, _plain))


def _lines(told: ToldPart) -> Iterator[tuple[str, str]]:
    label = told.label + (f" ({told.what})" if told.what else "")
    texts = [text for text in told.texts if text.strip()]
    yield from ((label, text.strip()) for text in texts)
    if not texts and not told.inner:
        yield label, ""
    for inner in told.inner:
        yield from _lines(inner)


def measured(change: Measure, said: Words) -> Iterator[str]:
    """Yield what a change comes to, each with its label."""
    told = said.changes

    def number(count: int) -> str:
        return languages.number(count, said.language)

    if change.words_added or change.words_removed:
        counts = f"+{number(change.words_added)} \u2212{number(change.words_removed)}"
        yield f"{told['words']}: {counts}"
    if touched := change.blocks_changed + change.blocks_added + change.blocks_removed:
        yield f"{told['parts']}: {number(touched)}"
    for label, sign, keys in (
        ("demands", "+", change.demands_added),
        ("demands", "\u2212", change.demands_removed),
        ("numbers", "", change.numbers),
        ("dates", "", change.dates),
        ("names", "", change.names),
        ("negations", "", [told["not_measured"]] if change.negations is None else change.negations),
    ):
        if keys:
            yield f"{told[label]}: " + said.comma.join(sign + key for key in keys)


def _side(number: int | None, said: Words) -> str:
    if number is None:
        return said.draft
    written = languages.number(number, said.language)
    return str(said.changes["revision"]).format(number=written)


def _told(part: DiffPart, said: Words, text: Callable[[DiffText], str]) -> ToldPart:
    """Say what a part is and became; numbers beside it are of the text after alone."""
    told = said.changes

    def placed(key: str, place: int) -> str:
        return str(told[key]).format(place=languages.number(place, said.language))

    moved = placed("moved", part.came_from) if part.came_from else ""
    became = str(told[part.change.value]) if part.change in _OF_ONE_SIDE else ""
    label = str(told["kinds"][part.kind])
    if part.kind in _NUMBERED:
        if part.change is PartState.REMOVED:
            became = placed("removed_from", part.place)
        else:
            label += f" {languages.number(part.place, said.language)}"
    settings = [Markup("{}").format(_setting(each, said)) for each in part.settings]
    return ToldPart(
        label,
        said.comma.join(filter(None, (became, moved))),
        [*settings, *map(text, part.passages)],
        [_told(inner, said, text) for inner in part.parts],
    )


_NUMBERED = frozenset({"paragraph", "heading", "quote", "list", "demands", "cases", "item"})


def _setting(setting: Setting, said: Words) -> str:
    known: Mapping[str, Any] = {
        **said.kinds,
        **said.changes["kinds"],
        "True": said.changes["yes"],
        "False": said.changes["no"],
    }
    before, after = (str(known.get(each, each)) for each in (setting.before, setting.after))
    return f"{said.changes['settings'][setting.name]}: {before} / {after}"


def _text(passage: DiffText) -> Markup:
    return marked(passage.pieces)


def marked(pieces: Iterable[WordRun]) -> Markup:
    """Return words with signs and lines around those that came and went."""
    return Markup("").join(
        _run(op, list(run)) for op, run in groupby(pieces, key=lambda piece: piece.op)
    )


def _plain(passage: DiffText) -> str:
    """Return a passage with signs around what came and went, and of the rest what is near."""
    groups = [(op, list(run)) for op, run in groupby(passage.pieces, key=lambda piece: piece.op)]
    found = ""
    for place, (op, run) in enumerate(groups):
        words = "".join(f"[{one.words}]" if one.is_note else one.words for one in run)
        if op is Op.SAME:
            found += _near(words, is_first=not place, is_last=place == len(groups) - 1)
        else:
            before, after = _gap(words, str.lstrip), _gap(words.lstrip(), str.rstrip)
            found += f"{before and ' '}{_TAGS[op][1]}{words.strip()}]{after and ' '}"
    return found


def _near(words: str, *, is_first: bool, is_last: bool) -> str:
    """Return the words before and after a change, and what is left out between."""
    if len(words) <= NEAR * (1 if is_first or is_last else 2):
        return words
    before = "" if is_first else words[:NEAR].rpartition(" ")[0]
    after = "" if is_last else words[-NEAR:].partition(" ")[2]
    return f"{before} \u2026 {after}"


def _run(op: Op, pieces: Sequence[WordRun]) -> Markup:
    if op is Op.SAME:
        return Markup("").join(map(_piece, pieces))
    # Before and behind the signs: it belongs to the words there.
    said = [piece.words for piece in pieces]
    before, said[0] = _gap(said[0], str.lstrip), said[0].lstrip()
    after, said[-1] = _gap(said[-1], str.rstrip), said[-1].rstrip()
    inner = Markup("").join(
        _piece(piece._replace(words=words)) for piece, words in zip(pieces, said, strict=True)
    )
    tag, sign = _TAGS[op]
    held = Markup('<bdi><span class="op">{}</span>{}<span class="op">]</span></bdi>')
    marked = Markup(f"<{tag}>{{}}</{tag}>").format(held.format(sign, inner))  # noqa: S704 - ours
    return before + marked + after


def _gap(words: str, strip: Callable[[str], str]) -> str:
    """Return what parts words from others at an end of theirs, as it is set."""
    ends = words.replace(strip(words), "", 1) if strip(words) else words
    return "\n" if "\n" in ends else " " if ends else ""


def _piece(piece: WordRun) -> Markup:
    found = Markup("<sup>{}</sup>").format(piece.words) if piece.is_note else escape(piece.words)
    for mark in reversed(piece.marks):
        if mark in {"em", "strong"}:
            found = Markup(f"<{mark}>{{}}</{mark}>").format(found)  # noqa: S704 - one of ours
        elif markdown.is_address(mark):
            found = Markup('<a href="{}">{}</a>').format(mark, found)
    return found


@lru_cache
def _changes() -> Template:
    return html.environment_of(html.SHARED).get_template("changes.html")
