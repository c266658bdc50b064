"""A file of ours as somebody edits it and sends it back: in the shapes that programs write."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html import escape
from random import Random
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, tostring

from tests.support.word_files import W, WordFile, words_of
from tests.support.word_written import packed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SHAPES = ("word", "google", "libreoffice")
_BY = 'w:author="{}" w:date="2031-05-14T10:20:00Z"'
_MARK = '<w:bookmarkStart w:id="{0}" w:name="{1}"/>{2}<w:bookmarkEnd w:id="{0}"/>'
_CUT = re.compile(r".{1,9}", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """Words, and what became of them: "", or ins, del, moveFrom, moveTo."""

    words: str
    change: str = ""


@dataclass(frozen=True)
class Edited:
    """A paragraph: what it looks like, its bookmarks, its words; `mark` is what its end became."""

    look: str  # the XML of its properties
    letters: str  # of those of its runs
    pieces: tuple[Piece, ...]
    names: tuple[str, ...] = ()
    mark: str = ""

    @property
    def words(self) -> str:
        return "".join(piece.words for piece in self.pieces)

    def saying(self, *pieces: Piece | str) -> Edited:
        given = (Piece(each) if isinstance(each, str) else each for each in pieces)
        return replace(self, pieces=tuple(each for each in given if each.words))

    def all_of(self, change: str) -> Edited:
        return replace(self, pieces=(Piece(self.words, change),), mark=change)


@dataclass
class EditedFile:
    """The paragraphs of a file of ours, to be edited; what is no paragraph stays as it is."""

    file: WordFile
    parts: list[Edited | str] = field(default_factory=list)

    @classmethod
    def of(cls, file: WordFile) -> EditedFile:
        body = file.document.find(f"{W}body")
        assert body is not None
        return cls(file, [_read(each) for each in body])

    def place(self, name: str) -> int:
        """Return the place of the paragraph with a bookmark."""
        return next(
            n
            for n, one in enumerate(self.parts)
            if (name in one if isinstance(one, str) else name in one.names)
        )

    def at(self, place: int) -> Edited:
        found = self.parts[place]
        assert isinstance(found, Edited)
        return found

    def saved(self, shape: str, seed: int = 0, author: str = "A. Specimen") -> bytes:
        """Return the file as a program saves it."""
        writer = _Writer(shape, Random(seed), author)  # noqa: S311 # where runs are cut
        body = "".join(one if isinstance(one, str) else writer.paragraph(one) for one in self.parts)
        parts: dict[str, bytes | str] = {**self.file.parts}
        head, _, rest = self.file.parts["word/document.xml"].decode().partition("<w:body>")
        parts["word/document.xml"] = f"{head}<w:body>{body}{rest[rest.rindex('</w:body>') :]}"
        if shape == "google":
            parts = {name: part for name, part in parts.items() if "docProps" not in name}
            rels = self.file.parts["_rels/.rels"].decode()
            parts["_rels/.rels"] = re.sub(r"<Relationship [^>]*docProps[^>]*/>", "", rels)
        return packed(parts)


def with_parts(file: bytes, **more: str) -> bytes:
    """Return a file with more parts by their kind, which its text refers to."""
    parts: dict[str, bytes | str] = {**WordFile(file).parts}
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    told = "".join(
        f'<Relationship Id="more-{kind}" Type="{office}/{kind}" Target="{kind}.xml"/>'
        for kind in more
    )
    rels = "word/_rels/document.xml.rels"
    old = WordFile(file).parts[rels].decode()
    parts[rels] = old.replace("</Relationships>", f"{told}</Relationships>")
    return packed({**parts, **{f"word/{kind}.xml": content for kind, content in more.items()}})


def _read(element: Element) -> Edited | str:
    own = element.find(f"{W}pPr")
    run = element.find(f".//{W}r/{W}rPr")
    if element.tag != f"{W}p" or element.find(f".//{W}hyperlink") is not None:
        return _xml(element)
    is_set = any(element.find(f".//{W}r/{W}rPr/{W}{name}") is not None for name in "bi")
    if is_set or element.find(f".//{W}footnoteReference") is not None or not words_of(element):
        return _xml(element)
    names = tuple(each.get(f"{W}name", "") for each in element.iter(f"{W}bookmarkStart"))
    look = "" if own is None else "".join(map(_xml, own))
    letters = "" if run is None else "".join(map(_xml, run))
    return Edited(look, letters, (Piece(words_of(element)),), names)


def _xml(element: Element) -> str:
    text = tostring(element, encoding="unicode")
    spaces = dict(re.findall(r' xmlns:(\w+)="([^"]*)"', text))
    text = re.sub(r' xmlns:\w+="[^"]*"', "", text)
    for prefix, space in spaces.items():
        name = next((known for known, uri in _KNOWN.items() if uri == space), prefix)
        text = re.sub(rf"(?<=[</ ]){prefix}:(?=\w)", f"{name}:", text)
    return text


_KNOWN = {
    "w": W[1:-1],
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
}


class _Writer:
    def __init__(self, shape: str, random: Random, author: str) -> None:
        self._shape, self._random, self._author = shape, random, author
        self._number = 1000

    def paragraph(self, one: Edited) -> str:
        inner = "".join(map(self._piece, one.pieces, [one.letters] * len(one.pieces)))
        look = one.look
        if self._shape == "google":  # knows few styles, and no bookmarks of others
            look = re.sub(r'<w:pStyle w:val="(Quote\w*|ListContinue)" ?/>', "", look)
        else:
            for name in one.names:
                inner = _MARK.format(self._next(), name, inner)
        mark = f"<w:rPr><w:{one.mark} {self._by()}/></w:rPr>" if one.mark else ""
        rsid = ' w:rsidR="00A1B2C3" w:rsidRDefault="00D4E5F6"' if self._shape == "word" else ""
        return f"<w:p{rsid}><w:pPr>{look}{mark}</w:pPr>{inner}</w:p>"

    def _piece(self, piece: Piece, letters: str) -> str:
        kind = "delText" if piece.change in {"del", "moveFrom"} else "t"
        cut = [piece.words] if self._shape == "libreoffice" else _CUT.findall(piece.words)
        runs = "".join(self._run(words, letters, kind) for words in cut)
        if not piece.change:
            return runs
        inner = f"<w:{piece.change} {self._by()}>{runs}</w:{piece.change}>"
        if not piece.change.startswith("move") or self._shape != "word":
            return inner
        number, sort = self._next(), piece.change
        about = f'w:id="{number}" w:name="move{len(piece.words)}" {_BY.format(self._author)}'
        start = f"<w:{sort}RangeStart {about}/>"
        return f'{start}{inner}<w:{sort}RangeEnd w:id="{number}"/>'

    def _run(self, words: str, letters: str, kind: str) -> str:
        about = f"<w:rPr>{letters}</w:rPr>" if letters else ""
        said = f'<w:{kind} xml:space="preserve">{escape(words, quote=False)}</w:{kind}>'
        if self._shape == "word":
            rsid = f"{self._random.randrange(1 << 32):08X}"
            error = self._random.choice(['<w:proofErr w:type="spellStart"/>', ""])
            return f'{error}<w:r w:rsidR="{rsid}">{about}{said}</w:r>'
        if self._shape == "google" and self._random.random() < 1 / 2:
            run = f"<w:r>{about}{said}</w:r>"
            return f"<w:sdt><w:sdtPr/><w:sdtContent>{run}</w:sdtContent></w:sdt>"
        return f"<w:r>{about}{said}</w:r>"

    def _by(self) -> str:
        return f'w:id="{self._next()}" {_BY.format(self._author)}'

    def _next(self) -> int:
        self._number += 1
        return self._number


# What somebody does; each takes the file and the place of a paragraph.


def insert(file: EditedFile, place: int, words: str, *, tracked: bool, shape: str) -> None:
    """Write a new paragraph behind one."""
    one = file.at(place)
    new = replace(one, pieces=(Piece(words, "ins" if tracked else ""),), names=())
    if tracked and shape == "word":  # the end of the first is what came in
        file.parts[place] = replace(one, mark="ins")
    elif tracked:
        new = replace(new, mark="ins")
    file.parts.insert(place + 1, new)


def delete(file: EditedFile, place: int, *, tracked: bool) -> None:
    if tracked:
        file.parts[place] = file.at(place).all_of("del")
    else:
        del file.parts[place]


def rewrite(
    file: EditedFile, place: int, change: Callable[[str], Sequence[Piece]], *, tracked: bool
) -> None:
    """Replace words of a paragraph; `change` says of its words which."""
    one = file.at(place)
    pieces = change(one.words)
    if not tracked:
        left = (piece.words for piece in pieces if piece.change != "del")
        pieces = [Piece("".join(left))]
    file.parts[place] = one.saying(*pieces)


def move(file: EditedFile, place: int, to: int, *, tracked: bool, shape: str) -> None:
    """Move a paragraph before another."""
    one = file.at(place)
    if not tracked:
        del file.parts[place]
        file.parts.insert(to - (to > place), one)
        return
    gone, came = ("moveFrom", "moveTo") if shape == "word" else ("del", "ins")
    file.parts[place] = one.all_of(gone)
    file.parts.insert(to, replace(one.all_of(came), names=()))


def split(file: EditedFile, place: int, at: int, *, tracked: bool) -> None:
    """Part a paragraph before one of its letters."""
    one = file.at(place)
    first, second = one.words[:at], one.words[at:]
    file.parts[place] = replace(one.saying(first), mark="ins" if tracked else "")
    file.parts.insert(place + 1, replace(one.saying(second), names=()))


def join(file: EditedFile, place: int, *, tracked: bool) -> None:
    """Make one paragraph of two, with a space between."""
    one, other = file.at(place), file.at(place + 1)
    if tracked:
        file.parts[place] = replace(one.saying(one.words, Piece(" ", "ins")), mark="del")
    else:
        both = one.saying(f"{one.words} {other.words}")
        file.parts[place] = replace(both, names=(*one.names, *other.names))
        del file.parts[place + 1]
