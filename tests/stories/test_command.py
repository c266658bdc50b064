"""The command `undersigned`, as a person types it."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import click
import pytest

from api import cli
from api.infra.vault import new_master_key
from api.portable.rules import reading
from tests.support.command import run
from tests.support.pdf_words import letters, letters_of
from tests.support.portable import ALL, WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG_AGO = "2026-01-01 00:00:00.000000"
TWIN = next(path for path in WHOLE if path.stem == "summit-twin")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A migrated database, and a user in it."""
    folder = tmp_path_factory.mktemp("made")
    settings = {
        "UNDERSIGNED_DATABASE_URL": f"sqlite:///{folder}/db.sqlite",
        "UNDERSIGNED_STORAGE_PATH": str(folder / "storage"),
        "UNDERSIGNED_MASTER_KEYS": new_master_key(),
    }
    assert run("migrate", **settings).returncode == 0
    done = run("user", "create", "a@specimen.example", "--name", "A. Specimen", **settings)
    assert done.returncode == 0, done.stderr
    return settings


@pytest.fixture
def settings(made: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A copy of that database of one's own."""
    file = Path(made["UNDERSIGNED_DATABASE_URL"].removeprefix("sqlite:///"))
    shutil.copytree(file.parent, tmp_path, dirs_exist_ok=True)
    return made | {
        "UNDERSIGNED_DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite",
        "UNDERSIGNED_STORAGE_PATH": str(tmp_path / "storage"),
    }


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_sound_file_is_told_to_be_so(path: Path) -> None:
    done = run("validate", path)

    assert done.returncode == 0
    assert "a sound" in done.stdout


def test_each_fault_of_a_file_is_a_line_with_its_place(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    text = TWIN.read_text("utf-8").replace("country: KZ", "country: QQ", 1)
    broken.write_text(text.replace("kind: joint_statement", "kind: song"), "utf-8")

    done = run("validate", broken)

    assert done.returncode == 1
    assert any(line.startswith("/kind: ") for line in done.stderr.splitlines())
    assert any("QQ" in line and line.startswith("/") for line in done.stderr.splitlines())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_a_file_is_printed_without_a_server(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "letter.pdf"

    done = run("render", path, "-o", out)

    assert done.returncode == 0, done.stderr
    title = reading.read(path.read_bytes())["title"]
    assert letters(title) in letters_of(out.read_bytes())


@pytest.mark.parametrize(
    ("form", "ending"),
    [("pdf", "pdf"), ("html", "html"), ("text", "txt"), ("markdown", "md"), ("docx", "docx")],
)
def test_the_format_may_be_said_whatever_the_ending(tmp_path: Path, form: str, ending: str) -> None:
    said, known = tmp_path / "letter.out", tmp_path / f"letter.{ending}"

    done = run("render", TWIN, "-o", said, "--format", form, "--theme", "letter")

    assert done.returncode == 0, done.stderr
    run("render", TWIN, "-o", known)
    assert said.read_bytes() == known.read_bytes()


def test_a_file_is_printed_in_the_theme_that_is_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "report.html"

    assert run("render", TWIN, "-o", out, "--theme", "brief").returncode == 0

    assert '<header class="band' in out.read_text("utf-8")


@pytest.mark.parametrize("ending", ["html", "txt", "md"])
def test_the_ending_says_the_format(tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"letter.{ending}"

    assert run("render", TWIN, "-o", out).returncode == 0

    title = reading.read(TWIN.read_bytes())["title"]
    assert letters(title) in letters(out.read_text("utf-8"))


def test_two_printings_are_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a.pdf", tmp_path / "b.pdf"
    run("render", TWIN, "-o", first)
    time.sleep(1.1)
    run("render", TWIN, "-o", second)

    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["render", str(TWIN)], 2),
        (["render", str(TWIN), "-o", "a.pdf", "--format", "odt"], 2),
        (["render", str(TWIN), "-o", "letter.odt"], 1),
        (["render", str(TWIN), "-o", "a.pdf", "--theme", "loud"], 1),
        (["render", str(TWIN), "-o", "/nowhere/a.pdf"], 3),
        (["validate", "there-is-no-such-file.yaml"], 2),
        (["sing"], 2),
        (["migrate"], 3),
        (["--help"], 0),
        (["doctor"], 0),
    ],
)
def test_the_exit_code_says_whose_fault_it_is(words: list[str], code: int, tmp_path: Path) -> None:
    here = [str(tmp_path / word) if word == "a.pdf" else word for word in words]

    done = run(*here)

    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_every_command_and_option_has_help() -> None:
    def lines(command: click.Command, path: str) -> Iterator[str]:
        if not command.help:
            yield path
        for option in command.params:
            if isinstance(option, click.Option) and not option.help and not option.metavar:
                yield f"{path} {option.name}"
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                yield from lines(inner, f"{path} {name}")

    assert list(lines(cli.commands, "undersigned")) == []


def test_a_file_goes_in_and_comes_out_equal(settings: dict[str, str], tmp_path: Path) -> None:
    taken = run("import", TWIN, "--user", "a@specimen.example", **settings)
    assert taken.returncode == 0, taken.stderr
    statement = taken.stdout.split()[0]
    out = tmp_path / "again.yaml"

    done = run("export", statement, "-o", out, "--user", "a@specimen.example", **settings)

    assert done.returncode == 0, done.stderr
    assert reading.read(out.read_bytes()) == reading.read(TWIN.read_bytes())


def test_importing_again_tells_what_is_there(settings: dict[str, str]) -> None:
    words = ("import", TWIN, "--user", "a@specimen.example")
    run(*words, **settings)

    again = run(*words, **settings)

    assert again.returncode == 1
    assert "slug" in again.stderr


def test_a_token_is_printed_once_for_a_user_that_is_there(settings: dict[str, str]) -> None:
    made = run("token", "create", "a@specimen.example", **settings)
    unknown = run("token", "create", "b@specimen.example", **settings)

    assert made.stdout.startswith("und_")
    assert unknown.returncode == 1
    assert "undersigned user create" in unknown.stderr


def test_a_server_does_not_start_on_tables_of_another_version(tmp_path: Path) -> None:
    settings = {
        "UNDERSIGNED_DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite",
        "UNDERSIGNED_STORAGE_PATH": str(tmp_path / "storage"),
        "UNDERSIGNED_MASTER_KEYS": new_master_key(),
    }

    done = run("serve", "--bind", "127.0.0.1:0", **settings)

    assert done.returncode == 3
    assert "undersigned migrate" in done.stderr
    assert "Links in letters will begin with http://127.0.0.1:5000" in done.stderr


IN_NEED = [
    ("user", "create", "canary@specimen.example", "--name", "A"),
    ("token", "create", "canary@specimen.example"),
    ("import", str(TWIN), "--user", "canary@specimen.example"),
    ("serve",),
]


@pytest.mark.parametrize("words", IN_NEED, ids=lambda words: words[0])
@pytest.mark.parametrize("address", ["sqlite:///{}/empty.sqlite", "postgresql://a@127.0.0.1:1/a"])
def test_a_database_that_cannot_serve_is_told_in_one_line_without_what_it_was_given(
    settings: dict[str, str], tmp_path: Path, words: tuple[str, ...], address: str
) -> None:
    settings |= {
        "UNDERSIGNED_DATABASE_URL": address.format(tmp_path),
        "UNDERSIGNED_PUBLIC_URL": "https://sign.specimen.example",
    }

    done = run(*words, **settings)

    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert "canary" not in done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["user", "create", "nobody", "--name", "A"], 2),
        (["user", "create", "b@specimen.example", "--name", "A\U000133cf"], 2),
        (["token", "create", "a@specimen.example", "--label", "x" * 101], 2),
        (["token", "create", "a@specimen.example", "--days", "0"], 2),
        (["serve", "--bind", "nonsense"], 2),
        (["serve", "--bind", "127.0.0.1:99999"], 2),
        (["serve", "--threads", "0"], 2),
        (["serve", "--workers", "2"], 2),
        (["serve", "--bind", "192.0.2.1:5000"], 3),
    ],
)
def test_what_cannot_be_done_is_said_in_plain_words(
    settings: dict[str, str], words: list[str], code: int
) -> None:
    done = run(*words, **settings)

    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) < 5


def test_the_doctor_says_what_the_database_lacks_and_the_line_that_mends_it(
    settings: dict[str, str], tmp_path: Path
) -> None:
    settings = settings | {
        "UNDERSIGNED_SMTP_URL": "smtp://127.0.0.1:1",
        "UNDERSIGNED_MAIL_FROM": "letters@specimen.example",
        "UNDERSIGNED_PUBLIC_URL": "https://sign.specimen.example",
    }
    other = settings | {"UNDERSIGNED_DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite"}
    away = settings | {"UNDERSIGNED_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}

    well, empty, silent = (run("doctor", **each) for each in (settings, other, away))

    assert (well.returncode, empty.returncode, silent.returncode) == (0, 3, 3), well.stdout
    assert "missing" not in well.stdout
    assert "missing tables of this version\n        undersigned migrate" in empty.stdout
    assert "missing database" in silent.stdout
    assert "Traceback" not in silent.stderr


@pytest.mark.parametrize("url", ["http://127.0.0.1:5000", "http://localhost:80", "http://[::1]"])
def test_the_doctor_says_when_links_in_letters_would_lead_nowhere(
    settings: dict[str, str], url: str
) -> None:
    done = run("doctor", **settings, UNDERSIGNED_PUBLIC_URL=url)
    assert done.returncode == 0, done.stdout
    assert f"missing address of the pages, for links in letters: {url}" in done.stdout
    assert "Set UNDERSIGNED_PUBLIC_URL" in done.stdout


def test_the_doctor_says_that_jobs_wait_for_a_worker_and_how_many_failed(
    settings: dict[str, str],
) -> None:
    file = settings["UNDERSIGNED_DATABASE_URL"].removeprefix("sqlite:///")
    rows = [
        (uuid4().hex, "tests.act", "{}", "queued", 0, 0, LONG_AGO, LONG_AGO),
        (uuid4().hex, "tests.act", "{}", "dead", 8, 0, LONG_AGO, LONG_AGO),
    ]
    columns = "id, kind, facts, state, attempts, progress, created_at, run_after"
    with closing(sqlite3.connect(file)) as database, database:
        database.executemany(f"INSERT INTO jobs ({columns}) VALUES (?,?,?,?,?,?,?,?)", rows)  # noqa: S608 # our own names

    done = run("doctor", **settings)

    assert done.returncode == 3
    assert "a job waits since 2026-01-01 00:00 UTC\n        undersigned worker" in done.stdout
    assert "1 of the jobs failed for good" in done.stdout


@pytest.mark.parametrize(
    "change",
    [
        {"UNDERSIGNED_MASTER_KEYS": "short"},
        {"UNDERSIGNED_MASTER_KEYS": ""},
        {"UNDERSIGNED_DATABASE_URL": ""},
        {"UNDERSIGNED_PAGE_SIZE": "A5"},
        {"UNDERSIGNED_TRUSTED_PROXIES": "many"},
        {"UNDERSIGNED_METRICS_PATH": "/somewhere"},
        {"UNDERSIGNED_METRICS_PATH": "here", "UNDERSIGNED_METRICS_BIND": "127.0.0.1:9464"},
        {"UNDERSIGNED_METRICS_PATH": "", "UNDERSIGNED_METRICS_BIND": "127.0.0.1:9464"},
        {"UNDERSIGNED_METRICS_BIND": "9464", "UNDERSIGNED_METRICS_PATH": "/somewhere"},
        {"UNDERSIGNED_METRICS_TOKEN": "short", "UNDERSIGNED_METRICS_PATH": "/somewhere"},
    ],
)
def test_a_setting_that_cannot_work_stops_the_start(
    settings: dict[str, str], change: dict[str, str]
) -> None:
    done = run("migrate", **(settings | change))

    assert done.returncode == 3
    assert next(iter(change)) in done.stderr
    assert "Traceback" not in done.stderr
