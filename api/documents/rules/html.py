"""The HTML of a statement by a theme: for the PDF's layout, or one file for a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import ceil, floor
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from api.config import share
from api.documents.rules import logos, outline
from api.documents.rules.logos import Logo
from api.errors import Code, Fault, Invalid
from api.infra.text import languages
from api.portable.rules.printing import Printed
from api.portable.rules.signing import Signatories
from api.texts.rules import isolation, markdown, themes
from api.texts.rules.words import Words, words

SHARED = share("templates", "themes", "shared")  # what all themes are made of
_ENOUGH = 4.5  # the contrast that WCAG 2.2 asks of text of this size (1.4.3)
_ENOUGH_IN_THE_DARK = 7.0  # what only just suffices on white looks dull on black
_DARK_PAPER = "#15181b"  # as in screen.css
_STEP = 0.04  # of the way to black or white, at each try
SHORT_TITLE = 90  # characters that fit the footer beside the page's number
_DESCRIPTION = 200
_REFERENCE = re.compile(r"[^\s<>]{1,30}<sup>.*?</sup>")
_LAST_LINE = 24  # characters that a title's last two words may have to be kept together
_DIGITS = {  # the CSS counter style for a language's zero
    "\u0660": "arabic-indic",
    "\u06f0": "persian",
    "\u0966": "devanagari",
    "\u09e6": "bengali",
    "\u1040": "myanmar",
}


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a coalition's documents look like."""

    accent: str = "#0b5563"
    logo: bytes | None = None
    logo_type: str | None = None  # image/png or image/svg+xml
    page_size: str = "A4"  # or Letter
    theme: str = "letter"
    logos: tuple[Logo, ...] = ()  # of organisations that sign, in their order
    is_draft: bool = False  # every page says so
    edited_on: date | None = None  # after it was published; a line under its head says so


def html(printed: Printed, signatories: Signatories, look: Look, *, for_paper: bool) -> str:
    """Return the document as HTML.

    For paper it is what the PDF is laid out from, with the logo as `asset:logo`; else it is
    one file for a browser that needs nothing beside it.
    """
    said = words(printed["language"])
    return page_of(look.theme).render(
        around(printed, look, said, for_paper=for_paper),
        layout="document.html",
        mark=outline.mark(printed, said, is_draft=look.is_draft),
        edited=said.edited_line(look.edited_on),
        notes=list(enumerate(printed["footnotes"], 1)),
        groups=outline.groups(signatories["lines"], said),
        withheld=outline.withheld(signatories, said),
        salutations=outline.salutations(printed),
        numbered=outline.numbered,
        contents=outline.contents(printed, signatories, said),
        logos=logos.placed(look.logos, for_paper=for_paper),
        short=lambda text: shortened(outline.bare(text), SHORT_TITLE),
        heading=printed["title"],
        short_title=shortened(printed["title"], SHORT_TITLE),
        description=_description(printed),
    )


def around(printed: Printed, look: Look, said: Words, *, for_paper: bool) -> dict[str, object]:
    """Return what every page of a statement is given, whatever is in it."""
    return {
        "printed": printed,
        "words": said,
        "look": look,
        "for_paper": for_paper,
        "inline": inline_of(printed),
        "about": lambda parts, *keys: outline.about(parts, keys, said),
        "logo": logo_of(look, for_paper=for_paper),
        "accent": legible(look.accent),
        "accent_in_the_dark": in_the_dark(look.accent),
        "digits": digits(printed["language"]),
        "page_of_pages": page_of_pages(said),
    }


def assets(look: Look) -> dict[str, bytes]:
    """Return what the page for paper loads, by name."""
    own = {"logo": look.logo} if look.logo else {}
    return own | logos.assets(look.logos)


@lru_cache(maxsize=256)
def legible(colour: str, on: str = "#ffffff", least: float = _ENOUGH) -> str:
    """Return the colour, moved away from the ground's brightness until text in it can be read."""
    goal = 0.0 if _luminance(on) > _luminance("#777777") else 1.0
    while contrast(colour, on) < least:
        moved = (one + (goal - one) * _STEP for one in _channels(colour))
        # Rounded to what six digits can say, towards the goal, so that each try moves.
        colour = "#" + "".join(f"{(ceil if goal else floor)(one * 255):02x}" for one in moved)
    return colour.lower()


def in_the_dark(colour: str) -> str:
    """Return the colour as text in it can be read on dark paper."""
    return legible(colour, on=_DARK_PAPER, least=_ENOUGH_IN_THE_DARK)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted(map(_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def shortened(text: str, most: int) -> str:
    """Return the text, cut after a word where it is longer than `most` characters."""
    if len(text) <= most:
        return text
    head, _, _ = text[:most].rpartition(" ")
    return (head or text[: most - 1]).rstrip(" ,;:.-\u2013\u2014") + "…"


def digits(language: str) -> str:
    """Return the name of the CSS counter style with the language's own digits."""
    return _DIGITS.get(languages.number(0, language), "decimal")


@dataclass(frozen=True)
class Inline:
    """Sets texts of a document, each in the direction of its own letters."""

    direction: str  # the document's
    marked: Callable[[str], Markup]

    def __call__(self, text: str) -> Markup:
        """Return inline Markdown as HTML."""
        return self._turned(text, self.marked(text))

    def own(self, text: str) -> Markup:
        """Return a plain text as HTML."""
        return self._turned(text, escape(text))

    def dir(self, text: str) -> Markup:
        """Return the attribute of the block that holds a text, where the text turns it."""
        own = languages.direction_of(isolation.without_addresses(text), self.direction)
        return Markup("") if own == self.direction else Markup(' dir="{}"').format(own)

    def _turned(self, text: str, html: Markup) -> Markup:
        turned = self.dir(text)
        return Markup("<bdi{}>{}</bdi>").format(turned, html) if turned else html


def inline_of(printed: Printed) -> Inline:
    """Return what sets inline Markdown, its footnote references linked there and back."""
    places = {note["label"]: place for place, note in enumerate(printed["footnotes"], 1)}
    seen: set[str] = set()

    def note(label: str) -> str:
        place = places.get(label)
        if place is None:
            return f"<sup>{escape(label)}</sup>"
        back = "" if label in seen else f' id="ref-{place}"'
        seen.add(label)
        return f'<sup><a{back} href="#note-{place}">{escape(label)}</a></sup>'

    def inline(text: str) -> Markup:
        # WeasyPrint would break a line between a word and its reference.
        kept = _REFERENCE.sub(r'<span class="kept">\g<0></span>', markdown.html(text, note))
        return Markup(kept)  # noqa: S704 - nh3 has cleaned it

    return Inline(printed["direction"], inline)


def _channels(colour: str) -> tuple[float, ...]:
    if not re.fullmatch("#[0-9a-fA-F]{6}", colour):
        raise Invalid(
            "A colour is written as # and six hexadecimal digits, such as #0b5563.",
            [Fault("/accent", Code.WRONG_FORMAT, f"{colour} is not such a colour.")],
        )
    return tuple(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))


def _luminance(colour: str) -> float:
    """Return the relative luminance of an sRGB colour. Source: WCAG 2.2, definitions."""
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - the formula's own
        for one in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def logo_of(look: Look, *, for_paper: bool) -> str | None:
    """Return where a page loads the coalition's logo from, if it has one."""
    if look.logo is None or look.logo_type is None:
        return None
    if for_paper:
        return "asset:logo"
    return logos.address(look.logo, look.logo_type)


def page_of_pages(said: Words) -> Markup:
    """Return "Page 1 of 3" as CSS content; our own words, so nothing in them needs escaping."""
    style = digits(said.language)
    counters = {name: f'" counter({name}, {style}) "' for name in ("page", "pages")}
    return Markup('"' + said.page.format(**counters) + '"')  # noqa: S704 - see above


def _description(printed: Printed) -> str:
    """Return what a search engine or a chat shows under the title: how the text begins."""
    for block in printed["blocks"]:
        if block["type"] == "paragraph":
            return shortened(markdown.plain(block["text"]), _DESCRIPTION)
    return str(printed.get("occasion", printed["title"]))


def _kept(title: str) -> Markup:
    """Return a title whose last two words stay on one line, where they are short."""
    start, _, end = title.rpartition(" ")
    rest, _, word = start.rpartition(" ")
    if not rest or len(word) + len(end) > _LAST_LINE:
        return escape(title)
    return Markup('{} <span class="kept">{} {}</span>').format(rest, word, end)


@lru_cache
def page_of(theme: str) -> Template:
    """Return a theme's page, to be filled with a document or a comparison by its `layout`."""
    if theme not in themes.available():
        raise Invalid(
            f"There is no theme of this name. There are: {', '.join(themes.available())}.",
            [Fault("/theme", Code.NOT_A_CHOICE, f"{theme} is not the name of a theme.")],
        )
    environment = environment_of(themes.folder(theme), SHARED)
    environment.filters["kept"] = _kept
    environment.globals["may_style"] = True
    environment.globals["css"] = css_of(theme)
    return environment.get_template("page.html")


def environment_of(*folders: Path) -> Environment:
    """Return what fills the pages of folders."""
    return Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def css_of(theme: str) -> Callable[[str], Markup]:
    """Return what gives a theme's style sheets by their names."""
    return lambda name: _css(theme, name)


def fixed_sheets(theme: str) -> tuple[str, ...]:
    """Return the style sheets that each page of a theme for paper has in elements of their own."""
    return tuple(_css(theme, name) for name in ("voice.css", "paper.css"))


@lru_cache
def _css(theme: str, name: str) -> Markup:
    """Return a style sheet of all themes and this one's own, as they go into the page."""
    paths = (SHARED / name, themes.folder(theme) / name)
    text = "\n".join(path.read_text("utf-8") for path in paths if path.exists())
    return Markup(re.sub(r"\s*/\*.*?\*/", "", text, flags=re.DOTALL).strip())  # noqa: S704 - ours
