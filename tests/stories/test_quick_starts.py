"""The quick starts work as they stand: one is followed, the others name what is there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import click
import httpx
import pytest

from api.cli import commands
from api.config import share
from api.signatures.service import search
from tests.conftest import World
from tests.support import browser as browsers
from tests.support.builders import a_coalition, a_signature, a_text, an_organisation


def blocks(name: str, language: str = "sh") -> list[str]:
    text = share("docs", name).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_a_program_follows_the_quick_start_from_a_token_to_a_letter(
    world: World, tmp_path: Path
) -> None:
    coordinator = world.user("coordinator")
    with browsers.served(world.app) as place:
        done = subprocess.run(  # noqa: S603 # our own paper
            ["/bin/sh", "-euc", "\n".join(blocks("quick-start-api.md"))],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "TOKEN": str(coordinator.token), "api": f"{place}/v1"},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("draft.pdf", "letter.pdf"):
        assert (tmp_path / name).read_bytes().startswith(b"%PDF-"), done.stdout
    assert "Open the doors" in (tmp_path / "letter.yaml").read_text("utf-8")
    assert '"phase": "open"' in re.sub('":', '": ', done.stdout).replace("  ", " ")


def test_what_a_coordinator_is_told_to_press_stands_at_the_desk() -> None:
    text = share("docs", "quick-start-coordinators.md").read_text("utf-8")
    told = {" ".join(words.split()) for words in re.findall(r"\*\*([^*]+)\*\*", text)}
    files = share("templates", "desk", "words", "en").glob("*.toml")
    said = {words for file in files for words in re.findall(r'"([^"]+)"', file.read_text("utf-8"))}

    assert len(told) > 20
    assert told - said == set()


def command_lines() -> list[list[str]]:
    text = "\n".join(blocks("quick-start-operators.md"))
    found = re.findall(r"(?:^|\$\()undersigned ([a-z][^)\n\"]*(?:\"[^\"]*\")?)", text, re.MULTILINE)
    return [shlex.split(line) for line in found]


@pytest.mark.parametrize("words", command_lines(), ids=" ".join)
def test_every_command_that_an_operator_is_told_is_there(words: list[str]) -> None:
    command: click.Command = commands
    while isinstance(command, click.Group):
        usual = getattr(command, "usual", "")  # of `backup FILE`
        command = command.commands[words.pop(0) if words[0] in command.commands else usual]
    known = {option for each in command.params for option in each.opts}

    assert {word for word in words if word.startswith("--")} <= known


def test_an_operator_is_told_settings_that_are_there() -> None:
    known = share("docs", "settings.md").read_text("utf-8")
    named = re.findall(r"(UNDERSIGNED_[A-Z_]+)=", "\n".join(blocks("quick-start-operators.md")))

    assert len(named) > 5
    assert all(f"`{each}`" in known for each in named)


def program(name: str) -> dict[str, Any]:
    """Return what the Python of a guide defines."""
    found: dict[str, Any] = {}
    exec("\n".join(blocks(name, "python")), found)  # noqa: S102 # our own paper
    return found


def caller(world: World, token: str | None) -> httpx.Client:
    return httpx.Client(
        transport=httpx.WSGITransport(app=world.app),
        base_url="http://sign.specimen.example",
        headers={"Authorization": f"Bearer {token}"},
    )


def test_the_walk_that_the_guide_of_lists_shows_meets_each_item_once(world: World) -> None:
    owner = world.user()
    coalition = a_coalition(owner)
    made = [an_organisation(owner, coalition, names={"en": f"Specimen {n}"}) for n in range(5)]
    path = f"/v1/coalitions/{coalition}/organisations"

    with caller(world, owner.token) as client:
        found = program("paging.md")["every"](client, path, limit=2)
        assert sorted(each["id"] for each in found) == sorted(made)


def test_the_wait_that_the_guide_of_jobs_shows_ends_when_the_job_does(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_AT_ONCE", 0)
    owner = world.user()
    statement, sha256 = a_text(owner, a_coalition(owner))
    a_signature(owner, statement, sha256)
    told = program("jobs.md")
    waits: list[int] = []

    def wait(seconds: int) -> None:
        waits.append(seconds)
        if len(waits) == 2:  # once it has asked twice: the second time it is told of nothing new
            world.work()

    monkeypatch.setattr(told["time"], "sleep", wait)
    with caller(world, owner.token) as client:
        sought = client.get(f"/v1/statements/{statement}/signatures", params={"q": "Specimen"})
        assert sought.status_code == 202
        assert told["result"](client, sought)["state"] == "done"
    assert waits == [1, 1]
