"""Texts of cover letters, and what is told of deliveries that failed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup

from api.texts.rules import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_SUBJECT = 150
MOST_TEXT = 20_000
MOST_LANGUAGES = 40
_ALONE = re.compile(r"\[[^\]]+\]\(\S+\)")
_LINK_INSIDE = (
    "A link stands alone in a paragraph, [words](https://...), with an empty line before and after:"
    " in a plain letter nobody could follow it otherwise."
)


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
        ("> " if is_quote else "") + " ".join(words.split("\n"))
        for words, is_quote in _blocks(text)
    )
    return Markup("\n\n".join(lines))  # noqa: S704 # a letter reads it as Markdown, and cleans it


def _blocks(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each paragraph, and whether it is a quote."""
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.splitlines()]
        is_quote = all(line.startswith(">") for line in lines)
        words = "\n".join(line.removeprefix(">").strip() if is_quote else line for line in lines)
        if words.strip():
            yield words.strip(), is_quote


def text_in(texts: Sequence[Mapping[str, str]], language: str) -> Mapping[str, str] | None:
    """Return the text of a language, if there is one."""
    return next((each for each in texts if each["language"] == language), None)


# What to do about it, by what the outbox says went wrong.
_TOLD = {
    "suppressed": "Letters to this address came back, or it is left alone. Ask for another one.",
    "smtp-550": "The mail server knows no such mailbox. Check the addressee's e-mail, then repeat.",
    "smtp-551": "The mailbox has moved. Ask the addressee for its e-mail, then repeat.",
    "smtp-552": "The mailbox is full, or the PDF too large for it. Hand it over by other means.",
    "smtp-553": "The address is none. Correct the addressee's e-mail, then repeat.",
    "smtp-554": "The mail server took it for unwanted mail. Hand it over by other means.",
    "NotPrinted": "The PDF is not printed yet. It goes out once it is.",
}
_AGAIN = "It was not taken, and is tried again by itself."
_NEVER = "The mail server did not take it. Check the addressee's e-mail, then repeat."
_GONE = "The text, the addressee or the e-mail was gone when its turn came."


def told(state: str, fault: str | None) -> str | None:
    """Say in a sentence what went wrong with a delivery; None: nothing."""
    if state == "dropped":
        return _GONE
    if fault is None or state == "delivered":
        return None
    return _TOLD.get(fault) or (_AGAIN if state == "waiting" else _NEVER)
