"""Processes that change the same rows at once lose nothing, on either database."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from api.accounts.models import User
from api.infra.database.transactions import db, reading
from api.infra.security.keys import FIRST, FOR_INDEXES, DataKey
from tests.support.builders import a_coalition, a_role, an_organisation
from tests.support.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World

pytestmark = pytest.mark.rest  # processes that race

PROCESSES, TIMES = 3, 25


@pytest.fixture
def workers(world: World) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes with an app each, waiting for what to do."""
    command = [sys.executable, "-W", "error", "-m", "tests.contracts.worker"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    running = [
        subprocess.Popen(command, text=True, **pipes)  # type: ignore[call-overload] # noqa: S603 # our own module
        for _ in range(PROCESSES)
    ]
    tell(running, asdict(world.app.extensions["undersigned"].settings))
    assert hear(running) == ["ready"] * PROCESSES
    yield running
    for process in running:
        process.communicate(timeout=10)


def tell(workers: list[subprocess.Popen[str]], what: dict[str, Any]) -> None:
    for process in workers:
        assert process.stdin
        process.stdin.write(f"{json.dumps(what)}\n")
        process.stdin.flush()


def hear(workers: list[subprocess.Popen[str]]) -> list[str]:
    return [process.stdout.readline().strip() for process in workers if process.stdout]


def test_processes_that_meet_lose_no_update_and_make_no_twins(
    world: World, workers: list[subprocess.Popen[str]]
) -> None:
    tell(workers, {"how": "by creating", "email": "first@specimen.example"})
    assert sorted(hear(workers)) == ["made", *["was there"] * (PROCESSES - 1)]
    with world.app.app_context(), reading() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 1
        made = session.scalars(select(DataKey.generation).order_by(DataKey.generation)).all()
        assert made == [FOR_INDEXES, FIRST]

    owner = world.user("owner")
    organisation = an_organisation(owner, a_coalition(owner), acronym="0")
    path = f"/v1/organisations/{organisation}"
    task = {"token": owner.token, "path": path, "id": organisation, "times": TIMES}

    tell(workers, {"how": "by API", **task})
    refused = [int(each) for each in hear(workers)]
    assert owner.get(path)["acronym"] == str(PROCESSES * TIMES)
    assert sum(refused), "they did not meet"

    tell(workers, {"how": "by transaction", **task})
    assert hear(workers) == ["0"] * PROCESSES
    assert owner.get(path)["acronym"] == str(2 * PROCESSES * TIMES)
    assert owner.get(path).etag == f'"{1 + 2 * PROCESSES * TIMES}"'


def test_of_two_owners_who_take_each_others_role_one_stays(world: World) -> None:
    for _ in range(5):
        first, second = world.user("first"), world.user("second")
        coalition = a_coalition(first)
        a_role(first, coalition, second, "owner")
        roles = first.get(f"/v1/coalitions/{coalition}/roles")["items"]
        by_email = {role["user"]["email"]: role["id"] for role in roles}

        calls = [(first, by_email[second.email]), (second, by_email[first.email])]
        with ThreadPoolExecutor(2) as threads:
            answers = sorted(threads.map(lambda call: _take(world, *call), calls))

        assert answers[0] == 204
        assert answers[1] in {403, 404, 409}


def _take(world: World, caller: Client, role: str) -> int:
    again = Client(world.app.test_client(), caller.token)
    return again.delete(f"/v1/roles/{role}", etag='"1"').status


def test_twenty_changes_of_one_version_make_one_change(world: World) -> None:
    owner = world.user("owner")
    path = f"/v1/organisations/{an_organisation(owner, a_coalition(owner))}"

    def change(number: int) -> int:
        caller = Client(world.app.test_client(), owner.token)
        return caller.patch(path, {"acronym": f"A{number}"}, etag='"1"').status

    with ThreadPoolExecutor(10) as threads:
        statuses = sorted(threads.map(change, range(20)))

    assert statuses == [200] + [412] * 19
    assert owner.get(path).etag == '"2"'
    with world.app.app_context():
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined] # of a queue pool
