"""Whom a statement is for, in a line: no country twice."""

from __future__ import annotations

import pytest

from api.documents.rules import outline
from api.texts.rules.words import words

KEYS = ("name", "title", "organisation", "country")


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (("Republic of Kazakhstan", "", "", "Kazakhstan"), "Republic of Kazakhstan"),
        (
            ("A. Specimen", "Minister", "Government of Georgia", "Georgia"),
            "A. Specimen, Minister, Government of Georgia",
        ),
        (("A. Georgia", "Minister", "", "Georgia"), "A. Georgia, Minister, Georgia"),
        (("A. Specimen", "", "Nigerian Bar", "Niger"), "A. Specimen, Nigerian Bar, Niger"),
        (("A. Specimen", "President", "", "Kazakhstan"), "A. Specimen, President, Kazakhstan"),
        (("A. Specimen", "", "", ""), "A. Specimen"),
    ],
)
def test_no_country_stands_behind_words_that_end_with_it(parts: tuple[str, ...], line: str) -> None:
    assert outline.about(dict(zip(KEYS, parts, strict=True)), KEYS, words("en")) == line
