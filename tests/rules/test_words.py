"""Our own words: the same in every language, with a fallback by tag."""

from __future__ import annotations

import json
import tomllib
from string import Formatter
from typing import Any

import pytest

from api.config import share
from api.infra.text import languages
from api.texts.rules import words as rules
from api.texts.rules.words import words

LANGUAGES = sorted(rules.available())
PLURALS = ("withheld", "withheld_alone")


def _table(language: str) -> dict[str, Any]:
    return tomllib.loads(share("templates", "words", f"{language}.toml").read_text("utf-8"))


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_there_are_words_in_the_languages_of_the_first_coalitions() -> None:
    assert {"en", "ru", "fa", "ar", "fr", "de"} <= rules.available()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys(language: str) -> None:
    english, table = _table("en"), _table(language)
    assert set(table) == set(english) == rules.keys()
    assert set(table["kinds"]) == set(english["kinds"])
    assert set(table["changes"]) == set(english["changes"])
    assert set(table["compendium"]) == set(english["compendium"])
    for names in ("kinds", "settings"):
        assert set(table["changes"][names]) == set(english["changes"][names])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_statement_has_a_label(language: str) -> None:
    schema = json.loads(share("api", "portable", "statement.schema.json").read_text("utf-8"))
    assert set(words(language).kinds) == set(schema["properties"]["kind"]["enum"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_fills_the_same_places(language: str) -> None:
    english = _table("en")
    for key, text in _table(language).items():
        if isinstance(text, str):
            assert _placeholders(text) == _placeholders(english[key]), key
    for key, text in _table(language)["compendium"].items():
        assert _placeholders(text) == _placeholders(english["compendium"][key]), key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", PLURALS)
def test_every_plural_form_of_a_language_is_written(language: str, key: str) -> None:
    needed = {languages.plural(count, language) for count in (*range(1, 201), 1_000_000)}
    assert needed <= set(_table(language)[key])


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("en", 1, "and 1 signatory whose name is withheld for their safety"),
        ("en", 14, "and 14 signatories whose names are withheld for their safety"),
        ("en", 1400, "and 1,400 signatories whose names are withheld for their safety"),
        ("ru", 21, "и 21 подписавшийся, чьё имя не раскрывается в целях безопасности"),
        ("ru", 3, "и 3 подписавшихся, чьи имена не раскрываются в целях безопасности"),
        ("fr", 2, "et 2 signataires dont les noms ne sont pas publiés pour leur sécurité"),
    ],
)
def test_withheld_signatories_are_counted_in_a_sentence(
    language: str, count: int, expected: str
) -> None:
    assert words(language).withheld_line(count, alone=False) == expected


def test_a_list_without_a_name_does_not_begin_with_and() -> None:
    said = words("en").withheld_line(2, alone=True)
    assert said == "2 signatories whose names are withheld for their safety"


def test_persian_counts_in_its_own_digits() -> None:
    assert "۱۴" in words("fa").withheld_line(14, alone=False)


@pytest.mark.parametrize(
    ("tag", "language"),
    [("ru-KZ", "ru"), ("de-AT", "de"), ("fa-AF", "fa"), ("en-GB", "en"), ("xx-Latn-AQ", "en")],
)
def test_a_tag_without_words_falls_back_to_its_language_and_then_to_english(
    tag: str, language: str
) -> None:
    assert words(tag).language == language
