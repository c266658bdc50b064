"""The operator keeps the record's head elsewhere, and checks the record against it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import delete, text, update

from api.infra.background import dead_letters, jobs
from api.infra.background.jobs import Job, JobState
from api.infra.database.transactions import db, transaction
from api.infra.security.audit import AuditEntry
from tests.support.builders import a_case, a_coalition, a_dead_job
from tests.support.command import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import CompletedProcess
    from typing import Any

    from tests.conftest import World, Worlds
    from tests.support.client import Client


@pytest.fixture
def coalition(owner: Client) -> str:
    coalition = a_coalition(owner)
    a_case(owner, coalition)
    return coalition


@pytest.fixture
def sqlite(worlds: Worlds) -> Iterator[World]:
    yield worlds["sqlite"]
    worlds["sqlite"].empty()


def command(world: World, *words: str, **more: str) -> CompletedProcess[str]:
    settings = world.app.extensions["undersigned"].settings
    return run(
        *words,
        UNDERSIGNED_DATABASE_URL=settings.database_url,
        UNDERSIGNED_STORAGE_PATH=settings.storage,
        UNDERSIGNED_MASTER_KEYS=",".join(settings.master_keys),
        UNDERSIGNED_QUEUE_URL=settings.queue_url,
        **more,
    )


def tamper(world: World, statement: Any) -> None:
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(statement)


def test_a_kept_head_is_checked_from_the_command_line(
    world: World, owner: Client, coalition: str
) -> None:
    head = command(world, "audit", "head")
    kept = head.stdout.strip()
    assert head.returncode == 0, head.stderr
    assert kept == owner.get("/v1/audit-head")["head"]

    a_case(owner, coalition)
    whole = command(world, "audit", "verify", "--head", kept)
    assert whole.returncode == 0, whole.stderr
    assert f"{kept}; 1 not sealed yet" in whole.stdout
    assert "the record of the head that was kept" in whole.stdout

    number = int(kept.partition(":")[0])
    tamper(world, delete(AuditEntry).where(AuditEntry.number == number))
    cut = command(world, "audit", "verify", "--head", kept)
    assert cut.returncode == 1
    assert "The record was changed." in cut.stderr
    assert f"ends at entry {number - 1}" in cut.stderr

    tamper(world, update(AuditEntry).where(AuditEntry.number == 2).values(action="case.deleted"))
    edited = command(world, "audit", "verify")
    assert edited.returncode == 1
    assert "Entry 2" in edited.stderr
    assert "not what was sealed" in edited.stderr
    assert "Traceback" not in edited.stderr


def test_without_a_head_it_is_said_what_stays_unknown(sqlite: World) -> None:
    done = command(sqlite, "audit", "verify")

    assert done.returncode == 0
    assert f"0:{'0' * 64}; 0 not sealed yet" in done.stdout
    assert "Give --head" in done.stdout


@pytest.mark.parametrize("wrong", ["", "7:abc"])
def test_what_is_no_head_is_said_and_never_taken_for_none(sqlite: World, wrong: str) -> None:
    done = command(sqlite, "audit", "verify", "--head", wrong)

    assert done.returncode == 1
    assert "number:hash" in done.stderr


def test_the_operators_commands_leave_entries_of_nobody(sqlite: World) -> None:
    world = sqlite
    job = a_dead_job(world, a_coalition(world.user("owner")))
    with world.app.app_context(), transaction() as session:
        session.get_one(Job, UUID(job)).state = JobState.QUEUED
        assert dead_letters.hold(session) == 1

    made = command(world, "user", "create", "new@specimen.example", "--name", "A. Specimen")
    token = command(world, "token", "create", "new@specimen.example")
    released = command(world, "release", job)

    assert [each.returncode for each in (made, token, released)] == [0, 0, 0], released.stderr
    with world.app.app_context(), transaction() as session:
        newest = session.query(AuditEntry).order_by(AuditEntry.at.desc()).limit(3).all()
    assert [each.action for each in newest] == ["job.released", "token.created", "user.created"]
    assert {each.user_id for each in newest} == {None}


def test_what_a_restore_held_does_not_keep_the_record_from_being_sealed(
    world: World, owner: Client, coalition: str
) -> None:
    with world.app.app_context():
        jobs.sweep()
        with transaction() as session:
            assert dead_letters.hold(session)
        jobs.sweep()

    world.work()

    assert owner.get("/v1/audit-head")["number"]


def test_an_entry_that_is_no_text_any_more_is_found(sqlite: World) -> None:
    a_coalition(sqlite.user("owner"))
    command(sqlite, "audit", "head")
    tamper(sqlite, text("UPDATE audit_entries SET action = CAST(x'ff41' AS TEXT) WHERE number = 2"))

    done = command(sqlite, "audit", "verify")

    assert done.returncode == 1
    assert "cannot be read" in done.stderr
