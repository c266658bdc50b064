"""Tables brought to the desk: what they are read as, what would become of them, and entered."""
# ruff: noqa: RUF001 - tables stand in their own letters

from __future__ import annotations

from typing import TYPE_CHECKING

from api.desk.rules.importing import pack, unpack
from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_role,
    a_statement,
    a_text,
    an_organisation,
)
from tests.support.desk import at_the_desk

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

CASES = (
    b"Who,Country,Born,Nonsense\nAyan Specimenov,KZ,1984,x\n,KZ,1985,x\nAisulu Specimenova,UZ,,y\n"
)


def test_a_table_of_cases_is_mapped_looked_at_and_entered(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/cases")
    ada.follow("Bring a table")
    ada.submit("Look at it", file=(b"", "empty.csv"))
    assert "Choose a file first" in ada.page.text
    ada.submit("Look at it", file=(CASES, "cases.csv"))
    assert "3 Cannot be entered" in ada.page.text, "nobody is named yet"
    ada.submit("Look again", {"columns.0": "name"})
    assert "2 New" in ada.page.text
    assert "1 Cannot be entered" in ada.page.text
    assert owner.get(f"/v1/coalitions/{coalition}/cases")["items"] == []

    ada.submit("Enter them")
    assert "Nothing was entered" in ada.page.text
    ada.submit("Enter them", partial=["yes"])
    assert ada.page.notice == "The table is entered."
    assert {row[0] for row in ada.page.rows} == {"Ayan Specimenov", "Aisulu Specimenova"}


def test_what_is_there_changes_only_where_that_is_chosen(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    facts = {"name": "Ayan Specimenov", "country": "KZ", "key": "ayan"}
    case = a_case(owner, coalition, **facts, occupation="journalist")
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/tables/cases")
    ada.submit("Look at it", file=(b"key,occupation\nayan,poet\n", "cases.csv"))
    assert "1 Differs, stays as it is" in ada.page.text
    assert "Enter them" not in ada.page.buttons
    ada.submit("Look again", update=["yes"])
    assert "Occupation: journalist → poet" in ada.page.text
    assert owner.get(f"/v1/cases/{case}")["occupation"] == "journalist"
    ada.submit("Enter them")
    assert owner.get(f"/v1/cases/{case}")["occupation"] == "poet"


def test_people_addressees_demands_and_organisations_come_in(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    tables = {
        "organisations": "Название организации;Страна\nКомитет-образец;Казахстан\n",
        "representatives": "Организация;ФИО;Почта\nКомитет-образец;А. Образец;a@specimen.example\n",
        "addressees": "Name,Position\nA. Specimen,President\n",
        "demands": "country,text\nKZ,Free them.\n",
    }
    ada = at_the_desk(world, owner)
    for kind, table in tables.items():
        ada.go(f"/desk/{coalition}/tables/{kind}")
        ada.submit("Look at it", file=(table.encode(), "table.csv"))
        assert "1 New" in ada.page.text, (kind, ada.page.text)
        ada.submit("Enter them")
        assert ada.page.notice == "The table is entered.", kind
    assert "Комитет-образец" in ada.http.get(f"/desk/{coalition}/tables/organisations/file").text
    assert "Free them." in ada.http.get(f"/desk/{coalition}/tables/demands/file").text


BOTH = (
    "Organisation,Country,Contact person,E-mail,Position\n"
    "Specimen Watch,Kazakhstan,A. Specimen,a@specimen.example,Chair\n"
    "Specimen Watch,Kazakhstan,B. Specimen,b@specimen.example,\n"
    "Specimen Fund,,,,\n"
)


def test_one_table_enters_organisations_their_people_and_that_they_are_members(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/tables/contacts")
    page = ada.submit("Look at it", file=(BOTH.encode(), "table.csv"))
    assert "3 New" in page.text
    assert "Person (full name): A. Specimen" in page.text
    assert "Name: Specimen Fund" in page.text
    assert owner.get(f"/v1/coalitions/{coalition}/organisations")["items"] == []

    page = ada.submit("Enter them", members=["yes"])
    assert page.notice == "They are members."
    assert sorted(row[0] for row in page.rows) == ["Specimen Fund", "Specimen Watch Kazakhstan"]
    found = owner.get(f"/v1/coalitions/{coalition}/organisations")["items"]
    watch = next(each["id"] for each in found if each["country"] == "KZ")
    people = owner.get(f"/v1/organisations/{watch}/representatives")["items"]
    assert [(each["name"], each["role"]) for each in people] == [
        ("A. Specimen", "Chair"),
        ("B. Specimen", None),
    ]

    ada.go(f"/desk/{coalition}/tables/contacts")
    assert "3 As it is there" in ada.submit("Look at it", file=(BOTH.encode(), "t.csv")).text


def test_a_preview_names_the_organisation_of_a_person(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    organisation = an_organisation(owner, coalition, names={"en": "Specimen Watch"})
    table = b"Organisation,Full name,E-mail\nSpecimen Watch,A. Specimen,a@specimen.example\n"
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/tables/representatives")
    page = ada.submit("Look at it", file=(table, "table.csv"))
    assert "Organisation: Specimen Watch" in page.text
    assert organisation not in page.text


def test_what_is_no_table_says_why_and_a_role_brings_only_what_it_may(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    a_demand(owner, a_demand_list(owner, coalition))
    editor = at_the_desk(world, a_role(owner, coalition, world.user("editor"), "editor"))
    editor.go(f"/desk/{coalition}/tables/cases")
    editor.submit("Look at it", file=(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "old.xls"))
    assert "This file cannot be read as a table" in editor.page.text
    assert "Excel 97" in editor.page.text
    assert editor.go(f"/desk/{coalition}/tables/addressees").status == 403


def test_a_packed_file_comes_back_and_no_bomb_does() -> None:
    assert unpack(pack(CASES)) == CASES
    assert unpack(pack(b"0" * 10_000_001)) is None
    assert unpack("no file") is None


def test_who_signed_on_paper_comes_in_by_a_table_with_its_scan(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    statement, _ = a_text(owner, coalition)
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/statements/{statement}/signatures")
    ada.follow("Bring a table of signatures")
    table = (
        b"kind,name,country,visibility\nindividual,A. Specimen,KZ,public\nindividual,,KZ,public\n"
    )
    ada.submit("Look at it", file=(table, "paper.csv"))
    assert "1 New" in ada.page.text
    assert "1 Cannot be entered" in ada.page.text
    assert owner.get(f"/v1/statements/{statement}/signatures")["items"] == []

    ada.submit("Enter them", partial=["yes"], scan=(b"no scan", "scan.pdf"))
    assert "Nothing was entered" in ada.page.text
    page = ada.submit("Enter them", partial=["yes"], scan=(b"%PDF-1.7", "scan.pdf"))

    assert page.notice == "The table is entered."
    assert page.rows[0][0].startswith("A. Specimen")
    (kept,) = owner.get(f"/v1/statements/{statement}/evidence")["items"]
    assert kept["content_type"] == "application/pdf"
    draft = a_statement(owner, coalition)
    assert "Bring" not in ada.go(f"/desk/{coalition}/statements/{draft}/signatures").text
    assert ada.go(f"/desk/{coalition}/statements/{draft}/signatures/table").path.endswith(
        "/signatures"
    )
