"""Texts that people write for letters: which Markdown they may hold, and how they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from api.texts.rules import markdown

MOST_SUBJECT = 150
MOST_TEXT = 20_000
MOST_LANGUAGES = 40
_ALONE = re.compile(r"\[[^\]]+\]\(\S+\)")
_LINK_INSIDE = (
    "A link stands alone in a paragraph, [words](https://...), with an empty line before and after:"
    " in a plain letter nobody could follow it otherwise."
)


def text_in(texts: Sequence[Mapping[str, str]], language: str) -> Mapping[str, str]:
    """Return the text of a language that there is one of."""
    return next(each for each in texts if each["language"] == language)


def faults(text: str) -> list[str]:
    """Return what a text holds that a letter cannot; each says what to do."""
    found = []
    for words, is_quote in _blocks(text):
        found += markdown.faults(words)
        if markdown.footnote_labels(words):
            found.append("A letter has no footnotes: take out the [^...].")
        links = markdown.links(words)
        is_alone = not is_quote and _ALONE.fullmatch(words) and len(links) == 1
        if links and not is_alone:
            found.append(_LINK_INSIDE)
    return list(dict.fromkeys(found))


def body(text: str) -> Markup:
    """Return a text as the words of a letter take it in: a paragraph a line."""
    lines = (
        ("> " if is_quote else "") + markdown.for_others(" ".join(words.split("\n")))
        for words, is_quote in _blocks(text)
    )
    return Markup("\n\n".join(lines))  # noqa: S704 # a letter reads it as Markdown, and cleans it


def html(text: str) -> Markup:
    """Return a text as a page shows it."""
    parts = []
    for words, is_quote in _blocks(text):
        inline = Markup(markdown.html(words))  # noqa: S704 # clean
        around = Markup("<blockquote><p>{}</p></blockquote>") if is_quote else Markup("<p>{}</p>")
        parts.append(around.format(inline))
    return Markup("\n").join(parts)


def _blocks(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each paragraph, and whether it is a quote."""
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.splitlines()]
        is_quote = all(line.startswith(">") for line in lines)
        words = "\n".join(line.removeprefix(">").strip() if is_quote else line for line in lines)
        if words.strip():
            yield words.strip(), is_quote
