"""The chain of the record, against somebody who writes to the database: what is done is found."""

from __future__ import annotations

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import pytest
import rfc8785
from sqlalchemy import Connection, Table, delete, func, insert, select, text, update
from sqlalchemy.exc import DataError

from api.errors import Invalid
from api.infra import clock
from api.infra.database.transactions import db, reading, transaction
from api.infra.security import audit
from api.infra.security.audit import BEFORE_ALL, AuditEntry, Head, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.conftest import World

TABLE = cast("Table", AuditEntry.__table__)
COUNT = 5
MANY = 10_000
HOLDS = Verdict(BEFORE_ALL, 0, None)


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with world.app.app_context():
        yield


@pytest.fixture
def head() -> Head:
    """The head of a short sealed record."""
    for number in range(COUNT):
        append(f"specimen.done_{number}", facts={"n": number})
    audit.seal_now()
    return audit.head()


def append(action: str = "specimen.done", **more: Any) -> None:
    with transaction() as session:
        audit.append(session, None, action, None, uuid4(), **more)


def entries() -> Sequence[AuditEntry]:
    with reading() as session:
        return session.scalars(select(AuditEntry).order_by(AuditEntry.number)).all()


def tamper(*statements: Any) -> None:
    """Write to the database beside the program."""
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def numbered(number: int) -> Any:
    return TABLE.c.number == number


def test_nothing_is_a_record_too() -> None:
    audit.seal_now()

    assert audit.head() == BEFORE_ALL
    assert audit.verify(BEFORE_ALL) == HOLDS


def test_sealing_numbers_the_entries_and_chains_them(head: Head) -> None:
    sealed = entries()

    assert [entry.number for entry in sealed] == list(range(1, COUNT + 1))
    assert len({entry.hash for entry in sealed}) == COUNT
    assert head == Head(COUNT, str(sealed[-1].hash))
    assert audit.verify(head) == Verdict(head, 0, None)


def test_the_hash_is_what_docs_record_says(head: Head) -> None:
    first, second = entries()[:2]
    told = {
        "action": second.action,
        "at": second.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "before": first.hash,
        "coalition_id": None,
        "commitment": second.commitment,
        "id": str(second.id),
        "number": 2,
        "object_id": str(second.object_id),
        "token_id": None,
        "user_id": None,
    }

    assert second.hash == hashlib.sha256(rfc8785.dumps(told)).hexdigest()


def test_what_commits_late_comes_after_what_was_sealed(head: Head) -> None:
    append("specimen.late")
    tamper(update(TABLE).where(TABLE.c.number.is_(None)).values(at=clock.now() - timedelta(days=1)))

    audit.seal_now()

    assert entries()[-1].action == "specimen.late"
    assert audit.verify(head) == Verdict(audit.head(), 0, None)


def test_what_is_not_sealed_yet_is_counted(head: Head) -> None:
    append()
    append()

    assert audit.verify(head) == Verdict(head, 2, None)


def test_what_is_rolled_back_leaves_nothing() -> None:
    def fail() -> None:
        with transaction() as session:
            audit.append(session, None, "specimen.done", None, None)
            session.flush()
            raise Invalid("No.")

    with pytest.raises(Invalid):
        fail()

    assert not entries()


EDITS: dict[str, Any] = {
    "id": uuid4(),
    "at": datetime(2031, 5, 14, tzinfo=UTC),
    "action": "specimen.undone",
    "coalition_id": uuid4(),
    "object_id": uuid4(),
    "user_id": uuid4(),
    "token_id": uuid4(),
    "commitment": "0" * 64,
    "number": 99,
    "hash": "0" * 64,
}


def test_every_column_is_tried() -> None:
    assert {*EDITS, "salt"} == {column.name for column in TABLE.columns}


@pytest.mark.parametrize("column", EDITS)
def test_an_edit_is_found(head: Head, column: str) -> None:
    tamper(update(TABLE).where(numbered(3)).values({column: EDITS[column]}))

    found = audit.verify()

    assert found.head.number == 2
    assert "Entry 3" in (found.fault or "")


@pytest.mark.parametrize("column", ["object_id", "commitment", "hash"])
def test_what_was_emptied_is_found(head: Head, column: str) -> None:
    tamper(update(TABLE).where(numbered(3)).values({column: None}))

    assert "Entry 3" in (audit.verify().fault or "")


def test_what_cannot_be_read_is_found(world: World, head: Head) -> None:
    edit = text("UPDATE audit_entries SET at = 'then' WHERE number = 3")
    if world.engine == "postgresql":
        with pytest.raises(DataError):
            tamper(edit)
        return
    tamper(edit)

    assert "cannot be read" in (audit.verify().fault or "")


def away(connection: Connection, number: int) -> dict[str, Any]:
    """Take an entry out, and return what it was."""
    row = connection.execute(select(TABLE).where(numbered(number))).mappings().one()
    connection.execute(delete(TABLE).where(numbered(number)))
    return dict(row)


def swap_numbers(connection: Connection) -> None:
    for before, after in ((2, -1), (3, 2), (-1, 3)):
        connection.execute(update(TABLE).where(numbered(before)).values(number=after))


def swap_all_but_the_seals(connection: Connection) -> None:
    second, third = away(connection, 2), away(connection, 3)
    seals = [{key: row[key] for key in ("number", "hash")} for row in (second, third)]
    connection.execute(insert(TABLE), [second | seals[1], third | seals[0]])


def put_another_in_its_place(connection: Connection) -> None:
    connection.execute(insert(TABLE), [away(connection, 2) | {"id": uuid4()}])


def put_it_at_the_end(connection: Connection) -> None:
    connection.execute(insert(TABLE), [away(connection, 2) | {"number": COUNT + 1}])


def have_it_sealed_again(connection: Connection) -> None:
    connection.execute(insert(TABLE), [away(connection, 2) | {"number": None, "hash": None}])


def add_one(connection: Connection) -> None:
    row = connection.execute(select(TABLE).where(numbered(COUNT))).mappings().one()
    connection.execute(insert(TABLE), [{**row, "id": uuid4(), "number": COUNT + 1}])


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        (lambda connection: away(connection, 1), "Entry 1 is missing: the next one is 2."),
        (lambda connection: away(connection, 3), "Entry 3 is missing: the next one is 4."),
        (swap_numbers, "Entry 2"),
        (swap_all_but_the_seals, "Entry 2"),
        (put_another_in_its_place, "Entry 2"),
        (put_it_at_the_end, "Entry 2 is missing"),
        (have_it_sealed_again, "Entry 2 is missing"),
        (add_one, f"Entry {COUNT + 1}"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_a_changed_order_is_found(
    head: Head, attack: Callable[[Connection], Any], said: str
) -> None:
    with db.engine.begin() as connection:
        attack(connection)
    audit.seal_now()

    assert said in (audit.verify().fault or "")


def forge(connection: Connection, *, first: int = 1) -> None:
    """Compute the chain anew from an entry on, as one who knows how it is made can."""
    unsealed = update(TABLE).where(TABLE.c.number >= first)
    connection.execute(unsealed.values(number=None, hash=None))


def cut(connection: Connection) -> None:
    connection.execute(delete(TABLE).where(TABLE.c.number > COUNT - 2))


def cut_and_grow(connection: Connection) -> None:
    cut(connection)
    rows = [{"id": uuid4(), "at": clock.now(), "action": "specimen.forged"} for _ in range(4)]
    connection.execute(insert(TABLE), rows)


def write_anew(connection: Connection) -> None:
    connection.execute(update(TABLE).where(numbered(2)).values(action="specimen.undone"))
    forge(connection)


def write_the_end_anew(connection: Connection) -> None:
    connection.execute(delete(TABLE).where(numbered(COUNT - 1)))
    forge(connection, first=COUNT)


def empty(connection: Connection) -> None:
    connection.execute(delete(TABLE))


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        (cut, "the last entries were taken away"),
        (empty, "the last entries were taken away"),
        (write_the_end_anew, "the last entries were taken away"),
        (cut_and_grow, "written anew"),
        (write_anew, "written anew"),
    ],
)
def test_a_kept_head_finds_what_the_chain_alone_cannot(
    head: Head, attack: Callable[[Connection], Any], said: str
) -> None:
    with db.engine.begin() as connection:
        attack(connection)
    audit.seal_now()

    assert audit.verify().fault is None
    assert said in (audit.verify(head).fault or "")


def test_an_old_head_holds_while_the_record_grows(head: Head) -> None:
    append()
    audit.seal_now()

    assert audit.verify(head) == Verdict(audit.head(), 0, None)
    assert audit.head().number == COUNT + 1


def test_a_head_is_read_as_it_is_written(head: Head) -> None:
    assert audit.head_of(f" {str(head).upper()}\n") == head
    assert audit.head_of(str(BEFORE_ALL)) == BEFORE_ALL


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "7",
        ":",
        "7:0",
        f"x:{'0' * 64}",
        f"-7:{'0' * 64}",
        f"\N{ARABIC-INDIC DIGIT SEVEN}:{'0' * 64}",
        f"{'9' * 5000}:{'0' * 64}",
        f"7:{'g' * 64}",
        f"0:{'1' * 64}",
    ],
    ids=lambda wrong: wrong[:4],
)
def test_what_is_no_head_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid):
        audit.head_of(wrong)


def test_sealers_and_writers_at_once_make_one_chain(world: World) -> None:
    def write(number: int) -> None:
        with world.app.app_context():
            append(f"specimen.done_{number}", facts={"n": number})
            audit.seal_now()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(80)))

    audit.seal_now()
    assert [entry.number for entry in entries()] == list(range(1, 81))
    assert audit.verify(audit.head()) == Verdict(audit.head(), 0, None)


def test_ten_thousand_entries_are_sealed_and_verified_in_seconds() -> None:
    rows = [{"id": uuid4(), "at": clock.now(), "action": "specimen.done"} for _ in range(MANY)]
    tamper(insert(TABLE).values(rows[:1]))
    with db.engine.begin() as connection:
        connection.execute(insert(TABLE), rows[1:])
    began = time.monotonic()

    audit.seal_now()
    sealed = time.monotonic()
    found = audit.verify()

    took = {"sealing": sealed - began, "verifying": time.monotonic() - sealed}
    assert found == Verdict(Head(MANY, audit.head().hash), 0, None)
    assert all(seconds < 30 for seconds in took.values()), took
    with reading() as session:
        assert session.scalar(select(func.max(AuditEntry.number))) == MANY
