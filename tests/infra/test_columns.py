"""Everything that prints stays within its column, in each theme: no word runs off the sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest

from api.documents.rules import rendering
from api.documents.rules.html import Look
from api.infra.text import languages
from api.texts.rules import themes
from tests.rules.test_logos import a_logo
from tests.rules.test_plain import BARE, NOBODY
from tests.support.pdf_words import letters, letters_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.infra.sandbox.pool import ChildPool
    from api.portable.rules.printing import Printed
    from api.portable.rules.signing import Signatories

PATH = pypdfium2.raw.FPDF_PAGEOBJ_PATH
MARGIN = 22 * 72 / 25.4  # points: what paper.css leaves free on both sides
LINE = 9.0  # points: less than one line of a quote
SLACK = 2.5  # points: an italic letter leans over, a quotation mark hangs
# Words as hostile as people write them: addresses, hashes, compounds, scripts without spaces.
WORDS = {
    "an address": ("en", "specimen" * 12 + ".onion"),
    "a hash": ("en", "9f86d081884c7d659a2feaa0c55ad015" * 4),
    "wide letters": ("en", "W" * 90),
    "a compound": ("de", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbau" * 2),
    "a compound with soft hyphens": ("de", "Donau\u00addampf\u00adschiff\u00adfahrts" * 5),
    "Cyrillic": ("ru", "превысокомногорассмотрительствующий" * 3),
    "Arabic": ("fa", "آزادیخواهانهترینهایشان" * 5),
    "a Latin word in a Persian letter": ("fa", "specimen" * 12),
    "Hebrew": ("he", "מהנדסיםמהנדסים" * 7),
    "Armenian": ("hy", "հացթուխներին" * 8),
    "Georgian": ("ka", "გაათავისუფლეთ" * 7),
    "Devanagari": ("hi", "अन्तर्राष्ट्रीयकरण" * 5),
    "Chinese": ("zh", "让面包师回家去" * 12),
}


def a_text(language: str, word: str) -> tuple[Printed, Signatories]:
    """Return a statement and signatories with the word wherever something prints."""
    inner = f"{word}, (**{word}**) *a*{word}**{word}**[^1] x*{word}*y [{word}](https://s.example)"
    asked = {"id": "a", "text": f"{inner}.", "rationale": f"See https://{word}/{word}: **{word}**."}
    quote = {
        "type": "quote",
        "lead": word,
        "text": f"“**{word}**”",
        "source": f"({word})",
        "locator": word,
        "url": f"https://s.example/{word}",
        "retrieved": word,
    }
    blocks = [
        {"type": "heading", "text": f"x **{word}**[^1]"},
        {"type": "paragraph", "text": f"{inner}. " * 2},
        quote,
        {"type": "list", "lead": word, "ordered": True, "items": [inner, f"**{word}**"]},
        {"type": "list", "ordered": False, "items": [inner, f"**{word}**"]},
        {"type": "cases", "lead": word, "items": [inner]},
        {"type": "heading", "text": f"{word} {word}"},
        {"type": "demands", "layout": "list", "lists": [{"heading": word, "demands": [asked]}]},
        {"type": "demands", "layout": "paragraph", "lists": [{"demands": [asked]}]},
        {"type": "heading", "text": f"**{word}**"},
    ]
    printed: Any = {
        "language": language,
        "direction": languages.direction(language),
        "kind": "briefing",
        "title": f"{word} {word}",
        "coalition": word,
        "specimen": True,
        "dateline": word,
        "occasion": word,
        "blocks": blocks,
        "addressees": [
            {"name": word, "title": word, "organisation": word, "salutation": f"{word},"}
        ],
        "footnotes": [{"label": "1", "text": f"{inner} https://s.example/{word}"}],
        "contacts": [{"name": word, "role": word, "email": f"{word}@s.example", "phone": word}],
    }
    lines: list[Any] = [
        {"text": f"{word} {place}", "lead": place < 2, "kind": kind, "reservation": word}
        for kind in ("organisation", "individual")
        for place in range(3)
    ]
    return printed, {"lines": lines, "withheld": 3}


def strays(pdf: bytes) -> list[tuple[int, str, float, float]]:
    """Return the letters outside the margins: page, letter, left and right edge."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf), 1):
        text, width = page.get_textpage(), page.get_width()
        for place in range(text.count_chars()):
            left, _, right, _ = text.get_charbox(place)
            letter = text.get_text_range(place, 1)
            if letter.strip() and (left < MARGIN - SLACK or right > width - MARGIN + SLACK):
                found.append((number, letter, left, right))
    return found


def pdf_of(children: ChildPool, text: tuple[Printed, Signatories], look: Look) -> bytes:
    return rendering.rendered(rendering.RenderInput(*text, look, rendering.Format.PDF), children)


# Each sets its columns by the same rules: the first is looked at always.
PLAIN = [each for each in themes.available() if not themes.shows_logos(each)]
THEMES = [
    *(pytest.param(each, marks=[pytest.mark.rest] * (each != PLAIN[0])) for each in PLAIN),
    *(
        pytest.param(each, marks=pytest.mark.long)
        for each in themes.available()
        if each not in PLAIN
    ),
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", WORDS)
def test_no_long_word_leaves_its_column(children: ChildPool, name: str, theme: str) -> None:
    language, word = WORDS[name]
    logos = (a_logo(name=word),) if themes.shows_logos(theme) else ()

    pdf = pdf_of(children, a_text(language, word), Look(theme=theme, logos=logos))

    assert strays(pdf) == []
    if not {"hyphens", "Devanagari"} & set(name.split()):  # these come out of a PDF changed
        whole = letters_of(pdf)
        assert whole.count(letters(word)[-8:]) > 20


def test_many_names_that_run_on_stay_in_their_column(children: ChildPool) -> None:
    printed, _ = a_text("en", "specimen" * 12)
    lines: list[Any] = [
        {"text": f"{'specimen' * 12} {place}", "lead": False, "kind": "individual"}
        for place in range(201)
    ]

    pdf = pdf_of(children, (printed, {"lines": lines, "withheld": 0}), Look())

    assert strays(pdf) == []


def ruled(page: Any) -> Iterator[tuple[float, float]]:
    """Yield foot and head of what has a rule at its side: its border is cut out of its box."""
    for each in page.get_objects():
        left, low, _, high = each.get_bounds()
        if each.type == PATH and left > MARGIN - 1 and high - low > 4 * LINE:
            yield low, high


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("theme", ["letter", "brief"])
def test_the_rule_of_a_quote_that_goes_on_overleaf_ends_with_its_text(
    children: ChildPool, theme: str, direction: str
) -> None:
    seen = 0
    for length in (42, 45, 46):
        text = "Nobody shall be held for bread, and nobody for having asked for it. " * length
        blocks = [{"type": "quote", "text": text, "source": "Constitution. " * 40}] * 2
        printed: Any = {**BARE, "direction": direction, "blocks": blocks}

        pdf = pdf_of(children, (printed, NOBODY), Look(theme=theme))

        for page in pypdfium2.PdfDocument(pdf):
            words = page.get_textpage()
            bottoms = [words.get_charbox(place)[1] for place in range(words.count_chars())]
            for foot, head in ruled(page):
                seen += 1
                lowest = min(one for one in bottoms if foot - LINE < one < head)
                assert abs(lowest - foot) < LINE
    assert seen > 8
