"""Keeps lines within their column, and rules beside a text no longer than it; for paper.

WeasyPrint 70 breaks a word anywhere only where it begins a line, so that "(9f86…" in two weights
runs off the sheet; and it draws the side of what goes on overleaf down to the foot of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from weasyprint import Document
from weasyprint.formatting_structure import boxes
from weasyprint.formatting_structure.boxes import Box
from weasyprint.layout import LayoutContext, inline

Made = tuple[boxes.TextBox | None, int | None, bool]  # a line of a text, and what follows it

_NOTICED = 0.01  # of a CSS pixel: less is the rounding of widths

_MOST_TRIES = 4


class _Line:
    """The line that is being made."""

    must_break = False  # it was too long with the breaks that words allow


def install() -> None:
    """Have a line that is too long made again, with a break at any letter of any part of it."""
    line, text, can_break = inline.split_inline_box, inline.split_text_box, inline.can_break_text

    def our_line(context: LayoutContext, box: Box, start: float, end: float, *rest: Any) -> Any:
        if not isinstance(box, boxes.LineBox):
            return line(context, box, start, end, *rest)
        outer, _Line.must_break = _Line.must_break, False
        try:
            made = line(context, box, start, end, *rest)
            if _runs_over(context, made[0], end) and not _leaves_traces(rest):
                _Line.must_break = True
                made = line(context, box, start, end, *rest)
        finally:
            _Line.must_break = outer
        return made

    def our_text(
        context: LayoutContext,
        box: boxes.TextBox,
        width: float,
        skip: int | None,
        is_line_start: bool = True,  # noqa: FBT001, FBT002 - WeasyPrint's signature
    ) -> Made:
        if not _Line.must_break:
            made: Made = text(context, box, width, skip, is_line_start)
            return made
        box = box.copy()
        box.style = box.style.copy()
        box.style["overflow_wrap"] = "anywhere"  # for every text it would cost half as much again
        if box.style["white_space"] == "nowrap":
            box.style["white_space"] = "normal"
        return _fitted(lambda room: text(context, box, room, skip, True), width)  # noqa: FBT003 - as there

    def ours_can_break(letters: str, language: str) -> bool:
        return _Line.must_break or bool(can_break(letters, language))

    inline.split_inline_box = our_line
    inline.split_text_box = our_text
    inline.can_break_text = ours_can_break


def end_rules(document: Document) -> None:
    """Let what has a rule at its side end with its last line, where it goes on overleaf."""
    for page in document.pages:
        for box in _ruled(page._page_box):  # noqa: SLF001 - there is no other way to it
            bottoms = [line.position_y + line.height for line in _lines(box)]
            if bottoms:
                box.height = min(box.height, max(bottoms) - box.content_box_y())


def _fitted(make: Callable[[float], Made], width: float) -> Made:
    """Return a line of a text, cut shorter where its last letter got wider by being the last.

    Arabic letters have a form of their own at the end of a word, and where one is broken.
    """
    room = width
    for _ in range(_MOST_TRIES):
        made = make(room)
        line, following, _ = made
        if not line or not following or line.width <= width + _NOTICED:
            break
        room -= line.width - width
    return made


def _runs_over(context: LayoutContext, line: boxes.LineBox, end: float) -> bool:
    over = float(line.content_box_x() + line.width - end)
    if over <= _NOTICED:
        return False
    return bool(over - inline.trailing_whitespace_size(context, line) > _NOTICED)


def _leaves_traces(rest: tuple[Any, ...]) -> bool:
    """Tell whether making the line has noted boxes elsewhere, which would be noted twice."""
    _, _, _, absolutes, fixed, placeholders, floats, children, *_ = rest
    children.clear()
    return bool(absolutes or fixed or placeholders or floats)


def _ruled(box: Box) -> Iterator[Box]:
    if isinstance(box, boxes.LineBox):
        return
    if isinstance(box, boxes.BlockBox) and (box.border_left_width or box.border_right_width):
        yield box
    for child in getattr(box, "children", ()):
        yield from _ruled(child)


def _lines(box: Box) -> Iterator[boxes.LineBox]:
    for child in getattr(box, "children", ()):
        if isinstance(child, boxes.LineBox):
            yield child
        else:
            yield from _lines(child)
