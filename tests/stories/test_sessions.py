"""Sessions of people: how long they last, who ends them, and what they may do meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlalchemy import select

from api.accounts import rules, service
from api.accounts.models import DeskSession
from api.accounts.service import sessions
from api.errors import NotFound
from api.infra import clock
from api.infra.background import jobs
from api.infra.database.transactions import reading
from tests.support.builders import a_coalition, a_role
from tests.support.client import Client
from tests.support.people import a_browser, a_person, a_role_of, signed_in, visit, visiting

if TYPE_CHECKING:
    from tests.conftest import World


def scoped(world: World, caller: Client, coalition: str) -> Client:
    made = caller.post("/v1/tokens", {"label": "Narrow", "coalition_ids": [coalition]})
    return Client(world.app.test_client(), made["secret"])


def test_a_session_ends_two_hours_after_it_was_last_used(world: World) -> None:
    secret = signed_in(world, a_person(world))
    now = clock.now()

    with time_machine.travel(now + timedelta(minutes=119)):
        assert visit(world, secret)
    with time_machine.travel(now + timedelta(minutes=119 + 119)):
        assert visit(world, secret)
    with time_machine.travel(now + timedelta(minutes=119 + 119 + 121)):
        assert visit(world, secret) is None


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(world: World) -> None:
    secret = signed_in(world, a_person(world))
    now = clock.now()

    for hour in range(1, 12):
        with time_machine.travel(now + timedelta(hours=hour)):
            assert visit(world, secret), hour
    with time_machine.travel(now + timedelta(hours=12, seconds=1)):
        assert visit(world, secret) is None


def test_who_signs_in_gets_a_new_secret_and_the_one_of_before_ends(world: World) -> None:
    email, browser = a_person(world), a_browser()
    first = signed_in(world, email, browser)

    second = signed_in(world, email, replace(browser, session=first))
    planted = signed_in(world, email, replace(browser, session="und_planted"))

    assert len({first, second, planted, "und_planted"}) == 4
    assert visit(world, first) is None
    assert visit(world, second)
    assert visit(world, "und_planted") is None


def test_a_role_that_was_taken_away_is_gone_at_the_next_request(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    secret = signed_in(world, a_role_of(world, owner, coalition))
    assert visiting(world, secret).actor.roles == {UUID(coalition): "editor"}
    role = owner.get(f"/v1/coalitions/{coalition}/roles")["items"][1]["id"]

    owner.patch(f"/v1/roles/{role}", {"role": "viewer"})
    assert visiting(world, secret).actor.roles == {UUID(coalition): "viewer"}
    owner.delete(f"/v1/roles/{role}")

    assert visiting(world, secret).actor.roles == {}


def test_what_cannot_be_undone_wants_a_sign_in_of_a_moment_ago(world: World) -> None:
    secret = signed_in(world, a_person(world))
    now = clock.now()

    with world.app.app_context():
        sessions.must_be_fresh(visiting(world, secret))
        with (
            time_machine.travel(now + rules.FRESH + timedelta(seconds=1)),
            pytest.raises(sessions.NotFresh),
        ):
            sessions.must_be_fresh(visiting(world, secret))


def test_people_see_their_sessions_and_end_one_of_them(world: World) -> None:
    email, phone = a_person(world), a_browser(device="Safari, iOS")
    here, there = signed_in(world, email), signed_in(world, email, phone)
    actor = visiting(world, here).actor
    other = visiting(world, signed_in(world, a_person(world, "Plover")))

    with world.app.app_context():
        shown = {each.device: each.is_current for each in sessions.of(actor)}
        assert shown == {"Firefox, Linux": True, "Safari, iOS": False}
        with pytest.raises(NotFound):
            sessions.end(actor, other.session_id)
        sessions.end(actor, visiting(world, there).session_id)
        assert [each.device for each in sessions.of(actor)] == ["Firefox, Linux"]
    assert visit(world, there) is None
    assert visit(world, here)


def test_who_signs_out_is_out(world: World) -> None:
    secret = signed_in(world, a_person(world))

    with world.app.app_context():
        sessions.sign_out(visiting(world, secret))

    assert visit(world, secret) is None


def test_a_program_lists_and_ends_the_sessions_of_its_user(world: World) -> None:
    caller = world.user()
    first, second = signed_in(world, caller.email), signed_in(world, caller.email)
    listed = caller.get("/v1/sessions")["items"]

    assert [(each["device"], each["means"]) for each in listed] == [
        ("Firefox, Linux", "letter")
    ] * 2
    gone = str(visiting(world, second).session_id)
    assert caller.post(f"/v1/sessions/{gone}/revocation").status == 204
    assert caller.post(f"/v1/sessions/{gone}/revocation").status == 204
    assert (visit(world, second), bool(visit(world, first))) == (None, True)
    assert caller.post("/v1/session-revocations").status == 204
    assert visit(world, first) is None
    assert caller.get("/v1/sessions")["items"] == []
    assert caller.get("/v1/me").status == 200


def test_a_token_of_one_coalition_neither_sees_nor_ends_sessions(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    narrow = scoped(world, owner, coalition)
    secret = signed_in(world, owner.email)
    mine = visiting(world, secret).session_id

    statuses = [
        narrow.get("/v1/sessions").status,
        narrow.post(f"/v1/sessions/{mine}/revocation").status,
        narrow.post(f"/v1/sessions/{uuid4()}/revocation").status,
        narrow.post("/v1/session-revocations").status,
        narrow.post(f"/v1/coalitions/{coalition}/access-revocations").status,
    ]

    assert statuses == [403] * 5
    assert visiting(world, secret).actor.roles


def test_a_person_who_was_invited_makes_a_token_without_the_operator(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    secret = signed_in(world, a_role_of(world, owner, coalition))

    with world.app.app_context():
        _, token = service.create_token(visiting(world, secret).actor, "Script", 30, None)

    me = Client(world.app.test_client(), token).get("/v1/me")
    assert me["roles"] == [{"coalition_id": coalition, "role": "editor"}]


def test_an_owner_ends_all_access_to_a_coalition_and_to_no_other(
    world: World, owner: Client
) -> None:
    coalition, other = a_coalition(owner), a_coalition(world.user())
    second = a_coalition(owner)
    member = a_role(owner, coalition, world.user("viewer"), "viewer")
    stranger = world.user()
    mine = signed_in(world, owner.email)
    held = visiting(world, mine).actor

    assert owner.post(f"/v1/coalitions/{coalition}/access-revocations").status == 204

    assert [each.get(f"/v1/coalitions/{coalition}").status for each in (owner, member)] == [404] * 2
    assert owner.get(f"/v1/coalitions/{second}").status == 200
    assert set(visiting(world, mine).actor.roles) == {UUID(second)}
    assert visiting(world, mine).cut == {UUID(coalition)}
    # What was held before makes nothing that reaches further.
    with world.app.app_context():
        _, later = service.create_token(held, "Later", 30, None)
    made = owner.post("/v1/tokens", {"label": "Later"})["secret"]
    for secret in (later, made):
        caller = Client(world.app.test_client(), secret)
        assert caller.get(f"/v1/coalitions/{coalition}").status == 404
    anew = signed_in(world, owner.email)
    assert set(visiting(world, anew).actor.roles) == {UUID(coalition), UUID(second)}
    with world.app.app_context():
        _, fresh = service.create_token(visiting(world, anew).actor, "Anew", 30, None)
    assert Client(world.app.test_client(), fresh).get(f"/v1/coalitions/{coalition}").status == 200
    assert stranger.get(f"/v1/coalitions/{other}").status == 404


def test_access_that_was_ended_stays_so_for_who_gets_a_role_anew(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    email = a_role_of(world, owner, coalition)
    old = signed_in(world, email)
    path = f"/v1/coalitions/{coalition}"
    assert owner.post(f"{path}/access-revocations").status == 204
    with world.app.app_context():
        _, token = service.create_token(
            visiting(world, signed_in(world, owner.email)).actor, "Anew", 30, None
        )
    again = Client(world.app.test_client(), token)
    role = again.get(f"{path}/roles")["items"][1]["id"]

    assert again.delete(f"/v1/roles/{role}").status == 204
    body = {"email": email, "name": "K. Kestrel", "role": "owner"}
    assert again.post(f"{path}/roles", body).status == 201

    assert visiting(world, old).actor.roles == {}
    assert visiting(world, signed_in(world, email)).actor.roles == {UUID(coalition): "owner"}


def test_a_session_says_nothing_of_its_person_in_the_database(world: World) -> None:
    secret = signed_in(world, a_person(world), a_browser(device="Kestrelium, Canary"))
    dump = world.dump()

    assert secret.encode() not in dump
    assert b"Kestrelium" not in dump


def test_sessions_that_are_over_are_forgotten_after_thirty_days(world: World) -> None:
    signed_in(world, a_person(world))

    for days, left in ((29, 1), (31, 0)):
        with time_machine.travel(clock.now() + timedelta(days=days)), world.app.app_context():
            jobs.sweep()
            world.work()
            with reading() as session:
                assert len(session.scalars(select(DeskSession)).all()) == left
