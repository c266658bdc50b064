"""Letters as their keepers see them: listed, sent again, held by a restore; the record's head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select

from api.errors import NotFound
from api.infra.database.transactions import reading, transaction
from api.infra.mail import letters
from api.infra.mail.letters import Letter, LetterState
from api.infra.security import audit
from api.infra.security.audit import AuditEntry
from api.mailings import service
from tests.stories.test_audit_command import command
from tests.stories.test_letters import later, posted, sweep
from tests.support.backup import clear, restore, take
from tests.support.builders import a_coalition, a_failed_letter, a_role
from tests.support.smtp_server import ADDRESS, Post, a_kind, letter_of, mail_at, promise, server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def gone(world: World) -> Iterator[list[Any]]:
    """What was let go after letters of the tests' kind, whose words are theirs too."""
    with a_kind(world.app) as found:
        yield found


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner)


@pytest.mark.usefixtures("gone")
def test_a_coordinator_sees_what_became_of_letters_and_never_to_whom(
    world: World, owner: Client, coalition: str
) -> None:
    with posted(world, Post({"RCPT": ["550 Unknown", "250 OK"]})):
        failed, sent = promise(world, 2, coalition)
        world.work()
    (other,) = promise(world, 1, a_coalition(owner))
    path = f"/v1/coalitions/{coalition}/letters"
    coordinator = a_role(owner, coalition, world.user("coordinator"), "coordinator")

    whole = coordinator.get(path)
    only = coordinator.get(path, state="failed")["items"]

    assert [each["object_id"] for each in whole["items"]] == [str(sent), str(failed)]
    assert [(each["state"], each["fault"]) for each in only] == [("failed", "smtp-550")]
    assert ADDRESS.encode() not in whole.body
    assert coordinator.get(path, kind="tests.letter")["total"] == 2
    assert coordinator.get(path, kind="signing.receipt")["total"] == 0
    assert str(other) not in whole.body.decode()


def test_a_failed_letter_is_sent_again_and_no_other(
    world: World, owner: Client, coalition: str, gone: list[Any]
) -> None:
    with posted(world, post := Post({"RCPT": ["550 Unknown"]})):
        (about,) = promise(world, 1, coalition)
        world.work()
        path = f"/v1/letters/{letter_of(world, about).id}/replays"

        again = owner.post(path, None)
        twice = owner.post(path, None)
        world.work()

    assert (again.status, again["state"], again["fault"]) == (200, "queued", None)
    assert (twice.status, twice["type"].rpartition("/")[2]) == (409, "not-failed")
    assert letter_of(world, about).state is LetterState.SENT
    assert post.ids == [f"<{letter_of(world, about).id}@localhost.localdomain>"]
    assert gone == [about]
    entries = owner.get(f"/v1/coalitions/{coalition}/audit-entries", action="letter.replayed")
    assert [each["object_id"] for each in entries["items"]] == [str(letter_of(world, about).id)]


def test_a_letter_of_the_house_is_nobody_s_to_send_again(
    world: World, owner: Client, coalition: str
) -> None:
    letter = a_failed_letter(world, coalition)
    with world.app.app_context(), transaction() as session:
        session.get_one(Letter, UUID(letter)).coalition_id = None

    assert owner.post(f"/v1/letters/{letter}/replays", None).status == 404


@pytest.mark.usefixtures("gone")
def test_letters_promised_before_a_backup_wait_until_they_are_released(
    world: World, coalition: str, tmp_path: Path
) -> None:
    about = promise(world, 3, coalition)
    take(world, tmp_path / "backup")
    clear(world)

    with posted(world, post := Post()):
        back = restore(world, tmp_path / "backup")
        sweep(world)
        assert (back.held_letters, post.took) == (3, [])
        with world.app.app_context():
            held = letters.held()
            assert [each.object_id for each in held] == about
            with pytest.raises(NotFound):
                service.release([held[0].id, UUID(int=1)])
            assert service.release([held[1].id]) == 1
        sweep(world)
        assert post.ids == [f"<{held[1].id}@localhost.localdomain>"]
        with world.app.app_context():
            assert service.release(None) >= 2
        sweep(world)

    assert len(post.took) == 3
    with world.app.app_context(), reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "letter.released")
        assert [each.user_id for each in session.scalars(query)] == [None, None]


def test_the_operator_lists_and_releases_letters_beside_jobs(
    world: World, owner: Client, coalition: str
) -> None:
    slug = owner.get(f"/v1/coalitions/{coalition}")["slug"]
    (about,) = promise(world, 1, coalition)
    with world.app.app_context(), transaction() as session:
        assert letters.hold(session) == 1
    letter = letter_of(world, about)

    listed = command(world, "release")
    freed = command(world, "release", str(letter.id))

    assert f"{letter.id} {letter.created_at:%Y-%m-%d %H:%M} tests.letter {slug}" in listed.stdout
    assert (freed.returncode, freed.stdout) == (0, "1 released.\n")
    assert letter_of(world, about).state is LetterState.QUEUED


def test_the_doctor_says_what_waits_is_held_and_has_failed(world: World, coalition: str) -> None:
    promise(world, 2)
    a_failed_letter(world, coalition)

    said = command(world, "doctor").stdout
    with server(Post()) as post:
        late = command(world, "doctor", UNDERSIGNED_SMTP_URL=f"smtp://127.0.0.1:{post.port}").stdout
        with world.app.app_context(), transaction() as session:
            letters.hold(session)
        held = command(world, "doctor", UNDERSIGNED_SMTP_URL=f"smtp://127.0.0.1:{post.port}").stdout

    assert "missing a mail server: none is set, 2 letters wait" in said
    assert "missing letters: 1 of them failed for good" in said
    assert "ok      a mail server is set, 2 letters wait" in late
    assert "missing letters: a restore held 2 of them" in held


def test_owners_get_the_record_s_head_each_week(
    world: World, owner: Client, coalition: str
) -> None:
    a_role(owner, coalition, second := world.user("second"), "owner")
    a_role(owner, coalition, world.user("coordinator"), "coordinator")
    with posted(world, post := Post()):
        sweep(world)
        assert post.took == []  # they have just become owners
        with later(days=7, seconds=1):
            sweep(world)
            sweep(world)
            head = owner_head(world)
            assert sorted(post.recipients) == sorted([owner.email, second.email])
            assert all(str(head) in text(each) for each in post.took)
        with later(days=9):
            sweep(world)
        assert len(post.took) == 2
        with later(days=15):
            sweep(world)

    assert len(post.took) == 4
    assert len(set(post.ids)) == 4
    assert {str(each["Subject"]) for each in post.took} == {
        "Please keep: this week's seal of the record"
    }
    assert {each["From"].addresses[0].display_name for each in post.took} == {"Specimen Coalition"}


def test_who_is_no_owner_any_more_gets_no_head(world: World, owner: Client, coalition: str) -> None:
    a_role(owner, coalition, world.user("second"), "owner")
    with mail_at(world, "smtp://127.0.0.1:1"), later(days=8):
        sweep(world)  # promised, and the server is away
    second = owner.get(f"/v1/coalitions/{coalition}/roles")["items"][1]
    path = f"/v1/roles/{second['id']}"
    change = {"role": "viewer"}
    assert owner.patch(path, change, etag=owner.get(path).etag).status == 200

    with posted(world, post := Post()), later(days=8, minutes=2):
        sweep(world)

    assert post.recipients == [owner.email]


def test_no_head_is_promised_while_no_mail_server_is_set(world: World, coalition: str) -> None:
    with later(days=30):
        sweep(world)

    with world.app.app_context(), reading() as session:
        assert session.scalars(select(Letter)).all() == []


def owner_head(world: World) -> audit.Head:
    with world.app.app_context():
        return audit.head()


def text(message: Any) -> str:
    return str(message.get_body(("plain",)).get_content())
