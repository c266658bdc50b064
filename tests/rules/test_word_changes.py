"""Tracked changes of Word, wherever they stand: the text before them, and the text after."""

from __future__ import annotations

import pytest

from api.infra.word.views import seen
from tests.support.word_written import (
    DELETED,
    INSERTED,
    by,
    extended,
    gone,
    ins,
    moved,
    note,
    notes,
    of_body,
    p,
    part,
    r,
    texts,
)

CELL = '<w:tc><w:tcPr><w:tcW w:w="2000" w:type="dxa"/>{}</w:tcPr>{}</w:tc>'
TABLE = (
    '<w:tbl><w:tblPr><w:tblW w:w="4000" w:type="dxa"/></w:tblPr>'
    '<w:tblGrid><w:gridCol w:w="2000"/><w:gridCol w:w="2000"/></w:tblGrid>'
)
LINKS = (("hyperlink", "https://specimen.example/"),)
RUNS_OF_WORD = (
    '<w:r w:rsidR="00A1"><w:t>We </w:t></w:r><w:proofErr w:type="spellStart"/>'
    '<w:r w:rsidR="00B2"><w:t xml:space="preserve">We write.</w:t></w:r>'
)
EDITS = {
    "words put in": (p("We ", ins("all "), "ask."), ["We ask."], ["We all ask."]),
    "words taken out": (p("We ", gone("all "), "ask."), ["We all ask."], ["We ask."]),
    "words replaced": (
        p("We ", gone("ask", author="A"), ins("urge", author="B"), "."), ["We ask."], ["We urge."],
    ),
    "put in by one and taken out by another": (
        p("We ", ins(gone("all ", author="B"), author="A"), "ask."), ["We ask."], ["We ask."],
    ),
    "a move": (
        p(moved("First. ", to=False), "Second.", moved(" First.", to=True)),
        ["First. Second."], ["Second. First."],
    ),
    "a paragraph moved": (
        p(moved("One.", to=False), mark=f"<w:moveFrom {by('M')}/>") + p("Two.")
        + p(moved("One.", to=True), mark=f"<w:moveTo {by('M')}/>") + p("Three."),
        ["One.", "Two.", "Three."], ["Two.", "One.", "Three."],
    ),
    "a paragraph put in": (
        p("One.") + p(ins("New."), mark=INSERTED) + p("Two."),
        ["One.", "Two."], ["One.", "New.", "Two."],
    ),
    "a paragraph taken out": (
        p("One.") + p(gone("Old."), mark=DELETED) + p("Two."),
        ["One.", "Old.", "Two."], ["One.", "Two."],
    ),
    "a split": (p("One. ", mark=INSERTED) + p("Two."), ["One. Two."], ["One. ", "Two."]),
    "a join": (p("One. ", mark=DELETED) + p("Two."), ["One. ", "Two."], ["One. Two."]),
    "three joined": (
        p("1 ", mark=DELETED) + p("2 ", mark=DELETED) + p("3"), ["1 ", "2 ", "3"], ["1 2 3"],
    ),
    "within a link": (
        p('<w:hyperlink r:id="r3">', r("the "), ins("new "), r("law"), "</w:hyperlink>"),
        ["the law"], ["the new law"],
    ),
    "a link put in": (
        p("See ", ins('<w:hyperlink r:id="r3">' + r("this") + "</w:hyperlink>")),
        ["See "], ["See this"],
    ),
    "within a content control in a line": (
        p("<w:sdt><w:sdtPr/><w:sdtContent>", r("the "), gone("old "), "</w:sdtContent></w:sdt>",
          "law"),
        ["the old law"], ["the law"],
    ),
    "within a content control of paragraphs": (
        "<w:sdt><w:sdtContent>" + p("One.", ins(" More.")) + "</w:sdtContent></w:sdt>",
        ["One."], ["One. More."],
    ),
    "within a field and a smart tag": (
        p('<w:fldSimple w:instr=" DATE "><w:smartTag>', ins("May"), "</w:smartTag></w:fldSimple>"),
        [""], ["May"],
    ),
    "within a cell": (
        TABLE + "<w:tr>" + CELL.format("", p("A", ins("!"))) + CELL.format("", p("B"))
        + "</w:tr></w:tbl>",
        ["A", "B"], ["A!", "B"],
    ),
    "a row put in": (
        TABLE + "<w:tr>" + CELL.format("", p("A")) + f"</w:tr><w:tr><w:trPr>{INSERTED}</w:trPr>"
        + CELL.format("", p("B") + p("C")) + "</w:tr></w:tbl>",
        ["A"], ["A", "B", "C"],
    ),
    "a cell taken out": (
        TABLE + "<w:tr>" + CELL.format("", p("A")) + CELL.format(f"<w:cellDel {by('A')}/>", p("B"))
        + "</w:tr></w:tbl>",
        ["A", "B"], ["A"],
    ),
    "a split before a table stays before it": (
        p("One.", mark=DELETED) + TABLE + "<w:tr>" + CELL.format("", p("A")) + "</w:tr></w:tbl>"
        + p("Two."),
        ["One.", "A", "Two."], ["One.", "A", "Two."],
    ),
    "a text box, drawn for two kinds of Word": (
        p("Beside. ", "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>"
          "<w:txbxContent>" + p("In it", ins("!")) + "</w:txbxContent></w:drawing></mc:Choice>"
          "<mc:Fallback><w:pict><w:txbxContent>" + p("In it") + "</w:txbxContent></w:pict>"
          "</mc:Fallback></mc:AlternateContent></w:r>", "After."),
        ["Beside. After.", "In it"], ["Beside. After.", "In it!"],
    ),
    "runs as Word parts them": (
        f"<w:p>{RUNS_OF_WORD}</w:p>", ["WeWe write."], ["WeWe write."],
    ),
    "tabs, breaks, hyphens and signs": (
        p("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t>"
          '<w:softHyphen/><w:sym w:font="Symbol" w:char="2013"/></w:r>'),
        ["a\tb\nc\u2011d\u00ad\u2013"], ["a\tb\nc\u2011d\u00ad\u2013"],
    ),
    "a code of a field is none of the words": (
        p('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
          '<w:r><w:fldChar w:fldCharType="separate"/></w:r>', ins("7"),
          '<w:r><w:fldChar w:fldCharType="end"/></w:r>', " pages"),
        [" pages"], ["7 pages"],
    ),
    "Persian": (p("آزادی ", gone("همه "), ins("همهٔ "), "زندانیان"),
                ["آزادی همه زندانیان"], ["آزادی همهٔ زندانیان"]),
    "Chinese": (p("当局", gone("应"), ins("必须"), "释放记者"),
                ["当局应释放记者"], ["当局必须释放记者"]),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_both_texts_are_found(name: str) -> None:
    body, before, after = EDITS[name]

    assert texts(of_body(body, LINKS)) == (before, after)


@pytest.mark.parametrize("name", EDITS)
def test_they_are_found_in_strict_files_too(name: str) -> None:
    body, before, after = EDITS[name]
    strict = part("document", f"<w:body>{body}</w:body>").replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )

    assert texts(of_body("", document=strict)) == (before, after)


def test_each_change_tells_who_made_it_and_when() -> None:
    text = of_body(
        p("We ", gone("ask", author="A"), ins("urge", author="B")) + p("x", mark=DELETED)
    )
    (first, second) = text["paragraphs"]

    told = [(run.get("deleted"), run.get("inserted")) for run in first["runs"]]

    at = "2031-05-14T10:20:00Z"
    assert told == [
        (None, None),
        ({"author": "A", "at": at, "is_move": False}, None),
        (None, {"author": "B", "at": at, "is_move": False}),
    ]
    assert second["deleted"]["author"] == "B. Specimen"


def test_a_joined_paragraph_has_the_style_of_the_first_that_says_something() -> None:
    body = p("Head", style="Heading1", mark=DELETED) + p("text.")
    emptied = p(gone("Head"), style="Heading1", mark=DELETED) + p("text.")

    (joined,) = seen(of_body(body)["paragraphs"], accepted=True)
    (left,) = seen(of_body(emptied)["paragraphs"], accepted=True)

    assert (joined.words, joined.paragraph["level"]) == ("Headtext.", 1)
    assert (left.words, left.paragraph["level"]) == ("text.", 0)


def test_a_split_that_is_rejected_has_the_style_that_it_had() -> None:
    body = p("Head ", style="Heading1", mark=INSERTED) + p("and more")

    (one,) = seen(of_body(body)["paragraphs"], accepted=False)

    assert (one.words, one.paragraph["level"], one.numbers) == ("Head and more", 0, [0, 1])


def test_notes_have_their_changes() -> None:
    text = of_body(p("Text", note(1), "."), footnotes=notes(p("See ", gone("A"), ins("B"))))

    (story,) = text["notes"].values()

    assert [each.words for each in seen(story, accepted=False)] == ["See A"]
    assert [each.words for each in seen(story, accepted=True)] == ["See B"]
    assert text["paragraphs"][0]["runs"][1] == {"words": "", "note": "footnote-1"}


def test_a_second_mark_of_a_note_leads_to_it() -> None:
    mark = '<w:bookmarkStart w:id="5" w:name="_Ref1"/>' + note(1) + '<w:bookmarkEnd w:id="5"/>'
    again = '<w:fldSimple w:instr=" NOTEREF _Ref1 \\h ">' + r("1") + "</w:fldSimple>"
    link = '<w:hyperlink w:anchor="_Ref1">' + r("1") + "</w:hyperlink>"
    far = '<w:hyperlink w:anchor="_Other">' + r("there") + "</w:hyperlink>"

    (one,) = of_body(p("A", mark, again, link, far), footnotes=notes(p("N.")))["paragraphs"]

    assert [run.get("note") for run in one["runs"]] == [None, *["footnote-1"] * 3, None]
    assert one["runs"][-1].get("link") == "#_Other"


def test_comments_tell_their_words_their_place_and_their_replies() -> None:
    def said(number: int, words: str, own: str) -> str:
        inner = p(words).replace("<w:p>", f'<w:p w14:paraId="{own}">')
        return f"<w:comment {by('A. Specimen', number)}>{inner}</w:comment>"

    body = p("First.") + p(
        'We <w:commentRangeStart w:id="0"/>'.removeprefix("We "),
        r("all "),
        gone("really "),
        r("ask"),
        '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>',
        r(" now."),
    )
    whole = said(0, "Do we?", "00A") + said(1, "We do.", "00B") + said(2, "Lost.", "00C")
    text = of_body(
        body,
        comments=part("comments", whole),
        commentsExtended=extended(("00A", "", True), ("00B", "00A", False)),
    )

    first, reply, other = text["comments"]

    assert (first["text"], first["words"], first["paragraph"]) == ("Do we?", "all ask", 1)
    assert (first["is_resolved"], first["parent"], first["author"]) == (True, None, "A. Specimen")
    assert (reply["text"], reply["parent"]) == ("We do.", "0")
    assert (other["words"], other["paragraph"], other["parent"]) == ("", None, None)
