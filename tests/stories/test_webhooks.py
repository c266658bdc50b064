"""Other systems are told what happens, as the Standard Webhooks specification says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from standardwebhooks import Webhook, WebhookVerificationError

from api.infra import clock
from api.webhooks import rules
from tests.support.builders import (
    a_case,
    a_coalition,
    a_role,
    a_signature,
    a_text,
)
from tests.support.signing import a_rush
from tests.support.webhook_receivers import (
    ADDRESS,
    TYPES,
    an_endpoint,
    deliveries,
    entered,
    test_event as tested,
    told,
    work,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner)


def test_a_receiver_verifies_what_it_is_told(world: World, owner: Client, coalition: str) -> None:
    with told(world, owner, coalition) as (there, _, secret):
        case = a_case(owner, coalition, name="Kestrel Specimen")
        work(world)

    (took,) = there.took
    assert took.verified(secret) == {
        "type": "case.entered",
        "timestamp": took.json["timestamp"],
        "data": {"coalition_id": coalition, "case_id": case},
    }
    assert took.headers["content-type"] == "application/json"
    assert datetime.fromisoformat(took.json["timestamp"]).tzinfo is not None
    assert len(took.body) < 20_000
    assert b"Kestrel" not in took.body


def test_a_forged_telling_is_not_believed(world: World, owner: Client, coalition: str) -> None:
    with told(world, owner, coalition) as (there, _, secret):
        a_case(owner, coalition)
        work(world)

    (took,) = there.took
    other = Webhook(rules.new_secret())
    forged: list[tuple[Webhook, bytes, dict[str, str]]] = [
        (Webhook(secret), took.body.replace(b"case", b"cast"), took.headers),
        (Webhook(secret), took.body, {**took.headers, "webhook-id": "another"}),
        (Webhook(secret), took.body, {**took.headers, "webhook-timestamp": "1700000000"}),
        (other, took.body, took.headers),
    ]
    for by, body, headers in forged:
        with pytest.raises(WebhookVerificationError):
            by.verify(body, headers)


@pytest.mark.parametrize("zone", ["Asia/Tehran", "America/St_Johns"])
def test_the_clock_of_the_server_may_stand_in_any_zone(zone: str) -> None:
    secret = rules.new_secret()
    with time_machine.travel(datetime.now(UTC)):
        from zoneinfo import ZoneInfo  # noqa: PLC0415 # of this test only

        now = clock.now().astimezone(ZoneInfo(zone))
        headers = rules.Signer([(secret, None)]).headers("event", now, "{}")

        assert Webhook(secret).verify("{}", headers) == {}


def test_only_chosen_events_are_told_and_only_of_ones_own_coalition(
    world: World, owner: Client, coalition: str
) -> None:
    with told(world, owner, coalition, types=["case.entered"]) as (there, _, _):
        a_case(owner, a_coalition(owner))
        a_text(owner, coalition)
        a_case(owner, coalition)
        work(world)

    assert there.types == ["case.entered"]


def test_what_is_refused_is_not_told(world: World, owner: Client, coalition: str) -> None:
    with told(world, owner, coalition) as (there, _, _):
        refused = owner.post(f"/v1/coalitions/{coalition}/cases", {"name": "", "country": "KZ"})
        assert refused.status == 422
        work(world)

    assert there.took == []


def test_publishing_has_an_event_of_its_own(world: World, owner: Client, coalition: str) -> None:
    types = ["statement.moved", "statement.published", "statement.revised"]
    with told(world, owner, coalition, types=types) as (there, _, _):
        rush = a_rush(world, owner, coalition=coalition)
        rush.publish()
        work(world)

    assert there.types == ["statement.revised", "statement.moved", "statement.published"]
    data = {"coalition_id": coalition, "statement_id": rush.statement}
    assert there.took[1].json["data"] == {**data, "state": "review"}
    assert there.took[2].json["data"] == {**data, "state": "published"}
    revised = {"number": 1, "sha256": rush.sha256, "weight": "first"}
    assert there.took[0].json["data"] == {**data, **revised}


SIGNING = [name for name in rules.CHOSEN if name.startswith("signature.")]


def signed_and_withdrawn(world: World, owner: Client, coalition: str) -> str:
    rush = a_rush(world, owner, coalition=coalition)
    own = rush.signed("kestrel@specimen.example", name="Kestrel Specimen")
    work(world)
    here = f"/v1/public/own-signatures/{own}"
    assert world.stranger().post(f"{here}/withdrawal").status == 200
    work(world)
    return own


def test_a_plain_endpoint_hears_ids_and_nothing_of_people(
    world: World, owner: Client, coalition: str
) -> None:
    with told(world, owner, coalition, types=SIGNING) as (there, _, _):
        signed_and_withdrawn(world, owner, coalition)

    assert there.types == ["signature.confirmed_by_letter", "signature.withdrawn_by_signatory"]
    for took in there.took:
        assert set(took.json["data"]) == {"coalition_id", "statement_id", "signature_id"}
        assert b"estrel" not in took.body


def test_a_custodian_hears_who_signed_and_that_it_is_over(
    world: World, owner: Client, coalition: str
) -> None:
    with told(world, owner, coalition, types=SIGNING, is_custodian=True) as (there, _, _):
        signed_and_withdrawn(world, owner, coalition)

    given, withdrawn = (took.json["data"]["signatory"] for took in there.took)
    assert given["name"] == "Kestrel Specimen"
    assert given["visibility"] == "public"
    assert given["standing"] == "counted"
    assert withdrawn is None


def test_who_is_erased_before_a_custodian_hears_it_is_told_to_nobody(
    world: World, owner: Client, coalition: str
) -> None:
    types = ["signature.entered", "signature.erased"]
    with told(world, owner, coalition, types=types, is_custodian=True) as (there, _, _):
        statement, sha256 = a_text(owner, coalition)
        signature = a_signature(owner, statement, sha256, name="Kestrel Specimen")
        assert owner.post(f"/v1/signatures/{signature}/erasure").status == 200
        assert b"Kestrel" not in world.rows()
        work(world)

    assert there.types == types
    assert all(b"Kestrel" not in took.body for took in there.took)


def test_no_row_holds_the_address_or_a_secret(world: World, owner: Client, coalition: str) -> None:
    made = entered(owner, coalition)

    kept = world.dump()
    assert b"kestrel" not in kept
    assert made["secret"].removeprefix("whsec_").encode() not in kept


def test_a_secret_is_rotated_without_a_gap(world: World, owner: Client, coalition: str) -> None:
    with told(world, owner, coalition) as (there, endpoint, old):
        answer = owner.post(f"/v1/webhook-endpoints/{endpoint}/secret-rotations")
        assert answer.status == 201, answer.body
        new = answer["secret"]
        assert new != old
        a_case(owner, coalition)
        work(world)
        a_case(owner, coalition)
        with time_machine.travel(clock.now() + timedelta(hours=25)):
            work(world)
            took = there.took[1]
            assert took.verified(new)
            with pytest.raises(WebhookVerificationError):
                took.verified(old)
    both = there.took[0]
    assert both.verified(old) == both.verified(new)
    assert both.headers["webhook-signature"].count("v1,") == 2
    assert took.headers["webhook-signature"].count("v1,") == 1


def test_a_secret_is_shown_once(owner: Client, coalition: str) -> None:
    path = f"/v1/coalitions/{coalition}/webhook-endpoints"
    body = {"url": ADDRESS, "label": "Site", "types": TYPES}
    first = owner.post(path, body, key="once")
    again = owner.post(path, body, key="once")

    assert first["secret"].startswith("whsec_")
    assert again.status == 409
    here = f"/v1/webhook-endpoints/{first['endpoint']['id']}"
    assert first["secret"].encode() not in owner.get(here).body + owner.get(path).body
    assert len(owner.get(path)["items"]) == 1


def test_the_list_shows_how_each_delivery_went(world: World, owner: Client, coalition: str) -> None:
    with told(world, owner, coalition) as (there, endpoint, _):
        there.answers = [204, 500]
        first, second = a_case(owner, coalition), a_case(owner, coalition)
        work(world)

    failed, delivered = deliveries(owner, endpoint)
    assert delivered["data"] == {"case_id": first}
    assert delivered["event_id"] == there.ids[0]
    assert delivered["state"] == "delivered"
    assert (delivered["status"], delivered["fault"], delivered["attempts"]) == (204, None, 1)
    assert delivered["milliseconds"] >= 0
    assert failed["data"] == {"case_id": second}
    assert (failed["state"], failed["status"], failed["attempts"]) == ("waiting", 500, 1)
    assert deliveries(owner, endpoint, state="delivered") == [delivered]
    assert deliveries(owner, endpoint, type="case.changed") == []
    assert deliveries(owner, endpoint, event_id=there.ids[1]) == [failed]
    assert owner.get(f"/v1/webhook-deliveries/{failed['id']}").json == failed
    how = owner.get(f"/v1/webhook-endpoints/{endpoint}")
    assert (how["failures"], how["delivered_at"] is not None) == (1, True)


def test_a_test_event_goes_to_its_endpoint_alone(
    world: World, owner: Client, coalition: str
) -> None:
    other = an_endpoint(owner, coalition)
    with told(world, owner, coalition, types=["case.entered"]) as (there, endpoint, secret):
        delivery = tested(owner, endpoint)
        work(world)

    assert there.types == [rules.TESTED]
    assert there.took[0].verified(secret)["data"]["webhook_endpoint_id"] == endpoint
    assert owner.get(f"/v1/webhook-deliveries/{delivery}")["state"] == "delivered"
    assert deliveries(owner, other) == []


def test_one_delivery_is_replayed_under_the_same_id(
    world: World, owner: Client, coalition: str
) -> None:
    with told(world, owner, coalition) as (there, endpoint, _):
        a_case(owner, coalition)
        work(world)
        (delivery,) = deliveries(owner, endpoint)
        with time_machine.travel(clock.now() + timedelta(seconds=5)):
            assert owner.post(f"/v1/webhook-deliveries/{delivery['id']}/replays").status == 201
            work(world)

    first, again = there.took
    assert first.id == again.id
    assert first.body == again.body
    assert first.headers["webhook-timestamp"] < again.headers["webhook-timestamp"]


def test_a_time_is_replayed_with_what_was_missed_in_it(
    world: World, owner: Client, coalition: str
) -> None:
    with told(world, owner, coalition) as (there, endpoint, _):
        here = f"/v1/webhook-endpoints/{endpoint}"
        a_case(owner, coalition)
        work(world)
        since = clock.now()
        assert owner.patch(here, {"is_enabled": False}).status == 200
        a_case(owner, coalition)
        work(world)
        until = clock.now()
        assert len(there.took) == 1
        window: dict[str, Any] = {"since": since.isoformat(), "until": until.isoformat()}
        off = owner.post(f"{here}/replays", window)
        assert (off.status, off["type"]) == (409, "/problems/endpoint-disabled")
        assert owner.patch(here, {"is_enabled": True}).status == 200
        work(world)
        assert len(there.took) == 1

        assert owner.post(f"{here}/replays", window)["number"] == 1
        work(world)
        assert len(there.took) == 2
        all_of_it = {**window, "since": (since - timedelta(hours=1)).isoformat()}
        missed = owner.post(f"{here}/replays", {**all_of_it, "only_failed": True})
        assert missed["number"] == 0
        assert owner.post(f"{here}/replays", all_of_it)["number"] == 2
        work(world)

    assert len(there.took) == 4
    assert len(set(there.ids)) == 2
    backwards = {"since": window["until"], "until": window["since"]}
    assert owner.post(f"{here}/replays", backwards).faults == {"/until": "Say a later instant."}


def test_only_an_owner_says_who_hears_of_people(
    world: World, owner: Client, coalition: str
) -> None:
    coordinator = a_role(owner, coalition, world.user("c"), "coordinator")
    path = f"/v1/coalitions/{coalition}/webhook-endpoints"
    body = {"url": ADDRESS, "label": "Site", "types": TYPES, "is_custodian": True}
    assert coordinator.post(path, body).status == 403
    plain = an_endpoint(coordinator, coalition)
    custodian = an_endpoint(owner, coalition, is_custodian=True)
    here = f"/v1/webhook-endpoints/{custodian}"

    moved = "https://elsewhere.specimen.example/"
    refused = [
        coordinator.patch(f"/v1/webhook-endpoints/{plain}", {"is_custodian": True}),
        coordinator.patch(here, {"url": moved}),
        coordinator.post(f"{here}/secret-rotations"),
    ]
    assert [each.status for each in refused] == [403, 403, 403]
    assert coordinator.patch(here, {"label": "CRM", "types": ["case.entered"]}).status == 200
    assert coordinator.patch(here, {"is_custodian": False}).status == 200
    assert coordinator.patch(here, {"url": moved}).status == 200


def test_a_coalition_has_so_many_endpoints_and_no_more(owner: Client, coalition: str) -> None:
    for _ in range(rules.MOST_ENDPOINTS):
        an_endpoint(owner, coalition)
    body = {"url": ADDRESS, "label": "Site", "types": TYPES}

    answer = owner.post(f"/v1/coalitions/{coalition}/webhook-endpoints", body)

    assert (answer.status, answer["type"]) == (409, "/problems/too-many-endpoints")


def test_types_come_from_the_catalogue(owner: Client, coalition: str) -> None:
    path = f"/v1/coalitions/{coalition}/webhook-endpoints"
    body = {"url": ADDRESS, "label": "Site"}
    for types in (["nonsense"], [], [rules.TESTED], None):
        assert owner.post(path, {**body, "types": types}).status == 422, types


def test_what_happened_a_month_ago_is_forgotten(
    world: World, owner: Client, coalition: str
) -> None:
    with told(world, owner, coalition) as (there, endpoint, _):
        a_case(owner, coalition)
        work(world)
        with time_machine.travel(clock.now() + rules.KEPT + timedelta(minutes=1)):
            work(world)

    assert len(there.took) == 1
    assert json.loads(json.dumps(deliveries(owner, endpoint))) == []


def test_an_endpoint_goes_with_all_that_it_was_told(
    world: World, owner: Client, coalition: str
) -> None:
    endpoint = an_endpoint(owner, coalition)
    a_case(owner, coalition)
    (delivery,) = deliveries(owner, endpoint)

    assert owner.delete(f"/v1/webhook-endpoints/{endpoint}").status == 204
    assert owner.get(f"/v1/webhook-deliveries/{delivery['id']}").status == 404
    other = an_endpoint(owner, coalition)
    a_case(owner, coalition)
    assert owner.delete(f"/v1/coalitions/{coalition}").status == 204
    assert owner.get(f"/v1/webhook-endpoints/{other}").status == 404


def test_a_body_of_each_event_fits_its_entry_in_openapi(world: World) -> None:
    """What a receiver reads stands in the document under the same name."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 # of this test only

    from tests.contracts.scene import document  # noqa: PLC0415 # else a circle

    found = document(world)
    described = found["webhooks"]
    assert set(described) == set(rules.CATALOGUE)
    for name, entry in described.items():
        content = entry["post"]["requestBody"]["content"]["application/json"]
        schema = {**content["schema"], "components": found["components"]}
        Draft202012Validator(schema).validate(content["example"])
        assert content["example"]["type"] == name
