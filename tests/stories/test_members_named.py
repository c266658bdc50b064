"""A text that names a member which did not approve: the board, the draft and publishing say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.builders import a_role, a_signature
from tests.support.signoffs import SigningOff, a_sign_off

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

BODY = [
    {"paragraph": "Lantern House and the GLF welcome it, with two other organisations."},
    {"paragraph": "It follows what Открытого окна said."},
    {"quote": {"text": "Salt and seven other organisations ask.", "source": "A declaration"}},
]


@pytest.fixture
def text(world: World, owner: Client) -> SigningOff:
    """A text that names three of its five members, one by its acronym and one in Russian."""
    found = a_sign_off(world, owner, body=BODY)
    for name, person, facts in (
        ("Lantern House", "Lan", {}),
        ("Glasshouse Fund", "Gil", {"acronym": "GLF"}),
        ("Open Window", "Win", {"names": {"en": "Open Window", "ru": "Открытое окно"}}),
    ):
        found.member(name, person)
        path = f"/v1/organisations/{found.organisation(name)}"
        assert not facts or owner.patch(path, facts).status == 200
    return found


def told(text: SigningOff, client: Client | None = None) -> list[tuple[str, str]]:
    return [(each["pointer"], each["detail"]) for each in text.board(client)["warnings"]]


def of_members(text: SigningOff) -> dict[str, str]:
    names = {member: name for name, member in text.members.items()}
    found = text.board()["warnings"]
    return {names[each["member_id"]]: each["detail"] for each in found if each["member_id"]}


def drafted(text: SigningOff, client: Client | None = None) -> list[str]:
    answer = (client or text.owner).get(f"{text.path}/draft")
    assert answer.status == 200, answer.body
    return [each["detail"] for each in answer["warnings"]]


def published(text: SigningOff) -> Answer:
    text.move("review")
    headers = {"If-Match": text.owner.get(text.path).etag}
    body = {"state": "published"}
    return text.owner.send("POST", f"{text.path}/transitions", body, headers=headers)


def test_the_board_names_each_that_stands_in_the_text_and_did_not_approve(
    text: SigningOff,
) -> None:
    text.open()
    text.say("Lan", "declined", reason="No.")
    text.say("Gil")

    assert of_members(text) == {
        "Lantern House": '"Lantern House" does not sign: it declined.',
        "Open Window": '"Открытого окна" has not answered.',
        "Salt": '"Salt" has not answered.',
    }
    pointers = {detail: pointer for pointer, detail in told(text)}
    assert pointers['"Открытого окна" has not answered.'] == "/body/1"
    text.say("Win", visibility="anonymous")
    text.say("Lan")
    text.say("Bob")
    assert of_members(text) == {
        "Open Window": '"Открытого окна" signs without its name, and this names it.'
    }
    text.appear("Win", "public")
    assert of_members(text) == {}


def test_the_draft_and_publishing_warn_and_do_not_stop_it(text: SigningOff) -> None:
    assert drafted(text) == [], "nobody was asked yet"
    text.open()
    text.say("Lan", "declined", reason="No.")
    for person in ("Ada", "Bob", "Gil", "Win"):
        text.say(person)
    declined = '"Lantern House" does not sign: it declined.'

    assert drafted(text) == [
        declined,
        'It says "two other organisations"; 4 organisations stand behind it now, in all.',
    ]

    answer = published(text)
    assert (answer.status, answer["state"]) == (200, "published")
    assert [each["detail"] for each in answer["warnings"]] == drafted(text)
    assert answer["warnings"][0]["pointer"] == "/document/body/0"
    assert told(text)[0] == ("/body/0", declined)


def test_a_number_that_fits_is_not_told(text: SigningOff) -> None:
    text.open()
    for person in ("Lan", "Gil", "Win"):
        text.say(person)
    assert len([each for _, each in told(text) if "organisations" in each]) == 1

    text.say("Bob", visibility="anonymous")  # with two that it names, these are two others

    assert [each for _, each in told(text) if "organisations" in each] == []


def test_a_member_that_left_or_was_entered_by_hand_is_known(
    text: SigningOff, owner: Client
) -> None:
    path = f"/v1/members/{text.members['Lantern House']}"
    assert owner.patch(path, {"since": "2020-01-01", "until": "2021-01-01"}).status == 200
    who: dict[str, Any] = {"kind": "organisation", "name": "Glasshouse Fund"}
    a_signature(owner, text.statement, text.sha256, **who)

    found = of_members(text)

    assert found["Lantern House"] == '"Lantern House" is no member any more.'
    assert "Glasshouse Fund" not in found
    assert found["Salt"] == '"Salt" was not asked whether it signs.'


def test_others_than_coordinators_are_not_told_who_declined_or_hides(
    text: SigningOff, world: World, owner: Client
) -> None:
    text.open()
    text.say("Lan", "declined", reason="No.")
    text.say("Win", visibility="anonymous")
    text.say("Gil")
    editor = a_role(owner, text.coalition, world.user("editor"), "editor")

    alike = "stands in this text, and not by name under it."
    for details in ([each for _, each in told(text, editor)], drafted(text, editor)):
        members = [each for each in details if "organisations" not in each]
        assert members == [
            f'"{each}" {alike}' for each in ("Lantern House", "Открытого окна", "Salt")
        ]
