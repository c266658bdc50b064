"""Drawings for screens: how a number grew, how it is spread, and an address as a QR code (SVG).

A screen shows each as a picture, beside a table of the same numbers.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import pygal
import segno
from pygal.style import Style

# It puts a finder for its plug-ins into every import of the process, which Python warns of.
sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != pygal.__name__]

_A_BAR = 34  # pixels, with the room around it
_CALM = (
    "inline:.axis .guide.line{stroke-dasharray:none !important;stroke:#dfe4e4 !important}"
    "@media (prefers-color-scheme:dark){text{fill:#c9d0d3 !important}"
    ".axis .guide.line,.axis .line{stroke:#3a4347 !important}}"
)


@dataclass(frozen=True)
class DrawingSize:
    """How wide and high a drawing is, in pixels, and how many dates have room below a line."""

    width: int
    height: int
    dates: int


WIDE, NARROW = DrawingSize(720, 260, 6), DrawingSize(340, 220, 3)


def growth(points: Sequence[tuple[str, int]], accent: str, size: DrawingSize) -> bytes:
    """Return a line through numbers, each at its day in words."""
    plain = _plain(accent, len(points), size)
    chart = pygal.Line(height=size.height, fill=True, show_dots=len(points) == 1, **plain)
    chart.x_labels = [words for words, _ in points]
    chart.add("", [number for _, number in points])
    return bytes(chart.render())


def bars(parts: Sequence[tuple[str, int]], accent: str, size: DrawingSize) -> bytes:
    """Return a bar for each part, beside its name and number; the first stands highest."""
    high, plain = _A_BAR * len(parts) + 20, _plain(accent, 1, size)
    chart = pygal.HorizontalBar(height=high, show_x_guides=False, show_x_labels=False, **plain)
    chart.x_labels = [f"{words} · {number}" for words, number in reversed(parts)]
    chart.add("", [number for _, number in reversed(parts)])
    return bytes(chart.render())


def qr_code(address: str) -> bytes:
    """Return an address as a QR code that is read from paper, too, where a corner is torn."""
    drawn = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(drawn, kind="svg", border=4, dark="#000", light="#fff", xmldecl=False, scale=8)
    return drawn.getvalue()


def _plain(accent: str, marks: int, size: DrawingSize) -> dict[str, object]:
    return {
        "width": size.width,
        "show_legend": False,
        "js": (),
        "css": ("file://style.css", "file://graph.css", _CALM),
        "margin": 4,
        "margin_right": 30,
        "margin_left": 12,
        "min_scale": 2,
        "max_scale": 5,
        "integer_scale": True,
        "range_min": 0,
        "formatter": lambda number: f"{number:.0f}",
        "truncate_label": 40,
        "show_minor_x_labels": marks <= size.dates,
        "x_labels_major_count": size.dates,
        "style": Style(
            background="transparent",
            plot_background="transparent",
            foreground="#4a5458",
            foreground_strong="#4a5458",
            foreground_subtle="#dfe4e4",
            colors=(accent,),
            font_family="system-ui, sans-serif",
            label_font_size=15,
            major_label_font_size=15,
            value_font_size=15,
            no_data_font_size=15,
            opacity=".18" if marks != 1 else ".85",
            opacity_hover=".3",
            transition="0s",
        ),
    }
