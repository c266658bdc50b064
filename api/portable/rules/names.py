"""What stands for a country, for a case and for a person whose name is not printed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import TypedDict

from api.cases import rules as cases
from api.infra.text import languages
from api.texts.rules.document import PortableCase, PortableCoalition


class Wording(TypedDict):
    """What of a document says in which words it names things."""

    language: str
    coalition: PortableCoalition


def country(code: str | None, document: Wording) -> str:
    """Return a country's name as the coalition or else CLDR says it; of none, nothing."""
    if not code:
        return ""
    own = document["coalition"].get("country_names", {})
    return languages.country_name(code, document["language"], own)


def called(case: PortableCase) -> list[str]:
    """Return all that a case is called; nothing where its names were taken out to be sealed."""
    return [case["name"], *case.get("aliases", ())] if "name" in case else []


def label(case: PortableCase, document: Wording) -> str:
    """Return what stands for a case that may not be named; plain text."""
    return cases.label(
        case.get("public_label"),
        case.get("occupation"),
        case["country"],
        document["language"],
        document["coalition"].get("country_names", {}),
    )


def listed(parts: Iterable[str | None], document: Wording) -> str:
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
