"""Of a signature that is not public nothing tells more than the day."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from sqlalchemy import select

from api.infra import clock
from api.infra.database.transactions import reading
from api.infra.security import audit
from api.infra.security.audit import AuditEntry
from tests.support.signing import a_rush
from tests.support.webhook_receivers import deliveries, entered, told, work

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

CONFIRMED = "signature.confirmed_by_letter"


def is_day(told: str) -> bool:
    at = datetime.fromisoformat(told)
    return at == clock.cut(at)


def instants(found: Any) -> list[str]:
    """Return every instant that an answer tells."""
    if isinstance(found, dict):
        return [each for value in found.values() for each in instants(value)]
    if isinstance(found, list):
        return [each for value in found for each in instants(value)]
    return [found] if isinstance(found, str) and len(found) > 18 and "T" in found[10:11] else []


@pytest.mark.parametrize("visibility", ["initials", "coalition", "anonymous"])
def test_no_answer_tells_when_somebody_signed_who_is_not_public(
    world: World, owner: Client, visibility: str
) -> None:
    rush = a_rush(world, owner)
    rush.signed("ada@specimen.example", visibility=visibility)
    (one,) = rush.signatures()

    answers = [
        one,
        owner.get(f"/v1/signatures/{one['id']}").json,
        owner.get(f"/v1/signatures/{one['id']}/data").json,
    ]

    told = [each for answer in answers for each in instants(answer)]
    assert told
    assert [each for each in told if not is_day(each)] == []


def test_a_public_name_keeps_its_instant_until_it_is_hidden(world: World, owner: Client) -> None:
    rush = a_rush(world, owner)
    rush.signed("ada@specimen.example")
    (one,) = rush.signatures()
    assert not is_day(one["created_at"])

    assert owner.post(f"/v1/signatures/{one['id']}/hiding").status == 200

    assert is_day(owner.get(f"/v1/signatures/{one['id']}")["created_at"])


def test_what_is_held_is_listed_by_day_and_its_cursor_tells_no_more(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner, moderation="all")
    for name in ("ada", "bob", "cyd"):
        rush.signed(f"{name}@specimen.example")
    queue = f"/v1/statements/{rush.statement}/moderation-queue"

    first = owner.get(queue, limit=1)
    link = first.headers["Link"]
    cursor = link.split("cursor=")[1].split(">")[0].split("&")[0]
    day, _ = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    everybody = owner.get(queue)["items"]

    assert day == clock.today().isoformat()
    assert len(everybody) == 3
    assert [each["id"] for each in everybody] == sorted(each["id"] for each in everybody)
    assert all(is_day(each["created_at"]) for each in everybody)


def test_letters_of_signing_tell_the_day_in_their_list_and_its_cursor(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner)
    for name in ("ada", "bob"):
        rush.signed(f"{name}@specimen.example", visibility="anonymous")
    rush.work()
    path = f"/v1/coalitions/{rush.coalition}/letters"

    listed = owner.get(path)["items"]
    link = owner.get(path, limit=1).headers["Link"]
    cursor = link.split("cursor=")[1].split(">")[0].split("&")[0]
    first, _ = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))

    assert {each["kind"] for each in listed} == {"signing.confirmation", "signing.receipt"}
    assert [each for each in instants(listed) if not is_day(each)] == []
    assert is_day(first)


def entry_of(world: World) -> AuditEntry:
    with world.app.app_context(), reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == CONFIRMED)
        return session.scalars(query).one()


def test_the_record_tells_the_day_and_numbers_it_when_that_is_over(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner)
    rush.signed("ada@specimen.example", visibility="coalition")
    with world.app.app_context():
        audit.seal_now()
    entry = entry_of(world)
    assert (entry.at, entry.number) == (clock.day(), None)

    with time_machine.travel(clock.now() + timedelta(days=1)), world.app.app_context():
        audit.seal_now()
        assert audit.verify().fault is None
    assert entry_of(world).number is not None


def test_the_record_of_what_somebody_who_is_not_public_changed_tells_the_day(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner)
    email = "ada@specimen.example"
    for name in ("Ada", "Ada Specimen"):
        assert rush.sent(email, name=name, visibility="coalition").status == 202
    rush.work()
    first, last = map(rush.confirm, rush.secrets())
    assert changes_of(world) == [True]

    path = f"/v1/public/own-signatures/{last['own_secret']}/corrections"
    assert first["own_secret"] == last["own_secret"]
    assert world.stranger().post(path, {"name": "Ada Other"}).status == 200
    assert world.stranger().post(path, {"visibility": "anonymous"}).status == 200
    assert changes_of(world) == [True, True, True]


def test_what_hides_a_public_name_is_in_the_record_at_once(world: World, owner: Client) -> None:
    rush = a_rush(world, owner)
    own = rush.signed("ada@specimen.example")
    path = f"/v1/public/own-signatures/{own}/corrections"

    assert world.stranger().post(path, {"visibility": "coalition"}).status == 200

    assert changes_of(world) == [False]


def changes_of(world: World) -> list[bool]:
    """Return of each change in the record whether it tells only the day."""
    with world.app.app_context(), reading() as session:
        changed = AuditEntry.action == "signature.changed_by_signatory"
        return [at == clock.cut(at) for at in session.scalars(select(AuditEntry.at).where(changed))]


def test_a_webhook_hears_of_it_when_the_day_is_over(world: World, owner: Client) -> None:
    rush = a_rush(world, owner)
    made = entered(owner, rush.coalition, url="https://hooks.specimen.example/", types=[CONFIRMED])
    rush.signed("ada@specimen.example", visibility="anonymous")
    path = f"/v1/webhook-endpoints/{made['endpoint']['id']}/deliveries"
    (delivery,) = owner.get(path)["items"]

    assert is_day(delivery["happened_at"])
    assert delivery["attempts"] == 0
    assert delivery["state"] == "waiting"


@pytest.mark.parametrize("path", ["webhook-deliveries/{delivery}", "webhook-endpoints/{endpoint}"])
def test_a_replay_does_not_tell_before_the_day_is_over(
    world: World, owner: Client, path: str
) -> None:
    rush = a_rush(world, owner)
    with told(world, owner, rush.coalition, types=[CONFIRMED]) as (there, endpoint, _):
        rush.signed("ada@specimen.example", visibility="anonymous")
        (delivery,) = deliveries(owner, endpoint)
        since = {"since": clock.day().isoformat(), "until": clock.now().isoformat()}
        body = since if "endpoint" in path else None
        place = path.format(delivery=delivery["id"], endpoint=endpoint)

        assert owner.post(f"/v1/{place}/replays", body).status in {200, 201, 202}
        work(world)

        assert there.took == []
        with time_machine.travel(clock.day() + timedelta(days=1, minutes=1)):
            work(world)
        assert there.types == [CONFIRMED]


def test_who_is_held_and_would_be_public_is_told_before_the_decision(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner, moderation="all")
    types = [CONFIRMED, "signature.approved"]
    with told(world, owner, rush.coalition, types=types) as (there, endpoint, _):
        for name, visibility in (("ada", "public"), ("bob", "anonymous")):
            rush.signed(f"{name}@specimen.example", visibility=visibility)
        work(world)

        assert there.types == [CONFIRMED]
        assert is_day(there.took[0].json["timestamp"])
        assert len(deliveries(owner, endpoint)) == 2
