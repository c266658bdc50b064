"""What each theme sets, and the brief's band and list of contents."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from api.documents.rules.html import Look, html
from api.texts.rules import themes
from tests.rules.test_html import LOGO, Tags
from tests.rules.test_plain import BARE, NOBODY, SIGNATORIES, STATEMENT

if TYPE_CHECKING:
    from api.portable.rules.printing import Printed

WORDS = "Words that fill a line of the page. "
ASKED: dict[str, Any] = {
    "type": "demands",
    "layout": "list",
    "lists": [
        {"heading": name, "demands": [{"id": name, "text": "Open the doors."}]}
        for name in ("Kazakhstan", "Tajikistan")
    ],
}


def a_report(*, headings: int = 3, length: int = 5_000, **more: Any) -> Printed:
    """Return a text of so many headings and characters; demands stand under the last heading."""
    text = (WORDS * (length // len(WORDS) + 1))[: length // headings]
    blocks = [
        block
        for place in range(headings)
        for block in (
            {"type": "heading", "text": f"Part *{place + 1}*[^1]"},
            {"type": "paragraph", "text": text},
        )
    ]
    return {**STATEMENT, "blocks": [*blocks, ASKED], **more}  # type: ignore[typeddict-item] # a test's own keys


def page_of(printed: Printed, theme: str = "brief", **look: Any) -> str:
    return html(printed, SIGNATORIES, Look(theme=theme, **look), for_paper=True)


def contents_of(page: str) -> list[tuple[str, str]]:
    """Return the lines of the contents: where each leads, and its words."""
    nav = page.partition("<nav")[2].partition("</nav>")[0]
    return re.findall(r'<a href="#([^"]+)">([^<]*)</a>', nav)


def test_each_theme_comes_with_and_without_logos() -> None:
    assert themes.available() == ["brief", "brief-logos", "letter", "letter-logos"]


@pytest.mark.parametrize("theme", themes.available())
@pytest.mark.parametrize("for_paper", [True, False])
def test_a_statement_with_nothing_optional_is_a_document_in_each_theme(
    theme: str, *, for_paper: bool
) -> None:
    page = html(BARE, NOBODY, Look(theme=theme), for_paper=for_paper)

    assert BARE["title"] in re.sub("<[^>]+>", "", page.partition("<h1")[2])
    assert "Signatories" not in page
    assert "<nav" not in page


@pytest.mark.parametrize("theme", themes.available())
@pytest.mark.parametrize("printed", [STATEMENT, a_report()], ids=["short", "long"])
def test_headings_never_skip_a_level_and_ids_stand_once(theme: str, printed: Printed) -> None:
    tags = Tags(page_of(printed, theme))
    levels = [int(name[1]) for name, _ in tags.found if re.fullmatch(r"h\d", name)]

    assert levels[0] == 1
    assert all(following <= level + 1 for level, following in pairwise(levels))
    assert len(tags.ids) == len(set(tags.ids))


@pytest.mark.parametrize("theme", themes.available())
def test_plain_fields_cannot_bring_markup_in_any_theme(theme: str) -> None:
    evil = '<script>alert("x")</script>'
    asked = {**ASKED, "lists": [{**ASKED["lists"][0], "heading": evil}]}
    printed = a_report(title=evil, coalition=evil, dateline=evil, occasion=evil)
    printed["blocks"][-1] = asked  # type: ignore[call-overload] # a test's own

    assert "<script" not in html(printed, SIGNATORIES, Look(theme=theme), for_paper=False)


def test_the_brief_opens_with_a_band_that_says_what_it_is() -> None:
    page = page_of(STATEMENT, accent="#7a1f5c", logo=LOGO, logo_type="image/png")
    band = page.partition('<header class="band">')[2].partition("</header>")[0]

    for part in ("Joint statement", "Words given at the summit", "Brussels, 14 May 2031"):
        assert part in band
    assert '<img class="logo" src="asset:logo" alt="Steppe &amp; Mountain Coalition">' in band
    assert "--accent: #7a1f5c" in page


def test_the_sheet_that_we_lay_out_has_a_band_to_its_edges_and_a_browsers_print_has_not() -> None:
    screen = html(STATEMENT, SIGNATORIES, Look(theme="brief"), for_paper=False)

    assert ".band { margin: -20mm -25mm" in page_of(STATEMENT)
    assert ".band { margin: -20mm -25mm" not in screen


def test_the_contents_lead_to_each_part_and_to_what_follows_the_text() -> None:
    page = page_of(a_report())

    assert contents_of(page) == [
        ("part-1", "Part 1"),
        ("part-3", "Part 2"),
        ("part-5", "Part 3"),
        ("part-7-1", "Kazakhstan"),
        ("part-7-2", "Tajikistan"),
        ("signatories", "Signatories"),
        ("notes", "Notes"),
        ("contacts", "Contact"),
    ]
    assert {link for link, _ in contents_of(page)} <= set(Tags(page).ids)


def test_the_contents_name_only_what_is_there() -> None:
    printed = a_report(footnotes=[], contacts=[])
    page = html(printed, NOBODY, Look(theme="brief"), for_paper=True)

    assert [name for _, name in contents_of(page)][-1] == "Tajikistan"


@pytest.mark.parametrize("report", [{"headings": 2}, {"length": 3_000}], ids=["two", "short"])
def test_a_text_of_few_headings_or_few_words_has_no_contents(report: dict[str, int]) -> None:
    page = page_of(a_report(**report))

    assert "<nav" not in page
    assert "string(section)" not in page


def test_the_letter_has_no_contents() -> None:
    assert "<nav" not in page_of(a_report(), "letter")


def test_paper_has_page_numbers_in_the_languages_digits_and_a_screen_has_none() -> None:
    persian = a_report(language="fa", direction="rtl")

    assert "target-counter(attr(href), page, decimal)" in page_of(a_report())
    assert "target-counter(attr(href), page, persian)" in page_of(persian)
    assert "@top-right { content: string(section)" in page_of(persian)
    screen = html(persian, SIGNATORIES, Look(theme="brief"), for_paper=False)
    assert "target-counter" not in screen
    assert "<nav" in screen


def test_a_heading_that_is_a_footnote_alone_still_has_a_line() -> None:
    report = a_report()
    report["blocks"][0] = {"type": "heading", "text": "[^1]"}

    assert contents_of(page_of(report))[0] == ("part-1", "[1]")
