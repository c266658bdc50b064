"""What a text says of those who stand behind it: their names, and how many they are.

A name is found by its letters, as a writer inflects it, and never by its sound. An acronym is found
as it is written: many are words in small letters.
"""
# ruff: noqa: RUF001 - words of every language stand in their own letters

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from api.errors import point
from api.texts.rules import markdown

_WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_ARABIC = re.compile("[\u0600-\u06ff]")
_UNSEEN = {"Mn", "Cf", "Cc"}
_TWINS = str.maketrans({"ё": "е", "Ё": "Е", "ي": "ی", "ى": "ی", "ك": "ک", "ـ": None})
# What Arabic and Persian write together with a word: and, the, by, for, as.
_BEFORE = ("وال", "بال", "فال", "کال", "ال", "لل", "و", "ف", "ب", "ل", "ک")
_OWNING = "ها"  # and the longest that follows one: of, plural
_ENDING = 3  # letters that an inflected word may end in otherwise
_STEM = 3  # letters at least that stay
_SHORT = 3  # a word up to so long is not inflected
_KEPT_OUT = frozenset(
    {"type", "id", "level", "layout", "ordered", "url", "email", "phone", "retrieved"}
)


@dataclass(frozen=True)
class Passage:
    """A place of a printed text, and its words as a reader sees them."""

    pointer: str  # of the portable document
    text: str
    is_quoted: bool


@dataclass(frozen=True)
class NumberOfOrganisations:
    """How many organisations a text says stand behind it."""

    pointer: str
    words: str
    number: int
    is_others: bool  # beside those whom it names


def said(printed: Mapping[str, Any]) -> list[Passage]:
    """Return what a printed text says, block by block."""
    found = [
        Passage(f"/{name}", printed[name], is_quoted=False)
        for name in ("title", "dateline", "occasion")
        if printed.get(name)
    ]
    for name, parts in (("body", printed["blocks"]), ("contacts", printed["contacts"])):
        for place, part in enumerate(parts):
            text = "\n".join(map(markdown.plain, _strings(part)))
            found.append(Passage(point(name, place), text, part.get("type") == "quote"))
    for note in printed["footnotes"]:
        text = markdown.plain(note["text"])
        found.append(Passage(point("footnotes", note["label"]), text, is_quoted=False))
    return found


def _strings(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for name, value in part.items():
            if name not in _KEPT_OUT:
                yield from _strings(value)
    elif isinstance(part, list):
        for each in part:
            yield from _strings(each)


_Whose = TypeVar("_Whose")


class OrganisationNames(Generic[_Whose]):
    """The names of many organisations, sought in a text that is read once."""

    def __init__(
        self, names: Iterable[tuple[str, _Whose]], acronyms: Iterable[tuple[str, _Whose]]
    ) -> None:
        """Take each name, and each acronym, with whose it is."""
        self._names: dict[str, list[tuple[int, tuple[str, ...], _Whose]]] = defaultdict(list)
        self._whole: list[tuple[str, _Whose]] = []  # in scripts without spaces
        self._acronyms: dict[str, list[tuple[tuple[str, ...], _Whose]]] = defaultdict(list)
        spaced: list[tuple[tuple[str, ...], _Whose]] = []
        for name, whose in names:
            if _UNSPACED.search(name):
                self._whole.append((_plain(name).replace(" ", ""), whose))
            elif words := _without_article(_words(name)):
                spaced.append((words, whose))
        # Each is looked up by the word that fewest names have: all may begin with "Human Rights".
        common = Counter(_start(word) for words, _ in spaced for word in words)
        for words, whose in spaced:
            _, at = min((common[_start(word)], place) for place, word in enumerate(words))
            self._names[_start(words[at])].append((at, words, whose))
        for acronym, whose in acronyms:
            if words := _words(acronym):
                self._acronyms[words[0]].append((words, whose))

    def found_in(self, text: str) -> Iterator[tuple[_Whose, str]]:
        """Yield whose name stands in a text, and the words in which it does."""
        words = _words(text)
        is_shouted = text.isupper() and len(words) > 1
        for at, word in enumerate(words):
            for place, name, whose in self._of(word):
                some = words[max(0, at - place) : at - place + len(name)]
                if len(some) == len(name) and all(map(_is_form, some, name)):
                    yield whose, " ".join(some)
            for name, whose in () if is_shouted else self._acronyms.get(word, ()):
                if words[at : at + len(name)] == name:
                    yield whose, " ".join(name)
        if self._whole:
            bare = _plain(text).replace(" ", "")
            yield from ((whose, name) for name, whose in self._whole if name in bare)

    def _of(self, word: str) -> Iterator[tuple[int, tuple[str, ...], _Whose]]:
        for form in dict.fromkeys((word, *_bare(word))):
            yield from self._names.get(_start(form), ())


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).translate(_TWINS)
    return "".join(c for c in text if c.isspace() or unicodedata.category(c) not in _UNSEEN)


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text, without the ending that English puts behind an apostrophe."""
    return tuple(re.split("['’ʼ]s$", word)[0] for word in _WORD.findall(_plain(text)))


def _without_article(words: tuple[str, ...]) -> tuple[str, ...]:
    return words[1:] if len(words) > 1 and words[0].casefold() == "the" else words


def _start(word: str) -> str:
    return word.casefold()[: 2 if _ARABIC.match(word) else _STEM]


def _bare(word: str) -> Iterator[str]:
    """Yield a word without what Arabic and Persian write before it."""
    if _ARABIC.match(word):
        yield from (word.removeprefix(each) for each in _BEFORE if word.startswith(each))


def _is_form(word: str, name: str) -> bool:
    """Tell whether a word is one of a name, perhaps inflected; a capital letter stays one."""
    if name[0].isupper() and not word[0].isupper():
        return False
    one, other = word.casefold(), name.casefold()
    if one == other or other in _bare(one):
        return True
    if _ARABIC.match(name):
        return one.startswith(other) and len(one) <= len(other) + len(_OWNING)
    if len(other) <= _SHORT:
        return False
    if other.isascii():
        return one in {f"{other}s", f"{other}es"}
    stem = max(_STEM, len(other) - 2)
    return one[:stem] == other[:stem] and len(one) <= len(other) + _ENDING


# From two to twelve, as each language writes and inflects them; others are written in digits.
_COUNTED = """
two three four five six seven eight nine ten eleven twelve
deux trois quatre cinq six sept huit neuf dix onze douze
zwei drei vier fünf sechs sieben acht neun zehn elf zwölf
две три четыре пять шесть семь восемь девять десять одиннадцать двенадцать
двумя тремя четырьмя пятью шестью семью восемью девятью десятью одиннадцатью двенадцатью
двух трех четырех пяти шести семи восьми девяти десяти одиннадцати двенадцати
دو سه چهار پنج شش هفت هشت نه ده یازده دوازده
اثنتان ثلاث اربع خمس ست سبع ثمانی تسع عشر
"""
_NUMBERS: Mapping[str, int] = {
    word: number
    for line in _COUNTED.strip().splitlines()
    for number, word in enumerate(line.split(), 2)
}
_N = r"(?P<number>\d{1,4}|[^\W\d_]+)"
_SOME = r"(?:[\w-]+\s+){0,3}?"  # "human rights"
_EN = "(?:organi[sz]ations?|NGOs?|groups|associations|signatories|members)"
_FR = "(?:organisations|ONG|associations|signataires)"
_DE = "(?:Organisationen|NGOs|Verbänden?|Vereinen?)"
_RU = r"(?:организаци\w+|НПО|объединени\w+)"
_PATTERNS = [
    (re.compile(rf"\b{pattern}\b", re.IGNORECASE), is_others)
    for pattern, is_others in (
        (rf"{_N}\s+(?:other|more|further|additional)\s+{_SOME}{_EN}", True),
        (rf"{_N}\s+autres\s+{_SOME}{_FR}", True),
        (rf"{_N}\s+(?:weiteren?|anderen?)\s+{_SOME}{_DE}", True),
        (rf"{_N}\s+(?:други|ины)(?:х|е|ми)\s+{_SOME}{_RU}", True),
        (rf"еще\s+{_N}\s+{_SOME}{_RU}", True),
        (rf"و?{_N}\s+(?:سازمان|نهاد|تشکل)\s+دیگر", True),
        (rf"و?{_N}\s+(?:منظمات|منظمة|جمعیات)\s+[اأ]خری", True),
        (rf"(?:undersigned|signatory|signing)\s+{_N}\s+{_SOME}{_EN}", False),
        (rf"{_N}\s+(?:undersigned|signatory|signing)\s+{_EN}", False),
        (rf"we,?\s+(?:the\s+)?{_N}\s+{_SOME}{_EN}", False),
        (rf"{_N}\s+{_FR}\s+(?:soussignées|signataires)", False),
        (rf"{_N}\s+unterzeichne(?:nden|rnden|nde)\s+{_DE}", False),
        (rf"{_N}\s+(?:ниже)?подписавши(?:хся|еся|мися)\s+{_RU}", False),
    )
]


def numbers(places: Sequence[Passage]) -> list[NumberOfOrganisations]:
    """Return where a text says how many organisations stand behind it, in words of its language.

    What it quotes is about others.
    """
    found: dict[tuple[str, int, bool], NumberOfOrganisations] = {}
    for place in places:
        text = "" if place.is_quoted else _plain(place.text)
        for pattern, is_others in _PATTERNS:
            for match in pattern.finditer(text):
                number = _number(match["number"])
                if number is not None:
                    words = " ".join(match[0].split())
                    key = (place.pointer, number, is_others)
                    found.setdefault(
                        key, NumberOfOrganisations(place.pointer, words, number, is_others)
                    )
    return list(found.values())


def _number(word: str) -> int | None:
    return int(word) if word.isdecimal() else _NUMBERS.get(word.casefold())


def fits(number: NumberOfOrganisations, total: int, named: int) -> bool:
    """Tell whether a number is that of the organisations behind a text.

    Of "others" it is without those whom the same place names; without one, who speaks is one.
    """
    return number.number == (total - max(1, named) if number.is_others else total)
