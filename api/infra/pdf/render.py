"""Turns HTML into PDF bytes; the work is done in a limited child."""

from __future__ import annotations

from collections.abc import Mapping

from api.infra import metrics
from api.infra.sandbox.pool import ChildPool, LimitReached, Limits, Reached

LAYOUT = "api.infra.pdf.layout"  # by name: importing it would bring WeasyPrint into this process
WAITED_FOR = Limits(cpu_seconds=20, wall_seconds=24.0)  # nobody waits longer than 30 seconds
MOST_WAITED_FOR = 500_000  # characters of a page; more takes longer on a quiet machine
# 100,000 names in run-on lists are 2.3 million characters, and take 45 seconds on a quiet machine.
_CHARACTERS_A_SECOND, _MOST_SECONDS = 25_000, 180


def render(
    children: ChildPool, html: str, assets: Mapping[str, bytes], *, is_waited_for: bool = False
) -> bytes:
    """Return one self-contained page as PDF: tagged, archivable, the same bytes each time.

    `assets` are what the page may load, as `asset:NAME`. Language and title are the page's own.
    What a request waits for may take less. Raises Invalid, LimitReached or Unavailable.
    """
    return _done(children, {"html": html}, assets, is_waited_for=is_waited_for)


def pages(children: ChildPool, html: str, assets: Mapping[str, bytes]) -> int:
    """Return how many pages one self-contained page of a request has on paper; as `render`."""
    facts = {"html": html, "counts": "pages"}
    return int(_done(children, facts, assets, is_waited_for=True))


def _done(
    children: ChildPool,
    facts: Mapping[str, str],
    assets: Mapping[str, bytes],
    *,
    is_waited_for: bool,
) -> bytes:
    html = facts["html"]
    if is_waited_for and len(html) > MOST_WAITED_FOR:
        metrics.RENDERS.count("layout", Reached.SIZE)
        too_long = f"Its page has {len(html):,} characters of {MOST_WAITED_FOR:,}."
        raise LimitReached(too_long, Reached.SIZE)
    return children.run(LAYOUT, facts, assets, WAITED_FOR if is_waited_for else _limits(html))


def _limits(html: str) -> Limits | None:
    """Return what a long page may take where nobody waits: by its length, up to a bound."""
    if len(html) <= MOST_WAITED_FOR:
        return None  # what any page may
    seconds = min(_MOST_SECONDS, 40 + len(html) // _CHARACTERS_A_SECOND)
    return Limits(cpu_seconds=seconds, wall_seconds=3.0 * seconds)
