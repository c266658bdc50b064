"""A text that names a member which did not approve: the board, the draft and publishing say so."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
import rfc8785

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


def published(text: SigningOff, *confirmed: str) -> Answer:
    if text.board()["state"] == "draft":
        text.move("review")
    headers = {"If-Match": text.owner.get(text.path).etag}
    body = {"state": "published", "confirmed_mentions": confirmed}
    return text.owner.send("POST", f"{text.path}/transitions", body, headers=headers)


def left_of(refused: Answer) -> dict[str, str]:
    """Return what is still to be confirmed: each key, and what it is about."""
    assert (refused.status, refused["type"]) == (409, "/problems/mentions-not-confirmed")
    assert {each["pointer"] for each in refused["errors"]} == {"/confirmed_mentions"}
    return {each["allowed"][0]: each["detail"] for each in refused["errors"]}


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


def test_the_draft_warns_and_publishing_stops_until_each_is_confirmed(text: SigningOff) -> None:
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

    keys = {text.members["Lantern House"]: f"/body/0: {declined}"}
    keys["two other organisations"] = f"/body/0: {drafted(text)[1]}"
    assert {
        each["key"]: f"{each['pointer']}: {each['detail']}" for each in text.board()["warnings"]
    } == keys
    assert left_of(published(text)) == keys
    assert left_of(published(text, "two other organisations", "Lantern House")) == {
        text.members["Lantern House"]: f"/body/0: {declined}"
    }
    assert text.board()["state"] == "review"

    answer = published(text, *keys)
    assert (answer.status, answer["state"]) == (200, "published")
    assert [each["detail"] for each in answer["warnings"]] == drafted(text)
    assert answer["warnings"][0]["pointer"] == "/document/body/0"
    assert told(text)[0] == ("/body/0", declined)


@pytest.mark.parametrize(
    ("said", "facts", "told_of"),
    [
        ("declined", {"reason": "No."}, "does not sign: it declined."),
        ("approved", {"visibility": "anonymous"}, "signs without its name, and this names it."),
        ("", {}, "has not answered."),
    ],
)
def test_publishing_stops_for_each_reason_not_to_be_named(
    world: World, owner: Client, said: str, facts: dict[str, str], told_of: str
) -> None:
    body = [{"paragraph": "The doors are shut."}, {"paragraph": "As Lamp House says, [^a]."}]
    notes = {"a": "See **Lamp House**, 2031."}
    text = a_sign_off(world, owner, body=body, footnotes=notes)
    text.member("Lantern House", "Lan")
    path = f"/v1/organisations/{text.organisation('Lantern House')}"
    assert owner.patch(path, {"aliases": ["Lamp House"]}).status == 200
    text.open()
    if said:
        assert text.say("Lan", said, **facts).status == 200

    left = left_of(published(text))

    member = text.members["Lantern House"]
    assert left[member].endswith(told_of)
    assert {*left} == {member}
    assert published(text, member).status == 200


def test_a_text_that_names_only_who_approved_is_published_at_once(text: SigningOff) -> None:
    text.open()
    for person in ("Lan", "Gil", "Win", "Bob"):
        text.say(person)
    text.say("Ada", "declined", reason="No.")

    assert published(text).status == 200


def test_the_record_keeps_what_was_confirmed(text: SigningOff, owner: Client) -> None:
    text.open()
    keys = sorted(left_of(published(text)))
    answer = published(text, *keys)
    assert answer.status == 200

    path = f"/v1/coalitions/{text.coalition}/audit-entries?action=statement.moved"
    entry = owner.get(path)["items"][0]
    facts: Any = {
        "state": "published",
        "confirmed_mentions": keys,
        "warnings": len(answer["warnings"]),
    }
    proof = hashlib.sha256(bytes.fromhex(entry["salt"]) + rfc8785.dumps(facts)).hexdigest()
    assert proof == entry["commitment"]


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


def test_an_edit_in_public_stops_for_a_member_that_the_text_did_not_name(text: SigningOff) -> None:
    text.open()
    for person in ("Lan", "Gil", "Win", "Bob"):
        text.say(person)
    text.say("Ada", "declined", reason="No.")
    assert published(text).status == 200
    text.owner.patch(f"/v1/organisations/{text.organisation('Bread')}", {"acronym": "BRD"})

    def edited(line: str, **facts: Any) -> Answer:
        draft = text.owner.get(f"{text.path}/draft")
        document = {**draft["document"], "body": [*BODY, {"paragraph": line}]}
        put = text.owner.put(f"{text.path}/draft", {"document": document})
        assert put.status == 200, put.body
        sent = {"weight": "editorial", "reason": "It is so.", **facts}
        headers = {"If-Match": put.etag}
        return text.owner.send("POST", f"{text.path}/revisions", sent, headers=headers)

    refused = edited("The BRD was there.")

    assert left_of(refused) == {text.members["Bread"]: '/body/3: "BRD" does not sign: it declined.'}
    assert text.board()["revision_number"] == 1
    confirmed = {"confirmed_mentions": [text.members["Bread"]]}
    assert edited("The BRD was there.", **confirmed).status == 201
    assert edited("The BRD was there, too.").status == 201, "it is out already"


def test_opening_for_signing_stops_for_members_that_have_not_approved(text: SigningOff) -> None:
    text.open()
    text.move("review")
    opening: dict[str, Any] = {"opens_at": "2026-01-01T00:00:00Z"}

    keys = left_of(text.owner.put(f"{text.path}/signing", opening))

    assert text.members["Salt"] in keys
    confirmed = {**opening, "confirmed_mentions": [*keys]}
    opened = text.owner.put(f"{text.path}/signing", confirmed)
    assert opened.status == 200, opened.body
