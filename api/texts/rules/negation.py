"""Words that deny, by a short list in English, Russian and Persian. Pure."""
# ruff: noqa: RUF001 - words of every language stand in their own letters

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_WORD = re.compile("[^\\W_]+(?:['\u2019\u200c-][^\\W_]+)*")
_NOT = re.compile("cannot|.+n['\u2019]t")  # "don't" is "do not"


class _Language(NamedTuple):
    words: re.Pattern[str]
    prefixes: tuple[str, ...]  # by which a word turns into its opposite


def _of(words: str, *prefixes: str) -> _Language:
    return _Language(re.compile(words.replace(" ", "|")), prefixes)


_KNOWN = {
    "en": _of(
        "not no never none nobody nothing neither nor nowhere without",
        "un", "in", "im", "il", "ir", "non", "dis",
    ),
    "ru": _of(
        "не ни нет нету без безо нельзя никогда нигде никуда никак никак(ой|ая|ое|ие|ого|ому|ую)"
        " ник(то|ого|ому|ем) нич(то|его|ему|ем) отнюдь",
        "не", "без", "бес",
    ),
    "fa": _of(
        "نه هیچ.* هرگز بدون بی غیر نیست.* نبود.* نباش.* نمی.* نباید نشو?د.* نشده.* نکرد.* نکن.*"
        " ندار.* نداشت.* نخواه.* نخواست.* نتوان.*",
        "نا", "بی", "غیر", "ن",
    ),
}  # fmt: skip
_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "\u200c": None, "ё": "е"})


def is_measured(language: str) -> bool:
    """Tell whether it is known which words of a language deny."""
    return _language(language) in _KNOWN


def turned(removed: str, added: str, language: str) -> tuple[list[str], list[str]]:
    """Return the words that deny among those that took one another's place, where they differ."""
    known = _KNOWN.get(_language(language))
    if known is None:
        return [], []
    out, into = _words(removed), _words(added)
    went, came = (_denying(words, known) for words in (out, into))
    opposed = _opposites(out, into, known), _opposites(into, out, known)
    if [_as_one(each) for each in went] == [_as_one(each) for each in came]:
        went, came = [], []
    return [*went, *opposed[0]], [*came, *opposed[1]]


def _language(tag: str) -> str:
    return tag.split("-", maxsplit=1)[0].lower()


def _words(text: str) -> list[str]:
    return [word.casefold().translate(_LETTERS) for word in _WORD.findall(text)]


def _denying(words: Iterable[str], known: _Language) -> list[str]:
    return [word for word in words if _NOT.fullmatch(word) or known.words.fullmatch(word)]


def _as_one(word: str) -> str:
    return "not" if _NOT.fullmatch(word) else word


def _opposites(words: Sequence[str], others: Sequence[str], known: _Language) -> list[str]:
    """Return the words that say the opposite of one of the others: unlawful of lawful."""
    bare = {word for word in others if not known.words.fullmatch(word)}
    turned_by = {each + word for each in known.prefixes for word in bare}
    return [word for word in words if word in turned_by and not known.words.fullmatch(word)]
