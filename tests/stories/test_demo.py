"""The demo on a real server: what it leaves, what it says, and how it ends."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.portable.rules import checking, printing, reading, signing
from tests.support import pdf_words

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.rest  # each run is a demo from nothing

ROOT = Path(__file__).resolve().parents[2]
DATA = reading.read((ROOT / "docs/demo/coalition.yaml").read_bytes())
COUNTRIES = ["Kazakhstan", "Kyrgyzstan", "Tajikistan", "Turkmenistan", "Uzbekistan"]
LAST_LINE = "Serving until Ctrl-C."


@dataclass
class Run:
    """One run of the demo: its process, and what it has said."""

    process: subprocess.Popen[str]
    folder: Path
    lines: list[str] = field(default_factory=list)

    def until(self, words: str) -> None:
        """Wait until it says these words, or fail with what it said instead."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if words in line:
                return
        pytest.fail("\n".join(["The demo ended too early:", *self.lines]))

    @property
    def port(self) -> int:
        (found,) = (line for line in self.lines if line.startswith("· Serving on"))
        return int(re.findall(r":([0-9]+)", found)[0])


def demo(folder: Path, *arguments: str) -> list[str]:
    return [
        sys.executable,
        str(ROOT / "docs/demo/demo.py"),
        "--folder",
        str(folder),
        *arguments,
    ]


@contextmanager
def running(folder: Path) -> Iterator[Run]:
    with subprocess.Popen(  # noqa: S603 # our own demo
        demo(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield Run(process, folder)
        finally:
            process.terminate()


@contextmanager
def taken_port(port: int) -> Iterator[None]:
    """Listen on a port, unless another process does already."""
    with closing(socket.socket()) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen()
        except OSError:
            pass
        yield


def is_served(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def must_end(port: int) -> None:
    until = time.monotonic() + 20
    while is_served(port):
        assert time.monotonic() < until, "The server is still there."
        time.sleep(0.1)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A demo that serves, in a folder with a space in its name, beside a taken port."""
    folder = tmp_path_factory.mktemp("the demo")
    with taken_port(5000), running(folder) as run:
        run.until(LAST_LINE)
        yield run


@pytest.fixture(scope="module")
def letter(ran: Run) -> Any:
    """The portable statement that the demo exported."""
    document = reading.read((ran.folder / "letter.yaml").read_bytes())
    assert checking.require(document)[1] == []
    return document


@pytest.fixture(scope="module")
def pdf(ran: Run) -> bytes:
    return (ran.folder / "letter.pdf").read_bytes()


def test_the_letter_prints_all_of_its_text_and_signatories_in_order(
    letter: Any, pdf: bytes
) -> None:
    parts = [*pdf_words.parts_of(printing.resolve(letter), signing.signatories(letter))]
    assert len(parts) > 60
    assert pdf_words.in_order(parts, pdf_words.letters_of(pdf)) is None


def test_every_page_is_marked_as_a_specimen(pdf: bytes) -> None:
    pages = pdf_words.pages_of(pdf)
    assert 2 <= len(pages) <= 3
    assert all("Specimen" in map(str.strip, page.splitlines()) for page in pages)


def test_the_letter_has_five_countries_in_order_three_quotes_and_a_dozen_cases(
    letter: Any, pdf: bytes
) -> None:
    blocks = printing.resolve(letter)["blocks"]
    (demands,) = (block for block in blocks if block["type"] == "demands")
    assert [each["heading"] for each in demands["lists"]] == COUNTRIES
    assert sum(block["type"] == "quote" for block in blocks) == 3
    assert [each["id"] for each in letter["cases"]] == [each["key"] for each in DATA["cases"]]
    held = [each for each in DATA["cases"] if each["status"] != "released"]
    labels = [each.get("public_label", each["name"]) for each in held]
    assert len(labels) == 11  # who is free is named by a demand alone
    printed = pdf_words.letters_of(pdf)  # in columns, which are read across
    assert [each for each in labels if pdf_words.letters(each) not in printed] == []


def test_a_demand_that_was_met_stays_out_of_the_letter(letter: Any) -> None:
    asked = {d["key"]: d for each in DATA["demand_lists"] for d in each["demands"]}
    printed = [d["id"] for each in letter["demand_lists"] for d in each["demands"]]
    assert printed == [key for key, demand in asked.items() if demand.get("status") != "met"]
    partly = [d for each in letter["demand_lists"] for d in each["demands"] if "status" in d]
    assert [(d["id"], d["status"]) for d in partly] == [("kg-1", "partly_met")]


def test_no_document_shows_who_may_not_be_named(ran: Run, pdf: bytes) -> None:
    (hidden,) = (each for each in DATA["cases"] if not each.get("may_be_named", True))
    secrets = [hidden["name"], *hidden["aliases"], DATA["person"]["name"]]
    files = [(ran.folder / f"letter.{ending}").read_text("utf-8") for ending in ("html", "txt")]
    for text in [pdf_words.letters_of(pdf), *map(pdf_words.letters, files)]:
        assert not [secret for secret in secrets if pdf_words.letters(secret) in text]
        assert pdf_words.letters("and 1 signatory whose name is withheld") in text


def test_a_taken_port_is_said_and_the_next_free_one_is_used(ran: Run) -> None:
    assert f"· Port 5000 is taken; {ran.port} is free" in ran.lines
    assert is_served(ran.port)


def test_the_curl_lines_that_the_demo_prints_work(ran: Run, tmp_path: Path) -> None:
    lines = [line.strip() for line in ran.lines if line.startswith("    curl ")]
    assert len(lines) == 3
    said = ""
    for line in lines:
        done = subprocess.run(  # noqa: S603 # the line that a person is told to type
            ["/bin/sh", "-c", line], capture_output=True, text=True, check=True, cwd=tmp_path
        )
        said += done.stdout
    assert "Merdan Nusgaly" in said
    assert "Yodgor Namunaev" in said
    assert (tmp_path / "letter.pdf").read_bytes() == (ran.folder / "letter.pdf").read_bytes()


def test_letters_go_nowhere_and_are_kept_as_files(ran: Run) -> None:
    letters = [each.read_text("utf-8") for each in (ran.folder / "letters").glob("*.eml")]
    signed = {each["email"] for each in DATA["signatories"]}
    assert {email for email in signed if any(f"To: {email}" in each for each in letters)} == signed


def test_the_desk_has_signatures_to_look_at(ran: Run) -> None:
    assert any("5 signed, 2 wait for a look" in line for line in ran.lines)


def test_the_master_key_is_readable_by_its_owner_only(ran: Run) -> None:
    assert (ran.folder / "settings.env").stat().st_mode & 0o777 == 0o600


def test_a_run_beside_one_that_serves_is_refused_in_plain_words(ran: Run) -> None:
    done = subprocess.run(  # noqa: S603 # our own demo
        demo(ran.folder, "--once"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert done.stderr.startswith("Another ./run demo works in ")
    assert is_served(ran.port)


def test_ctrl_c_stops_the_server_and_a_second_run_makes_the_same_letter(ran: Run) -> None:
    first = (ran.folder / "letter.pdf").read_bytes()
    ran.process.send_signal(signal.SIGINT)
    assert ran.process.wait(20) == 0
    must_end(ran.port)
    done = subprocess.run(  # noqa: S603 # our own demo
        demo(ran.folder, "--once"), capture_output=True, text=True, check=True
    )
    assert LAST_LINE not in done.stdout
    assert (ran.folder / "letter.pdf").read_bytes() == first


def test_a_demo_that_is_killed_leaves_no_server(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        run.until("Serving on")
        assert is_served(run.port)
        run.process.kill()
        must_end(run.port)
