"""The real core of Mailman 3, in an environment of its own: it needs other packages than we do."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = ("mailman==3.3.10", "sqlalchemy<2.1", "falcon<4")
IDLE = (
    "archive", "bounces", "command", "digest", "in", "lmtp", "nntp", "out", "pipeline", "retry",
    "shunt", "task", "virgin",
)  # fmt: skip
PATIENCE = 240  # seconds, until it answers on a busy machine
CONFIG = """
[mailman]
layout: here
[paths.here]
var_dir: {folder}/var
[webservice]
hostname: 127.0.0.1
port: {port}
admin_user: restadmin
admin_pass: {password}
[mta]
incoming: mailman.mta.null.NullMTA
"""


@dataclass(frozen=True)
class Core:
    """A core that runs, and how its REST interface is reached."""

    port: int
    password: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/3.1"

    def ask(self, method: str, path: str, **form: Any) -> Any:
        answer = httpx.request(
            method,
            f"{self.url}{path}",
            data=form or None,
            auth=("restadmin", self.password),
            timeout=30,
            trust_env=False,
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def roster(self, name: str) -> set[str]:
        found = self.ask("GET", f"/lists/{name}/roster/member")
        return {each["email"] for each in found.get("entries", ())}

    def leave(self, name: str, email: str) -> None:
        """Unsubscribe somebody as they would."""
        gone = self.ask("POST", "/members/find", list_id=name, subscriber=email, role="member")
        self.ask("DELETE", f"/members/{gone['entries'][0]['member_id']}")

    def empty(self, name: str) -> None:
        """Have nobody on a list, and nobody banned: for the next test."""
        for each in self.roster(name):
            self.leave(name, each)
        for each in self.ask("GET", "/bans").get("entries", ()):
            self.ask("DELETE", f"/bans/{each['email']}")


@contextmanager
def core(folder: Path) -> Iterator[Core]:
    """Install and run a core, with one list."""
    binaries = _installed()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = Core(port, secrets.token_hex(8))
    runners = "".join(f"[runner.{each}]\nstart: no\n" for each in IDLE)
    config = folder / "mailman.cfg"
    config.write_text(CONFIG.format(folder=folder, **vars(found)) + runners)
    as_root = ["--run-as-root"] if os.getuid() == 0 else []
    command = [str(binaries / "mailman"), "-C", str(config), *as_root]
    env = {**os.environ, "HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        subprocess.run(  # noqa: S603 # our own command
            [*command, "start"], check=True, env=env, stdout=log, stderr=log, cwd=folder
        )
        try:
            _answers(found)
            found.ask("POST", "/domains", mail_host="specimen.example")
            found.ask("POST", "/lists", fqdn_listname="news@specimen.example")
            yield found
        finally:
            subprocess.run(  # noqa: S603
                [*command, "stop"], check=False, env=env, stdout=log, stderr=log, cwd=folder
            )


def _installed() -> Path:
    """Return where its commands are; the environment is made once, beside ours."""
    place = Path(sys.prefix) / "mailman"
    binaries = place / "bin"
    if not (place / "whole").exists():
        uv = str(Path(sys.prefix) / "bin" / "uv")
        steps = (
            [uv, "venv", "-q", "--clear", "--python", sys.executable, str(place)],
            [uv, "pip", "install", "-q", "--python", str(binaries / "python"), *PACKAGES],
        )
        for step in steps:
            done = subprocess.run(step, check=False, capture_output=True, text=True)  # noqa: S603
            if done.returncode:
                pytest.skip("Mailman could not be installed: there is no way to the packages.")
        (place / "whole").touch()
    return binaries


def _answers(found: Core) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            found.ask("GET", "/system/versions")
        except httpx.HTTPError:
            assert time.monotonic() < until, "Mailman does not answer."
            time.sleep(1)
        else:
            return
