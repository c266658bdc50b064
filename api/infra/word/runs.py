"""Runs of a file of Word: their words, their look, their language, and the fields around them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from api.infra.word.nodes import XmlNode
from api.infra.word.text import WordPiece

_TEXTS = {"w:t", "w:delText"}
_BREAKS = {"w:br": "\n", "w:cr": "\n", "w:tab": "\t", "w:ptab": "\t"}
_SIGNS = {"w:noBreakHyphen": "\u2011", "w:softHyphen": "\u00ad"}
_PRIVATE = range(0xE000, 0xF900)  # where fonts of symbols have theirs
_BLANKS = " \t\r\n"
_TOGGLES = (
    ("is_strong", "w:b", "w:bCs"),  # the second of each is of what runs from the right
    ("is_emphasis", "w:i", "w:iCs"),
    ("is_struck", "w:strike", "w:strike"),
    ("is_struck", "w:dstrike", "w:dstrike"),
    ("is_hidden", "w:vanish", "w:vanish"),
)
_HYPERLINK = re.compile(r'\s*HYPERLINK\s+(?P<place>\\l\s+)?"?(?P<to>[^"\s]+)"?', re.IGNORECASE)
_INSIDE = re.compile(r'\\l\s+"?([^"\s]+)')
_NOTE = re.compile(r"\s*NOTEREF\s+(\S+)", re.IGNORECASE)
_FROM_RIGHT, _EASTERN = {"R", "AL"}, ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO")


@dataclass
class PieceWords:
    """What a run says, as far as it is read."""

    words: list[str] = field(default_factory=list)
    note: str | None = None
    is_labelled: bool = False

    def taken(self) -> list[WordPiece]:
        """Return what was said so far, and begin anew; a note with the label that follows it."""
        said: WordPiece = {"words": "".join(self.words)}
        found = [said]
        if self.note is not None:
            label = said["words"] if self.is_labelled else ""
            found = [{"words": label, "note": self.note}, *([] if self.is_labelled else [said])]
        self.words.clear()
        self.note, self.is_labelled = None, False
        return found


@dataclass
class WordField:
    """A field of Word: its code, and then what it shows."""

    code: str = ""
    shows: bool = False

    @property
    def hides(self) -> bool:
        """Words that belong to the code of a field are none of the text."""
        return not self.shows

    @property
    def link(self) -> str | None:
        return link_of(self.code)


def link_of(code: str) -> str | None:
    """Return where a field leads, as a run has it."""
    if found := _NOTE.match(code):
        return f"#{found[1]}"
    found = _HYPERLINK.match(code)
    if found is None:
        return None
    inside = _INSIDE.search(code)
    return f"#{inside[1]}" if found["place"] and inside else found["to"]


def field_part(
    part: XmlNode, fields: Sequence[WordField]
) -> Callable[[XmlNode, list[WordField]], None] | None:
    """Return what to do with a part of a run that belongs to a field."""
    if part.name == "w:fldChar":
        return _turn
    return _spell if part.name == "w:instrText" and fields else None


def _turn(part: XmlNode, fields: list[WordField]) -> None:
    kind = part.get("w:fldCharType")
    if kind == "begin":
        fields.append(WordField())
    elif kind == "separate" and fields:
        fields[-1].shows = True
    elif kind == "end" and fields:
        fields.pop()


def _spell(part: XmlNode, fields: list[WordField]) -> None:
    fields[-1].code += part.text


def words(part: XmlNode) -> str | None:
    """Return the words of a part of a run; None of a sign that only a font of symbols has."""
    if part.name in _TEXTS:
        text = part.text if part.get("xml:space") == "preserve" else part.text.strip(_BLANKS)
        return re.sub(r"[\r\n]+", " ", text)
    if part.name == "w:sym":
        code = part.get("w:char")
        number = int(code, 16) if re.fullmatch("[0-9A-Fa-f]{1,4}", code) else _PRIVATE[0]
        return None if number in _PRIVATE else chr(number)
    return _BREAKS.get(part.name) or _SIGNS.get(part.name, "")


def look(properties: XmlNode | None, styles: Iterable[XmlNode]) -> dict[str, Literal[True]]:
    """Return how a run looks by its own properties, else by its style of letters."""
    told = [each.child("w:rPr") for each in styles]
    said = [each for each in (properties, *told) if each is not None]
    found: dict[str, Literal[True]] = {}
    is_complex = any(each.is_on("w:rtl") or each.is_on("w:cs") for each in said[:1])
    for key, usual, other in _TOGGLES:
        name = other if is_complex else usual
        if next((is_on for each in said if (is_on := each.is_on(name)) is not None), False):
            found[key] = True
    if next((way for each in said if (way := each.value("w:vertAlign"))), "") == "superscript":
        found["is_raised"] = True
    return found


def language(text: str, said: Iterable[XmlNode]) -> str:
    """Return the language of words, of the three that a file says: by the letters that they have.

    Each of them may be said by another of the elements, the nearest first.
    """
    slot = _slot(text)
    return next((tag for each in said if slot and (tag := each.get(slot))), "") if slot else ""


def _slot(text: str) -> str:
    for one in text:
        if one.isalpha():
            if unicodedata.bidirectional(one) in _FROM_RIGHT:
                return "w:bidi"
            is_eastern = not one.isascii() and unicodedata.name(one, "").startswith(_EASTERN)
            return "w:eastAsia" if is_eastern else "w:val"
    return ""
