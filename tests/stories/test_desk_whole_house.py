"""At the desk a coalition begins from another and ends; evidence, lists and letters are kept up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stories.test_assemblies import a_full_coalition, a_template
from tests.stories.test_desk_signing import at, in_review
from tests.support.builders import a_coalition, a_demand, a_demand_list, a_role, a_text
from tests.support.desk import Desk, at_the_desk

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

SCAN = b"%PDF-1.7"


@pytest.fixture
def owner(world: World) -> Client:
    return world.user("owner")


@pytest.fixture
def ada(world: World, owner: Client) -> Desk:
    return at_the_desk(world, owner)


def test_a_coalition_begins_from_another_and_says_what_stayed_behind(
    owner: Client, ada: Desk
) -> None:
    coalition = a_full_coalition(owner)
    a_template(owner, coalition)
    ada.go(f"/desk/{coalition}/settings")
    ada.follow(
        "Begin another coalition from this one Its look, organisations, templates and more come"
        " along; cases and statements stay here."
    )
    assert ada.submit("Found it", name="").faults["name"]
    page = ada.submit("Found it", name="Steppe 2032", parts=["members", "demands"])
    assert page.faults["parts"]
    page = ada.submit("Found it", parts=["organisations", "members", "templates", "demands"])

    assert page.heading == "The new coalition is there"
    assert page.tree.xpath("//dt[text()='Members']/../dd/bdi/text()") == ["2"]
    assert "It names a case, and cases stay where they are." in page.text
    page = ada.follow("Open it")
    assert page.status == 200
    names = {each["name"] for each in owner.get("/v1/coalitions")["items"]}
    assert "Steppe 2032" in names


def test_an_owner_ends_a_coalition_and_goes_on_in_the_others(owner: Client, ada: Desk) -> None:
    coalition, other = a_coalition(owner), a_coalition(owner)
    statement, _ = a_text(owner, coalition)
    ada.go(f"/desk/{coalition}/settings")
    ada.follow("End the coalition All that it owns is deleted, and nothing brings it back.")

    page = ada.submit("Delete it for good")

    assert page.notice == "The coalition is deleted."
    assert owner.get(f"/v1/coalitions/{coalition}").status == 404
    assert owner.get(f"/v1/statements/{statement}").status == 404
    assert ada.go(f"/desk/{coalition}/").status == 404
    assert ada.go(f"/desk/{other}/").status == 200


def test_evidence_is_listed_opened_and_deleted_unless_something_stands_on_it(
    world: World, owner: Client
) -> None:
    signing = in_review(world, owner)
    ada = at_the_desk(world, owner)
    used, alone = (
        owner.send("POST", f"{signing.path}/evidence", SCAN, kind="application/pdf").id
        for _ in "12"
    )
    sheet = {"revision_sha256": signing.sha256, "evidence_id": used}
    path, line = f"{signing.path}/signature-imports", b"kind,name\nindividual,A. Specimen\n"
    assert owner.send("POST", path, line, kind="text/csv", query_string=sheet).status == 200
    ada.go(at(signing, "signatures"))

    page = ada.follow("What proves them")
    assert [row[0] for row in page.rows] == ["A file (PDF)", "A file (PDF)"]
    assert ada.http.get(page.links["A file (PDF)"]).data == SCAN
    ada.go(f"/desk/{signing.coalition}/evidence/{used}/deletion")
    page = ada.submit("Delete")
    assert page.status == 409
    assert "A signature or an answer stands on it" in page.text
    ada.go(f"/desk/{signing.coalition}/evidence/{alone}/deletion")
    page = ada.submit("Delete")

    assert page.notice == "It is deleted."
    (left,) = owner.get(f"{signing.path}/evidence")["items"]
    assert left["id"] == used


def test_addresses_that_are_left_alone_leave_as_a_table(owner: Client, ada: Desk) -> None:
    coalition = a_coalition(owner)
    ada.go(f"/desk/{coalition}/outgoing/suppressions")
    ada.submit("Leave it alone", email="wren@specimen.example")

    answer = ada.http.post(
        f"/desk/{coalition}/outgoing/suppressions/file", data={"csrf": ada.proof}
    )

    assert answer.mimetype == "text/csv"
    assert "wren@specimen.example" in answer.text


def test_who_has_a_role_gets_the_letter_about_it_again(
    world: World, owner: Client, ada: Desk
) -> None:
    coalition = a_coalition(owner)
    a_role(owner, coalition, world.user("editor"), "editor")
    roles = owner.get(f"/v1/coalitions/{coalition}/roles")["items"]
    (editor,) = (each["id"] for each in roles if each["role"] == "editor")
    ada.go(f"/desk/{coalition}/settings/roles/{editor}")

    page = ada.submit("Write to them again")

    assert page.notice == "The letter is on its way."
    assert len(owner.get(f"/v1/coalitions/{coalition}/letters", kind="accounts.invited")["items"])


def test_a_search_for_demands_finds_what_texts_asked_before(owner: Client, ada: Desk) -> None:
    coalition = a_coalition(owner)
    demands = a_demand_list(owner, coalition)
    a_demand(owner, demands, key="kz-1", text="Release every baker of the steppe.")
    asked = [{"country": "KZ", "demands": [{"id": "kz-1", "text": "Release every baker."}]}]
    a_text(owner, coalition, title="Bread for all", demand_lists=asked, body=[{"demands": {}}])
    page = ada.go(f"/desk/{coalition}/demands/all")
    assert "Asked before" not in page.text

    page = ada.submit("Find", search="release baker")

    assert "Asked before in words like these" in page.text
    assert "Bread for all" in page.links
