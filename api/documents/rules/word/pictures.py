"""Pictures in the lines of a file of Word."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from api.documents.rules.word.package import Relationships
from api.documents.rules.word.sheet import emu
from api.documents.rules.word.xml import NAMESPACES, Xml, element, w


@dataclass(frozen=True)
class Picture:
    """A PNG, what it says to who does not see it, and its size in sizes of the text."""

    content: bytes
    name: str
    width: float
    height: float


def within(content: bytes, name: str, widest: float, highest: float) -> Picture:
    """Return a picture as large as a box lets it be."""
    width, height = struct.unpack(">II", content[16:24])  # of a PNG: its first chunk
    scale = min(widest / width, highest / height)
    return Picture(content, name, width * scale, height * scale)


class Pictures:
    """The pictures of a file, each kept once."""

    def __init__(self, links: Relationships) -> None:
        """Take what the document refers to."""
        self._links, self._count = links, 0
        self.files: dict[str, bytes] = {}

    def run(self, picture: Picture) -> Xml:
        """Return a run that shows a picture."""
        same = [name for name, content in self.files.items() if content == picture.content]
        name = same[0] if same else f"media/image{len(self.files) + 1}.png"
        self.files[name] = picture.content
        self._count += 1
        place = self._links.id_of("image", name)
        return w("r", w("drawing", _inline(picture, place, self._count)))


def _inline(picture: Picture, place: str, number: int) -> Xml:
    wide, high = max(1, emu(picture.width)), max(1, emu(picture.height))
    named: dict[str, object] = {"id": number, "name": f"Logo {number}", "descr": picture.name}
    extent: dict[str, object] = {"cx": wide, "cy": high}
    source = element("a:blip", {"r:embed": place})
    filled = element("pic:blipFill", {}, source, "<a:stretch><a:fillRect/></a:stretch>")
    shape = element(
        "pic:spPr",
        {},
        element("a:xfrm", {}, '<a:off x="0" y="0"/>', element("a:ext", extent)),
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>',
    )
    known = element("pic:nvPicPr", {}, element("pic:cNvPr", named), "<pic:cNvPicPr/>")
    drawn = element("pic:pic", {"xmlns:pic": NAMESPACES["pic"]}, known, filled, shape)
    data = element("a:graphicData", {"uri": NAMESPACES["pic"]}, drawn)
    return element(
        "wp:inline",
        dict.fromkeys(("distT", "distB", "distL", "distR"), 0),
        element("wp:extent", extent),
        element("wp:docPr", named),
        "<wp:cNvGraphicFramePr/>",
        element("a:graphic", {"xmlns:a": NAMESPACES["a"]}, data),
    )
