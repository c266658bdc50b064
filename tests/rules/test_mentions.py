"""A text names organisations as writers inflect them, and says how many they are."""
# ruff: noqa: RUF001 - each language is written in its own letters

from __future__ import annotations

import time
from typing import Any

import pytest

from api.signoffs.rules import mentions
from api.signoffs.rules.mentions import NumberOfOrganisations, Passage

NAMES = mentions.OrganisationNames(
    [
        ("Lantern House", "lantern"),
        ("The Open Window", "window"),
        ("Water", "water"),
        ("Правозащитный центр «Образец»", "образец"),
        ("Открытое окно", "окно"),
        ("خانه فانوس", "فانوس"),
        ("منظمة الفانوس", "منظمة"),
        ("灯笼之家", "灯笼"),
        ("Haus der Laterne", "laterne"),
    ],
    [("WHO", "who"), ("ЦПО", "цпо"), ("L.H.", "lh")],
)


def named(text: str) -> list[Any]:
    return list(dict.fromkeys(whose for whose, _ in NAMES.found_in(text)))


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("Lantern House welcomes it.", "lantern"),
        ("LANTERN HOUSE WELCOMES IT", "lantern"),
        ("It was Lantern House’s demand.", "lantern"),
        ("the demand of Lantern\u00a0House", "lantern"),
        ("Lantern\nHouse", "lantern"),
        ("Open Window and others", "window"),
        ("Правозащитного центра «Образец»", "образец"),
        ("вместе с Открытым окном", "окно"),
        ("от Открытого окна", "окно"),
        ("از خانه فانوس", "فانوس"),
        ("خانه\u200cی فانوس", "فانوس"),
        ("ومنظمة الفانوس تطالب", "منظمة"),
        ("我们灯笼之家欢迎", "灯笼"),
        ("im Namen des Hauses der Laterne", "laterne"),
        ("WHO decides.", "who"),
        ("ЦПО заявил", "цпо"),
        ("as L.H. said", "lh"),
    ],
)
def test_a_name_is_found_in_every_script_and_as_it_is_inflected(text: str, whose: str) -> None:
    assert named(text) == [whose]


@pytest.mark.parametrize(
    "text",
    [
        "who decides, and the water",
        "WHO DECIDES",  # a heading in capitals
        "a lantern house keeper",
        "Lantern Household",
        "House Lantern",
        "House of the Lantern",
        "открытое окно",
        "Lantérn House",
        "",
    ],
)
def test_common_words_and_other_words_are_no_names(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    ("text", "number", "is_others"),
    [
        ("Lantern House and seven other organisations", 7, True),
        ("we and 7 other human rights organizations", 7, True),
        ("we, the 8 undersigned organisations", 8, False),
        ("We, the undersigned eight NGOs", 8, False),
        ("We, eight organisations, ask", 8, False),
        ("ещё семь организаций", 7, True),
        ("вместе с семью другими организациями", 7, True),
        ("8 нижеподписавшихся организаций", 8, False),
        ("et sept autres organisations", 7, True),
        ("mit sieben weiteren Organisationen", 7, True),
        ("و ۷ سازمان دیگر", 7, True),
        ("وسبع منظمات أخرى", 7, True),
    ],
)
def test_a_number_of_organisations_is_read(text: str, number: int, is_others: bool) -> None:  # noqa: FBT001 # what is expected
    (found,) = mentions.numbers([Passage("/body/0", text, is_quoted=False)])

    assert (found.number, found.is_others) == (number, is_others)


@pytest.mark.parametrize(
    "text",
    [
        "They closed twelve organisations.",
        "and other organisations",
        "many other organisations",
        "12 more people",
        "We ask 12 members of parliament",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert mentions.numbers([Passage("/body/0", text, is_quoted=False)]) == []


def test_what_is_quoted_is_about_others() -> None:
    said = "we and seven other organisations"

    assert mentions.numbers([Passage("/body/0", said, is_quoted=True)]) == []


@pytest.mark.parametrize(
    ("number", "is_others", "total", "named", "is_right"),
    [(7, True, 8, 1, True), (7, True, 8, 0, True), (7, True, 9, 2, True), (7, True, 7, 1, False),
     (8, False, 8, 3, True), (8, False, 7, 0, False)],
)  # fmt: skip
def test_others_are_beside_those_whom_the_same_place_names(
    number: int,
    is_others: bool,  # noqa: FBT001 # one of the facts
    total: int,
    named: int,
    is_right: bool,  # noqa: FBT001 # what is expected
) -> None:
    said = NumberOfOrganisations("/body/0", "", number, is_others)

    assert mentions.fits(said, total, named) is is_right


def test_hundreds_of_members_are_sought_in_a_long_text_at_once() -> None:
    many = mentions.OrganisationNames(
        [(f"Specimen House {place:03}", place) for place in range(600)], []
    )
    text = "We ask that the doors of Specimen House 599 be opened. " * 4_000

    began = time.perf_counter()
    found = {whose for whose, _ in many.found_in(text)}

    assert found == {599}
    assert time.perf_counter() - began < 20  # a machine may be busy
