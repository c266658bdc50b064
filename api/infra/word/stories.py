"""Reads the paragraphs of one story of a file of Word: its body, a footnote, a comment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count
from typing import Literal, cast

from api.errors import Invalid
from api.infra.office import Reference
from api.infra.word import runs, styles
from api.infra.word.nodes import XmlNode
from api.infra.word.runs import WordField
from api.infra.word.styles import WordLists, WordStyles
from api.infra.word.text import WordChange, WordParagraph, WordPiece

ANOTHER_FILE = (
    "It takes in another document where it is opened. Open it in Word, copy all of it into a new"
    " document, and send that."
)
_INSERTED = {"w:ins": False, "w:moveTo": True}  # and whether it is a move
_DELETED = {"w:del": False, "w:moveFrom": True}
_OTHER_FILES = {"w:altChunk", "w:subDoc"}
_PASSED_OVER = {
    "w:pPr", "w:rPr", "w:tblPr", "w:tblGrid", "w:trPr", "w:tcPr", "w:sdtPr", "w:sdtEndPr",
    "w:smartTagPr", "w:customXmlPr", "w:tblPrEx", "w:rt",
}  # fmt: skip


class Unread(StrEnum):
    """What stands in files of Word and is not read."""

    PICTURES = "pictures"
    DRAWINGS = "drawings"
    OBJECTS = "objects"
    EQUATIONS = "equations"
    SYMBOLS = "symbols"
    PAGE_EDGES = "page_edges"


@dataclass(frozen=True)
class _Around:
    """In what a part of a story stands."""

    place: Literal["body", "table", "box"] = "body"
    flow: int = 0
    inserted: WordChange | None = None
    deleted: WordChange | None = None
    link: str | None = None

    def within(self, node: XmlNode) -> _Around:
        """Return the same inside of an element that marks a change."""
        if node.name in _INSERTED:
            return replace(self, inserted=_change(node, is_move=_INSERTED[node.name]))
        if node.name in _DELETED:
            return replace(self, deleted=_change(node, is_move=_DELETED[node.name]))
        return self


@dataclass
class CommentedPlace:
    """On what a comment is."""

    paragraph: int | None = None
    words: list[str] = field(default_factory=list)


@dataclass
class WordParts:
    """What all stories of a file share."""

    styles: WordStyles
    lists: WordLists
    lost: Counter[str] = field(default_factory=Counter)
    commented: dict[str, CommentedPlace] = field(default_factory=dict)
    noted: dict[str, str] = field(default_factory=dict)  # notes by the bookmarks around their marks


class Story:
    """One story: its paragraphs in their order, those of a text box after the one that holds it."""

    def __init__(self, parts: WordParts, links: dict[str, Reference], *, is_body: bool) -> None:
        self._parts, self._links, self._is_body = parts, links, is_body
        self._flows = count(1)
        self._fields: list[WordField] = []
        self._open_comments: dict[str, None] = {}
        self._bookmarks: list[str] = []  # that begin where the next paragraph does
        self._fresh: list[str] = []  # bookmarks that began after the last words
        self._chain: list[XmlNode] = []  # the styles of the paragraph that is read
        self._boxes: list[tuple[XmlNode, _Around]] = []
        self.paragraphs: list[WordParagraph] = []

    def read(self, node: XmlNode) -> list[WordParagraph]:
        self._blocks(node, _Around())
        return self.paragraphs

    def _blocks(self, node: XmlNode, around: _Around) -> None:
        for child in node.seen():
            if child.name == "w:p":
                self._paragraph(child, around)
            elif child.name == "w:tbl":
                self._table(child, around)
                around = replace(around, flow=next(self._flows))
            elif child.name == "w:sectPr":
                edges = child.every("w:headerReference", "w:footerReference")
                self._parts.lost[Unread.PAGE_EDGES] += any(True for _ in edges)
            elif not self._is_mark(child):
                self._blocks(child, around.within(child))

    def _table(self, table: XmlNode, around: _Around) -> None:
        for row in table.every("w:tr"):
            of_row = _rows_own(row.child("w:trPr"), around)
            for cell in row.every("w:tc"):
                of_cell = _rows_own(cell.child("w:tcPr"), of_row, "w:cellIns", "w:cellDel")
                flow = next(self._flows)
                self._blocks(cell, replace(of_cell, place="table", flow=flow))

    def _paragraph(self, node: XmlNode, around: _Around) -> None:
        properties = node.child("w:pPr")
        self._chain = self._parts.styles.of(properties)
        paragraph: WordParagraph = {
            "runs": [],
            "styles": styles.names(self._chain),
            "level": styles.level(properties, self._chain),
            "place": around.place,
            "flow": around.flow,
            "bookmarks": self._bookmarks,
        }
        self._bookmarks = []
        if listed := self._parts.lists.place(properties, self._chain):
            paragraph["list"] = listed
        mark = _rows_own(properties and properties.child("w:rPr"), around, *_INSERTED, *_DELETED)
        if mark.inserted:
            paragraph["inserted"] = mark.inserted
        if mark.deleted:
            paragraph["deleted"] = mark.deleted
        self.paragraphs.append(paragraph)
        if properties and properties.child("w:sectPr"):
            self._blocks(properties, replace(around, place="body"))
        self._inline(node, around, paragraph)
        for name in self._open_comments:
            self._parts.commented.setdefault(name, CommentedPlace()).words.append("\n")
        boxes, self._boxes = self._boxes, []
        for box, inside in boxes:
            self._blocks(box, inside)

    def _inline(self, node: XmlNode, around: _Around, paragraph: WordParagraph) -> None:
        for child in node.seen():
            if child.name == "w:r":
                self._run(child, around, paragraph)
            elif child.name == "w:hyperlink":
                self._inline(child, replace(around, link=self._address(child)), paragraph)
            elif child.name == "w:fldSimple":
                link = runs.link_of(child.get("w:instr")) or around.link
                self._inline(child, replace(around, link=link), paragraph)
            elif child.name == "m:oMath":
                self._parts.lost[Unread.EQUATIONS] += 1
                said = "".join(each.text for each in child.every("m:t"))
                self._add(paragraph, {"words": said}, around)
            elif not self._is_mark(child, paragraph):
                self._inline(child, around.within(child), paragraph)

    def _is_mark(self, node: XmlNode, paragraph: WordParagraph | None = None) -> bool:
        """Tell whether an element holds no words of the story; keep what it marks."""
        if node.name in _OTHER_FILES:
            raise Invalid(ANOTHER_FILE)
        if node.name == "w:bookmarkStart":
            marks = self._bookmarks if paragraph is None else paragraph["bookmarks"]
            marks.append(node.get("w:name"))
            self._fresh.append(node.get("w:name"))
        elif node.name == "w:commentRangeStart":
            self._open_comments[node.get("w:id")] = None
        elif node.name == "w:commentRangeEnd":
            self._open_comments.pop(node.get("w:id"), None)
        else:
            return node.name in _PASSED_OVER
        return True

    def _address(self, link: XmlNode) -> str | None:
        if anchor := link.get("w:anchor"):
            return f"#{anchor}"
        found = self._links.get(link.get("r:id"))
        return found.place if found and found.is_external else None

    def _run(self, node: XmlNode, around: _Around, paragraph: WordParagraph) -> None:
        properties = node.child("w:rPr")
        named = properties.value("w:rStyle") if properties else None
        look = runs.look(properties, self._parts.styles.of_letters(named))
        said = runs.PieceWords()

        def flush() -> None:
            for run in said.taken():
                self._add(paragraph, self._described(run, look, properties), around)

        for part in node.seen():
            if turn := runs.field_part(part, self._fields):
                flush()
                turn(part, self._fields)
            elif part.name in {"w:footnoteReference", "w:endnoteReference"}:
                flush()
                said.note = self._noted(part)
                said.is_labelled = part.get("w:customMarkFollows") in {"1", "true"}
            elif part.name == "w:ruby":
                flush()
                self._inline(part.child("w:rubyBase") or part, around, paragraph)
            elif not self._is_no_words(part, around, paragraph):
                said.words.append(self._words(part))
        flush()

    def _is_no_words(self, part: XmlNode, around: _Around, paragraph: WordParagraph) -> bool:
        """Tell whether a part of a run is something else than words; keep what it is."""
        if part.name == "w:commentReference":
            self._comment(part.get("w:id"), paragraph)
        elif part.name in {"w:drawing", "w:pict", "w:object"}:
            self._drawn(part, around)
        else:
            return False
        return True

    def _words(self, part: XmlNode) -> str:
        text = runs.words(part)
        if text is None:
            self._parts.lost[Unread.SYMBOLS] += 1
        return text or ""

    def _noted(self, part: XmlNode) -> str:
        key = f"{part.name[2:].removesuffix('Reference')}-{part.get('w:id')}"
        self._parts.noted |= dict.fromkeys(self._fresh, key)
        return key

    def _described(
        self, run: WordPiece, look: Mapping[str, Literal[True]], properties: XmlNode | None
    ) -> WordPiece:
        """Return a run with what its properties say of it."""
        near = properties and properties.child("w:lang")
        langs = [*([near] if near else []), *self._parts.styles.languages(self._chain)]
        language = runs.language(run["words"], langs)
        told = {**run, **look, **({"language": language} if language else {})}
        return cast("WordPiece", told)

    def _add(self, paragraph: WordParagraph, run: WordPiece, around: _Around) -> None:
        if not run["words"] and "note" not in run:
            return
        if any(each.hides for each in self._fields):
            return
        self._fresh.clear()
        if link := next((each.link for each in self._fields if each.link), around.link):
            run["link"] = link
        if around.inserted:
            run["inserted"] = around.inserted
        if around.deleted:
            run["deleted"] = around.deleted
        else:
            for name in self._open_comments:
                self._comment(name, paragraph).words.append(run["words"])
        before = paragraph["runs"][-1] if paragraph["runs"] else None
        is_plain = "note" not in run and not run.get("link", "").startswith("#")  # may be a note's
        if before is not None and is_plain and {**before, "words": run["words"]} == run:
            before["words"] += run["words"]
        else:
            paragraph["runs"].append(run)

    def _comment(self, name: str, paragraph: WordParagraph) -> CommentedPlace:
        place = self._parts.commented.setdefault(name, CommentedPlace())
        if self._is_body and place.paragraph is None:
            last = range(len(self.paragraphs) - 1, -1, -1)
            place.paragraph = next(n for n in last if self.paragraphs[n] is paragraph)
        return place

    def _drawn(self, node: XmlNode, around: _Around) -> None:
        boxes = list(_visible(node, "w:txbxContent"))
        for box in boxes:
            inside = replace(around, place="box", flow=next(self._flows), link=None)
            self._boxes.append((box, inside))
        if node.name == "w:object":
            self._parts.lost[Unread.OBJECTS] += 1
        elif any(True for _ in _visible(node, "a:blip", "v:imagedata")):
            self._parts.lost[Unread.PICTURES] += 1
        elif not boxes:
            self._parts.lost[Unread.DRAWINGS] += 1


def _visible(node: XmlNode, *names: str) -> Iterator[XmlNode]:
    for each in node.seen():
        if each.name in names:
            yield each
        else:
            yield from _visible(each, *names)


def _rows_own(node: XmlNode | None, around: _Around, *marks: str) -> _Around:
    """Return how a row, a cell or a mark of a paragraph stands, by what its properties hold."""
    for each in node.children if node else ():
        if each.name in (marks or ("w:ins", "w:del")):
            around = around.within(each)
        if each.name == "w:cellIns":
            around = replace(around, inserted=_change(each, is_move=False))
        elif each.name == "w:cellDel":
            around = replace(around, deleted=_change(each, is_move=False))
    return around


def _change(node: XmlNode, *, is_move: bool) -> WordChange:
    return {"author": node.get("w:author"), "at": node.get("w:date"), "is_move": is_move}
