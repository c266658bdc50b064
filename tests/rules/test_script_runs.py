"""A text in passages: by its scripts, and by the way that its letters run."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from api.infra.text import languages
from api.infra.text.script_runs import ScriptRun, script_runs


def read(text: str, script: str = "Latn", direction: str = "ltr") -> list[tuple[str, str, str]]:
    return [
        (each.words, each.script, "rtl" if each.is_from_right else "ltr")
        for each in script_runs(text, script, direction)
    ]


@given(st.text(), st.sampled_from([("Latn", "ltr"), ("Cyrl", "ltr"), ("Arab", "rtl")]))
def test_the_passages_of_a_text_are_the_text(text: str, around: tuple[str, str]) -> None:
    found = script_runs(text, *around)

    assert "".join(each.words for each in found) == text
    assert all(each.words for each in found)


def test_what_has_no_letters_goes_with_the_text_around_it() -> None:
    assert script_runs("12, 14!", "Cyrl", "ltr") == [
        ScriptRun("12, 14!", "Cyrl", is_from_right=False)
    ]
    assert script_runs("", "Latn", "ltr") == []


def test_scripts_are_told_apart_and_signs_go_with_the_letters_before_them() -> None:
    assert read("Мы, Human Rights Watch, и 北京。", "Cyrl") == [
        ("Мы, ", "Cyrl", "ltr"),
        ("Human Rights Watch, ", "Latn", "ltr"),
        ("и ", "Cyrl", "ltr"),
        ("北京。", "Hani", "ltr"),
    ]


def test_in_a_persian_text_latin_runs_from_the_left_and_all_else_from_the_right() -> None:
    assert read("متن (Watch 24) در ۲۰۲۵ و 2026.", "Arab", "rtl") == [
        ("متن (", "Arab", "rtl"),
        ("Watch 24", "Latn", "ltr"),
        (") در ۲۰۲۵ و 2026.", "Arab", "rtl"),
    ]


def test_in_an_english_text_a_persian_name_runs_from_the_right_and_the_rest_does_not() -> None:
    assert read("See بنیاد نمونه, and go.") == [
        ("See ", "Latn", "ltr"),
        ("بنیاد نمونه", "Arab", "rtl"),
        (", and go.", "Latn", "ltr"),
    ]


@pytest.mark.parametrize(
    ("tag", "full"),
    [("en", "en-GB"), ("en-US", "en-US"), ("ru", "ru-RU"), ("fa", "fa-IR"), ("uz", "uz-Latn-UZ"),
     ("uz-Cyrl", "uz-Cyrl-UZ"), ("tg", "tg-Cyrl-TJ"), ("zh", "zh-CN"), ("zh-Hant", "zh-TW")],
)  # fmt: skip
def test_a_language_is_named_as_programs_name_it(tag: str, full: str) -> None:
    assert languages.in_full(tag) == full
