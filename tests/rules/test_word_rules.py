"""The rules by which Word reads a file, on the XML itself: other programs open nearly anything."""

from __future__ import annotations

from itertools import pairwise
from pathlib import PurePosixPath

import pytest

from tests.support.word_files import R, W, WordFile, values
from tests.support.word_samples import COMPENDIUM, SAMPLES, sample, targets

TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
# What may stand in each, in this order. Source: ECMA-376, part 1, the schema wml.xsd.
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr"
    " suppressLineNumbers pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct"
    " topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid spacing ind"
    " contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment"
    " textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint"
    " noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect"
    " bdr shd fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc"
    " pgBorders lnNumType pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi"
    " rtlGutter docGrid printerSettings",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden"
    " unhideWhenUsed qFormat locked personal rsid pPr rPr tblPr trPr tcPr tblStylePr",
    "styles": "docDefaults latentStyles style",
    "docDefaults": "rPrDefault pPrDefault",
    "lvl": "start numFmt lvlRestart pStyle isLgl suff lvlText lvlPicBulletId lvlJc pPr rPr",
    "abstractNum": "nsid multiLevelType tmpl name styleLink numStyleLink lvl",
    "num": "abstractNumId lvlOverride",
    "numbering": "numPicBullet abstractNum num numIdMacAtCleanup",
    "pBdr": "top left bottom right between bar",
    "tbl": "tblPr tblGrid tr",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc"
    " tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tr": "tblPrEx trPr tc",
    "tc": "tcPr p",
    "numPr": "ilvl numId",
    "settings": "zoom trackRevisions defaultTabStop autoHyphenation characterSpacingControl"
    " footnotePr endnotePr compat rsids themeFontLang clrSchemeMapping decimalSymbol listSeparator",
}
LEAVES = {"bidi", "rtl", "b", "i", "keepNext"}  # that hold nothing


@pytest.fixture(params=[*SAMPLES, COMPENDIUM])
def file(request: pytest.FixtureRequest) -> WordFile:
    return sample(request.param)


def test_headings_leave_no_level_out(file: WordFile) -> None:
    styles = {each.get(f"{W}styleId"): each for each in file.root("word/styles.xml").iter()}

    def level(style: str | None) -> int | None:
        found = styles[style]
        told = values(found, "outlineLvl")
        base = values(found, "basedOn")
        return int(told[0]) + 1 if told else level(base[0]) if base else None

    levels = [found for style, _ in file.paragraphs if (found := level(style))]

    assert all(after - before <= 1 for before, after in pairwise([0, *levels]))


def test_every_style_and_list_that_is_used_is_there(file: WordFile) -> None:
    styles = {each.get(f"{W}styleId") for each in file.root("word/styles.xml").iter(f"{W}style")}
    lists = set(values(file.root("word/numbering.xml"), "num", "numId"))
    for root in file.xml.values():
        assert {
            *values(root, "pStyle"),
            *values(root, "rStyle"),
            *values(root, "basedOn"),
        } <= styles
        assert set(values(root, "numId")) - {"0"} <= lists


def test_each_footnote_is_referred_to_once_and_words_own_are_there(file: WordFile) -> None:
    notes = file.root("word/footnotes.xml").findall(f"{W}footnote")
    own = [(each.get(f"{W}id"), each.get(f"{W}type")) for each in notes[:2]]

    assert own == [("-1", "separator"), ("0", "continuationSeparator")]
    assert values(file.root("word/settings.xml"), "footnote", "id") == ["-1", "0"]
    ids = [each.get(f"{W}id") for each in notes[2:]]
    assert values(file.document, "footnoteReference", "id") == ids
    assert ids == [str(number) for number in range(1, len(ids) + 1)]


def test_children_stand_in_the_order_of_the_schema(file: WordFile) -> None:
    places = {name: order.split() for name, order in ORDER.items()}
    for part, root in file.xml.items():
        for each in root.iter():
            name = each.tag.removeprefix(W)
            inner = [child.tag.removeprefix(W) for child in each]
            if name in places:
                found = [places[name].index(child) for child in inner]
                assert found == sorted(found), f"{part}: {name} holds {inner}"
                several = {"style", "abstractNum", "num", "tr", "tc", "p", "lvlOverride",
                           "headerReference", "footerReference"}  # fmt: skip
                single = [child for child in inner if child not in several]
                assert len(single) == len(set(single)), f"{part}: {name} holds {inner}"
            assert name not in LEAVES or not inner


def test_ids_are_given_once(file: WordFile) -> None:
    marks = values(file.document, "bookmarkStart", "id")
    names = values(file.document, "bookmarkStart", "name")
    pictures = [each.get("id") for each in file.document.iter(f"{DRAWN}docPr")]
    styles = values(file.root("word/styles.xml"), "style", "styleId")
    numbers = values(file.root("word/numbering.xml"), "num", "numId")

    for ids in (marks, names, pictures, styles, numbers):
        assert len(ids) == len(set(ids))
    assert sorted(marks) == sorted(values(file.document, "bookmarkEnd", "id"))
    assert all(len(name) <= 40 for name in names)
    anchors = values(file.document, "hyperlink", "anchor")
    assert set(anchors) <= set(names)


def test_every_part_is_referred_to_has_a_type_and_is_there(file: WordFile) -> None:
    types = file.root("[Content_Types].xml")
    named = {each.get("PartName", "").lstrip("/"): each for each in types.iter(f"{TYPES}Override")}
    endings = {each.get("Extension"): each for each in types.iter(f"{TYPES}Default")}
    reached = set()
    for name in ("", *file.parts):
        folder = PurePosixPath(name).parent
        reached |= {str(folder / each) for each in targets(file, name, inside=True).values()}

    others = {name for name in file.parts if not name.endswith(".rels")} - {"[Content_Types].xml"}
    assert reached == others
    assert set(named) == {name for name in others if name.endswith(".xml")}
    assert {PurePosixPath(name).suffix[1:] for name in others - set(named)} <= set(endings)
    main = named["word/document.xml"].get("ContentType", "")
    assert main.endswith("wordprocessingml.document.main+xml")


def test_every_reference_to_a_part_leads_somewhere(file: WordFile) -> None:
    for name, root in file.xml.items():
        used = {each for part in root.iter() for key, each in part.items() if key.startswith(R)}
        if name.startswith("word/") and name.endswith(".xml"):
            assert used <= set(targets(file, name)), name


def test_tables_are_whole_and_followed_by_a_paragraph(file: WordFile) -> None:
    (body,) = file.document
    for here, after in pairwise(body):
        if here.tag == f"{W}tbl":
            assert after.tag == f"{W}p"
            columns = len(list(here.iter(f"{W}gridCol")))
            assert {len(row.findall(f"{W}tc")) for row in here.iter(f"{W}tr")} == {columns}
    assert body[-1].tag == f"{W}sectPr"
