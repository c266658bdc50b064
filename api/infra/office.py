"""Files of Office: a zip of parts, which refer to one another. Opened within bounds.

Only what runs in a limited child opens one.
"""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, NamedTuple
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import defusedxml.sax
from defusedxml import DefusedXmlException

from api.errors import Invalid

if TYPE_CHECKING:
    from xml.sax import _SupportsReadClose

ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how files begin
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# What the libraries raise of a file that is none; a caller says so in its own words.
BROKEN = (
    BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, LookupError,
    ArithmeticError, SAXParseException, DefusedXmlException,
)  # fmt: skip


def is_locked(data: bytes) -> bool:
    """Tell whether a file that begins as COMPOUND is one with a password, and not an old one."""
    return _ENCRYPTED in data


@dataclass(frozen=True)
class PackageBounds:
    """What may be unpacked of a file, and what is said where it is more or cannot be."""

    most_bytes: int
    most_parts: int
    too_large: str
    broken: str


class Reference(NamedTuple):
    """To what a part refers: another part by its name, or an address outside the file."""

    kind: str  # the last word of its type: "styles"
    place: str
    is_external: bool


class Package:
    """The parts of a file by their names in small letters."""

    def __init__(self, archive: ZipFile, bounds: PackageBounds) -> None:
        self._archive, self._bounds, self._left = archive, bounds, bounds.most_bytes
        every = archive.infolist()
        if len(every) > bounds.most_parts:
            raise Invalid(bounds.too_large)
        names = [(each.filename.replace("\\", "/").lower(), each) for each in every]
        self.parts: dict[str, ZipInfo] = dict(names)
        self.has_twins = len(self.parts) < len(names)

    @contextmanager
    def opened(self, name: str) -> Iterator[_Bounded]:
        """Open a part, within the bound of all."""
        part = self.parts[name]
        if part.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise Invalid(self._bounds.broken)
        with self._archive.open(part) as content:
            bounded = _Bounded(content, self._left, self._bounds.too_large)
            try:
                yield bounded
            finally:
                self._left = bounded.left

    def unpacked(self, name: str) -> bytes:
        with self.opened(name) as part:
            return part.read()

    def references(self, part: str) -> dict[str, Reference]:
        """Return to what a part refers, by id; the file itself is the part "". None: no error."""
        folder, name = posixpath.split(part)
        found = _References(folder)
        place = posixpath.join(folder, "_rels", f"{name}.rels")
        if place in self.parts:
            with self.opened(place) as content:
                parse(content, found)
        return found.found


class _Bounded:
    """A part as it is unpacked, with what may be unpacked still."""

    def __init__(self, part: IO[bytes], left: int, too_large: str) -> None:
        self.part, self.left, self.too_large = part, left, too_large

    def read(self, size: int = -1) -> bytes:
        content = self.part.read(self.left + 1 if size < 0 else size)
        self.left -= len(content)
        if self.left < 0:
            raise Invalid(self.too_large)
        return content

    def close(self) -> None:
        """Have the parser let go of it."""


def parse(source: _SupportsReadClose[bytes], handler: ContentHandler) -> None:
    """Read XML out of a file that may have no document type."""
    defusedxml.sax.parse(source, handler, forbid_dtd=True)


class XmlPart(ContentHandler):
    """Reads one XML file; names come without what stands for their namespace."""

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 # SAX's name
        self.begin(bare(name), {bare(key): text for key, text in attrs.items()})

    def begin(self, name: str, attrs: Mapping[str, str]) -> None:
        """Hear of an element."""


def bare(name: str) -> str:
    return name.rpartition(":")[2]


class _References(XmlPart):
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.found: dict[str, Reference] = {}

    def begin(self, name: str, attrs: Mapping[str, str]) -> None:
        if name != "Relationship":
            return
        kind, target = attrs["Type"].rpartition("/")[2], attrs["Target"]
        if attrs.get("TargetMode") == "External":
            self.found[attrs["Id"]] = Reference(kind, target, is_external=True)
            return
        place = posixpath.normpath(posixpath.join("/", self.folder, target)).strip("/").lower()
        self.found[attrs["Id"]] = Reference(kind, place, is_external=False)
