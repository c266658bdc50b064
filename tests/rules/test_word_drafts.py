"""A file of Word that was written elsewhere becomes a draft, and what is lost is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.errors import Invalid
from api.exchange.rules import word
from api.exchange.rules.word import WordDraft
from api.portable.rules import checking
from tests.support.word_written import (
    ARTICLES,
    BULLETS,
    LETTERED,
    by,
    extended,
    gone,
    ins,
    item,
    moved,
    note,
    notes,
    of_body,
    p,
    part,
    r,
)

if TYPE_CHECKING:
    from api.infra.word.text import WordText

TITLE = p("Open the doors", style="Title")
BOLD, ITALIC = "<w:b/>", "<w:i/>"
LONG = "We write to you because nobody else does, and we shall write again. " * 4


def drafted(
    body: str | WordText, language: str | None = "en", *, accepted: bool = True, **more: Any
) -> WordDraft:
    text = of_body(TITLE + body, **more) if isinstance(body, str) else body
    return word.drafted(text, language, accepted=accepted)


def told(draft: WordDraft) -> dict[str, list[str]]:
    return {str(each.what): each.words for each in draft.remarks}


def blocks(body: str, **more: Any) -> Any:
    return drafted(body, **more).body


def test_paragraphs_headings_lists_quotes_and_footnotes_come_in() -> None:
    draft = drafted(
        p("Why", style="Heading1")
        + p("We ", r("write", BOLD), " of ", r("bread", ITALIC), note(1), ".")
        + item("First.")
        + item("Second.")
        + item("A point.", BULLETS)
        + p("Nobody may be held.", style="Quote")
        + p("— A declaration", style="Quote")
        + p("Then."),
        footnotes=notes(p(" See ", r("it", ITALIC), ".")),
    )

    assert draft.title == "Open the doors"
    assert draft.body == [
        {"heading": "Why"},
        {"paragraph": "We **write** of *bread*[^1]."},
        {"list": {"ordered": True, "items": ["First.", "Second."]}},
        {"list": {"ordered": False, "items": ["A point."]}},
        {"quote": {"text": "Nobody may be held.", "source": "A declaration"}},
        {"paragraph": "Then."},
    ]
    assert draft.footnotes == {"1": "See *it*."}
    assert draft.remarks == []


def test_a_space_at_which_no_line_breaks_stays_in_a_title() -> None:
    text = of_body(p("Open \u00a7\u00a04,  say\u00a0NGOs", style="Title") + p("We write."))

    assert drafted(text).title == "Open \u00a7\u00a04, say\u00a0NGOs"


def test_what_comes_in_keeps_the_rules_of_the_format() -> None:
    body = p("1. [not] *this* <b> & `so`") + p("# no heading", note(1)) + item("- no list")
    draft = drafted(body + p("[x]: y"), footnotes=notes(p("* and [^2]")))
    document = {
        "format": "undersigned.statement/2", "slug": "x", "kind": "appeal", "language": "en",
        "title": draft.title, "coalition": {"name": "C"}, "body": draft.body,
        "footnotes": draft.footnotes,
    }  # fmt: skip

    assert checking.check(document).faults == []


@pytest.mark.parametrize(
    ("accepted", "paragraph"), [(True, "We urge all of you."), (False, "We ask all.")]
)
def test_tracked_changes_are_taken_or_left(accepted: bool, paragraph: str) -> None:  # noqa: FBT001
    body = p("We ", gone("ask", author="A"), ins("urge", author="B"), " all", ins(" of you"), ".")
    draft = drafted(body + p(moved("X", to=False)) + p("Y", moved("X", to=True)), accepted=accepted)

    assert draft.body[0] == {"paragraph": paragraph}
    by_author = {each.author: each for each in draft.changes}
    assert (by_author["A"].deletions, by_author["A"].insertions) == (1, 0)
    assert (by_author["B"].deletions, by_author["B"].insertions) == (0, 1)
    assert by_author["M. Specimen"].moves == 1


def test_comments_are_told_with_the_block_and_their_replies() -> None:
    def said(number: int, words: str) -> str:
        inner = p(words).replace("<w:p>", f'<w:p w14:paraId="00{number}">')
        return f"<w:comment {by('A', number)}>{inner}</w:comment>"

    start, end = '<w:commentRangeStart w:id="0"/>', '<w:commentRangeEnd w:id="0"/>'
    draft = drafted(
        p("One.") + p(start, "Two", end, "."),
        comments=part("comments", said(0, "Why?") + said(1, "So.") + said(2, "Hm.")),
        commentsExtended=extended(("000", "", False), ("001", "000", False), ("002", "001", False)),
    )

    (thread,) = draft.comments

    assert (thread.comment["text"], thread.comment["words"]) == ("Why?", "Two")
    assert thread.pointer == "/body/1"
    assert [each["text"] for each in thread.replies] == ["So.", "Hm."]


LOST: dict[str, tuple[str, dict[str, list[str]]]] = {
    "lower headings": (p("Sub", style="Heading2"), {"lower_headings": ["Sub"]}),
    "a heading with a number": (
        p("Part", style="Heading1", more='<w:numPr><w:numId w:val="1"/></w:numPr>'),
        {"heading_numbers": ["Part"]},
    ),
    "bold lines that are no headings": (
        p(r("What we ask", BOLD)) + p("All."), {"guessed_headings": ["What we ask"]},
    ),
    "a list that goes on": (
        item("1") + p("between") + item("2"), {"lists_counted_on": ["2"]},
    ),
    "letters before items": (item("one", LETTERED), {"list_labels": ["one"]}),
    "words before items": (
        item("one", ARTICLES), {"lists_counted_on": ["one"], "list_labels": ["one"]},
    ),
    "lists within lists": (
        item("out", BULLETS) + item("in", BULLETS, 1), {"lists_within_lists": ["in"]},
    ),
    "a table": (
        "<w:tbl><w:tr><w:tc>" + p("A") + "</w:tc><w:tc>" + p("B") + "</w:tc></w:tr></w:tbl>",
        {"tables": ["A", "B"]},
    ),
    "a text box": (
        p("x", "<w:r><w:drawing><w:txbxContent>" + p("in") + "</w:txbxContent></w:drawing></w:r>"),
        {"boxes": ["in"]},
    ),
    "line breaks": (p("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r>"), {"line_breaks": ["a\nb"]}),
    "a link to a file": (
        p('<w:hyperlink w:anchor="there">' + r("see there") + "</w:hyperlink>"),
        {"links": ["see there"]},
    ),
    "looks that cannot be": (p("他说", r("“重要”", BOLD), "的"), {"looks": ["他说“重要”的"]}),
    "words struck through by hand": (p("We ", r("all", "<w:strike/>")), {"struck": ["all"]}),
    "hidden words": (p("We", r(" secretly", "<w:vanish/>"), "."), {"hidden": ["secretly"]}),
    "a table of contents": (p("Why 1", style="Toc1"), {"contents": []}),
    "a picture": (p("x", "<w:r><w:drawing><a:blip/></w:drawing></w:r>"), {"pictures": []}),
    "a chart": (p("x", "<w:r><w:drawing/></w:r>"), {"drawings": []}),
    "an object": (p("x", "<w:r><w:object/></w:r>"), {"objects": []}),
    "an equation": (p("<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>"), {"equations": []}),
    "a sign of a font": (p("x", '<w:r><w:sym w:char="F0FC"/></w:r>'), {"symbols": []}),
    "heads of pages": (p("x") + "<w:sectPr><w:headerReference/></w:sectPr>", {"page_edges": []}),
    "a note that says nothing": (p("x", note(9)), {"empty_notes": []}),
}  # fmt: skip


@pytest.mark.parametrize("name", LOST)
def test_what_is_lost_or_guessed_is_told_in_its_words(name: str) -> None:
    body, remarks = LOST[name]

    draft = drafted(p(LONG) + body + p("End."))

    assert told(draft) == remarks
    assert all(each.detail and each.count for each in draft.remarks)


def test_hidden_words_do_not_come_in_and_struck_ones_do() -> None:
    body = p("We", r(" secretly", "<w:vanish/>"), " ask ", r("all", "<w:strike/>"), ".")

    assert blocks(body + p(r("Nobody sees this.", "<w:vanish/>"))) == [{"paragraph": "We ask all."}]


def test_items_of_inner_lists_keep_the_numbers_of_the_outer_one() -> None:
    numbered = item("One") + item("a", LETTERED, 1) + item("Two")
    pointed = item("One", BULLETS) + item("a", BULLETS, 1) + item("Two", BULLETS)

    assert blocks(numbered) == [{"list": {"ordered": True, "items": ["One a", "Two"]}}]
    assert blocks(pointed) == [{"list": {"ordered": False, "items": ["One", "a", "Two"]}}]


def test_links_come_in_where_they_may_and_fields_are_links_too() -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText> HYPERLINK "https://a.example/x" </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + r("here")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )  # fmt: skip
    link = '<w:hyperlink r:id="r3">' + r("there") + "</w:hyperlink>"

    body = of_body(TITLE + p(field, " or ", link), (("hyperlink", "https://b.example/y(1)"),))

    (block,) = drafted(body).body
    assert block == {
        "paragraph": "[here](https://a.example/x) or [there](https://b.example/y%281%29)"
    }


@pytest.mark.parametrize(
    ("body", "title", "first"),
    [
        (p("Open the doors", style="Title") + p("We ask."), "Open the doors", "We ask."),
        (p("Open the doors", style="Heading1") + p("We ask."), "Open the doors", "We ask."),
        (p("Open the doors") + p("We ask."), "Open the doors", "We ask."),
        (p(LONG) + p("We ask."), None, LONG.strip()),
        (p("Only this."), "Only this.", "Only this."),
    ],
)
def test_a_title_is_found(body: str, title: str | None, first: str) -> None:
    draft = drafted(of_body(body))

    assert draft.title == title or (title is None and draft.title.endswith("…"))
    assert draft.body[0] == {"paragraph": first}
    is_marked = "<w:pStyle" in body
    assert ("guessed_title" in told(draft)) is not is_marked


def test_a_footnote_of_the_title_is_told() -> None:
    text = of_body(p("Title", note(1), style="Title") + p("x"), footnotes=notes(p("Of it.")))

    assert told(drafted(text)) == {"notes_of_title": ["Of it."]}
    assert drafted(text).footnotes == {}


def test_labels_of_notes_are_kept_where_the_file_has_its_own() -> None:
    raised = '<w:vertAlign w:val="superscript"/>'
    draft = drafted(
        p("A", note(1, mark="*"), " b", note(2), " c", note(3, mark="*"), note(1, kind="endnote")),
        footnotes=notes(p(r("*", raised), " One."), p("Two."), p("Three.") + p("And more.")),
        endnotes=notes(p("Four."), kind="endnote"),
    )

    assert draft.body == [{"paragraph": "A[^*] b[^1] c[^2][^3]"}]
    assert draft.footnotes == {"*": "One.", "1": "Two.", "2": "Three. And more.", "3": "Four."}
    assert told(draft) == {"long_notes": ["Three. And more."]}


LANG = '<w:lang w:val="{}" w:bidi="{}" w:eastAsia="{}"/>'


@pytest.mark.parametrize(
    ("words", "said", "language", "is_told"),
    [
        ("We ask.", ("en-US", "", ""), "en", False),
        ("Wir bitten.", ("de-DE", "", ""), "de", False),
        ("Wir bitten.", ("de-CH", "", ""), "de-CH", False),
        ("Мы просим.", ("ru-RU", "", ""), "ru", False),
        ("Мы просим.", ("en-US", "", ""), "ru", True),
        ("Біз сұраймыз.", ("kk-KZ", "", ""), "kk", False),
        ("ما می‌خواهیم.", ("en-US", "fa-IR", ""), "fa", False),
        ("我们要求。", ("en-US", "", "zh-CN"), "zh", False),
        ("お願いします。", ("en-US", "", "ja-JP"), "ja", False),
        ("We ask.", ("xx-none", "", ""), "en", True),
        ("Biz kutamiz.", ("uz-Latn-UZ", "", ""), "uz-Latn", False),
    ],
)
def test_the_language_is_the_files_where_it_is_of_its_letters(
    words: str,
    said: tuple[str, str, str],
    language: str,
    is_told: bool,  # noqa: FBT001
) -> None:
    text = of_body(p(r(f"{words} " * 9, LANG.format(*said))) + p(r(words, LANG.format(*said))))

    draft = word.drafted(text, None, accepted=True)

    assert draft.language == language
    assert ("guessed_language" in told(draft)) is is_told


def test_what_nobody_sees_and_nobody_meant_does_not_come_in() -> None:
    (block,) = blocks(p("\u202aWe ask\u202c of\u00a0all\ufeff."))

    assert block == {"paragraph": "We ask of\u00a0all."}


def test_a_file_without_words_is_refused() -> None:
    with pytest.raises(Invalid, match="no words"):
        drafted(of_body(p("") + p(gone("Old."))))
