"""Gives each text in a PDF a glyph of its own, so that readers take its letters from it; for paper.

A PDF maps each glyph to one text. Fonts do otherwise: they draw "ị" as an "i" and a dot, one sign
stands for several characters, and WeasyPrint 70 keeps the first text that a glyph was seen with,
which is none for the "i" of "ị". So what stands for another text than its number has already, and
what several glyphs draw together, is given a free number here; `embedding.py` draws it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from weasyprint.draw import text as drawing
from weasyprint.formatting_structure.boxes import TextBox
from weasyprint.pdf.fonts import Font
from weasyprint.pdf.stream import Stream
from weasyprint.text.ffi import FROM_UNITS, ffi, pango

from api.infra.pdf.truetype import Component, Compound

_LAST = 0xFFFE  # the last number that a glyph may have
_HEBREW = {unicodedata.normalize("NFD", chr(code)): chr(code) for code in range(0xFB1D, 0xFB50)}
_GIVES_SIZES = 14802  # the first Pango that tells the size that a font has, as WeasyPrint has it
_GLYPH_SIZE = ffi.sizeof("PangoGlyphInfo")
_GLYPH_WORDS = _GLYPH_SIZE // 4  # its number, its width and more
_ROOM = 64  # for the numbers that WeasyPrint gives to what has no glyph


@dataclass
class Numbers:
    """Which number stands for which text in one face of a document."""

    known: dict[tuple[int | Compound, str], int] = field(default_factory=dict)
    plain: set[tuple[int, str]] = field(default_factory=set)  # glyphs that stand for a letter alone
    compounds: dict[int, Compound] = field(default_factory=dict)
    next: int = 0


class _Cluster(NamedTuple):
    """The glyphs of a line, by their places, that stand for a text."""

    places: list[int]
    text: str


class _Run(NamedTuple):
    """What is drawn in one font: Pango's glyphs, their numbers, widths and letters."""

    glyphs: Any
    numbers: list[int]
    widths: list[int]
    starts: list[int]
    letters: bytes


class _Face(NamedTuple):
    stream: Stream
    font: Font
    pango_font: Any
    size: float


def install() -> None:
    """Have the glyphs of each line numbered before they are drawn."""
    draw = drawing.draw_first_line

    def ours(stream: Stream, box: TextBox, *rest: object) -> object:
        layout = box.pango_layout
        find, add = layout.get_first_line, stream.add_font
        fonts: dict[object, tuple[Font, float]] = {}

        def add_font(pango_font: object) -> tuple[Font, float]:  # twice for each run, and slow
            if pango_font not in fonts:
                fonts[pango_font] = add(pango_font)
            return fonts[pango_font]

        def first_line() -> tuple[Any, int | None]:
            line, index = find()
            _number(stream, box, line)
            return line, index

        layout.get_first_line, stream.add_font = first_line, add_font
        try:
            return draw(stream, box, *rest)
        finally:
            del layout.get_first_line, stream.add_font

    drawing.draw_first_line = ours


def _number(stream: Stream, box: TextBox, line: Any) -> None:
    letters = box.pango_layout.text.encode()
    run = line.runs[0]
    while run != ffi.NULL:
        item, run = run.data, run.next
        pango_font = item.item.analysis.font
        font, size = stream.add_font(pango_font)
        if "numbers" not in vars(font):
            _prepare(font, stream._fonts.values())  # noqa: SLF001 - there is no other way to them
        if font.svg or font.png or font.colr or font.bitmap:  # pictures
            continue
        if pango.pango_version() < _GIVES_SIZES:
            size = box.style["font_size"]
        text = letters[item.item.offset : item.item.offset + item.item.length]
        face = _Face(stream, font, pango_font, size)
        _number_run(face, item.glyphs, text, is_rtl=bool(item.item.analysis.level % 2))


def _number_run(face: _Face, string: Any, letters: bytes, *, is_rtl: bool) -> None:
    """Number what is drawn in one font; mostly there is nothing to do, so it is seen at once."""
    count, text, plain = string.num_glyphs, letters.decode(), face.font.numbers.plain
    words = memoryview(ffi.buffer(string.glyphs, count * _GLYPH_SIZE)).cast("i")
    numbers, widths = words[0::_GLYPH_WORDS].tolist(), words[1::_GLYPH_WORDS].tolist()
    pairs = zip(numbers, reversed(text) if is_rtl else text, strict=False)
    if len(text) == count and plain.issuperset(pairs):
        return
    run = _Run(string.glyphs, numbers, widths, ffi.unpack(string.log_clusters, count), letters)
    for group in _groups(run):
        _give(face, run, group, is_rtl=is_rtl)


def _prepare(font: Font, fonts: Iterable[Font]) -> None:
    """Let a face have numbers, with others that WeasyPrint gives the same name and file."""
    for other in fonts:
        if other.hash == font.hash and "numbers" in vars(other):
            font.numbers = other.numbers
            font.to_unicode, font.widths = other.to_unicode, other.widths
            return
    font.numbers = Numbers(next=font.glyph_count + _ROOM)


def _groups(run: _Run) -> Iterator[list[_Cluster]]:
    """Yield what stands for a letter, and for the marks on it."""
    places: dict[int, list[int]] = {}
    for place, start in enumerate(run.starts):
        places.setdefault(start, []).append(place)
    bounds = [*sorted(places), len(run.letters)]
    group: list[_Cluster] = []
    for start, end in pairwise(bounds):
        cluster = _Cluster(places[start], run.letters[start:end].decode())
        if group and not (_is_mark(cluster.text) and not any(run.widths[i] for i in places[start])):
            yield group
            group = []
        group.append(cluster)
    yield group


@lru_cache(maxsize=4096)
def _is_mark(text: str) -> bool:
    """Tell whether a text stands on the one before it."""
    return unicodedata.category(text[:1] or " ").startswith("M")


def _give(face: _Face, run: _Run, group: list[_Cluster], *, is_rtl: bool) -> None:
    """Give numbers to what stands for a letter with its marks.

    Left to right, one number is the whole text. Readers turn round what runs from right to left,
    one number's text as well: there each mark has a number that draws nothing and takes no room,
    and the letter's draws its marks too.
    """
    if len(group) == 1 and len(group[0].places) == 1:
        _give_one(face, run, group[0].places[0], group[0].text)
        return
    places = [place for cluster in group for place in cluster.places]
    inked = sorted(i for i in places if run.numbers[i] != pango.PANGO_GLYPH_EMPTY)
    if not inked or any(run.numbers[i] > _LAST for i in inked):
        return
    homes = [place for place in inked if place in group[0].places]
    texts = [_composed(cluster.text) for cluster in group]
    if len(inked) == 1:
        _give_one(face, run, inked[0], "".join(texts))
        return
    homes = homes or inked
    home = next((place for place in homes if run.widths[place]), homes[0])
    free = [place for place in reversed(inked) if place < home]
    letter = texts[0].rstrip("".join(filter(_is_mark, texts[0]))) or texts[0]
    marks = [*texts[0][len(letter) :], *texts[1:]]
    if not is_rtl or len(free) < len(marks):
        letter, marks = _composed("".join(texts)), []
    _join(face, run.glyphs, inked, home, letter)
    for place, mark in zip(free, marks, strict=False):
        run.glyphs[place].glyph = _own(face, Compound((), 0), mark)


def _give_one(face: _Face, run: _Run, place: int, text: str) -> None:
    glyph, plain = run.numbers[place], face.font.numbers.plain
    if (glyph, text) in plain:
        return
    number = _alone(face, glyph, _composed(text)) if glyph <= _LAST else glyph
    if number != glyph:
        run.glyphs[place].glyph = number
    elif not _is_mark(text):
        plain.add((glyph, text))


def _join(face: _Face, glyphs: Any, inked: list[int], first: int, text: str) -> None:
    """Have one number draw what several glyphs do, in the place of the first."""
    left, width, positions = 0, 0, {}
    for place in range(inked[0], inked[-1] + 1):
        shape = glyphs[place].geometry
        positions[place] = (left + shape.x_offset, shape.y_offset)
        left += shape.width
        if shape.width and place in inked:
            width += _width(face, glyphs[place].glyph)
    scale = face.font.upem * FROM_UNITS / face.size
    x, y = positions[first]
    parts = tuple(
        Component(
            glyphs[place].glyph,
            round((positions[place][0] - x) * scale),
            round((y - positions[place][1]) * scale),
        )
        for place in inked
    )
    for place in inked:
        shape = glyphs[place].geometry
        glyphs[place].glyph = pango.PANGO_GLYPH_EMPTY
        shape.width = shape.x_offset = shape.y_offset = 0
    shape = glyphs[first].geometry
    shape.width, shape.x_offset, shape.y_offset = left, x, y
    glyphs[first].glyph = _own(face, Compound(parts, width), text)


def _alone(face: _Face, glyph: int, text: str) -> int:
    """Return the number of one glyph for a text: its own for the first text it stands for."""
    numbers: Numbers = face.font.numbers
    known = numbers.known.get((glyph, text))
    if known is None:
        if glyph not in face.font.to_unicode:
            face.font.to_unicode[glyph] = text
            known = glyph
        else:
            width = _width(face, glyph)
            known = _own(face, Compound((Component(glyph, 0, 0),), width), text)
        numbers.known[(glyph, text)] = known
    return known


@lru_cache(maxsize=4096)
def _composed(text: str) -> str:
    """Return a text in as few characters as it has: what is one cannot be read in another order."""
    found = unicodedata.normalize("NFC", text)
    return _HEBREW.get(unicodedata.normalize("NFD", text), found) if len(found) > 1 else found


def _own(face: _Face, compound: Compound, text: str) -> int:
    """Return the number of what is drawn for a text, a free one for a new pair of them."""
    key, numbers = (compound, text), face.font.numbers
    known: int | None = numbers.known.get(key)
    if known is None:
        known = numbers.known[key] = _free(face.font)
        numbers.compounds[known] = compound
        face.font.to_unicode[known] = text
        face.font.widths[known] = compound.width
    return known


def _free(font: Font) -> int:
    """Return a number after the font's; where the font is full, one that is not in use."""
    number: int = font.numbers.next
    if number > _LAST:
        return next(n for n in range(_LAST, 0, -1) if n not in font.to_unicode)
    font.numbers.next += 1
    return number


def _width(face: _Face, glyph: int) -> int:
    """Return a glyph's width, computed as WeasyPrint does."""
    widths: dict[int, int] = face.font.widths
    if glyph not in widths:
        pango.pango_font_get_glyph_extents(
            face.pango_font, glyph, face.stream.ink_rect, face.stream.logical_rect
        )
        widths[glyph] = round(face.stream.logical_rect.width * 1000 * FROM_UNITS / face.size)
    return widths[glyph]
