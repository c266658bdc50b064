"""The body of a file of Word: all that a statement prints, in the order of its PDF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import count, pairwise

from api.documents.rules import outline
from api.documents.rules.outline import Group, Name, OutlineItem
from api.documents.rules.word.pictures import Picture, Pictures
from api.documents.rules.word.runs import BREAK, Runs
from api.documents.rules.word.sheet import PaperSheet
from api.documents.rules.word.styles import BOLD, FIRST_LIST, SOFT, colour, size, spacing, style_id
from api.documents.rules.word.xml import Xml, properties, w
from api.portable.rules import printing
from api.portable.rules.printing import Printed
from api.portable.rules.signing import Signatories
from api.texts.rules.words import Words

_SMALL = (*size(0.85), colour(SOFT))
_NEXT, _WHOLE = Xml("<w:keepNext/>"), Xml("<w:keepLines/>")
_TAB = Xml("<w:r><w:tab/></w:r>")
_BESIDE = 18  # characters of a label; a longer one stands over the text
_SHORT = 600  # characters of a quote; a longer one may begin on one page and end on the next
_COLUMNS, _LOGOS_IN_A_ROW = 2, 4

_Line = tuple[str, str, list[Xml]]  # a paragraph to be: its style, its runs, its properties


class Body:
    """Writes the paragraphs of a statement."""

    def __init__(  # noqa: PLR0913 # what each part is written by
        self, printed: Printed, said: Words, runs: Runs, pictures: Pictures, sheet: PaperSheet,
        *, has_band: bool, block_ids: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Take the statement, our own words in its language, and what writes texts.

        With a band of colour at its head, the logo stands over that. Each paragraph of a block with
        an id has a bookmark that Word does not list: by this it is known when the file comes back.
        """
        self._ids = [each.replace("-", "") for each in block_ids]
        self._units: Iterator[str] | None = None  # of the bookmarks of a block's paragraphs
        self._has_band = has_band
        self._printed, self._said, self._runs, self._pictures = printed, said, runs, pictures
        self._sheet = sheet
        self._marks = count(1)  # ids of bookmarks
        self._aims: frozenset[str] = frozenset()  # what the contents lead to
        self.starts: list[int] = []  # of the numbered lists, in their order

    def whole(
        self, signatories: Signatories, edited: str, logo: Picture | None, logos: Sequence[Picture],
        contents: Sequence[OutlineItem],
    ) -> Iterator[Xml]:  # fmt: skip
        """Yield all of it; a table is followed by a paragraph, or Word joins it to the next."""
        was_table = False
        for part in self._parts(signatories, edited, logo, logos, contents):
            is_table = part.startswith("<w:tbl>")
            if was_table and is_table:
                yield self.paragraph("Signatory")
            yield part
            was_table = is_table
        if was_table:
            yield self.paragraph("Signatory")

    def _parts(
        self, signatories: Signatories, edited: str, logo: Picture | None, logos: Sequence[Picture],
        contents: Sequence[OutlineItem],
    ) -> Iterator[Xml]:  # fmt: skip
        self._aims = frozenset(one.id for each in contents for one in (each, *each.under))
        yield from self.head(logo)
        yield from self._contents(contents)
        if edited:
            yield self._own("Edited", edited)
        for salutation in outline.salutations(self._printed):
            yield self._own("Salutation", salutation)
        yield from self._blocks()
        yield from self._signatories(signatories, logos)
        yield from self._contacts()

    def head(self, logo: Picture | None) -> Iterator[Xml]:
        """Yield who speaks, what it is, when and to whom."""
        shown = [self._pictures.run(logo)] if logo else []
        if shown and self._has_band:
            yield self.paragraph("Logo", *shown)
            shown = []
        between = self._runs.own("\u2002") if shown else ""
        lines = [*self._lines_of_head([*shown, between])]
        for (style, inner, more), (below, _, _) in pairwise([*lines, ("", "", [])]):
            ends = not below or (self._has_band and below == "Fact" != style)
            space = [spacing(after=1.5)] if ends else []
            yield self.paragraph(style, inner, more=[*more, *space])

    def _lines_of_head(self, logo: Sequence[str]) -> Iterator[_Line]:
        """Yield who speaks, what it is, when and to whom: style, runs, properties."""
        printed, said, runs = self._printed, self._said, self._runs
        yield "Coalition", "".join([*logo, runs.own(printed["coalition"])]), []
        beside = [] if self._has_band else self._sheet.frame(0.45)
        yield "Kind", runs.own(said.kinds[printed["kind"]]), beside
        yield "Title", runs.own(printed["title"]), self.way(printed["title"], is_line=True)
        if "dateline" in printed:
            yield "Date", runs.own(printed["dateline"]), []
        soft = colour(SOFT)
        if "occasion" in printed:
            label = runs.own(said.occasion, soft)
            yield "Fact", f"{label}{_TAB}{runs.own(printed['occasion'])}", []
        for place, one in enumerate(printed["addressees"]):
            label = Xml("") if place else runs.own(said.to, soft)
            about = outline.about(one, ("title", "organisation", "country"), said)
            inner = [label, _TAB, runs.own(one["name"], *BOLD), *self._small(about)]
            yield "Fact", "".join(inner), []

    def _contents(self, lines: Sequence[OutlineItem]) -> Iterator[Xml]:
        """Yield the contents as a field of Word, which it can make anew."""
        if not lines:
            return
        yield self._own("TOC Heading", self._said.contents)
        flat = [entry for one in lines for entry in ((1, one), *((2, each) for each in one.under))]
        for place, (level, one) in enumerate(flat):
            link = w("hyperlink", self._runs.own(one.text), anchor=_anchor(one.id), history=1)
            start = _begun(' TOC \\o "1-2" \\n \\h \\u ') if place == 0 else ""
            end = _ENDED if place == len(flat) - 1 else ""
            yield self.paragraph(f"toc {level}", start, link, end)

    def _blocks(self) -> Iterator[Xml]:
        is_under = False  # a heading
        for place, block in enumerate(self._printed["blocks"], 1):
            if self._ids:
                self._units = map(f"_us_{self._ids[place - 1]}_{{}}".format, count())
            yield from self._block(block, place, is_under=is_under)
            is_under = is_under or block["type"] == "heading"
        self._units = None

    def _block(self, block: printing.PrintedBlock, place: int, *, is_under: bool) -> Iterator[Xml]:
        if block["type"] == "heading":
            yield self._aim(f"part-{place}", "heading 1", self._runs.marked(block["text"]))
        elif block["type"] == "paragraph":
            yield self._turned("Normal", block["text"])
        elif block["type"] == "quote":
            yield from self._lead(block)
            yield from self._quote(block)
        elif block["type"] == "demands":
            yield from self._lead(block)
            yield from self._demands(block, place, is_under=is_under)
        elif block["type"] in {"list", "cases"}:
            yield from self._lead(block)
            is_numbered = block.get("ordered", False)
            yield from self._items(block["items"], self._list(1) if is_numbered else None)

    def _lead(self, block: printing.PrintedBlock) -> Iterator[Xml]:
        if lead := block.get("lead"):
            yield self.paragraph("Normal", self._runs.marked(str(lead)), more=[_NEXT])

    def _quote(self, block: printing.PrintedQuote) -> Iterator[Xml]:
        runs, comma = self._runs, self._runs.own(self._said.comma)
        plain = filter(None, (block.get("source"), block.get("locator")))
        parts = [runs.own(text) for text in plain]
        if "url" in block:
            parts.append(runs.address(block["url"], block["url"]))
        if "retrieved" in block:
            parts.append(runs.own(self._said.retrieved.format(date=block["retrieved"])))
        kept = [_WHOLE, *([_NEXT] if parts else [])] if len(block["text"]) < _SHORT else []
        yield self._turned("Quote", block["text"], *kept)
        if parts:
            way = self.way(block["text"])
            yield self.paragraph("Quote Source", comma.join(parts), more=way)

    def _items(self, items: Iterable[str], number: int | None) -> Iterator[Xml]:
        style = "List Bullet" if number is None else "List Number"
        lines: list[_Line] = []
        for item in items:
            more = [*_numbered(number), *self.way(item, is_line=True)]
            lines.append((style, self._runs.marked(item), more))
        yield from self._listed(lines)

    def _listed(self, lines: Sequence[_Line]) -> Iterator[Xml]:
        """Yield the paragraphs of a list (style, runs, properties); what follows is set off."""
        for place, (style, inner, more) in enumerate(lines, 1):
            space = [spacing(after=0.9)] if place == len(lines) else []
            yield self.paragraph(style, inner, more=[*more, *space])

    def _demands(
        self, block: printing.PrintedDemands, place: int, *, is_under: bool
    ) -> Iterator[Xml]:
        if block["layout"] == "paragraph":
            run_on: list[_Line] = []
            for one in block["lists"]:
                both = ((each["text"], each.get("rationale")) for each in one["demands"])
                texts = [text for each in both for text in each if text]
                inner = self._runs.own(" ").join(map(self._runs.marked, texts))
                run_on.append(("List Bullet", inner, []))
            yield from self._listed(run_on)
            return
        for part, (start, one) in enumerate(outline.numbered(block["lists"]), 1):
            if heading := one.get("heading"):
                level = 2 if is_under else 1
                style = f"Beside {level}" if len(heading) <= _BESIDE else f"heading {level}"
                beside = self._sheet.frame() if style.startswith("Beside") else []
                yield self._aim(f"part-{place}-{part}", style, self._runs.own(heading), *beside)
            number = self._list(start)
            lines: list[_Line] = []
            for demand in one["demands"]:
                why = demand.get("rationale")
                more = [*_numbered(number), _WHOLE, *([_NEXT] if why else [])]
                lines.append(("List Number", self._runs.marked(demand["text"]), more))
                if why:
                    lines.append(("List Continue", self._runs.marked(why), []))
            yield from self._listed(lines)

    def _list(self, start: int) -> int:
        """Return the number of a new list, which counts from `start`."""
        self.starts.append(start)
        return FIRST_LIST + len(self.starts) - 1

    def _signatories(self, signatories: Signatories, logos: Sequence[Picture]) -> Iterator[Xml]:
        said = self._said
        groups = outline.groups(signatories["lines"], said)
        withheld = outline.withheld(signatories, said)
        if groups or withheld:
            yield self._aim("signatories", "Heading 1 Ruled", self._runs.own(said.signatories))
        for group in groups:
            if group.heading:
                yield self._own("Signatory Sort", group.heading)
            yield from self._names(group)
        if withheld:
            yield self.paragraph("Signatory", self._runs.own(withheld, colour(SOFT)))
        if logos:
            cells = [self.paragraph("Signatory", self._pictures.run(one)) for one in logos]
            yield from self._table(cells, _LOGOS_IN_A_ROW)

    def _names(self, group: Group) -> Iterator[Xml]:
        if group.many:
            lines = " · ".join(map(self._line, group.names))
            yield self.paragraph("Signatory", self._runs.own(lines))
            return
        cells = [
            self.paragraph(
                "Signatory",
                self._runs.own(name.text),
                *self._small(name.mark),
                *self._small(name.note),
                more=self.way(name.text, is_line=True),
            )
            for name in group.names
        ]
        yield from cells if group.long or len(cells) == 1 else self._table(cells, _COLUMNS)

    def _line(self, name: Name) -> str:
        line = self._said.comma.join(filter(None, (name.text, name.mark)))
        return f"{line} ({name.note})" if name.note else line

    def _contacts(self) -> Iterator[Xml]:
        runs, said = self._runs, self._said
        if self._printed["contacts"]:
            yield self._aim("contacts", "Heading 1 Ruled", runs.own(said.contact))
        for one in self._printed["contacts"]:
            inner = [runs.own(one["name"], *BOLD)]
            if role := one.get("role"):
                inner.append(runs.own(said.comma + role))
            if email := one.get("email"):
                inner += [runs.own(" · "), runs.address(f"mailto:{email}", email)]
            if phone := one.get("phone"):
                inner.append(runs.own(f" · {phone}"))
            yield self.paragraph("Contact", *inner)

    def _table(self, cells: Sequence[Xml], columns: int) -> Iterator[Xml]:
        """Yield paragraphs side by side, read along the rows, as the PDF has them."""
        width = self._sheet.width // columns
        look = [
            w("tblW", w=width * columns, type="dxa"),
            w("tblLayout", type="fixed"),
            w("tblCellMar", w("left", w=0, type="dxa"), w("right", w=0, type="dxa")),
            *([w("bidiVisual")] if self._printed["direction"] == "rtl" else []),
        ]
        grid = w("tblGrid", w("gridCol", w=width) * columns)
        about = properties("tcPr", [w("tcW", w=width, type="dxa")])
        rows = []
        for start in range(0, len(cells), columns):
            row = [*cells[start : start + columns]]
            row += [self.paragraph("Signatory")] * (columns - len(row))
            rows.append(w("tr", w("trPr", w("cantSplit")), *(w("tc", about, cell) for cell in row)))
        yield w("tbl", properties("tblPr", look), grid, *rows)

    def _small(self, text: str | None) -> list[Xml]:
        return [BREAK, self._runs.own(text, *_SMALL)] if text else []

    def _own(self, style: str, text: str) -> Xml:
        """Return a paragraph of a plain text."""
        way = self.way(text, is_line=True)
        return self.paragraph(style, self._runs.own(text), more=way)

    def _turned(self, style: str, text: str, *more: Xml) -> Xml:
        """Return a paragraph of inline Markdown, on the side where its letters begin."""
        return self.paragraph(style, self._runs.marked(text), more=[*self.way(text), *more])

    def way(self, text: str, *, is_line: bool = False) -> list[Xml]:
        """Return what turns a paragraph whose letters run against the document's.

        A line among others stays on their side: "right" is where what runs that way ends.
        """
        way = self._runs.language.way_of(text)
        if way == self._printed["direction"]:
            return []
        turned = w("bidi", val=int(way == "rtl"))
        return [turned, w("jc", val="right")] if is_line else [turned]

    def _aim(self, name: str, style: str, inner: Xml, *more: Xml) -> Xml:
        """Return a heading, with its bookmark where the contents lead there."""
        marked = self._bookmark(_anchor(name), inner) if name in self._aims else inner
        return self.paragraph(style, marked, more=more)

    def _bookmark(self, name: str, inner: str) -> Xml:
        number = next(self._marks)
        start, end = w("bookmarkStart", id=number, name=name), w("bookmarkEnd", id=number)
        return Xml(f"{start}{inner}{end}")

    def paragraph(self, style: str, *inner: str, more: Iterable[Xml] = ()) -> Xml:
        """Return a paragraph of runs in a style, by its name."""
        named = [] if style == "Normal" else [w("pStyle", val=style_id(style))]
        text = "".join(inner)
        if self._units is not None:
            text = self._bookmark(next(self._units), text)
        return w("p", properties("pPr", [*named, *more]), text)


def _numbered(number: int | None) -> list[Xml]:
    return [] if number is None else [w("numPr", w("ilvl", val=0), w("numId", val=number))]


def _anchor(name: str) -> str:
    return "_Toc_" + name.replace("-", "_")


def field(code: str, shown: Xml) -> Xml:
    """Return a field of Word, with what it shows until Word works it out."""
    return Xml(f"{_begun(code)}{shown}{_ENDED}")


def _begun(code: str) -> Xml:
    told = f'<w:instrText xml:space="preserve">{escape(code, quote=False)}</w:instrText>'
    parts = (w("fldChar", fldCharType="begin"), told, w("fldChar", fldCharType="separate"))
    return Xml("".join(w("r", part) for part in parts))


_ENDED = w("r", w("fldChar", fldCharType="end"))
