"""A backup of a running house comes back whole, on either database, or not at all."""

from __future__ import annotations

import json
import shutil
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Table, event, select, text, update

from api.infra.background import dead_letters, jobs
from api.infra.background.jobs import Job, JobKind, JobState
from api.infra.backup import archive, backups, json_rows
from api.infra.database.drivers import Impatient
from api.infra.database.transactions import db, reading, transaction
from api.infra.mail.letters import Letter, LetterState
from api.infra.runtime import EXTENSION
from api.infra.security import audit
from api.infra.security.audit import AuditEntry
from api.infra.storage import StorageUnavailable
from api.mailings import service
from tests.contracts.scene import SVG
from tests.support.backup import clear, dumped, files, first_key, master_keys, restore, tables, take
from tests.support.client import Client
from tests.support.installation import a_house, counts, many_signatures
from tests.support.wiring import added

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import World, Worlds
    from tests.support.installation import House


@pytest.fixture
def house(world: World, owner: Client) -> House:
    return a_house(world, owner)


@pytest.fixture
def file(house: House, tmp_path: Path) -> Path:
    """A backup of that house."""
    path = tmp_path / "backup"
    take(house.world, path)
    return path


def settle(world: World) -> None:
    """Do what is promised, and have no letter or job wait: a restore would hold it."""
    world.work()
    with world.app.app_context(), transaction() as session:
        session.execute(update(Letter).values(state=LetterState.SENT))
        session.execute(update(Job).values(state=JobState.DONE, key=None))


def test_all_comes_back_as_it_was(world: World, house: House, tmp_path: Path) -> None:
    settle(world)
    with world.app.app_context():
        audit.seal_now()
        head = str(audit.head())
    answers, rows, kept = house.answers(), dumped(world), files(world)
    taken = take(world, tmp_path / "backup")
    clear(world)

    back = restore(world, tmp_path / "backup")

    assert dumped(world) == rows
    assert files(world) == kept
    assert house.answers() == answers
    assert back.rows == taken.rows == {name: len(lines) - 1 for name, lines in rows.items()}
    assert (back.files, back.head, back.missing) == (len(kept), head, [])
    with world.app.app_context():
        assert audit.verify(audit.head_of(head)).fault is None


def test_from_one_database_into_the_other_and_back(both: list[World], tmp_path: Path) -> None:
    sqlite, postgres = both
    house = a_house(sqlite, sqlite.user("owner"))
    settle(sqlite)
    answers, rows, kept = house.answers(), dumped(sqlite), files(sqlite)
    clear(postgres)

    with master_keys(postgres, *map(first_key, both)):
        take(sqlite, tmp_path / "first")
        restore(postgres, tmp_path / "first")
        assert dumped(postgres) == rows
        assert files(postgres) == kept
        moved = replace(house, world=postgres, owner=_same(house.owner, postgres))
        assert moved.answers() == answers
        take(postgres, tmp_path / "second")
    clear(sqlite)
    with master_keys(sqlite, *map(first_key, both)):
        restore(sqlite, tmp_path / "second")

    assert files(sqlite) == kept
    # A token remembers when it was used last, the record that the text was exported, and a document
    # that it was looked at anew: stamps are not in a backup.
    asked: dict[str, list[bytes]] = {"tokens": [], "audit_entries": [], "printed_documents": []}
    assert {**dumped(sqlite), **asked} == {**rows, **asked}


def _same(client: Client, world: World) -> Client:
    return Client(world.app.test_client(), client.token)


@pytest.mark.rest  # it waits
def test_a_house_of_many_rows_has_the_time_that_they_need(
    worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where millions are sorted before the first of them comes. SQLite gives nothing up."""
    world, lines = worlds["postgresql"], json_rows.lines
    world.empty()
    house = a_house(world, world.user("owner"))
    answers = house.answers()

    def slow(connection: Connection, table: Table) -> Iterator[bytes]:
        if table.name == "users":
            connection.execute(text("SELECT pg_sleep(3)"))
        yield from lines(connection, table)

    def hurry(connection: Impatient, *_: object) -> None:
        connection.patience = 1.5

    monkeypatch.setattr(backups, "lines", slow)
    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "checkout", hurry)
    try:
        take(world, tmp_path / "backup")
        clear(world)
        restore(world, tmp_path / "backup")
    finally:
        event.remove(engine, "checkout", hurry)
        engine.dispose()

    assert house.answers() == answers


def test_the_file_is_for_its_owner_and_tells_what_is_in_it(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]
    with zipfile.ZipFile(file) as inside:
        assert inside.testzip() is None
        manifest = json.loads(inside.read("manifest.json"))
    assert manifest["format"] == "undersigned.backup/1"
    assert manifest["members"]["tables/jobs.jsonl"].keys() == {"sha256", "bytes"}


def test_a_file_that_is_there_stays(house: House, file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(backups.FileIsThere):
        take(house.world, file)
    assert file.read_bytes() == before

    with house.world.app.app_context():
        backups.backup(file, replace=True)
    assert file.read_bytes() != before


def test_what_cannot_be_written_whole_is_not_there(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive.Writer, "end", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        take(house.world, tmp_path / "backup")

    assert list(tmp_path.iterdir()) == []


def test_every_column_can_be_written_as_json() -> None:
    for table in tables():
        for column in table.columns:
            assert json_rows.kind_of(column), column  # a new type needs a way to be written


@contextmanager
def busy(*acts: Callable[[], None]) -> Iterator[None]:
    """Do some things again and again meanwhile."""
    over = threading.Event()

    def again(act: Callable[[], None]) -> None:
        while not over.is_set():
            act()

    with ThreadPoolExecutor(len(acts)) as threads:
        running = [threads.submit(again, act) for act in acts]
        try:
            yield
        finally:
            over.set()
        for each in running:
            each.result()


def test_a_backup_under_load_is_of_one_moment(world: World, house: House, tmp_path: Path) -> None:
    many_signatures(house, 100)
    of_it = f"/v1/coalitions/{house.coalition}"

    def logo() -> None:
        client = _same(house.owner, world)
        for radius in (1, 2, 3):
            picture = SVG.replace(b'r="9"', f'r="{radius}"'.encode())
            answer = client.put(f"{of_it}/logo", picture, kind="image/svg+xml")
            assert answer.status in {200, 412}, answer.body

    def text() -> None:
        client = _same(house.owner, world)
        document = {
            "slug": f"appeal-{uuid4().hex[:8]}",
            "kind": "appeal",
            "language": "en",
            "title": "Open the doors",
            "coalition": {"name": "Specimen Coalition"},
            "format": "undersigned.statement/1",
            "body": [{"paragraph": "We ask that the doors be opened."}],
            "signatories": [{"kind": "individual", "name": f"S. {n}"} for n in range(20)],
        }
        assert client.post(f"{of_it}/imports", document).status == 201

    with busy(logo, logo, text):
        for number in range(5):
            take(world, tmp_path / str(number))

    for number in range(5):
        clear(world)
        restore(world, tmp_path / str(number))
        answer = house.owner.get(f"{of_it}/logo")
        assert answer.status == 200, number
        for statement in house.owner.get(f"{of_it}/statements", limit=200)["items"]:
            path = f"/v1/statements/{statement['id']}"
            signed = house.owner.get(f"{path}/signatures", limit=200)["items"]
            assert len(signed) in {0, 1, 20, 101}


def test_a_logo_that_is_replaced_meanwhile_comes_with_its_row(
    world: World, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One comes after the first look at the files, another after the moment: its file is gone."""
    path, whole, looks = (
        f"/v1/coalitions/{house.coalition}/logo",
        backups.copy_files,
        [],
    )  # where it would hurt

    def put(radius: int) -> None:
        picture = SVG.replace(b'r="9"', f'r="{radius}"'.encode())
        assert house.owner.put(path, picture, kind="image/svg+xml").status == 200
        world.work()

    def copy(writer: Any, copied: set[str]) -> None:
        looks.append(len(copied))
        if len(looks) == 2:
            put(2)
        whole(writer, copied)
        if len(looks) == 1:
            put(1)

    monkeypatch.setattr(backups, "copy_files", copy)

    taken = take(world, tmp_path / "backup")

    assert len(looks) == 3
    assert taken.missing == []
    clear(world)
    restore(world, tmp_path / "backup")
    assert b'r="2"' in house.owner.get(path).body


def test_what_was_promised_waits_until_it_is_released(
    world: World, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []
    kind = JobKind("specimen.note", lambda work: done.append(work.facts["number"]))
    with added(world.app, kind):
        with world.app.app_context(), transaction() as session:
            for number in range(3):
                jobs.promise(session, "specimen.note", None, {"number": number})
            jobs.promise(session, "specimen.note", None, {"number": 3}).state = jobs.JobState.DONE
        take(world, tmp_path / "backup")
        clear(world)

        back = restore(world, tmp_path / "backup")

        with world.app.app_context():
            jobs.sweep()
        world.work()
        assert done == []
        with world.app.app_context():
            waiting = [each for each in dead_letters.held() if each.kind == "specimen.note"]
            assert len(waiting) == 3 <= back.held_jobs
            assert service.release([waiting[1].id]) == 1
        world.work()
        assert done == [waiting[1].facts["number"]]
        with world.app.app_context():
            service.release(None)
        world.work()
        assert sorted(done) == [0, 1, 2]


def test_a_restore_is_on_the_record(world: World, file: Path) -> None:
    clear(world)

    restore(world, file)

    with world.app.app_context(), reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "house.restored")
        assert [each.user_id for each in session.scalars(query)] == [None]


def test_an_empty_house_is_backed_up_and_restored(world: World, tmp_path: Path) -> None:
    clear(world)
    take(world, tmp_path / "backup")
    clear(world)  # that it was backed up is in the record

    back = restore(world, tmp_path / "backup")

    assert (sum(back.rows.values()), back.files) == (0, 0)


def test_a_restore_that_is_cut_leaves_no_row_and_can_be_run_again(
    world: World, house: House, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = house.answers()
    clear(world)
    whole = json_rows.put
    for name in ("users", "jobs", "signature_identities"):

        def cut(connection: Any, table: Any, given: Any, name: str = name) -> None:
            whole(connection, table, given)
            if table.name == name:
                raise KeyboardInterrupt

        monkeypatch.setattr(json_rows, "put", cut)
        with pytest.raises(KeyboardInterrupt):
            restore(world, file)
        assert not any(counts(world).values())
    monkeypatch.setattr(json_rows, "put", whole)

    restore(world, file)

    assert house.answers() == answers


def test_a_storage_that_keeps_something_else_than_it_is_given_is_found_out(
    world: World, house: House, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear(world)
    storage = world.app.extensions[EXTENSION].storage
    write = storage.write
    monkeypatch.setattr(storage, "write", lambda key, parts: write(key, iter([b"", *parts][:-1])))

    with pytest.raises(StorageUnavailable, match="loses data"):
        restore(world, file)
    assert not any(counts(world).values())


def test_a_file_that_was_lost_before_is_told_of_and_keeps_no_backup_from_being_made(
    world: World, house: House, tmp_path: Path
) -> None:
    shutil.rmtree(world.storage / "logos")

    taken = take(world, tmp_path / "backup")

    assert len(taken.missing) == 2
