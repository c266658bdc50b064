"""A statement as plain text, for a mail or a terminal, and as Markdown (CommonMark)."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from api.documents.rules import outline
from api.infra.text import languages
from api.portable.rules import printing
from api.portable.rules.printing import Printed
from api.portable.rules.signing import Signatories
from api.texts.rules import markdown as inline
from api.texts.rules.words import Words, words

_WIDTH = 76  # what a mail shows without breaking lines again, with room to be quoted
_LINK = re.compile(r"https?://[^\s<>]+")


@dataclass(frozen=True, kw_only=True)
class _Dialect:
    """How one of the two formats writes what a document is made of."""

    marked: Callable[[str], str]  # inline Markdown of the statement
    literal: Callable[[str], str]  # plain text of the statement or of ours
    heading: Callable[[str, int], str]
    paragraph: Callable[[str], str]
    quote: Callable[[str], str]
    item: Callable[[str, str], str]  # a marker and its text
    number: Callable[[int], str]
    link: Callable[[str], str]
    note: Callable[[str, str], str]  # a footnote's label and its text


def text(
    printed: Printed,
    signatories: Signatories,
    *,
    is_draft: bool = False,
    edited_on: date | None = None,
) -> str:
    """Return the document as plain text, wrapped between words."""
    dialect = _Dialect(
        marked=inline.plain,
        literal=str,
        heading=_underlined,
        paragraph=_wrapped,
        quote=lambda words: _wrapped(words, "    ", "    "),
        item=lambda marker, words: _wrapped(words, f"{marker} ", " " * (len(marker) + 1)),
        number=lambda place: languages.number(place, printed["language"]) + ".",
        link=str,
        note=lambda label, words: _wrapped(words, f"[{label}] ", " " * (len(label) + 3)),
    )
    return _document(printed, signatories, dialect, is_draft=is_draft, edited_on=edited_on)


def markdown(
    printed: Printed,
    signatories: Signatories,
    *,
    is_draft: bool = False,
    edited_on: date | None = None,
) -> str:
    """Return the document as Markdown; footnotes as `[^label]: text`."""
    dialect = _Dialect(
        marked=lambda words: inline.for_others(_on_one_line(words)),
        literal=lambda words: inline.escape(_on_one_line(words)),
        heading=lambda words, level: f"{'#' * level} {words}",
        paragraph=str,
        quote=lambda words: f"> {words}",
        item=lambda marker, words: f"{marker} {words}",
        number=lambda place: f"{place}.",
        link=lambda url: f"<{url}>" if _LINK.fullmatch(url) else inline.escape(url),
        note=lambda label, words: f"[^{label}]: {words}",
    )
    return _document(printed, signatories, dialect, is_draft=is_draft, edited_on=edited_on)


def _document(
    printed: Printed,
    signatories: Signatories,
    to: _Dialect,
    *,
    is_draft: bool,
    edited_on: date | None,
) -> str:
    said = words(printed["language"])
    mark = outline.mark(printed, said, is_draft=is_draft)
    edited = said.edited_line(edited_on)
    parts = [
        *([to.paragraph(to.literal(mark))] if mark else []),
        *_head(printed, said, to),
        *([to.paragraph(to.literal(edited))] if edited else []),
        *_blocks(printed, said, to),
        *_signatories(signatories, said, to),
        *_notes(printed, said, to),
        *_contacts(printed, said, to),
    ]
    return "\n\n".join(parts) + "\n"


def _head(printed: Printed, said: Words, to: _Dialect) -> Iterator[str]:
    yield to.paragraph(to.literal(printed["coalition"]))
    yield to.paragraph(to.literal(said.kinds[printed["kind"]]))
    yield to.heading(to.literal(printed["title"]), 1)
    if "dateline" in printed:
        yield to.paragraph(to.literal(printed["dateline"]))
    if "occasion" in printed:
        yield to.paragraph(to.literal(f"{said.occasion}: {printed['occasion']}"))
    if printed["addressees"]:
        yield to.paragraph(to.literal(f"{said.to}:"))
        keys = ("name", "title", "organisation", "country")
        lines = (outline.about(one, keys, said) for one in printed["addressees"])
        yield "\n".join(to.item("-", to.literal(line)) for line in lines)
    for salutation in outline.salutations(printed):
        yield to.paragraph(to.literal(salutation))


def _blocks(printed: Printed, said: Words, to: _Dialect) -> Iterator[str]:
    level = 2  # of the headings inside a block
    for block in printed["blocks"]:
        yield from _block(block, level, said, to)
        if block["type"] == "heading":
            level = 3


def _block(block: printing.PrintedBlock, level: int, said: Words, to: _Dialect) -> Iterator[str]:
    if block["type"] == "heading":
        yield to.heading(to.marked(block["text"]), 2)
    elif block["type"] == "paragraph":
        yield to.paragraph(to.marked(block["text"]))
    elif block["type"] == "quote":
        yield from _quote(block, said, to)
    elif block["type"] == "demands":
        yield from _demands(block, level, to)
    elif block["type"] in {"list", "cases"}:
        yield from _list(block, to)


def _quote(block: printing.PrintedQuote, said: Words, to: _Dialect) -> Iterator[str]:
    yield from _lead(block, to)
    parts = [*map(to.literal, filter(None, (block.get("source"), block.get("locator"))))]
    parts += [to.link(block["url"])] if "url" in block else []
    if "retrieved" in block:
        parts.append(to.literal(said.retrieved.format(date=block["retrieved"])))
    quoted = to.quote(to.marked(block["text"]))
    if parts:
        between = to.quote("").rstrip()
        quoted += f"\n{between}\n" + to.quote("— " + said.comma.join(parts))
    yield quoted


def _list(block: printing.PrintedList | printing.PrintedCases, to: _Dialect) -> Iterator[str]:
    yield from _lead(block, to)
    ordered = block.get("ordered", False)
    yield "\n".join(
        to.item(to.number(place) if ordered else "-", to.marked(item))
        for place, item in enumerate(block["items"], 1)
    )


def _demands(block: printing.PrintedDemands, level: int, to: _Dialect) -> Iterator[str]:
    yield from _lead(block, to)
    if block["layout"] == "paragraph":
        yield "\n".join(to.item("-", _run_on(one, to)) for one in block["lists"])
        return
    for start, one in outline.numbered(block["lists"]):
        if "heading" in one:
            yield to.heading(to.literal(one["heading"]), level)
        yield "\n\n".join(
            _demand(demand, to.number(place), to)
            for place, demand in enumerate(one["demands"], start)
        )


def _demand(demand: printing.PrintedDemand, marker: str, to: _Dialect) -> str:
    asked = to.item(marker, to.marked(demand["text"]))
    if "rationale" not in demand:
        return asked
    indent = " " * (len(marker) + 1)
    return f"{asked}\n\n" + textwrap.indent(to.paragraph(to.marked(demand["rationale"])), indent)


def _run_on(one: printing.PrintedDemandList, to: _Dialect) -> str:
    both = ((demand["text"], demand.get("rationale")) for demand in one["demands"])
    return " ".join(to.marked(sentence) for each in both for sentence in each if sentence)


def _lead(
    block: printing.PrintedQuote
    | printing.PrintedList
    | printing.PrintedCases
    | printing.PrintedDemands,
    to: _Dialect,
) -> Iterator[str]:
    if "lead" in block:
        yield to.paragraph(to.marked(block["lead"]))


def _signatories(signatories: Signatories, said: Words, to: _Dialect) -> Iterator[str]:
    groups = outline.groups(signatories["lines"], said)
    withheld = outline.withheld(signatories, said)
    if groups or withheld:
        yield to.heading(to.literal(said.signatories), 2)
    for group in groups:
        if group.heading:
            yield to.paragraph(to.literal(group.heading))
        lines = (_line(name, said) for name in group.names)
        yield "\n".join(to.item("-", to.literal(line)) for line in lines)
    if withheld:
        yield to.paragraph(to.literal(withheld))


def _line(name: outline.Name, said: Words) -> str:
    line = said.comma.join(filter(None, (name.text, name.mark)))
    return f"{line} — {name.note}" if name.note else line


def _notes(printed: Printed, said: Words, to: _Dialect) -> Iterator[str]:
    if printed["footnotes"]:
        yield to.heading(to.literal(said.notes), 2)
    for note in printed["footnotes"]:
        yield to.note(note["label"], to.marked(note["text"]))


def _contacts(printed: Printed, said: Words, to: _Dialect) -> Iterator[str]:
    if printed["contacts"]:
        yield to.heading(to.literal(said.contact), 2)
    for one in printed["contacts"]:
        line = outline.about(one, ("name", "role", "email", "phone"), said)
        yield to.paragraph(to.literal(line))


def _on_one_line(text: str) -> str:
    return re.sub(r"[ \t]*[\r\n]\s*", " ", text)


def _wrapped(text: str, first: str = "", rest: str = "") -> str:
    """Wrap between words; a word longer than a line, or a script without spaces, stays whole."""
    lines = textwrap.wrap(
        _on_one_line(text),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def _underlined(text: str, level: int) -> str:
    lines = _wrapped(text)
    return lines + "\n" + ("=" if level == 1 else "-") * max(map(len, lines.split("\n")))
