"""Days and numbers as spreadsheets write them, in the languages of those who fill them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

import icu
from babel import Locale

# Those whose months may be written out.
_LANGUAGES = (
    "en", "ru", "fr", "de", "es", "it", "pt", "pl", "tr", "uk", "be", "kk", "ky", "uz", "tg", "tk",
    "az", "fa", "ar",
)  # fmt: skip
_TIME = re.compile(r"[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[AP]M)?Z?\Z", re.IGNORECASE)
_NUMBERS = re.compile(r"(\d{1,4})\s*([-./])\s*(\d{1,2})\s*\2\s*(\d{1,4})\s*(?:г|года)?\.?\Z")  # noqa: RUF001 # Cyrillic
_WORDS = re.compile(r"\d+|[^\W\d_]+")
# Beside what the forms of days hold by CLDR, such as "de" of Spanish.
_LITTLE = frozenset("года року roku r жылы де of the le el del yil е го число ال".split())  # noqa: RUF001, SIM905 # Cyrillic; as words
_GROUPED = re.compile(r"\d{1,3}(?:[., '’\u00a0\u202f\u2009]\d{3})+\Z")  # noqa: RUF001 # typographic
_NOUGHTS = re.compile(r"(?<=\d)[.,]0{1,2}\Z")
_DAYS, _PARTS = 31, 3  # of a month; day, month, year
_SAME = str.maketrans("يكı", "یکi", "\u0307")  # of Turkish: both i are one, in capitals too
_LONGEST = 100  # characters of a day with its weekday and its time
_EARLIEST = 1800  # a year before it is of another calendar
_ISO = "Write it as 2031-05-14."


class Unclear(ValueError):
    """A cell may hold several days or none; says what to write."""


def day(text: str) -> str:
    """Return the day that a cell holds as 2031-05-14, or raise Unclear."""
    if len(text) > _LONGEST:
        raise Unclear(f"This is more than a day. {_ISO}")
    plain = _TIME.sub("", _digits(text).strip())
    found = _NUMBERS.match(plain)
    year, month, number = _in_order(found) if found else _by_month(plain)
    try:
        told = date(year, month, number)
    except ValueError as none:
        raise Unclear(f"There is no such day. {_ISO}") from none
    if year < _EARLIEST:
        raise Unclear(f"The year {year} is of another calendar or mistyped. {_ISO}")
    return told.isoformat()


def number(text: str) -> str:
    """Return a whole number without the signs that part its groups, or else the text."""
    plain = _NOUGHTS.sub("", _digits(text).strip())
    plain = re.sub(r"\D", "", plain) if _GROUPED.match(plain) else plain
    return plain if plain.isdecimal() else text


def _digits(text: str) -> str:
    """Return a text with the digits of ASCII, and without marks of direction."""
    return "".join(
        str(unicodedata.decimal(each)) if each.isdecimal() else each
        for each in text
        if unicodedata.category(each) != "Cf"
    )


def _in_order(found: re.Match[str]) -> tuple[int, int, int]:
    first, sign, second, third = found.groups()
    long = 4  # digits of a year
    if len(first) == long and len(third) < long:
        return int(first), int(second), int(third)
    if len(third) != long or len(first) == long:
        raise Unclear(f"Write the year with four digits. {_ISO}")
    return _day_first(int(third), int(first), int(second), sign)


def _day_first(year: int, first: int, second: int, sign: str) -> tuple[int, int, int]:
    """With full stops the day is first; otherwise where it can only be so."""
    months = 12
    if sign == "." or first > months or first == second:
        return year, second, first
    if second > months:
        return year, first, second
    both = f"{year}-{second:02}-{first:02} or {year}-{first:02}-{second:02}"
    raise Unclear(f"This may be {both}: write one of them.")


def _by_month(text: str) -> tuple[int, int, int]:
    """Read a day whose month is written out, in whatever order."""
    parts = _without_weekday([each for each in _parts(text) if each not in _little()])
    numbers = [part for part in parts if part.isdecimal()]
    months = [month for part in parts if (month := _months().get(part))]
    if len(parts) != _PARTS or len(numbers) != 2 or len(months) != 1:  # noqa: PLR2004 # day, year
        is_count = numbers == parts and len(parts) == 1
        why = (
            "A spreadsheet wrote it as a number."
            if is_count
            else "This is no day that we can read."
        )
        raise Unclear(f"{why} {_ISO}")
    years = [each for each in numbers if len(each) == 4]  # noqa: PLR2004 # digits
    if len(years) != 1:
        raise Unclear(f"Write the year with four digits. {_ISO}")
    (rest,) = [each for each in numbers if each != years[0]]
    return int(years[0]), months[0], int(rest)


def _parts(text: str) -> list[str]:
    return _WORDS.findall(_folded(text))


def _without_weekday(parts: list[str]) -> list[str]:
    """Return a day's parts without the weekday in front; "mar" may be that, or a month."""
    found = [each for each in parts if each not in _weekdays() or each in _months()]
    is_first = len(found) > _PARTS and found[0] in _weekdays()
    return found[1:] if is_first else found


@cache
def _weekdays() -> frozenset[str]:
    names = (
        name
        for language in _LANGUAGES
        for widths in Locale.parse(language).days.values()
        for width in ("wide", "abbreviated", "short")
        for name in widths.get(width, {}).values()
    )
    return frozenset(part for name in names for part in _parts(name))


@cache
def _little() -> frozenset[str]:
    """Return the words that stand beside a day, and the ends of ordinals, as in "1er"."""
    found = set(_LITTLE)
    for language in _LANGUAGES:
        forms = Locale.parse(language).date_formats.values()
        ordinal = icu.RuleBasedNumberFormat(icu.URBNFRuleSetTag.ORDINAL, icu.Locale(language))
        said = [text for form in forms for text in re.findall("'([^']+)'", form.pattern)]
        said += [ordinal.format(day) for day in range(1, _DAYS + 1)]
        found.update(part for text in said for part in _parts(text) if not part.isdecimal())
    return frozenset(found)


@cache
def _months() -> Mapping[str, int]:
    found: dict[str, int | None] = {}
    for language in _LANGUAGES:
        for name, month in _names(Locale.parse(language)):
            found[name] = month if found.get(name, month) == month else None
    return {name: month for name, month in found.items() if month}


def _names(locale: Locale) -> Sequence[tuple[str, int]]:
    return [
        (_folded(name).strip("."), month)
        for how in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for month, name in locale.months[how][width].items()
        if not any(each.isdecimal() for each in name)
    ]


def _folded(text: str) -> str:
    """Return a text in small letters; those that one keyboard has for another's are the same."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_SAME)
    return "".join(each for each in plain if unicodedata.category(each) != "Cf")
