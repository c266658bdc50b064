"""`/metrics` of `undersigned serve` on an address of its own, for all processes of a machine."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.infra.test_processes import WAIT_SECONDS, House, serving
from tests.support.metrics import TOKEN, Told
from tests.support.postgres import free_port

pytestmark = pytest.mark.rest  # they start a house of processes
OF_REQUESTS = {"route": "/healthz", "method": "GET", "status": "2xx"}


class Watcher:
    """Who asks the address of its own."""

    def __init__(self, bind: str) -> None:
        self.bind = bind

    def ask(
        self, path: str = "/metrics", token: str | None = TOKEN, method: str = "GET"
    ) -> tuple[int, str]:
        with closing(HTTPConnection(self.bind, timeout=WAIT_SECONDS)) as line:
            line.request(method, path, headers={"Authorization": f"Bearer {token}"})
            answer = line.getresponse()
            return answer.status, answer.read().decode()

    def told(self) -> Told:
        status, text = self.ask()
        assert status == 200, text
        return Told(text)

    def until(self, name: str, at_least: float, **labels: str) -> None:
        end, found = time.monotonic() + WAIT_SECONDS, None
        while time.monotonic() < end:
            with suppress(OSError, HTTPException):
                found = self.told()(name, **labels)
                if found >= at_least:
                    return
            time.sleep(0.2)
        raise AssertionError(name, labels, found)


@pytest.fixture(scope="module")
def watcher() -> Watcher:
    return Watcher(f"127.0.0.1:{free_port()}")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, watcher: Watcher) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    more = {
        "UNDERSIGNED_METRICS_PATH": str(folder / "metrics"),
        "UNDERSIGNED_METRICS_BIND": watcher.bind,
        "UNDERSIGNED_METRICS_TOKEN": TOKEN,
    }
    with serving(folder, Path.cwd(), **more) as house:
        house.until_ready()
        house.wait_for(servers=True, workers=True)
        yield house


def get(house: House, path: str) -> int:
    with closing(house.connection()) as line:
        line.request("GET", path)
        return line.getresponse().status


def test_any_process_tells_of_all_and_a_killed_one_takes_nothing_with_it(
    house: House, watcher: Watcher
) -> None:
    before = watcher.told()("undersigned_http_requests_total", **OF_REQUESTS)
    for _ in range(3):
        assert get(house, "/healthz") == 200
    watcher.until("undersigned_http_requests_total", before + 3, **OF_REQUESTS)
    found = house.group()

    for pid in (*found["servers"], *found["workers"]):
        os.kill(pid, signal.SIGKILL)
    house.wait_for(servers=True, workers=True, but=found["workers"])
    house.until_ready()
    assert get(house, "/healthz") == 200

    watcher.until("undersigned_http_requests_total", before + 4, **OF_REQUESTS)
    told = watcher.told()
    assert told("undersigned_http_requests_total", **OF_REQUESTS) == before + 4
    assert told("undersigned_http_wait_seconds_count") >= before + 4
    assert told("undersigned_up", part="database") == 1


def test_there_is_nothing_else_at_that_address_and_no_metrics_at_the_other(
    house: House, watcher: Watcher
) -> None:
    watcher.until("undersigned_up", 1, part="database")

    assert get(house, "/metrics") == 404
    assert [watcher.ask(path)[0] for path in ("/", "/healthz", "/v1/me", "/metrics/")] == [404] * 4
    assert watcher.ask(token=None)[0] == watcher.ask(token="wrong")[0] == 401  # noqa: S106 # none
    assert watcher.ask(method="POST")[0] == 405
    assert watcher.ask(method="HEAD") == (200, "")


def test_what_is_refused_before_the_application_is_counted(house: House, watcher: Watcher) -> None:
    with closing(house.connection()) as line:
        line.request("GET", "/" + "x" * 20_000)
        problem = json.loads(line.getresponse().read())

    assert problem["type"] == "/problems/uri-too-long"
    watcher.until("undersigned_http_problems_total", 1, problem="uri-too-long")


def test_a_worker_alone_tells_what_the_server_counted(house: House, watcher: Watcher) -> None:
    assert get(house, "/healthz") == 200
    house.process.send_signal(signal.SIGSTOP)  # nobody starts the server again
    for pid in house.group()["servers"]:
        os.kill(pid, signal.SIGKILL)

    for _ in range(5):
        watcher.until("undersigned_http_requests_total", 1, **OF_REQUESTS)
    house.process.send_signal(signal.SIGCONT)
