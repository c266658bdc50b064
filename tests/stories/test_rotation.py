"""Keys change under a running house: everything stays readable, and the old key opens nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import LargeBinary, select, update

from api.infra.database.columns import Base
from api.infra.database.transactions import db, reading, transaction
from api.infra.runtime import EXTENSION
from api.infra.security import keys, rotation
from api.infra.security.audit import AuditEntry
from api.infra.security.keys import DataKey
from api.infra.vault import KeyMissing, decrypt, new_master_key
from tests.support.backup import first_key, master_keys
from tests.support.builders import a_coalition
from tests.support.installation import a_house, generations, many_signatures, rotate, sealed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.installation import House

# Hashes, and what a master key opens.
NOT_SEALED = {
    "data_keys.wrapped",
    "desk_sessions.browser_hash",
    "desk_sessions.secret_hash",
    "idempotency.key",
    "idempotency.request",
    "letter_marks.address",
    "letter_paces.domain",
    "links.secret_hash",
    "pending_signatures.prefix",
    "passkeys.credential_id",
    "passkeys.public_key",
    "sign_in_challenges.holder_hash",
    "sign_in_challenges.secret_hash",
    "sign_in_requests.browser_hash",
    "sign_in_requests.secret_hash",
    "signatures.prefix",
    "tokens.secret_hash",
    "used_challenges.digest",
}


class CutError(Exception):
    """The process ends here."""


@pytest.fixture
def house(world: World, owner: Client) -> House:
    return a_house(world, owner)


def test_every_column_of_bytes_is_sealed_or_known_not_to_be() -> None:
    places = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }

    assert places == NOT_SEALED


def test_a_sealed_value_belongs_to_a_row_of_one_id() -> None:
    for place, column in keys.sealed_columns():
        (primary,) = column.table.primary_key
        assert primary.type.python_type is UUID, place


def test_nothing_can_be_sealed_that_a_rotation_would_not_find(world: World) -> None:
    with world.app.app_context(), transaction() as session:
        with pytest.raises(TypeError):
            keys.seal(session, None, "users.email_index", UUID(int=1), "x")
        with pytest.raises(KeyError):
            keys.seal(session, None, "users.forgotten", UUID(int=1), "x")


def test_all_is_readable_after_a_rotation_and_no_row_is_under_an_old_key(
    world: World, house: House
) -> None:
    before, answers = sealed(world), house.answers()

    done = rotate(world)

    assert (done.made, done.continued, done.destroyed) == (2, 0, 2)
    assert done.files == 1
    assert house.answers() == answers
    old = {key for found in before.values() for key in found}
    assert sealed(world).keys() == before.keys()
    assert not old & {key for found in sealed(world).values() for key in found}
    assert not old & generations(world).keys()
    assert sorted(generations(world).values()) == [0, 2, 2]


def test_times_and_versions_stay(world: World, house: House) -> None:
    def written() -> list[Any]:
        with world.app.app_context(), reading() as session:
            tables = [table for table in Base.metadata.sorted_tables if "updated_at" in table.c]
            return [
                session.execute(
                    select(table.c.updated_at, table.c.version).order_by(*table.primary_key)
                ).all()
                for table in tables
            ]

    before = written()

    rotate(world)

    assert written() == before


def test_one_coalition_leaves_the_others_as_they_are(world: World, house: House) -> None:
    other = a_coalition(house.owner)
    before = generations(world)

    done = rotate(world, house.coalition)

    assert (done.made, done.destroyed) == (1, 1)
    assert len(before.keys() & generations(world).keys()) == len(before) - 1
    assert rotate(world, other).destroyed == 1
    assert rotate(world, None).destroyed == 1


def test_a_rotation_is_on_the_record(world: World, house: House) -> None:
    rotate(world, house.coalition)

    with world.app.app_context(), reading() as session:
        query = select(AuditEntry).where(AuditEntry.action.startswith("key."))
        found = session.scalars(query.order_by(AuditEntry.at)).all()
    assert [(each.action, each.coalition_id, each.user_id) for each in found] == [
        ("key.rotated", UUID(house.coalition), None),
        ("key.destroyed", UUID(house.coalition), None),
    ]


def test_people_are_found_by_their_address_after_a_rotation(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    rotate(world)
    rotate(world)

    answer = owner.post(
        f"/v1/coalitions/{coalition}/roles",
        {"email": owner.email, "name": "Again", "role": "viewer"},
    )

    assert answer["type"] == "/problems/has-role"


def test_an_index_from_before_it_had_a_key_of_its_own_is_kept(world: World, owner: Client) -> None:
    with world.app.app_context(), transaction() as session:
        session.delete(session.get_one(DataKey, keys.id_of_index(None, "users.email")))
    assert sorted(generations(world).values()) == [1]

    test_people_are_found_by_their_address_after_a_rotation(world, owner)


def test_an_old_backup_with_its_keys_opens_no_new_row(world: World, house: House) -> None:
    with world.app.app_context(), reading() as session:
        rows = session.scalars(select(DataKey)).all()
        leaked = {row.id.bytes: (row.id, row.master, row.wrapped) for row in rows}
        vault = world.app.extensions[EXTENSION].vault
    rotate(world)

    for place, column in keys.sealed_columns():
        with world.app.app_context(), reading() as session:
            (primary,) = column.table.primary_key
            query = select(primary, column).where(column.is_not(None))
            for row_id, value in session.execute(query):
                assert value[:16] not in leaked
                for key in leaked.values():
                    opened = vault.open(*key)
                    with pytest.raises(KeyMissing):  # what a thief would do
                        decrypt(opened, value[16:], keys.bound(place, row_id))


BYTES = {"audit_entries.salt", "connector_files.secret", "evidence.secret"}  # no JSON


def opened(world: World) -> dict[tuple[str, UUID], Any]:
    """Return every value that is sealed, by its place and row."""
    found = {}
    with world.app.app_context(), reading() as session:
        for place, column in keys.sealed_columns():
            (primary,) = column.table.primary_key
            for row_id, value in session.execute(select(primary, column)):
                if value is not None and place not in BYTES:
                    found[place, row_id] = keys.unseal(session, place, row_id, value)
    return found


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Let the run that follows end after so many of its transactions."""

    class Cut:
        left = 10**9

    whole = transaction

    def counted() -> Any:
        if Cut.left == 0:
            raise CutError
        Cut.left -= 1
        return whole()

    monkeypatch.setattr(rotation, "transaction", counted)
    monkeypatch.setattr(rotation, "BATCH", 3)
    yield Cut
    Cut.left = 10**9


def test_a_rotation_that_is_cut_anywhere_goes_on_where_it_was(
    world: World, house: House, cut: Any
) -> None:
    many_signatures(house, 10)
    answers, values, old = house.answers(), opened(world), generations(world).keys()
    done = rotation.Rotated()

    steps = 0
    while True:
        cut.left = steps = steps + 1
        try:
            done = rotate(world)
        except CutError:
            assert opened(world) == values
        else:
            break

    assert steps > 10
    assert (done.made, done.continued) == (0, 2)
    assert house.answers() == answers
    assert sorted(generations(world).values()) == [0, 2, 2]
    assert len(old & generations(world).keys()) == 1  # of the index


def test_a_broken_value_keeps_its_key_and_is_told_of(world: World, house: House) -> None:
    table = Base.metadata.tables["signature_identities"]
    with world.app.app_context(), db.engine.begin() as connection:
        value = connection.scalars(select(table.c.identity)).one()
        connection.execute(update(table).values(identity=value[:-1] + bytes([value[-1] ^ 1])))

    with pytest.raises(KeyMissing, match=r"signature_identities\.identity of"):
        rotate(world)

    assert sorted(generations(world).values()) == [0, 1, 2, 2]


def test_a_master_key_is_changed_by_a_rotation_of_all(world: World, house: House) -> None:
    answers, new, old = house.answers(), new_master_key(), first_key(world)
    with master_keys(world, new, old):
        assert house.answers() == answers
        with world.app.app_context():
            assert rotation.wrapped_otherwise() >= 3  # two data keys, and those of indexes
        rotate(world)
        with world.app.app_context():
            assert rotation.wrapped_otherwise() == 0

    with master_keys(world, new):
        assert house.answers() == answers
        test_people_are_found_by_their_address_after_a_rotation(world, house.owner)
    assert house.owner.get("/v1/me")["type"] == "/problems/key-missing"


def test_a_rotation_that_was_cut_before_the_master_key_changed_is_finished_under_the_new_one(
    world: World, house: House, cut: Any
) -> None:
    new, answers = new_master_key(), house.answers()
    cut.left = 3
    with pytest.raises(CutError):
        rotate(world)
    cut.left = 10**9

    with master_keys(world, new, first_key(world)):
        done = rotate(world)

    assert (done.made, done.continued) == (0, 2)
    with master_keys(world, new):
        assert house.answers() == answers
