"""Three forms of names: in which two are the same, in which they sound alike, and to search.

`exact` tells who is who (docs/decisions/0011): nothing that merely sounds alike shares it. The
others are for what is found, flagged or doubtful: Latin and Cyrillic, with or without diacritics,
and the usual ways of writing one in the other. Khakimova, Hakimova and Хакимова fold alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from anyascii import anyascii
from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false

# In this order: the longer ways to write a sound come before the shorter ones.
_SOUNDS = (
    ("shch", "s"), ("dzh", "j"), ("tch", "ch"), ("tsh", "ch"), ("zh", "j"), ("dj", "j"),
    ("kh", "h"), ("gh", "g"), ("sh", "s"), ("ph", "f"), ("ts", "c"), ("tz", "c"), ("ou", "u"),
    ("oo", "u"), ("ee", "i"), ("ck", "k"), ("q", "k"), ("w", "v"), ("x", "h"), ("y", "i"),
    ("ie", "e"), ("io", "o"), ("iu", "u"), ("ia", "a"), ("ii", "i"),
)  # fmt: skip
# What one sound becomes from alphabet to alphabet, and what is left of it without its diacritics.
# Uzbek and Tajik o, Russian a and u are one: Yo'ldosh is Юлдаш, Rahmonov is Рахманов.
_HEARD = (
    ("shch", "s"), ("sch", "s"), ("dzh", "z"), ("tch", "c"), ("tsh", "c"), ("zh", "z"),
    ("dj", "z"), ("dz", "z"), ("kh", "h"), ("gh", "g"), ("ck", "k"), ("q", "k"), ("x", "h"),
    ("sh", "s"), ("ch", "c"), ("ts", "c"), ("tz", "c"), ("ph", "f"), ("ks", "h"), ("ng", "n"),
    ("w", "v"), ("j", "z"), ("yo", "e"), ("ander", "andr"),
)  # fmt: skip
MOST_WORDS = 12  # of a name, in which another is looked for
SHORT, STEM = 3, 5  # letters: what is shorter says little, what is longer is inflected
_WORD = re.compile(r"[^\W_]+")
_REPEATED = re.compile(r"([a-z])\1+")
_NO_WORD = re.compile(r"[^a-z0-9]+")
_BROAD = re.compile("[aou]+")
_NARROW = re.compile("[iy]+")
_GLIDE = re.compile("i(?=[ae])")
# Of Uzbek, as keyboards have them: o' and g' are letters, and their mark is no end of a word.
_MARKS = re.compile("[\"'`\u00b4\u02b9-\u02bf\u2018-\u201f\u2032\uff07]")
_UZBEK_O = re.compile("(?<=o)'")
# No letters, whatever Unicode calls them: apostrophes that stand as letters, the Arabic stretch.
_NO_LETTERS = re.compile("[\u02b9-\u02bf\u0640\ua78b\ua78c]")
# Read or left out as one pleases: vowel signs of Arabic and Hebrew, variants of one sign.
_NO_SIGNS = re.compile(
    "[\u034f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u0652\u0670"
    "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_DOTTED_I = re.compile("i\u0307")  # of a Turkish capital


@lru_cache(maxsize=1 << 14)
def exact(name: str) -> str:
    """Return the letters of a name: two that share them are the same.

    Case, spaces, punctuation and canonical form aside, and nothing else: neither diacritics nor
    another alphabet nor full-width forms.
    """
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
    plain = _NO_SIGNS.sub("", _NO_LETTERS.sub("", _DOTTED_I.sub("i", plain)))
    kept = "".join(each for each in plain if not _is_between(each))
    return unicodedata.normalize("NFC", kept) or "".join(plain.split())


def inside(name: str) -> list[str]:
    """Return the exact forms of a name's runs of two words or more, but for the whole."""
    words = name.split()[:MOST_WORDS]
    runs = (
        words[start:end]
        for start in range(len(words))
        for end in range(start + 2, len(words) + 1)
        if end - start < len(words)
    )
    return sorted({exact(" ".join(run)) for run in runs})


def _is_between(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind[0] in "PZ" or kind in {"Sk", "Cc", "Cf"} or character == "\u2212"


def folded(text: str) -> str:
    """Return the words of a text in the form that names share which sound alike."""
    words = _NO_WORD.sub(" ", _latin(text).replace("'", ""))
    for sound, one in _SOUNDS:
        words = words.replace(sound, one)
    return _REPEATED.sub(r"\1", words).strip()


def index_of(names: Iterable[str]) -> str:
    """Return what a row keeps, so that `matches` finds it by any of its names."""
    return "\n".join(sorted({"".join(_heard(name)) for name in names} - {""}))


def matches(column: SQLColumnExpression[str], sought: str) -> ColumnElement[bool]:
    """Return the condition that a row's index holds every word of what is sought."""
    words = _heard(sought)
    # Folded words hold letters and digits only, so nothing in them is a wildcard.
    return and_(*[column.like(f"%{word}%") for word in words]) if words else false()


def found_in(index: str, sought: str) -> bool:
    """Tell whether an index holds every word of what is sought."""
    words = _heard(sought)
    return bool(words) and all(word in index for word in words)


def stems(text: str) -> set[str]:
    """Return how the words of a text begin, as the search compares them, without the shortest."""
    whole = (word.removesuffix("s") if len(word) > SHORT else word for word in _WORD.findall(text))
    return {heard[:STEM] for word in whole if len(heard := _heard_word(word)) >= SHORT}


def _heard(text: str) -> list[str]:
    """Return the words of a text as the search compares them, dots and hyphens forgotten."""
    return [word for each in text.split() if (word := _heard_word(each))]


@lru_cache(maxsize=1 << 14)  # most words of a text have been in another
def _heard_word(word: str) -> str:
    plain = _UZBEK_O.sub(
        "", _latin(_MARKS.sub("'", word.casefold()).replace("ң", "n")).replace("yo'", "yu")
    )
    heard = _NO_WORD.sub("", plain)
    for sound, one in _HEARD:
        heard = heard.replace(sound, one)
    heard = _BROAD.sub("a", _NARROW.sub("i", heard))
    return _REPEATED.sub(r"\1", _GLIDE.sub("", heard))


def _latin(text: str) -> str:
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(character)
    )
    return anyascii(plain).lower()
