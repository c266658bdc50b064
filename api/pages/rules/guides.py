"""The guides of docs/ as pages: set once, with links that work here as they do beside the files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from posixpath import normpath

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from api.config import share
from api.pages.rules.facts import Anchor

INDEX = ""  # the name of the guide that leads to all others
DECISIONS = "decisions/"
_BESIDE = ("clients", "operating")  # folders with programs and files that guides lead to
_REFERENCE = "openapi.yaml"  # beside the files; here a page shows it
_LEAST_HEADING = "h3"  # below which a part is found by itself
_NOT_OF_A_SLUG = re.compile(r"[^\w\- ]")
_NAMED = re.compile(r"\bdocs/([a-z-]+)\.md\b")
_ELSEWHERE = re.compile(r"[a-z]+:|/")


@dataclass(frozen=True)
class Part:
    """What stands below one heading of a guide."""

    level: str  # h1 to h3
    heading: str
    anchor: str
    text: str


@dataclass(frozen=True)
class Guide:
    """One guide: how it is shown, and what is found in it."""

    name: str  # its address below /docs
    title: str
    html: Markup  # of what stands below the title
    contents: tuple[Anchor, ...]  # its headings below the title
    parts: tuple[Part, ...]

    @property
    def path(self) -> str:
        return f"/docs/{self.name}".rstrip("/")


@dataclass(frozen=True)
class Shelf:
    """Guides that belong together, as the index has them."""

    title: str
    links: tuple[Anchor, ...]


@cache
def all_guides() -> Mapping[str, Guide]:
    """Return every guide by its name, the index first."""
    return {name: _set(name, path.read_text("utf-8")) for name, path in _files().items()}


@cache
def shelves() -> Sequence[Shelf]:
    """Return what the index leads to, by its headings."""
    found: list[tuple[str, list[Anchor]]] = []
    tokens = _parsed(INDEX, source(INDEX))
    for token, inside in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            found.append((_plain(inside), []))
        elif token.type == "paragraph_open" and token.level and found:
            found[-1][1].extend(_links(inside))
    return [Shelf(title, tuple(links)) for title, links in found]


def source(name: str) -> str:
    """Return a guide as it was written."""
    return _files()[name].read_text("utf-8")


@cache
def _files() -> Mapping[str, Path]:
    docs = share("docs")
    index = docs / "README.md"
    decisions = sorted((docs / DECISIONS).glob("*.md"))
    return {
        INDEX: index,
        **{each.stem: each for each in sorted(docs.glob("*.md")) if each != index},
        **{f"{DECISIONS}{each.stem}": each for each in decisions},
        "changelog": share("CHANGELOG.md"),
    }


@cache
def files() -> Mapping[str, str]:
    """Return what guides lead to and is none, by its address below /docs."""
    docs = share("docs")
    paths = [each for folder in _BESIDE for each in sorted((docs / folder).iterdir())]
    return {f"{path.relative_to(docs)}": path.read_text("utf-8") for path in paths}


def _set(name: str, text: str) -> Guide:
    tokens = _parsed(name, text)
    parts = tuple(_parts(tokens))
    contents = tuple(
        Anchor(each.heading, f"#{each.anchor}") for each in parts if each.level == "h2"
    )
    parser = _parser()
    below = tokens[3:]  # the title
    html = Markup(parser.renderer.render(below, parser.options, {}))  # noqa: S704 - files of ours
    return Guide(name, parts[0].heading, html, contents, parts)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    for kind in ("fence", "code_block"):
        parser.add_render_rule(kind, _code)
    parser.add_render_rule("table_open", lambda *_: _WIDE)
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return parser


# What may be wider than a phone can be scrolled by keys, too.
_WIDE = '<div class="wide" role="group" aria-label="Table" tabindex="0"><table>\n'
_FENCE = Markup('<pre tabindex="0" class="{}"><code>{}</code></pre>\n')


def _code(
    renderer: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    del renderer, options, env
    token = tokens[index]
    return str(_FENCE.format(token.info.strip() or "text", token.content))


def _parsed(name: str, text: str) -> list[Token]:
    """Return a guide's tokens, its headings with anchors and its links as they work here."""
    tokens = _parser().parse(text)
    taken: dict[str, int] = {}
    for token, inside in pairwise(tokens):
        if token.type == "heading_open":
            slug = slug_of(_plain(inside))
            number = taken.get(slug, 0)
            taken[slug] = number + 1
            token.attrSet("id", f"{slug}-{number}" if number else slug)
    for token in tokens:
        _lead(name, token)
    return tokens


def slug_of(heading: str) -> str:
    """Return the anchor of a heading, as viewers of Markdown make it."""
    return _NOT_OF_A_SLUG.sub("", heading.lower()).replace(" ", "-")


def _lead(name: str, token: Token) -> None:
    """Have links lead to pages of ours; one to a file that is none of them is words alone."""
    inside, is_kept = [], True
    for each in token.children or ():
        if each.type == "link_open":
            href = here(name, str(each.attrGet("href")))
            is_kept = href is not None
            each.attrSet("href", href or "")
        if is_kept or each.type not in {"link_open", "link_close"}:
            inside.append(each)
        is_kept = is_kept or each.type == "link_close"
    if token.children:
        token.children = inside


def here(name: str, href: str) -> str | None:
    """Return where a link of a guide leads on this server; None: nowhere."""
    if _ELSEWHERE.match(href) or href.startswith("#"):
        return href
    file, mark, anchor = href.partition("#")
    place = normpath(f"docs/{name.rpartition('/')[0]}/{file}" if name != "changelog" else file)
    if place == _REFERENCE:
        return "/docs/reference"
    known = {str(path.relative_to(share("docs").parent)): of for of, path in _files().items()}
    known |= {f"docs/{each}": each for each in files()}
    return f"/docs/{known[place]}".rstrip("/") + mark + anchor if place in known else None


def inline(text: str) -> Markup:
    """Set a sentence of openapi.yaml: code in it, and links to the guides that it names."""
    linked = _NAMED.sub(r"[\g<0>](/docs/\1)", text)
    return Markup(_parser().renderInline(linked))  # noqa: S704 - a text of ours, and no HTML in it


def _parts(tokens: Sequence[Token]) -> Iterator[Part]:
    """Return what is said below each heading, as plain text."""
    starts = [
        place
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag <= _LEAST_HEADING
    ]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        said = [_plain(token) for token in tokens[start + 3 : end] if token.content]
        heading, anchor = _plain(tokens[start + 1]), str(tokens[start].attrGet("id"))
        yield Part(tokens[start].tag, heading, anchor, " ".join(" ".join(said).split()))


def _plain(token: Token) -> str:
    """Return the words of a token without their markup."""
    if token.children is None:
        return token.content
    return "".join(
        " " if each.type in {"softbreak", "hardbreak"} else each.content for each in token.children
    )


def _links(token: Token) -> Iterator[Anchor]:
    inside = token.children or []
    for each, words in pairwise(inside):
        if each.type == "link_open":
            yield Anchor(words.content, str(each.attrGet("href")))
