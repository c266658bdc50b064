"""What stands in somebody's way at the desk is told in their language, as closely as in English."""
# ruff: noqa: RUF001 - Cyrillic is what is read

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.builders import a_case, a_coalition, a_demand_list, a_statement
from tests.support.desk import at_the_desk

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.desk import Desk

OLD_WORKBOOK = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
CASES = b"name,country,status,may_be_named\nAyan,Atlantis,asleep,yes\n"


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner, countries=["KZ"])


@pytest.fixture
def ada(world: World, owner: Client) -> Desk:
    """Return the owner's browser, which asks for Russian."""
    desk = at_the_desk(world, owner)
    desk.http.environ_base["HTTP_ACCEPT_LANGUAGE"] = "ru"
    return desk


def test_a_name_that_cannot_be_taken_back_says_where_it_stands(
    owner: Client, coalition: str, ada: Desk
) -> None:
    case = a_case(owner, coalition, name="Ayan Specimenov", country="KZ")
    party = {"id": "friends", "name": "Friends of Ayan Specimenov", "countries": []}
    a_demand_list(owner, coalition, party=party)

    page = ada.go(f"/desk/{coalition}/cases/{case}/name")

    assert "Имя ещё стоит в текстах. Сначала уберите его отсюда:" in page.text
    assert "Список требований: friends" in page.text
    assert "Take the name" not in page.text


def test_a_line_of_a_table_says_what_is_wrong_in_each_cell(coalition: str, ada: Desk) -> None:
    ada.go(f"/desk/{coalition}/tables/cases")
    ada.submit("Посмотреть", file=(CASES, "cases.csv"))

    (line,) = ada.page.rows
    assert line[1] == "Внести нельзя"
    assert "Страна: Такой страны нет" in line[2]
    assert "Статус: Напишите одно из этих значений: " in line[2]
    assert "detained" in line[2], "what can be written there"


def test_a_file_that_is_no_table_says_what_to_do(coalition: str, ada: Desk) -> None:
    ada.go(f"/desk/{coalition}/tables/cases")
    page = ada.submit("Посмотреть", file=(OLD_WORKBOOK, "cases.xls"))

    assert "Этот файл не читается как таблица" in page.text
    assert "Это книга Excel 97–2003 (.xls) или другого старого формата." in page.text


def test_words_that_may_mean_several_are_answered_with_those(
    owner: Client, coalition: str, ada: Desk
) -> None:
    for name in ("Ayan Specimen", "Ayan Sample"):
        a_case(owner, coalition, name=name, country="KZ")
    statement = a_statement(owner, coalition)
    ada.go(f"/desk/{coalition}/statements/{statement}/text?add=cases&after=")
    page = ada.submit("Вставить", find_case="Ayan")

    assert "Это может значить несколько дел: " in page.text
    assert "Ayan Sample" in page.text


def test_what_turns_the_sense_is_named_by_its_kind(
    owner: Client, coalition: str, ada: Desk
) -> None:
    statement = a_statement(owner, coalition)
    home = f"/desk/{coalition}/statements/{statement}"
    ada.go(f"{home}/freeze")
    ada.submit("Закрепить")
    ada.go(f"{home}/text")
    form = next(each for each in ada.page.tree.iter("form") if "text" in each.fields)
    sent = {**dict(form.form_values()), "do": "save", "text": "We ask that 3 doors be opened."}
    ada.send(form.get("action") or ada.page.path, sent)
    ada.go(f"{home}/freeze")
    page = ada.submit("Закрепить", weight="editorial", note="Сколько")

    assert "Это может быть больше, чем редакционная правка" in page.text
    assert "Число: +3" in page.text


def test_a_file_of_a_statement_says_where_it_breaks_a_rule(coalition: str, ada: Desk) -> None:
    whole = {
        "slug": "a",
        "kind": "appeal",
        "language": "en",
        "title": "Open",
        "body": [{"paragraph": "Open."}, {"nonsense": "x"}],
    }
    ada.go(f"/desk/{coalition}/statements/new/file")
    page = ada.submit("Загрузить", file=(json.dumps(whole).encode(), "a.json"))

    assert page.status == 422
    assert "Блок 2: Здесь может быть только это: " in page.faults["file"]
