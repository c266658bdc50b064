"""A statement's text as HTML in pieces, one a block, for pages that set it among other things."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from api.documents.rules import outline
from api.documents.rules.html import SHARED, digits, environment_of, inline_of
from api.portable.rules.printing import Printed
from api.texts.rules.words import words


@dataclass(frozen=True, kw_only=True)
class StatementText:
    """What a reader reads of a statement, set; all of it in the statement's own language."""

    language: str
    direction: str
    digits: str  # the CSS counter style with the language's own
    kind: str
    title: str
    dateline: str
    occasion: str
    addressees: tuple[str, ...]
    salutations: tuple[str, ...]
    blocks: tuple[Markup, ...]
    notes: tuple[tuple[int, str, Markup], ...]  # place, label, words
    contacts: tuple[Markup, ...]
    heading_of_notes: str
    heading_of_contacts: str
    back: str
    to: str
    edited: str = ""  # that it was edited after it was published, and when


def text(printed: Printed, edited_on: date | None = None) -> StatementText:
    """Return a revision's text in pieces."""
    said, inline = words(printed["language"]), inline_of(printed)
    parts: Any = _parts()
    blocks, seen = [], False
    for place, block in enumerate(printed["blocks"], 1):
        seen = seen or block["type"] == "heading"
        macro = getattr(parts, block["type"])
        heading = "h3" if seen else "h2"
        blocks.append(macro(block, inline, said, outline.numbered, heading, place))
    return StatementText(
        language=printed["language"],
        direction=printed["direction"],
        digits=digits(printed["language"]),
        kind=said.kinds[printed["kind"]],
        title=printed["title"],
        dateline=printed.get("dateline", ""),
        occasion=printed.get("occasion", ""),
        addressees=tuple(
            outline.about(one, ("name", "title", "organisation", "country"), said)
            for one in printed["addressees"]
        ),
        salutations=tuple(outline.salutations(printed)),
        blocks=tuple(blocks),
        notes=tuple(
            (place, note["label"], inline(note["text"]))
            for place, note in enumerate(printed["footnotes"], 1)
        ),
        contacts=tuple(Markup(parts.contact(one, said, inline)) for one in printed["contacts"]),  # noqa: S704 - a macro's
        heading_of_notes=said.notes,
        heading_of_contacts=said.contact,
        back=said.back,
        to=said.to,
        edited=said.edited_line(edited_on),
    )


@lru_cache
def _parts() -> Any:
    environment = environment_of(SHARED)
    environment.globals["may_style"] = False  # the pages' policy lets no style attribute through
    return environment.get_template("parts.html").module
