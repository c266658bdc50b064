"""What a signatory's name may not be in public, and what in it a coordinator should look at.

Both are asked of names, roles, affiliations and organisations that nobody has vouched for.
"""
# ruff: noqa: RUF001 - ends of domains stand in their own letters

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

import icu

from api.infra import characters, fonts

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST, MOST = 2, 120  # characters
LONG = 80
MANY_WORDS = 3
# What spreadsheets run, and its full-width forms.
_FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# They have a width or none, and no mark: a name of them is blank, or another than it seems.
# The joiners U+200C and U+200D and the marks U+200E and U+200F stay: scripts need them.
_BLANK = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2028-\u202f"
                    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
                    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]")  # fmt: skip
_SCHEME = re.compile(
    r"://|\b(?:https?|ftp|mailto|tel|sms|javascript|data)\s*:\s*\S|\bwww\b", re.IGNORECASE
)
_STOPS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61\u2024", "."))  # they work as dots
_DOTTED = re.compile(r"[^\W_][\w-]*(?:\.[^\W_][\w-]*)+")
_INITIAL = 2  # letters at most: "A.", "Ph.", "Ст."
_SURNAME = 5  # letters at least: what is shorter is too often the end of a domain
# Ends of domains that a surname in the letters of its own country could be taken for.
_ENDS = {
    *("бг", "бел", "дети", "ею", "қаз", "католик", "ком", "мкд", "мон", "москва", "онлайн"),
    *("орг", "рус", "рф", "сайт", "срб", "укр", "ευ", "ελ"),
}
_WORD = re.compile(r"[^\W\d_]+(?:[\u02b9-\u02bf\u2019'`][^\W\d_]+)*")
_REPEATED = re.compile(r"([^\W\d_])\1{3}")
_NUMBER = re.compile(r"(?:\d[\s().-]*){7}")  # a telephone's, which mail programs link


def faults(name: str) -> str | None:
    """Return why a text may not stand as a name in public and what to do, or None."""
    text = unicodedata.normalize("NFC", name).strip()
    return _misshapen(text) or characters.unkept(text) or _unseen(text) or _linked(text)


def _misshapen(text: str) -> str | None:
    if not LEAST <= len(text) <= MOST:
        return f"Write {LEAST} to {MOST} characters."
    if any(unicodedata.category(each) == "Cc" for each in text):
        return "Write it on one line, without control characters."
    if not any(unicodedata.category(each).startswith("L") for each in text):
        return "Write it with letters."
    if text.startswith(_FORMULAS):
        return f"Begin it with a letter: a spreadsheet would run what begins with {text[0]}."
    return None


def _unseen(text: str) -> str | None:
    if found := _BLANK.search(text):
        return f"Take out U+{ord(found[0]):04X}, which nobody sees."
    missing = fonts.unprintable(text)
    return missing and f"No font prints {missing}. Write it without."


def _linked(text: str) -> str | None:
    """Return what to do about what a mail program would turn into a link, or None."""
    plain = unicodedata.normalize("NFKC", text).translate(_STOPS)
    if "@" in plain or _SCHEME.search(plain):
        return "Write it without addresses of pages or mailboxes."
    if any(_is_domain(each[0].split(".")) for each in _DOTTED.finditer(plain)):
        return "Write a space after each full stop: otherwise it reads as the address of a page."
    return None


def _is_domain(labels: list[str]) -> bool:
    """Tell whether words joined by full stops could be a domain: initials and a surname are not."""
    *firsts, last = labels
    if len(last) == 1 or last.isdecimal():
        return False
    are_initials = all(len(each) <= _INITIAL for each in firsts)
    is_surname = last.istitle() and last.casefold() not in _ENDS
    return not (are_initials and is_surname and (len(last) >= _SURNAME or not last.isascii()))


def flags(facts: Mapping[str, Any]) -> list[str]:
    """Return what is odd in a signatory's facts and yet possible, as words for machines."""
    name = facts.get("name") or ""
    by = (facts.get("represented_by") or {}).get("name")
    texts = [name, *(facts.get(field) for field in ("acronym", "role", "affiliation")), by]
    given = [unicodedata.normalize("NFC", text) for text in texts if text]
    found = {
        "mixed_script": any(_is_mixed(word) for text in given for word in _WORD.findall(text)),
        "capitals": _is_shouted(name),
        "repeated": any(_REPEATED.search(text.casefold()) for text in given),
        "long": any(len(text) > LONG for text in given),
        "number": any(_NUMBER.search(text) for text in given),
        "symbols": any(unicodedata.category(each) == "So" for text in given for each in text),
    }
    return [flag for flag, is_so in found.items() if is_so]


def _is_shouted(name: str) -> bool:
    """Tell whether many words are written in capitals, in a script that has small ones."""
    words = [word for word in _WORD.findall(name) if len(word) > 1]
    return len(words) >= MANY_WORDS and all(word.isupper() for word in words)


def _is_mixed(word: str) -> bool:
    """Tell whether a word mixes scripts that no language writes together (UTS 39, 5.2)."""
    return not word.isascii() and bool(_checker().check(word))


@cache
def _checker() -> icu.SpoofChecker:
    checker = icu.SpoofChecker()
    checker.setChecks(icu.USpoofChecks.RESTRICTION_LEVEL)
    checker.setRestrictionLevel(icu.URestrictionLevel.HIGHLY_RESTRICTIVE)
    return checker
