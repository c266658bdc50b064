"""Nothing of a long list is left out without a word: it has pages, or a name is typed and found."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import select

from api.cases import service as cases
from api.coalitions.models import Addressee
from api.desk.routes import (
    assembling,
    cases as case_screens,
    deliveries,
    home,
    one_demand,
    picking,
    reviewing,
    signoffs as board,
)
from api.desk.rules import signoffs
from api.infra.database import paging
from api.infra.database.transactions import transaction
from api.signatures.models import SignatureState
from tests.support.builders import (
    a_case,
    a_coalition,
    a_cover_letter,
    a_demand,
    a_demand_list,
    a_member,
    a_representative,
    a_signature,
    a_statement,
    a_text,
    an_organisation,
    made,
)
from tests.support.desk import Desk, at_the_desk
from tests.support.plenty import like
from tests.support.public_signatures import strangers
from tests.support.signing import Rush, a_rush
from tests.support.suggestions import a_suggesting

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

SEALED = {"may_be_named": False, "public_label": "L"}


@pytest.fixture
def rush(world: World, owner: Client) -> Rush:
    found = a_rush(world, owner)
    found.publish()
    return found


@pytest.fixture
def ada(world: World, owner: Client) -> Desk:
    return at_the_desk(world, owner)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have lists of choices hold two."""
    for module in (picking, assembling):
        monkeypatch.setattr(module, "LISTED", 2)


def an_addressee(owner: Client, coalition: str, name: str, **facts: object) -> str:
    return made(owner, f"/v1/coalitions/{coalition}/addressees", {"name": name, **facts})


def walked(desk: Desk, found: str, of: str = "") -> list[str]:
    """Return what an XPath finds on a page and on those after it, of the list of a caption."""
    seen = [str(each) for each in desk.page.tree.xpath(found)]
    onward = f"//a[text()='Next page'][contains(@aria-label, '{of}')]/@href"
    while following := desk.page.tree.xpath(onward):
        desk.go(following[0])
        seen += [str(each) for each in desk.page.tree.xpath(found)]
    return seen


def test_an_addressee_of_hundreds_is_found_by_a_name_in_any_spelling(
    world: World, owner: Client, ada: Desk, rush: Rush
) -> None:
    first = an_addressee(owner, rush.coalition, "Aaron Specimen")
    with world.app.app_context(), transaction() as session:
        row = UUID(first)

        def named(number: int) -> dict[str, str]:
            return {"name": f"Zarobov {number}", "sort_name": f"zarobov {number}"}

        like(session, Addressee, row, paging.MOST + 5, named)
        last = session.scalars(select(Addressee).where(Addressee.name == "Zarobov 205")).one()
        wanted = str(last.id)
    ada.go(f"/desk/{rush.coalition}/statements/{rush.statement}/deliveries/new")
    assert "There are 206. Type a part of the name" in ada.page.text

    nobody = ada.submit("Save", addressee_id="Hakimova", means="post")
    assert nobody.faults["addressee_id"]
    several = ada.submit("Save", addressee_id="Заробов 20", means="post")
    assert "more than one" in several.faults["addressee_id"]
    page = ada.submit("Save", addressee_id=wanted)

    assert page.rows[0][:1] == ["Zarobov 205"]
    ada.follow("Note an answer")
    page = ada.submit("Save", addressee_id="zarobov 204", text="We shall see.")
    assert "Zarobov 204" in page.text


@pytest.mark.usefixtures("short")
def test_a_text_to_copy_is_found_by_its_title(owner: Client, ada: Desk) -> None:
    coalition = a_coalition(owner)
    for title in ("Open the doors", "Close the camps", "Free the press"):
        a_statement(owner, coalition, title=title)
    ada.go(f"/desk/{coalition}/statements/new/copy")

    refused = ada.submit("Begin")
    assert refused.faults["source"]
    ada.submit("Begin", source="open door", title="Open them again")

    found = owner.get(f"/v1/coalitions/{coalition}/statements")["items"]
    assert sorted(each["title"] for each in found)[2:] == ["Open the doors", "Open them again"]


@pytest.mark.usefixtures("short")
def test_a_text_that_a_link_says_is_copied_is_chosen_already(owner: Client, ada: Desk) -> None:
    coalition = a_coalition(owner)
    first, *_ = [a_statement(owner, coalition, title=f"Text {each}") for each in "abc"]

    ada.go(f"/desk/{coalition}/statements/new/copy?from={first}")

    assert ada.page.tree.xpath("//select[@name='source']/option[@selected]/text()") == ["Text a"]


@pytest.mark.usefixtures("short")
def test_who_signs_and_who_mails_is_found_among_many_organisations(
    owner: Client, ada: Desk
) -> None:
    coalition = a_coalition(owner)
    names = ("Alpha Specimen", "Beta Specimen", "Gamma Specimen")
    ids = [an_organisation(owner, coalition, names={"en": each}) for each in names]
    statement, _ = a_text(owner, coalition)
    ada.go(f"/desk/{coalition}/statements/{statement}/signatures/new")

    ada.submit("Enter a signature", kind="organisation", name="G.", organisation_id="gamma")
    (signed,) = owner.get(f"/v1/statements/{statement}/signatures")["items"]
    assert signed["organisation_id"] == ids[2]

    ada.go(f"/desk/{coalition}/statements/{statement}/signing/settings")
    assert not ada.page.tree.xpath("//input[@name='mailing_organisation_ids']")
    page = ada.submit("Save", zone="UTC", mailing_more="beta")
    ticked = page.tree.xpath("//input[@name='mailing_organisation_ids'][@checked]/@value")
    assert ticked == [ids[1]]


@pytest.mark.usefixtures("short")
def test_a_template_takes_the_name_of_an_addressee_of_many(owner: Client, ada: Desk) -> None:
    coalition = a_coalition(owner)
    for name in ("Aaron Specimen", "Berta Specimen", "Cyril Zarobov"):
        an_addressee(owner, coalition, name)
    statement = a_statement(owner, coalition)
    ada.go(f"/desk/{coalition}/statements/{statement}/text/head")

    unclear = ada.submit("Save", known="specimen")
    assert unclear.faults["known"]
    ada.go(ada.page.path)
    ada.submit("Save", known="заробов")

    document = owner.get(f"/v1/statements/{statement}/draft")["document"]
    assert [each["name"] for each in document["addressees"]] == ["Cyril Zarobov"]


def test_a_letter_reaches_addressees_of_every_page(
    owner: Client, ada: Desk, rush: Rush, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "_RECIPIENTS", 2)
    whom = [
        an_addressee(owner, rush.coalition, f"{each} Specimen", email=f"{each}@specimen.example")
        for each in "abcde"
    ]
    letter = a_cover_letter(owner, rush.statement)
    ada.go(f"/desk/{rush.coalition}/cover-letters/{letter}")

    seen = ada.page.tree.xpath("//input[@name='ids']/@value")
    while "Others of the addressees" in ada.page.buttons:
        ada.submit("Others of the addressees")
        seen += ada.page.tree.xpath("//input[@name='ids']/@value")

    assert seen == whom
    page = ada.submit("Send it to those who are ticked", ids=[whom[-1]])
    assert page.rows[0][0] == "e Specimen"


def test_cover_letters_have_pages(
    owner: Client, ada: Desk, rush: Rush, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "_LETTERS", 2)
    letters = [a_cover_letter(owner, rush.statement) for _ in range(3)]
    ada.go(f"/desk/{rush.coalition}/statements/{rush.statement}/deliveries")

    written = walked(ada, "//ul[@class='recipients']//a/@href", "letters")
    assert {each.rpartition("/")[2] for each in written} == set(letters)


def test_every_open_suggestion_can_be_decided(
    world: World, owner: Client, ada: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviewing, "_ON_A_PAGE", 2)
    text = a_suggesting(world, owner)
    text.open()
    ids = {text.suggested("Gia", f"We ask that all {n} doors be opened.") for n in "abcde"}
    ada.go(f"/desk/{text.coalition}/consultations/{text.id}")

    forms = walked(ada, "//form[contains(@action, '/suggestions/')]/@action")

    assert {each for each in ids if any(each in form for form in forms)} == ids


def test_a_decision_that_is_refused_shows_on_the_page_where_it_was_made(
    world: World, owner: Client, ada: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviewing, "_ON_A_PAGE", 1)
    text = a_suggesting(world, owner)
    text.open()
    for each in "ab":
        text.suggested("Gia", f"We ask that all {each} doors be opened.")
    ada.go(f"/desk/{text.coalition}/consultations/{text.id}")
    ada.follow("Next page")
    forms = ada.page.tree.xpath("//form[contains(@action, '/suggestions/')]/@action")

    page = ada.send(forms[0], {"csrf": ada.proof, "do": "decline", "reason": "x" * 4000})

    assert page.status == 422
    assert page.tree.xpath("//p[@class='fault'][@role='alert']")


def test_all_members_can_be_asked_for_comments(
    owner: Client, ada: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST", 2)
    coalition = a_coalition(owner)
    members = {a_member(owner, coalition, f"Specimen {each}") for each in "abcde"}
    statement, _ = a_text(owner, coalition)

    ada.go(f"/desk/{coalition}/statements/{statement}/comments/new")

    assert set(ada.page.tree.xpath("//input[@name='member_ids']/@value")) == members


def test_a_file_shows_its_history_and_where_it_is_asked_page_by_page(
    owner: Client, ada: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_screens, "_OF_FILE", 2)
    monkeypatch.setattr(one_demand, "_OF_FILE", 2)
    coalition = a_coalition(owner)
    case, of = a_case(owner, coalition), a_demand_list(owner, coalition)
    for number in range(3):
        a_demand(owner, of, text=f"Ask {number}.", case_ids=[case])
    demand = a_demand(owner, of, text="Ask 3.", case_ids=[case])
    for kind, thing, status in (("cases", case, "detained"), ("demands", demand, "partly_met")):
        for day in "123":
            change = {"status": status, "on": f"2026-01-0{day}"}
            answer = owner.post(f"/v1/{kind}/{thing}/status-changes", change)
            assert answer.status == 201, answer.body

    ada.go(f"/desk/{coalition}/cases/{case}")
    onward = ada.page.tree.xpath("//a[contains(@href, 'demands=')]/@href")
    asked = [row[0] for row in ada.page.rows if row[0].startswith("Ask")]
    ada.go(onward[0])
    asked += [row[0] for row in ada.page.rows if row[0].startswith("Ask")]
    assert sorted(asked) == [f"Ask {number}." for number in range(4)]
    assert "First page" in ada.page.links

    ada.go(f"/desk/{coalition}/demands/{demand}")
    steps = walked(ada, "//tbody/tr/th/bdi/text()", "History")
    assert len([each for each in steps if "2026" in each]) >= 3


def test_the_people_of_an_organisation_have_pages(owner: Client, ada: Desk) -> None:
    coalition = a_coalition(owner)
    entry = an_organisation(owner, coalition)
    for number in range(52):
        a_representative(owner, entry, name=f"Specimen {number:02}")
    ada.go(f"/desk/{coalition}/members/organisations/{entry}")

    names = [row[0] for row in ada.page.rows]
    ada.follow("Next page")
    names += [row[0] for row in ada.page.rows]

    assert len({name.partition(" specimen")[0] for name in names}) == 52


def test_cases_of_a_demand_are_found_where_too_many_may_not_be_named(
    owner: Client, ada: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    coalition = a_coalition(owner)
    demand = a_demand(owner, a_demand_list(owner, coalition))
    for name in ("Zarobov One", "Zarobov Two"):
        a_case(owner, coalition, name=name, **SEALED)
    open_one = a_case(owner, coalition, name="Davlatbek Zarobov")
    monkeypatch.setattr(cases, "MOST_SEARCHED", 1)
    ada.go(f"/desk/{coalition}/demands/{demand}/cases")

    page = ada.submit("Find", search="zarobov")

    assert page.status == 200
    assert "too many cases that may not be named" in page.text
    ada.submit("Add")
    assert owner.get(f"/v1/demands/{demand}")["case_ids"] == [open_one]
    ada.go(f"/desk/{coalition}/search")
    page = ada.submit("Find", search="zarobov")
    assert "Davlatbek Zarobov" in page.text
    assert "too many cases that may not be named" in page.text


def test_what_the_search_finds_is_all_shown_in_its_list(owner: Client, ada: Desk) -> None:
    coalition = a_coalition(owner)
    for number in range(12):
        a_statement(owner, coalition, title=f"Open the doors {number}")
    a_statement(owner, coalition, title="Free the press")
    ada.go(f"/desk/{coalition}/search")
    ada.submit("Find", search="doors")

    page = ada.submit("Show all of them")

    assert len(page.rows) == 12
    assert "doors" not in page.path


def test_the_board_counts_people_who_are_too_many_to_be_shown(
    owner: Client, ada: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signoffs, "MOST_PEOPLE", 2)
    coalition = a_coalition(owner)
    statement, sha256 = a_text(owner, coalition)
    a_signature(owner, statement, sha256, kind="organisation", name="Alpha Specimen")
    for each in "ab":
        a_signature(owner, statement, sha256, name=f"Person {each}")
    a_signature(owner, statement, sha256, name="Hidden One", visibility="anonymous")
    ada.go(f"/desk/{coalition}/statements/{statement}/sign-off")
    assert "Person a" in ada.page.text

    a_signature(owner, statement, sha256, name="Person c")
    ada.go(ada.page.path)

    assert "Person" not in ada.page.text
    assert "Alpha Specimen" in ada.page.text
    assert "and 3 people who signed" in ada.page.text
    assert "and 1 without a name" in ada.page.text
    assert ada.page.links["and 3 people who signed"].endswith(f"/{statement}/signatures")


def test_the_board_has_pages_of_members(
    owner: Client, ada: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "_ON_A_PAGE", 2)
    coalition = a_coalition(owner)
    members = {a_member(owner, coalition, f"Specimen {each}") for each in "abcde"}
    statement, _ = a_text(owner, coalition)
    ada.go(f"/desk/{coalition}/statements/{statement}/sign-off")

    shown = walked(ada, "//tbody/tr/th//a/@href")

    assert {member for member in members if any(member in each for each in shown)} == members
    assert "5 in all" in ada.page.text


def test_what_waits_of_coordinators_has_pages_before_all_other_work(
    world: World, owner: Client, ada: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "_THINGS", 2)
    coalition = a_coalition(owner)
    a_case(owner, coalition, name="Davlatbek Zarobov")
    for number in range(3):
        statement, _ = a_text(owner, coalition, title=f"Text {number}")
        strangers(world, statement, ["A. Specimen"], state=SignatureState.HELD)
    ada.go(f"/desk/{coalition}/work")
    assert len(ada.page.rows) == 2

    rows = [row[0] for row in ada.page.rows]
    while "Next page" in ada.page.links:
        ada.follow("Next page")
        rows += [row[0] for row in ada.page.rows]

    assert sorted(rows[:3]) == ["Text 0", "Text 1", "Text 2"]
    assert rows[3:] == ["Davlatbek Zarobov"]
