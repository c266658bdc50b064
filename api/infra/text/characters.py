"""Characters that no text of ours may hold."""

from __future__ import annotations

import re
import unicodedata

MOST_ACCENTS = 30  # Unicode's own limit for one letter (UAX 15); sorting more of them is slow

# U+2028 and U+2029 are line breaks to libyaml, and text to YAML 1.2.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)
# They turn the direction of what follows, and so reorder the names around them; one is unseen.
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")


# They leave no mark: phones and editors put them around and into what people paste.
_LEFT_OVER = re.compile("[\u202a-\u202c\u2066-\u2069\ufeff]")
_UNSEEN = re.compile("[\u00ad\u061c\u200b\u2060\ufe0e\ufe0f]")
_SPACES = re.compile("[\u00a0\u2007\u202f]")

# Of scripts that set no spaces between words: Thai and Lao, Khmer, Japanese, Chinese.
UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"

_MARKS = re.compile(rf"[^\w\s]{{{MOST_ACCENTS + 1},}}")


def unkept(text: str) -> str | None:
    """Return why a text that prints cannot be kept and what to do, or None."""
    return unfit(text) or overriding(text) or piled(text)


def without_left_overs(text: str, *, one_line: bool) -> str:
    """Return a text without the marks that nobody meant; in one line spaces are plain ones.

    Overrides of direction (U+202D, U+202E) stay, to be refused: who set them meant them.
    """
    if text.isascii():
        return text
    text = _LEFT_OVER.sub("", text)
    return _SPACES.sub(" ", _UNSEEN.sub("", text)) if one_line else text


def unfit(text: str) -> str | None:
    """Return why no text can be kept (controls, halves of characters), or None."""
    if text.isascii() and text.isprintable():
        return None
    found = _UNFIT.search(text)
    return found and f"Take out the character U+{ord(found[0]):04X}: it cannot be kept."


def overriding(text: str) -> str | None:
    """Return why a text would disturb its neighbours' direction, or None."""
    found = _OVERRIDES.search(text)
    return found and f"Take out U+{ord(found[0]):04X}, which nobody sees or which turns other text."


def piled(text: str) -> str | None:
    """Return why a letter with a heap of accents cannot be kept: its normal form takes for ever."""
    if text.isascii():
        return None
    for run in _MARKS.findall(text):
        if sum(unicodedata.combining(mark) > 0 for mark in run) > MOST_ACCENTS:
            return f"Take out accents: a letter may carry {MOST_ACCENTS} at most."
    return None


def on_one_line(text: str) -> str:
    """Return a text without breaks, controls and overrides, as a header of a letter holds it."""
    return " ".join(_OVERRIDES.sub("", _UNFIT.sub(" ", text)).split())
