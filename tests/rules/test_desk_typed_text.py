"""Words as they are typed and pasted: paragraphs, and lists by the signs of their lines."""

from __future__ import annotations

import pytest

from api.desk.rules import typed_text
from api.texts.rules import marks

LISTS = [
    ("- Free him.\n- Pay him.", {"items": ["Free him.", "Pay him."]}),
    ("\u2022 Free him.\n\u2022\tPay him.", {"items": ["Free him.", "Pay him."]}),
    ("* Free him.\n* Pay him.", {"items": ["Free him.", "Pay him."]}),
    ("1. Free him.\n2) Pay him.", {"items": ["Free him.", "Pay him."], "ordered": True}),
    ("\u2014 Free him.\n\u2014 Pay him.", {"items": ["Free him.", "Pay him."]}),
    ("- Free him.\n\n- Pay him.", {"items": ["Free him.", "Pay him."]}),
    ("- Free him\n  today.\r\n- Pay him.", {"items": ["Free him today.", "Pay him."]}),
    ("We ask:\n- Free him.\n- Pay him.", {"items": ["Free him.", "Pay him."], "lead": "We ask:"}),
]


@pytest.mark.parametrize(("text", "known"), LISTS, ids=ascii)
def test_lines_with_the_signs_of_a_list_are_one(text: str, known: dict[str, object]) -> None:
    assert typed_text.blocks(text) == [{"list": known}]


NO_LISTS = [
    ("- No.", ["- No."]),
    ("14. August was hot.", ["14. August was hot."]),
    ("\u2014 No.\n\n\u2014 Yes.", ["\u2014 No.", "\u2014 Yes."]),  # two who speak
    ("5. May.\n6. May.", ["5. May.", "6. May."]),  # a list counts from 1: these would change
    ("One line\nand another", ["One line\nand another"]),
    ("-not a sign\n-nor this", ["-not a sign\n-nor this"]),
    (" \n\n", []),
]


@pytest.mark.parametrize(("text", "said"), NO_LISTS, ids=ascii)
def test_what_may_be_words_stays_words(text: str, said: list[str]) -> None:
    assert typed_text.blocks(text) == [{"paragraph": each} for each in said]


def test_a_letter_keeps_its_order() -> None:
    text = "To all.\n\nWe ask:\n- One.\n- Two.\nThank you.\n\nWe."

    assert typed_text.blocks(text) == [
        {"paragraph": "To all."},
        {"list": {"items": ["One.", "Two."], "lead": "We ask:"}},
        {"paragraph": "Thank you."},
        {"paragraph": "We."},
    ]


def test_items_come_without_the_signs_that_all_of_them_have() -> None:
    assert typed_text.items("- One.\n- Two.") == (["One.", "Two."], False)
    assert typed_text.items("1. One.\n2. Two.") == (["One.", "Two."], True)
    assert typed_text.items("- One.\nTwo.") == (["- One.", "Two."], False)


MISFITS = [
    ("Good.\n\n# A heading", (3, "#")),
    ("Good.\n> Said", (2, ">")),
    ("*Good* <b>words</b>", (1, "<")),
    ("Good.\n[words](nowhere)", (2, "](")),
    ("A &amp; B", (1, "&amp;")),
    ("Title\n-----", (2, "-----")),
]


@pytest.mark.parametrize(("text", "found"), MISFITS, ids=ascii)
def test_a_mark_that_does_not_fit_is_found_by_its_line(text: str, found: tuple[int, str]) -> None:
    assert marks.misfit(text) == found


def test_words_whose_marks_fit_have_no_misfit() -> None:
    assert marks.misfit("*Good* **words**.\n\n[All](https://specimen.example)") is None
