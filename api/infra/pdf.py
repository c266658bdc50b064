"""Turns HTML into PDF bytes; the work is done in a limited child."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.infra.child import Children

LAYOUT = "api.infra.layout"  # by name: importing it would bring WeasyPrint into this process


def render(children: Children, html: str, assets: Mapping[str, bytes]) -> bytes:
    """Return one self-contained page as PDF: tagged, archivable, the same bytes each time.

    `assets` are what the page may load, as `asset:NAME`. Language and title are the page's own.
    Raises Invalid, LimitReached or Unavailable.
    """
    return children.run(LAYOUT, {"html": html}, assets)
