"""All suggestions and comments on a text with their answers, as a page for paper or a browser.

What would come in and what would go is told by signs and lines, as in a comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.documents.rules import diffs, html, outline
from api.documents.rules.html import Look
from api.infra.text import languages
from api.portable.rules.printing import Printed
from api.texts.rules.wording import WordRun
from api.texts.rules.words import Words, words


@dataclass(frozen=True, kw_only=True)
class CompendiumEntry:
    """A suggestion, a comment or a reply, in the words of the text's language."""

    label: str  # what it is
    about: Sequence[str]  # by whom and when
    state: str = ""  # what became of it
    passages: Sequence[Sequence[WordRun]] = ()  # of a suggestion: what it takes out and puts in
    text: str = ""  # of a comment; plain, in several lines
    facts: Sequence[tuple[str, str]] = ()  # label, plain text: the reason, the answer
    notes: Sequence[str] = ()  # that the place is a guess, or that it is not printed
    replies: Sequence[CompendiumEntry] = ()


@dataclass(frozen=True, kw_only=True)
class CompendiumPlace:
    """A place of the text, what it says now, and what was said of it."""

    label: str
    says: Sequence[str] = ()  # inline Markdown
    entries: Sequence[CompendiumEntry] = ()


@dataclass(frozen=True, kw_only=True)
class Compendium:
    """All that prints of a consultation; without a number the text is the draft."""

    printed: Printed
    number: int | None
    is_for_coordinators: bool
    counts: Sequence[tuple[str, int]]  # what there is, and how much of it
    places: Sequence[CompendiumPlace]

    @property
    def said(self) -> Words:
        return words(self.printed["language"])

    @property
    def title(self) -> str:
        return f"{self.printed['title']} \u2013 {self.said.compendium['title']}"

    @property
    def heading(self) -> str:
        """What it is, and of which text."""
        said = self.said
        if self.number is None:
            return f"{said.compendium['title']}: {said.draft}"
        number = languages.number(self.number, said.language)
        which = str(said.changes["revision"]).format(number=number)
        return f"{said.compendium['title']}: {which}"

    @property
    def mark(self) -> str:
        """What every page says of itself: whom it is for."""
        said = self.said
        key = "for_coordinators" if self.is_for_coordinators else "for_commenters"
        mark = outline.mark(self.printed, said, is_draft=self.number is None)
        return " · ".join(filter(None, (said.compendium[key], mark)))

    @property
    def counted(self) -> Iterator[str]:
        """Lines that say how much of what there is."""
        for label, count in self.counts:
            yield f"{label}: {languages.number(count, self.said.language)}"


def page(compendium: Compendium, look: Look, *, for_paper: bool) -> str:
    """Return a compendium as HTML: for the PDF's layout, or one file for a browser."""
    # Its footnotes stand in the text alone: a reference leads nowhere from here.
    printed: Printed = {**compendium.printed, "footnotes": []}
    said = compendium.said
    return html.page_of(look.theme).render(
        html.around(printed, look, said, for_paper=for_paper),
        layout="compendium.html",
        mark=compendium.mark,
        title=compendium.heading,
        told=said.compendium,
        counted=list(compendium.counted),
        places=compendium.places,
        marked=diffs.marked,
        contents=None,
        heading=compendium.title,
        short_title=html.shortened(compendium.title, html.SHORT_TITLE),
        description="",
    )
