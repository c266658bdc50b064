"""Reads a file of Word as a person does: its words in order, footnotes under their labels."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from tests.support.pdf_words import letters

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
RELS = "{http://schemas.openxmlformats.org/package/2006/relationships}"


@dataclass
class WordFile:
    """A .docx: its parts by name."""

    content: bytes

    @cached_property
    def parts(self) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def root(self, name: str) -> Element:
        found: Element = fromstring(self.parts[name])
        return found

    @property
    def xml(self) -> dict[str, Element]:
        """Every part that is XML."""
        return {
            name: fromstring(content)
            for name, content in self.parts.items()
            if name.endswith((".xml", ".rels"))
        }

    @property
    def document(self) -> Element:
        return self.root("word/document.xml")

    @property
    def paragraphs(self) -> list[tuple[str, str]]:
        """The style and the words of each paragraph of the body."""
        return [(style_of(each), words_of(each)) for each in self.document.iter(f"{W}p")]

    @property
    def text(self) -> str:
        return "\n".join(text for _, text in self.paragraphs)

    @property
    def notes(self) -> list[str]:
        """The words of each footnote, after its label where that is not the number by Word."""
        found = self.root("word/footnotes.xml").findall(f"{W}footnote")
        return ["\n".join(words_of(each) for each in note.iter(f"{W}p")) for note in found[2:]]

    @property
    def everything(self) -> str:
        """The letters of all parts, attributes too: where a name could hide."""
        whole = b"".join(self.parts[name] for name in self.xml).decode()
        return letters(re.sub(r"<[/\w:]+|/?>", "", whole)) + letters(self.text)


def style_of(paragraph: Element) -> str:
    found = paragraph.find(f"{W}pPr/{W}pStyle")
    return "Normal" if found is None else found.get(f"{W}val", "")


def values(root: Element, name: str, attribute: str = "val") -> list[str]:
    """Return an attribute of every element of a name that has it."""
    found = (each.get(f"{W}{attribute}") for each in root.iter(f"{W}{name}"))
    return [value for value in found if value is not None]


def words_of(element: Element) -> str:
    """Return the words of an element, with the labels of footnotes that Word would write."""
    return "".join(_words(element))


def _words(element: Element) -> Iterator[str]:
    for part in element.iter():
        if part.tag == f"{W}t":
            yield part.text or ""
        elif part.tag in {f"{W}tab", f"{W}br"}:
            yield " "
        elif part.tag == f"{W}softHyphen":
            yield "\u00ad"
        elif part.tag == f"{W}footnoteReference" and part.get(f"{W}customMarkFollows") is None:
            yield part.get(f"{W}id", "")
