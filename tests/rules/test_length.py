"""Words are counted as recipients count them, in every script; bounds are passed by more."""

from __future__ import annotations

from typing import Any

import pytest

from api.errors import Code
from api.portable.rules import printing
from api.portable.rules.length import Bounds, TextLength, length
from tests.rules.test_checking import a_document


def of(*body: Any, title: str = "", **more: Any) -> TextLength:
    blocks = [{"paragraph": each} if isinstance(each, str) else each for each in body]
    document: Any = a_document(title=title, body=blocks, **more)
    return length(printing.resolve(document))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We ask that the doors be opened.", 7),
        ("A state-owned archive — closed — since 10.000 days, e.g. O'Brien's.", 9),
        ("**Free** the *bakers* of [Samarkand](https://specimen.example/a-b-c)!", 5),
        ("We ask.[^a] Again[^a].", 3),
        ("Мы просим открыть двери архива, из-за которых ждут.", 8),
        ("ما می‌خواهیم که درهای بایگانی باز شود.", 7),
        ("हम चाहते हैं कि दरवाज़े खुलें।", 6),
        ("我们请求把档案馆的门打开。", 12),
        ("扉を開けてください。2031年", 11),
        ("เราขอให้เปิดประตู", 5),
        ("យើងសូមឱ្យបើកទ្វារ ស្ដាប់", 5),
        ("문을 열어 주십시오.", 3),
        ("… — & 5 %", 1),
    ],
)
def test_words_are_counted_as_word_processors_do(text: str, words: int) -> None:
    assert of(text, footnotes={"a": "Note."} if "[^a]" in text else {}).words == words


def test_all_that_is_text_counts_and_what_is_around_it_does_not() -> None:
    cases = [{"id": "a", "name": "Ayan Specimenov", "country": "KZ", "occupation": "baker"}]
    demand = {"id": "kz-1", "text": "Open the doors.", "rationale": "They are shut."}
    found = of(
        {"heading": "Our demands"},
        {"quote": {"text": "Let in light.[^n]", "source": "The Charter"}},
        {"list": {"lead": "We ask:", "items": ["one", "two"]}},
        {"demands": {"lists": ["KZ"]}},
        {"cases": {"items": [{"text": "Free Ayan", "cases": ["a"]}]}},
        title="Three words here",
        dateline={"place": "Samarkand", "date": "2031-05-14"},
        addressees=[{"name": "A. Specimen", "title": "Minister"}],
        contacts=[{"name": "B. Specimen", "role": "Coordinator"}],
        cases=cases,
        demand_lists=[{"country": "KZ", "demands": [demand]}],
        footnotes={"n": "A note of five words."},
    )

    # Title 3, heading 2, quote 3 and its source 2, list 4, country 1, demand 3 and 3, case 2.
    assert found == TextLength(words=23, footnote_words=5)


@pytest.mark.parametrize(
    ("bounds", "pages", "told"),
    [
        (Bounds(), 10, []),
        (Bounds(words=110, pages=2), 2, []),
        (Bounds(words=110), None, []),
        (Bounds(words=109), None, [109]),
        (Bounds(words=100, counts_footnotes=False), None, []),
        (Bounds(words=99, pages=1, counts_footnotes=False), 2, [99, 1]),
    ],
)
def test_a_bound_is_passed_by_one_more(
    bounds: Bounds, pages: int | None, told: list[float]
) -> None:
    found = list(bounds.passed(TextLength(words=100, footnote_words=10), pages))

    assert [each.limit for each in found] == told
    assert {each.code for each in found} <= {Code.TOO_MANY}


def test_a_warning_says_by_how_much() -> None:
    (found,) = Bounds(words=2000).passed(TextLength(2_130, 0))

    assert found.detail == "It has 2,130 words, 130 more than its recipient takes."
