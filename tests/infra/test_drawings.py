"""Drawings that a file of Word shows are drawn in a limited child."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from api.infra.pdf import drawings
from api.infra.pdf.drawings import SVG
from tests.rules.test_logos import NS, a_png

if TYPE_CHECKING:
    from api.infra.sandbox.pool import ChildPool


def a_drawing(shape: str, box: str = "0 0 90 30") -> bytes:
    return f'<svg {NS} viewBox="{box}">{shape}</svg>'.encode()


def test_drawings_become_pictures_in_their_order_and_pictures_stay(children: ChildPool) -> None:
    png = a_png((9, 9))
    red, blue = (
        a_drawing(f'<rect width="90" height="30" fill="{name}"/>') for name in ("red", "blue")
    )

    first, second, third = drawings.drawn(children, [(red, SVG), (png, "image/png"), (blue, SVG)])

    assert second == png
    shown = [Image.open(io.BytesIO(each)).convert("RGB") for each in (first, third)]
    assert [each.getpixel((each.width // 2, each.height // 2)) for each in shown] == [
        (255, 0, 0),
        (0, 0, 255),
    ]
    assert shown[0].width == pytest.approx(3 * shown[0].height, rel=0.01)


def test_what_is_not_drawn_stays_transparent_and_the_bytes_are_the_same(
    children: ChildPool,
) -> None:
    circle = a_drawing('<circle cx="15" cy="15" r="15"/>')

    (first,), (again,) = (drawings.drawn(children, [(circle, SVG)]) for _ in range(2))

    assert first == again
    alpha = Image.open(io.BytesIO(first)).getchannel("A")
    assert (alpha.getpixel((100, 100)), alpha.getpixel((899, 0))) == (255, 0)


@pytest.mark.parametrize("box", ["0 0 1e-320 1e5", "0 0 1e5 1e-320", "0 0 1e-9 1", "0 0 1e5 1"])
def test_a_drawing_of_no_proportion_is_drawn(children: ChildPool, box: str) -> None:
    (drawn,) = drawings.drawn(children, [(a_drawing('<path d="M0 0h9v3z"/>', box), SVG)])

    assert drawn.startswith(b"\x89PNG")
