"""Web processes and workers killed in a rush: what was accepted is there, with its one letter."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import func, select

from api.infra.database.transactions import reading
from api.infra.mail.letters import Letter, LetterState
from api.signing.models import PendingSignature
from tests.contracts.test_letter_workers import settings_of
from tests.support.signing import Rush, a_network, a_rush
from tests.support.smtp_server import Post, server
from tests.support.workers import environment, working

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.config import Settings
    from tests.conftest import World
    from tests.support.client import Client

KILLS, SIGNING = 12, 3
WAIT_SECONDS = 60


@contextmanager
def serving(
    world: World, post: Post, port: int, settings: Settings | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Serve as `undersigned serve` does."""
    settings = replace(settings or settings_of(world, post), trusted_proxies=1, log_level="ERROR")
    command = [
        sys.executable,
        "-m",
        "api.cli",
        "serve",
        "--no-worker",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    env = environment(settings)
    with subprocess.Popen(command, env=env) as process:  # noqa: S603 # our own
        try:
            yield process
        finally:
            kill(process.pid)


def kill(pid: int) -> None:
    """Kill a process and its children, all at once."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for each in (pid, *map(int, children.read_text().split() if children.exists() else ())):
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


def sign(rush: Rush, port: int, over: threading.Event, answers: dict[str, int], who: int) -> None:
    """Sign again and again; keep how each address was answered."""
    number = 0
    while not over.is_set():
        number += 1
        email = f"p{who}-{number}@specimen.example"
        body = json.dumps(bodies(rush) | {"email": email})
        headers = {"Content-Type": "application/json", "X-Forwarded-For": a_network()}
        with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            try:
                connection.request("POST", f"{rush.path}/signatures", body, headers)
                with connection.getresponse() as answer:
                    answers[email] = answer.status
            except (OSError, HTTPException):
                time.sleep(0.05)


def bodies(rush: Rush) -> dict[str, object]:
    return {**rush.settings["body"]}


def waiting(world: World, rush: Rush) -> int:
    with world.app.app_context(), reading() as session:
        unsent = select(func.count()).where(Letter.state == LetterState.QUEUED)
        mine = PendingSignature.statement_id == UUID(rush.statement)
        new = select(func.count()).where(mine, PendingSignature.taken_in_at.is_(None))
        return (session.scalar(unsent) or 0) + (session.scalar(new) or 0)


@pytest.mark.long
def test_who_was_accepted_in_a_rush_gets_the_letter_whatever_is_killed(
    world: World, owner: Client
) -> None:
    chance = random.Random(7)  # noqa: S311 # to be repeatable
    rush = a_rush(world, owner)
    rush.settings["body"] = rush.body("nobody@specimen.example")
    answers: dict[str, int] = {}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    over = threading.Event()
    threads = [
        threading.Thread(target=sign, args=(rush, port, over, answers, who))
        for who in range(SIGNING)
    ]
    with server(Post()) as post:
        for thread in threads:
            thread.start()
        for turn in range(KILLS):
            with serving(world, post, port) as web, working(settings_of(world, post)) as worker:
                before, until = len(answers), time.monotonic() + WAIT_SECONDS
                while len(answers) < before + 10:
                    assert time.monotonic() < until, "nothing is accepted"
                    time.sleep(0.05)
                time.sleep(chance.uniform(0, 1))
                kill(web.pid) if turn % 2 else worker.kill()
        over.set()
        for thread in threads:
            thread.join()
        with working(settings_of(world, post)):
            until = time.monotonic() + 3 * WAIT_SECONDS
            while waiting(world, rush):
                assert time.monotonic() < until, f"{waiting(world, rush)} still wait"
                time.sleep(0.2)

    told: dict[str, set[str]] = {}
    for message in post.took:
        told.setdefault(str(message["To"]), set()).add(str(message["Message-ID"]))
    assert set(answers.values()) == {202}, "somebody was not accepted, and not for a kill"
    assert answers.keys() <= told.keys(), "somebody was accepted and has no letter"
    assert all(len(ids) == 1 for ids in told.values()), "a letter repeats under another id"
