"""Who may commit an organisation: coordinators see and change it, nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.builders import a_coalition, a_representative, a_role, an_organisation

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


def test_representatives_are_entered_changed_and_ended(owner: Client) -> None:
    organisation = an_organisation(owner, a_coalition(owner))
    path = f"/v1/organisations/{organisation}/representatives"
    person = a_representative(owner, organisation, name="Ada", role="Director", language="ru")

    changed = owner.patch(f"/v1/representatives/{person}", {"left_on": "2031-05-01"})

    assert changed.status == 200, changed.body
    (listed,) = owner.get(path)["items"]
    assert (listed["name"], listed["role"], listed["language"]) == ("Ada", "Director", "ru")
    assert listed["left_on"] == "2031-05-01"
    assert owner.patch(f"/v1/representatives/{person}", {}, etag='"1"').status == 412


def test_an_address_represents_an_organisation_once(owner: Client) -> None:
    organisation = an_organisation(owner, a_coalition(owner))
    a_representative(owner, organisation, email="ada@specimen.example")
    other = a_representative(owner, organisation, email="bob@specimen.example")

    again = {"name": "A", "email": "Ada@specimen.example"}
    twice = owner.post(f"/v1/organisations/{organisation}/representatives", again)
    moved = owner.patch(f"/v1/representatives/{other}", {"email": "ada@specimen.example"})

    for answer in (twice, moved):
        assert (answer.status, answer["type"]) == (409, "/problems/already-represents")


def test_only_coordinators_know_who_they_are_and_say_that_two_are_needed(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    organisation = an_organisation(owner, coalition)
    person = a_representative(owner, organisation, name="Ada Kenarova")
    editor = a_role(owner, coalition, world.user("editor"), "editor")

    for path in (
        f"/v1/representatives/{person}",
        f"/v1/organisations/{organisation}/representatives",
    ):
        assert editor.get(path).status == 403
        assert world.user().get(path).status == 404
    assert editor.patch(f"/v1/organisations/{organisation}", {"needs_two": True}).status == 403
    assert owner.patch(f"/v1/organisations/{organisation}", {"needs_two": True})["needs_two"]
    assert b"Kenarova" not in world.rows()
