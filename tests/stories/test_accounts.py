"""People, roles and tokens: who may do what, for how long, and who gave it to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from api.accounts import service
from tests.support.builders import a_coalition, a_dead_job, a_role, a_statement, an_organisation
from tests.support.client import Client

if TYPE_CHECKING:
    from tests.conftest import World

KESTREL = {"email": "kestrel@specimen.example", "name": "K. Kestrel", "role": "viewer"}


def a_token(owner: Client, **facts: Any) -> Any:
    answer = owner.post("/v1/tokens", {"label": "Web site", **facts})
    assert answer.status == 201, answer.body
    return answer.json


def holder(world: World, secret: str) -> Client:
    return Client(world.app.test_client(), secret)


def test_a_token_says_who_holds_it_and_what_it_may(owner: Client) -> None:
    coalition = a_coalition(owner)

    me = owner.get("/v1/me")

    assert me["email"] == owner.email
    assert me["roles"] == [{"coalition_id": coalition, "role": "owner"}]


def test_the_secret_of_a_token_is_shown_once(world: World, owner: Client) -> None:
    made = a_token(owner)

    assert made["secret"].startswith("und_")
    assert holder(world, made["secret"]).get("/v1/me").status == 200
    shown = owner.get(f"/v1/tokens/{made['token']['id']}")
    assert made["secret"][4:] not in shown.body.decode()
    assert made["secret"][4:] not in owner.get("/v1/tokens").body.decode()


def test_a_token_ends_at_its_instant(world: World, owner: Client) -> None:
    made = a_token(owner, days=1)
    ends = datetime.fromisoformat(made["token"]["expires_at"])
    caller = holder(world, made["secret"])

    with time_machine.travel(ends - timedelta(seconds=1), tick=False):
        assert caller.get("/v1/me").status == 200
    with time_machine.travel(ends, tick=False):
        assert caller.get("/v1/me").status == 401


def test_a_revoked_token_ends_at_once_and_stays_in_the_list(world: World, owner: Client) -> None:
    made = a_token(owner)
    caller, path = holder(world, made["secret"]), f"/v1/tokens/{made['token']['id']}"
    assert caller.get("/v1/me").status == 200

    first = owner.post(f"{path}/revocation")
    again = owner.post(f"{path}/revocation")

    assert caller.get("/v1/me").status == 401
    assert first.status == again.status == 200
    assert first["revoked_at"] == again["revoked_at"] == owner.get(path)["revoked_at"]


def test_a_token_may_revoke_itself(world: World, owner: Client) -> None:
    made = a_token(owner)
    caller = holder(world, made["secret"])

    assert caller.post(f"/v1/tokens/{made['token']['id']}/revocation").status == 200
    assert caller.get("/v1/me").status == 401


def test_a_token_tells_when_it_was_last_used_to_the_minute(world: World, owner: Client) -> None:
    made = a_token(owner)
    path, caller = f"/v1/tokens/{made['token']['id']}", holder(world, made["secret"])
    assert owner.get(path)["last_used_at"] is None

    seen = []
    day = made["token"]["created_at"][:10]
    for moment in ("09:30:00", "09:30:50", "09:31:30"):
        with time_machine.travel(f"{day}T{moment}+00:00", tick=False):
            caller.get("/v1/me")
            seen.append(owner.get(path)["last_used_at"][11:19])

    assert seen == ["09:30:00", "09:30:00", "09:31:30"]


@pytest.mark.parametrize("change", ["cut", "grown", "another case", "another letter"])
def test_a_token_that_is_not_quite_one_opens_nothing(
    world: World, owner: Client, change: str
) -> None:
    secret = a_token(owner)["secret"]
    wrong = {
        "cut": secret[:-1],
        "grown": secret + "A",
        "another case": secret.swapcase(),
        "another letter": secret[:-1] + ("A" if secret[-1] != "A" else "B"),
    }

    assert holder(world, wrong[change]).get("/v1/me").status == 401


def test_a_token_in_an_address_is_not_read(world: World, owner: Client) -> None:
    for name in ("token", "access_token", "authorization"):
        assert world.stranger().get(f"/v1/coalitions?{name}={owner.token}").status == 401


def test_a_scoped_token_works_in_its_coalitions_only(world: World, owner: Client) -> None:
    inside, outside = a_coalition(owner), a_coalition(owner)
    narrow = holder(world, a_token(owner, coalition_ids=[inside])["secret"])

    assert narrow.get(f"/v1/coalitions/{inside}").status == 200
    assert narrow.get(f"/v1/coalitions/{outside}").status == 404
    assert [item["id"] for item in narrow.get("/v1/coalitions")["items"]] == [inside]
    assert [role["coalition_id"] for role in narrow.get("/v1/me")["roles"]] == [inside]


def test_a_scoped_token_cannot_widen_itself(world: World, owner: Client) -> None:
    inside, outside = a_coalition(owner), a_coalition(owner)
    wide = a_token(owner)
    made = a_token(owner, coalition_ids=[inside])
    narrow = holder(world, made["secret"])

    assert narrow.post("/v1/tokens", {"label": "Wider"}).status == 403
    named = narrow.post("/v1/tokens", {"label": "Wider", "coalition_ids": [inside, outside]})
    assert named.status == 422
    assert list(named.faults) == ["/coalition_ids/1"]
    assert narrow.post("/v1/coalitions", {"slug": "wider", "name": "Wider"}).status == 403
    assert [each["id"] for each in narrow.get("/v1/tokens")["items"]] == [made["token"]["id"]]
    assert narrow.get(f"/v1/tokens/{wide['token']['id']}").status == 404
    assert narrow.post(f"/v1/tokens/{wide['token']['id']}/revocation").status == 404
    same = narrow.post("/v1/tokens", {"label": "As wide", "coalition_ids": [inside]})
    assert same.status == 201


def test_a_scoped_token_whose_coalition_is_gone_opens_nothing(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    a_coalition(owner)
    narrow = holder(world, a_token(owner, coalition_ids=[coalition])["secret"])
    owner.delete(f"/v1/coalitions/{coalition}")

    assert narrow.get("/v1/me")["roles"] == []
    assert narrow.get("/v1/coalitions")["total"] == 0


def test_a_token_names_only_coalitions_of_its_maker(world: World, owner: Client) -> None:
    foreign = a_coalition(world.user())

    answer = owner.post("/v1/tokens", {"label": "Site", "coalition_ids": [foreign]})

    assert answer.status == 422
    assert list(answer.faults) == ["/coalition_ids/0"]


def test_who_is_not_known_becomes_a_user_with_the_role(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)

    given = owner.post(f"/v1/coalitions/{coalition}/roles", KESTREL)

    assert given.status == 201
    assert given["user"]["email"] == KESTREL["email"]
    with world.app.app_context():
        secret = service.create_first_token("  KESTREL@specimen.example ", "console", days=1)
    me = holder(world, secret).get("/v1/me")
    assert (me["name"], me["roles"]) == (
        KESTREL["name"],
        [{"coalition_id": coalition, "role": "viewer"}],
    )


def test_what_another_coalition_calls_a_person_stays_there(world: World, owner: Client) -> None:
    owner.post(f"/v1/coalitions/{a_coalition(owner)}/roles", KESTREL)
    other = world.user()
    path = f"/v1/coalitions/{a_coalition(other)}/roles"

    known = other.post(path, {**KESTREL, "name": "Somebody"})
    new = other.post(path, {**KESTREL, "email": "new@specimen.example", "name": "Somebody"})

    assert known["user"]["name"] == new["user"]["name"] == "Somebody"
    assert (known.status, set(known.json)) == (new.status, set(new.json))


def test_a_person_has_one_role_in_a_coalition(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    path = f"/v1/coalitions/{coalition}/roles"
    role = owner.post(path, KESTREL).id

    twice = owner.post(path, {**KESTREL, "role": "owner"})
    changed = owner.patch(f"/v1/roles/{role}", {"role": "editor"})

    assert twice.status == 409
    assert twice["type"] == "/problems/has-role"
    assert changed["role"] == "editor"
    assert [each["role"] for each in owner.get(path)["items"]] == ["owner", "editor"]


def test_each_role_may_what_it_says(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    path = f"/v1/coalitions/{coalition}"
    done = {}
    for role in ("viewer", "editor", "coordinator", "owner"):
        someone = a_role(owner, coalition, world.user(role), role)
        done[role] = [
            someone.get(path).status,
            someone.post(f"{path}/organisations", {"names": {"en": "House"}}).status,
            someone.post(f"{path}/addressees", {"name": "A. Specimen"}).status,
            someone.post(f"{path}/roles", {**KESTREL, "email": f"{role}@x.example"}).status,
        ]

    assert done == {
        "viewer": [200, 403, 403, 403],
        "editor": [200, 201, 403, 403],
        "coordinator": [200, 201, 201, 403],
        "owner": [200, 201, 201, 201],
    }


def test_a_role_that_was_taken_ends_at_once(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    someone = a_role(owner, coalition, world.user(), "editor")
    organisation = an_organisation(someone, coalition)
    role = owner.get(f"/v1/coalitions/{coalition}/roles")["items"][1]["id"]

    assert owner.delete(f"/v1/roles/{role}").status == 204

    assert someone.get(f"/v1/organisations/{organisation}").status == 404
    assert someone.get("/v1/me")["roles"] == []


def test_the_last_owner_stays(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    role = owner.get(f"/v1/coalitions/{coalition}/roles")["items"][0]["id"]

    for answer in (
        owner.delete(f"/v1/roles/{role}"),
        owner.patch(f"/v1/roles/{role}", {"role": "viewer"}),
    ):
        assert answer.status == 409
        assert answer["type"] == "/problems/last-owner"
    a_role(owner, coalition, world.user(), "owner")
    assert owner.patch(f"/v1/roles/{role}", {"role": "coordinator"}).status == 200
    assert owner.delete(f"/v1/roles/{role}").status == 403


def test_a_list_in_the_order_of_time_goes_on_after_its_first_page(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    for _ in range(2):
        a_token(owner)
        a_role(owner, coalition, world.user(), "viewer")
        a_statement(owner, coalition)
        a_dead_job(world, coalition)

    lists = [f"/v1/coalitions/{coalition}/{name}" for name in ("roles", "statements", "jobs")]
    for path in ("/v1/tokens", *lists):
        first = owner.get(path, limit=1)
        second = owner.get(first.headers["Link"].partition(">")[0].removeprefix("<"))
        assert second.status == 200, second.body
        assert first["items"][0]["id"] != second["items"][0]["id"], path


def test_an_address_stands_for_one_user(world: World) -> None:
    with world.app.app_context():
        service.create_user("kestrel@specimen.example", "K. Kestrel")
        with pytest.raises(service.EmailTaken):
            service.create_user("Kestrel@Specimen.example", "Another")
