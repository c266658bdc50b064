"""Inline Markdown: what is kept, what is named as not kept, and what a reader sees."""

# ruff: noqa: RUF001 - the texts are in several scripts

from __future__ import annotations

import re
import time
from html import unescape

import pytest
from hypothesis import given, strategies as st
from markdown_it import MarkdownIt

from api.texts.rules import markdown
from api.texts.rules.markdown import Span

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Cs"]), max_size=60)
SIGNS = st.text("ab 1.)*_[]()<>!`\\^&#~|+-=:/'\"“”й", max_size=40)


def test_emphasis_strong_links_and_references_are_kept() -> None:
    text = "Free *her* and **him**, as [we asked](https://a.example/x?a=1&b=2).[^1]"

    assert markdown.faults(text) == []
    assert markdown.footnote_labels(text) == ["1"]
    assert markdown.links(text) == ["https://a.example/x?a=1&b=2"]
    assert markdown.plain(text) == "Free her and him, as we asked.[1]"
    assert markdown.html(text) == (
        "Free <em>her</em> and <strong>him</strong>, as"
        ' <a href="https://a.example/x?a=1&amp;b=2">we asked</a>.<sup>1</sup>'
    )


def test_the_caller_writes_a_reference_in_html_of_its_own() -> None:
    written = markdown.html(
        "a[^x]*b[^y]*", lambda label: f'<a id="r-{label}" href="#{label}">*</a>'
    )

    assert written == 'a<a id="r-x" href="#x">*</a><em>b<a id="r-y" href="#y">*</a></em>'


def test_labels_are_spansin_order_and_as_written() -> None:
    assert markdown.footnote_labels("b[^12a]a[^*] [^۱][^12a] \\[^no] [^a b]") == [
        "12a",
        "*",
        "۱",
        "12a",
    ]


def test_quotes_and_dashes_stay_as_the_writer_set_them() -> None:
    text = '‘’extremist’’ -- "so" ... O\'Brien (c) –'

    assert markdown.faults(text) == []
    assert markdown.plain(text) == text
    assert markdown.html(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<b>x</b>", "HTML"),
        ("a <img src=x onerror=alert(1)> b", "HTML"),
        ("a <!-- b --> c", "HTML"),
        ("<script>alert(1)</script>", "HTML"),
        ("<div", "HTML"),
        ("# Title", "heading"),
        ("Title\n---", "rule"),
        ("- item\n- item", "list"),
        ("1. item\n2. item", "list"),
        ("> said", "quote"),
        ("``` c", "Code"),
        ("```\nb\n```", "Code"),
        ("a\n\nb", "paragraphs"),
        ("| a | b |\n| - | - |", "table"),
        ("![a](https://a.example/b.png)", "image"),
        ("a\\\nb", "line break"),
        ("[^1]: a note", "defined"),
        ("[a]: https://a.example", "defined"),
        ("&lt;b&gt;", "character itself"),
        ("&#x202e;", "character itself"),
        ("[a](javascript:alert(1))", "https://"),
        ("[a](JaVaScRiPt:alert(1))", "https://"),
        ("[a](<java\tscript:alert(1)>)", "https://"),
        ("[a](data:text/html,x)", "https://"),
        ("[a](file:///etc/hostname)", "https://"),
        ("[a](//a.example)", "https://"),
        ("[a](https://)", "https://"),
        ("[a](mailto:nobody)", "https://"),
        ("<ftp://a.example>", "https://"),
        ('[a](https://a.example "title")', "title"),
        ("[a[^1]](https://a.example)", "looks like a link"),
    ],
)
def test_what_is_not_kept_is_named(text: str, told: str) -> None:
    assert told in " ".join(markdown.faults(text))


@pytest.mark.parametrize(
    "text",
    [
        "a < b and b > a",
        "AT&T; R&D",
        "5 * 3 * 2",
        "snake_case_name",
        "1992 was the year. 3. August",
        "14. August 2031: Ein Gericht sprach das Urteil.",
        "5. Kammer des Gerichts, drei Richter.",
        "2031. gada 14. maijā",
        "14. August\nund mehr",
        "* Her name was changed.",
        "- Вы признаёте вину? - Нет.",
        "+ 7 degrees",
        "1) Release both; 2) pay for the bread.",
        "O`zbekiston so`zi va g`alaba.",
        "``Bread'' and `salt'",
        "[emphasis added]: so they said",
        "–5 degrees, -5 degrees, +7 700",
        "[a](https://a.example) <https://b.example> [c](mailto:c@c.example)",
        "one line\nanother line  \nand one more",
        "#hashtag",
        "\\# \\- 1\\. \\`",
    ],
)
def test_ordinary_writing_is_not_mistaken_for_blocks(text: str) -> None:
    assert markdown.faults(text) == []


@pytest.mark.parametrize(
    "text", ["1. a\n2. b", "1) a\nmore\n2) b", "* a\n* b", "- a\n- b", "+ a\n+ b"]
)
def test_a_list_for_sure_is_a_block_of_its_own(text: str) -> None:
    assert [each for each in markdown.faults(text) if "list is a block" in each]


@pytest.mark.parametrize(
    "text",
    [
        "14. August 2031",
        "5) five",
        "* Her name",
        "- No.",
        "+ 7",
        "o`g`il",
        "\\`a\\` `b`",
        "\\\\` a",
        "*a* b",
    ],
)
def test_what_is_literal_here_is_so_to_other_readers_of_markdown(text: str) -> None:
    read = MarkdownIt("commonmark").render(markdown.for_others(text))

    assert read == f"<p>{markdown.html(text)}</p>\n"


@pytest.mark.parametrize(
    "text",
    [
        "<b>x</b>",
        "<script>1</script>",
        "[a](javascript:alert(1))",
        "![a](http://b.example)",
        "&lt;",
    ],
)
def test_what_was_never_checked_is_harmless_in_html(text: str) -> None:
    written = markdown.html(text)

    assert set(re.findall(r"<(\w+)", written)) <= {"a"}
    assert "javascript" not in "".join(re.findall(r'href="([^"]*)"', written))


@given(TEXT | SIGNS)
def test_escaped_text_prints_literally(text: str) -> None:
    escaped = markdown.escape(text)

    assert markdown.faults(escaped) == []
    assert markdown.footnote_labels(escaped) == []
    assert markdown.plain(escaped) == text
    assert unescape(markdown.html(escaped)) == text


def test_escaping_leaves_ordinary_words_alone() -> None:
    text = "O'Brien & Daughters (est. 1992), “Ғылым” – no. 5!"

    assert markdown.escape(text) == text.replace("&", "\\&")


@given(SIGNS)
def test_the_words_are_those_of_the_html(text: str) -> None:
    bare = re.sub(r"<sup>(.*?)</sup>", r"[\1]", markdown.html(text))

    assert unescape(re.sub(r"</?(?:a|em|strong)\b[^<>]*>", "", bare)) == markdown.plain(text)


def test_a_wall_of_signs_is_named_at_once() -> None:
    start = time.process_time()

    for sign in ("[", "![", "*a ", "<a ", "`", "[a](<", "\\", "_*"):
        assert markdown.faults(sign * 500_000)

    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Release him.[^1]", "Release him."),
        ("Release him [^1], and [^a-2] her.", "Release him, and her."),
        ("*Release*[^1] [him](https://a.example/)[^2]", "*Release* [him](https://a.example/)"),
        ("No [^3] stays.[^kept]", "No stays.[^kept]"),
        ("A sign: \\[^1] prints.", "A sign: \\[^1] prints."),
        ("", ""),
    ],
)
def test_references_to_footnotes_can_be_taken_out(text: str, bare: str) -> None:
    assert markdown.without_notes(text, {"kept"}) == bare


def test_references_get_other_labels_and_what_only_looks_like_one_does_not() -> None:
    text = r"Да.[^1] Нет.[^b] \[^1] [^2]"
    assert markdown.relabelled(text, {"1": "2", "2": "3"}) == r"Да.[^2] Нет.[^b] \[^1] [^3]"


@pytest.mark.parametrize(
    ("text", "strays"),
    [("*So* **it** [is](https://example.org).[^1]", 0), ("*So it is", 1), ("**So* it [is", 2)],
)
def test_marks_without_a_partner_are_counted(text: str, strays: int) -> None:
    assert markdown.strays(text) == strays


SPANS = st.lists(
    st.builds(
        Span,
        st.text(alphabet=" ab*_[]()<>&#`^\\!-1.\n\u00a0她“”یа", min_size=1, max_size=6),
        st.booleans(),
        st.booleans(),
        st.sampled_from([None, None, "https://a.example/x(1)", "mailto:a@b.example"]),
    ),
    max_size=6,
)


@given(SPANS)
def test_spans_that_are_written_are_read_as_the_same_words(spans: list[Span]) -> None:
    said = "".join(one.words for one in spans)

    text = markdown.written(spans)

    assert markdown.plain(text).split() == said.split()
    assert not [each for each in markdown.faults(text) if "footnote" not in each]


@pytest.mark.parametrize(
    ("spans", "text"),
    [
        ([Span("a "), Span("b ", is_strong=True), Span("c")], "a **b** c"),
        ([Span("a", is_strong=True), Span("b", is_emphasis=True)], "**a***b*"),
        ([Span("a", is_emphasis=True, is_strong=True)], "***a***"),
        ([Span("看", link="https://a.example/"), Span("7", is_note=True)], "[看](https://a.example/)[^7]"),
        ([Span("x", link="https://a.example/a b(c)")], "[x](https://a.example/a%20b%28c%29)"),
        ([Span("他说"), Span("“重要”", is_strong=True), Span("的")], "他说“重要”的"),
        ([Span("1. a*b")], "1\\. a\\*b"),
        ([Span("a\nb\t c")], "a b c"),
    ],
)  # fmt: skip
def test_spans_keep_their_look_where_it_can_be_read(spans: list[Span], text: str) -> None:
    assert markdown.written(spans) == text
