"""Numbers and days in a text, as its language writes them, by CLDR: "1,000" is "1000".

Spelt-out numbers are known by their words but for one, which is an article in many languages;
months and days of the week by their names in three calendars.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import icu
from babel.dates import parse_date
from babel.numbers import NumberFormatError, get_decimal_symbol, get_group_symbol, parse_decimal

from api.infra.text import languages
from api.infra.text.characters import UNSPACED

_SPACE = "[ \u00a0\u202f]"
_LETTER = rf"(?![{UNSPACED}])[^\W_]"
# A number whose thousands stand apart; a word with what joins its parts; one sign of a script that
# knows no spaces.
_TOKEN = re.compile(
    rf"(?<![\w.,])\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\w)"
    rf"|{_LETTER}(?:{_LETTER}|[.,:/'\u2019\u066b\u066c\u200c\u00ad-](?={_LETTER}))*"
    rf"|[{UNSPACED}]"
)
_PLAIN = re.compile(r"\d+")
_DAY = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}")
_CALENDARS = ("gregorian", "persian", "islamic")
_SPELT = (*range(2, 101), 1000, 1_000_000, 1_000_000_000)
_OF_MANY_WORDS = frozenset({100, 1000, 1_000_000, 1_000_000_000})  # "one hundred" tells "hundred"


class Figure(NamedTuple):
    """A number or a day: equal ones are the same, however they are written."""

    value: str
    is_day: bool = False


class Written(NamedTuple):
    """A figure as it stands in a text."""

    figure: Figure
    words: str


def written(text: str, language: str) -> list[Written]:
    """Return the numbers and days of a plain text, in its order."""
    return list(_days(list(_read(text, language))))


class _Place(NamedTuple):
    at: int  # among the words
    found: Written
    is_month: bool


def _read(text: str, language: str) -> Iterator[_Place]:
    names, spelt = _names(language), _spelt(language)
    for at, token in enumerate(_TOKEN.findall(text)):
        if any(map(str.isnumeric, token)):
            yield _Place(at, Written(_figure(token, language), token), is_month=False)
            continue
        whole = token.replace("\u00ad", "")
        for part in [whole] if whole.casefold() in spelt else whole.split("-"):
            if (name := names.get(_folded(part))) and _is_written_as(name.written, part):
                yield _Place(at, Written(Figure(name.value, is_day=True), part), name.is_month)
            elif part.casefold() in spelt:
                figure = Figure(str(spelt[part.casefold()]))
                yield _Place(at, Written(figure, part), is_month=False)


def _days(places: Sequence[_Place]) -> Iterator[Written]:
    """Yield figures; the numbers that stand beside a month are one day with it."""
    for run in _runs(places):
        told = [place.found for place in run]
        if sum(place.is_month for place in run) == 1:
            value = " ".join(sorted(one.figure.value for one in told))
            yield Written(Figure(value, is_day=True), " ".join(one.words for one in told))
        else:
            yield from told


def _runs(places: Sequence[_Place]) -> Iterator[list[_Place]]:
    """Yield months and whole numbers that stand beside one another, and all else alone."""
    run: list[_Place] = []
    for place in places:
        words = place.found.words
        is_part = place.is_month or all(map(str.isdecimal, words))
        if run and not (is_part and place.at == run[-1].at + 1):
            yield run
            run = []
        run.append(place)
        if not is_part:
            yield run
            run = []
    if run:
        yield run


def _figure(token: str, language: str) -> Figure:
    locale = languages.locale_of(language)
    plain = "".join(str(unicodedata.decimal(c, c)) for c in token).casefold()
    if _DAY.fullmatch(plain):
        try:
            return Figure(parse_date(plain, locale).isoformat(), is_day=True)
        except ValueError:
            return Figure(plain)
    bare = re.sub(_SPACE, "", plain)
    if bare != plain or _PLAIN.fullmatch(bare):
        return Figure(bare)
    western = bare.replace("\u066b", get_decimal_symbol(locale))
    western = western.replace("\u066c", get_group_symbol(locale))
    try:
        return Figure(str(parse_decimal(western, locale, strict=True)))
    except NumberFormatError:
        return Figure(plain)


class _Name(NamedTuple):
    value: str
    is_month: bool
    written: str


@lru_cache(maxsize=64)
def _names(language: str) -> dict[str, _Name]:
    """Return what names of months and days of the week mean, by how they are written."""
    found: dict[str, _Name] = {}
    doubtful = set()
    symbols = icu.DateFormatSymbols
    tongue = icu.Locale(str(languages.locale_of(language)))
    for calendar, context, width in product(
        _CALENDARS, (symbols.FORMAT, symbols.STANDALONE), (symbols.WIDE, symbols.ABBREVIATED)
    ):
        of = symbols(tongue, calendar)
        days = of.getWeekdays(context, width)[1:] if width == symbols.WIDE else []
        for names, is_month in ((of.getMonths(context, width), True), (days, False)):
            for place, name in enumerate(names, 1):
                known = _Name(f"{calendar if is_month else 'day'} {place}", is_month, name)
                key = _folded(name)
                if " " in name or len(key) < 3 or key.isnumeric():  # noqa: PLR2004 - "Mo" is a word
                    continue
                if found.setdefault(key, known).value != known.value:
                    doubtful.add(key)
    return {key: name for key, name in found.items() if key not in doubtful}


def _folded(word: str) -> str:
    return word.replace("\u0654", "").rstrip(".").casefold()


def _is_written_as(name: str, word: str) -> bool:
    """Tell whether a word has the capital that a name has: May is a month, may is none."""
    return not name[:1].isupper() or word[:1].isupper()


@lru_cache(maxsize=64)
def _spelt(language: str) -> dict[str, int]:
    """Return the numbers that words of a language spell, in all their forms."""
    tongue = icu.Locale(str(languages.locale_of(language)))
    spell = icu.RuleBasedNumberFormat(icu.URBNFRuleSetTag.SPELLOUT, tongue)
    found: dict[str, int] = {}
    ones: set[str] = set()
    forms = [spell.getRuleSetName(each) for each in range(spell.getNumberOfRuleSetNames())]
    for form in forms:
        spell.setDefaultRuleSet(form)
        ones.update(_words(spell.format(1)))
        for number in _SPELT:
            told = _words(spell.format(number))
            last = told[-1:] if number in _OF_MANY_WORDS else []
            for word in told if len(told) == 1 else last:
                found.setdefault(word, number)
    return {word: number for word, number in found.items() if word not in ones}


def _words(spelt: str) -> list[str]:
    return spelt.replace("\u00ad", "").casefold().split()
