"""No output, list, event or place names a member that does not wish it."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine

from tests.support import webhook_receivers
from tests.support.appearances import (
    CANARIES,
    CLOSED,
    HIDDEN,
    SHY,
    a_table,
    answered,
    approvals,
    lasting,
    read,
    says_who_approved,
)
from tests.support.builders import a_case, a_role
from tests.support.pdf_words import letters_of as letters_in
from tests.support.signoffs import a_sign_off

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2031, 5, 1, 9, tzinfo=UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def owner(world: World, clock: time_machine.Traveller) -> Client:
    """A coordinator whose token lasts as long as the stories."""
    del clock
    return lasting(world.user("owner"))


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_no_output_names_a_member_that_does_not_wish_it(
    world: World, owner: Client, clock: time_machine.Traveller, role: str
) -> None:
    text = a_table(world, owner, theme="letter-logos")
    other = lasting(a_role(owner, text.coalition, world.user(role), role))
    answered(text, clock)

    for published in (False, True):
        if published:
            text.move("review", "published")
        board = text.board(other)
        told = says_who_approved(board, text)
        alike = [told[name] for name in (*HIDDEN, "Salt", "Water")]
        assert all(each == alike[0] for each in alike), "who declined looks as who hides"
        assert told["Bread"]["state"] == "approved"
        assert (board["totals"], board["outstanding"]) == ({"approved": 1}, None)
        if not published:
            assert [each["text"] for each in board["would_print"]] == ["Bread"]
            assert board["would_withhold"] == 3
        for client in (owner, other):
            for place, said in read(text, client):
                is_list = place in {"export", "signatures"} or place.endswith("for import")
                own = (CLOSED, "WHX") if client is owner and is_list else ()
                found = [each for each in CANARIES if each in said and each not in own]
                assert not found, (place, published)
        assert "Bread" in text.printed()
        assert "three" in text.printed() or "3" in text.printed()


def test_the_public_pages_and_lists_count_who_is_not_named(
    world: World, owner: Client, clock: time_machine.Traveller
) -> None:
    text = a_table(world, owner)
    answered(text, clock)
    text.move("review")
    opened = owner.put(f"{text.path}/signing", {"opens_at": "2031-05-11T00:00:00+00:00"})
    text.move("published")
    world.work()
    address, stranger = opened["address"], world.stranger()

    told = [
        stranger.get(f"/v1/public/statements/{address}"),
        stranger.get(f"/v1/public/statements/{address}/signatures"),
        stranger.get(f"/v1/public/statements/{address}/signature-counts"),
        stranger.get(f"/s/{address}"),
        stranger.get(f"/s/{address}/signatories"),
    ]

    for answer in told:
        assert not [each for each in CANARIES if each in answer.body.decode()]
    assert [each["name"] for each in told[1]["items"]] == ["Bread"]
    assert told[2]["total"] == 4


def test_what_is_kept_of_a_hidden_approval_and_its_place_betray_nothing(
    world: World, owner: Client, clock: time_machine.Traveller
) -> None:
    text = a_table(world, owner)
    answered(text, clock)
    text.say("Cyd")  # too late
    text.move("review", "published")

    rows = approvals(world)

    assert next(row.visibility for row in rows) == "public"
    assert sorted(row.visibility for row in rows[1:]) == ["anonymous", "anonymous", "coalition"]
    for row in rows[1:]:
        assert (row.organisation_id, row.country, row.lead, row.shows_logo) == (
            None,
            None,
            False,
            False,
        )
    listed = owner.get(f"{text.path}/signatures")["items"]
    assert sorted(each["name"] or "" for each in listed) == ["", "", "Bread", CLOSED]
    (closed,) = [each for each in listed if each["name"] == CLOSED]
    assert closed["represented_by"] == {"name": "Wag", "role": "Director"}


def test_a_name_taken_back_leaves_live_outputs_at_once_and_can_come_back(
    world: World, owner: Client
) -> None:
    text = a_table(world, owner, theme="letter-logos")
    text.open()
    note = {"prints_reservation": True}
    text.say("Ada")
    text.reserve("Kes", "Xanthenote", **note)
    text.move("review", "published")
    old = owner.get(f"{text.path}/document", format="pdf")
    key = old.etag.strip('"')
    assert SHY in letters_in(old.body)
    assert "Xanthenote" in text.printed()

    seen = text.appear("Kes", "anonymous")

    assert (seen.status, seen["visibility"], seen["may_answer"]) == (200, "anonymous", False)
    gone = owner.get(f"{text.path}/documents/{key}")
    assert gone.status == 410, gone.body
    for place, said in read(text, owner):
        assert not [each for each in CANARIES if each in said], place
    assert owner.get(f"{text.path}/signature-counts")["total"] == 2
    (last,) = [row for row in approvals(world) if row.visibility == "anonymous"]
    assert last.place is None, "between the lines of others its place would tell it"

    assert text.appear("Kes", "public")["visibility"] == "public"
    printed = text.printed()
    assert f"{SHY} (KRX)" in printed
    assert "Xanthenote" in printed
    assert text.appear("Kes", "public").status == 200, "twice is once"


@pytest.mark.parametrize("how", ["hiding", "withdrawal", "erasure of the row"])
def test_the_board_tells_others_no_approval_whose_signature_a_coordinator_took_away(
    world: World, owner: Client, how: str
) -> None:
    text = a_table(world, owner)
    viewer = lasting(a_role(owner, text.coalition, world.user("viewer"), "viewer"))
    text.open()
    text.say("Ada")
    text.say("Kes")
    text.move("review", "published")
    (one,) = [each for each in owner.get(f"{text.path}/signatures")["items"] if each["name"] == SHY]
    assert text.entry(SHY, viewer)["state"] == "approved"
    path = f"/v1/signatures/{one['id']}"
    if how == "erasure of the row":
        assert owner.send("DELETE", path, headers={"If-Match": owner.get(path).etag}).status == 204
    else:
        assert owner.post(f"{path}/{how}").status == 200

    board = text.board(viewer)

    told = says_who_approved(board, text)
    assert told[SHY] == told["Salt"], "as one that was never asked"
    assert board["totals"] == {"approved": 1}
    seen = text.entry(SHY)
    expected = {"hiding": ("approved", "anonymous"), "withdrawal": ("withdrawn", "public")}
    assert (seen["state"], seen["visibility"]) == expected.get(how, ("approved", "public"))


def test_a_note_whose_name_was_taken_back_does_not_come_back_with_the_member(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    case = a_case(owner, text.coalition, name="Wagtail Specimen", country="TJ")
    text.open()
    text.reserve("Ada", "All but Wagtail Specimen.", prints_reservation=True)
    text.move("review", "published")
    text.appear("Ada", "coalition")
    label = {"may_be_named": False, "public_label": "a baker"}
    assert owner.patch(f"/v1/cases/{case}", label).status == 200

    assert text.appear("Ada", "public").status == 200

    assert "- Bread" in text.printed()
    assert "Wagtail" not in text.printed()


def test_webhooks_tell_only_who_approved_by_name(world: World, owner: Client) -> None:
    text = a_table(world, owner)
    types = ["sign_off.answered", "sign_off.entered", "signature.made_of_approval"]
    types += ["signature.changed_by_signatory"]
    with ExitStack() as stack:
        plain, custodian = (stack.enter_context(webhook_receivers.receiver()) for _ in range(2))
        stack.enter_context(webhook_receivers.reaching(world, plain, custodian))
        for receiver in (plain, custodian):
            facts = {"types": types, "is_custodian": receiver is custodian, "url": receiver.url}
            webhook_receivers.an_endpoint(owner, text.coalition, **facts)
        text.open()
        text.say("Ada")
        text.say("Kes", visibility="anonymous")
        text.say("Wag", visibility="coalition")
        text.say("Bob", "declined", reason="No.")
        text.say("Dun")
        text.appear("Dun", "anonymous")  # before it is told
        webhook_receivers.work(world)
        text.move("review", "published")
        text.appear("Ada", "coalition")
        webhook_receivers.work(world)
        at_once = plain.types
        with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
            webhook_receivers.work(world)

    assert at_once.count("sign_off.answered") == 2, "of Ada, and of Dun before the choice"
    bodies = [each.json for each in plain.took]
    answers = [each["data"] for each in bodies if each["type"] == "sign_off.answered"]
    assert [each.get("member_id") for each in answers] == [
        text.members["Bread"],
        None,
        None,
        None,
        None,
    ]
    assert [each.get("answer") for each in answers] == ["approved", None, None, None, None]
    told = json.dumps(bodies)
    for name in HIDDEN:
        assert text.members[name] not in told
        assert name not in told
    custodians = [each.json["data"] for each in custodian.took]
    assert {each.get("member_id") for each in custodians} >= {text.members[n] for n in HIDDEN}
