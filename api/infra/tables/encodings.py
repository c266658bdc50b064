"""How a file writes its letters: told where only one reading makes sense, never guessed."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache

import icu


class Encoding(StrEnum):
    """How a file writes its letters down, by the names of IANA and of browsers."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    UTF_16_LE = "utf-16le"  # without the mark in front
    UTF_16_BE = "utf-16be"
    WINDOWS_1250 = "windows-1250"  # Excel's CSV in Poland, Hungary ...
    WINDOWS_1251 = "windows-1251"  # in Russia, Kazakhstan ...
    WINDOWS_1252 = "windows-1252"  # in western Europe
    WINDOWS_1254 = "windows-1254"  # in Turkey
    KOI8_R = "koi8-r"
    KOI8_U = "koi8-u"
    IBM_866 = "ibm866"  # Excel's CSV (MS-DOS) where Russian is spoken
    IBM_850 = "ibm850"  # and in western Europe
    IBM_852 = "ibm852"  # in central Europe
    MACINTOSH = "macintosh"  # Excel's CSV (Macintosh)
    MAC_CYRILLIC = "x-mac-cyrillic"

    @property
    def codec(self) -> str:
        """What Python calls it; a mark in front of UTF-8 is none of its letters."""
        return _CODECS.get(self, self.value)


_CODECS = {
    Encoding.UTF_8: "utf-8-sig",
    Encoding.MACINTOSH: "mac-roman",
    Encoding.MAC_CYRILLIC: "mac-cyrillic",
}
_WIDE = {Encoding.UTF_16, Encoding.UTF_16_LE, Encoding.UTF_16_BE}
_OFTEN_NOUGHT = 20  # at least one byte in so many of them, of a table of whatever script
_END = "\x1a"  # with which programs of MS-DOS end a file
_MARKS = (b"\xff\xfe", b"\xfe\xff")  # what Excel calls Unicode Text begins so
_CYRILLIC = (
    Encoding.WINDOWS_1251, Encoding.KOI8_R, Encoding.KOI8_U, Encoding.IBM_866,
    Encoding.MAC_CYRILLIC,
)  # fmt: skip
# The languages that Latin encodings are used for. Where all letters of a file belong to one of
# them, the file may be in it.
_LATIN = {
    Encoding.WINDOWS_1252: "de fr es pt it nl da nb sv fi is",
    Encoding.WINDOWS_1250: "pl cs sk hu hr sl ro sq",
    Encoding.WINDOWS_1254: "tr",
    Encoding.MACINTOSH: "de fr es pt it nl da nb sv fi",
    Encoding.IBM_850: "de fr es pt it nl da nb sv fi",
    Encoding.IBM_852: "pl cs sk hu hr sl ro sq",
}
_SIGNS = frozenset("«»„“”‘’‚–—…№§°·•€©®\u00a0¿¡ªº")  # noqa: RUF001 # typographic
_DASHES = frozenset("–—")  # noqa: RUF001 # typographic; in a word it is a letter of another encoding
_JOINING = frozenset("’·–—")  # noqa: RUF001 # typographic; they may stand inside a word
_WORD = re.compile(r"[^\W\d_]+")
_RUSSIAN = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґў")  # Cyrillic
# How often each letter stands in Russian, of 10,000.
_OFTEN = dict(
    zip(
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",  # Cyrillic
        (1097, 845, 801, 735, 670, 626, 547, 473, 454, 440, 349, 321, 298, 281, 262, 201, 190,
         174, 170, 165, 159, 144, 121, 97, 94, 73, 64, 48, 36, 32, 26, 4, 4),
        strict=True,
    )
)  # fmt: skip
_SELDOM = 10  # letters of Ukrainian and Belarusian
_CLEARLY = 6.0  # so much likelier (its logarithm) is one reading than the next
# A text has odd words ("McÉwan") and signs ("±"), but few of them to its words. Each makes a
# reading less likely: a strange one is enough to prefer another, of those merely odd it takes two.
_MOST_ODD, _STRANGE, _ODD = 0.1, 8.0, 4.0
_TWO_IN_ONE = re.compile("Aa+Aa+")
_ALONE = frozenset("àáèéìíòóùúýåæöøÀÁÈÉÍÓÚÝÅÖØ" + "авикосуяжбєіїйзАВИКОСУЯЖБЄІЇЙЗ")  # Cyrillic
_ALL_BEYOND = 4  # letters beyond ASCII alone make no longer word in Latin alphabets
_ASCII = re.compile("[A-Za-z]")
_MOST_READ = 200_000  # bytes, to tell


def decoded(data: bytes, given: Encoding | None = None) -> tuple[str, Encoding] | None:
    """Return a file's text and its encoding: the `given` one, or what it can only be; or None."""
    for encoding in [given] if given else _likely(data):
        text = _read(data, encoding)
        if text is not None and ("\0" not in text or encoding not in _WIDE):
            return text.removeprefix("\ufeff").removesuffix(_END), encoding
    return None


def _likely(data: bytes) -> Sequence[Encoding]:
    if data.startswith(_MARKS):
        return [Encoding.UTF_16]
    if data.count(0) * _OFTEN_NOUGHT > len(data):
        # The upper half of most characters of a table is nought: of its separators and line ends.
        is_little = data[1::2].count(0) > data[::2].count(0)
        return [Encoding.UTF_16_LE if is_little else Encoding.UTF_16_BE]
    try:
        data.decode()
    except UnicodeDecodeError:
        found = _of_eight_bits(data[:_MOST_READ])
        return [found] if found else []
    return [Encoding.UTF_8]


def _of_eight_bits(data: bytes) -> Encoding | None:
    """Return the encoding of bytes that are no UTF-8, or None where two readings make sense."""
    readings: dict[str, tuple[float, Encoding]] = {}
    for encoding in (*_CYRILLIC, *_LATIN):
        text = _read(data, encoding)
        score = None if text is None else _sense(text, encoding)
        if text is not None and score is not None:
            readings.setdefault(text, (score, encoding))
    ranked = sorted(readings.values(), reverse=True)
    if len(ranked) == 1 or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] >= _CLEARLY):
        return ranked[0][1]
    return None


def _read(data: bytes, encoding: Encoding) -> str | None:
    try:
        return data.decode(encoding.codec)
    except UnicodeDecodeError:
        return None


def _sense(text: str, encoding: Encoding) -> float | None:
    """Return how likely a text is in an encoding's languages (a logarithm), or None: it is none."""
    words = [word for word in _WORD.findall(text) if word.isalpha() and not word.isascii()]
    if all(len(word) == 1 for word in words):  # a sign of another encoding, rather than a letter
        return None
    signs = [at for at, sign in enumerate(text) if not sign.isascii() and not sign.isalpha()]
    strange = sum(_is_inside(text, at) for at in signs)
    odd = sum(text[at] not in _SIGNS for at in signs)
    for word in words:
        odd += _is_odd(word)
        strange += not _is_odd(word) and not _is_shaped(word)
    is_alone = encoding in _CYRILLIC and len(words) == 1  # what is odd beside it tells as much
    if strange + odd > max(not is_alone, len(words) * _MOST_ODD):
        return None
    found = _cyrillic(words) if encoding in _CYRILLIC else _latin(words, encoding)
    return None if found is None else found - strange * _STRANGE - odd * _ODD


def _is_shaped(word: str) -> bool:
    """Tell whether capitals stand where a word has them."""
    return word[1:].islower() or word.isupper() or len(word) == 1


def _is_odd(word: str) -> bool:
    """Tell whether a word is two in one ("McÉwan"), or a letter that seldom stands alone."""
    outline = "".join("A" if letter.isupper() else "a" for letter in word)
    return word not in _ALONE if len(word) == 1 else bool(_TWO_IN_ONE.fullmatch(outline))


def _is_inside(text: str, at: int) -> bool:
    """Tell whether a sign stands in a word where it should not, or one that is odd begins it."""
    before, sign, after = text[at - 1 : at], text[at], text[at + 1 : at + 2]
    if sign in _DASHES and before.islower() and after.islower():
        return True
    is_inside = (before.isalpha() or sign not in _SIGNS) and after.isalpha()
    return is_inside and sign not in _JOINING and sign != "\u00a0"


def _cyrillic(words: Sequence[str]) -> float | None:
    letters = "".join(words).casefold()
    if not _RUSSIAN.issuperset(letters):
        return None
    return sum(math.log(_OFTEN.get(letter, _SELDOM)) for letter in letters)


def _latin(words: Sequence[str], encoding: Encoding) -> float | None:
    letters = "".join(words)
    beyond = {letter for letter in letters.casefold() if not letter.isascii()}
    if any(len(word) > _ALL_BEYOND and not _ASCII.search(word) for word in words):
        return None
    is_one = any(alphabet >= beyond for alphabet in _alphabets()[encoding])
    return 0.0 if is_one else None


@cache
def _alphabets() -> Mapping[Encoding, Sequence[frozenset[str]]]:
    """Return the alphabets of the languages of each encoding, by CLDR."""
    return {
        encoding: [_alphabet(language) for language in languages.split()]
        for encoding, languages in _LATIN.items()
    }


def _alphabet(language: str) -> frozenset[str]:
    main = icu.LocaleData(language).getExemplarSet(0, 0)
    letters = {unicodedata.normalize("NFC", each) for each in main} | {"ß", "ï"}
    return frozenset("".join(letters).casefold()) | frozenset(letters)
