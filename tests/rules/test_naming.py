"""Names that strangers give: what is refused before anything else is looked at, what is flagged."""
# ruff: noqa: RUF001 - names stand in their own letters, and in others that look like them

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from api.signatures.rules import naming

FINE = [
    "Ada Specimen", "А.С.Образцова", "J.R.R.Specimen", "Specimen, J. R.", "Ph.D.",
    "Dr. Ada Specimen", "Specimen S.p.A.", "O'Specimen-Образцова", "Oʻktam Namunaxonov",
    "山田 太郎", "محمد نمونه", "می‌نمونه", "דוגמה", "გიორგი ნიმუშ", "Խաչիկ", "नमूना कुमार",
    "Specimen No.5", "Jānis Paraugs",
    "Комитет «Образец» (Алматы)", "Specimen & Daughters, Inc.", "II Specimen Forum 2026", "Ли",
    "李", "O", "Э", "Node.js developer", "гл.редактор", "Prof.Dr. Ayşe Örnek",
    "Abd.Aziz Specimenov",
    "Dipl.-Ing. Ada Specimen", "Ada Specimen, M.Sc.", "z.B. Specimen", "Specimen Ltd.Şti.",
]  # fmt: skip
REFUSED = [
    "", "x" * 121, "...", "12345", "!!!", "-", "ᅠᅠᅠ", "\u2800\u2800",
    "Ada\u202eSpecimen", "Ada\u2066Specimen", "Ada\u200bSpecimen", "Ada\ufeffSpecimen",
    "Ada\nSpecimen", "Ada\x00Specimen", "Ada\tSpecimen", "Ada\u2028Specimen",
    "a" + "\u0301" * 40,
    "=1+1 Specimen", "+Specimen", "-Specimen", "@specimen", "＝Specimen", "=HYPERLINK(1)",
    "https://specimen.example", "Read http://1.2.3.4/x", "www Specimen", "www.specimen.example",
    "Win at specimen.com", "specimen.example", "Specimen.Com", "t.me/specimen", "x.com", "T.Me",
    "образец.рф", "А.рф", "А.Онлайн", "specimen。com", "specimen．com", "specimen․com",
    "ada@specimen.example", "ada＠specimen.example", "mailto:ada", "javascript:alert(1)",
    "Specimen a.b.co", "J.Li", "Ada 𐎀𒀀",
]  # fmt: skip


@pytest.mark.parametrize("name", FINE)
def test_a_name_that_people_bear_is_taken(name: str) -> None:
    assert naming.faults(name) is None


@pytest.mark.parametrize("name", REFUSED, ids=ascii)
def test_a_name_that_harms_its_neighbours_is_refused_with_what_to_do(name: str) -> None:
    wrong = naming.faults(name)

    assert wrong is not None
    assert wrong.endswith(".")


@pytest.mark.parametrize("name", ["epicentre.works", "Specimen.kz", "образец.рф", "x" * 300])
def test_an_organisation_may_be_called_as_its_site_is_and_at_length(name: str) -> None:
    assert naming.faults(name, "organisation") is None
    assert naming.faults(name) is not None
    assert ("address" in naming.flags({"name": name, "kind": "organisation"})) == ("." in name)


@pytest.mark.parametrize(
    "name",
    ["Win at specimen.casino", "specimen.com now", "ada@specimen.example", "https://specimen.kz",
     "www.specimen.kz", "specimen.kz/win", "x" * 301],
)  # fmt: skip
def test_an_organisation_is_not_called_as_an_advertisement_is(name: str) -> None:
    assert naming.faults(name, "organisation") is not None


def test_a_name_that_never_prints_needs_no_font() -> None:
    name = "Ada \U000103a0\U00012000"

    assert "No font" in (naming.faults(name) or "")
    assert naming.faults(name, prints=False) is None


@given(st.text(max_size=200))
def test_whatever_is_sent_gets_an_answer(name: str) -> None:
    wrong, odd = naming.faults(name), naming.flags({"name": name, "kind": "individual"})

    assert wrong is None or wrong.endswith(".")
    assert len(odd) == len(set(odd))


ODD = [
    ({"name": "Ада Specimеn"}, "mixed_script"),  # one letter is Cyrillic
    ({"name": "Ivаn Specimen"}, "mixed_script"),
    ({"name": "Ada Specimen", "role": "Dirеctor"}, "mixed_script"),
    ({"name": "Kunde", "represented_by": {"name": "Ivаn S"}}, "mixed_script"),
    ({"name": "ADA MARIA SPECIMEN"}, "capitals"),
    ({"name": "АДА МАРИЯ ОБРАЗЦОВА"}, "capitals"),
    ({"name": "ADA SPECIMEN"}, "capitals"),
    ({"name": "SPECIMEN"}, "capitals"),
    ({"name": "Kunde", "kind": "organisation", "represented_by": {"name": "ADA S."}}, "capitals"),
    ({"name": "SPECIMEN PRESS WATCH", "kind": "organisation"}, "capitals"),
    ({"name": "Aaaada Specimen"}, "repeated"),
    ({"name": "Specimen " * 12}, "long"),
    ({"name": "Call +49 (151) 123-45"}, "number"),
    ({"name": "Ada ☎ Specimen"}, "symbols"),
    ({"name": "Win at specimen.lol"}, "address"),  # an end that is on no list
]


@pytest.mark.parametrize(("facts", "flag"), ODD, ids=ascii)
def test_what_is_odd_is_flagged(facts: dict[str, object], flag: str) -> None:
    assert flag in naming.flags(facts)


ORDINARY = [
    {"name": "J.R.R. Specimen", "affiliation": "St.Anna Specimen", "kind": "individual"},
    {"name": "J. D.", "kind": "individual"},
    {"name": "UN SPECIMEN", "kind": "organisation"},
    {"name": "Комитет ABC по правам", "kind": "organisation"},  # an acronym beside other words
    {"name": "IT-компания «Образец»", "kind": "organisation"},
    {"name": "SPECIMEN", "kind": "organisation"},
    {"name": "Specimen OSCE NGO", "kind": "organisation"},
    {"name": "Oʻktam Namunaxonov", "kind": "individual"},
    {"name": "山田 Taro", "kind": "individual"},
    {"name": "محمد نمونه الثاني", "kind": "individual"},  # a script without capitals
    {"name": "Қуандық Үлгіұлы", "kind": "individual"},
]


@pytest.mark.parametrize("facts", ORDINARY, ids=ascii)
def test_what_is_ordinary_is_not_flagged(facts: dict[str, object]) -> None:
    assert naming.flags(facts) == []
