"""Does what WeasyPrint 70 and pydyf 0.13 do in less time: whatever inside them we hasten.

Each replaced part gives what its original gives. `install` prints a page with and without them
and compares the bytes; where they differ, or a part is not there, all stay as they came.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pydyf  # type: ignore[import-untyped] # it has none
from weasyprint import Page, css
from weasyprint.css.properties import Dimension
from weasyprint.formatting_structure.boxes import TextBox
from weasyprint.layout import percent
from weasyprint.text.ffi import ffi, pango
from weasyprint.text.line_break import Layout
from weasyprint.urls import URLFetcher

Part = tuple[Any, str, Callable[[Any], Any]]  # where it is, its name, what makes ours of it

_BREAKS = re.compile("[\n\r\u2029]")  # what ends a paragraph for Pango
_MOST_KEPT = 2_000  # lines of which Pango's layout is kept: some 5 KB each


class _State:
    """What the parts know."""

    sheets: dict[str, Any] = {}  # noqa: RUF012 - one process, one of it
    kept = 0  # layouts


def install(page: Callable[[], bytes], sheet: str, fetcher: URLFetcher) -> bool:
    """Put our parts in the place of theirs, if both print `page`, which has `sheet`, alike.

    Return whether they do.
    """
    before = page()
    theirs = []
    try:
        for owner, name, make in _PARTS:
            was = vars(owner)[name]
            theirs.append((owner, name, was))
            setattr(owner, name, make(was))
        learn(sheet, fetcher)
        is_alike = page() == before
    except Exception:  # noqa: BLE001 - whatever it is, they are not as we know them
        is_alike = False
    if not is_alike:
        for owner, name, was in theirs:
            setattr(owner, name, was)
    return is_alike


def learn(sheet: str, fetcher: URLFetcher) -> None:
    """Read a style sheet that pages of ours have in an element of their own."""
    counters: dict[str, object] = {}
    rules: list[object] = []
    _State.sheets[sheet] = css.CSS(
        string=sheet,
        media_type="print",
        url_fetcher=fetcher,
        page_rules=rules,
        counter_style=counters,
        layers=[],
    )
    if counters or _State.sheets[sheet].layers:
        raise ValueError("only rules can be kept")


def _css(theirs: Any) -> Any:
    """Know the sheets that were learnt: to read them takes a tenth of the time of a letter."""

    def ours(*given: Any, **named: Any) -> Any:
        known = _State.sheets.get(named.get("string", ""))
        if known is None:
            return theirs(*given, **named)
        sheet = copy.copy(known)  # its matcher is only read
        named["page_rules"].extend(known.page_rules)
        sheet.page_rules, sheet.layers = named["page_rules"], named["layers"]
        return sheet

    return ours


def _deactivate(theirs: Any) -> Any:
    """Keep what Pango made of a line until it is drawn, where the line is all of its text.

    Else it would shape each line twice. What is spread over its line is shaped anew.
    """

    def ours(layout: Layout) -> None:
        if _State.kept < _MOST_KEPT and "ours" not in vars(layout):
            is_whole = pango.pango_layout_get_line_readonly(layout.layout, 1) == ffi.NULL
            layout.ours = (layout.layout, layout.language) if is_whole else None
            _State.kept += is_whole
        theirs(layout)

    return ours


def _reactivate(theirs: Any) -> Any:
    def ours(layout: Layout, style: Any) -> None:
        kept = vars(layout).get("ours")
        if kept:
            _State.kept -= 1
            layout.ours = None  # what is drawn gets numbers of ours: once only
        if kept and not layout.justification_spacing:
            (layout.layout, layout.language), layout.style = kept, style
        else:
            theirs(layout, style)

    return ours


def _set_text(theirs: Any) -> Any:
    """Say at once that a line is one, which drawing says: Pango would shape it anew."""

    def ours(layout: Layout, text: str, justify: bool = False) -> None:  # noqa: FBT001, FBT002 - WeasyPrint's signature
        is_one = not _BREAKS.search(text)
        pango.pango_layout_set_single_paragraph_mode(layout.layout, is_one)
        theirs(layout, text, justify)

    return ours


def _percentage(theirs: Any) -> Any:
    """Resolve a plain length at once."""

    def ours(box: Any, name: str, refer_to: float) -> None:
        value = box.style[name]
        if type(value) is Dimension and value.unit == "px":
            setattr(box, name, value.value)
        else:
            theirs(box, name, refer_to)

    return ours


def _to_bytes(theirs: Any) -> Any:
    """Look for the usual kinds first."""

    def ours(item: Any) -> Any:
        kind = type(item)
        if kind is bytes:
            return item
        if kind is str:
            return item.encode("ascii")
        if kind is int:
            return b"%d" % item
        return theirs(item)

    return ours


def _object(_: Any) -> Any:
    """Let objects begin with what their class has: a long document has one for each line."""
    for name, value in vars(pydyf.Object()).items():
        setattr(pydyf.Object, name, value)

    def ours(self: Any) -> None:
        pass

    return ours


def _page_references(theirs: Any) -> Any:
    """Make them once they are all there: each element of a text asks for all."""

    def ours(pdf: Any) -> Any:
        count = pdf.pages["Count"]
        known = vars(pdf).get("our_references")
        if known is None or len(known) != count:
            known = pdf.our_references = theirs.fget(pdf)
        return known

    return property(ours)


def _paint(theirs: Any) -> Any:
    """Keep of a page that was drawn no more than is needed: a long document has all at a time.

    What was drawn becomes one piece, and its texts are asked for no more than which they are.
    """

    def ours(page: Page, stream: Any, scale: float = 1) -> None:
        theirs(page, stream, scale)
        stream.stream[:] = [b"\n".join(map(pydyf._to_bytes, stream.stream))]  # noqa: SLF001 - as there
        for box in list(page._page_box.descendants()):  # noqa: SLF001 - there is no other way to them
            if isinstance(box, TextBox):
                vars(box).clear()

    return ours


_PARTS: tuple[Part, ...] = (
    (css, "CSS", _css),
    (Layout, "deactivate", _deactivate),
    (Layout, "reactivate", _reactivate),
    (Layout, "set_text", _set_text),
    (percent, "resolve_one_percentage", _percentage),
    (Page, "paint", _paint),
    (pydyf, "_to_bytes", _to_bytes),
    (pydyf.Object, "__init__", _object),
    (pydyf.PDF, "page_references", _page_references),
)
