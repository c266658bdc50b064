"""The pages: HTML of their facts."""

from __future__ import annotations

import hashlib
import re
from dataclasses import fields
from functools import lru_cache

import icu
from babel import Locale
from jinja2 import Template
from markupsafe import Markup, escape

from api.config import share
from api.documents.rules.html import environment_of, legible
from api.infra.text import languages
from api.pages.rules import facts, guides
from api.pages.rules.sentences import offered, said

_OUT = Markup(' target="_blank" rel="noopener"')
_DARK_PAPER = "#14171a"  # as in page.css
_READABLE_IN_THE_DARK = 7.0
# What pages load beside the style sheet, by its content type.
BESIDE = {"sign.js": "text/javascript", "framed.js": "text/javascript", "guides.css": "text/css"}


def render(template: str, page: facts.Framed) -> str:
    """Return a page, by the template that sets its facts."""
    words = said(page.frame.language)
    return _template(template).render(
        **{each.name: getattr(page, each.name) for each in fields(page)},
        page=page,
        blank=facts.Form(),
        say=words.say,
        out=_OUT if getattr(page, "is_framed", False) else "",
        direction=languages.direction(words.language),
        switch=[(tag, own_name(tag)) for tag in offered() if tag != words.language],
        number=lambda count: languages.number(count, words.language),
        here=lambda: Markup(' action="{}"').format(page.frame.query) if page.frame.query else "",
        country_options=lambda chosen: options(words.language, chosen),
    )


@lru_cache(maxsize=64)
def style(accent: str) -> str:
    """Return the style sheet with an accent colour, as dark or light as it must be to be read."""
    dark = legible(accent, on=_DARK_PAPER, least=_READABLE_IN_THE_DARK)
    return f":root{{--accent:{legible(accent)};--accent-in-the-dark:{dark}}}\n{small('page.css')}"


@lru_cache
def version() -> str:
    """Return what changes when a style sheet or a script does: their address holds it."""
    all_of_it = "".join(map(small, ("page.css", *BESIDE)))
    return hashlib.sha256(all_of_it.encode()).hexdigest()[:8]


@lru_cache(maxsize=64)
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """Return code and name of every country, in the order of the language's alphabet."""
    collator = icu.Collator.createInstance(icu.Locale(language))
    named = [(code, languages.country_name(code, language)) for code in languages.COUNTRIES]
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
def _options(language: str) -> Markup:
    """Return the options of all countries, which are the same on every page of a language."""
    rows = [f"<option value={code}>{escape(name)}" for code, name in countries(language)]
    return Markup("".join(rows))  # noqa: S704 - our own codes, escaped names


def options(language: str, chosen: str) -> Markup:
    """Return the options of all countries, one of them chosen."""
    mark = f"<option value={chosen}>"
    if chosen not in languages.COUNTRIES:
        return _options(language)
    return Markup(str(_options(language)).replace(mark, mark[:-1] + " selected>", 1))  # noqa: S704 - see _options


@lru_cache
def _template(name: str) -> Template:
    environment = environment_of(share("templates", "pages"))
    environment.globals["direction_of"] = languages.direction
    environment.filters |= {"paragraphs": paragraphs, "inline": guides.inline}
    return environment.get_template(name)


@lru_cache
def small(name: str) -> str:
    """Return a file of ours without comments and indents, with the scripts it is made of."""
    text = share("templates", "pages", name).read_text("utf-8")
    text = re.sub(r'^ *"([a-z]+\.js)";$', lambda part: small(part[1]), text, flags=re.MULTILINE)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
