"""What `undersigned doctor` says to programs is what it says to people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from api.infra.storage import Storage
from api.infra.vault import new_master_key
from tests.support import s3
from tests.support.command import run
from tests.support.postgres import free_port
from tests.support.s3 import S3

WORDS = {"ok": "ok     ", "missing": "missing", "advised": "missing", "unknown": "unknown"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("doctor")
    made = {
        "UNDERSIGNED_DATABASE_URL": f"sqlite:///{folder}/db.sqlite",
        "UNDERSIGNED_STORAGE_PATH": str(folder / "storage"),
        "UNDERSIGNED_MASTER_KEYS": new_master_key(),
    }
    assert run("migrate", **made).returncode == 0
    return made


def both(**settings: str) -> tuple[CompletedProcess[str], CompletedProcess[str]]:
    """Ask for people and for programs, and see that both are told the same."""
    people, programs = run("doctor", **settings), run("doctor", "--json", **settings)
    told = json.loads(programs.stdout)
    lines = [f"{WORDS[each['state']]} {each['what']}" for each in told["checks"]]
    assert [each for each in people.stdout.splitlines() if each[0] != " "] == lines
    mends = [each["mend"] for each in told["checks"] if each["state"] != "ok"]
    assert [each.strip() for each in people.stdout.splitlines() if each[0] == " "] == mends
    assert people.returncode == programs.returncode
    assert told["is_sound"] is (programs.returncode == 0)
    assert programs.stderr == ""
    return people, programs


def states(done: CompletedProcess[str]) -> dict[str, str]:
    return {each["name"]: each["state"] for each in json.loads(done.stdout)["checks"]}


def test_programs_are_told_the_same_as_people(settings: dict[str, str]) -> None:
    _, done = both(**settings)

    assert done.returncode == 0
    found = states(done)
    assert {name: found[name] for name in ("database", "worker", "public-url", "mail-server")} == {
        "database": "ok",
        "worker": "ok",
        "public-url": "advised",
        "mail-server": "advised",
    }


def test_what_is_missing_ends_it_with_3(settings: dict[str, str], tmp_path: Path) -> None:
    empty = {**settings, "UNDERSIGNED_DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite"}

    _, done = both(**empty)

    assert (done.returncode, states(done)["database"]) == (3, "missing")


def mended(done: CompletedProcess[str], name: str) -> str:
    found = {each["name"]: each for each in json.loads(done.stdout)["checks"]}
    assert found[name]["state"] == "missing"
    return str(found[name]["mend"])


def test_a_queue_that_does_not_answer_is_told(settings: dict[str, str]) -> None:
    _, done = both(**settings, UNDERSIGNED_QUEUE_URL=f"redis://127.0.0.1:{free_port()}/0")

    assert done.returncode == 3
    assert "UNDERSIGNED_QUEUE_URL" in mended(done, "queue")


@pytest.fixture
def in_s3(settings: dict[str, str]) -> Iterator[tuple[S3, dict[str, str]]]:
    for bucket in s3.server():
        others = {name: it for name, it in settings.items() if "STORAGE" not in name}
        yield bucket, {**others, "UNDERSIGNED_STORAGE_URL": bucket.address()}


def test_a_bucket_is_tried_and_left_empty(in_s3: tuple[S3, dict[str, str]]) -> None:
    bucket, given = in_s3

    _, done = both(**given)

    assert (done.returncode, states(done)["storage"]) == (0, "ok")
    assert list(Storage(bucket.address()).keys()) == []


def test_of_a_bucket_that_is_away_programs_read_json_and_the_log_says_why(
    in_s3: tuple[S3, dict[str, str]],
) -> None:
    bucket, given = in_s3
    bucket.stop()
    people, programs = run("doctor", **given), run("doctor", "--json", **given)
    bucket.start()

    assert "its bucket, its keys" in mended(programs, "storage")
    assert programs.returncode == people.returncode == 3
    for told in (people, programs):
        lines = [json.loads(line) for line in told.stderr.splitlines()]
        assert {each["event"] for each in lines} == {"storage fails"}
        assert s3.SECRET not in told.stderr + told.stdout


def test_a_folder_for_files_that_cannot_be_made_is_told_among_the_rest(
    settings: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    _, done = both(**{**settings, "UNDERSIGNED_STORAGE_PATH": f"{tmp_path}/file/storage"})

    assert done.returncode == 3
    assert str(tmp_path) in mended(done, "storage")
    assert states(done)["database"] == "unknown"


def test_without_settings_it_looks_at_the_machine() -> None:
    _, done = both()

    assert (done.returncode, states(done)["settings"]) == (0, "advised")


@pytest.mark.parametrize(
    ("sender", "state"),
    [("letters@specimen.example", "unknown"), ("undersigned@localhost.localdomain", "advised")],
)
def test_where_letters_are_sent_the_domain_of_their_sender_is_looked_at(
    settings: dict[str, str], sender: str, state: str
) -> None:
    mail = {"UNDERSIGNED_SMTP_URL": "smtp://127.0.0.1:1", "UNDERSIGNED_MAIL_FROM": sender}

    _, done = both(**settings, **mail)

    assert (done.returncode, states(done)["sender"]) == (0, state)
    assert "sender" not in states(both(**settings)[1])
