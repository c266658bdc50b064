"""Countries, dates, lists and numbers as languages write them."""

# ruff: noqa: RUF001 - the texts are in several scripts

from __future__ import annotations

import pytest

from api.infra.text import languages


def test_there_are_249_countries_and_no_union_among_them() -> None:
    assert len(languages.COUNTRIES) == 250
    assert {"KZ", "NO", "TW", "PS", "XK"} <= languages.COUNTRIES
    assert not {"EU", "UN", "ZZ", "UK"} & languages.COUNTRIES


@pytest.mark.parametrize(
    "tag",
    [
        "en",
        "ru",
        "kk",
        "ky",
        "tg",
        "tk",
        "uz-Latn",
        "uz-Cyrl",
        "fa",
        "ar",
        "EN",
        "pt-BR",
        "zh-Hant-TW",
    ],
)
def test_a_language_that_cldr_knows_is_one(tag: str) -> None:
    assert languages.is_language(tag)


@pytest.mark.parametrize(
    "tag", ["", "xx", "und", "e-n", "en-", "english", "root", "en_GB", "tlh", "мк"]
)
def test_what_names_no_language_is_none(tag: str) -> None:
    assert not languages.is_language(tag)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "ltr"),
        ("fa", "rtl"),
        ("ar", "rtl"),
        ("he", "rtl"),
        ("tg", "ltr"),
        ("tg-Arab", "rtl"),
        ("uz-Arab", "rtl"),
        ("ks-Deva", "ltr"),
    ],
)
def test_a_script_in_the_tag_sets_the_direction(tag: str, expected: str) -> None:
    assert languages.direction(tag) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "4 April 2031"),
        ("en-US", "April 4, 2031"),
        ("ru", "4 апреля 2031\u202fг."),
        ("fa", "۴ آوریل ۲۰۳۱"),
        ("de", "4. April 2031"),
        ("xx", "April 4, 2031"),
    ],
)
def test_a_date_is_written_in_full(language: str, expected: str) -> None:
    assert languages.date_text("2031-04-04", language) == expected


def test_a_coalition_s_own_country_names_go_first() -> None:
    own = {"KG": "Кыргызстан"}

    assert languages.country_name("KG", "ru") == "Киргизия"
    assert languages.country_name("KG", "ru", own) == "Кыргызстан"
    assert languages.country_name("KZ", "ru", own) == "Казахстан"


@pytest.mark.parametrize(
    ("language", "word", "expected"),
    [
        ("en", None, "A, B and C"),
        ("en-US", None, "A, B, and C"),
        ("en-US", "and", "A, B and C"),
        ("en", "&", "A, B & C"),
        ("tg", None, "A, B, C"),
        ("tg", "ва", "A, B ва C"),
        ("fa", "و", "A، B و C"),
        ("ar", "و", "A، B وC"),
        ("zh", "与", "A、B与C"),
        ("ja", "と", "A、BとC"),
    ],
)
def test_a_list_is_joined_by_cldr_or_by_the_coalition_s_word(
    language: str, word: str | None, expected: str
) -> None:
    assert languages.joined(["A", "B", "C"], language, word) == expected


def test_short_lists_need_no_comma() -> None:
    assert languages.joined([], "en", "and") == ""
    assert languages.joined(["A"], "en", "and") == "A"
    assert languages.joined(["A", "B"], "en", "and") == "A and B"


def test_counts_follow_the_language() -> None:
    assert [languages.plural(count, "ru") for count in (1, 2, 5, 21)] == [
        "one",
        "few",
        "many",
        "one",
    ]
    assert languages.number(1234, "en") == "1,234"
    assert languages.number(1234, "fa") == "۱٬۲۳۴"
    assert languages.digits("(1992)", "ar-EG") == "(١٩٩٢)"


@pytest.mark.parametrize(
    ("language", "comma"), [("en", ", "), ("fa", "، "), ("ar", "، "), ("he", ", "), ("zh", "、")]
)
def test_a_language_has_its_comma(language: str, comma: str) -> None:
    assert languages.comma(language) == comma
