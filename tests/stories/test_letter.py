"""The letter on paper: what it tells of itself, and what its coalition gives it of its own."""

# ruff: noqa: RUF001 - the texts are in several scripts

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest

from api.portable.rules import reading
from tests.contracts.scene import a_source
from tests.stories.test_exchange import take_in
from tests.stories.test_organisations import a_png
from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_revision,
    a_signature,
    a_text,
    made,
)
from tests.support.pdf_words import letters, letters_of, pages_of
from tests.support.portable import OURS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.client import Client


def printed(owner: Client, statement: str, **query: Any) -> bytes:
    answer = owner.get(f"/v1/statements/{statement}/document", **query)
    assert answer.status == 200, answer.body
    return answer.body


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def of_file(owner: Client, name: str) -> tuple[dict[str, Any], bytes]:
    """Return one of our own files, and its PDF by way of the API."""
    data = next(path for path in OURS if path.stem == name).read_bytes()
    statement = take_in(owner, a_coalition(owner), data)["statement"]["id"]
    return reading.read(data), printed(owner, statement)


def bookmarks(items: Any) -> Iterator[str]:
    for item in items:
        yield item.title
        yield from bookmarks(item.children)


@pytest.mark.parametrize("name", ["english", "russian"])
def test_its_language_title_and_structure_are_told(owner: Client, name: str) -> None:
    written, pdf = of_file(owner, name)

    with opened(pdf) as document:
        assert str(document.Root.Lang) == written["language"]
        assert str(document.docinfo["/Title"]) == written["title"]
        with document.open_metadata() as metadata:
            assert written["title"] in str(metadata["dc:title"])
        assert bool(document.Root.MarkInfo.Marked)
        assert "/StructTreeRoot" in document.Root


def test_its_title_headings_and_countries_are_bookmarks(owner: Client) -> None:
    written, pdf = of_file(owner, "english")

    with opened(pdf) as document, document.open_outline() as outline:
        marks = list(bookmarks(outline.root))

    headings = [block["heading"] for block in written["body"] if "heading" in block]
    assert headings
    places = [marks.index(each) for each in [written["title"], *headings, "Signatories", "Notes"]]
    assert places == sorted(places)
    assert {"Georgia", "Armenia", "Azerbaijan"} <= set(marks)


@pytest.mark.parametrize(
    ("name", "words"),
    [("english", "Page {} of {}"), ("russian", "Страница {} из {}")],
)
def test_each_page_says_which_it_is_of_how_many(owner: Client, name: str, words: str) -> None:
    _, pdf = of_file(owner, name)

    pages = pages_of(pdf)

    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert words.format(number, len(pages)) in page


def test_its_coalitions_logo_and_colour_are_on_the_paper(owner: Client) -> None:
    coalition = a_coalition(owner, accent="#7a1f5c")
    statement, sha256 = a_text(owner, coalition)
    a_signature(owner, statement, sha256)
    plain = printed(owner, statement)
    put = owner.put(f"/v1/coalitions/{coalition}/logo", a_png((40, 20)), kind="image/png")
    assert put.status == 200

    with opened(plain) as document:
        assert not document.pages[0].get_images()
        drawn = document.pages[0].Contents.read_bytes().decode("latin-1")
    colours = {
        tuple(round(float(part) * 255) for part in found)
        for found in re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) rg", drawn)
    }
    assert (0x7A, 0x1F, 0x5C) in colours
    with opened(printed(owner, statement)) as document:
        (logo,) = document.pages[0].get_images().values()
        assert (int(logo.Width), int(logo.Height)) == (40, 20)


def test_its_coalitions_names_of_countries_are_printed_in_their_language(owner: Client) -> None:
    names = {"ru": {"KG": "Республика Ала-Тоо"}, "en": {"KG": "Republic of Ala-Too"}}
    coalition = a_coalition(owner, country_names=names)
    a_case(owner, coalition, key="baker", name="Ayan Specimenov", country="KG")
    a_demand(owner, a_demand_list(owner, coalition, country="KG"), key="kg-1", text="Хлеба.")
    facts = {
        "language": "ru",
        "title": "Хлеб и соль",
        "addressees": [{"name": "A", "country": "KG"}],
        "demand_lists": [{"country": "KG", "demands": [{"id": "kg-1", "text": "Хлеба."}]}],
        "body": [{"demands": {}}],
    }
    statement, sha256 = a_text(owner, coalition, **facts)
    a_signature(owner, statement, sha256, name="Ayan Specimenov", visibility="initials",
                country="KG")  # fmt: skip

    text = letters_of(printed(owner, statement))

    assert text.count(letters("Республика Ала-Тоо")) == 3  # addressee, heading, initials
    assert letters("Киргизия") not in text
    assert letters("Republic") not in text


def test_its_coalitions_word_for_and_joins_what_a_template_lists(owner: Client) -> None:
    coalition = a_coalition(
        owner, conjunctions={"en": "plus"}, country_names={"en": {"KG": "Ala-Too"}}
    )
    facts = [{"name": "places", "type": "list", "label": "Places", "of": "country"}]
    body = [{"paragraph": "We ask {{ places|country|joined }}."}]
    source = {**a_source(), "title_text": "Bread", "facts": facts, "body": body}
    template = made(owner, f"/v1/coalitions/{coalition}/templates", {"source": source})
    given = {"template_id": template, "slug": "a", "facts": {"places": ["KZ", "KG", "TJ"]}}

    assembled = owner.post(f"/v1/coalitions/{coalition}/assemblies", given)
    assert assembled.status == 201, assembled.body
    statement = assembled["statement"]["id"]
    a_revision(owner, statement)

    text = printed(owner, statement, format="text").decode()
    assert "We ask Kazakhstan, Ala-Too plus Tajikistan." in text
