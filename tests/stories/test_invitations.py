"""Organisations are invited, and answer by the link of a letter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from api.infra.background import jobs
from api.mailings import rules as words
from tests.support.builders import (
    a_coalition,
    a_member,
    an_invitation,
    an_organisation,
    letters_of,
    secret_of,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

PURPOSE = "invitation.answer"
KIND = "invitations.invitation"
ME = {"name": "Ada Specimen", "role": "Director"}


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner)


def door(world: World, invitation: str) -> str:
    return f"/v1/public/invitations/{secret_of(world, PURPOSE, invitation)}"


def members(owner: Client, coalition: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = owner.get(f"/v1/coalitions/{coalition}/members")["items"]
    return items


def accept(world: World, path: str, **facts: Any) -> Answer:
    return world.stranger().post(f"{path}/acceptance", {**ME, **facts})


def test_accepting_makes_a_member_and_a_representative(
    world: World, owner: Client, coalition: str
) -> None:
    organisation = an_organisation(owner, coalition, names={"en": "House of Bread"})
    dates = {"role": "lead", "since": "2031-01-01", "until": "2032-01-01"}
    invitation = an_invitation(owner, coalition, organisation_id=organisation, **dates)
    path = door(world, invitation)

    shown = world.stranger().get(path)
    answer = accept(world, path)

    assert shown["coalition"] == "Specimen Coalition"
    assert shown["organisation"]["names"] == {"en": "House of Bread"}
    assert "email" not in shown.json
    assert (answer.status, answer["state"]) == (200, "accepted")
    (member,) = members(owner, coalition)
    assert {key: member[key] for key in dates} == dates
    assert member["organisation"]["id"] == organisation
    (who,) = owner.get(f"/v1/organisations/{organisation}/representatives")["items"]
    assert (who["name"], who["role"]) == ("Ada Specimen", "Director")
    assert who["email"] == "invited@specimen.example"


def test_accepting_twice_is_fine_and_another_mind_is_a_conflict(
    world: World, owner: Client, coalition: str
) -> None:
    path = door(world, an_invitation(owner, coalition))

    answers = [accept(world, path, organisation="House of Bread") for _ in range(2)]
    refusal = world.stranger().post(f"{path}/refusal", {"reason": "No."})

    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    assert (refusal.status, refusal["type"]) == (409, "/problems/invitation-over")
    assert len(members(owner, coalition)) == 1


def test_declining_tells_why_and_makes_no_member(
    world: World, owner: Client, coalition: str
) -> None:
    invitation = an_invitation(owner, coalition)
    path = door(world, invitation)

    answers = [world.stranger().post(f"{path}/refusal", {"reason": "No time."}) for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 200]
    assert owner.get(f"/v1/invitations/{invitation}")["reason"] == "No time."
    assert accept(world, path, organisation="House").status == 409
    assert members(owner, coalition) == []


def test_an_open_invitation_needs_the_organisations_name(
    world: World, owner: Client, coalition: str
) -> None:
    path = door(world, an_invitation(owner, coalition))

    nameless = accept(world, path)
    named = accept(world, path, organisation="House of Bread", acronym="HB", country="KZ")

    assert nameless.status == 422
    assert "/organisation" in nameless.faults
    assert named["organisation"] == {
        "names": {"en": "House of Bread"}, "acronym": "HB", "country": "KZ",
    }  # fmt: skip


def test_a_public_entry_is_copied_into_an_own_one(
    world: World, owner: Client, coalition: str
) -> None:
    elsewhere = world.user("elsewhere")
    entry = an_organisation(elsewhere, a_coalition(elsewhere), is_public=True)

    invitation = an_invitation(owner, coalition, entry_id=entry)
    accept(world, door(world, invitation))

    (member,) = members(owner, coalition)
    assert member["organisation"]["id"] != entry
    assert member["organisation"]["names"] == {"en": "Specimen Committee"}


def test_what_was_taken_back_expired_or_sent_again_has_a_dead_link(
    world: World, owner: Client, coalition: str
) -> None:
    taken, again, old = (an_invitation(owner, coalition) for _ in range(3))
    doors = [door(world, each) for each in (taken, again)]

    assert owner.post(f"/v1/invitations/{taken}/withdrawal").status == 200
    assert owner.post(f"/v1/invitations/{taken}/withdrawal").status == 200
    assert owner.post(f"/v1/invitations/{again}/letters").status == 200

    for path in doors:
        assert world.stranger().get(path).status == 410
        assert accept(world, path, organisation="House").status == 410
    assert world.stranger().get(door(world, again)).status == 200
    assert owner.post(f"/v1/invitations/{taken}/letters").status == 409
    path = door(world, old)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=30, seconds=1), tick=False):
        assert accept(world, path, organisation="House").status == 410


def test_who_was_invited_is_forgotten_ninety_days_after_it_ended(
    world: World, owner: Client, coalition: str
) -> None:
    declined, taken, accepted, open_still = (an_invitation(owner, coalition) for _ in range(4))
    assert world.stranger().post(f"{door(world, declined)}/refusal", {}).status == 200
    assert owner.post(f"/v1/invitations/{taken}/withdrawal").status == 200
    assert accept(world, door(world, accepted), organisation="House").status == 200

    def known_after(days: int) -> set[str]:
        with time_machine.travel(datetime.now(UTC) + timedelta(days=days, minutes=1), tick=False):
            with world.app.app_context():
                jobs.sweep()
            world.work()
        items = owner.get(f"/v1/coalitions/{coalition}/invitations")["items"]
        return {each["id"] for each in items}

    assert known_after(89) == {declined, taken, accepted, open_still}
    assert known_after(90) == {open_still}
    assert known_after(120) == set()
    assert len(members(owner, coalition)) == 1


@time_machine.travel(datetime(2031, 5, 1, tzinfo=UTC), tick=True)
def test_its_letter_tells_who_invites_whom_and_until_when(world: World) -> None:
    owner = world.user("owner")
    coalition = a_coalition(owner, accent="#7a1f2b")
    organisation = an_organisation(owner, coalition, names={"en": "House", "ru": "Дом"})
    first = an_invitation(
        owner, coalition, organisation_id=organisation, language="ru", note="Мы виделись в Алматы."
    )
    second = an_invitation(owner, coalition)
    owner.post(f"/v1/invitations/{second}/withdrawal")

    letter, dropped = letters_of(world, KIND)

    assert dropped is None
    assert letter is not None
    assert (letter.to, letter.language, letter.coalition) == (
        "invited@specimen.example", "ru", "Specimen Coalition",
    )  # fmt: skip
    assert (letter.facts["organisation"], letter.facts["accent"]) == ("Дом", "#7a1f2b")
    assert str(letter.facts["until_text"]) == "2031-05-31"
    assert "Мы виделись в Алматы." in words.write(KIND, letter).text
    secret = secret_of(world, PURPOSE, first)
    assert letter.facts["link"] == f"http://127.0.0.1:5000/j/{secret}"
    assert owner.get(f"/v1/invitations/{first}")["note"] == "Мы виделись в Алматы."
    assert world.stranger().get(door(world, first))["note"] == "Мы виделись в Алматы."
    assert "Мы виделись в Алматы." in world.app.test_client().get(f"/j/{secret}").text


def test_a_member_is_not_invited_but_one_that_left_may_come_back(
    world: World, owner: Client, coalition: str
) -> None:
    member = a_member(owner, coalition)
    organisation = owner.get(f"/v1/members/{member}")["organisation"]["id"]
    body = {"name": "I", "email": "i@specimen.example", "organisation_id": organisation}
    path = f"/v1/coalitions/{coalition}/invitations"

    refused = owner.post(path, body)
    owner.patch(f"/v1/members/{member}", {"since": "2020-01-01", "until": "2021-01-01"})
    invited = owner.post(path, body)
    accept(world, door(world, invited.id))

    assert (refused.status, refused["type"]) == (409, "/problems/already-member")
    assert owner.get(f"/v1/members/{member}")["until"] is None


def test_fetching_an_invitation_many_times_changes_nothing(
    world: World, owner: Client, coalition: str
) -> None:
    path, before = door(world, an_invitation(owner, coalition)), world.rows()

    for _ in range(20):
        assert world.stranger().get(path).status == 200
        assert world.stranger().send("HEAD", path).status == 200
        assert world.stranger().get(f"{path}/acceptance").status == 405

    assert world.rows() == before


def test_a_link_of_another_purpose_and_a_guess_are_unknown(world: World) -> None:
    for secret in ("x" * 43, "short", "%00"):
        assert world.stranger().get(f"/v1/public/invitations/{secret}").status == 404
