"""The facts of the pages about the program itself: the front page, guides, the reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.pages.rules.facts import Anchor, Framed
from api.pages.rules.finding import Found
from api.pages.rules.guides import Shelf
from api.pages.rules.reference import Chapter

# Where the front page leads, by the key of its words.
WAYS = (
    ("coordinators", "/docs/quick-start-coordinators"),
    ("developers", "/docs/quick-start-web-developers"),
    ("operators", "/docs/quick-start-operators"),
    ("guides", "/docs"),
    ("reference", "/docs/reference"),
)


@dataclass(frozen=True, kw_only=True)
class HomePage(Framed):
    """What this server is, and where to go."""

    ways: Sequence[tuple[str, str]] = WAYS


@dataclass(frozen=True, kw_only=True)
class LibraryPage(Framed):
    """What has all guides and a search around it."""

    path: str  # its own address
    sheet: str  # the address of the style sheet that guides have besides
    shelves: Sequence[Shelf]
    asked: str = ""  # what was looked for
    chapters: Sequence[Chapter] = ()  # of the reference, inside of it


@dataclass(frozen=True, kw_only=True)
class GuidePage(LibraryPage):
    """One guide."""

    title: str
    html: Markup
    contents: Sequence[Anchor]


@dataclass(frozen=True, kw_only=True)
class FoundPage(LibraryPage):
    """What a search found."""

    found: Sequence[Found]


@dataclass(frozen=True, kw_only=True)
class ChapterPage(LibraryPage):
    """One part of the API."""

    chapter: Chapter
