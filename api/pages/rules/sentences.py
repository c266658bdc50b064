"""What the pages say, sentence by sentence, with the plural forms of each language."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from api.config import share
from api.infra.text import languages
from api.texts.rules import catalogues


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
    return languages.one_stop(languages.one_mark(sentence))


@dataclass(frozen=True)
class PageWords:
    """The sentences of a family of pages: a folder for each language, with files of tables.

    What `below` says, it says too.
    """

    folder: Path
    below: PageWords | None = None

    def said(self, language: str) -> Sentences:
        """Return the sentences for a BCP 47 tag: its own, its language's, or English."""
        return _load(self, catalogues.best(self.folder, language))

    def offered(self) -> list[str]:
        """Return the languages that readers are offered."""
        return sorted(catalogues.offered(self.folder))

    def closest(self, wanted: Iterable[str | None]) -> str:
        """Return the first of the wanted languages that is offered, or English."""
        for tag in filter(None, wanted):
            found = catalogues.best(self.folder, tag)
            if found.split("-", 1)[0] == tag.lower().split("-", 1)[0]:
                return found
        return catalogues.LAST_RESORT

    def table(self, language: str) -> dict[str, Any]:
        """Return what the files of a language hold: a table may stand in several of them."""
        found: dict[str, Any] = {}
        for path in sorted((self.folder / language).glob("*.toml")):
            for name, part in tomllib.loads(path.read_text("utf-8")).items():
                known = found.setdefault(name, part)
                if known is not part:
                    found[name] = _joined(name, known, part)
        return found


def _joined(name: str, known: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    if twice := known.keys() & part.keys():
        raise ValueError(f"Two files say {name}.{min(twice)}.")
    return {**known, **part}


PAGES = PageWords(share("templates", "pages", "words"))
said, offered, closest, table = PAGES.said, PAGES.offered, PAGES.closest, PAGES.table


@lru_cache
def _load(words: PageWords, language: str) -> Sentences:
    below = words.below.said(language).all if words.below else {}
    return Sentences(language, {**below, **_flat(words.table(language))})


def _flat(tables: Mapping[str, Any]) -> dict[str, str | Mapping[str, str]]:
    return {
        f"{part}.{key}": sentence
        for part, sentences in tables.items()
        if isinstance(sentences, dict)
        for key, sentence in sentences.items()
    }
