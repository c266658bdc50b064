"""Members at the desk: organisations, who may commit them, invitations; and addressees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.builders import (
    a_coalition,
    a_member,
    a_representative,
    a_role,
    an_organisation,
    letters_of,
    made,
)
from tests.support.desk import at_the_desk

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><path d="M0 0h9v9"/></svg>'


def test_an_organisation_is_invited_and_written_to_again(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/members")
    ada.follow("Invite")
    ada.submit("Send the invitation", email="nobody")
    assert set(ada.page.faults) == {"name", "email"}
    ada.submit("Send the invitation", name="A. Specimen", email="a@specimen.example", note="Come.")
    assert ada.page.notice == "The letter is on its way."
    assert ada.page.rows[0][:3] == [
        "Who accepts names it",
        "A. Specimen a@specimen.example",
        "Waits for an answer",
    ]
    ada.submit("Write again")
    assert len(letters_of(world, "invitations.invitation")) == 2
    ada.submit("Take back")
    assert ada.page.rows[0][2] == "Taken back"
    assert "Write again" not in ada.page.buttons


def test_an_organisation_becomes_a_member_and_leaves_and_that_is_undone(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner, languages=["en", "ru"])
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/members/organisations")
    ada.follow("Enter an organisation")
    ada.submit("Enter it", website="nowhere")
    assert set(ada.page.faults) >= {"website"}
    ada.submit("Enter it", {"names.en": "Specimen Committee", "names.ru": "Комитет"}, website="")
    assert ada.page.heading == "Specimen Committee"
    assert "Комитет" in ada.page.text
    ada.follow("Enter as a member")
    ada.submit("Enter it", role="observer", since="2031-05-14")
    assert ada.page.notice == "It is a member."
    assert "Observer" in ada.page.text

    ada.follow("Change role or days")
    ada.submit("Save", until="2030-01-01")
    assert set(ada.page.faults) == {"until"}
    ada.submit("Save", role="lead", since="2026-01-01", until="")
    ada.submit("It leaves today")
    assert ada.page.notice == "It is no member any more from today."
    ada.submit("Undo")
    assert ada.page.rows == [["Specimen Committee", "Lead", "1 January 2026", ""]]


def test_organisations_that_are_entered_become_members_together(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    names = ["Specimen Fund", "Specimen House", "Specimen Watch"]
    for name in names:
        an_organisation(owner, coalition, names={"en": name})
    ada = at_the_desk(world, owner)
    page = ada.go(f"/desk/{coalition}/members")
    assert "3 organisations are entered, and are not members yet" in page.text
    page = ada.follow("Enter as members")
    assert page.rows == [[name, "", "Not a member"] for name in names]
    values = page.tree.xpath("//input[@name='ids']/@value")
    page = ada.submit("Enter as members", ids=values[:2])
    assert page.notice == "They are members."
    assert sorted(row[0] for row in page.rows) == names[:2]

    page = ada.go(f"/desk/{coalition}/members/organisations")
    assert [row[2] for row in page.rows] == ["Member", "Member", "Not a member"]
    ada.submit("Enter as members", ids=values)
    assert len(owner.get(f"/v1/coalitions/{coalition}/members")["items"]) == 3


def test_of_a_member_the_organisation_tells_and_an_invitation_knows_its_person(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    organisation = an_organisation(owner, coalition, names={"en": "Specimen Watch"})
    a_representative(owner, organisation, name="Left Specimen", left_on="2026-01-01")
    a_representative(owner, organisation, name="Bek Specimen", email="bek@specimen.example")
    ada = at_the_desk(world, owner)
    path = f"/desk/{coalition}/members/organisations/{organisation}"
    ada.go(path)
    page = ada.follow("Invite")
    known = [page.tree.xpath(f"//input[@name='{each}']/@value") for each in ("name", "email")]
    assert known == [["Bek Specimen"], ["bek@specimen.example"]]

    ada.go(path)
    ada.follow("Enter as a member")
    member = ada.submit("Enter it").path.split("?")[0]
    page = ada.go(path)
    assert not {"Enter as a member", "Invite"} & set(page.links)
    assert ada.follow("Member").path == member
    assert ada.go(f"{path}/membership").path == member


def test_who_may_commit_an_organisation_is_for_coordinators_to_say(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    organisation = an_organisation(owner, coalition)
    a_representative(owner, organisation, email="first@specimen.example")
    path = f"/desk/{coalition}/members/organisations/{organisation}"
    ada = at_the_desk(world, owner)
    ada.go(path)
    ada.follow("Enter a person")
    ada.submit("Enter it", name="B. Specimen", email="first@specimen.example")
    assert set(ada.page.faults) == {"email"}
    ada.submit("Enter it", email="second@specimen.example")
    assert len(ada.page.rows) == 2
    ada.submit("Left today")
    assert ada.page.notice == "They may not commit it any more from today."
    ada.submit("Undo")
    assert [row[2] for row in ada.page.rows] == ["", ""]

    first = owner.get(f"/v1/organisations/{organisation}/representatives")["items"][0]["id"]
    leaves = {"left_on": "2099-12-31"}
    assert owner.patch(f"/v1/representatives/{first}", leaves).status == 200
    ada.go(path)
    ada.submit("Left today")
    assert "Undo" not in ada.page.buttons  # it would let them act for longer than was said

    viewer = at_the_desk(world, a_role(owner, coalition, world.user("viewer"), "viewer"))
    page = viewer.go(path)
    assert "specimen.example" not in page.text
    assert not {"Change the organisation", "Enter a person", "Invite"} & page.links.keys()


def test_an_organisation_is_taken_from_the_directory(world: World, owner: Client) -> None:
    coalition, other = a_coalition(owner), a_coalition(owner)
    an_organisation(owner, other, names={"en": "Specimen Open House"}, is_public=True)
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/members/organisations")
    ada.follow("Take one from the directory")
    ada.submit("Find", search="открыт nothing")
    assert ada.page.rows == []
    ada.go(f"/desk/{coalition}/members/directory")
    ada.submit("Use")
    assert ada.page.heading == "Specimen Open House"
    ada.follow("Delete the organisation")
    ada.submit("Delete the organisation")
    assert ada.page.notice == "The organisation is deleted."


def test_an_addressee_is_entered_changed_and_goes(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/addressees")
    ada.follow("Enter an addressee")
    ada.submit("Enter it", title="President", email="x")
    assert set(ada.page.faults) == {"name", "email"}
    ada.submit("Enter it", name="Specimen Union", email="office@specimen.example")
    assert "office@specimen.example" in ada.page.text
    ada.follow("Change the addressee")
    ada.submit("Save", country="KZ")
    assert "Kazakhstan" in ada.page.text

    viewer = at_the_desk(world, a_role(owner, coalition, world.user("viewer"), "viewer"))
    assert "office@" not in viewer.go(ada.page.path.partition("?")[0]).html
    ada.follow("Delete the addressee")
    ada.submit("Delete the addressee")
    assert ada.page.notice == "The addressee is deleted."


def test_lists_page_without_names_in_their_addresses(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    for number in range(52):
        facts = {"name": f"Specimen {number:02}"}
        made(owner, f"/v1/coalitions/{coalition}/addressees", facts)
    a_member(owner, coalition)
    ada = at_the_desk(world, owner)
    assert len(ada.go(f"/desk/{coalition}/addressees").rows) == 50
    ada.submit("Next page")
    assert (len(ada.page.rows), ada.page.path) == (2, f"/desk/{coalition}/addressees")


def test_an_organisation_gets_a_logo_which_is_seen_and_taken_away(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    organisation = an_organisation(owner, coalition)
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/members/organisations/{organisation}")
    assert set(ada.submit("Use this logo", logo=(b"no picture", "a.png")).faults) == {"logo"}

    page = ada.submit("Use this logo", logo=(SVG, "a.svg"))

    assert page.notice == "The organisation is changed."
    picture = ada.http.get(page.tree.xpath("//img[@class='logo large']/@src")[0])
    assert (picture.status_code, picture.mimetype) == (200, "image/svg+xml")
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    viewer = at_the_desk(world, a_role(owner, coalition, world.user("viewer"), "viewer"))
    page = viewer.go(f"/desk/{coalition}/members/organisations/{organisation}")
    assert page.tree.xpath("//img[@class='logo large']")
    assert "Use this logo" not in page.buttons
    page = ada.submit("Take the logo away")
    assert not page.tree.xpath("//img[@class='logo large']")
    assert ada.go(f"{page.path.partition('?')[0]}/logo").heading == page.heading
