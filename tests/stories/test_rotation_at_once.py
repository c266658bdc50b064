"""Keys change while others work, and while another rotation runs: nobody notices."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from api.cases.service.entries import enter_cases
from api.infra.database.columns import Base
from api.infra.database.transactions import reading, transaction
from api.infra.security import keys, rotation
from tests.support.builders import a_case, a_demand, a_demand_list
from tests.support.client import Client
from tests.support.installation import a_house, generations, many_signatures, rotate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World, Worlds
    from tests.support.client import Answer
    from tests.support.installation import House

pytestmark = pytest.mark.rest  # each is a race of several seconds


@pytest.fixture
def house(world: World, owner: Client) -> House:
    return a_house(world, owner)


def test_two_rotations_at_once_share_the_work(
    world: World, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_signatures(house, 100)
    monkeypatch.setattr(rotation, "BATCH", 10)
    answers, start = house.answers(), threading.Barrier(2)

    def run(_: int) -> rotation.Rotated:
        start.wait(10)
        return rotate(world)

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(run, range(2)))

    assert house.answers() == answers
    assert sum(each.destroyed for each in done) == sum(each.made for each in done)
    assert min(generations(world).values()) == 0
    assert len(generations(world)) == 3


@dataclass
class Work:
    """What people do until they are told to stop, and what became of it."""

    house: House
    over: threading.Event = field(default_factory=threading.Event)
    entered: dict[str, str] = field(default_factory=dict)
    faults: list[Answer] = field(default_factory=list)

    def client(self) -> Client:
        return Client(self.house.world.app.test_client(), self.house.owner.token)

    def write(self) -> None:
        client, path = self.client(), f"/v1/coalitions/{self.house.coalition}/addressees"
        while not self.over.is_set():
            email = f"{uuid4().hex}@specimen.example"
            new = self._is(201, client.post(path, {"name": "A. Specimen", "email": email}))
            self.entered[new.id] = f"later-{email}"
            self._is(200, client.patch(f"/v1/addressees/{new.id}", {"email": f"later-{email}"}))

    def read(self) -> None:
        client = self.client()
        while not self.over.is_set():
            for path in self.house.paths:
                self._is(200, client.get(path))

    def _is(self, status: int, answer: Answer) -> Answer:
        if answer.status != status:
            self.faults.append(answer)
            self.over.set()
        return answer


@contextmanager
def at_work(house: House) -> Iterator[Work]:
    """Let four people work meanwhile."""
    work = Work(house)
    with ThreadPoolExecutor(4) as threads:
        running = [threads.submit(what) for what in (work.write, work.read) * 2]
        try:
            yield work
        finally:
            work.over.set()
        for each in running:
            each.result()


def test_people_who_work_at_the_same_time_lose_nothing(world: World, house: House) -> None:
    many_signatures(house, 500)

    with at_work(house) as work:
        for _ in range(4):
            rotate(world)

    assert [each.body for each in work.faults] == []
    assert len(work.entered) > 4
    for addressee, email in work.entered.items():
        assert house.owner.get(f"/v1/addressees/{addressee}")["email"] == email
    assert sorted(generations(world).values()) == [0, 5, 5]


@pytest.fixture
def crowd(worlds: Worlds) -> Iterator[House]:
    """A house in which one writes while another does: not on SQLite, which has one writer."""
    world = worlds["postgresql"]
    yield a_house(world, world.user("owner"))
    world.empty()


def test_what_is_sealed_under_an_old_key_until_the_last_moment_is_not_lost(crowd: House) -> None:
    """A transaction that began before the rotation commits after it looked everywhere."""
    world, house = crowd.world, crowd
    path = f"/v1/coalitions/{house.coalition}/addressees"
    addressee = house.owner.get(path)["items"][0]["id"]
    old = generations(world).keys()

    with ThreadPoolExecutor(1) as threads:
        with world.app.app_context(), transaction() as session:
            place, row_id = "addressees.email", UUID(addressee)
            value = keys.seal(
                session, UUID(house.coalition), place, row_id, "late@specimen.example"
            )
            running = threads.submit(rotate, world)
            time.sleep(2)
            assert not running.done()
            table = Base.metadata.tables["addressees"]
            session.execute(update(table).where(table.c.id == row_id).values(email=value))
        running.result(30)

    assert house.owner.get(f"/v1/addressees/{addressee}")["email"] == "late@specimen.example"
    assert len(old & generations(world).keys()) == 1


def test_a_line_that_is_undone_lets_go_of_no_key(
    crowd: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a table seals after a name that could not be taken back is sealed under a held key."""
    world, house = crowd.world, crowd
    of_it = f"/v1/coalitions/{house.coalition}"
    named = a_case(house.owner, house.coalition, name="Davlatbek Zarobov", key="fixed")
    a_demand(house.owner, a_demand_list(house.owner, house.coalition, country="TJ"), key="zarobov")
    table = [
        {"id": named, "aliases": ["Zarobov"], "may_be_named": False},
        {"name": "Late Exampleva", "country": "TJ", "may_be_named": False},
    ]
    query = "partial=true&on_difference=update"
    running = []

    with ThreadPoolExecutor(1) as threads:

        def enter_late(*given: Any) -> Any:
            running.append(threads.submit(rotate, world))
            time.sleep(2)
            return enter_cases(*given)

        monkeypatch.setattr("api.cases.service.tables.enter_cases", enter_late)
        answer = house.owner.post(f"{of_it}/case-imports?{query}", {"cases": table})
        running[0].result(30)

    assert [line["state"] for line in answer["lines"]] == ["refused", "entered"], answer.body
    late = house.owner.get(f"/v1/cases/{answer['lines'][1]['id']}")
    assert late["name"] == "Late Exampleva"


def test_a_transaction_that_does_not_end_is_told_of(
    crowd: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = crowd.world
    monkeypatch.setattr(rotation, "PATIENCE_SECONDS", 0.5)

    with ThreadPoolExecutor(1) as threads, world.app.app_context(), transaction() as session:
        keys.seal(session, None, "users.identity", UUID(int=1), "x")
        with pytest.raises(keys.KeyInUse):
            threads.submit(rotate, world).result(30)
    again = rotate(world)

    assert (again.made, again.continued, again.destroyed) == (1, 1, 2)


def test_a_reader_who_saw_the_old_value_reads_the_new_one(world: World, house: House) -> None:
    addressee = house.owner.get(f"/v1/coalitions/{house.coalition}/addressees")["items"][0]["id"]
    place, row_id = "addressees.email", UUID(addressee)
    with world.app.app_context(), ThreadPoolExecutor(1) as threads, reading() as session:
        table = Base.metadata.tables["addressees"]
        value = session.scalars(select(table.c.email).where(table.c.id == row_id)).one()
        threads.submit(rotate, world).result(30)

        assert keys.unseal(session, place, row_id, value) == "office@specimen.example"
