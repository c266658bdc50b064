"""What changed of a text, as a letter shows it: counted, then part by part around the changes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from markupsafe import Markup

from api.documents.rules import diffs
from api.infra.text.characters import on_one_line
from api.statements.service import Diff
from api.texts.rules import markdown
from api.texts.rules.words import words

MOST_LINES = 20
MOST_SIGNS = 600  # of one of them; a page shows the whole


def compared(language: str) -> Callable[[Callable[[], Diff]], Markup]:
    """Return the filter that sets a comparison as the Markdown of a letter in a language."""
    said = words(language)

    def told(compare: Callable[[], Diff]) -> Markup:
        diff = compare()
        counted = "; ".join(diffs.measured(diff.change, said))
        lines = list(islice(diffs.lines(diff.parts, said), MOST_LINES + 1))
        quotes = [f"> {_line(*line)}" for line in lines[:MOST_LINES]]
        more = ["> \u2026"] if len(lines) > MOST_LINES else []
        return Markup("\n\n".join([_put(counted), *quotes, *more]))  # noqa: S704 # escaped for Markdown, which is all that it goes through

    return told


def _line(label: str, text: str) -> str:
    if not text:
        return f"**{_put(label)}**"
    cut = text if len(text) <= MOST_SIGNS else f"{text[:MOST_SIGNS].rstrip()} \u2026"
    return f"**{_put(label)}:** {_put(cut)}"


def _put(text: str) -> str:
    return markdown.escape(on_one_line(text))
