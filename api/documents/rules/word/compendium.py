"""All suggestions and comments on a text as a file of Word: what would go is struck."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from api.documents.rules.compendium import Compendium, CompendiumEntry
from api.documents.rules.html import Look
from api.documents.rules.word.body import Body
from api.documents.rules.word.document import WordFrame
from api.documents.rules.word.package import Properties
from api.documents.rules.word.pictures import Picture
from api.documents.rules.word.runs import BREAK, Runs
from api.documents.rules.word.sheet import rem
from api.documents.rules.word.styles import BOLD, SOFT, colour, indent, spacing
from api.documents.rules.word.xml import Xml, w
from api.portable.rules.printing import Printed
from api.texts.rules import markdown
from api.texts.rules.wording import Op, WordRun

_STRUCK = (Xml("<w:strike/>"), colour(SOFT))
_UNDERLINED = (w("u", val="single"), *BOLD)
_LOOKS: dict[Op, tuple[tuple[Xml, ...], str]] = {
    Op.REMOVED: (_STRUCK, "[\u2212"),
    Op.ADDED: (_UNDERLINED, "[+"),
}
_ITALIC = (Xml("<w:i/>"), Xml("<w:iCs/>"))
_NEXT = Xml("<w:keepNext/>")
_STEP = 1.1  # sizes of the text that a reply stands in from what it replies to


def document(compendium: Compendium, look: Look, logo: Picture | None = None) -> bytes:
    """Return a compendium as a .docx. It is known by nothing when it comes back."""
    printed: Printed = {**compendium.printed, "footnotes": []}
    frame = WordFrame(printed, look)
    body = Body(
        printed, frame.said, frame.runs, frame.pictures, frame.sheet, has_band=frame.has_band
    )
    about = Properties(
        title=compendium.title,
        coalition=printed["coalition"],
        language=frame.language.own,
        sha256=None,
        revision=None,
    )
    text = [*body.head(logo), *_Writer(body, frame.runs).whole(compendium)]
    return frame.packed(text, body.starts, about, compendium.mark)


class _Writer:
    def __init__(self, body: Body, runs: Runs) -> None:
        self._body, self._runs = body, runs

    def whole(self, compendium: Compendium) -> Iterator[Xml]:
        paragraph, own = self._body.paragraph, self._runs.own
        yield paragraph("heading 1", own(compendium.heading))
        for line in compendium.counted:
            yield paragraph("Normal", own(line, colour(SOFT)), more=[spacing(0, 0)])
        for place in compendium.places:
            yield paragraph("heading 2", own(place.label))
            for text in place.says:
                way = self._body.way(text)
                yield paragraph("Normal", self._runs.marked(text, colour(SOFT)), more=way)
            for one in place.entries:
                yield from self._entry(one, 1)
        if not compendium.places:
            yield paragraph("Normal", own(compendium.said.compendium["nothing"]))

    def _entry(self, one: CompendiumEntry, depth: int) -> Iterator[Xml]:
        own = self._runs.own
        label = f"{one.label} · {one.state}" if one.state else one.label
        around = [indent(rem(_STEP * depth)), spacing(0, 0.2)]
        first = [indent(rem(_STEP * depth)), spacing(0.5, 0), _NEXT]
        yield self._body.paragraph("Normal", own(label, *BOLD), more=first)
        # A mark of the page's direction keeps the order of what is in other letters.
        mark = "\u200f" if self._runs.language.direction == "rtl" else "\u200e"
        about = own(f" · {mark}").join(own(part, colour(SOFT)) for part in one.about)
        yield self._body.paragraph("Normal", about, more=[*around, _NEXT])
        for passage in one.passages:
            yield self._body.paragraph("Normal", self._marked(passage), more=around)
        if one.text:
            more = [*self._body.way(one.text), *around]
            yield self._body.paragraph("Normal", self._lines(one.text), more=more)
        for name, text in one.facts:
            inner = own(f"{name}: ", *BOLD), self._lines(text)
            yield self._body.paragraph("Normal", *inner, more=around)
        for note in one.notes:
            yield self._body.paragraph("Normal", own(note, colour(SOFT)), more=around)
        for reply in one.replies:
            yield from self._entry(reply, depth + 1)

    def _marked(self, passage: Iterable[WordRun]) -> Xml:
        """Return runs with signs and lines around the words that would come and go."""
        found = ""
        for op, group in groupby(passage, key=lambda piece: piece.op):
            run = list(group)
            look, sign = _LOOKS.get(op, ((), ""))
            if not sign:
                found += "".join(self._piece(one, ()) for one in run)
                continue
            # What parts them from others stands outside of the signs.
            words = run[0].words.lstrip()
            found += self._lines(run[0].words[: len(run[0].words) - len(words)])
            run[0] = run[0]._replace(words=words)
            words = run[-1].words.rstrip()
            after = self._lines(run[-1].words[len(words) :])
            run[-1] = run[-1]._replace(words=words)
            found += self._runs.own(sign)
            found += "".join(self._piece(one, look) for one in run)
            found += self._runs.own("]") + after
        return Xml(found)

    def _piece(self, piece: WordRun, look: tuple[Xml, ...]) -> str:
        if piece.is_note:
            return self._runs.own(piece.words, *look, w("vertAlign", val="superscript"))
        look += _ITALIC if "em" in piece.marks else ()
        look += BOLD if "strong" in piece.marks else ()
        inner = self._lines(piece.words, *look)
        link = next(filter(markdown.is_address, piece.marks), None)
        return self._runs.link(link, inner) if link else inner

    def _lines(self, text: str, *look: Xml) -> Xml:
        lines = (self._runs.own(line, *look) if line else Xml("") for line in text.split("\n"))
        return Xml(BREAK.join(lines))
