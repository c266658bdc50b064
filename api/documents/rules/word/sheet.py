"""Measures of a sheet of Word, in its units: twentieths of a point ("twips"), half points, EMU."""

from __future__ import annotations

from dataclasses import dataclass

from api.documents.rules.word.xml import Xml, w

TEXT = 10.5  # points of the text, as on our own paper
_PER_MM = 1440 / 25.4
_PER_POINT = 20
_EMU_PER_TWIP = 635
_SIZES = {"A4": (11906, 16838), "Letter": (12240, 15840)}
LABELS = round(36 * _PER_MM)  # the column of labels beside the text
LABEL = LABELS - round(4 * _PER_MM)  # the width of a label
OUTER, TOP, BOTTOM, EDGE = (round(mm * _PER_MM) for mm in (22, 20, 22, 10))


@dataclass(frozen=True)
class PaperSheet:
    """A sheet of paper; labels stand in a margin where the text begins."""

    size: str  # "A4" or "Letter"
    direction: str

    @property
    def paper(self) -> tuple[int, int]:
        """Width and height, in twips."""
        return _SIZES[self.size]

    @property
    def margins(self) -> tuple[int, int]:
        """The left and the right one, in twips."""
        both = OUTER + LABELS, OUTER
        return both if self.direction == "ltr" else both[::-1]

    @property
    def width(self) -> int:
        """The width of the text, in twips."""
        return self.paper[0] - sum(self.margins)

    def frame(self, below: float = 0) -> list[Xml]:
        """Return what sets a label beside the next paragraph, so far below its head.

        Where letters run from the right it stands over that: programs count from different sides.
        """
        if self.direction == "rtl":
            return []
        place = {"w": LABEL, "hSpace": 0, "wrap": "around", "vAnchor": "text", "hAnchor": "page"}
        return [w("framePr", **place, x=OUTER, y=max(1, rem(below)))]


def rem(count: float) -> int:
    """Return so many sizes of the text, in twips."""
    return round(count * TEXT * _PER_POINT)


def half_points(count: float) -> int:
    """Return so many sizes of the text, in half points."""
    return round(count * TEXT * 2)


def emu(count: float) -> int:
    """Return so many sizes of the text, in EMU, as pictures are measured."""
    return rem(count) * _EMU_PER_TWIP
