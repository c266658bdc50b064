"""The fonts that documents are set in: from packages, never from the machine."""

from __future__ import annotations

import struct
import sys
import unicodedata
from array import array
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

SANS = "Noto Sans"
SERIF = "Noto Serif"

_PACKAGES = ("fontpkg_noto_sans", "fontpkg_noto_serif", "fontpkg_amiri", "manimgx_fonts")
_EXTRA = "manimgx_fonts_cjk"  # Chinese, Japanese and Korean: 32 MB, which a machine may lack
# Smaller cuts of what the first packages hold whole; and an Arabic that draws letters and dots
# apart, so that nobody can copy, search or hear its words in a PDF. Amiri's letters are whole.
_REFUSED = ("NotoSans[wght]", "NotoSans-Italic[wght]", "NotoSansArabic[wght]")
# Who sets what the wanted family lacks, in this order; see _HAN for what follows.
_NEXT = (
    *(SANS, "Amiri", "Noto Sans Armenian", "Noto Sans Georgian", "Noto Sans Hebrew"),
    *("Noto Sans Devanagari", "Noto Sans Symbols"),
)
# One code point, several shapes: the language decides, the last line where it does not.
_HAN = (("ja", "JP"), ("ko", "KR"), ("zh-hk", "HK"), ("zh-tw", "TC"), ("zh-hant", "TC"), ("", "SC"))
_BY_SEGMENT, _BY_GROUP = 4, 12  # the two shapes of "cmap" that matter
_LAST_IN_SEGMENT = 0xFFFE  # U+FFFF ends the table and is no character
# Characters that shape others or break lines and leave no mark, whether a font lists them or not.
_UNSEEN = frozenset("\t\n\r\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f")


def has_cjk() -> bool:
    """Tell whether the fonts for Chinese, Japanese and Korean are there."""
    return find_spec(_EXTRA) is not None


def folders() -> list[Path]:
    """Return the folders that hold our fonts."""
    specs = [find_spec(name) for name in (*_PACKAGES, _EXTRA)]
    return [Path(spec.origin).parent for spec in specs if spec and spec.origin]


def files() -> list[Path]:
    """Return the font files that may be used, in a stable order."""
    found = [path for folder in folders() for path in sorted(folder.rglob("*.tt[fc]"))]
    return [path for path in found if path.stem not in _REFUSED]


def write_fontconfig(folder: Path) -> Path:
    """Write a fontconfig file that knows our fonts only, and return its path.

    FONTCONFIG_FILE must name it before WeasyPrint is imported.
    """
    rejected = "".join(f"<glob>*/{_glob(name)}.ttf</glob>" for name in _REFUSED)
    lines = [
        '<?xml version="1.0"?>',
        '<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">',
        "<fontconfig>",
        *(f"<dir>{escape(str(path))}</dir>" for path in folders()),
        f"<cachedir>{escape(str(folder))}</cachedir>",
        f"<selectfont><rejectfont>{rejected}</rejectfont></selectfont>",
        *(_alias(name, SANS) for name in ("sans-serif", "system-ui", "monospace")),
        *(_alias(name, SERIF) for name in ("serif", "cursive", "fantasy")),
        _alias("emoji", "Noto Emoji"),
        *(_then(name) for name in _NEXT),
        *(_then(f"Noto Sans CJK {place}", language) for language, place in _HAN),
        "</fontconfig>",
    ]
    path = folder / "fonts.conf"
    path.write_text("\n".join(lines), "utf-8")
    return path


def unprintable(text: str) -> str | None:
    """Return the first character that no font has, described for a person, or None."""
    lacking = set(text) - _printable()
    for character in text:
        if character in lacking and unicodedata.category(character) != "Zs":
            return _described(character)
    return None


def spelled(text: str) -> str:
    """Return a text with the number of each character that no font has in its place: [U+133CF]."""
    lacking = {one for one in set(text) - _printable() if unicodedata.category(one) != "Zs"}
    return text.translate({ord(one): f"[U+{ord(one):04X}]" for one in lacking})


def no_font(missing: str) -> str:
    """Return what to do about a character that `unprintable` described."""
    return (
        f"No font of this installation prints {missing}. Write it in letters that print; an"
        " operator may add a font (docs/operating.md)."
    )


def _glob(name: str) -> str:
    return name.replace("[", "?").replace("]", "?")  # a bracket opens a set in a glob


def _alias(name: str, family: str) -> str:
    return (
        f"<alias binding='same'><family>{name}</family><prefer><family>{family}</family>"
        "</prefer></alias>"
    )


def _then(family: str, language: str = "") -> str:
    test = f"<test name='lang' compare='contains'><string>{language}</string></test>"
    return (
        f"<match target='pattern'>{test if language else ''}"
        "<edit name='family' mode='append_last' binding='strong'>"
        f"<string>{family}</string></edit></match>"
    )


def _described(character: str) -> str:
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    shown = f" ({character})" if character.isprintable() else ""
    return f"{code} {name}".rstrip() + shown


@cache
def _printable() -> frozenset[str]:
    return _UNSEEN.union(*(map(chr, code_points(path)) for path in files()))


def code_points(path: Path) -> Iterator[int]:
    """Yield the code points that have a glyph in a font file.

    Source: OpenType 1.9, "cmap", formats 4 and 12. fontTools reads the same, but its import
    alone takes longer than checking a whole letter may.
    """
    with path.open("rb") as file:
        table = _cmap(file)
    (count,) = struct.unpack_from(">H", table, 2)
    offsets = {struct.unpack_from(">I", table, 8 + 8 * n)[0] for n in range(count)}
    for offset in sorted(offsets):
        (kind,) = struct.unpack_from(">H", table, offset)
        if kind == _BY_SEGMENT:
            yield from _by_segment(table, offset)
        elif kind == _BY_GROUP:
            yield from _by_group(table, offset)


def _cmap(file: BinaryIO) -> bytes:
    head = file.read(16)
    if head[:4] == b"ttcf":  # a collection: its faces share one cmap's characters
        file.seek(struct.unpack_from(">I", head, 12)[0])
        head = file.read(12)
        directory = file.read(16 * struct.unpack_from(">H", head, 4)[0])
    else:
        directory = head[12:] + file.read(16 * struct.unpack_from(">H", head, 4)[0] - 4)
    for tag, _, offset, length in struct.iter_unpack(">4sIII", directory):
        if tag == b"cmap":
            file.seek(offset)
            return file.read(length)
    raise ValueError(f"{file.name} is not a font")


def _by_segment(table: bytes, offset: int) -> Iterator[int]:
    size = struct.unpack_from(">H", table, offset + 6)[0]  # in bytes, of each of the four arrays
    words = array("H", table[offset + 14 : len(table) - (len(table) - offset - 14) % 2])
    if sys.byteorder == "little":
        words.byteswap()
    count = size // 2
    ends, starts = words[:count], words[count + 1 : 2 * count + 1]
    deltas = words[2 * count + 1 : 3 * count + 1]
    ranges_at = 3 * count + 1
    for n, (start, end, delta) in enumerate(zip(starts, ends, deltas, strict=True)):
        skip = words[ranges_at + n]
        for code in range(start, min(end, _LAST_IN_SEGMENT) + 1):
            glyph = words[ranges_at + n + skip // 2 + code - start] if skip else code
            if skip and not glyph:
                continue
            if (glyph + delta) & 0xFFFF:
                yield code


def _by_group(table: bytes, offset: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">I", table, offset + 12)
    groups = table[offset + 16 : offset + 16 + 12 * count]
    for start, end, glyph in struct.iter_unpack(">III", groups):
        yield from range(start if glyph else start + 1, end + 1)
