"""What is done faster than by WeasyPrint prints the same, or is left to it; and what is long."""

from __future__ import annotations

from contextlib import closing
from types import MappingProxyType
from typing import TYPE_CHECKING

from api.infra.pdf import render
from api.infra.sandbox.pool import ChildPool, Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

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


class Asked(ChildPool):
    """A handle that keeps what each job may take and does none."""

    def __init__(self) -> None:
        super().__init__([])
        self.limits: list[Limits | None] = []

    def run(
        self,
        module: str,
        payload: Mapping[str, object],
        blobs: Mapping[str, bytes] = MappingProxyType({}),
        limits: Limits | None = None,
    ) -> bytes:
        """Keep the limits."""
        self.limits.append(limits)
        return b""


def test_a_long_page_gets_time_by_its_length_up_to_a_bound_where_nobody_waits() -> None:
    children = Asked()

    for characters in (1_000, 2_400_000, 100_000_000):
        render.render(children, "x" * characters, {})

    usual, long, longest = children.limits
    assert usual is None
    assert long is not None
    assert longest is not None
    assert 120 < long.cpu_seconds < longest.cpu_seconds < 200
    assert long.wall_seconds > 2 * long.cpu_seconds
