"""Countries, dates, lists and numbers as a language writes them, by CLDR. Knows no domain."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import icu
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal

# ISO 3166-1 alpha-2 and XK, which CLDR and most others use for Kosovo. Listed by ourselves: CLDR
# also has EU, ZZ and other codes that are none.
COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
    EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
    GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
    KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
    MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
    QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA
    ZM ZW
    """.split()  # noqa: SIM905 - 250 quoted codes would be a wall
)

_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|\d{3}))?"
    r"(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*",
    re.IGNORECASE | re.ASCII,
)
_NO_LANGUAGE = frozenset({"und", "mul", "zxx", "mis"})  # they name no one language
_RIGHT_TO_LEFT = frozenset({"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg"})
_TWO_MARKS = re.compile("([«»])\\1")
_TWO_STOPS = re.compile(r"(?<=[^\W_])\.\.(?![.\w/])")  # after a word; not in "...", not in a path
_STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}  # letters that have a direction, by Unicode
_CLEARLY = 2  # times as many letters of the other direction
_ZEROS = {"arab": 0x660, "arabext": 0x6F0, "beng": 0x9E6, "deva": 0x966, "mymr": 0x1040}
_NONE: Mapping[str, str] = MappingProxyType({})
_NAMED_BY_SCRIPT = frozenset({"az", "bs", "sr", "tg", "uz"})  # by everybody who lists languages
_WRITTEN_IN = {  # scripts that one name stands for
    "Hans": ("Hani",),
    "Hant": ("Hani", "Bopo"),
    "Jpan": ("Hani", "Hira", "Kana"),
    "Kore": ("Hang", "Hani"),
}
_OWN_NAMES = ("ar", "be", "de", "es", "fa", "fr", "kk", "ky", "tg", "tk", "tr", "uk", "uz")


def is_language(tag: str) -> bool:
    """Tell whether a tag is well-formed BCP 47 and CLDR knows its language."""
    found = _TAG.fullmatch(tag)
    if not found or found["language"].lower() in _NO_LANGUAGE:
        return False
    return _known(found["language"].lower()) is not None


def place_in(language: str, text: str) -> bytes:
    """Return a key by which texts sort as readers of a language expect it, by CLDR.

    Its own script comes first; letters stand where its alphabet has them; case and accents only
    part what is otherwise alike; punctuation and quotes do not count.
    """
    bare = "".join(one for one in text if unicodedata.category(one)[0] not in "PS")
    key: bytes = _collator(language).getSortKey(bare.strip())
    return key


@lru_cache(maxsize=64)
def _collator(language: str) -> icu.Collator:
    return icu.Collator.createInstance(icu.Locale(language.replace("-", "_")))


def direction(language: str) -> str:
    """Return "ltr" or "rtl"; a script in the tag decides before the language does."""
    found = _TAG.fullmatch(language)
    if found and found["script"]:
        return "rtl" if found["script"].title() in _RIGHT_TO_LEFT else "ltr"
    return locale_of(language).text_direction


def in_full(tag: str) -> str:
    """Return a tag as programs name languages: "ru-RU", "uz-Latn-UZ"; the world's English is en-GB.

    A region that the tag does not have is the likeliest by CLDR.
    """
    found = _TAG.fullmatch(tag)
    if not found:
        return tag
    language, script = found["language"].lower(), (found["script"] or "").title()
    region = (found["region"] or "").upper()
    if not region and language == "en":
        region = "GB"
    _, likely, place = _likely(language, script)
    shown = "" if language == "zh" else script or (likely if language in _NAMED_BY_SCRIPT else "")
    return "-".join(filter(None, (language, shown, region or place)))


def script(tag: str) -> str:
    """Return the script (ISO 15924) that a language is written in: "Cyrl"."""
    found = _TAG.fullmatch(tag)
    if not found:
        return "Latn"
    return (found["script"] or "").title() or _likely(found["language"].lower(), "")[1] or "Latn"


def scripts(tag: str) -> tuple[str, ...]:
    """Return the scripts of a language's letters, the usual first: of Japanese there are three."""
    name = script(tag)
    return _WRITTEN_IN.get(name, (name,))


def of_script(code: str) -> str:
    """Return the likeliest language of what is written in a script: "ru" of "Cyrl"."""
    return "en" if code == "Latn" else _likely("und", code)[0]


def _likely(language: str, script: str) -> tuple[str, str, str]:
    """Return language, script and region that go together; each may be empty."""
    known = get_global("likely_subtags")
    names = [f"{language}_{script}"] if script else []
    for name in (*names, language):
        if found := known.get(name):
            parts = found.split("_")
            return parts[0], parts[1], parts[2] if len(parts) > 2 else ""  # noqa: PLR2004 - there may be no region
    return language, script, ""


def direction_of(text: str, usual: str) -> str:
    """Return the direction of a text by its own letters, where it stands among others of another.

    What only begins or ends with a name in another script, or holds some, keeps the `usual` one.
    """
    kinds = [found for one in text if (found := _STRONG.get(unicodedata.bidirectional(one)))]
    other = [one for one in kinds if one != usual]
    is_clear = len(other) >= _CLEARLY * (len(kinds) - len(other))
    if not other or usual in {kinds[0], kinds[-1]} or not is_clear:
        return usual
    return other[0]


def country_name(code: str, language: str, own: Mapping[str, str] = _NONE) -> str:
    """Return a country's name in a language; `own` names go before CLDR's."""
    return own.get(code) or locale_of(language).territories.get(code) or code


def language_name(tag: str, language: str) -> str:
    """Return what a language calls another one, as it begins a line, or the tag."""
    named = locale_of(language).languages
    plain = tag.replace("-", "_")
    name = named.get(plain) or named.get(plain.partition("_")[0])
    if name is None:
        return tag
    told = name[:1].upper() + name[1:]
    return told if plain in named else f"{told} ({tag})"


def language_code(text: str) -> str:
    """Return the tag of a language that is named in English, in Russian or in itself, or the text.

    What CLDR has under a tag of several parts is none that people write in their tables.
    """
    return _languages().get(_plain(text), text)


@lru_cache(maxsize=1)
def _languages() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for locale in filter(None, map(_known, ("en", "ru", *_OWN_NAMES))):
        own = {locale.language: locale.languages.get(locale.language, "")}
        names = locale.languages if locale.language in {"en", "ru"} else own
        for tag, name in names.items():
            if "_" not in tag and name and tag not in _NO_LANGUAGE:
                found.setdefault(_plain(name), tag)
    return found


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFC", name).casefold().replace("ё", "е")  # noqa: RUF001 # Cyrillic
    return " ".join(re.findall(r"[^\W_]+", bare))


def date_text(iso: str, language: str) -> str:
    """Return a day as the language writes it in full, without the weekday: "10 April 2025"."""
    written = format_date(date.fromisoformat(iso), "long", locale=locale_of(language))
    return digits(written, language)


def short_date(iso: str, language: str) -> str:
    """Return a day without its year, as short as the language writes it: "10 Apr"."""
    written = format_skeleton("MMMd", date.fromisoformat(iso), locale=locale_of(language))
    return digits(written, language)


def one_stop(text: str) -> str:
    """Return a text whose sentences end with one full stop, also after a day that has its own."""
    return _TWO_STOPS.sub(".", text)


def one_mark(text: str) -> str:
    """Return a text in which quotes that begin or end together have one mark: «House «Ex»."""
    return _TWO_MARKS.sub(r"\1", text)


def instant_text(at: datetime, zone: str, language: str) -> str:
    """Return an instant as it is in a zone (IANA): "10 April 2025, 18:00 (Asia/Almaty)"."""
    try:
        there = at.astimezone(ZoneInfo(zone))
    except OverflowError:  # there it is beyond the first or the last year
        there, zone = at, "UTC"
    clock = digits(f"{there:%H:%M}", language)
    day = date_text(there.date().isoformat(), language)
    return f"{day}{comma(language)}{clock} ({zone})"


def joined(parts: Sequence[str], language: str, word_for_and: str | None = None) -> str:
    """Return "A, B and C"; `word_for_and` stands in for CLDR's word, and takes no comma."""
    if word_for_and is None or len(parts) < 2:  # noqa: PLR2004 - one part is joined to nothing
        return format_list(list(parts), locale=locale_of(language))
    between = comma(language)
    return between.join(parts[:-1]) + _around(word_for_and, language) + parts[-1]


def comma(language: str) -> str:
    """Return the comma of a language, with its space."""
    between = _between(language, "start").replace("\u200f", "")
    if between.strip() and not any(character.isalpha() for character in between):
        return between
    is_arabic = locale_of(language).text_direction == "rtl" and not language.startswith(
        ("he", "yi")
    )
    return "، " if is_arabic else ", "


def plural(count: int, language: str) -> str:
    """Return the CLDR plural category of a count: one, two, few, many, other ..."""
    return str(locale_of(language).plural_form(count))


def number(count: int, language: str) -> str:
    """Return a count with the language's own digits and grouping."""
    written = format_decimal(count, locale=locale_of(language), numbering_system="default")
    return digits(written, language)


def digits(text: str, language: str) -> str:
    """Return a text with its Western digits written as the language writes them."""
    zero = _ZEROS.get(locale_of(language).default_numbering_system)
    if zero is None:
        return text
    return text.translate({ord("0") + digit: zero + digit for digit in range(10)})


def _around(word: str, language: str) -> str:
    """Return a word for "and" with the spaces that the language sets around its own."""
    between = _between(language, "2")
    if not any(character.isalpha() for character in between):  # only a comma, as in Japanese
        space = " " if any(character.isspace() for character in between) else ""
        return f"{space}{word}{space}"
    before = between[: len(between) - len(between.lstrip())]
    after = between[len(between.rstrip()) :]
    return f"{before}{word}{after}"


def _between(language: str, pattern: str) -> str:
    return str(locale_of(language).list_patterns["standard"][pattern])[3:-3]  # "{0}, {1}"


@lru_cache(maxsize=256)
def locale_of(tag: str) -> Locale:
    """Return the closest locale that CLDR has; English where it has none."""
    found = _TAG.fullmatch(tag)
    if not found:
        return Locale("en")
    language, script = found["language"].lower(), (found["script"] or "").title()
    region = (found["region"] or "").upper()
    if language == "en" and not region:
        region = "001"  # a coalition's English is the world's: 10 April 2025, "A, B and C"
    tries = ((language, script, region), (language, script), (language, region), (language,))
    for subtags in tries:
        locale = _known("_".join(filter(None, subtags)))
        if locale is not None:
            return locale
    return Locale("en")


@lru_cache(maxsize=1024)
def _known(name: str) -> Locale | None:
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return None
