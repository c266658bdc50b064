"""Demands that two people, or a file, bring at once: each keeps one place."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from api.cases import service as cases
from api.demands import rules, service
from api.errors import Conflict
from api.infra.database.transactions import transaction
from tests.support.builders import a_coalition, a_demand, a_demand_list
from tests.support.client import Client

if TYPE_CHECKING:
    from api.texts.rules.document import (
        PortableCase,
        PortableDemand,
        PortableDemandList,
        PortableParty,
    )
    from tests.conftest import World

PARTY: PortableParty = {"id": "eu", "name": "European Union", "countries": ["FR", "DE"]}
TWO_IN_PARALLEL = 2


def keys_of(client: Client, demand_list: str) -> list[str]:
    return [demand["key"] for demand in client.get(f"/v1/demand-lists/{demand_list}")["demands"]]


def test_what_two_add_and_order_at_once_keeps_one_place_each(world: World, owner: Client) -> None:
    demands = a_demand_list(owner, a_coalition(owner))
    for _ in range(4):
        a_demand(owner, demands)
    order = f"/v1/demand-lists/{demands}/order"

    def add(_: int) -> int:
        client = Client(world.app.test_client(), owner.token)
        answer = client.post(f"/v1/demand-lists/{demands}/demands", {"text": "More."})
        before = client.get(order)
        client.put(order, {"ids": before["ids"][::-1]}, etag=before.etag)
        return answer.status

    with ThreadPoolExecutor(TWO_IN_PARALLEL) as pool:
        statuses = list(pool.map(add, range(10)))

    assert statuses == [201] * 10
    assert sorted(keys_of(owner, demands)) == sorted(f"kz-{n}" for n in range(1, 15))
    assert len(set(owner.get(order)["ids"])) == 14


LISTS: list[PortableDemandList] = [
    {
        "party": {"id": "eu", "name": "European Union", "countries": ["FR"]},
        "demands": [{"id": "eu-2031-1", "text": "Ask at each meeting."}],
    },
    {
        "country": "KZ",
        "demands": [
            {
                "id": "kz-2031-2",
                "text": "Release *her*.",
                "rationale": "It was unjust.",
                "kind": "release",
                "addressee": "the President",
                "cases": ["two", "one"],
                "status": "met",
            },
            {"id": "kz-2031-1", "text": "Repeal it."},
        ],
    },
    {"country": "UZ", "demands": []},
]


def test_the_demand_lists_of_a_file_are_kept_and_given_back(world: World, owner: Client) -> None:
    coalition = UUID(a_coalition(owner))
    with world.app.app_context():
        with transaction() as session:
            people: list[PortableCase] = [
                {"id": key, "name": key, "country": "KZ"} for key in ("one", "two")
            ]
            known = {case.key: case for case in cases.put_all(session, coalition, people)}
            for facts in LISTS:
                made = service.put_list(session, coalition, facts)
                service.put_demands(session, made, facts["demands"], known)
        with transaction() as session:
            assert service.documents(session, coalition) == LISTS
            there = service.by_key(session, coalition)
            demand = there["kz-2031-2"]
            changed: PortableDemand = {"id": "kz-2031-2", "text": "Other words.", "cases": ["one"]}
            service.replace_demands(session, coalition, [(demand, changed)], known)
            assert service.put_list(session, coalition, LISTS[1]).id == demand.list_id
        with transaction() as session:
            assert service.documents(session, coalition)[1]["demands"][0] == changed
            demand_id = service.by_key(session, coalition)["kz-2031-2"].id
            other = service.put_list(session, coalition, LISTS[2])
            with pytest.raises(Conflict):
                service.put_demands(session, other, [changed], known)
            session.rollback()
    history = owner.get(f"/v1/demands/{demand_id}/status-changes")["items"]
    assert [(step["status"], step["recorded_by"]) for step in history] == [
        ("open", None),
        ("met", None),
    ]


def test_the_next_key_follows_the_highest() -> None:
    taken = ["kz-2", "kz-10", "kz-2031-77", "tj-99", "kz-x"]

    assert next(rules.next_keys("kz", [])) == "kz-1"
    assert list(islice(rules.next_keys("kz", taken), 2)) == ["kz-11", "kz-12"]
