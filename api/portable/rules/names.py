"""What stands for a country, for a case and for a person whose name is not printed."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from api.infra.text import languages

if TYPE_CHECKING:
    from collections.abc import Mapping


def country(code: str, document: Mapping[str, Any]) -> str:
    """Return a country's name as the coalition or else CLDR says it."""
    own = document["coalition"].get("country_names", {})
    return languages.country_name(code, document["language"], own)


def label(case: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """Return what stands for a case that may not be named; plain text."""
    if own := case.get("public_label"):
        return str(own)
    return listed([case.get("occupation"), country(case["country"], document)], document)


def listed(parts: list[Any], document: Mapping[str, Any]) -> str:
    """Return the parts that are there, with the language's comma between them."""
    return languages.comma(document["language"]).join(filter(None, parts))


def initials(name: str) -> str:
    """Return the first letter of each word of a name, in any script: "A. T."."""
    firsts = (_first_letter(word) for word in name.split())
    # The title case of Georgian letters is themselves, their upper case is another alphabet.
    return " ".join(f"{first.title()}." for first in firsts if first)


def _first_letter(word: str) -> str:
    """Return a word's first letter with the marks that belong to it."""
    for start, character in enumerate(word):
        if character.isalpha():
            end = start + 1
            while end < len(word) and unicodedata.category(word[end]) in {"Mn", "Mc"}:
                end += 1
            return word[start:end]
    return ""
