"""Organisations and who may commit them come in by one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.test_imports import send, states
from tests.support.builders import a_coalition, a_representative, a_role, an_organisation

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

HEADER = "Organisation,Country,Contact person,E-mail\n"


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner)


def sent(client: Client, coalition: str, table: str, **query: Any) -> Answer:
    return send(client, coalition, HEADER + table, "contact", **query)


def people(owner: Client, organisation: str) -> list[str]:
    found = owner.get(f"/v1/organisations/{organisation}/representatives")["items"]
    return sorted(each["name"] for each in found)


def test_a_person_joins_an_organisation_that_is_there_and_one_of_a_line_before(
    owner: Client, coalition: str
) -> None:
    there = an_organisation(owner, coalition, names={"en": "Specimen Watch"})
    a_representative(owner, there, name="A. Specimen", email="a@specimen.example")
    table = (
        "Specimen Watch,,A. Specimen,a@specimen.example\n"
        "Specimen Watch,,B. Specimen,b@specimen.example\n"
        "Specimen Fund,KZ,,\n"
        "Specimen Fund,KZ,C. Specimen,c@specimen.example\n"
    )

    assert states(sent(owner, coalition, table)) == ["same", "entered", "entered", "entered"]

    found = owner.get(f"/v1/coalitions/{coalition}/organisations")["items"]
    fund = next(each["id"] for each in found if each["id"] != there)
    assert len(found) == 2
    assert people(owner, there) == ["A. Specimen", "B. Specimen"]
    assert people(owner, fund) == ["C. Specimen"]


def test_a_preview_stores_neither(owner: Client, coalition: str) -> None:
    table = "Specimen Fund,KZ,C. Specimen,c@specimen.example\n"
    answer = sent(owner, coalition, table, preview="true")

    assert states(answer) == ["entered"]
    assert {each["column"] for each in answer["lines"][0]["changes"]} >= {"person", "email"}
    assert owner.get(f"/v1/coalitions/{coalition}/organisations")["items"] == []


def test_a_person_without_a_name_or_an_address_refuses_the_line_whole(
    owner: Client, coalition: str
) -> None:
    table = "Specimen Fund,KZ,C. Specimen,\nSpecimen Watch,KZ,,d@specimen.example\n"

    assert sent(owner, coalition, table).status == 422
    assert states(sent(owner, coalition, table, partial="true")) == ["refused", "refused"]
    assert owner.get(f"/v1/coalitions/{coalition}/organisations")["items"] == []


def test_nobody_is_entered_at_an_organisation_that_is_doubtful(
    owner: Client, coalition: str
) -> None:
    there = an_organisation(owner, coalition, names={"en": "Qalb Fund"}, country="KZ")
    table = "Kalb Fund,KZ,C. Specimen,c@specimen.example\n"

    assert states(sent(owner, coalition, table)) == ["doubtful"]
    assert people(owner, there) == []


def test_who_may_commit_is_for_coordinators_to_say(
    world: World, owner: Client, coalition: str
) -> None:
    editor = a_role(owner, coalition, world.user("editor"), "editor")
    table = "Specimen Fund,KZ,C. Specimen,c@specimen.example\n"

    assert sent(editor, coalition, table).status == 403
