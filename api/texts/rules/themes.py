"""The looks that a document may have."""

from __future__ import annotations

from functools import cache

from api.config import share


@cache
def available() -> list[str]:
    """Return the names of the themes that come with the product."""
    return sorted(path.parent.name for path in share("templates", "themes").glob("*/page.html"))
