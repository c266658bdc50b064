"""Whoever uses the program finds its source, as its licence wants."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from api.infra.runtime import EXTENSION
from tests.conftest import World
from tests.rules.test_pages import Tags
from tests.support.command import COMMAND, run
from tests.support.signing import a_rush

SOURCE = "https://code.specimen.example/undersigned"


@pytest.fixture
def told(world: World) -> Iterator[World]:
    """A house that says where its source is."""
    own = world.app.extensions[EXTENSION]
    world.app.extensions[EXTENSION] = replace(
        own, settings=replace(own.settings, source_url=SOURCE)
    )
    yield world
    world.app.extensions[EXTENSION] = own


def links(world: World, path: str) -> list[dict[str, str | None]]:
    answer = world.app.test_client().get(path)
    assert answer.status_code == 200
    return [each for each in Tags(answer.text).named("a") if each.get("href") == SOURCE]


def test_the_foot_of_each_page_leads_to_the_source(told: World) -> None:
    rush = a_rush(told, told.user("owner"))

    for path in (f"/s/{rush.address}", f"/s/{rush.address}?language=ru", "/problems"):
        assert len(links(told, path)) == 1, path


def test_where_nobody_said_where_it_is_no_link_leads_nowhere(world: World) -> None:
    assert links(world, "/problems") == []
    assert "AGPL" not in world.app.test_client().get("/problems").text.partition("<footer")[2]


def test_the_command_tells_its_version_licence_and_source() -> None:
    done = run("--version", UNDERSIGNED_SOURCE_URL=SOURCE)

    assert done.returncode == 0
    assert done.stdout.startswith("undersigned ")
    assert "AGPL-3.0-or-later" in done.stdout
    assert SOURCE in done.stdout


def test_the_command_tells_its_version_without_any_setting() -> None:
    done = run("--version")

    assert done.returncode == 0
    assert "UNDERSIGNED_SOURCE_URL" in done.stdout


def test_a_source_that_nobody_can_open_stops_the_start() -> None:
    done = run(
        "migrate",
        UNDERSIGNED_DATABASE_URL="sqlite:////nowhere",
        UNDERSIGNED_STORAGE_PATH="/nowhere",
        UNDERSIGNED_MASTER_KEYS="x",
        UNDERSIGNED_SOURCE_URL="javascript:alert(1)",
    )

    assert done.returncode == 3
    assert "UNDERSIGNED_SOURCE_URL" in done.stderr


def test_the_shell_completes_commands_and_options() -> None:
    completed = {
        words: run(
            _UNDERSIGNED_COMPLETE="bash_complete",
            COMP_WORDS=f"undersigned {words}",
            COMP_CWORD=str(len(words.split(" "))),
        ).stdout
        for words in ("back", "backup ver", "serve --wor")
    }

    assert "plain,backup" in completed["back"]
    assert "plain,verify" in completed["backup ver"]
    assert "plain,--workers" in completed["serve --wor"]


def test_the_version_is_told_at_once_without_the_parts_of_a_server() -> None:
    told = {"PATH": os.environ["PATH"], "PYTHONPROFILEIMPORTTIME": "1"}
    done = subprocess.run(  # noqa: S603 # our own command
        [COMMAND, "--version"], env=told, check=True, capture_output=True, text=True
    )

    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "api.cli" in loaded
    assert not loaded & {"flask", "marshmallow", "sqlalchemy", "weasyprint"}
