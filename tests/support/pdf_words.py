"""Reads the words of a PDF, as a person does: letters and digits, without the pages' edges."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pypdfium2

from api.texts.rules import markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from api.portable.rules.printing import Printed
    from api.portable.rules.signing import Signatories

FOOT, HEAD = 58, 50  # points at the sheet's edges that hold page numbers and marks


def pages_of(pdf: bytes) -> list[str]:
    """Return the text of each page, edges included."""
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_bounded() for page in document]


def letters_of(pdf: bytes) -> str:
    """Return the letters and digits of the body, in reading order."""
    document = pypdfium2.PdfDocument(pdf)
    bodies = [
        page.get_textpage().get_text_bounded(bottom=FOOT, top=page.get_height() - HEAD)
        for page in document
    ]
    return letters("".join(bodies))


def letters(text: str) -> str:
    """Return the letters and digits of a text; marks move when they are set."""
    whole = unicodedata.normalize("NFKD", text)
    return "".join(c for c in whole if unicodedata.category(c)[0] in "LN")


def in_order(parts: Iterable[str], text: str) -> str | None:
    """Return the first part that does not stand in the text after the ones before it."""
    place = 0
    for part in parts:
        found = text.find(letters(part), place)
        if found < 0:
            return part
        place = found + len(letters(part))
    return None


def parts_of(printed: Printed, signatories: Signatories) -> Iterator[str]:
    """Yield everything that must print, in its order."""
    yield from (printed["title"], printed.get("dateline", ""), printed.get("occasion", ""))
    yield from (one["name"] for one in printed["addressees"])
    for block in printed["blocks"]:
        yield from (markdown.plain(text) for text in _texts(block))
    yield from (line["text"] for line in signatories["lines"])
    yield from (markdown.plain(note["text"]) for note in printed["footnotes"])
    yield from (contact["name"] for contact in printed["contacts"])


def _texts(block: Mapping[str, object]) -> Iterator[str]:
    for key in ("lead", "text", "source", "items", "lists", "heading", "demands", "rationale"):
        value = block.get(key)
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            for each in value:
                yield from _texts(each) if isinstance(each, dict) else [each]
