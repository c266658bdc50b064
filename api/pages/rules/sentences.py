"""What the pages say, sentence by sentence, with the plural forms of each language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from api.config import share
from api.infra.text import languages
from api.texts.rules import catalogues

FOLDER = share("templates", "pages", "words")
_TWO_MARKS = re.compile("([«»])\\1")


@dataclass(frozen=True)
class Sentences:
    """The sentences of one language, by table and key: `sign.title`."""

    language: str
    all: Mapping[str, str | Mapping[str, str]]

    def say(self, key: str, count: int = 0, **facts: str) -> str:
        """Return a sentence, its places filled; `count` chooses the plural form and is a fact."""
        found = self.all[key]
        if isinstance(found, str):
            return _ended(found.format(**facts)) if facts else found
        form = found.get(languages.plural(count, self.language)) or found["other"]
        number = languages.number(count, self.language)
        return _ended(form.format(count=number, **facts))


def _ended(sentence: str) -> str:
    """Return a sentence with one full stop, and one mark where quotes end together: «House «Ex»."""
    return languages.one_stop(_TWO_MARKS.sub(r"\1", sentence))


def said(language: str) -> Sentences:
    """Return the sentences for a BCP 47 tag: its own, its language's, or English."""
    return _load(catalogues.best(FOLDER, language))


def offered() -> list[str]:
    """Return the languages that readers are offered."""
    return sorted(catalogues.offered(FOLDER))


def closest(wanted: Iterable[str | None]) -> str:
    """Return the first of the wanted languages that is offered, or English."""
    for tag in filter(None, wanted):
        found = catalogues.best(FOLDER, tag)
        if found.split("-", 1)[0] == tag.lower().split("-", 1)[0]:
            return found
    return catalogues.LAST_RESORT


def table(language: str) -> dict[str, Any]:
    """Return a catalogue's file as it is."""
    return tomllib.loads((FOLDER / language / catalogues.FILE).read_text("utf-8"))


@lru_cache
def _load(language: str) -> Sentences:
    return Sentences(
        language,
        {
            f"{part}.{key}": sentence
            for part, sentences in table(language).items()
            if isinstance(sentences, dict)
            for key, sentence in sentences.items()
        },
    )
