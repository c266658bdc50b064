"""Names are found in any spelling: each pair below is one name, entered so and sought so."""
# ruff: noqa: RUF001 - names stand in their own letters

from __future__ import annotations

import pytest

from api.infra.text import spelling

RUSSIAN = [
    ("Жумабеков", "Zhumabekov"), ("Жумабеков", "Jumabekov"), ("Джумагулов", "Dzhumagulov"),
    ("Джумагулов", "Djumagulov"), ("Дзержанов", "Dzerzhanov"), ("Щербаков", "Shcherbakov"),
    ("Щербаков", "Scherbakov"), ("Юсупов", "Yusupov"), ("Юсупов", "Iusupov"),
    ("Яковлева", "Yakovleva"), ("Ёлкин", "Елкин"), ("Ёлкин", "Yolkin"), ("Елена", "Yelena"),
    ("Елена", "Elena"), ("Ержан", "Yerzhan"), ("Цой", "Tsoy"), ("Цой", "Tsoi"),
    ("Сергей", "Sergey"), ("Сергей", "Sergei"), ("Дмитрий", "Dmitry"), ("Дмитрий", "Dmitri"),
    ("Юрий", "Yuriy"), ("Юрий", "Yury"), ("Александр", "Alexander"), ("Александр", "Aleksandr"),
    ("Максим", "Maxim"), ("Соловьёв", "Solovyov"), ("Соловьёв", "Soloviev"), ("Ильин", "Ilyin"),
    ("Ильин", "Il'in"), ("Мария", "Maria"), ("Мария", "Mariya"), ("София", "Sophia"),
]  # fmt: skip
KAZAKH = [
    ("Айгүл", "Айгуль"), ("Айгүл", "Aigul"), ("Aigül", "Айгүл"), ("Ғалымжан", "Galymzhan"),
    ("Ғалымжан", "Ghalymzhan"), ("Ğalymjan", "Ғалымжан"), ("Қуандық", "Kuandyk"),
    ("Қуандық", "Quandyq"), ("Қандияр", "Qandyar"), ("Äliia", "Әлия"), ("Әлия", "Алия"),
    ("Ömırbek", "Өмірбек"), ("Ūlan", "Ұлан"), ("Ülgı", "Үлгі"), ("Jañyl", "Жаңыл"),
    ("Жаңыл", "Zhanyl"), ("Şyñğys", "Шыңғыс"), ("Şyñğys", "Shynghys"), ("Іңкәр", "Inkar"),
    ("Жәңгір", "Zhangir"), ("Dauıt", "Дәуіт"), ("Һүсейін", "Huseyin"),
]  # fmt: skip
KYRGYZ = [
    ("Жээнбек", "Jeenbek"), ("Жээнбек", "Zheenbek"), ("Өмүрбек", "Omurbek"),
    ("Токтоңул", "Toktonul"), ("Токтоңул", "Toktongul"), ("Ысмайыл", "Ismail"),
]  # fmt: skip
TAJIK = [
    ("Ҳаким", "Khakim"), ("Ҷамшед", "Jamshed"), ("Ҷамшед", "Джамшед"), ("Ғайрат", "Ghayrat"),
    ("Қодир", "Qadir"), ("Ӯлмас", "Ulmas"), ("Ӯлмас", "Olmas"), ("Раҳимӣ", "Рахими"),
    ("Раҳмонов", "Rakhmanov"), ("Хуҷанд", "Худжанд"), ("Исҳоқ", "Iskhak"),
]  # fmt: skip
UZBEK = [
    ("O'tkir", "Ўткир"), ("O‘tkir", "Oʻtkir"), ("O`tkir", "O’tkir"), ("Oʻtkir", "Otkir"),
    ("Õtkir", "Ўткир"), ("Gʻafur", "Ғафур"), ("G'afur", "Гафур"), ("Ğafur", "Gʻafur"),
    ("Xurshid", "Хуршид"), ("Xurshid", "Khurshid"), ("Jo'raboyev", "Жўрабоев"),
    ("Jo‘raboyev", "Джурабаев"), ("Jo'raboyev", "Zhurabaev"), ("Yo'ldosh", "Йўлдош"),
    ("Yoʻldosh", "Юлдаш"), ("Abdullayev", "Abdullaev"), ("Sa'dulla", "Саъдулла"),
    ("Is'hoq", "Исҳоқ"), ("Şerzod", "Sherzod"), ("Choʻlpon", "Чўлпон"), ("Çolpon", "Cholpon"),
    ("Qoraqalpogʻiston", "Қорақалпоғистон"), ("Ájiniyaz", "Әжинияз"),
]  # fmt: skip
TURKMEN = [
    ("Şöhrat", "Shohrat"), ("Şöhrat", "Шохрат"), ("Ýazgul", "Язгуль"), ("Žanna", "Zhanna"),
    ("Žanna", "Zanna"), ("Jeren", "Джерен"), ("Çary", "Чары"), ("Çary", "Chary"),
    ("Çary", "Cary"), ("Ňurmyrat", "Nurmyrat"), ("Gözel", "Гозель"), ("Wepa", "Вепа"),
    ("Ataýew", "Атаев"), ("Ataýew", "Atayev"), ("Ýyldyz", "Йылдыз"),
]  # fmt: skip
SIGNS = [
    ("Al-Karim", "alkarim"), ("N.G.O.", "NGO"), ("Л. Н. Сапаров", "л.н. сапаров"),
    ("«Әділ үй»", '"Adil Ui"'), ("شیرین", "شيرين"), ("Łódź", "lodz"), ("Straße", "STRASSE"),
    ("İstanbul", "istanbul"), ("ﬁrst", "First"),
]  # fmt: skip
SAME = [*RUSSIAN, *KAZAKH, *KYRGYZ, *TAJIK, *UZBEK, *TURKMEN, *SIGNS]


@pytest.mark.parametrize(("entered", "sought"), SAME, ids=["-".join(pair) for pair in SAME])
def test_a_name_is_found_in_another_spelling_both_ways(entered: str, sought: str) -> None:
    others = ["Somebody Else", "Дом печати"]

    assert spelling.found_in(spelling.index_of([*others, entered]), sought)
    assert spelling.found_in(spelling.index_of([*others, sought]), entered)
    assert not spelling.found_in(spelling.index_of(others), sought)


@pytest.mark.parametrize("sought", ["", " ", "…", "'", "ь"])
def test_what_has_no_word_finds_nothing(sought: str) -> None:
    assert not spelling.found_in(spelling.index_of(["Al-Karim", sought]), sought)


@pytest.mark.parametrize(
    ("entered", "sought"),
    [("Karimov", "Salimov"), ("Nurlan", "Erlan"), ("Zhanna", "Anna S"), ("Dilshod", "Dilnoza")],
)
def test_another_name_is_not_found(entered: str, sought: str) -> None:
    assert not spelling.found_in(spelling.index_of([entered]), sought)


def test_every_word_that_is_sought_must_be_there_in_any_order() -> None:
    index = spelling.index_of(["Zarina Khakimova", "Бунёди Ҳакимова"])

    assert spelling.found_in(index, "hakimova zarina")
    assert spelling.found_in(index, "бунёди zarina")
    assert not spelling.found_in(index, "zarina rahimova")


ONE = [
    ("Press Union", "press-union."), ("Press Union", "“PRESSUNION”"), ("É. Specimen", "é specimen"),
    ("O‘tkir", "O`tkir"), ("Oʻtkir", "O'tkir"), ("Oʼtkir", "O’tkir"), ("Straße", "STRASSE"),
    ("İnsan", "insan"), ("Ελλάς", "ΕΛΛΆΣ"), ("人权 观察", "人权观察"), ("한국", "한국"),
    ("خانه\u200cها", "خانه ها"), ("مـحـمد", "محمد"), ("محمّد", "محمد"), ("Å", "Å"), ("A−B", "a-b"),
]  # fmt: skip
TWO = [
    ("Qalb", "Kalb"), ("Sharipov", "Saripov"), ("王力", "王丽"), ("سحر", "صحر"),
    ("خانه قلب", "خانه کلب"), ("ขาว", "ข่าว"), ("Хакимова", "Khakimova"), ("Ёлкин", "Елкин"),
    ("Pavyzdeine", "Pavyzdeinė"), ("ＱＡＬＢ", "QALB"), ("№ 1", "No 1"), ("ي", "ی"),
    ("Qalb Hоuse", "Qalb House"), ("أمل", "امل"), ("No. 1", "No. ١"), ("IŞIK", "ışık"),
    ("कल", "कला"), ("the House", "House"), ("A+B", "AB"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ONE)
def test_the_same_letters_are_one_name_however_they_are_typed(one: str, other: str) -> None:
    assert spelling.exact(one) == spelling.exact(other) != ""


@pytest.mark.parametrize(("one", "other"), TWO)
def test_what_merely_sounds_or_looks_alike_is_another_name(one: str, other: str) -> None:
    assert spelling.exact(one) != spelling.exact(other)


def test_a_name_of_signs_is_told_by_its_signs() -> None:
    assert spelling.exact("!!!") != spelling.exact("???")
    assert spelling.exact("☺ ☺") == spelling.exact("☺☺")
