"""Makes the font files that go into a PDF, faster and sounder than WeasyPrint does by itself.

Our fonts are variable; a PDF holds static ones. This replaces one method of WeasyPrint 70, which
stays as the way out, and one function; so WeasyPrint is pinned below 71.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fontTools.ttLib.ttGlyphSet import _TTGlyphSet
from weasyprint.pdf import fonts
from weasyprint.pdf.fonts import Font
from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset
from weasyprint.text.fonts import get_hb_object_data

from api.infra.pdf import text_layer, truetype
from api.infra.pdf.truetype import Component, Compound

if TYPE_CHECKING:
    from fontTools.ttLib.tables._h_h_e_a import table__h_h_e_a

_NOT_FOR_PDF = ("BASE", "DSIG", "GDEF", "GPOS", "GSUB", "JSTF", "MVAR", "STAT")  # tables


def install() -> None:
    """Have font files read once, and variable ones cut down and made static in one go.

    WeasyPrint leaves the second half to fontTools, which takes 20 to 60 ms for each face of a
    letter; HarfBuzz takes less than one. Where HarfBuzz is too old or says no, that way remains.
    """
    fonts.get_hb_object_data = _once(fonts.get_hb_object_data)
    if harfbuzz_subset is None or not harfbuzz.hb_version_atleast(6, 0, 0):
        return
    ffi.cdef(
        "hb_bool_t hb_subset_input_pin_axis_location("
        "hb_subset_input_t*, hb_face_t*, hb_tag_t, float);"
        "hb_bool_t hb_subset_input_pin_axis_to_default(hb_subset_input_t*, hb_face_t*, hb_tag_t);"
    )
    theirs = Font.subset

    def ours(font: Font, to_unicode: Mapping[int, str], hinting: bool) -> None:  # noqa: FBT001 - WeasyPrint's signature
        kinds = {"CFF2", "glyf"}.intersection(font.tables)
        if not kinds or not to_unicode or hinting:
            theirs(font, to_unicode, hinting)
            return
        font.file_content = _cut(font, to_unicode)
        if "fvar" in font.tables:
            font.tables.remove("fvar")

    Font.subset = ours
    text_layer.install()


def _cut(font: Font, to_unicode: Iterable[int]) -> bytes:
    """Return a font file of these numbers: glyphs of the font's, and what is drawn from them."""
    compounds: dict[int, Compound] = font.numbers.compounds  # as text_layer gave them
    if "CFF2" in font.tables:
        plain = {n: Compound((Component(n, 0, 0),), font.widths[n]) for n in to_unicode}
        return _redrawn(font, plain | compounds)
    parts = {part.glyph for each in compounds.values() for part in each.parts}
    static = _pinned(font, sorted(parts | (set(to_unicode) - set(compounds))))
    return truetype.with_compounds(static, compounds) if compounds else static


def _once(read: Callable[..., bytes]) -> Callable[..., bytes]:
    """Return what reads a face's file and keeps one copy of equal ones.

    Each language and weight is a face of its own; the file of Chinese, Japanese and Korean has
    32 MB, and a dozen of it is more than a document may take.
    """
    kept: list[bytes] = []

    def content(of: object, *part: object) -> bytes:
        found = read(of, *part)
        if part:  # of one glyph
            return found
        if found not in kept:
            kept.append(found)
        return kept[kept.index(found)]

    return content


def _pinned(font: Font, glyphs: list[int]) -> bytes:
    """Return a font file of these glyphs, at their numbers and at the font's weight."""
    lib = harfbuzz_subset
    wanted = ffi.gc(lib.hb_subset_input_create_or_fail(), lib.hb_subset_input_destroy)
    _fill(lib.hb_subset_input_glyph_set(wanted), glyphs)
    flags = lib.HB_SUBSET_FLAGS_RETAIN_GIDS | lib.HB_SUBSET_FLAGS_NO_HINTING
    lib.hb_subset_input_set_flags(wanted, flags)
    dropped = lib.hb_subset_input_set(wanted, lib.HB_SUBSET_SETS_DROP_TABLE_TAG)
    _fill(dropped, sorted(map(_tag, _NOT_FOR_PDF)))
    lib.hb_subset_input_pin_axis_location(wanted, font.hb_face, _tag("wght"), _weight(font))
    lib.hb_subset_input_pin_axis_to_default(wanted, font.hb_face, _tag("wdth"))
    static = _subset(font.hb_face, wanted)
    # Numbers were kept by leaving empty places; those after the last glyph can go.
    rest = ffi.gc(lib.hb_subset_input_create_or_fail(), lib.hb_subset_input_destroy)
    _fill(lib.hb_subset_input_glyph_set(rest), list(range(glyphs[-1] + 1)))
    lib.hb_subset_input_set_flags(rest, lib.HB_SUBSET_FLAGS_NO_HINTING)
    return bytes(get_hb_object_data(_subset(static, rest)))


def _subset(face: Any, wanted: Any) -> Any:
    found = harfbuzz_subset.hb_subset_or_fail(face, wanted)
    if found == ffi.NULL:
        raise RuntimeError("HarfBuzz cannot cut down a font")
    return ffi.gc(found, harfbuzz.hb_face_destroy)


def _tag(name: str) -> int:
    return int(harfbuzz.hb_tag_from_string(name.encode(), -1))


def _fill(numbers: Any, values: list[int]) -> None:
    array = ffi.new("hb_codepoint_t[]", values)
    harfbuzz.hb_set_add_sorted_array(numbers, array, len(values))


def _weight(font: Font) -> float:
    return float(font.variations.get("wght", font.weight))


def _redrawn(font: Font, glyphs: Mapping[int, Compound]) -> bytes:
    """Return a TrueType file drawn from the glyphs of a variable CFF2 font, at these numbers.

    A PDF may not hold CFF2, older HarfBuzzes cannot make it static, and fontTools takes seconds
    for the 65,000 glyphs of Chinese, Japanese and Korean.
    """
    face = font.index & 0xFFFF  # above are fontconfig's bits for a named weight
    with TTFont(BytesIO(font.file_content), fontNumber=face, lazy=True) as source:
        # Names of our own; fontTools would make up better ones, from the whole cmap.
        source.setGlyphOrder([f"g{number}" for number in range(source["maxp"].numGlyphs)])
        drawn = source.getGlyphSet(location={"wght": _weight(font)})
        units = source["head"].unitsPerEm
        shapes = {number: _shape(drawn, each.parts) for number, each in glyphs.items()}
        widths = {number: round(each.width * units / 1000) for number, each in glyphs.items()}
        return _truetype(shapes, widths, units, source["hhea"])


def _shape(drawn: _TTGlyphSet, parts: Iterable[Component]) -> Glyph:
    """Return what parts draw together in quadratic curves, within one unit of their own."""
    pen = TTGlyphPen(None)
    for part in parts:
        curves = Cu2QuPen(pen, max_err=1.0, reverse_direction=True)
        drawn[f"g{part.glyph}"].draw(TransformPen(curves, (1, 0, 0, 1, part.x, part.y)))
    shape = pen.glyph()
    shape.recalcBounds(None)
    return shape


def _truetype(
    shapes: Mapping[int, Glyph], widths: Mapping[int, int], units_per_em: int, hhea: table__h_h_e_a
) -> bytes:
    """Return a font of the six tables that a PDF needs.

    Source: ISO 32000-1, 9.9; OpenType 1.9, "head", "hhea", "hmtx", "loca", "maxp".
    """
    count = max(shapes) + 1
    glyf, loca, hmtx = bytearray(), [0], bytearray()
    for number in range(count):
        shape, left = shapes.get(number), 0
        if shape is not None and shape.numberOfContours > 0:
            data = shape.compile(None, recalcBBoxes=False)
            glyf += data + bytes(-len(data) % 4)
            left = shape.xMin
        loca.append(len(glyf))
        hmtx += struct.pack(">Hh", widths.get(number, 0), left)
    inked = [shape for shape in shapes.values() if shape.numberOfContours > 0]
    box = (
        min((shape.xMin for shape in inked), default=0),
        min((shape.yMin for shape in inked), default=0),
        max((shape.xMax for shape in inked), default=0),
        max((shape.yMax for shape in inked), default=0),
    )
    contours = max((shape.numberOfContours for shape in inked), default=0)
    points = max((len(shape.coordinates) for shape in inked), default=0)
    one = 0x00010000  # 1.0 as a fixed-point number
    head = (one, one, 0, 0x5F0F3CF5, 0, units_per_em, 0, 0, *box, 0, 8, 2, 1, 0)
    lines = (hhea.ascent, hhea.descent, 0, max(widths.values()), 0, 0, box[2], 1, *[0] * 7, count)
    return truetype.file(
        {
            b"glyf": bytes(glyf),
            b"head": struct.pack(">IIIIHHqq4hHHhhh", *head),
            b"hhea": struct.pack(">I3hH11hH", one, *lines),
            b"hmtx": bytes(hmtx),
            b"loca": struct.pack(f">{count + 1}I", *loca),
            b"maxp": struct.pack(">I14H", one, count, points, contours, 0, 0, 2, *[0] * 8),
        }
    )
