"""What the pages say of a statement and of those who signed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from api.documents.rules import blocks, diffs
from api.documents.rules.blocks import StatementText
from api.infra.text import languages
from api.pages.rules.facts import Box, Changes, Frame, ListedSignatory
from api.portable.rules import names
from api.portable.rules.printing import Printed
from api.signing.rules import ConsentBox
from api.statements.service import Diff


def changes(diff: Diff | None, heading: str, language: str) -> Changes | None:
    """Return what changed of a text, for a page in a language."""
    if diff is None or diff.before.number is None:
        return None
    tongue = diff.after.version.document["language"]
    shown = diffs.shown(diff.parts, diff.change, tongue, language)
    return Changes(heading, diff.before.number, shown)


@dataclass(frozen=True)
class _Known:
    """A text that is known by its hash."""

    sha256: str
    edited_on: date | None
    printed: Any = field(compare=False)


def of(sha256: str, printed: Any, edited_on: date | None = None) -> StatementText:
    """Return a revision's text, set; a rush asks for the same one again and again."""
    return _set(_Known(sha256, edited_on, printed))


@lru_cache(maxsize=32)
def _set(known: _Known) -> StatementText:
    printed: Printed = known.printed
    return blocks.text(printed, known.edited_on)


def line(who: Mapping[str, Any], around: Frame) -> ListedSignatory:
    """Return one line of the list: the name, and smaller what it says of itself."""
    name = who.get("name", "")
    if acronym := who.get("acronym"):
        name = f"{name} ({acronym})"
    code = who.get("country")
    parts = [
        who.get("role"),
        who.get("affiliation"),
        languages.country_name(code, around.language, around.country_names) if code else None,
    ]
    return ListedSignatory(name, languages.comma(around.language).join(filter(None, parts)))


def own_line(who: Mapping[str, Any], visibility: str, country: str | None, around: Frame) -> str:
    """Return how a signature reads on the list, or nothing where it is not shown."""
    shown: dict[str, Any] = {"name": who.get("name", "")}
    if visibility == "public":
        shown |= {key: who.get(key) for key in ("role", "affiliation")}
    elif visibility == "initials":
        shown["name"] = names.initials(shown["name"])
    else:
        return ""
    found = line({**shown, "country": country}, around)
    return languages.comma(around.language).join(filter(None, [found.text, found.small]))


def box(consent: ConsentBox) -> Box:
    """Return a consent as a box to tick; its value says which words stood beside it."""
    whose = consent.organisation_id or ""
    value = f"{consent.purpose}:{whose}:{consent.sha256}"
    return Box(value, consent.words, consent.language, consent.purpose.value)
