"""Signatories stand where the readers of a language look for them."""

from __future__ import annotations

import pytest

from api.portable.rules import printing, signing
from tests.rules.test_printing import a_document


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("kk", "Алма Әлем Бота Кала Қала Орал Өмір Яна Zeta"),
        ("sv", "Adam Zara Åsa Ära Östen"),
        ("de", "Adam Ära Åsa Östen Zara"),
        ("fa", "آب بابا پدر ژاله کتاب گل یار"),
        ("ru", "Алма Ёлка Емеля Яблоко Zulu"),
        ("cs", "Cyril Daniel Hana Chalupa Iva"),
    ],
)
def test_names_stand_where_readers_of_the_language_look_for_them(
    language: str, expected: str
) -> None:
    names_ = expected.split()
    signed = [{"kind": "individual", "name": name} for name in reversed(names_)]

    document = a_document(
        language=language, signatories=signed, signatory_list={"order": "alphabetical"}
    )

    assert [line["text"] for line in printing.signatories(document)["lines"]] == names_


def test_the_lead_stands_first_whatever_its_name() -> None:
    signed = [
        {"kind": "organisation", "name": "Алма"},
        {"kind": "organisation", "name": "Яна", "lead": True},
    ]
    document = a_document(
        language="kk", signatories=signed, signatory_list={"order": "alphabetical"}
    )

    assert [line["text"] for line in printing.signatories(document)["lines"]] == ["Яна", "Алма"]


def test_names_that_differ_only_in_accents_have_a_fixed_order() -> None:
    found = sorted(["É", "é", "e"], key=lambda name: signing.collation(name, "en"))
    assert found == ["e", "é", "É"]
