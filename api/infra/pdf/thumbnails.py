"""Pictures as small as a document shows them, without the margin around them."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from itertools import pairwise
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse
from PIL import Image, ImageChops

_MOST = (440, 190)  # pixels: more than 400 an inch at the size of a logo among others
_LEAST, _VAST = 1e-6, 1e6  # of a side; beyond, a proportion may be none
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


@dataclass(frozen=True)
class Thumbnail:
    """A picture, and its proportions."""

    content: bytes
    width: float
    height: float


def made(picture: bytes, kind: str) -> Thumbnail:
    """Return the thumbnail of a picture that `infra.pdf.pictures` took in."""
    return _png(picture) if kind == "image/png" else _svg(picture)


def _png(picture: bytes) -> Thumbnail:
    """Set a PNG on white, and cut off what is white around it."""
    with Image.open(io.BytesIO(picture), formats=["PNG"]) as opened:
        drawn = opened.convert("RGBA")
    drawn = Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn).convert("RGB")
    drawn = drawn.crop(ImageChops.invert(drawn).getbbox())
    drawn.thumbnail(_MOST)
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return Thumbnail(out.getvalue(), *drawn.size)


def _svg(picture: bytes) -> Thumbnail:
    """Keep an SVG as it is; where it does not say its proportions, call it square."""
    _, root = next(iterparse(io.BytesIO(picture), ["start"]))
    box, sides = _numbers(root, "viewBox"), _numbers(root, "width", "height")
    for width, height in (*pairwise(box[2:]), *pairwise(sides)):
        if _LEAST < width < _VAST and _LEAST < height < _VAST:
            return Thumbnail(picture, width, height)
    return Thumbnail(picture, 1, 1)


def _numbers(root: Element, *attributes: str) -> list[float]:
    text = " ".join(root.get(name, "") for name in attributes)
    return [float(number) for number in _NUMBER.findall(text)]
