"""The page of each kind of error, out of docs/problems.md: an error's `type` is its address."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markupsafe import Markup

from api.config import share

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADING = re.compile(r"^### `([a-z0-9-]+)` \((\d{3})\)$", re.MULTILINE)


@cache
def explained() -> Mapping[str, Markup]:
    """Return what each kind means and what to do, by its slug."""
    parts = HEADING.split(share("docs", "problems.md").read_text("utf-8"))
    parser = MarkdownIt("commonmark", {"html": False})
    return {
        slug: Markup(parser.render(text.partition("\n## ")[0]))  # noqa: S704 - a file of ours
        for slug, text in zip(parts[1::3], parts[3::3], strict=True)
    }


@cache
def listed() -> Markup:
    """Return the list of all kinds."""
    items = Markup("").join(
        Markup('<li><a href="/problems/{0}">{0}</a></li>').format(slug) for slug in explained()
    )
    return Markup("<ul>{}</ul>").format(items)
