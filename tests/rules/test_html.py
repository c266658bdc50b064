"""HTML of a statement: the page for paper and the one for a browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from api.documents.rules.html import Look, contrast, html, legible, shortened
from api.errors import Invalid
from tests.rules.test_plain import BARE, NOBODY, SIGNATORIES, STATEMENT

if TYPE_CHECKING:
    from api.portable.rules.printing import Printed
    from api.portable.rules.signing import Signatories

LOGO = b"\x89PNG\r\n\x1a\n"
COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


class Tags(HTMLParser):
    """Collects the tags with their attributes, and the ids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]

    @property
    def ids(self) -> list[str | None]:
        return [attributes["id"] for _, attributes in self.found if "id" in attributes]


def _paper(
    printed: Printed, signatories: Signatories = SIGNATORIES, look: Look | None = None
) -> str:
    return html(printed, signatories, look or Look(), for_paper=True)


def _screen(printed: Printed, look: Look | None = None) -> str:
    return html(printed, SIGNATORIES, look or Look(), for_paper=False)


def _with(**changes: Any) -> Printed:
    return {**STATEMENT, **changes}  # type: ignore[typeddict-item] # a test's own keys


@pytest.mark.parametrize("for_paper", [True, False])
def test_a_statement_with_nothing_optional_is_a_document(*, for_paper: bool) -> None:
    page = html(BARE, NOBODY, Look(), for_paper=for_paper)
    assert "<h1" in page
    assert "Signatories" not in page


@pytest.mark.parametrize("for_paper", [True, False])
def test_language_direction_title_author_and_description_are_in_the_head(
    *, for_paper: bool
) -> None:
    page = html(STATEMENT, SIGNATORIES, Look(), for_paper=for_paper)
    tags = Tags(page)
    meta = {one.get("name"): one["content"] for one in tags.named("meta") if "content" in one}
    assert tags.named("html") == [{"lang": "en", "dir": "ltr"}]
    assert f"<title>{STATEMENT['title']}</title>" in page
    assert meta["author"] == STATEMENT["coalition"]
    assert meta["description"] == "Five governments met.[1] We welcome each word."


def test_plain_fields_cannot_bring_markup() -> None:
    evil = '<script>alert("x")</script>'
    page = _screen(
        _with(
            title=evil,
            coalition=evil,
            dateline=evil,
            occasion=evil,
            addressees=[{"name": evil, "title": evil}],
            contacts=[{"name": evil, "email": evil}],
        )
    )
    assert "<script" not in page


def test_a_file_for_a_browser_needs_nothing_beside_it() -> None:
    page = _screen(STATEMENT, Look(logo=LOGO, logo_type="image/png"))
    tags = Tags(page)
    policy = next(one["content"] for one in tags.named("meta") if "http-equiv" in one)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert {name for name, _ in tags.found}.isdisjoint({"script", "link", "iframe", "object"})
    assert [one["src"] for one in tags.named("img")] == ["data:image/png;base64,iVBORw0KGgo="]
    assert "url(" not in page
    assert "@import" not in page
    assert "prefers-color-scheme: dark" in page


def test_paper_takes_the_logo_from_what_it_is_handed() -> None:
    page = _paper(STATEMENT, look=Look(logo=LOGO, logo_type="image/png", page_size="Letter"))
    assert 'src="asset:logo"' in page
    assert 'alt="Steppe &amp; Mountain Coalition"' in page
    assert "size: Letter" in page
    assert "data:" not in page


def test_a_footnote_is_linked_both_ways_and_its_label_stays() -> None:
    tags = Tags(_paper(STATEMENT))
    links = [one["href"] for one in tags.named("a")]
    assert links.count("#note-1") == 2  # referred to twice
    assert links.count("#ref-1") == 1
    assert len(tags.ids) == len(set(tags.ids))
    assert {"ref-1", "ref-2", "note-1", "note-2"} <= set(tags.ids)
    assert ">7</a></sup>" in _paper(STATEMENT)


def test_a_reference_stays_on_the_line_of_its_word() -> None:
    assert '<span class="kept">met.<sup><a' in _paper(STATEMENT)


def test_only_addresses_of_the_web_become_links() -> None:
    quote = {"type": "quote", "text": "Words.", "url": "javascript:alert(1)"}
    page = _paper(_with(blocks=[quote], footnotes=[]))
    assert "href" not in page.replace("mailto:", "").split("<main>")[1].split("</main>")[0]


def test_a_specimen_says_so_on_every_page_and_nothing_else_does() -> None:
    real = _with(specimen=False)
    assert '@top-right { content: "Specimen"' in _paper(STATEMENT)
    assert '<p class="mark">Specimen</p>' in _screen(STATEMENT)
    assert "Specimen<" not in _screen(real)
    assert '"Specimen"' not in _paper(real)


def test_a_draft_says_so_on_every_page() -> None:
    drafted = html(STATEMENT, SIGNATORIES, Look(is_draft=True), for_paper=True)
    assert 'content: "Specimen · Draft"' in drafted


def test_a_right_to_left_document_is_mirrored_with_digits_of_its_language() -> None:
    page = _paper(_with(language="fa", direction="rtl"))
    assert '<html lang="fa" dir="rtl">' in page
    assert "@bottom-right { content: string(short-title)" in page
    assert "counter(page, persian)" in page
    assert "list-style-type: persian" in page


def test_names_stand_in_isolation_from_the_direction_around_them() -> None:
    page = _screen(STATEMENT)
    assert "<bdi>بنیاد نمونه</bdi>" in page
    assert '<bdi class="name">Helene Mustermann</bdi>' in page


def test_people_and_organisations_are_told_apart_only_where_both_sign() -> None:
    organisations: Signatories = {"lines": SIGNATORIES["lines"][:2], "withheld": 0}
    assert '<h3 class="sort">People</h3>' in _paper(STATEMENT)
    assert 'class="sort"' not in _paper(STATEMENT, organisations)


def test_hundreds_of_names_run_on_where_paper_would_take_too_long() -> None:
    line = SIGNATORIES["lines"][0]
    crowd: Signatories = {
        "lines": [{**line, "text": f"Name {n}"} for n in range(201)],
        "withheld": 0,
    }
    page = _paper(STATEMENT, crowd)
    assert "Name 0, lead organisation · \u200eName 1, lead" in page
    assert page.count("<li>") < 50


def test_no_text_that_runs_on_is_one_piece_however_many_names_and_demands_it_has() -> None:
    names = [{"kind": "individual", "text": f"Specimen Person {one}"} for one in range(3000)]
    demands = [{"text": f"Release specimen {one}. " + "Bread. " * 9} for one in range(300)]
    lists = {"type": "demands", "layout": "paragraph", "lists": [{"demands": demands}]}
    page = _paper(_with(blocks=[lists]), {**SIGNATORIES, "lines": names})  # type: ignore[typeddict-item]
    assert "Specimen Person 2999" in page
    assert "Release specimen 299." in page
    # Each line that is laid out reads its whole piece again: one of a megabyte takes minutes.
    assert max(map(len, re.split(r"<[^>]*>", page.rpartition("</style>")[2]))) < 3000


def test_long_lines_of_names_have_one_column() -> None:
    line = SIGNATORIES["lines"][2]
    role = "Dana Exampleva, head of the department of examples, University"
    assert '<ul class="names long">' in _paper(
        STATEMENT, {"lines": [{**line, "text": role}], "withheld": 0}
    )
    assert 'class="names long"' not in _paper(STATEMENT)


def test_lists_without_headings_count_on_and_lists_with_headings_begin_anew() -> None:
    demands = [{"id": "one", "text": "One."}, {"id": "two", "text": "Two."}]
    block = {"type": "demands", "layout": "list", "lists": [{"demands": demands}] * 2}
    page = _paper(_with(blocks=[block]))
    assert re.findall(r'<ol start="(\d+)"', page) == ["3"]
    assert "<ol start" not in _paper(STATEMENT)


def test_headings_never_skip_a_level() -> None:
    levels = [int(name[1]) for name, _ in Tags(_paper(STATEMENT)).found if re.match(r"h\d", name)]
    assert levels[0] == 1
    assert all(next_one <= one + 1 for one, next_one in pairwise(levels))


@pytest.mark.parametrize(
    ("length", "size"), [(20, "head"), (100, "head long"), (400, "head longest")]
)
def test_a_long_title_is_set_smaller(length: int, size: str) -> None:
    assert f'<header class="{size}">' in _paper(_with(title="a " * (length // 2) + "b"))


def test_the_last_two_short_words_of_a_title_stay_together() -> None:
    page = _paper(_with(title="Words must open prison doors"))
    assert 'Words must open <span class="kept">prison doors</span></h1>' in page


def test_a_theme_that_does_not_exist_is_refused_with_the_names_of_those_that_do() -> None:
    with pytest.raises(Invalid, match="letter"):
        _paper(STATEMENT, look=Look(theme="../letter"))


def test_a_colour_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid, match="#0b5563"):
        _paper(STATEMENT, look=Look(accent="red;}"))


@given(COLOURS)
def test_any_colour_of_a_coalition_can_be_read_on_white_and_in_the_dark(colour: str) -> None:
    assert contrast(legible(colour), "#ffffff") >= 4.5
    assert contrast(legible(colour, on="#15181b"), "#15181b") >= 4.5


@pytest.mark.parametrize("colour", ["#0b5563", "#000000", "#7a2e1d"])
def test_a_colour_that_can_be_read_stays_as_it_is(colour: str) -> None:
    assert legible(colour) == colour


def test_black_on_white_has_the_highest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_a_title_in_the_footer_is_cut_after_a_word() -> None:
    assert shortened("Words given at the summit", 90) == "Words given at the summit"
    assert shortened("Words given, at the summit", 16) == "Words given, at…"
    assert shortened("Words given, at the summit", 14) == "Words given…"
    assert shortened("Donaudampfschifffahrt", 8) == "Donauda…"
