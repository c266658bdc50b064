"""What is done faster than WeasyPrint does it prints the same, or is left to WeasyPrint."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from api.infra.pdf import render
from api.infra.sandbox.pool import ChildPool

if TYPE_CHECKING:
    import pytest

ANOTHER = "tests.infra.another_weasyprint"
PAGE = (
    """<!doctype html><html lang="en"><title>Joint letter</title>
<style>body { font: 10.5pt/1.45 "Noto Serif" } p { text-align: justify }</style>
<h1>Жұмыс</h1><pre>One line
and another</pre><p dir="rtl" lang="fa">شیرین عبادی</p>"""
    "<p>" + "Some words. " * 60
)


def test_a_weasyprint_that_we_do_not_know_prints_the_same_and_it_is_warned_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with closing(ChildPool([ANOTHER], spares=1)) as another:
        theirs = another.run(ANOTHER, {"html": PAGE})
    assert "WeasyPrint is not as we know it" in caplog.text
    caplog.clear()

    with closing(ChildPool([render.LAYOUT], spares=1)) as children:
        ours = render.render(children, PAGE, {})

    assert caplog.text == ""
    assert ours == theirs
