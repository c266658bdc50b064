"""The XML of a file of Word as a tree, built within bounds by a parser that takes no DOCTYPE."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from api.errors import Invalid

MOST_DEPTH = 100  # text boxes in tables in content controls reach forty
MOST_ELEMENTS = 400_000  # of all parts; sixty pages have some seven thousand
TOO_DEEP = (
    f"Its XML is nested more than {MOST_DEPTH} levels deep, which no program for texts writes."
)
TOO_MANY = (
    "It has more words, changes or pictures than a statement may. Copy the text alone into a new"
    " document, and send that."
)
DOCTYPE = "Its XML has a document type (DOCTYPE), which no file of Word has. Save it in Word anew."

_OPEN = "http://schemas.openxmlformats.org"
_STRICT = "http://purl.oclc.org/ooxml"
_MICROSOFT = "http://schemas.microsoft.com/office/word"
_PREFIXES = {
    f"{_OPEN}/wordprocessingml/2006/main": "w",
    f"{_STRICT}/wordprocessingml/main": "w",
    f"{_OPEN}/officeDocument/2006/relationships": "r",
    f"{_STRICT}/officeDocument/relationships": "r",
    f"{_OPEN}/officeDocument/2006/math": "m",
    f"{_STRICT}/officeDocument/math": "m",
    f"{_OPEN}/drawingml/2006/main": "a",
    f"{_STRICT}/drawingml/main": "a",
    f"{_OPEN}/markup-compatibility/2006": "mc",
    f"{_MICROSOFT}/2010/wordml": "w14",
    f"{_MICROSOFT}/2012/wordml": "w15",
    "urn:schemas-microsoft-com:vml": "v",
    "http://www.w3.org/XML/1998/namespace": "xml",
    "": "",
}
_UNKNOWN = "?"


@dataclass(slots=True)
class XmlBudget:
    """How many elements all parts of a file may have still."""

    elements: int = MOST_ELEMENTS


class XmlNode:
    """An element; names are `w:p`, and those of namespaces that nobody asks for `?:x`.

    Its text is that which follows its last child: Word writes words in elements without children.
    """

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        """Begin without children and without text."""
        self.name, self.attributes = name, attributes
        self.children: list[XmlNode] = []
        self.text = ""

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def child(self, *path: str) -> XmlNode | None:
        """Return the first element at a path of names."""
        here = self
        for name in path:
            found = next((each for each in here.children if each.name == name), None)
            if found is None:
                return None
            here = found
        return here

    def value(self, *path: str) -> str | None:
        """Return `w:val` of the first element at a path of names."""
        found = self.child(*path)
        return None if found is None else found.attributes.get("w:val")

    def is_on(self, name: str) -> bool | None:
        """Tell whether a property of a look is switched on; None: nothing is said."""
        found = self.child(name)
        return None if found is None else found.get("w:val", "true") not in {"0", "false", "off"}

    def every(self, *names: str) -> Iterator[XmlNode]:
        """Yield the elements of some names below, of which none stands in another."""
        for each in self.children:
            if each.name in names:
                yield each
            else:
                yield from each.every(*names)

    def seen(self) -> list[XmlNode]:
        """Return the children, of alternatives (mc:AlternateContent) those of the first alone."""
        if not any(each.name == "mc:AlternateContent" for each in self.children):
            return self.children
        found = []
        for each in self.children:
            if each.name == "mc:AlternateContent":
                found += each.children[0].seen() if each.children else []
            else:
                found.append(each)
        return found


def parsed(data: bytes, budget: XmlBudget) -> XmlNode:
    """Return a part as a tree; raise Invalid where it has too much, ExpatError where it is none."""
    return _Builder(budget).build(data)


class _Builder:
    def __init__(self, budget: XmlBudget) -> None:
        self._budget = budget
        self._names: dict[str, str] = {}
        self._top = XmlNode("", {})
        self._open = [self._top]
        self._pieces: list[str] = []  # of the text of the element that was opened last

    def build(self, data: bytes) -> XmlNode:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.Parse(data, True)  # noqa: FBT003 # at once: expat begins anew with each piece of a long name
        return self._top.children[0]

    def _doctype(self, *_: object) -> None:
        raise Invalid(DOCTYPE)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._budget.elements -= 1
        if self._budget.elements < 0:
            raise Invalid(TOO_MANY)
        if len(self._open) > MOST_DEPTH:
            raise Invalid(TOO_DEEP)
        node = XmlNode(self._named(name), {self._named(k): v for k, v in attributes.items()})
        self._open[-1].children.append(node)
        self._open.append(node)
        self._pieces.clear()

    def _end(self, _: str) -> None:
        self._open.pop().text = "".join(self._pieces)
        self._pieces.clear()

    def _characters(self, text: str) -> None:
        self._pieces.append(text)

    def _named(self, name: str) -> str:
        known = self._names.get(name)
        if known is None:
            space, _, local = name.rpartition(" ")
            prefix = _PREFIXES.get(space, _UNKNOWN)
            known = self._names[name] = f"{prefix}:{local}" if prefix else local
        return known
