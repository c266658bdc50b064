"""What a signatory's name may not be in public, and what in it a coordinator should look at.

Both are asked of names, roles, affiliations and organisations that nobody has vouched for.
"""
# ruff: noqa: RUF001 - ends of domains stand in their own letters

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

import icu

from api.errors import Code, Reason
from api.infra.pdf import fonts
from api.infra.text import characters
from api.infra.text.languages import COUNTRIES

MOST = {"individual": 120, "organisation": 300}  # characters, by whose name it is
LONG = 80
MANY_WORDS, MANY_LETTERS = 3, 3
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
_SITE = re.compile(r"[^\W_][\w-]*(?:\.[^\W_][\w-]*){1,3}")
_DOTTED = re.compile(r"[^\W_][\w-]*(?:\.[^\W_][\w-]*)+")
_INITIAL = 2  # letters at most: "A.", "Ph.", "Ст."
# Ends of domains that mail programs make links of, in other letters ...
_ENDS = {
    *("бг", "бел", "дети", "ею", "қаз", "католик", "ком", "мкд", "мон", "москва", "онлайн"),
    *("орг", "рус", "рф", "сайт", "срб", "укр", "ευ", "ελ"),
}
# ... and in those of ASCII, but for countries: what stands on none of these lists is a word.
_MANY = frozenset(
    """
    academy agency app art asia bank bar best bet bid bio biz blog buzz cam cash casino cat center
    chat church city click cloud club com community company coop design dev digital direct earth
    edu email events example expert faith finance fit foundation fun fund games gift global gov
    group guru help host house icu info institute int jobs law legal life link live loan local
    loans love ltd media men mil mobi money movie museum name net network news ngo ninja one ong
    online org page partners party photo pics plus poker porn post press pro promo pub red rest
    review rocks run sale school services sex sexy shop site social solutions space store stream
    studio style support surf systems team tech tel today tools top trade travel tube uno video
    vip vote watch web webcam website wiki win work works world wtf xxx xyz zone
    """.split()  # noqa: SIM905 # as words
)
_DEGREES = {"Sc", "Ed", "Ch"}  # B.Sc.
_WORD = re.compile(r"[^\W\d_]+(?:[\u02b9-\u02bf\u2019'`][^\W\d_]+)*")
_REPEATED = re.compile(r"([^\W\d_])\1{3}")
_NUMBER = re.compile(r"(?:\d[\s().-]*){7}")  # a telephone's, which mail programs link


def faults(name: str, kind: str = "individual", *, prints: bool = True) -> Reason | None:
    """Return why a text may not stand as a name in public and what to do, or None.

    What is never printed needs no font. An organisation may be called as its site is.
    """
    text = unicodedata.normalize("NFC", name).strip()
    wrong = _misshapen(text, MOST[kind]) or _unkept(text) or _unseen(text, prints=prints)
    if wrong or (kind == "organisation" and is_site(text)):
        return wrong
    return _linked(text)


def is_site(text: str) -> bool:
    """Tell whether a text is the domain of a site, and nothing else."""
    is_short = len(text) <= LONG and not text.casefold().startswith("www")
    return is_short and bool(_SITE.fullmatch(text))


def _misshapen(text: str, most: int) -> Reason | None:
    if not 1 <= len(text) <= most:
        code, limit = (Code.TOO_LONG, most) if text else (Code.REQUIRED, None)
        return Reason(code, f"Write 1 to {most} characters.", limit)
    if any(unicodedata.category(each) == "Cc" for each in text):
        return Reason(Code.SEVERAL_LINES, "Write it on one line, without control characters.")
    if not any(unicodedata.category(each).startswith("L") for each in text):
        return Reason(Code.NO_LETTERS, "Write it with letters.")
    if text.startswith(_FORMULAS):
        advice = f"Begin it with a letter: a spreadsheet would run what begins with {text[0]}."
        return Reason(Code.NO_LETTERS, advice)
    return None


def _unkept(text: str) -> Reason | None:
    wrong = characters.unkept(text)
    return Reason(Code.BAD_CHARACTER, wrong) if wrong else None


def _unseen(text: str, *, prints: bool) -> Reason | None:
    if found := _BLANK.search(text):
        return Reason(Code.BAD_CHARACTER, f"Take out U+{ord(found[0]):04X}, which nobody sees.")
    missing = fonts.unprintable(text) if prints else None
    return Reason(Code.NO_FONT, fonts.no_font(missing)) if missing else None


def _linked(text: str) -> Reason | None:
    """Return what to do about what a mail program would turn into a link, or None."""
    plain = unicodedata.normalize("NFKC", text).translate(_STOPS)
    if "@" in plain or _SCHEME.search(plain):
        return Reason(Code.HAS_LINK, "Write it without addresses of pages or mailboxes.")
    if any(_is_domain(each[0].split(".")) for each in _DOTTED.finditer(plain)):
        advice = "Write a space after each full stop: otherwise it reads as the address of a page."
        return Reason(Code.HAS_LINK, advice)
    return None


def may_link(text: str) -> bool:
    """Tell whether a mail program might make a link of some of a name, whatever ends it knows."""
    found = _DOTTED.findall(text.translate(_STOPS))
    return any(len(each.rsplit(".", 1)[1]) > 1 for each in found)


def _is_domain(labels: list[str]) -> bool:
    """Tell whether words joined by full stops could be a domain: initials and a surname are not."""
    *firsts, last = labels
    end = last.casefold()
    if not (end in _MANY or end in _ENDS or _is_country(end)):
        return False
    are_initials = all(len(each) <= _INITIAL for each in firsts)
    return not (are_initials and last in _DEGREES)


def _is_country(end: str) -> bool:
    return end.upper() in COUNTRIES or end in {"uk", "eu", "su", "ac"}


def flags(facts: Mapping[str, Any]) -> list[str]:
    """Return what is odd in a signatory's facts and yet possible, as words for machines."""
    name = facts.get("name") or ""
    by = (facts.get("represented_by") or {}).get("name")
    texts = [name, *(facts.get(field) for field in ("acronym", "role", "affiliation")), by]
    given = [unicodedata.normalize("NFC", text) for text in texts if text]
    found = {
        "mixed_script": any(_is_mixed(word) for text in given for word in _WORD.findall(text)),
        "capitals": _is_shouted(name, is_long=facts.get("kind") == "organisation")
        or _is_shouted(by or ""),
        "repeated": any(_REPEATED.search(text.casefold()) for text in given),
        "long": any(len(text) > LONG for text in given),
        "number": any(_NUMBER.search(text) for text in given),
        "address": any(_reads_as_address(text) for text in given),
        "symbols": any(unicodedata.category(each) == "So" for text in given for each in text),
    }
    return [flag for flag, is_so in found.items() if is_so]


def _is_shouted(name: str, *, is_long: bool = False) -> bool:
    """Tell whether a name is written in capitals, in a script that has small letters.

    Initials say nothing of a person. Organisations are called by acronyms: of theirs, a long one.
    """
    words = [word for word in _WORD.findall(name) if len(word) > 1]
    least = MANY_WORDS if is_long else 1
    is_enough = len(words) >= least and sum(map(len, words)) >= MANY_LETTERS
    return is_enough and all(word.isupper() for word in words)


def _reads_as_address(text: str) -> bool:
    """Tell whether a text is a site, or holds what may be one by an end that is on no list here."""
    dotted = [each.rpartition(".") for each in _DOTTED.findall(text.translate(_STOPS))]
    if any(len(end) > 1 and end.islower() and len(first) > _INITIAL for first, _, end in dotted):
        return True
    return is_site(text) and _linked(text) is not None


def _is_mixed(word: str) -> bool:
    """Tell whether a word mixes scripts that no language writes together (UTS 39, 5.2)."""
    return not word.isascii() and bool(_checker().check(word))


@cache
def _checker() -> icu.SpoofChecker:
    checker = icu.SpoofChecker()
    checker.setChecks(icu.USpoofChecks.RESTRICTION_LEVEL)
    checker.setRestrictionLevel(icu.URestrictionLevel.HIGHLY_RESTRICTIVE)
    return checker
