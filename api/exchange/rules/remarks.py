"""What is said of a document that others wrote: what of it was lost, guessed or is to be looked at.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_WORDS = 50  # places that one remark shows
LONGEST = 500  # characters of one


class WordRemarkKind(StrEnum):
    """What a remark is about."""

    GUESSED_TITLE = "guessed_title"
    GUESSED_LANGUAGE = "guessed_language"
    GUESSED_HEADINGS = "guessed_headings"
    LOWER_HEADINGS = "lower_headings"
    HEADING_NUMBERS = "heading_numbers"
    LISTS_COUNTED_ON = "lists_counted_on"
    LIST_LABELS = "list_labels"
    LISTS_WITHIN_LISTS = "lists_within_lists"
    TABLES = "tables"
    BOXES = "boxes"
    LINE_BREAKS = "line_breaks"
    LONG_NOTES = "long_notes"
    EMPTY_NOTES = "empty_notes"
    NOTES_OF_TITLE = "notes_of_title"
    LINKS = "links"
    LOOKS = "looks"
    STRUCK = "struck"
    HIDDEN = "hidden"
    CONTENTS = "contents"
    PRINTED_FROM_DATA = "printed_from_data"
    PICTURES = "pictures"
    DRAWINGS = "drawings"
    OBJECTS = "objects"
    EQUATIONS = "equations"
    SYMBOLS = "symbols"
    PAGE_EDGES = "page_edges"


_OF_DRAFTS: Mapping[WordRemarkKind, str] = {
    WordRemarkKind.GUESSED_TITLE: "No paragraph is marked as title, or it is too long for one: this"
    " was taken.",
    WordRemarkKind.GUESSED_LANGUAGE: "The file says no language, or another than its letters do:"
    " this was guessed. Look, and give `language` if it is wrong.",
    WordRemarkKind.GUESSED_HEADINGS: "These short bold lines are no headings in the file, and were"
    " made headings.",
    WordRemarkKind.LOWER_HEADINGS: "Headings have one level here; these were lower ones.",
    WordRemarkKind.HEADING_NUMBERS: "The numbers that Word sets before headings are none of their"
    " words, and stayed behind.",
    WordRemarkKind.LISTS_COUNTED_ON: "A numbered list begins at 1; these began at another number or"
    " went on after a paragraph.",
    WordRemarkKind.LIST_LABELS: "Items are numbered 1, 2, 3; these had letters, Roman figures or"
    " words before them.",
    WordRemarkKind.LISTS_WITHIN_LISTS: "Lists have one level: these items of inner lists stand"
    " among those of the outer one, or at the end of a numbered item.",
    WordRemarkKind.TABLES: "Tables became paragraphs, those of each cell after one another.",
    WordRemarkKind.BOXES: "What stood in text boxes became paragraphs after those beside them.",
    WordRemarkKind.LINE_BREAKS: "Line breaks within a paragraph became spaces.",
    WordRemarkKind.LONG_NOTES: "Paragraphs of one footnote became one.",
    WordRemarkKind.EMPTY_NOTES: "Marks of footnotes that say nothing were left out.",
    WordRemarkKind.NOTES_OF_TITLE: "A title has no footnotes: these stayed behind.",
    WordRemarkKind.LINKS: "These words linked to a place in the file, or by an address that is not"
    " https, http or mailto: they came without the link.",
    WordRemarkKind.LOOKS: "Bold or italic could not be kept in all of these paragraphs.",
    WordRemarkKind.STRUCK: "These words are struck through by hand and not as a tracked change:"
    " they came in as they are.",
    WordRemarkKind.HIDDEN: "These words are hidden in the file, and stayed behind.",
    WordRemarkKind.CONTENTS: "The table of contents stayed behind: a document makes its own.",
    WordRemarkKind.PRINTED_FROM_DATA: "The file was printed here. What it prints from data (who"
    " speaks, to whom, signatories, contacts) stayed behind; its demands and cases came as words.",
    WordRemarkKind.PICTURES: "Pictures stayed behind.",
    WordRemarkKind.DRAWINGS: "Drawings and charts stayed behind.",
    WordRemarkKind.OBJECTS: "Objects of other programs stayed behind.",
    WordRemarkKind.EQUATIONS: "Equations came as the letters and signs in them: look at each.",
    WordRemarkKind.SYMBOLS: "Signs that only a font of symbols has stayed behind.",
    WordRemarkKind.PAGE_EDGES: "Headers and footers of pages stayed behind.",
}


@dataclass(frozen=True)
class WordRemark:
    """One kind of thing to know of a document, how often it is there, and where."""

    what: StrEnum
    count: int
    detail: str
    words: list[str]


class Remarks:
    """What is said of one document, each kind once."""

    def __init__(self, said: Mapping[Any, str] = _OF_DRAFTS) -> None:
        """Begin with nothing said; `said` is what each kind of remark says, in their order."""
        self._said = said
        self._counts: dict[StrEnum, int] = {}
        self._words: dict[StrEnum, list[str]] = {}

    def add(self, what: StrEnum, words: str = "", count: int = 1) -> None:
        """Say it once more, of these words."""
        self._counts[what] = self._counts.get(what, 0) + count
        if words := words.strip():
            self._words.setdefault(what, []).append(words)

    def listed(self) -> list[WordRemark]:
        return [
            WordRemark(what, self._counts[what], said, _shown(self._words.get(what, ())))
            for what, said in self._said.items()
            if what in self._counts
        ]


def _shown(words: Iterable[str]) -> list[str]:
    return [one if len(one) <= LONGEST else f"{one[:LONGEST]}…" for one in words][:MOST_WORDS]
