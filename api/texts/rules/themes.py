"""The looks that a document may have."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from api.config import share
from api.errors import Code, Fault

WITH_LOGOS = "-logos"  # ends the name of a theme that shows the logos of organisations that sign


@cache
def available() -> list[str]:
    """Return the names of the themes that come with the product, each without and with logos."""
    names = [path.parent.name for path in share("templates", "themes").glob("*/page.html")]
    return sorted([*names, *(name + WITH_LOGOS for name in names)])


def faults(theme: object) -> list[Fault]:
    """Return what is wrong with the `theme` of a text or a template."""
    known = tuple(available())
    wrong = f"There is no such theme. There are: {', '.join(known)}."
    fault = Fault("/theme", Code.NOT_A_CHOICE, wrong, allowed=known)
    return [] if theme in known else [fault]


def folder(theme: str) -> Path:
    """Return where a theme's files are."""
    return share("templates", "themes", theme.removesuffix(WITH_LOGOS))


def shows_logos(theme: str) -> bool:
    """Tell whether a theme shows the logos of the organisations that sign."""
    return theme.endswith(WITH_LOGOS)
