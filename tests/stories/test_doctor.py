"""What `undersigned doctor` says to programs is what it says to people."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from api.infra.vault import new_master_key
from tests.support.command import run

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
