"""The logos of organisations that sign: each as large to the eye as the next."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt

from api.infra.pdf import thumbnails
from api.infra.pdf.thumbnails import Thumbnail

MOST = 100  # of one document; the organisations after them stand in the list alone
MOST_DRAWN = 1_500_000  # bytes of SVG in one document: each of its parts takes time to draw
_NAME = "logo-{}"  # by which a page loads one
_AREA = 9.0  # rem²: what makes a square and a wide logo of equal weight
_WIDEST, _HIGHEST = 7.0, 3.0  # rem; the cells of voice.css hold that


@dataclass(frozen=True)
class Logo:
    """The logo of an organisation that signs, and the organisation's name as it is printed."""

    name: str
    picture: bytes
    kind: str  # image/png or image/svg+xml

    @cached_property
    def thumbnail(self) -> Thumbnail:
        """The picture as it goes into a document."""
        return thumbnails.made(self.picture, self.kind)


@dataclass(frozen=True)
class Placed:
    """A logo on a page: what it says, where it is loaded from, and its size in rem."""

    name: str
    source: str
    width: float
    height: float


def few(logos: Iterable[Logo]) -> tuple[Logo, ...]:
    """Return the logos that one document has room and time for, in their order."""
    found: list[Logo] = []
    drawn = 0
    for logo in logos:
        drawn += len(logo.picture) if logo.kind == "image/svg+xml" else 0
        if len(found) == MOST or drawn > MOST_DRAWN:
            break
        found.append(logo)
    return tuple(found)


def placed(logos: Sequence[Logo], *, for_paper: bool) -> list[Placed]:
    """Return logos with their places and sizes, in their order."""
    found = []
    for place, logo in enumerate(logos, 1):
        picture = logo.thumbnail
        source = (
            f"asset:{_NAME.format(place)}" if for_paper else address(picture.content, logo.kind)
        )
        width, height = size(picture.width / picture.height)
        found.append(Placed(logo.name, source, round(width, 2), round(height, 2)))
    return found


def assets(logos: Sequence[Logo]) -> dict[str, bytes]:
    """Return what a page for paper loads, by name."""
    return {_NAME.format(place): logo.thumbnail.content for place, logo in enumerate(logos, 1)}


def size(proportion: float) -> tuple[float, float]:
    """Return width and height of a logo: of one area, unless its cell is too small for that."""
    width = min(sqrt(_AREA * proportion), _WIDEST, _HIGHEST * proportion)
    return width, width / proportion


def address(picture: bytes, kind: str) -> str:
    """Return a picture as an address that holds it whole."""
    return f"data:{kind};base64,{base64.b64encode(picture).decode()}"
