"""The pages: HTML of their facts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from pathlib import Path

import icu
from babel import Locale
from jinja2 import Environment, Template
from markupsafe import Markup, escape

from api.config import share
from api.documents.rules.html import environment_of, legible
from api.infra.text import languages
from api.pages.rules import facts, guides, sentences
from api.pages.rules.sentences import PageWords

_OUT = Markup(' target="_blank" rel="noopener"')
_DARK_PAPER = "#14171a"  # as in page.css
_READABLE_IN_THE_DARK = 7.0
_KINDS = {"js": "text/javascript", "css": "text/css"}
# A file that stands in another one, where a line names it.
_PART = re.compile(r'^ *(?:@import )?"([a-z]+\.(?:js|css))";$', re.MULTILINE)


@dataclass(frozen=True)
class PageFolder:
    """A family of pages: their templates, what they load, and the words that they say.

    Templates, scripts and sheets of `below` are found in it, too.
    """

    path: Path
    words: PageWords
    sheet: str  # the style sheet, which gets the accent colour
    beside: tuple[str, ...]  # what pages load besides
    below: PageFolder | None = None

    def render(self, template: str, frame: facts.Frame, page: Mapping[str, object]) -> str:
        """Return a page, by the template that sets its facts."""
        words = self.words.said(frame.language)
        return _template(self, template).render(
            **page,
            frame=frame,
            blank=facts.Form(),
            say=words.say,
            direction=languages.direction(words.language),
            switch=[(tag, own_name(tag)) for tag in self.words.offered() if tag != words.language],
            number=lambda count: languages.number(count, words.language),
            here=lambda: Markup(' action="{}"').format(frame.query) if frame.query else "",
            country_options=lambda chosen: options(words.language, chosen, frame.country_names),
        )

    def style(self, accent: str) -> str:
        """Return the sheet with an accent colour, as dark or light as it must be to be read."""
        return _style(self, accent)

    def version(self) -> str:
        """Return what changes when a sheet or a script does: their address holds it."""
        return _version(self)

    def small(self, name: str) -> str:
        """Return a file without comments and indents, with the files that it is made of."""
        return _small(self, name)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Return where templates and files are looked for, one after the other."""
        return (self.path, *(self.below.folders if self.below else ()))


PUBLIC = PageFolder(
    share("templates", "pages"), sentences.PAGES, "page.css", ("sign.js", "framed.js", "guides.css")
)
style, version, small = PUBLIC.style, PUBLIC.version, PUBLIC.small


def render(template: str, page: facts.Framed) -> str:
    """Return a public page."""
    named = {each.name: getattr(page, each.name) for each in fields(page) if each.name != "frame"}
    out = _OUT if getattr(page, "is_framed", False) else ""
    return PUBLIC.render(template, page.frame, {**named, "page": page, "out": out})


def kind_of(name: str) -> str:
    """Return the content type of what pages load."""
    return _KINDS[name.rpartition(".")[2]]


@lru_cache(maxsize=64)
def _style(folder: PageFolder, accent: str) -> str:
    dark = legible(accent, on=_DARK_PAPER, least=_READABLE_IN_THE_DARK)
    colours = f":root{{--accent:{legible(accent)};--accent-in-the-dark:{dark}}}"
    return f"{colours}\n{folder.small(folder.sheet)}"


@cache
def _version(folder: PageFolder) -> str:
    all_of_it = "".join(map(folder.small, (folder.sheet, *folder.beside)))
    return hashlib.sha256(all_of_it.encode()).hexdigest()[:8]


@lru_cache(maxsize=64)
def countries(language: str, own: tuple[tuple[str, str], ...] = ()) -> tuple[tuple[str, str], ...]:
    """Return code and name of every country, in the order of the language's alphabet.

    `own` are code and name where a coalition calls one otherwise.
    """
    collator = icu.Collator.createInstance(icu.Locale(language))
    names = dict(own)
    named = [(code, languages.country_name(code, language, names)) for code in languages.COUNTRIES]
    return tuple(sorted(named, key=lambda pair: collator.getSortKey(pair[1])))


def own_name(language: str) -> str:
    """Return a language's name in itself, as its own speakers begin a line: "Русский"."""
    name = Locale.parse(language, sep="-").get_display_name() or language
    return name[:1].upper() + name[1:]


def paragraphs(text: str) -> Markup:
    """Set plain text that somebody typed in a field of several lines, in whatever script."""
    parts = re.split(r"\n\s*\n", text.strip())
    return Markup("").join(
        Markup('<p dir="auto">{}</p>').format(part.strip()) for part in parts if part.strip()
    )


@lru_cache(maxsize=64)
def _options(language: str, own: tuple[tuple[str, str], ...]) -> Markup:
    """Return the options of all countries, the same on every page of a language and a coalition."""
    rows = [f"<option value={code}>{escape(name)}" for code, name in countries(language, own)]
    return Markup("".join(rows))  # noqa: S704 - our own codes, escaped names


def options(language: str, chosen: str, own: Mapping[str, str]) -> Markup:
    """Return the options of all countries, one of them chosen, as a coalition calls them."""
    every = _options(language, tuple(sorted(own.items())))
    mark = f"<option value={chosen}>"
    if chosen not in languages.COUNTRIES:
        return every
    return Markup(str(every).replace(mark, mark[:-1] + " selected>", 1))  # noqa: S704 - see _options


@cache
def _template(folder: PageFolder, name: str) -> Template:
    return _environment(folder).get_template(name)


@cache
def _environment(folder: PageFolder) -> Environment:
    environment = environment_of(*folder.folders)
    environment.globals["direction_of"] = languages.direction
    environment.filters |= {"paragraphs": paragraphs, "inline": guides.inline}
    return environment


@cache
def _small(folder: PageFolder, name: str) -> str:
    paths = (each / name for each in folder.folders)
    text = next(path for path in paths if path.exists()).read_text("utf-8")
    text = _PART.sub(lambda part: folder.small(part[1]), text)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
