"""Names in texts, labels that stand for names, and keys; on plain values."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import unquote

from anyascii import anyascii

from api.infra import languages, spelling
from api.texts.rules import markdown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

LEAST_LETTERS = 3  # of a word that gives a name away

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
_NONE: Mapping[str, str] = MappingProxyType({})


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, case folded, without what a reader does not see."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(c for c in text if unicodedata.category(c) not in _INVISIBLE)
    return tuple(_WORD.findall(text.casefold().translate(_ALIKE)))


def names_in(text: str, names: Iterable[str]) -> str | None:
    """Return the first of the names that stands in a text as whole words, or None.

    The text may be inline Markdown: emphasis inside a name does not hide it, nor does a link.
    """
    seen = [text, markdown.plain(text), *map(unquote, markdown.links(text))]
    lines = {_line(each) for each in seen}
    for name in names:
        sought = _sought(name)
        if sought.strip() and any(sought in line for line in lines):
            return name
    return None


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
    country_names: Mapping[str, str] = _NONE,
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


def slug(text: str) -> str:
    """Return a text as a slug, in Latin letters; empty where it has none."""
    return _NO_SLUG.sub("-", anyascii(text).lower().replace("'", ""))[:70].strip("-")


def free(base: str, taken: Collection[str]) -> str:
    """Return `base`, or `base-2` and so on where that is taken."""
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key


@lru_cache(maxsize=1 << 14)
def _sought(name: str) -> str:
    return _line(name)


def _line(text: str) -> str:
    return f" {' '.join(words(text))} "
