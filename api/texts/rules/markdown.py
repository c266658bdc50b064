"""Inline Markdown: emphasis, strong, links and footnote references; nothing else, and no HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape as escape_html
from itertools import groupby
from urllib.parse import quote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from api.texts.rules import isolation
from api.texts.rules.isolation import Piece

SCHEMES = frozenset({"http", "https", "mailto"})
LABEL = re.compile(r"[^\[\]^\s\\]{1,40}")
MOST_STOPS = 2_000  # places in one text where the parser must look twice; a wall of them is slow

_REFERENCE = re.compile(rf"\[\^({LABEL.pattern})\]")
_SPACED_REFERENCE = re.compile(rf"(?<![ \t])[ \t]*+(?<!\\){_REFERENCE.pattern}")
_UNESCAPED_REFERENCE = re.compile(rf"(?<!\\){_REFERENCE.pattern}")
_MARKS = re.compile(r"[\\*_\[\]<&`]")
# What opens a block, at the start of a line. A text without these and without marks is its words.
_OPENER = re.compile(r"^([ \t]*)([#>+=|~-]|\d{1,9}(?=[.)]))", re.MULTILINE)
_ESCAPED = re.compile(r"[\\*_\[\]^<&`]")
_BACKSLASH = r"\\\g<0>"
_SPACE = re.compile(r"[ \t]*[\t\r\n][ \t\r\n]*")
_LINES = re.compile(r"(?<![ \t])[ \t]*+[\r\n]\s*+")
_EMPTY_LINE = re.compile(r"\n[ \t]*\r?\n")
_STOPS = re.compile(r"[\n!#$%&*+:<=>@\[\\\]^_`{}~-]")  # where markdown-it's own text rule stops
# Two code points that are no characters mark where a reference goes, past the cleaning of HTML.
_OPEN, _SHUT = "\ufdd0", "\ufdd1"
_HELD = re.compile(f"{_OPEN}(\\d+){_SHUT}")

_NO_HTML = "HTML is not kept: take it out, or put a backslash before the <."
_BLOCKS = (
    (r"#{1,6}(?:\s|$)", "A heading is a block of its own: take out the #."),
    (r">", "A quote is a block of its own: take out the >."),
    (r"(?:-[ \t]*)+$|(?:=[ \t]*)+$|(?:[*][ \t]*){3,}$|(?:_[ \t]*){3,}$", "A rule is not kept."),
    (r"```|~~~", "Code is not kept: take out the fence."),
    (r"\|?[ \t]*:?-+:?[ \t]*\|[-:| \t]*$", "A table is not kept: take it out."),
    (r"<(?![a-zA-Z][\w.+-]*[:@])[!?/a-zA-Z]", _NO_HTML),
    (
        r"\[(?:\^[^\]\n]+\]:|[^\]\n]+\]:[ \t]*\S+[ \t]*$)",
        "A footnote or link is not defined inside a text: footnotes stand apart.",
    ),
)
_BLOCK = re.compile(
    "|".join(f"^[ \t]*(?P<b{n}>{sign})" for n, (sign, _) in enumerate(_BLOCKS)), re.MULTILINE
)
# One line that begins so may be a remark (* Her name was changed), what somebody says (- No.) or a
# date (14. August).
_LIST = re.compile(r"^[ \t]*(?:([-+*])|\d{1,9}([.)]))[ \t]+\S[^\n]*\n(?:[^\n]+\n)*?"
                   r"[ \t]*(?(1)\1|\d{1,9}[.)])[ \t]+\S", re.MULTILINE)  # fmt: skip
_A_LIST = "A list is a block of its own: make each line an item of it."
# What reads as a list or as code elsewhere, and is none here.
_LIKE_A_LIST = re.compile(r"^([ \t]*\d{0,9})([-+*.)](?=[ \t]))")
_BACKTICK = re.compile(r"(?<!\\)((?:\\\\)*)`")
_INLINE = {
    "html_inline": _NO_HTML,
    "image": "An image is not kept: take it out.",
}
_BROKEN_LINK = (
    "This looks like a link and is none: write [words](https://...), footnote references after it."
    " If it is none, put a backslash before the [."
)


def faults(text: str) -> list[str]:
    """Return what a text holds that is not inline Markdown of ours; each says what to do."""
    found = list(_block_faults(text))
    if stops(text) > MOST_STOPS:
        found.append(f"One text may hold {MOST_STOPS:,} signs like * _ [ ] at most: split it.")
    elif _MARKS.search(text):
        found += _inline_faults(_SUSPICIOUS.parseInline(_LINES.sub(" ", text.strip())))
    return list(dict.fromkeys(found))


def stops(text: str) -> int:
    """Return at how many places of a text the parser must look twice: what reading it costs."""
    return len(_STOPS.findall(text)) if _MARKS.search(text) else 0


def footnote_labels(text: str) -> list[str]:
    """Return the labels that a text refers to, in order."""
    if "[^" not in text:
        return []
    return [token.content for token in _tokens(text) if token.type == "note"]


def strays(text: str) -> int:
    """Return how many signs of a text print that would be marks with a partner beside them."""
    if not _MARKS.search(text):
        return 0
    said = [token.content for token in _tokens(text) if token.type == "text"]
    return sum(sign in "*_[]<" for sign in "".join(said))


def without_notes(text: str, kept: Container[str] = ()) -> str:
    """Return a text without its references to footnotes, but for those of the labels `kept`."""
    return _SPACED_REFERENCE.sub(lambda found: found[0] if found[1] in kept else "", text)


def relabelled(text: str, labels: Mapping[str, str]) -> str:
    """Return a text whose references to some footnotes have other labels."""
    if not labels:
        return text
    return _UNESCAPED_REFERENCE.sub(lambda found: f"[^{labels.get(found[1], found[1])}]", text)


def links(text: str) -> list[str]:
    """Return the addresses that a text links to, in order."""
    if "[" not in text and "<" not in text:
        return []
    return [str(token.attrs["href"]) for token in _tokens(text) if token.type == "link_open"]


def html(text: str, note: Callable[[str], str] | None = None) -> str:
    """Return a text as clean inline HTML; `note` gives the HTML of a footnote reference."""
    labels: list[str] = []
    pieces: list[Piece] = []
    for token in _tokens(text):
        if token.type == "note":
            pieces.append(Piece(f"{_OPEN}{len(labels)}{_SHUT}"))
            labels.append(token.content)
        else:
            pieces.append(_piece(token))
    clean = nh3.clean(
        "".join(isolation.isolated(pieces)),
        tags={"em", "strong", "a", "bdi"},
        attributes={"a": {"href"}, "bdi": {"dir"}},
        url_schemes=set(SCHEMES),
        link_rel=None,
        url_relative="deny",
    )
    write = note or (lambda label: f"<sup>{escape_html(label)}</sup>")
    return _HELD.sub(lambda held: write(labels[int(held[1])]), clean)


@dataclass(frozen=True)
class Span:
    """Words of one look, or a reference to a footnote, whose words are its label."""

    words: str
    is_emphasis: bool = False
    is_strong: bool = False
    link: str | None = None
    is_note: bool = False


def spans(text: str) -> Iterator[Span]:
    """Yield a text as spans in their order, for a format that is not HTML."""
    depth = {"em": 0, "strong": 0}
    link: str | None = None
    for token in _tokens(text):
        if token.tag in depth:
            depth[token.tag] += token.nesting
        elif token.tag == "a":
            address = str(token.attrs["href"]) if token.nesting > 0 else ""
            link = address if is_address(address) else None
        elif token.content:
            is_emphasis, is_strong = depth["em"] > 0, depth["strong"] > 0
            yield Span(token.content, is_emphasis, is_strong, link, token.type == "note")


def written(given: Iterable[Span]) -> str:
    """Return spans as inline Markdown: what `spans` reads as these words.

    Marks that would not be read where they stand are left out: first those of single words,
    where that does not help all of them. Links and references stay.
    """
    whole = [each for span in given for each in _without_edges(span) if each.words]
    single = [each if _holds_alone(whole, n) else _bare(each) for n, each in enumerate(whole)]
    for tried in (whole, single, [_bare(each) for each in whole]):
        text = _OPENER.sub(_guarded, _marked(tried))
        if _alike(spans(text)) == _alike(tried):
            return text
    return escape("".join(each.words for each in whole if not each.is_note))


def _without_edges(span: Span) -> Iterator[Span]:
    """Yield the spaces around words apart from these: marks hold none at their ends."""
    words = span.words if span.is_note else _SPACE.sub(" ", span.words)
    inner = words.strip()
    if span.is_note or not (span.is_emphasis or span.is_strong) or not inner:
        yield replace(span, words=words)
        return
    before, _, after = words.partition(inner)
    plain_one = _bare(span)
    yield replace(plain_one, words=before)
    yield replace(span, words=inner)
    yield replace(plain_one, words=after)


def _bare(span: Span) -> Span:
    return replace(span, is_emphasis=False, is_strong=False)


def _holds_alone(whole: list[Span], place: int) -> bool:
    """Tell whether the marks of a span are read between the letters beside it."""
    span = whole[place]
    if span.is_note or not (span.is_emphasis or span.is_strong):
        return True
    near = [_bare(each) for each in whole[max(0, place - 1) : place]]
    after = [_bare(each) for each in whole[place + 1 : place + 2]]
    tried = [*near, span, *after]
    return _alike(spans(_marked(tried))) == _alike(tried)


def _marked(whole: Iterable[Span]) -> str:
    said: list[str] = []
    for link, group in groupby(whole, key=lambda span: None if span.is_note else span.link):
        inner = "".join(map(_mark, group))
        if link and said and said[-1].endswith("!"):  # or it were an image
            said[-1] = said[-1][:-1] + "\\!"
        said.append(f"[{inner}]({_target(link)})" if link else inner)
    return "".join(said)


def _mark(span: Span) -> str:
    if span.is_note:
        return f"[^{span.words}]"
    mark = "*" * (span.is_emphasis + 2 * span.is_strong)
    return f"{mark}{_ESCAPED.sub(_BACKSLASH, span.words)}{mark}"


def _target(link: str) -> str:
    return re.sub(r"[\\\s<>()]", lambda found: quote(found[0], safe=""), link)


def _alike(given: Iterable[Span]) -> list[Span]:
    """Return spans so that equal lists say and show the same: neighbours of one look as one."""
    found: list[Span] = []
    for span in given:
        link = normalizeLink(_target(span.link)) if span.link else None
        here = replace(span, link=None if span.is_note else link)
        if found and not span.is_note and replace(found[-1], words=here.words) == here:
            found[-1] = replace(here, words=found[-1].words + here.words)
        elif span.is_note or span.words:
            found.append(here)
    return [each if each.is_note else replace(each, words=each.words.strip()) for each in found]


def plain(text: str) -> str:
    """Return only the words, as a reader sees them; a footnote reference is its [label]."""
    text = _LINES.sub(" ", text)
    if not _MARKS.search(text):
        return text
    return "".join(
        f"[{token.content}]" if token.type == "note" else token.content for token in _tokens(text)
    )


def escape(text: str) -> str:
    """Return plain text as inline Markdown that prints literally; `O'Brien` stays as it is."""
    line = _ESCAPED.sub(_BACKSLASH, _LINES.sub(" ", text))
    return _OPENER.sub(_guarded, line)


def for_others(text: str) -> str:
    """Return a text for readers of all of Markdown: what prints literally here does so there."""
    return _BACKTICK.sub(r"\1\`", _LIKE_A_LIST.sub(r"\1\\\2", text))


def _guarded(opener: re.Match[str]) -> str:
    space, sign = opener.groups()
    return f"{space}{sign}\\" if sign.isdigit() else f"{space}\\{sign}"


def _piece(token: Token) -> Piece:
    if token.type == "link_open":
        return Piece(f'<a href="{escape_html(str(token.attrs["href"]))}">', depth=1)
    if token.tag:  # em, strong and the end of a link
        return Piece(f"<{'/' if token.nesting < 0 else ''}{token.tag}>", depth=token.nesting)
    return Piece(escape_html(token.content, quote=False), words=token.content)


@lru_cache(maxsize=4096)
def _tokens(text: str) -> tuple[Token, ...]:
    text = _LINES.sub(" ", text).replace(_OPEN, "").replace(_SHUT, "")
    return tuple(_flat(_INLINE_ONLY.parseInline(text)))


def _flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type != "inline":
            yield token
        yield from _flat(token.children or [])


def _block_faults(text: str) -> Iterator[str]:
    text = text.strip()
    for found in _BLOCK.finditer(text):
        yield _BLOCKS[int(str(found.lastgroup)[1:])][1]
    if _LIST.search(text):
        yield _A_LIST
    if _EMPTY_LINE.search(text):
        yield "An empty line parts two paragraphs: make each a text of its own."
    if "\\\n" in text:
        yield "A line break is not kept: take out the backslash at the end of the line."


def _inline_faults(tokens: list[Token]) -> Iterator[str]:
    for token in _flat(tokens):
        if token.type in _INLINE:
            yield _INLINE[token.type]
        elif token.type == "link_open":
            yield from _link_faults(token)
        elif token.type == "text" and "](" in token.content:
            yield _BROKEN_LINK
        elif token.type == "text_special" and token.info == "entity":
            yield f"Write the character itself instead of {token.markup}"


def _link_faults(link: Token) -> Iterator[str]:
    if not is_address(str(link.attrs["href"])):
        yield "A link starts with https://, http:// or mailto: and names a place; mend this one."
    if "title" in link.attrs:
        yield "A link's title in quotes is not kept: take it out."


def is_address(address: str) -> bool:
    """Tell whether an address may be linked to: https, http or mailto, and somewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return "@" in parts.path
    return parts.scheme in SCHEMES and bool(parts.hostname)


def _footnote(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    """Read one `[^label]`; runs before links, so that a label is never a link's text."""
    found = _REFERENCE.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        state.push("note", "", 0).content = found[1]
    state.pos = found.end()
    return True


def _inline_only() -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": False})
    parser.enable(["emphasis", "link", "autolink", "escape"])
    parser.inline.ruler.before("link", "note", _footnote)
    return parser


def _suspicious() -> MarkdownIt:
    """Return a parser that sees also what we do not keep, so that it can be named."""
    parser = MarkdownIt("commonmark", {"html": True})
    parser.disable("backticks")  # they are apostrophes (o`g`il) or quotes
    parser.disable("text_join")  # keeps entities apart from the words around them
    parser.inline.ruler.before("link", "note", _footnote)
    parser.validateLink = lambda _: True  # type: ignore[method-assign,assignment] # our own rule judges it
    return parser


_INLINE_ONLY = _inline_only()
_SUSPICIOUS = _suspicious()
