"""Logos of organisations that sign: of one weight to the eye, small, and what a page loads."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, strategies as st
from PIL import Image

from api.documents.rules import logos, rendering
from api.documents.rules.html import Look, assets, html
from api.documents.rules.logos import MOST, MOST_DRAWN, Logo, few
from tests.rules.test_html import Tags
from tests.rules.test_plain import SIGNATORIES, STATEMENT

NS = 'xmlns="http://www.w3.org/2000/svg"'
SVG = f'<svg {NS} viewBox="0 0 240 60"><path d="M0 0h9"/></svg>'.encode()
CELL = (7.0, 3.0)  # rem


def a_png(size: tuple[int, int], margin: int = 0, colour: str = "teal") -> bytes:
    picture = Image.new("RGBA", size, (255, 255, 255, 0))
    inner = (margin, margin, size[0] - margin, size[1] - margin)
    picture.paste(colour, inner)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def a_logo(picture: bytes = SVG, name: str = "Specimen House") -> Logo:
    return Logo(name, picture, "image/svg+xml" if b"<svg" in picture else "image/png")


def size_of(picture: bytes) -> tuple[float, float]:
    (placed,) = logos.placed([a_logo(picture)], for_paper=True)
    return placed.width, placed.height


@given(st.floats(1e-6, 1e6))
def test_each_logo_keeps_its_proportions_within_one_box_and_none_outweighs_another(
    proportion: float,
) -> None:
    width, height = logos.size(proportion)

    assert width / height == pytest.approx(proportion)
    assert width <= CELL[0] + 1e-9
    assert height <= CELL[1] + 1e-9
    assert width * height <= 9 + 1e-9


def test_a_square_and_a_wide_logo_cover_the_same_area() -> None:
    square, wide = size_of(a_png((300, 300))), size_of(a_png((800, 200)))

    assert square[0] * square[1] == pytest.approx(wide[0] * wide[1], rel=0.02)


def test_the_margin_around_a_drawing_does_not_make_it_smaller() -> None:
    assert size_of(a_png((400, 400), margin=150)) == size_of(a_png((100, 100)))


@pytest.mark.parametrize("size", [(1200, 1200), (1200, 40), (3, 900), (1, 1)])
def test_a_png_is_as_small_as_it_prints(size: tuple[int, int]) -> None:
    thumbnail = a_logo(a_png(size)).thumbnail
    picture = Image.open(io.BytesIO(thumbnail.content))

    assert [thumbnail.width, thumbnail.height] == [*picture.size]
    assert picture.width <= 440
    assert picture.height <= 190
    assert picture.mode == "RGB"  # on white, in the dark too


def test_a_png_without_anything_on_white_is_kept() -> None:
    assert size_of(a_png((60, 30), margin=30)) == size_of(a_png((60, 30)))


@pytest.mark.parametrize(
    ("attributes", "proportion"),
    [
        ('viewBox="0 0 240 60"', 4.0),
        ('viewBox="-5,-5 30 60" width="100%" height="100%"', 0.5),
        ('width="30mm" height="10mm"', 3.0),
        ('width="1e2" height="50"', 2.0),
        ("", 1.0),
        ('viewBox="0 0 0 0"', 1.0),
        ('viewBox="0 0 1e999 1" width="2" height="1"', 2.0),
        ('width="wide" height="high"', 1.0),
    ],
)
def test_an_svg_has_the_proportions_that_it_says(attributes: str, proportion: float) -> None:
    thumbnail = a_logo(f"<svg {NS} {attributes}><path/></svg>".encode()).thumbnail

    assert thumbnail.width / thumbnail.height == pytest.approx(proportion)


def test_paper_loads_each_logo_by_name_and_a_browsers_file_holds_it() -> None:
    look = Look(logos=(a_logo(name='House & "Home"'), a_logo(a_png((80, 40)), "Committee")))
    paper = html(STATEMENT, SIGNATORIES, look, for_paper=True)
    screen = html(STATEMENT, SIGNATORIES, look, for_paper=False)

    shown = [(one["src"], one["alt"]) for one in Tags(paper).named("img")]
    assert shown == [("asset:logo-1", 'House & "Home"'), ("asset:logo-2", "Committee")]
    assert list(assets(look)) == ["logo-1", "logo-2"]
    kinds = [str(one["src"]).partition(";")[0] for one in Tags(screen).named("img")]
    assert kinds == ["data:image/svg+xml", "data:image/png"]
    assert assets(look)["logo-1"] == SVG


def test_a_few_logos_stay_on_one_page() -> None:
    for count, grid in ((12, 'class="logos few"'), (13, 'class="logos"')):
        look = Look(logos=tuple(a_logo() for _ in range(count)))
        assert grid in html(STATEMENT, SIGNATORIES, look, for_paper=True)


def test_a_document_without_logos_has_no_place_for_them() -> None:
    assert '<ul class="logos' not in html(STATEMENT, SIGNATORIES, Look(), for_paper=True)


def test_another_logo_another_name_or_another_order_is_another_document() -> None:
    one, other = a_logo(), a_logo(a_png((80, 40)))
    shown = [(), (one,), (other,), (a_logo(name="Renamed"),), (one, other), (other, one)]
    editions = [
        rendering.RenderInput(STATEMENT, SIGNATORIES, Look(logos=each), rendering.Format.PDF).key
        for each in shown
    ]

    assert len(set(editions)) == len(shown)


def test_logos_that_would_take_too_long_to_draw_are_left_out() -> None:
    heavy = Logo("Specimen Union", b"<svg>" + b" " * (MOST_DRAWN // 2), "image/svg+xml")
    light = Logo("Specimen Group", b"png", "image/png")

    assert few([heavy, light, heavy, light]) == (heavy, light)
    assert len(few([light] * (MOST + 1))) == MOST
