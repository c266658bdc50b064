"""The page of each kind of error, out of docs/problems.md: an error's `type` is its address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from api.config import share

GROUP = re.compile(r"^## (.+)$", re.MULTILINE)
HEADING = re.compile(r"^### `([a-z0-9-]+)` \((\d{3})\)$", re.MULTILINE)
_SENTENCE = re.compile(r"\s*(.+?\.)\s")
_ALL = Markup(
    '<p><a class="onward" href="/problems">All kinds of errors</a></p>'
    '<p><a class="onward" href="/docs/errors">How an error is read</a></p>'
)
_ITEM = Markup('<li><a href="/problems/{0}">{0}</a> <span class="aside">{1} {2}</span></li>')


@cache
def explained() -> Mapping[str, Markup]:
    """Return what each kind means and what to do, by its slug."""
    parts = HEADING.split(_text())
    parser = MarkdownIt("commonmark", {"html": False})
    return {
        slug: Markup(parser.render(text.partition("\n## ")[0])) + _ALL  # noqa: S704 - a file of ours
        for slug, text in zip(parts[1::3], parts[3::3], strict=True)
    }


@cache
def listed() -> Markup:
    """Return the list of all kinds by what they are about, each with a sentence."""
    parts = GROUP.split(_text())
    return Markup("").join(
        Markup('<h2>{}</h2><ul class="kinds">{}</ul>').format(title, _items(text))
        for title, text in zip(parts[1::2], parts[2::2], strict=True)
    )


def _items(text: str) -> Markup:
    parts = HEADING.split(text)
    kinds = zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    return Markup("").join(
        _ITEM.format(slug, status, found[1])
        for slug, status, said in kinds
        if (found := _SENTENCE.match(said))
    )


def _text() -> str:
    """Return what is said of the kinds; the codes of faults behind it are no addresses."""
    return share("docs", "problems.md").read_text("utf-8").partition("\n## Codes of faults")[0]
