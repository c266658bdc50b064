"""A text among others of another direction is read in its own; addresses are never torn apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest

from api.documents.rules import rendering
from api.documents.rules.html import Look, html
from api.infra.text import languages
from api.texts.rules import markdown
from tests.rules.test_plain import BARE, NOBODY

if TYPE_CHECKING:
    from api.infra.sandbox.pool import ChildPool

ENGLISH = "Nobody shall be kept for salt."
PERSIAN = "هیچ کس را برای نمک نگه ندارید!"
ADDRESS = "https://salt.example/fa/نمک?page=2"


def a_letter(language: str, *blocks: dict[str, Any], **more: Any) -> Any:
    direction = languages.direction(language)
    return {**BARE, "language": language, "direction": direction, "blocks": blocks, **more}


def placed(children: ChildPool, printed: Any, theme: str = "letter") -> dict[str, float]:
    """Return where the last letter of each sort stands on the first page, from the left."""
    inputs = rendering.RenderInput(printed, NOBODY, Look(theme=theme), rendering.Format.PDF)
    page = pypdfium2.PdfDocument(rendering.rendered(inputs, children))[0]
    text = page.get_textpage()
    count = text.count_chars()
    return {text.get_text_range(n, 1): text.get_charbox(n)[0] for n in range(count)}


@pytest.mark.parametrize("theme", ["letter", "brief"])
@pytest.mark.parametrize(
    "block",
    [
        {"type": "quote", "text": "Nobody shall be kept for salZ."},
        {"type": "paragraph", "text": "Nobody shall be kept for salZ."},
        {"type": "heading", "text": "Nobody shall be kept for *salZ*."},
        {"type": "list", "ordered": False, "items": ["Nobody shall be kept for **salZ**."]},
        {"type": "cases", "items": ["Nobody shall be kept for salZ."]},
        {"type": "quote", "text": "نمک", "source": "Law of the salZ."},
    ],
    ids="-".join,
)
def test_an_english_text_in_a_persian_letter_ends_with_its_full_stop(
    children: ChildPool, block: dict[str, Any], theme: str
) -> None:
    found = placed(children, a_letter("fa", block), theme)

    assert 0 < found["."] - found["Z"] < 12


def test_a_persian_quote_in_an_english_letter_ends_with_its_mark(children: ChildPool) -> None:
    found = placed(children, a_letter("en", {"type": "quote", "text": "نمک را نگه ندارژ!"}))

    assert 0 < found["ژ"] - found["!"] < 12


@pytest.mark.parametrize("language", ["fa", "en"])
def test_an_address_with_persian_in_it_runs_from_left_to_right(
    children: ChildPool, language: str
) -> None:
    words = "https://Kalt.example/Ja/ژ?Quartz=7 را ببینید"

    found = placed(children, a_letter(language, {"type": "paragraph", "text": words}))

    assert found["K"] < found["J"] < found["ژ"] < found["Q"] < found["7"]


def test_a_name_with_emphasis_keeps_its_order_in_a_persian_sentence(children: ChildPool) -> None:
    text = "سازمان **Kalt** House of *Quartz* را ببینید"

    found = placed(children, a_letter("fa", {"type": "paragraph", "text": text}))

    assert found["K"] < found["H"] < found["Q"]


@pytest.mark.parametrize(
    ("text", "usual", "own"),
    [
        (ENGLISH, "rtl", "ltr"),
        (PERSIAN, "ltr", "rtl"),
        ("They write: «نمک», and no more.", "rtl", "ltr"),
        ("Salt House نمک می‌خواهد", "rtl", "rtl"),
        ("SALT International و نمک‌فروشان", "rtl", "rtl"),
        ("خانهٔ نمک (Salt)", "ltr", "ltr"),
        ("12/345 — 2031", "rtl", "rtl"),
        ("", "rtl", "rtl"),
    ],
)
def test_a_text_takes_the_direction_of_its_own_letters(text: str, usual: str, own: str) -> None:
    assert languages.direction_of(text, usual) == own


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"نامه ({ADDRESS}).", f'نامه (<bdi dir="ltr">{ADDRESS}</bdi>).'),
        ("نامه a.b@salt.example، بله", 'نامه <bdi dir="ltr">a.b@salt.example</bdi>، بله'),
        ("تلفن +93 70 123 456", 'تلفن <bdi dir="ltr">+93 70 123 456</bdi>'),
        (
            "نامه http://**salt**.onion/a",
            'نامه <bdi dir="ltr">http://<strong>salt</strong>.onion/a</bdi>',
        ),
        ("**نمک http://a.example**/x", None),
        ("See https://salt.example/x.", "See https://salt.example/x."),
    ],
)
def test_addresses_are_isolated_where_letters_run_to_the_left(
    text: str, expected: str | None
) -> None:
    written = markdown.html(text)

    assert expected is None or written == expected
    assert written.count("<bdi") == written.count("</bdi>")


def test_a_browser_gets_the_same_directions() -> None:
    quote = {"type": "quote", "text": ENGLISH, "source": "قانون"}

    page = html(a_letter("fa", quote), NOBODY, Look(), for_paper=False)

    assert '<blockquote dir="ltr"' in page
