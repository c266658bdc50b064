"""A statement as a file of Word: its words, its styles, its look, and what it says of itself."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from api.documents.rules.html import Look
from api.documents.rules.word.pictures import within
from api.documents.rules.word.sheet import LABELS
from api.portable.rules import checking, printing, reading, signing
from api.texts.rules import markdown
from tests.rules.test_logos import a_png
from tests.rules.test_plain import STATEMENT
from tests.rules.test_themes import a_report
from tests.support.pdf_words import in_order, letters, parts_of
from tests.support.portable import WHOLE
from tests.support.word_files import R, W, WordFile, style_of, values, words_of
from tests.support.word_samples import changed, made, sample, targets

if TYPE_CHECKING:
    from pathlib import Path

    from api.portable.rules.printing import Printed
    from api.portable.rules.signing import Signatories

DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
THEMES = ("letter", "brief-logos")


def of_case(path: Path, theme: str = "letter") -> tuple[WordFile, Printed, Signatories]:
    whole, _ = checking.require(reading.read(path.read_bytes()))
    printed, signed = printing.resolve(whole), signing.signatories(whole)
    return made(printed, signed, Look(theme=theme)), printed, signed


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
@pytest.mark.parametrize("theme", THEMES)
def test_it_holds_every_part_of_a_statement_in_order_and_no_hidden_name(
    path: Path, theme: str
) -> None:
    file, printed, signed = of_case(path, theme)
    notes = printed["footnotes"]

    body = in_order(parts_of({**printed, "footnotes": []}, signed), letters(file.text))
    below = in_order((markdown.plain(each["text"]) for each in notes), letters("".join(file.notes)))

    assert (body, below) == (None, None)
    given, _ = checking.require(reading.read(path.read_bytes()))
    for case in given.get("cases", ()):
        assert case.get("may_be_named", True) or letters(case["name"]) not in file.everything
    for one in given.get("signatories", ()):
        if one.get("visibility", "public") != "public" and "name" in one:
            assert letters(one["name"]) not in file.everything


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"])))
def test_any_text_keeps_its_words(text: str) -> None:
    blocks = [{"type": "paragraph", "text": markdown.escape(text)}]
    file = made(changed(blocks=blocks, addressees=[], footnotes=[]))

    said = file.paragraphs[5][1]

    assert letters(said) == letters(text)


def test_words_keep_the_look_that_their_marks_give_them() -> None:
    text = "A *b* **c** [d](https://d.example/e)."
    file = made(changed(blocks=[{"type": "paragraph", "text": text}]))

    runs = {words_of(run): run for run in file.document.iter(f"{W}r")}
    (link,) = [each for each in file.document.iter(f"{W}hyperlink") if each.get(f"{R}id")][:1]

    assert runs["b"].find(f"{W}rPr/{W}i") is not None
    assert runs["c"].find(f"{W}rPr/{W}b") is not None
    assert targets(file, "word/document.xml")[link.get(f"{R}id", "")] == "https://d.example/e"


def test_paragraphs_have_the_styles_that_word_knows() -> None:
    file = made()

    by_words = {text: style for style, text in file.paragraphs}

    assert by_words[STATEMENT["title"]] == "Title"
    assert by_words["What we ask"] == "Heading1"
    assert by_words["“We recognise the part that independent media play.”7"] == "Quote"
    assert by_words["Release Dana Exampleva."] == by_words["name these cases;"] == "ListNumber"
    assert by_words["She spoke."] == "ListContinue"
    assert by_words["a link"] == "ListBullet"
    notes = file.root("word/footnotes.xml").findall(f"{W}footnote")[2:]
    assert {style_of(each) for note in notes for each in note.iter(f"{W}p")} == {"FootnoteText"}
    named = values(file.root("word/styles.xml"), "name")
    assert {"Title", "heading 1", "heading 2", "heading 3", "Quote", "List Number", "List Bullet",
            "footnote text", "footnote reference", "Normal"} <= set(named)  # fmt: skip


def test_each_numbered_list_begins_where_the_pdf_has_it_begin() -> None:
    file = made()
    begins = {
        each.get(f"{W}numId"): values(each, "startOverride")
        for each in file.root("word/numbering.xml").iter(f"{W}num")
    }

    numbers = {
        words_of(each): values(each, "numId")[0]
        for each in file.document.iter(f"{W}p")
        if values(each, "numId")
    }

    asked = [numbers[text] for text in ("Release Dana Exampleva.", "Open the trials.")]
    assert numbers["Repeal the article.1"] == asked[0] != asked[1] != numbers["name these cases;"]
    assert [begins[each] for each in (*asked, numbers["give visas."])] == [["1"]] * 3


def test_a_list_without_a_heading_counts_on() -> None:
    lists = [{"demands": [{"id": str(n), "text": f"Ask {n}."}]} for n in range(3)]
    block = {"type": "demands", "layout": "list", "lists": lists}

    file = made(changed(blocks=[block], footnotes=[]))

    assert values(file.root("word/numbering.xml"), "startOverride") == ["1", "2", "3"]


def test_labels_print_as_given_and_a_second_reference_leads_to_the_first() -> None:
    file = sample("footnotes of every kind")
    (text,) = [text for _, text in file.paragraphs if text.startswith("X")]

    assert text == "X* y7 z*."
    assert [each.split(maxsplit=1)[1] for each in file.notes] == ["A.", "B n.\nn C, after 7."]
    (link,) = [each for each in file.document.iter(f"{W}hyperlink") if each.get(f"{W}anchor")]
    assert link.get(f"{W}anchor") in values(file.document, "bookmarkStart", "name")


def test_it_tells_its_revision_and_names_no_person() -> None:
    file = made(revision=3)
    own = " ".join(
        file.parts[f"docProps/{name}.xml"].decode() for name in ("core", "app", "custom")
    )

    assert printing.fingerprint(STATEMENT) in own
    assert "<cp:version>3</cp:version>" in own
    people = ("Beispiel", "Mustermann", "Exampleva")
    assert not any(name in own for name in people)
    assert not any(b"rsid" in content or b":author" in content for content in file.parts.values())
    others = {"comments", "people", "commentsExtended", "thumbnail", "customXml"}
    assert not any(PurePosixPath(name).stem in others for name in file.parts)


def test_each_paragraph_of_a_block_is_known_by_a_bookmark_that_word_does_not_list() -> None:
    ids = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(len(STATEMENT["blocks"]))]
    file = made(block_ids=ids)

    marked = {
        values(each, "bookmarkStart", "name")[0]: words_of(each)
        for each in file.document.iter(f"{W}p")
        if any(name.startswith("_us_") for name in values(each, "bookmarkStart", "name"))
    }

    of_quote = [text for name, text in marked.items() if name.startswith(f"_us_{1:08x}0000")]
    assert of_quote[0] == "It says:"
    assert of_quote[1].startswith("“We recognise")
    assert len(of_quote) == 3
    assert marked[f"_us_{2:08x}{'0000400080':0<24}_0"] == "What we ask"
    assert all(len(name) <= 40 for name in marked)
    assert STATEMENT["title"] not in marked.values()
    assert "_us_" not in made().parts["word/document.xml"].decode()


def test_a_text_of_no_revision_tells_its_words_alone() -> None:
    own = made().parts["docProps/custom.xml"].decode()

    assert printing.fingerprint(STATEMENT) in own
    assert "revision" not in own


def test_the_same_text_is_the_same_bytes_and_no_day_is_told() -> None:
    first, again = made(revision=1), made(revision=1)

    assert first.content == again.content
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"


@pytest.mark.parametrize(
    ("paper", "width", "height"), [("A4", 11906, 16838), ("Letter", 12240, 15840)]
)
def test_it_is_on_the_paper_that_is_set(paper: str, width: int, height: int) -> None:
    document = made(look=Look(page_size=paper)).document

    assert values(document, "pgSz", "w") == [str(width)]
    assert values(document, "pgSz", "h") == [str(height)]


def test_its_pages_tell_title_mark_and_number() -> None:
    file = made(look=Look(is_draft=True))
    first, later = ("".join(file.root(f"word/header{n}.xml").itertext()) for n in (2, 1))

    assert first == "Specimen · Draft"
    assert later == STATEMENT["title"] + "Specimen · Draft"
    for number in (1, 2):
        foot = file.root(f"word/footer{number}.xml")
        said = "".join(foot.itertext())
        assert said == "Page  PAGE 1 of  NUMPAGES 1"
        kinds = values(foot, "fldChar", "fldCharType")
        assert kinds == ["begin", "separate", "end"] * 2


def test_the_coalitions_logo_and_colour_are_in_it() -> None:
    logo = within(a_png((400, 200)), STATEMENT["coalition"], 8.4, 3.4)

    file = made(look=Look(accent="#7a1f5c"), logo=logo)

    assert file.parts["word/media/image1.png"] == logo.content
    (told,) = file.document.iter(f"{DRAWN}docPr")
    assert told.get("descr") == STATEMENT["coalition"]
    (extent,) = file.document.iter(f"{DRAWN}extent")
    assert int(extent.get("cx", 0)) == pytest.approx(2 * int(extent.get("cy", 0)), rel=0.01)
    assert b"7A1F5C" in file.parts["word/styles.xml"]


def test_the_contents_of_a_long_report_lead_to_its_headings() -> None:
    file = made(a_report(headings=4, length=9_000), look=Look(theme="brief"))

    lines = [text for style, text in file.paragraphs if style.startswith("Toc")]

    assert lines[0].startswith("Part 1")
    anchors = values(file.document, "hyperlink", "anchor")
    assert len([each for each in anchors if each.startswith("_Toc")]) == len(lines)
    assert "Notes" not in lines
    kinds = values(file.document, "fldChar", "fldCharType")
    assert kinds == ["begin", "separate", "end"]


def test_a_document_says_its_language_and_a_passage_in_other_letters_its_own() -> None:
    text = "Мы пишем Human Rights Watch, 北京 и بنیاد نمونه."
    file = made(changed(language="ru", blocks=[{"type": "paragraph", "text": text}], footnotes=[]))
    paragraph = next(each for each in file.document.iter(f"{W}p")
                     if "北京" in words_of(each))  # fmt: skip

    defaults = file.root("word/styles.xml").find(f"{W}docDefaults")
    assert defaults is not None
    assert values(defaults, "lang") == ["ru-RU"]
    told = {}
    for run in paragraph.iter(f"{W}r"):
        lang = run.find(f"{W}rPr/{W}lang")
        words = words_of(run).strip(" ,.")
        told[words] = {} if lang is None else {k.removeprefix(W): v for k, v in lang.items()}
    assert told["Human Rights Watch"] == {"val": "en-GB"}
    assert told["Мы пишем"] == told["北京"] == told["بنیاد نمونه"] == {}  # as the defaults say
    assert values(defaults, "lang", "eastAsia") == ["zh-CN"]


def test_a_persian_letter_runs_from_the_right_and_latin_in_it_from_the_left() -> None:
    text = "متن از Human Rights Watch در ۲۰۲۵ است."
    blocks = [{"type": "paragraph", "text": text}]
    file = made(changed(language="fa", direction="rtl", blocks=blocks, footnotes=[]))

    normal = next(each for each in file.root("word/styles.xml").iter(f"{W}style")
                  if each.get(f"{W}styleId") == "Normal")  # fmt: skip
    assert normal.find(f"{W}pPr/{W}bidi") is not None
    (section,) = file.document.iter(f"{W}sectPr")
    assert section.find(f"{W}bidi") is not None
    from_right = {
        words_of(run): run.find(f"{W}rPr/{W}rtl") is not None for run in file.document.iter(f"{W}r")
    }
    assert from_right["Human Rights Watch"] is False
    assert from_right[" در ۲۰۲۵ است."] is True
    assert "متن از " in from_right


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fa", "rtl")])
def test_the_head_of_a_page_begins_over_labels_or_from_the_right_over_the_text(
    language: str, direction: str
) -> None:
    file = made(changed(language=language, direction=direction))

    edges = {
        name: style.find(f"{W}pPr/{W}ind").get(f"{W}left")  # type: ignore[union-attr] # it is there
        for style in file.root("word/styles.xml").iter(f"{W}style")
        if (name := style.get(f"{W}styleId")) in {"Header", "Footer"}
    }
    assert edges == {"Header": "0" if direction == "rtl" else str(-LABELS), "Footer": "0"}


def test_a_quote_in_other_letters_stands_on_its_side() -> None:
    quote = {"type": "quote", "text": "آزادی برای همه", "source": "A declaration"}
    file = made(changed(blocks=[quote], footnotes=[]))

    turned = [style_of(each) for each in file.document.iter(f"{W}p") if values(each, "bidi")]

    assert turned == ["Quote", "QuoteSource", "Signatory"]  # and the name that is Persian
