"""Names in texts, labels that stand for names, keys, and the table of cases; on plain values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from anyascii import anyascii

from api.infra.tables import csv_files, parsing
from api.infra.tables.layouts import Layout
from api.infra.text import countries, languages, spelling
from api.texts.rules import markdown

LEAST_LETTERS = 3  # of a word that gives a name away
LONG, ALIKE = 5, 0.8  # letters of a word that may be spelt a little differently, and how little

_SIGN = re.compile(r"[^\w\s]|_")
_WORD = re.compile(r"[^\W_]+")
_NO_SLUG = re.compile(r"[^a-z0-9]+")
# Letters that writers take for one another.
_TWINS = {"е": "ё", "ی": "يى", "ک": "ك", "ه": "ةۀ"}  # noqa: RUF001 # Cyrillic and Arabic
_ALIKE: dict[int, str | None] = {
    ord(other): one for one, others in _TWINS.items() for other in others
}
# The apostrophes of Uzbek part a word like any other; the Arabic stretch is no letter.
_ALIKE |= {0x2BB: "'", 0x2BC: "'", 0x2B9: "'", 0x640: None}
_INVISIBLE = frozenset({"Cf", "Mn"})
# Those that stand inside words: soft hyphens, joiners, accents, Arabic and Hebrew signs of vowels.
_UNSEEN = (
    "[\u00ad\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]*"
)
_ADDRESS = re.compile(r"(https?://[^\s/?#)\]>]+/?)[^\s)\]>]*")


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, case folded, without what a reader does not see."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(c for c in text if unicodedata.category(c) not in _INVISIBLE)
    return tuple(_WORD.findall(text.casefold().translate(_ALIKE)))


class NameIndex:
    """Names that are sought in many texts: a text costs the same however many they are."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[int, str, str]]] = {}
        for place, name in enumerate(dict.fromkeys(names)):
            sought = _sought(name)
            if first := sought.split(" ", 2)[1]:
                self._by_first.setdefault(first, []).append((place, sought, name))

    def __bool__(self) -> bool:
        return bool(self._by_first)

    def found_in(self, text: str) -> list[str]:
        """Return those that stand in a text as whole words, in their order.

        The text may be inline Markdown: emphasis inside a name does not hide it, nor does a link.
        """
        if not self or not text:
            return []
        found = set()
        addresses = map(unquote, markdown.links(text))
        for line in {_line(each) for each in (text, markdown.plain(text), *addresses)}:
            for word in self._by_first.keys() & set(line.split()):
                found |= {each for each in self._by_first[word] if each[1] in line}
        return [name for _, _, name in sorted(found)]


def names_in(text: str, names: Iterable[str]) -> str | None:
    """Return the first of the names that stands in a text as whole words, or None."""
    return next(iter(NameIndex(names).found_in(text)), None)


def without(text: str, names: Iterable[str], label: str) -> str:
    """Return a text with a label wherever one of the names stands as whole words.

    An address that holds a name leads to its site from then on.
    """
    text = _ADDRESS.sub(lambda at: at[1] if names_in(unquote(at[0]), names) else at[0], text)
    for name in sorted(names, key=len, reverse=True):
        whole = r"[\W_]+".join(map(_spelt, words(name)))
        if whole:
            pattern = rf"([*_]*)(?<![^\W_])({whole})(?![^\W_])([*_]*)"
            text = re.sub(pattern, lambda at: _swapped(at, label), text, flags=re.IGNORECASE)
    return text


@lru_cache(maxsize=1 << 14)
def _spelt(word: str) -> str:
    """Return the pattern of a word in all the ways that `words` takes for one."""
    letters = (f"[{letter}{_TWINS.get(letter, '')}]" for letter in word)
    return _UNSEEN.join(letters)


def _swapped(at: re.Match[str], label: str) -> str:
    """Return the label with the emphasis that stood around a name or began or ended inside it."""
    before, name, after = at.groups()
    inside = "".join(sign for sign in name if sign in "*_")
    if after and not before:
        return f"{inside}{label}{after}"
    return f"{before}{label}{inside}{after}"


def label(
    own: str | None,
    occupation: str | None,
    country: str,
    language: str,
    country_names: Mapping[str, str],
) -> str:
    """Return what stands for a case that may not be named; plain text."""
    if own:
        return own
    parts = [occupation, languages.country_name(country, language, country_names)]
    return languages.comma(language).join(filter(None, parts))


def tells(key: str, names: Iterable[str]) -> bool:
    """Tell whether a key shares a word with a name, in any spelling."""
    told = {word for name in names for word in spelling.folded(name).split()}
    return any(len(word) >= LEAST_LETTERS for word in told & set(spelling.folded(key).split()))


def gives_away(label: str, names: Iterable[str]) -> bool:
    """Tell whether a label tells one of the names: a word of it, or all of it run together.

    So it does in another script or spelling, and with signs of Markdown inside.
    """
    every, bare = list(names), _SIGN.sub("", label)
    if bare != label and gives_away(bare, every):
        return True
    run_on = spelling.folded(label).replace(" ", "")
    whole = (spelling.folded(name).replace(" ", "") for name in every)
    told = {word for name in every for word in words(name)}
    return any(len(name) >= LEAST_LETTERS and name in run_on for name in whole) or any(
        _is_alike(one, other) for one in words(label) for other in told
    )


def _is_alike(one: str, other: str) -> bool:
    """Tell whether two words are one, or sound so much alike that one tells the other."""
    if one == other:
        return len(one) >= LEAST_LETTERS or not one.isascii()
    first, second = spelling.folded(one), spelling.folded(other)
    if first == second:
        return len(first) > LEAST_LETTERS or one.isascii() != other.isascii()
    is_long = min(len(first), len(second)) >= LONG
    return is_long and SequenceMatcher(None, first, second).ratio() >= ALIKE


def slug(text: str) -> str:
    """Return a text as a slug, in Latin letters; empty where it has none."""
    return _NO_SLUG.sub("-", anyascii(text).lower().replace("'", ""))[:70].strip("-")


class Keys:
    """Keys that are taken, and the next of each base that is not."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._last: dict[str, int] = {}

    def take(self, base: str) -> str:
        """Return `base`, or `base-2` and so on where that is taken, and take it."""
        number = self._last.get(base, 0) + 1
        while (key := base if number == 1 else f"{base}-{number}") in self._taken:
            number += 1
        self._last[base] = number
        self._taken.add(key)
        return key


def _line(text: str) -> str:
    return f" {' '.join(words(text))} "


_sought = lru_cache(maxsize=1 << 14)(_line)


# The table. Header names, in the order in which they are written; any order is read.
COLUMNS = (
    "id", "key", "label", "name", "aliases", "country", "occupation", "born", "status",
    "last_verified", "may_be_named", "public_label", "summary", "sources",
)  # fmt: skip
MOST_BYTES = 10_000_000
_SEVERAL = {"aliases": ";", "sources": r";\s"}  # an address may hold a semicolon
_YEAR = re.compile("[0-9]{1,4}")


def _facts(cells: Mapping[str, str]) -> dict[str, object]:
    told = {column: text for column, cell in cells.items() if (text := cell.strip())}
    facts: dict[str, object] = {**dict.fromkeys(cells), **told}
    for column in facts.keys() & _SEVERAL.keys():
        facts[column] = csv_files.several(cells[column], _SEVERAL[column])
    if "country" in told:
        facts["country"] = countries.code_or(told["country"])
    if "status" in told:
        facts["status"] = told["status"].casefold().replace(" ", "_")
    if "may_be_named" in told:
        facts["may_be_named"] = csv_files.truth(told["may_be_named"])
    if _YEAR.fullmatch(born := parsing.number(told.get("born", ""))):
        facts["born"] = int(born)
    return facts


LAYOUT = Layout(COLUMNS, _facts, name="cases")


def cells_of(line: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the line of a case as the cells of a table."""
    several = {name: csv_files.together(line[name] or (), by) for name, by in _SEVERAL.items()}
    born = line["born"] and str(line["born"])
    told = "true" if line["may_be_named"] else "false"
    return {**line, **several, "born": born, "may_be_named": told}


def sameness(name: str, country: str) -> tuple[str, str]:
    """Return a key that cases share which are probably one."""
    return spelling.exact(name), country


def sound(name: str, country: str) -> tuple[str, str]:
    """Return a key that cases share whose names sound alike, and which are two all the same."""
    return spelling.folded(name) or spelling.exact(name), country
