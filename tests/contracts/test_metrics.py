"""/metrics tells who watches how the house does, and nothing of who is in it."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from api.infra import metrics
from api.infra.background import jobs
from api.infra.database.gauges import Gauge, GaugeSource
from api.infra.database.transactions import db
from api.infra.mail.letters import LetterKind
from api.infra.runtime import runtime
from api.infra.sandbox.pool import ChildPool
from api.web import health, metrics as exposed
from tests.conftest import World
from tests.support.builders import a_coalition, a_statement
from tests.support.client import Client
from tests.support.installation import a_house
from tests.support.metrics import TOKEN, Told, of, text, watched
from tests.support.wiring import added

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}")
CANARY = "kestrel-canary"
HEADERS = ("X-Request-ID", "User-Agent", "Accept", "Accept-Language", "Idempotency-Key", "If-Match",
           "X-Forwarded-For")  # fmt: skip


@pytest.fixture
def house(world: World, tmp_path: Path, children: ChildPool) -> Iterator[World]:
    with watched(world, tmp_path / "metrics", children) as found:
        yield found


def test_there_is_none_until_it_is_set_up(world: World) -> None:
    assert world.stranger().get("/metrics").status == 404


def test_where_nobody_watches_nothing_of_it_is_loaded() -> None:
    program = "import sys, api.app, api.cli; print([m for m in sys.modules if 'prometheus' in m])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)  # noqa: S603 # our own interpreter

    assert done.stdout == b"[]\n"


def test_it_is_told_to_who_has_the_token_alone(house: World) -> None:
    for wrong in (None, "specimen", TOKEN[:-1], f"{TOKEN}x"):
        answer = Client(house.app.test_client(), wrong).get("/metrics")
        assert (answer.status, answer["type"]) == (401, "/problems/unauthenticated")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    known = Client(house.app.test_client(), TOKEN)

    assert known.get("/metrics").status == 200
    assert known.get("/v1/me").status == 401  # it is good for nothing else
    assert house.user().get("/metrics").status == 401


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "text/plain; version=0.0.4"),
        ("text/plain;version=1.0.0;escaping=underscores", "text/plain; version=1.0.0"),
        ("application/openmetrics-text;version=1.0.0,*/*;q=0.1", "application/openmetrics-text"),
        ("text/plain;version=none", "text/plain; version=0.0.4"),
        ("application/openmetrics-text;version=1..0", "text/plain; version=0.0.4"),
    ],
)
def test_it_speaks_the_format_that_is_asked_for(house: World, accept: str, kind: str) -> None:
    head = {"Authorization": f"Bearer {TOKEN}", "Accept": accept}
    answer = house.app.test_client().get("/metrics", headers=head)

    assert answer.headers["Content-Type"].startswith(kind)
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"# TYPE undersigned_up gauge" in answer.data


def test_requests_are_counted_by_route_method_and_class_of_status(house: World) -> None:
    owner = house.user()
    coalition = a_coalition(owner)
    before = of(house)

    owner.get(f"/v1/coalitions/{coalition}")
    owner.get(f"/v1/coalitions/{uuid4()}")
    owner.post("/v1/coalitions", {})

    one, all_ = "/v1/coalitions/<uuid:coalition_id>", "/v1/coalitions"
    found = of(house)

    def more(name: str, **labels: str) -> float:
        return found(name, **labels) - before(name, **labels)

    for status in ("2xx", "4xx"):
        its = {"route": one, "method": "GET", "status": status}
        assert more("undersigned_http_requests_total", **its) == 1
    its = {"route": all_, "method": "POST", "status": "4xx"}
    assert more("undersigned_http_requests_total", **its) == 1
    assert more("undersigned_http_request_seconds_count", route=one, method="GET") == 2
    assert more("undersigned_http_problems_total", problem="not-found") == 1
    assert more("undersigned_http_problems_total", problem="invalid") == 1


def test_nothing_that_a_client_sends_becomes_a_label(house: World) -> None:
    http = house.app.test_client()
    a_coalition(house.user())
    of(house)

    def attack(round_: int) -> None:
        for number in range(20):
            word = f"{CANARY}-{round_}-{number}"
            head = {
                **dict.fromkeys(HEADERS, word), "Content-Type": f"text/{word}",
                **dict.fromkeys(("Referer", "Origin"), f"https://{word}.example"),
                "Authorization": f"Bearer {word}", "Host": f"{word}.example",
            }  # fmt: skip
            for path in (
                f"/{word}", f"/v1/{word}", f"/v1/coalitions/{word}", f"/v1/coalitions/{uuid4()}",
                f"/s/{word}", f"/problems/{word}", f"/docs/{word}", f"/v1/me?{word}={word}",
                f"/v1/coalitions?q={word}", "/%00" + word, f"/v1/coalitions/{uuid4()}/{word}",
            ):  # fmt: skip
                http.get(path, headers=head)
                http.post(path, headers=head, data=word)
            http.open("/v1/me", method=f"CANARY{number}", headers=head)
            http.open(f"/{word}", method=f"CANARY{number}", headers=head)

    attack(0)
    first = of(house)
    attack(1)
    second = of(house)

    assert "canary" not in second.text.lower()
    assert not UUID.search(second.text)
    assert second.samples.keys() == first.samples.keys()  # their number has an end
    assert second("undersigned_http_requests_total", route="unknown", method="GET", status="4xx")
    assert {"GET", "POST", "unknown"} <= second.words("method")


def test_of_a_house_with_all_in_it_only_words_of_ours_are_told(house: World) -> None:
    a_house(house, owner := house.user("owner"))
    owner.get(f"/v1/statements/{a_statement(owner, a_coalition(owner))}/draft/document")
    house.work()

    told = of(house)

    assert "pecimen" not in told.text
    assert not UUID.search(told.text)
    assert told.words("route") <= {rule.rule for rule in house.app.url_map.iter_rules()} | {
        "unknown"
    }
    with house.app.app_context():
        kinds = {*jobs.kinds(), *runtime().wiring.named(LetterKind), "unknown"}
    assert told.words("kind") <= kinds
    assert told.words("what") <= {"layout", "filling", "workbooks"}
    closed = [(metric, label, words) for metric in metrics.ALL
              for label, words in metric.labels.items() if words]  # fmt: skip
    for metric, label, words in closed:
        used = {dict(labels).get(label) for name, labels in told.samples if metric.name in name}
        assert used <= {*words, None}, metric.name
    assert len(told.samples) < 10_000


def test_a_part_that_is_away_is_told_and_the_rest_with_it(
    house: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "KNOWN_SECONDS", 0.0)
    well = of(house)
    monkeypatch.setattr(health, "queue_works", lambda: False)

    found = of(house)

    assert [well("undersigned_up", part=each) for each in ("database", "queue", "storage")] == [
        1
    ] * 3
    assert found("undersigned_up", part="queue") == 0
    assert found("undersigned_up", part="storage") == 1
    assert "mail" not in found.words("part")  # none is set


def test_without_its_database_what_was_counted_is_told(house: World) -> None:
    house.stranger().get("/healthz")
    with house.app.app_context():
        engine: Engine = db.engine

    def refuse(*_: object) -> None:
        raise OperationalError("connect", None, ConnectionError("canary-host is gone"))

    event.listen(engine, "begin", refuse, insert=True)
    found = of(house)
    event.remove(engine, "begin", refuse)

    assert found("undersigned_up", part="database") == 0
    assert found("undersigned_read", standing="jobs") == 0
    its = {"route": "/healthz", "method": "GET", "status": "2xx"}
    assert found("undersigned_http_requests_total", **its) == 1
    assert "undersigned_jobs{" not in found.text  # not known is not none
    assert of(house)("undersigned_up", part="database") == 1


def test_a_question_that_hangs_keeps_nobody_waiting(
    house: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exposed, "PATIENCE_SECONDS", 1.0)
    asked, over = [], threading.Event()

    def hang(_: object) -> list[object]:
        asked.append(1)
        over.wait(20)
        return []

    slow = GaugeSource("slow", (Gauge("undersigned_slow", "Never."),), hang)  # type: ignore[arg-type] # it tells nothing
    with added(house.app, slow):
        began = time.monotonic()
        found = of(house)
        again = of(house)
        assert time.monotonic() - began < 8
        over.set()

    assert [found("undersigned_read", standing=each) for each in ("slow", "jobs")] == [0, 1]
    assert again("undersigned_read", standing="slow") == 0
    assert len(asked) == 1  # it is asked once at a time


def test_a_place_that_cannot_be_read_stops_no_answer(house: World, tmp_path: Path) -> None:
    house.stranger().get("/healthz")
    Path(tmp_path, "metrics", "counter_77.db").write_bytes(b"\xff" * 100)

    its = {"route": "/healthz", "method": "GET", "status": "2xx"}
    assert Told(text(house))("undersigned_http_requests_total", **its) == 1
