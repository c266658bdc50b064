"""What our own documents say in each language: "Signatories", "Page 1 of 3"."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import Any

from api.config import share
from api.infra.text import languages
from api.texts.rules.catalogues import fitting


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of one language, as `templates/words/` has them."""

    language: str  # the language that they are in, which may not be the statement's
    kinds: Mapping[str, str]
    to: str
    occasion: str
    signatories: str
    organisations: str
    people: str
    lead_organisation: str
    lead_individual: str
    notes: str
    back: str
    contact: str
    contents: str
    retrieved: str
    specimen: str
    draft: str
    edited: str
    page: str
    comma: str
    in_person: str
    reservation: str
    withheld: Mapping[str, str]
    withheld_alone: Mapping[str, str]
    changes: Mapping[str, Any]  # with `kinds` of parts and `settings`, by their names
    compendium: Mapping[str, str]

    def edited_line(self, day: date | None) -> str:
        """Return the sentence for a text that was edited after it was published, or nothing."""
        if day is None:
            return ""
        written = languages.date_text(day.isoformat(), self.language)
        return languages.one_stop(self.edited.format(date=written))

    def withheld_line(self, count: int, *, alone: bool) -> str:
        """Return the sentence for signatories whose names are not shown.

        `alone` is for a list without a single name.
        """
        forms = self.withheld_alone if alone else self.withheld
        form = forms.get(languages.plural(count, self.language), forms[_widest(forms)])
        return form.format(count=languages.number(count, self.language))


def words(language: str) -> Words:
    """Return the words for a BCP 47 tag: its own, its language's, or English."""
    return _load(fitting(available(), language))


@lru_cache
def available() -> frozenset[str]:
    """Return the tags that have words of their own."""
    return frozenset(path.stem for path in share("templates", "words").glob("*.toml"))


@lru_cache
def _load(tag: str) -> Words:
    path = share("templates", "words", f"{tag}.toml")
    table = tomllib.loads(path.read_text("utf-8"))
    return Words(language=tag, **{name: table[name] for name in keys()})


def keys() -> frozenset[str]:
    """Return the keys that every file of words has."""
    return frozenset(field.name for field in fields(Words)) - {"language"}


def _widest(forms: Mapping[str, str]) -> str:
    """Return the plural form that fits a count whose own form is not written."""
    return "other" if "other" in forms else "many"
