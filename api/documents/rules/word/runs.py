"""Texts as runs of Word: in their look, their language, and the way that their letters run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby

from markdown_it.common.normalize_url import normalizeLink

from api.documents.rules.word.package import Relationships
from api.documents.rules.word.xml import Xml, element, properties, w, words
from api.infra.text import languages
from api.infra.text.script_runs import ScriptRun, script_runs
from api.texts.rules import isolation, markdown
from api.texts.rules.markdown import Span

BREAK = Xml("<w:r><w:br/></w:r>")
_LINK = w("rStyle", val="Hyperlink")
_BOLD = (Xml("<w:b/>"), Xml("<w:bCs/>"))
_ITALIC = (Xml("<w:i/>"), Xml("<w:iCs/>"))
_FROM_RIGHT = ("Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg")
_OF_THE_EAST = ("Hani", "Hira", "Kana", "Hang", "Bopo")
# Word keeps a language for each of three kinds of letters; which one counts, the letters say.
_USUAL = {"val": "en-GB", "eastAsia": "zh-CN", "bidi": "ar-EG"}


class DocumentLanguage:
    """The language of a document, and what its passages in other letters are likely to be in."""

    def __init__(self, language: str, direction: str) -> None:
        """Take the language of the document and its direction, "ltr" or "rtl"."""
        self.direction = direction
        self.scripts = languages.scripts(language)
        self.own = languages.in_full(language)
        self.slots = _USUAL | {_slot(self.scripts[0]): self.own}

    def way_of(self, text: str) -> str:
        """Return the direction of a paragraph that holds a text, by the text's own letters."""
        return languages.direction_of(isolation.without_addresses(text), self.direction)

    def script_runs(self, text: str) -> list[ScriptRun]:
        return script_runs(text, self.scripts[0], self.way_of(text))

    def language(self, script: str) -> Xml:
        """Return the property of a run in a script; nothing where the document's own fits."""
        is_own = script in self.scripts
        tag = self.own if is_own else languages.in_full(languages.of_script(script))
        slot = _slot(script)
        return Xml("") if self.slots[slot] == tag else w("lang", **{slot: tag})

    def defaults(self) -> Xml:
        return w("lang", **self.slots)


class Runs:
    """Writes the texts of one part of the file."""

    def __init__(
        self, language: DocumentLanguage, links: Relationships, note: Callable[[str], Xml]
    ) -> None:
        """Take what the part refers to, and what writes its reference to a footnote."""
        self.language, self._links, self._note = language, links, note

    def own(self, text: str, *look: Xml) -> Xml:
        """Return a plain text."""
        return Xml("".join(self._run(each, look) for each in self.language.script_runs(text)))

    def marked(self, text: str, *look: Xml) -> Xml:
        """Return inline Markdown: emphasis, links, references to footnotes."""
        spans = list(markdown.spans(text))
        pieces = _cut(spans, self.language.script_runs("".join(_said(each) for each in spans)))
        written = []
        for link, group in groupby(pieces, key=lambda piece: piece[0].link):
            inner = "".join(self._piece(span, passage, look) for span, passage in group)
            written.append(self.link(link, inner) if link else inner)
        return Xml("".join(written))

    def link(self, address: str, inner: str) -> Xml:
        """Return runs that lead to an address."""
        place = self._links.id_of("hyperlink", normalizeLink(address), external=True)
        return element("w:hyperlink", {"r:id": place, "w:history": 1}, inner)

    def address(self, address: str, shown: str, *look: Xml) -> Xml:
        """Return an address as it is written, leading there where it may."""
        if not markdown.is_address(address):
            return self.own(shown, *look)
        return self.link(address, self.own(shown, _LINK, *look))

    def _piece(self, span: Span, passage: ScriptRun | None, look: Iterable[Xml]) -> Xml:
        if passage is None:
            return self._note(span.words)
        parts = [*look, _LINK] if span.link else [*look]
        is_strong = span.is_strong
        if span.is_emphasis and passage.script == "Arab":  # which knows no italics
            is_strong = True
        elif span.is_emphasis:
            parts += _ITALIC
        return self._run(passage, [*parts, *(_BOLD if is_strong else ())])

    def _run(self, passage: ScriptRun, look: Iterable[Xml]) -> Xml:
        parts = dict.fromkeys(look)
        if passage.is_from_right:
            parts[Xml("<w:rtl/>")] = None
        if language := self.language.language(passage.script):
            parts[language] = None
        return w("r", properties("rPr", parts), words(passage.words))


def _said(span: Span) -> str:
    return "" if span.is_note else span.words


def _cut(spans: Iterable[Span], parts: Iterable[ScriptRun]) -> list[tuple[Span, ScriptRun | None]]:
    """Return each span in the passages that it reaches over; a reference is in none."""
    waiting, found = list(reversed(list(parts))), list[tuple[Span, ScriptRun | None]]()
    for span in spans:
        rest = _said(span)
        if span.is_note:
            found.append((span, None))
        while rest:
            passage = waiting.pop()
            taken = passage.words[: len(rest)]
            if left := passage.words[len(taken) :]:
                waiting.append(ScriptRun(left, passage.script, passage.is_from_right))
            found.append((span, ScriptRun(taken, passage.script, passage.is_from_right)))
            rest = rest[len(taken) :]
    return found


def _slot(script: str) -> str:
    if script in _FROM_RIGHT:
        return "bidi"
    return "eastAsia" if script in _OF_THE_EAST else "val"
