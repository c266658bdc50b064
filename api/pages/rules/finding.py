"""Finding something in the guides and in the reference by words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup, escape

from api.pages.rules import guides

MOST = 30  # places that are shown
MOST_ASKED = 100  # characters
_MOST_WORDS = 8
_AROUND = 90  # characters on each side of what was found
_IN_TITLE, _IN_HEADING, _MOST_IN_TEXT = 6, 8, 4
# What is wanted more often than its words say, and what less: reasons of long ago.
_WEIGHTS = {
    "settings": 1.5,
    "architecture": 0.6,
    "events": 0.4,
    "record": 0.6,
    "changelog": 0.4,
    guides.DECISIONS: 0.4,
}
_OF_THE_REFERENCE = 0.7
_LONG = 4  # a word of so many letters is found without its plural's "s"
_WORD = re.compile(r"\w[\w\-']*")


@dataclass(frozen=True)
class Searched:
    """Something that can be found: where it stands, and what it says."""

    title: str  # of what it is a part
    heading: str
    href: str
    text: str
    weight: float = 1.0


@dataclass(frozen=True)
class Found:
    """A place that fits, with the words around what was looked for."""

    title: str
    heading: str
    href: str
    around: Markup


def find(asked: str, more: Iterable[Searched] = ()) -> Sequence[Found]:
    """Return what fits best first: what has all the words, or else some of them."""
    words = _words(asked[:MOST_ASKED])
    ranked = []
    for place in (*_of_guides(), *more):
        points = [_points(place, word) for word in words]
        if any(points):
            ranked.append((sum(map(bool, points)), sum(points) * place.weight, place))
    most = max((number for number, _, _ in ranked), default=0)
    best = sorted((each for each in ranked if each[0] == most), key=lambda each: -each[1])
    return [_shown(place, words) for _, _, place in best[:MOST]]


@cache
def _of_guides() -> Sequence[Searched]:
    return [
        Searched(
            guide.title,
            part.heading,
            guide.path + (f"#{part.anchor}" if number else ""),
            part.text,
            _weight(guide.name),
        )
        for guide in guides.all_guides().values()
        for number, part in enumerate(guide.parts)
    ]


def _weight(name: str) -> float:
    return next((weight for start, weight in _WEIGHTS.items() if name.startswith(start)), 1.0)


def _words(asked: str) -> list[re.Pattern[str]]:
    """Return what finds each word that was asked for, wherever a word begins so."""
    said = dict.fromkeys(_WORD.findall(unicodedata.normalize("NFC", asked).lower()))
    roots = [word.removesuffix("s") if len(word) >= _LONG else word for word in said]
    return [re.compile(rf"(?<![^\W_]){re.escape(root)}", re.IGNORECASE) for root in roots][
        :_MOST_WORDS
    ]


def _points(place: Searched, word: re.Pattern[str]) -> int:
    in_text = min(len(word.findall(place.text)), _MOST_IN_TEXT)
    in_title = _IN_TITLE if word.search(place.title) else 0
    return in_text + in_title + (_IN_HEADING if word.search(place.heading) else 0)


def _shown(place: Searched, words: Sequence[re.Pattern[str]]) -> Found:
    firsts = [found.start() for word in words if (found := word.search(place.text))]
    first = min(firsts, default=0)
    start = place.text.rfind(" ", 0, max(0, first - _AROUND)) + 1 if first > _AROUND else 0
    part = place.text[start : first + 2 * _AROUND]
    whole = part if start + len(part) == len(place.text) else part.rpartition(" ")[0] + " …"
    marked = _marked(("… " if start else "") + whole, words)
    return Found(place.title, place.heading, place.href, marked)


def _marked(text: str, words: Sequence[re.Pattern[str]]) -> Markup:
    """Return a text with what was looked for marked in it."""
    if not words:
        return escape(text)
    either = re.compile("|".join(rf"{word.pattern}\w*" for word in words), re.IGNORECASE)
    said, last = Markup(), 0
    for found in either.finditer(text):
        said += escape(text[last : found.start()]) + Markup("<mark>{}</mark>").format(found[0])
        last = found.end()
    return said + escape(text[last:])


def of_operations(operations: Iterable[Mapping[str, str]]) -> list[Searched]:
    """Return the API's addresses as places; guides say more of the same."""
    return [
        Searched(each["address"], each["summary"], each["href"], each["words"], _OF_THE_REFERENCE)
        for each in operations
    ]
