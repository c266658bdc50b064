"""What the README says works: its commands are there, and its tour runs line by line."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from api.app import describe
from api.portable.rules import checking, reading
from tests.support.paper import must_be_a_command, undersigned_lines

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
TOUR = README[README.index("## A tour by curl") : README.index("## Without a server")]
TOUR_BLOCKS = re.findall(r"^```sh\n(.*?)^```", TOUR, re.DOTALL | re.MULTILINE)
INLINE = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", README, flags=re.DOTALL))
TASKS = re.findall(r"(?m)^\./run ([a-z]+)", subprocess.check_output([ROOT / "run"], text=True))  # noqa: S603 # our own


def lines() -> list[str]:
    """The command lines of the README, with what a backslash continues joined."""
    joined = "\n".join([*BLOCKS, *INLINE]).replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines()]


def curl_lines() -> list[tuple[str, str]]:
    """The method and the path of each call of the tour; `{}` stands for an id."""
    found = []
    calls = re.findall(r"curl -K me(?:[^'\n]|'[^']*'|\\\n)*", "\n".join(TOUR_BLOCKS))
    for call in calls:
        address = re.search(r"\$api(/[^\s\"?)]*)", call)
        if address:
            path = re.sub(r"\$[a-z]+", "{}", address[1])
            method = "put" if "-X PUT" in call else "post" if "--json" in call else "get"
            found.append((method, f"/v1{path}"))
    return found


def test_every_task_of_run_that_the_readme_names_is_there() -> None:
    named = {each for line in lines() for each in re.findall(r"\./run ([a-z]+)", line)}
    assert {"demo", "test"} <= named <= set(TASKS)


@pytest.mark.parametrize("words", undersigned_lines(lines()), ids=" ".join)
def test_every_command_and_option_of_the_readme_is_there(words: list[str]) -> None:
    must_be_a_command(words)


def test_every_curl_line_of_the_tour_is_in_openapi() -> None:
    described = yaml.safe_load(describe())["paths"]
    known = {
        (method, re.sub(r"\{[a-z0-9_]+\}", "{}", path))
        for path, operations in described.items()
        for method in operations
    }
    calls = curl_lines()
    assert len(calls) == TOUR.count("curl -K me") - 1  # without the one of a helper
    assert set(calls) <= known


def test_every_file_that_the_readme_links_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", README)
    assert [link for pair in links for link in pair if link and not (ROOT / link).exists()] == []


def test_the_pictures_of_the_readme_are_small_and_say_what_they_show() -> None:
    pictures = dict(re.findall(r'<img src="([^"]+)" width="[0-9]+" alt="([^"]+)">', README))
    assert len(pictures) == README.count("<img ") == 7
    assert [each for each in pictures if (ROOT / each).stat().st_size > 120_000] == []
    assert [words for words in pictures.values() if len(words) < 30] == []


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.rest  # half a minute
def test_the_tour_runs_as_it_stands_and_ends_with_a_letter(tmp_path: Path) -> None:
    script = "\n".join(["set -eu", *TOUR_BLOCKS, "wait"])
    script = script.replace("127.0.0.1:5000", f"127.0.0.1:{free_port()}")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    own = {k: v for k, v in os.environ.items() if not k.startswith("UNDERSIGNED_")}
    with subprocess.Popen(  # noqa: S603 # the tour
        ["/bin/sh", "-c", script],
        cwd=tmp_path,
        env={**own, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as tour:
        try:
            said, _ = tour.communicate(timeout=100)
        finally:
            _end(tour.pid)
    folder = tmp_path / "demo/tour"
    assert (folder / "letter.pdf").exists(), said
    assert (folder / "draft.pdf").read_bytes().startswith(b"%PDF-")
    assert (folder / "letter.pdf").read_bytes().startswith(b"%PDF-")
    assert "Let the bakers go home" in (folder / "page.html").read_text("utf-8")
    assert "Ayan Specimenov" in (folder / "letter.html").read_text("utf-8")
    assert (folder / "me").stat().st_mode & 0o777 == 0o600
    letter = reading.read((folder / "letter.yaml").read_bytes())
    assert checking.require(letter)[1] == []
    assert [each["name"] for each in letter["signatories"]] == ["Specimen Committee"]


def _end(group: int) -> None:
    """End what a tour that failed half-way left running."""
    try:
        os.killpg(group, signal.SIGTERM)
    except ProcessLookupError:
        return
