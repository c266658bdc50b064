"""Tables of others: encodings, separators, and columns by any name; and what is alike."""

# ruff: noqa: RUF001 - the texts are in several scripts

from __future__ import annotations

import pytest

from api.coalitions.rules.importing import ADDRESSEES
from api.infra.tables import layouts, matching, reading
from api.infra.tables.encodings import Encoding
from api.infra.tables.reports import NotATable
from api.infra.text import countries, languages
from api.organisations.rules.importing import ORGANISATIONS, REPRESENTATIVES


@pytest.mark.parametrize(
    ("text", "code", "found"),
    [
        ("Название\nДом печати", "cp1251", Encoding.WINDOWS_1251),
        ("Name;Страна\nPress and Co;Россия", "cp1251", Encoding.WINDOWS_1251),
        ("НАЗВАНИЕ\nФОНД", "cp1251", Encoding.WINDOWS_1251),
        ("Назва\nГурток її друзів", "cp1251", Encoding.WINDOWS_1251),
        ("Название\nДом", "utf-8", Encoding.UTF_8),
        ("Название\nДом", "utf-8-sig", Encoding.UTF_8),
        ("Name\nÉté à Zürich", "utf-16", Encoding.UTF_16),
        ("Name\nAscii", "cp1252", Encoding.UTF_8),
        ("Name\nÉté à Zürich", "cp1252", Encoding.WINDOWS_1252),
        ("Nazwa\nŁódź i Kraków", "cp1250", Encoding.WINDOWS_1250),
        ("Название\nДом печати", "koi8-r", Encoding.KOI8_R),
        ("Название\nДом печати", "cp866", Encoding.IBM_866),
    ],
)
def test_an_encoding_is_told_where_it_is_plain_and_never_guessed(
    text: str, code: str, found: Encoding | None
) -> None:
    if found is None:
        with pytest.raises(NotATable, match="encoding="):
            reading.read(text.encode(code))
        return

    sheet = reading.read(text.encode(code))

    assert sheet.encoding == found
    assert [cell for _, cells in sheet.lines for cell in cells] == [
        cell for line in text.split("\n") for cell in line.split(";")
    ]


@pytest.mark.parametrize(
    "first", ["a,b", "a;b", "a\tb", "a|b", "sep=|\na|b", '"a, then";b', "\r\na;b"]
)
def test_a_separator_is_found(first: str) -> None:
    sheet = reading.read(f"{first}\n".encode())

    assert len(sheet.lines[0][1]) == 2


@pytest.mark.parametrize(
    ("layout", "header", "column"),
    [
        (ORGANISATIONS, "NAME_RU", "name_ru"),
        (ORGANISATIONS, "name_zh-Hant", "name_zh-Hant"),
        (ORGANISATIONS, "Name of the organisation", "name_en"),
        (ORGANISATIONS, "Название на английском", "name_en"),
        (ORGANISATIONS, "Organization name (Russian)", "name_ru"),
        (ORGANISATIONS, " Сокращённое   название: ", "acronym"),
        (ORGANISATIONS, "Web-site", "website"),
        (ORGANISATIONS, "Published", None),
        (REPRESENTATIVES, "E-Mail", "email"),
        (REPRESENTATIVES, "Эл. почта", "email"),
        (REPRESENTATIVES, "Ф.И.О.", "name"),
        (REPRESENTATIVES, "Организация", "organisation"),
        (REPRESENTATIVES, "Consent", None),
        (REPRESENTATIVES, "Subscribed", None),
        (ADDRESSEES, "Должность", "title"),
        (ADDRESSEES, "Обращение", "salutation"),
    ],
)
def test_a_column_is_found_by_its_usual_names(
    layout: layouts.Layout, header: str, column: str | None
) -> None:
    sheet = reading.read(f'"{layout.needed[-1]}","{header}"\n'.encode())

    _, columns = layouts.rows(sheet, layout, {})

    assert columns[1].column == column


def test_what_another_tool_lists_comes_in_as_a_table_does() -> None:
    members = b"""email,display_name,tags,id,subscribed
ada@specimen.example,Ada,"a\nb",,
bek@specimen.example,,,7,True
"""

    rows, columns = layouts.rows(reading.read(members), REPRESENTATIVES, {"display_name": "name"})

    assert [(row.line, row.facts) for row in rows] == [
        (2, {"email": "ada@specimen.example", "name": "Ada"}),
        (4, {"email": "bek@specimen.example"}),
    ]
    assert {each.header: each.column for each in columns} == {
        "email": "email", "display_name": "name", "tags": None, "id": "id", "subscribed": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        ("Committee for Freedom", "The Freedom Committee", True),
        ("ОО «Комитет-образец»", "Комитет образец", True),
        ("Khakimova Fund", "Hakimova fund", True),
        ("Комитет образец", "Komitet Obrazec", True),
        ("Committee for Freedom", "Committee for Peace", False),
        ("NGO", "The", False),
        ("委員會", "報社", False),
    ],
)
def test_names_are_alike_by_their_words(one: str, other: str, *, are_alike: bool) -> None:
    assert (matching.likeness(one) == matching.likeness(other)) is are_alike


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("kz", "KZ"),
        ("Казахстан", "KZ"),
        ("Kyrgyzstan", "KG"),
        ("Кыргызстан", "KG"),
        ("Киргизия", "KG"),
        ("UK", "GB"),
        ("Germany", "DE"),
        ("Atlantis", "Atlantis"),
    ],
)
def test_a_country_is_known_by_its_name(text: str, code: str) -> None:
    assert countries.code_or(text) == code


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Russian", "ru"),
        ("русский", "ru"),
        ("Қазақ тілі", "kk"),
        ("Deutsch", "de"),
        ("pt-BR", "pt-BR"),
    ],
)
def test_a_language_is_known_by_its_name(text: str, tag: str) -> None:
    assert languages.language_code(text) == tag
