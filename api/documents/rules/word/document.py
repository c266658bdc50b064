"""A statement as a file of Word: its parts from the text, its signatories and its look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from api.documents.rules import html, outline
from api.documents.rules.html import Look
from api.documents.rules.word import package, styles
from api.documents.rules.word.body import Body, field
from api.documents.rules.word.notes import BEFORE_THE_FIRST, Notes
from api.documents.rules.word.package import Properties, Relationships
from api.documents.rules.word.pictures import Picture, Pictures
from api.documents.rules.word.runs import DocumentLanguage, Runs
from api.documents.rules.word.sheet import BOTTOM, EDGE, TOP, PaperSheet
from api.documents.rules.word.styles import ALARM, BOLD, Styles, colour
from api.documents.rules.word.xml import Xml, element, properties, root, w
from api.infra.text import languages
from api.portable.rules import printing
from api.portable.rules.printing import Printed
from api.portable.rules.signing import Signatories
from api.texts.rules.words import Words, words

_SHORT_TITLE, _WIDE = 80, 96  # characters of a title at the head, and of it with a mark
_PAGES = {"1": "default", "2": "first"}  # on which an edge stands, by the end of its name
_BANDED = "brief"  # themes whose head is a field of colour


def document(  # noqa: PLR0913 # the look, and the pictures in it
    printed: Printed,
    signatories: Signatories,
    look: Look,
    *,
    logo: Picture | None = None,
    logos: Sequence[Picture] = (),
    revision: int | None = None,
    block_ids: Sequence[str] = (),
) -> bytes:
    """Return the document as a .docx: the words of the PDF in their order.

    Footnotes are Word's own, so they stand at the foot of their page and not under a heading.
    """
    file = WordFrame(printed, look)
    body = Body(
        printed, file.said, file.runs, file.pictures, file.sheet, has_band=file.has_band,
        block_ids=block_ids,
    )  # fmt: skip
    contents = outline.contents(printed, signatories, file.said) if file.has_band else []
    contents = [one for one in contents if one.id != "notes"]
    edited = file.said.edited_line(look.edited_on)
    text = [*body.whole(signatories, edited, logo, logos, contents)]
    about = Properties(
        title=printed["title"],
        coalition=printed["coalition"],
        language=file.language.own,
        sha256=printing.fingerprint(printed),
        revision=revision,
    )
    mark = outline.mark(printed, file.said, is_draft=look.is_draft)
    return file.packed(text, body.starts, about, mark)


class WordFrame:
    """What every file of Word about a statement is made of, beside its text."""

    def __init__(self, printed: Printed, look: Look) -> None:
        """Take what prints, for its language, title and footnotes."""
        self.said = words(printed["language"])
        self.language = DocumentLanguage(printed["language"], printed["direction"])
        self.sheet = PaperSheet(look.page_size, printed["direction"])
        self.has_band = look.theme.startswith(_BANDED)
        self._accent = html.legible(look.accent).removeprefix("#").upper()
        self._links, self._notes = Relationships(), Notes(printed, self.language)
        self.runs = Runs(self.language, self._links, self._notes.reference)
        self.pictures = Pictures(self._links)

    def packed(
        self, text: Iterable[Xml], starts: Iterable[int], about: Properties, mark: str
    ) -> bytes:
        """Return the file with its paragraphs, and with what every page says of itself."""
        links = self._links
        edges = _edges(about.title, self.said, self.language, mark)
        places = {name: links.id_of(name.rstrip("12"), f"{name}.xml") for name in edges}
        for name in ("styles", "numbering", "settings", "footnotes"):
            links.id_of(name, f"{name}.xml")
        whole = w("body", *text, _section(self.sheet, places))
        looks = Styles(self.sheet, self.language, self._accent, about.title, has_band=self.has_band)
        parts = {
            "document.xml": root("document", whole, prefixes="w r wp"),
            "styles.xml": looks.part(),
            "numbering.xml": styles.numbering(starts, self._accent),
            "settings.xml": _settings(),
            "footnotes.xml": self._notes.part(),
            **{f"{name}.xml": content for name, content in edges.items()},
            **self.pictures.files,
        }
        rels = {"document.xml": links, "footnotes.xml": self._notes.links}
        return package.packed(parts, rels, about)


def _edges(
    whole_title: str, said: Words, language: DocumentLanguage, mark: str
) -> dict[str, bytes]:
    """Return what stands at the head and the foot of the first page and of those after it."""
    runs = Runs(language, Relationships(), lambda _: Xml(""))
    title = runs.own(html.shortened(whole_title, min(_SHORT_TITLE, _WIDE - len(mark))))
    end = [w("r", w("tab")), runs.own(mark, *BOLD, colour(ALARM))] if mark else []
    before, _, rest = said.page.partition("{page}")
    between, _, after = rest.partition("{pages}")
    one = runs.own(languages.number(1, said.language))
    page = [runs.own(before), field(" PAGE ", one), runs.own(between), field(" NUMPAGES ", one),
            runs.own(after)]  # fmt: skip
    foot = _edge("footer", w("r", w("tab")), *page)
    return {
        "header1": _edge("header", title, *end),
        "header2": _edge("header", *end),
        "footer1": foot,
        "footer2": foot,
    }


def _edge(kind: str, *inner: Xml) -> bytes:
    style = properties("pPr", [w("pStyle", val=kind.title())])
    return root("hdr" if kind == "header" else "ftr", w("p", style, *inner))


def _section(sheet: PaperSheet, places: dict[str, str]) -> Xml:
    width, height = sheet.paper
    left, right = sheet.margins
    refers = (
        element(f"w:{name[:-1]}Reference", {"w:type": _PAGES[name[-1]], "r:id": place})
        for name, place in places.items()
    )
    about = [
        *refers,
        w("pgSz", w=width, h=height),
        w("pgMar", top=TOP, right=right, bottom=BOTTOM, left=left, header=EDGE, footer=EDGE,
          gutter=0),
        w("titlePg"),
        *([w("bidi")] if sheet.direction == "rtl" else []),
    ]  # fmt: skip
    return properties("sectPr", about)


def _settings() -> bytes:
    drawn = (w("footnote", id=number) for number in BEFORE_THE_FIRST)
    word = "http://schemas.microsoft.com/office/word"
    mode = w("compatSetting", name="compatibilityMode", uri=word, val=15)  # of Word 2013 and later
    return root(
        "settings",
        w("zoom", percent=100),
        w("defaultTabStop", val=720),
        w("characterSpacingControl", val="doNotCompress"),
        w("footnotePr", *drawn),
        w("compat", mode),
        w("decimalSymbol", val="."),
        w("listSeparator", val=","),
    )
