"""The styles of a file of Word: its own by their names, and a few of ours built upon those."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from api.documents.rules.word.runs import DocumentLanguage
from api.documents.rules.word.sheet import LABELS, PaperSheet, half_points, rem
from api.documents.rules.word.xml import Xml, properties, root, w

INK, SOFT, LINE, ALARM = "1C1F22", "5B636B", "CFD4D8", "8A2B1D"
_SERIF, _SANS = "Georgia", "Calibri"  # which every Word has, with Cyrillic and Greek
_LARGER = 1.2  # letters of Arabic and Hebrew are drawn smaller than Latin ones of the same size
_LETTERS = {  # of Chinese, Japanese, Korean: serif and sans
    "Hani": ("SimSun", "Microsoft YaHei"),
    "Hira": ("Yu Mincho", "Yu Gothic"),
    "Hang": ("Batang", "Malgun Gothic"),
}
_OURS = frozenset(
    {"Beside 1", "Beside 2", "Heading 1 Ruled", "Quote Source", "Coalition", "Kind", "Edited",
     "Fact", "Signatory", "Signatory Sort", "Contact", "Logo"}
)  # fmt: skip
BOLD = (Xml("<w:b/>"), Xml("<w:bCs/>"))
_LONG, _LONGEST = 80, 160  # characters of a title


def size(count: float) -> tuple[Xml, Xml]:
    """Return the size of letters, in sizes of the text."""
    return w("sz", val=half_points(count)), w("szCs", val=half_points(count * _LARGER))


def colour(name: str) -> Xml:
    return w("color", val=name)


def spacing(
    before: float | None = None, after: float | None = None, line: float | None = None
) -> Xml:
    """Return space before and after a paragraph in sizes of the text, and its lines' height."""
    around = {"before": before, "after": after}
    told: dict[str, object] = {name: rem(each) for name, each in around.items() if each is not None}
    if line is not None:
        told |= {"line": rem(line), "lineRule": "atLeast"}
    return w("spacing", **told)


def indent(start: int = 0, end: int = 0, hanging: int = 0) -> Xml:
    return w("ind", left=start, right=end, **({"hanging": hanging} if hanging else {}))


class Styles:
    """What a document's paragraphs look like, in its theme and colour."""

    def __init__(
        self,
        sheet: PaperSheet,
        language: DocumentLanguage,
        accent: str,
        title: str,
        *,
        has_band: bool,
    ) -> None:
        """Take the coalition's colour as six digits, and the title for how long it is."""
        self._sheet, self._language, self._accent = sheet, language, accent
        self._has_band = has_band
        is_long, is_longest = len(title) > _LONG, len(title) > _LONGEST
        self._title = (1.3 if is_longest else 1.6 if is_long else 1.95) + 0.2 * has_band
        self._leading = 1.45 if language.direction == "ltr" else 1.7
        # Borders of paragraphs stay on their side of the paper, whatever way its letters run.
        self._start = "left" if language.direction == "ltr" else "right"

    def part(self) -> bytes:
        east = next((_LETTERS[one] for one in self._language.scripts if one in _LETTERS), None)
        serif, sans = east or _LETTERS["Hani"]
        self._serif = w("rFonts", ascii=_SERIF, hAnsi=_SERIF, eastAsia=serif, cs="Times New Roman")
        self._sans = w("rFonts", ascii=_SANS, hAnsi=_SANS, eastAsia=sans, cs="Arial")
        letters = [self._serif, *size(1), colour(INK), self._language.defaults()]
        defaults = w(
            "docDefaults",
            w("rPrDefault", properties("rPr", letters)),
            w("pPrDefault", ""),
        )
        whole = [*self._text(), *self._head(), *self._lists(), *self._rest(), *self._letters()]
        return root("styles", defaults, *whole)

    def _text(self) -> Iterator[Xml]:
        way = [Xml("<w:bidi/>")] if self._language.direction == "rtl" else []
        yield _style("Normal", None, [spacing(0, 0.6, self._leading), *way], [], is_default=True)
        yield w("style", w("name", val="Default Paragraph Font"), w("uiPriority", val=1),
                w("semiHidden"), w("unhideWhenUsed"), type="character", default=1,
                styleId="DefaultParagraphFont")  # fmt: skip
        yield w("style", w("name", val="Normal Table"), w("uiPriority", val=99), w("semiHidden"),
                w("unhideWhenUsed"), properties("tblPr", [w("tblInd", w=0, type="dxa")]),
                type="table", default=1, styleId="TableNormal")  # fmt: skip
        yield w("style", w("name", val="No List"), w("uiPriority", val=99), w("semiHidden"),
                w("unhideWhenUsed"), type="numbering", default=1, styleId="NoList")  # fmt: skip
        # A report has parts: each begins with a line.
        part = [self._rule(self._accent), indent(-LABELS)] if self._has_band else []
        looks: tuple[tuple[float, float, str, list[Xml]], ...] = (
            (1.3 if part else 1.2, 1.7, INK, part),
            (1, 1.1, self._accent, []),
            (0.94, 0.8, SOFT, []),
        )
        for level, (count, before, shade, more) in enumerate(looks, 1):
            look = [self._sans, *BOLD, *size(count), colour(shade)]
            place = [*_kept(), spacing(before, 0.4), w("outlineLvl", val=level - 1), *more]
            yield _style(f"heading {level}", "Normal", place, look, following="Normal")
        over = 0 if self._language.direction == "ltr" else 0.4  # where labels stand over the text
        beside = [w("pBdr", w("top", val="nil")), spacing(2 * over, over), indent()]
        for level in (1, 2):
            look = [self._sans, *BOLD, *size(0.92), colour(self._accent)]
            yield _style(f"Beside {level}", f"Heading{level}", beside, look)
        yield _style("Heading 1 Ruled", "Heading1", [self._rule(), spacing(1.6, 0.5), indent()],
                     [*size(0.98), colour(self._accent)])  # fmt: skip
        quoted = [w("pBdr", self._quoted()), indent(rem(1.1)), spacing(0.3, 0.3)]
        yield _style("Quote", "Normal", quoted, [*size(0.97)], following="Normal")
        source = [*quoted[:2], spacing(0, 1.1)]
        yield _style("Quote Source", "Quote", source, [self._sans, *size(0.85), colour(SOFT)])
        yield _style("footnote text", "Normal", [spacing(0, 0.15, 1.1)], [self._sans, *size(0.85)])
        yield _style("Salutation", "Normal", [spacing(0, 0.6)], [], following="Normal")

    def _head(self) -> Iterator[Xml]:
        label = [self._sans, *size(0.92)]
        over = [colour("FFFFFF")] if self._has_band else []
        band = self._band() if self._has_band else []
        who = [self._sans, *BOLD, *size(1.08), *(over or [colour(self._accent)])]
        outer = indent(-LABELS)
        mast = band or [outer, w("pBdr", w("bottom", val="single", sz=6, space=9, color=LINE))]
        yield _style("Coalition", "Normal", [spacing(0, 3.4 if band else 2.4), *mast], who)
        if band:
            yield _style("Logo", "Normal", [outer, spacing(0, 1)], [])
            kind = [*band, spacing(0, 0.3)]
            yield _style("Kind", "Normal", kind, [*label, *BOLD, *over])
        else:
            look = [*label, *BOLD, colour(self._accent)]
            yield _style("Kind", "Normal", [spacing(0, 0)], look)
        large = [self._sans, *BOLD, *size(self._title), *over]
        below = [*band, *_kept(), spacing(0, 0.7)]
        yield _style("Title", "Normal", below, large, following="Normal")
        when = [*label, *(over or [colour(SOFT)])]
        yield _style("Date", "Normal", [*band, spacing(0, 0.6)], when, following="Normal")
        yield _style("Edited", "Normal", [spacing(0.6, 0.6)], [*label, colour(SOFT)])
        fact = [indent(0, hanging=LABELS)]  # whose edge is where the label's tab leads
        yield _style("Fact", "Normal", [*fact, spacing(0.25, 0.35)], label)
        yield _style("TOC Heading", "Normal", [*_kept(), spacing(1.2, 0.3)],
                     [self._sans, *BOLD, *size(1), colour(self._accent)])  # fmt: skip
        for level in (1, 2):
            deep = indent(rem(1.1) * (level - 1))
            look = [*label] if level == 1 else [self._sans, *size(0.88), colour(SOFT)]
            yield _style(f"toc {level}", "Normal", [deep, spacing(0, 0.15, 1.25)], look)

    def _lists(self) -> Iterator[Xml]:
        for name, number in (("List Number", NUMBERS), ("List Bullet", BULLETS)):
            numbered = w("numPr", w("numId", val=number))
            yield _style(name, "Normal", [numbered, spacing(0, 0.38)], [])
        why = [indent(HANGING), spacing(0, 0.38)]
        yield _style("List Continue", "Normal", why, [*size(0.93), colour(SOFT)])

    def _rest(self) -> Iterator[Xml]:
        small = [self._sans, *size(0.93)]
        line = spacing(0, 0.4, 1.3)
        yield _style("Signatory", "Normal", [line, indent(end=170), Xml("<w:keepLines/>")], small)
        yield _style("Signatory Sort", "Heading2", [spacing(0.7, 0.3)], [
            w("b", val=0), w("bCs", val=0), *size(0.88), colour(SOFT)])  # fmt: skip
        yield _style("Contact", "Normal", [line], small)
        # From the right, programs count a tab from the edge or from the indent.
        start = -LABELS if self._language.direction == "ltr" else 0
        for name, edge in (("header", start), ("footer", 0)):
            end = w("tabs", w("tab", val="right", pos=self._sheet.width))
            place = [end, indent(edge), spacing(0, 0)]
            yield _style(name, "Normal", place, [self._sans, *size(0.8), colour(SOFT)])

    def _letters(self) -> Iterator[Xml]:
        raised = [w("vertAlign", val="superscript"), colour(self._accent), self._sans]
        yield _style("footnote reference", None, [], raised, is_of_letters=True)
        yield _style("Hyperlink", None, [], [w("u", val="single")], is_of_letters=True)

    def _rule(self, shade: str = LINE) -> Xml:
        return w("pBdr", w("top", val="single", sz=6, space=8, color=shade))

    def _quoted(self) -> Xml:
        return w(self._start, val="single", sz=12, space=12, color=self._accent)

    def _band(self) -> list[Xml]:
        """Return what makes neighbouring paragraphs one field of the coalition's colour."""
        edges = (
            w(side, val="single", sz=48, space=10, color=self._accent)
            for side in ("top", "left", "bottom", "right")
        )
        fill = w("shd", val="clear", color="auto", fill=self._accent)
        return [w("pBdr", *edges), fill, indent(-LABELS)]


NUMBERS, BULLETS, FIRST_LIST = 1, 2, 3  # of lists; the first two are those of the styles
HANGING = rem(1.5)


def numbering(starts: Iterable[int], accent: str) -> bytes:
    """Return the part with all lists; each numbered one of the text starts where it says."""
    look = properties("rPr", [*BOLD, colour(accent)])
    place = properties("pPr", [indent(HANGING, hanging=HANGING)])
    kinds = ("decimal", "%1.", "ListNumber"), ("bullet", "•", "ListBullet")
    shapes = [
        w(
            "abstractNum",
            w("multiLevelType", val="singleLevel"),
            properties(
                "lvl",
                [w("start", val=1), w("numFmt", val=kind), w("pStyle", val=style),
                 w("lvlText", val=text), w("lvlJc", val="left"), place, look],
                ilvl=0,
            ),
            abstractNumId=number,
        )
        for number, (kind, text, style) in enumerate(kinds, 1)
    ]  # fmt: skip
    own = (NUMBERS, BULLETS)
    lists = [w("num", w("abstractNumId", val=number), numId=number) for number in own]
    for number, start in enumerate(starts, FIRST_LIST):
        restart = w("lvlOverride", w("startOverride", val=start), ilvl=0)
        lists.append(w("num", w("abstractNumId", val=NUMBERS), restart, numId=number))
    return root("numbering", *shapes, *lists)


def style_id(name: str) -> str:
    """Return the id of a style: "List Number" is ListNumber, as in Word's own files."""
    return "".join(part[0].upper() + part[1:] for part in name.split())


def _kept() -> tuple[Xml, Xml]:
    return Xml("<w:keepNext/>"), Xml("<w:keepLines/>")


def _style(  # noqa: PLR0913 # what a style of Word holds
    name: str,
    base: str | None,
    place: Iterable[Xml],
    look: Iterable[Xml],
    *,
    following: str | None = None,
    is_default: bool = False,
    is_of_letters: bool = False,
) -> Xml:
    told = [
        w("name", val=name),
        w("qFormat"),
        properties("pPr", place),
        properties("rPr", look),
        *([w("basedOn", val=base)] if base else []),
        *([w("next", val=following)] if following else []),
    ]
    kind: dict[str, object] = {"type": "character" if is_of_letters else "paragraph"}
    kind |= {"default": 1} if is_default else {}
    kind |= {"customStyle": 1} if name in _OURS else {}
    return properties("style", [one for one in told if one], **kind, styleId=style_id(name))
