"""The facts of the record's entries: bound by a hash, readable by nobody who was not told."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from api.infra.database.transactions import reading, transaction
from api.infra.security import audit
from api.infra.security.audit import Verdict
from tests.infra.test_audit import append, entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with world.app.app_context():
        yield


class Mood(StrEnum):
    GOOD = "good"


FACTS: dict[str, Any] = {
    "text": "Aigerim Жақсылықова",
    "none": None,
    "truth": True,
    "number": -7,
    "float": 0.1,
    "not_a_number": float("nan"),
    "endless": float("-inf"),
    "large": 2**80,
    "surrogate": "\ud800",
    "bytes": b"\x00",
    "choice": Mood.GOOD,
    "id": UUID(int=7),
    "day": datetime(2031, 5, 14, tzinfo=UTC).date(),
    "list": [1, [None, {"a": ()}]],
    "mapping": {Mood.GOOD: {7: "seven"}},
    "class": object,
}


@pytest.mark.parametrize("name", FACTS)
def test_no_fact_stops_a_use_case(name: str) -> None:
    append(facts={name: FACTS[name]})

    (entry,) = entries()
    assert len(entry.commitment or "") == 64


def test_a_commitment_is_made_again_from_the_facts_and_the_salt() -> None:
    append(facts={"id": UUID(int=7), "choice": Mood.GOOD, "ids": (None, 1)})

    (entry,) = entries()
    with reading() as session:
        salt = audit.salt_of(session, entry)
    as_json = b'{"choice":"good","id":"00000000-0000-0000-0000-000000000007","ids":[null,1]}'
    assert salt
    assert entry.commitment == hashlib.sha256(salt + as_json).hexdigest()


def test_equal_facts_have_other_commitments_each_time() -> None:
    append(facts={"name": "A. Specimen"})
    append(facts={"name": "A. Specimen"})

    assert len({entry.commitment for entry in entries()}) == 2


def test_the_salt_is_sealed() -> None:
    append(facts={"name": "A. Specimen"})

    (entry,) = entries()
    with reading() as session:
        salt = audit.salt_of(session, entry)
    assert salt
    assert salt not in (entry.salt or b"")
    assert salt.hex().encode() not in (entry.salt or b"")


def test_without_facts_there_is_nothing_to_guess() -> None:
    append()

    (entry,) = entries()
    assert (entry.commitment, entry.salt) == (None, None)


def test_destroyed_salts_are_gone_for_one_thing_and_the_chain_holds() -> None:
    for number in range(3):
        append(facts={"n": number})
    audit.seal_now()
    head = audit.head()
    chosen, *others = entries()

    with transaction() as session:
        audit.destroy_salts(session, UUID(str(chosen.object_id)))

    assert [entry.salt is None for entry in entries()] == [True, *[False] * len(others)]
    assert audit.verify(head) == Verdict(head, 0, None)


def test_a_salt_may_be_destroyed_while_the_entry_is_sealed(world: World) -> None:
    for number in range(20):
        append(f"specimen.done_{number}", facts={"n": number})
    chosen = [UUID(str(entry.object_id)) for entry in entries()]

    def destroy(object_id: UUID) -> None:
        with world.app.app_context(), transaction() as session:
            audit.destroy_salts(session, object_id)

    def seal(_: UUID) -> None:
        with world.app.app_context():
            audit.seal_now()

    with ThreadPoolExecutor(8) as threads:
        for act in (destroy, seal):
            threads.map(act, chosen)

    audit.seal_now()
    assert all(entry.salt is None for entry in entries())
    assert audit.verify() == Verdict(audit.head(), 0, None)
