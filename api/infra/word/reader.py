"""Reads a file of Word, in a limited child; only the render process imports it.

The parts are found by the references between them and looked at one by one: a tree is built of
each within bounds, by a parser that takes no document type. Nothing that lies elsewhere is fetched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from io import BytesIO
from xml.parsers.expat import ExpatError
from zipfile import ZipFile

from api.errors import Invalid
from api.infra import office
from api.infra.office import Package, PackageBounds
from api.infra.sandbox.pool import Limits
from api.infra.word import nodes
from api.infra.word.nodes import XmlBudget, XmlNode
from api.infra.word.stories import ANOTHER_FILE, Story, WordParts
from api.infra.word.styles import WordLists, WordStyles
from api.infra.word.text import SAVE_IT, WordComment, WordParagraph, WordText
from api.infra.word.views import seen

LIMITS = Limits(cpu_seconds=4, wall_seconds=10.0, memory_bytes=1 << 30)
MOST_UNPACKED = 50_000_000  # bytes of the parts that are read
MOST_PARTS = 5_000  # a picture is one
MOST_TEXT = 3_000_000  # characters
BROKEN = f"This document cannot be read: open it in Word or LibreOffice. {SAVE_IT}"
TOO_LARGE = (
    f"Unpacked, this document has more than {MOST_UNPACKED:,} bytes of text or {MOST_PARTS:,}"
    " parts. Copy the text alone into a new one, and send that."
)
TOO_LONG = f"Its text has more than {MOST_TEXT:,} characters: send it in parts."
MACROS = f"It holds macros or controls that run in Word. {SAVE_IT}"
ELSEWHERE = (
    "It refers to a part of itself that lies elsewhere ({}). Nothing is fetched: open it in Word,"
    " copy all of it into a new document, and send that."
)
_OTHERS = {
    "content.xml": "This is a file of LibreOffice (.odt)",
    "xl/workbook.xml": "This is a workbook of Excel",
    "ppt/presentation.xml": "This is a presentation",
    "index/document.iwa": "This is a file of Pages",
    "index.zip": "This is a file of Pages",
}
_BOUNDS = PackageBounds(MOST_UNPACKED, MOST_PARTS, TOO_LARGE, BROKEN)
_RUNS = ("vbaproject.bin", "vbadata.xml", "activex/")
_LEFT = {"hyperlink", "image", "video", "audio", "media", "oleObject"}  # not needed for the text
_OTHER_DOCUMENTS = {"aFChunk", "subDocument"}
_OURS, _OUR_PROPERTY = "urn:sha256:", "Undersigned text SHA-256"


def run(_: Mapping[str, str | None], blobs: dict[str, bytes]) -> bytes:
    """Return what a file says, as the JSON of `WordText`; raise Invalid."""
    try:
        with ZipFile(BytesIO(blobs["file"])) as archive:
            return json.dumps(_Reader(archive).text(), ensure_ascii=False).encode()
    except (MemoryError, Invalid):
        raise
    except (*office.BROKEN, ExpatError) as broken:
        raise Invalid(BROKEN) from broken


class _Reader:
    """A file of Word, of which each part is looked at before it is read."""

    def __init__(self, archive: ZipFile) -> None:
        self._package = Package(archive, _BOUNDS)
        self._budget = XmlBudget()
        known = self._package.parts
        if self._package.has_twins:
            raise Invalid(BROKEN)
        if any(mark in name for name in known for mark in _RUNS):
            raise Invalid(MACROS)
        top = {each.kind: each for each in self._package.references("").values()}
        if "officeDocument" not in top or "word" not in top["officeDocument"].place:
            what = next((_OTHERS[name] for name in _OTHERS if name in known), None)
            raise Invalid(f"{what}. {SAVE_IT}" if what else BROKEN)
        if top["officeDocument"].is_external:
            raise Invalid(ELSEWHERE.format("its text"))
        self._main = top["officeDocument"].place
        self._about = top.get("core-properties"), top.get("custom-properties")
        self._places = {each.kind: each.place for each in self._checked(self._main)}
        self._must_have_no_macros()

    def _must_have_no_macros(self) -> None:
        """Refuse a main part whose type says that it may hold macros, whatever its name is."""
        types = self._parsed("[content_types].xml")
        for each in types.children if types else ():
            if "macroenabled" in each.get("ContentType").lower():
                raise Invalid(MACROS)

    def _checked(self, part: str) -> Iterator[office.Reference]:
        """Yield the parts that a part refers to; raise Invalid where one lies elsewhere."""
        for each in self._package.references(part).values():
            if each.kind == "control":
                raise Invalid(MACROS)
            if each.kind in _OTHER_DOCUMENTS:
                raise Invalid(ANOTHER_FILE)
            if not each.is_external:
                yield each
            elif each.kind == "attachedTemplate":
                if _is_remote(each.place):
                    raise Invalid(ELSEWHERE.format("its template"))
            elif each.kind not in _LEFT:
                raise Invalid(ELSEWHERE.format(each.kind[:40]))

    def _parsed(self, place: str) -> XmlNode | None:
        if place not in self._package.parts:
            return None
        return nodes.parsed(self._package.unpacked(place), self._budget)

    def _part(self, kind: str) -> XmlNode | None:
        """Return the part of a kind that the text refers to, after a look at what it refers to."""
        place = self._places.get(kind, "")
        list(self._checked(place) if place else ())
        return self._parsed(place)

    def text(self) -> WordText:
        list(self._checked(self._places.get("settings", "")) if "settings" in self._places else ())
        styles = WordStyles(self._part("styles"))
        parts = WordParts(styles, WordLists(self._part("numbering"), styles))
        main = self._parsed(self._main)
        body = main.child("w:body") if main else None
        if body is None:
            raise Invalid(BROKEN)
        links = self._package.references(self._main)
        paragraphs = Story(parts, links, is_body=True).read(body)
        notes = dict([*self._notes("footnote", parts), *self._notes("endnote", parts)])
        text: WordText = {
            "paragraphs": paragraphs,
            "notes": notes,
            "comments": list(self._comments(parts)),
            "lost": {key: number for key, number in parts.lost.items() if number},
            "sha256": self._sha256(),
        }
        _lead_to_notes(text, parts.noted)
        _must_be_short(text)
        return text

    def _notes(self, kind: str, parts: WordParts) -> Iterator[tuple[str, list[WordParagraph]]]:
        """Yield the footnotes or the endnotes by their keys, but for the lines above them."""
        part = self._part(f"{kind}s")
        for each in part.children if part else ():
            if each.name == f"w:{kind}" and each.get("w:type", "normal") == "normal":
                links = self._package.references(self._places[f"{kind}s"])
                story = Story(parts, links, is_body=False)
                yield f"{kind}-{each.get('w:id')}", story.read(each)

    def _comments(self, parts: WordParts) -> Iterator[WordComment]:
        part, more = self._part("comments"), self._part("commentsExtended")
        threads = {each.get("w15:paraId"): each for each in more.children} if more else {}
        found = [each for each in part.children if each.name == "w:comment"] if part else []
        known = {_last_id(each): each.get("w:id") for each in found}
        for each in found:
            thread = threads.get(_last_id(each))
            place = parts.commented.get(each.get("w:id"))
            own = WordParts(parts.styles, parts.lists)  # a comment on a comment is none
            said = seen(Story(own, {}, is_body=False).read(each), accepted=True)
            yield {
                "id": each.get("w:id"),
                "author": each.get("w:author"),
                "at": each.get("w:date"),
                "text": "\n".join(filter(None, (one.words.strip() for one in said))),
                "parent": known.get(thread.get("w15:paraIdParent", "-")) if thread else None,
                "is_resolved": thread is not None and thread.get("w15:done") in {"1", "true"},
                "words": "".join(place.words).strip() if place else "",
                "paragraph": place.paragraph if place else None,
            }

    def _sha256(self) -> str | None:
        """Return of which text of ours the file was made, if it says so."""
        core, custom = (
            self._parsed(each.place) if each and not each.is_external else None
            for each in self._about
        )
        for each in core.children if core else ():
            if each.name == "?:identifier" and each.text.startswith(_OURS):
                return each.text.removeprefix(_OURS)
        for each in custom.children if custom else ():
            if each.get("name") == _OUR_PROPERTY:
                return "".join(one.text for one in each.children) or None
        return None


def _is_remote(template: str) -> bool:
    """Tell whether a template lies on another machine: only the path of a file on one's own may."""
    path = template.replace("\\", "/").lower()
    path = path.removeprefix("file:///")
    return "://" in path or path.startswith(("//", "file:"))


def _last_id(comment: XmlNode) -> str:
    """Return the id by which the thread knows a comment: that of its last paragraph."""
    ids = [each.get("w14:paraId") for each in comment.every("w:p")]
    return ids[-1] if ids and ids[-1] else f"#{comment.get('w:id')}"


def _lead_to_notes(text: WordText, noted: Mapping[str, str]) -> None:
    """Make a second mark of a note, which leads to its first, a mark of the same note."""
    for paragraph in (
        *text["paragraphs"],
        *(one for each in text["notes"].values() for one in each),
    ):
        for run in paragraph["runs"]:
            key = noted.get(run.get("link", "#")[1:])
            if key and run.get("link", "").startswith("#"):
                run["note"] = key
                del run["link"]


def _must_be_short(text: WordText) -> None:
    stories = [text["paragraphs"], *text["notes"].values()]
    runs = (run for story in stories for each in story for run in each["runs"])
    if sum(len(run["words"]) for run in runs) > MOST_TEXT:
        raise Invalid(TOO_LONG)
