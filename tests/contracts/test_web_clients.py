"""Web clients at other origins: what a browser lets them send and read, and what travels small."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import TYPE_CHECKING

import brotli
import pytest

from api.app import create_app
from api.config import BadSettings, read
from api.infra.database.transactions import db
from api.infra.runtime import EXTENSION
from api.signatures.service import search
from tests.contracts.scene import document
from tests.support.builders import a_coalition, a_signature, a_text, an_organisation
from tests.support.client import Client
from tests.support.signing import a_rush

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.infra.sandbox.pool import ChildPool
    from tests.conftest import World

DESK = "https://desk.specimen.example"
OTHER = "https://other.specimen.example"


@pytest.fixture
def desk(world: World, children: ChildPool) -> Iterator[Client]:
    """Somebody whose web client's origin the operator has named."""
    settings = world.app.extensions[EXTENSION].settings
    origins = (DESK, "http://localhost:5173")
    app = create_app(replace(settings, cors_origins=origins), children)
    yield Client(app.test_client(), world.user("desk").token)
    with app.app_context():
        db.engine.dispose()


def asked(client: Client, path: str, method: str, origin: str = DESK) -> dict[str, str]:
    """Ask, as a browser does before it sends something, what may be sent."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,if-match,idempotency-key,content-type",
    }
    answer = Client(client.http).send("OPTIONS", path, headers=headers)
    assert answer.status == 200, answer.body
    return answer.headers


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_browser_is_told_that_a_named_origin_may_send_all_that_the_api_takes(
    desk: Client, method: str
) -> None:
    told = asked(desk, "/v1/coalitions", method)

    assert told["Access-Control-Allow-Origin"] == DESK
    assert method in told["Access-Control-Allow-Methods"]
    allowed = told["Access-Control-Allow-Headers"].lower()
    for name in ("authorization", "content-type", "if-match", "idempotency-key"):
        assert name in allowed
    assert "Access-Control-Allow-Credentials" not in told


def test_another_origin_is_told_nothing_and_reads_nothing(desk: Client) -> None:
    for origin in (OTHER, f"{DESK}.evil.example", "null", DESK.replace("https", "http")):
        assert "Access-Control-Allow-Origin" not in asked(desk, "/v1/me", "GET", origin)
        answer = desk.send("GET", "/v1/me", headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_who_comes_from_nowhere_is_told_no_origin_and_no_cache_mixes_them_up(
    desk: Client,
) -> None:
    for headers in ({}, {"Origin": OTHER}, {"Origin": DESK}):
        answer = desk.send("GET", "/v1/me", headers=headers)
        told = answer.headers.get("Access-Control-Allow-Origin")
        assert told == (DESK if headers.get("Origin") == DESK else None)
        assert "Origin" in answer.headers["Vary"].split(", ")


def test_where_none_is_named_none_is_let_in(world: World) -> None:
    answer = world.user().send("GET", "/v1/me", headers={"Origin": DESK})

    assert answer.status == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_named_origin_reads_answers_refusals_and_every_header_that_is_described(
    world: World, desk: Client
) -> None:
    coalition = a_coalition(desk)
    path = f"/v1/coalitions/{coalition}"
    answers = [
        desk.send("GET", path, headers={"Origin": DESK}),
        desk.send("GET", "/v1/coalitions/none", headers={"Origin": DESK}),
        desk.send("PATCH", path, {"name": "New"}, headers={"Origin": DESK}),
        Client(desk.http).send("GET", path, headers={"Origin": DESK}),
    ]

    assert [each.status for each in answers] == [200, 404, 428, 401]
    for each in answers:
        assert each.headers["Access-Control-Allow-Origin"] == DESK
        assert "Origin" in each.headers["Vary"]
        exposed = each.headers["Access-Control-Expose-Headers"].split(", ")
        described = document(world)["components"]["headers"]
        assert {*exposed} == {*described, "Content-Disposition", "X-Request-ID"}


def test_pages_are_for_no_other_origin(desk: Client) -> None:
    answer = desk.send("GET", "/healthz", headers={"Origin": DESK})

    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    ["*", "https://desk.example/", "desk.example", "https://*.example", "null", "HTTPS://a.b"],
)
def test_what_is_no_origin_stops_the_start(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("DATABASE_URL", "sqlite:////tmp/db"),
        ("STORAGE_PATH", "/tmp/storage"),  # noqa: S108 # it is not made
        ("MASTER_KEYS", "x"),
        ("CORS_ORIGINS", f"{DESK},{origin}"),
    ):
        monkeypatch.setenv(f"UNDERSIGNED_{name}", value)

    with pytest.raises(BadSettings, match="CORS_ORIGINS"):
        read()


def test_an_answer_travels_compressed_to_who_can_read_it(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    for number in range(20):
        an_organisation(owner, coalition, names={"en": f"Specimen House {number}"})
    path = f"/v1/coalitions/{coalition}/organisations"
    plain = owner.get(path)
    packed = owner.send("GET", path, headers={"Accept-Encoding": "gzip"})
    smaller = owner.send("GET", path, headers={"Accept-Encoding": "br, gzip"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert brotli.decompress(smaller.body) == plain.body
    assert len(packed.body) < len(plain.body) / 4
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_the_etag_of_a_compressed_answer_is_good_for_a_change_and_for_304(
    owner: Client, encoding: str
) -> None:
    coalition = a_coalition(owner, name="A long name of a coalition, " * 10)
    path, how = f"/v1/coalitions/{coalition}", {"Accept-Encoding": encoding}
    read = owner.send("GET", path, headers=how)
    assert read.headers["Content-Encoding"] == encoding

    same = owner.send("GET", path, headers={**how, "If-None-Match": read.etag})
    changed = owner.patch(path, {"name": "New"}, read.etag)
    late = owner.patch(path, {"name": "Newer"}, read.etag)

    assert (same.status, same.body, same.etag) == (304, b"", read.etag)
    assert changed.status == 200, changed.body
    assert late.status == 412


def test_what_holds_a_secret_is_not_compressed_and_the_rest_is(
    world: World, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.app.config, "COMPRESS_MIN_SIZE", 0)
    how = {"Accept-Encoding": "gzip"}
    rush = a_rush(world, owner)
    own = rush.signed("ada@specimen.example")
    stranger = world.stranger()
    secret = (
        owner.send("POST", "/v1/tokens", {"label": "Specimen"}, headers=how),
        stranger.send("GET", f"/m/{own}", headers=how),
        stranger.send("GET", f"/s/{rush.address}/code", headers=how),
        stranger.send("GET", f"/v1/public/own-signatures/{own}", headers=how),
        stranger.send("GET", f"/v1/public/own-signatures/{own}/data", headers=how),
        stranger.send("GET", f"{rush.path}/challenge", headers=how),
    )

    for answer in secret:
        assert answer.status in {200, 201}, answer.body
        assert "Content-Encoding" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
    for path in ("/v1/me", f"/s/{rush.address}", rush.path):
        assert owner.send("GET", path, headers=how).headers["Content-Encoding"] == "gzip", path


def test_asking_how_far_a_job_is_costs_little_until_it_is_further(
    world: World, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_AT_ONCE", 0)
    statement, sha256 = a_text(owner, a_coalition(owner))
    a_signature(owner, statement, sha256)
    sought = owner.get(f"/v1/statements/{statement}/signatures", q="Specimen")
    assert sought.status == 202, sought.body
    path = sought.headers["Location"]
    waiting = owner.get(path)
    same = owner.send("GET", path, headers={"If-None-Match": waiting.etag})
    world.work()
    done = owner.send("GET", path, headers={"If-None-Match": waiting.etag})

    assert int(sought.headers["Retry-After"]) == int(waiting.headers["Retry-After"]) == 1
    assert (same.status, same.body) == (304, b"")
    assert (done.status, done["state"]) == (200, "done")
    assert "Retry-After" not in done.headers
