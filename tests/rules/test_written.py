"""Days, numbers, countries and encodings as tables of offices hold them."""

# ruff: noqa: RUF001 - the texts are in several scripts

from __future__ import annotations

import codecs
from datetime import date

import pytest
from babel import Locale
from babel.dates import format_date

from api.infra.tables import csv_files, encodings, parsing
from api.infra.tables.encodings import Encoding
from api.infra.text import countries
from api.infra.text.languages import COUNTRIES


@pytest.mark.parametrize(
    "cell",
    [
        *("2031-05-14", "2031/5/14", "2031.05.14", "14.05.2031", "14.5.2031 г.", "14/05/2031"),
        *("5/14/2031", "14-05-2031", "2031-05-14 00:00:00", "2031-05-14T00:00:00.000Z"),
        *("14.05.2031 0:00", "5/14/2031 12:00:00 AM", "14 May 2031", "May 14, 2031"),
        *("14-May-2031", "14th of May 2031", "14 мая 2031 г.", "14 mai 2031", "14. Mai 2031"),
        *("14 de mayo de 2031", "14 mayıs 2031", "14 травня 2031", "14 مايو 2031"),
        *("۱۴ مهٔ ۲۰۳۱", "٢٠٣١-٠٥-١٤", "\u200e14.05.2031", " 14.05.2031\u00a0"),
        *(
            "14 MAYIS 2031",
            "14 MAI 2031",
            "14 МАЯ 2031",
            "14 Mayıs 2031 Çarşamba",
            "2031 ж. 14 мамыр",
        ),
        *(
            "среда, 14 мая 2031",
            "ср, 14 мая 2031 г.",
            "середа, 14 травня 2031 р.",
            "14-го мая 2031",
        ),
        *("Wednesday, May 14, 2031", "Wed 14 May 2031", "mercredi 14 mai 2031", "le 14 mai 2031"),
        *("Mittwoch, 14. Mai 2031", "quarta-feira, 14 de maio de 2031", "środa, 14 maja 2031 r."),
        *(
            "mar. 14 mai 2031",
            "چهارشنبه ۱۴ مهٔ ۲۰۳۱",
            "الأربعاء، ١٤ مايو ٢٠٣١",
            "14º de mayo de 2031",
        ),
    ],
)
def test_a_day_is_read_as_spreadsheets_write_it(cell: str) -> None:
    assert parsing.day(cell) == "2031-05-14"


@pytest.mark.parametrize(
    "cell", ["1er mai 2031", "le 1ᵉʳ mai 2031", "1º maggio 2031", "1-е мая 2031"]
)
def test_the_first_of_a_month_is_read_with_its_end(cell: str) -> None:
    assert parsing.day(cell) == "2031-05-01"


@pytest.mark.parametrize("language", ["en", "ru", "fr", "de", "es", "tr", "uk", "kk", "uz", "fa"])
def test_a_day_is_read_as_its_own_language_writes_it(language: str) -> None:
    for month in range(1, 13):
        told = date(2031, month, 1)
        for form in ("long", "full"):
            said = format_date(told, form, locale=language)
            assert parsing.day(said) == told.isoformat(), said
            if language == "tr":
                assert parsing.day(said.translate({0x69: 0x130}).upper()) == told.isoformat(), said


def test_the_name_of_a_weekday_is_no_month() -> None:
    assert parsing.day("14 mar 2031") == "2031-03-14"
    for cell in ("mardi mai 2031", "среда 14 2031", "Mittwoch, Mai 2031"):
        with pytest.raises(parsing.Unclear):
            parsing.day(cell)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("03/04/2031", "2031-04-03 or 2031-03-04"),
        ("3-4-2031", "2031-04-03 or 2031-03-04"),
        ("14.05.31", "four digits"),
        ("14-May-31", "four digits"),
        ("48000", "as a number"),
        ("31.02.2031", "no such day"),
        ("05.14.2031", "no such day"),
        ("99/99/2031", "no such day"),
        ("۱۴۰۵/۰۲/۲۴", "another calendar"),
        ("soon", "2031-05-14"),
        ("", "2031-05-14"),
    ],
)
def test_a_day_that_may_be_two_is_refused_with_what_to_write(cell: str, says: str) -> None:
    with pytest.raises(parsing.Unclear, match=says):
        parsing.day(cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        *((cell, "1990") for cell in ("1990", "1 990", "1990,0", "1990.0", "1 990,00", "1,990")),
        *((cell, "1990") for cell in ("1\u00a0990", "1\u202f990", "1'990", "۱۹۹۰", "1.990")),
        *((cell, cell) for cell in ("19.90", "1990.5", "1 9 9 0", "about 1990", "-5", "")),
    ],
)
def test_a_number_is_read_whichever_signs_part_its_groups(cell: str, number: str) -> None:
    assert parsing.number(cell) == number


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Iran (Islamic Republic of)", "IR"),
        ("Iran, Islamic Republic of", "IR"),
        ("Korea, Republic of", "KR"),
        ("Korea (Democratic People's Republic of)", "KP"),
        ("Korea, Democratic People\u2019s Republic of", "KP"),
        ("Congo, The Democratic Republic of the", "CD"),
        ("Congo (Kinshasa)", "CD"),
        ("Republic of the Congo", "CG"),
        ("Micronesia, Federated States of", "FM"),
        ("Virgin Islands, U.S.", "VI"),
        ("Virgin Islands (British)", "VG"),
        ("Taiwan, Province of China", "TW"),
        ("Republic of China", "TW"),
        ("People's Republic of China", "CN"),
        ("Palestine, State of", "PS"),
        ("Viet Nam", "VN"),
        ("Burma", "MM"),
        ("Myanmar", "MM"),
        ("Hong Kong", "HK"),
        ("The Gambia", "GM"),
        ("Gambia, The", "GM"),
        ("Kingdom of the Netherlands", "NL"),
        ("Republic of Ireland", "IE"),
        ("St. Lucia", "LC"),
        ("Cote dIvoire", "CI"),
        ("Cote d Ivoire", "CI"),
        ("CÔTE D\u2019IVOIRE", "CI"),
        ("U.S.A.", "US"),
        ("u.k.", "GB"),
        ("D.R.C.", "CD"),
        ("UAE", "AE"),
        ("XK", "XK"),
        ("KAZ", "KZ"),
        ("398", "KZ"),
        ("Wales", "GB"),
        ("Шотландия", "GB"),
        ("Южная Корея", "KR"),
        ("Республика Корея", "KR"),
        ("Кыргызская Республика", "KG"),
        ("Республика Беларусь", "BY"),
        ("Узбекистон", "UZ"),
        ("O`zbekiston", "UZ"),
        ("Oʻzbekiston Respublikasi", "UZ"),
        ("Қазақстан Республикасы", "KZ"),
        ("Тоҷикистон", "TJ"),
        ("Osterreich", "AT"),
        ("Royaume-Uni", "GB"),
        ("Corea del Sur", "KR"),
        ("جمهوری اسلامی ایران", "IR"),
        ("المملكة العربية السعودية", "SA"),
        ("روسيا", "RU"),
        ("روسیه", "RU"),
        ("Guinea", "GN"),
        ("Guinea, Equatorial", "GQ"),
        ("Dominican Republic", "DO"),
        ("Dominica", "DM"),
        ("Niger", "NE"),
        ("Republic of Nigeria", "NG"),
        ("South Sudan", "SS"),
        ("Republic of Sudan", "SD"),
        ("Georgia", "GE"),
        ("Georgia, USA", None),
        ("Moscow", None),
        ("Yugoslavia", None),
        ("Republic", None),
        ("EU", None),
        ("", None),
        ("République islamique d'Iran", "IR"),
        ("Iran (République islamique d’)", "IR"),
        ("République tchèque", "CZ"),
        ("Tschechische Republik", "CZ"),
        ("Slovak Republic", "SK"),
        ("Moldawien", "MD"),
        ("ЮАР", "ZA"),
        ("Cote d’Ivoire", "CI"),
    ],
)
def test_a_country_is_known_by_its_official_everyday_and_former_names(
    name: str, code: str | None
) -> None:
    assert countries.code(name) == code


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Korea", ["KP", "KR"]),
        ("Конго", ["CD", "CG"]),
        ("کره", ["KP", "KR"]),
        ("The Congo", ["CD", "CG"]),
        ("Virgin Islands", ["VG", "VI"]),
        ("Kazakhstan", []),
    ],
)
def test_a_name_of_two_countries_is_of_neither(name: str, codes: list[str]) -> None:
    assert countries.choices(name) == codes
    assert not codes or countries.code(name) is None


def test_every_name_of_cldr_leads_to_its_own_country() -> None:
    for language in ("en", "ru", "fr", "de", "es", "fa", "ar", "uz", "kk", "ky", "tg"):
        territories = Locale.parse(language).territories
        for code in COUNTRIES:
            name = territories.get(code, code)
            found = countries.code(name)
            assert found in {code, None}, (language, name)
            assert found or countries.choices(name) or language not in {"en", "ru"}, name


RUSSIAN = [
    "Название;Страна;Сайт\nКомитет, образец;Казахстан;specimen.example",
    "ИМЯ;СТРАНА\nАЙДАР;КАЗАХСТАН",
    "Name;Страна\nPress and Co;Россия",
    "Фонд «Дом»;№ 5 — главный\nИванова А.А.;Москва",
]


OLDEST = {"koi8-r", "cp866"}  # they lack the signs of printers


@pytest.mark.parametrize("text", RUSSIAN)
@pytest.mark.parametrize("code", ["cp1251", "koi8-r", "cp866", "mac-cyrillic"])
def test_cyrillic_tables_are_read_in_every_old_encoding(text: str, code: str) -> None:
    kept = (
        text.replace("«", '"').replace("»", '"').replace("—", "-").replace("№", "N")
        if code in OLDEST
        else text
    )

    found = encodings.decoded(kept.encode(code))

    assert found is not None
    assert found[0] == kept


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Name;Straße\nGrüne Häuser;Köln", ["cp1252", "mac-roman", "cp850"]),
        ("Nom;Pays\nLigue française à Genève;Suisse", ["cp1252", "mac-roman"]),
        ("Nombre;País\nFundación España;México", ["cp1252", "mac-roman", "cp850"]),
        ("Název;Země\nČlověk v tísni;Česko", ["cp1250", "cp852"]),
        ("Ad;Ülke\nİnsan Hakları Derneği;Türkiye", ["cp1254"]),
        ("Név;Ország\nŐrök jogok;Magyarország", ["cp1252", "cp1250", "cp852"]),
        ("Nom\nLa Genève", ["cp1252", "cp1250", "mac-roman", "cp850"]),
    ],
)
def test_latin_tables_are_read_right_or_asked_about(text: str, codes: list[str]) -> None:
    for code in codes:
        try:
            data = text.encode(code)
        except UnicodeEncodeError:
            continue
        found = encodings.decoded(data)
        assert found is None or found[0] == text, code
        named = (
            next(each for each in Encoding if each.codec == code) if code == "mac-roman" else None
        )
        assert named is None or encodings.decoded(data, named) == (text, named)


@pytest.mark.parametrize(
    "text",
    [
        *("СПб;Россия", "ООО «РосУчёт»;Москва", "Имя;Страна\nИванов;Россия\nРосУчёт;Россия"),
        *("Фонд ± два;Россия", "Фонд Мир™;Россия", "Фонд † дом;Россия", "Ключ ½;Казахстан"),
        "Центр МегаФон, СПб ±5;Россия\n" + "Комитет матерей;Россия\n" * 12,
    ],
)
@pytest.mark.parametrize("code", ["cp1251", "koi8-r", "cp866", "mac-cyrillic"])
def test_few_odd_words_and_signs_do_not_hide_a_cyrillic_table(text: str, code: str) -> None:
    plain = text.replace("«", '"').replace("»", '"') if code in OLDEST else text
    try:
        data = plain.encode(code)
    except UnicodeEncodeError:
        return

    assert encodings.decoded(data) == (plain, next(e for e in Encoding if _is(e, code)))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Name;Country\nCasa España;Spain\nLigue de Genève;Switzerland", "mac-roman"),
        ("Nombre;País\nFundación Esperanza;España\nLigue de Genève;Suiza", "mac-roman"),
        ("Nazwa;Kraj\nFundacja Żółć ™;Polska", "cp1250"),
    ],
)
def test_a_table_of_another_encoding_than_it_seems_is_asked_about(text: str, code: str) -> None:
    found = encodings.decoded(text.encode(code))
    assert found is None or found[0] == text


@pytest.mark.timeout(20)
def test_a_cell_of_any_length_is_no_day_at_once() -> None:
    for text in ("T" * 100_000, "1 " * 100_000, " " * 100_000):
        with pytest.raises(parsing.Unclear):
            parsing.day(text)


def _is(encoding: Encoding, code: str) -> bool:
    return codecs.lookup(encoding.codec).name == codecs.lookup(code).name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Nom;Pays\nLigue française à Genève ½;Suisse\nMaison d'été;Belgique", {"mac-roman"}),
        ("Nom\nÉcole 3×4 d'été;Belgique\nMaison de Genève;Suisse", {"cp850"}),
        ("Nom\nMcÉwan;Suisse\nMaison d'été à Genève;Suisse", {"mac-roman", "cp850"}),
        ("Name;Straße\nGrüne Häuser ½;Köln\nMüllers Bücher;Düren", {"cp1252", "cp850"}),
        ("Nombre;País\nFundación España ±;México", {"cp1252", "mac-roman", "cp850"}),
        *((f"Nom\nBelize {sign};x", set()) for sign in ("½", "×", "±", "†", "McÉwan")),
    ],
)
def test_few_odd_words_and_signs_lead_to_no_wrong_reading(text: str, told: set[str]) -> None:
    for code in ("cp1252", "mac-roman", "cp850"):
        try:
            data = text.encode(code)
        except UnicodeEncodeError:
            continue
        found = encodings.decoded(data)
        assert found is None or found[0] == text, code
        assert (found is not None) or code not in told, code


def test_many_odd_words_are_no_reading() -> None:
    assert encodings.decoded("РосУчёт;МегаФон\nГосЗаказ;Россия".encode("cp1251")) is None


@pytest.mark.parametrize("code", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("text", [*RUSSIAN, "نام;کشور\nخانه;ایران", "名称,国家\n王力,中国"])
def test_unicode_is_told_with_and_without_its_mark(text: str, code: str) -> None:
    found = encodings.decoded(text.encode(code))

    assert found is not None
    assert found[0] == text


def test_bytes_that_are_no_text_are_not_read() -> None:
    assert encodings.decoded(bytes(range(256))) is None
    assert encodings.decoded(b"a\0b\0\0\0") is None
    assert encodings.decoded(b"") == ("", Encoding.UTF_8)


@pytest.mark.parametrize("ends", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("says", ["", "sep=;", '"sep=;"'])
def test_lines_end_in_any_way_and_the_first_says_the_separator(ends: str, says: str) -> None:
    rows = [*([says] if says else []), '"na;me";"aliases, all"', '"a, b";"c\nd"', "", ";", 'e;"f"']
    text = ends.join(rows) + ends * 3

    found = list(csv_files.lines(text))

    assert [cells for _, cells in found] == [
        ["na;me", "aliases, all"],
        ["a, b", "c\nd"],
        ["e", "f"],
    ]


def test_a_separator_is_not_sought_beyond_the_first_record() -> None:
    text = '"Name\nand, more, commas";Country\na, b, c, d;KZ\n'

    assert [cells for _, cells in csv_files.lines(text)][1] == ["a, b, c, d", "KZ"]


def test_the_sign_with_which_msdos_ends_a_file_is_no_letter_of_it() -> None:
    text = "Название;Страна\r\nФонд Мира;Россия\r\n"

    assert encodings.decoded(text.encode("cp866") + b"\x1a") == (text, Encoding.IBM_866)
    assert encodings.decoded(text.encode() + b"\x1a") == (text, Encoding.UTF_8)
