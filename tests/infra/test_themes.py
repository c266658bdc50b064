"""Themes on paper: all that a statement holds, in order, and page numbers that are right."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pikepdf
import pytest

from api.documents.rules import rendering
from api.documents.rules.html import Look
from api.portable.rules import checking, printing, reading, signing
from tests.rules.test_logos import SVG, a_logo, a_png
from tests.rules.test_plain import SIGNATORIES, STATEMENT
from tests.rules.test_themes import a_report
from tests.support.pdf_words import in_order, letters_of, pages_of, parts_of
from tests.support.portable import WHOLE

if TYPE_CHECKING:
    from pathlib import Path

    from api.documents.rules.logos import Logo
    from api.infra.sandbox.pool import ChildPool
    from api.portable.rules.printing import Printed


def pdf_of(children: ChildPool, printed: Printed, look: Look) -> bytes:
    return rendering.rendered(
        rendering.RenderInput(printed, SIGNATORIES, look, rendering.Format.PDF), children
    )


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_the_brief_prints_every_part_of_a_statement_in_order(
    children: ChildPool, path: Path
) -> None:
    whole, _ = checking.require(reading.read(path.read_bytes()))
    inputs = rendering.input_of(whole, rendering.Format.PDF, Look(theme="brief"))

    text = letters_of(rendering.rendered(inputs, children))

    parts = parts_of(printing.resolve(whole), signing.signatories(whole))
    assert in_order(parts, text) is None


@pytest.mark.parametrize(
    ("language", "direction", "line", "last"),
    [("en", "ltr", r"Part {} (\d+)", "Contact"), ("fa", "rtl", r"(\d+) Part {}\b", "تماس")],
)
def test_the_contents_say_the_page_on_which_each_part_stands(
    children: ChildPool, language: str, direction: str, line: str, last: str
) -> None:
    report = a_report(headings=9, length=30_000, language=language, direction=direction)

    pages = pages_of(pdf_of(children, report, Look(theme="brief")))

    assert len(pages) > 8
    contents, _, pages[0] = pages[0].partition(last)
    for part in range(1, 10):
        (said,) = re.findall(line.format(part), contents)
        # Where a part goes on, it is the running head: it begins on the first page that has it.
        stands = next(number for number, page in enumerate(pages, 1) if f"Part {part}" in page)
        assert int(said) == stands, f"part {part}"


def test_each_page_of_a_long_text_says_which_part_it_is_in(children: ChildPool) -> None:
    report = a_report(headings=3, length=20_000)

    _, *others = pages_of(pdf_of(children, report, Look(theme="brief")))

    within = [page for page in others if "Signatories" not in page]
    assert len(within) > 3
    assert all("Part " in page for page in within)


@pytest.mark.parametrize("theme", ["letter-logos", "brief-logos"])
def test_logos_print_as_pictures_with_the_names_as_their_text(
    children: ChildPool, theme: str
) -> None:
    names = [f"Specimen House {number}" for number in range(40)]
    look = Look(theme=theme, logos=tuple(_logo(name) for name in names))

    data = pdf_of(children, STATEMENT, look)

    with pikepdf.open(io.BytesIO(data)) as document:
        elements = (item for item in document.objects if isinstance(item, pikepdf.Dictionary))
        texts = [str(each.Alt) for each in elements if each.get("/S") == "/Figure"]
    assert texts == names


def _logo(name: str) -> Logo:
    return a_logo(SVG if name.endswith("1") else a_png((400, 90 + len(name))), name)
