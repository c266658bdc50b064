"""Settings that stand in files of their own, so that secrets are in no environment."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from api import config
from api.config import BadSettings, Settings
from api.infra.vault import new_master_key
from tests.support.command import run

NAMES = [field.name.upper() for field in fields(Settings)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of the three settings that nobody goes without."""
    (tmp_path / "database").write_text(f"sqlite:///{tmp_path}/db.sqlite\n")
    (tmp_path / "storage").write_text(f"{tmp_path}/files")
    (tmp_path / "keys").write_text(f"{new_master_key()}\n{new_master_key()}\n")
    return tmp_path


def settings(folder: Path, **changed: str) -> dict[str, str]:
    return {
        "UNDERSIGNED_DATABASE_URL_FILE": str(folder / "database"),
        "UNDERSIGNED_STORAGE_PATH_FILE": str(folder / "storage"),
        "UNDERSIGNED_MASTER_KEYS_FILE": str(folder / "keys"),
        **changed,
    }


def test_the_command_runs_on_files_alone(folder: Path) -> None:
    done = run("migrate", **settings(folder))

    assert done.returncode == 0, done.stderr
    assert (folder / "db.sqlite").exists()
    assert (
        run("user", "create", "a@specimen.example", "--name", "A.", **settings(folder)).returncode
        == 0
    )


def test_master_keys_stand_one_a_line_or_with_commas(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings(folder).items():
        monkeypatch.setenv(name, value)
    keys = (folder / "keys").read_text().split()

    assert config.read().master_keys == tuple(keys)
    (folder / "keys").write_text(",".join(keys))
    assert config.read().master_keys == tuple(keys)


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_that_is_said_twice_stops_the_start(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for each, value in settings(folder).items():
        monkeypatch.setenv(each, value)
    (folder / "given").write_text("x")
    monkeypatch.setenv(f"UNDERSIGNED_{name}_FILE", str(folder / "given"))
    monkeypatch.setenv(f"UNDERSIGNED_{name}", "x")

    with pytest.raises(BadSettings, match=f"UNDERSIGNED_{name} and UNDERSIGNED_{name}_FILE"):
        config.read()


def test_a_file_that_cannot_be_read_stops_the_start_and_is_named(folder: Path) -> None:
    for path in (folder / "nowhere", folder):
        done = run("migrate", **settings(folder, UNDERSIGNED_MASTER_KEYS_FILE=str(path)))

        assert done.returncode == 3
        assert "UNDERSIGNED_MASTER_KEYS_FILE" in done.stderr
        assert "Traceback" not in done.stderr


def test_what_is_wrong_in_a_file_is_told_without_what_stands_in_it(folder: Path) -> None:
    for name, secret, told in (
        ("UNDERSIGNED_MASTER_KEYS", b"plover-siskin", "UNDERSIGNED_MASTER_KEYS"),
        (
            "UNDERSIGNED_DATABASE_URL",
            b"mysql://u:plover-siskin@host/db",
            "UNDERSIGNED_DATABASE_URL",
        ),
        ("UNDERSIGNED_MASTER_KEYS", b"\xffplover-siskin", "is no text"),
    ):
        (folder / "secret").write_bytes(secret)
        done = run("migrate", **settings(folder, **{f"{name}_FILE": str(folder / "secret")}))

        assert done.returncode == 3
        assert told in done.stderr
        assert "plover" not in done.stderr


def test_an_empty_file_is_a_setting_that_is_left_empty(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "mail").write_text("\n")
    for name, value in settings(folder, UNDERSIGNED_SMTP_URL_FILE=str(folder / "mail")).items():
        monkeypatch.setenv(name, value)

    assert not config.read().smtp_url
