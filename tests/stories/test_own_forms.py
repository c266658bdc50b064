"""Forms that sites write themselves: what they may send, read and keep of the public API."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from api.app import create_app
from api.infra.database.transactions import db
from api.infra.runtime import EXTENSION
from api.infra.sandbox.pool import ChildPool
from tests.conftest import World
from tests.stories.test_signing_at_once import solved
from tests.support.client import Answer, Client
from tests.support.signing import Rush, a_network, a_rush

SITE = "https://specimen.example"
OTHER = "https://other.example"
OWN, PENDING = "/v1/public/own-signatures", "/v1/public/pending-signatures"
SHARED = "public, max-age=5, stale-while-revalidate=5"


@pytest.fixture
def rush(world: World) -> Rush:
    found = a_rush(world, world.user("coordinator"))
    found.owner.patch(f"/v1/coalitions/{found.coalition}", {"origins": [SITE]})
    return found


def from_site(rush: Rush, method: str, path: str, origin: str = SITE, **more: Any) -> Answer:
    headers = {"Origin": origin, **more.pop("headers", {})}
    return rush.world.stranger().send(method, path, headers=headers, **more)


def asked(rush: Rush, body: dict[str, Any], key: str | None = None) -> Answer:
    return rush.world.stranger().send(
        "POST",
        f"{rush.path}/signatures",
        body,
        headers={"Idempotency-Key": key} if key else {},
        environ_base={"REMOTE_ADDR": a_network()},
    )


@pytest.fixture
def paths(rush: Rush) -> list[str]:
    """What there is of a statement that was published and signed."""
    own = rush.signed("ada@specimen.example")
    assert rush.sent("bea@specimen.example").status == 202
    rush.work()
    pending = rush.secrets()[-1]
    rush.publish()
    rush.world.stranger().get(f"{rush.path}/document")
    rush.work()
    public = [f"{rush.path}{part}" for part in ("", "/signatures", "/signature-counts")]
    return [
        *public,
        f"{rush.path}/document",
        f"{PENDING}/{pending}",
        f"{OWN}/{own}",
        f"{OWN}/{own}/data",
    ]


def test_a_named_site_reads_all_that_is_public_or_belongs_to_its_visitor(
    rush: Rush, paths: list[str]
) -> None:
    for path in paths:
        answer = from_site(rush, "GET", path)
        assert answer.status == 200, path
        assert answer.headers["Access-Control-Allow-Origin"] == SITE, path
        assert "Origin" in answer.headers["Vary"], path
        for name in ("ETag", "Link", "Retry-After", "Idempotent-Replayed", "Content-Disposition"):
            assert name in answer.headers["Access-Control-Expose-Headers"], name
        assert "Access-Control-Allow-Credentials" not in answer.headers
        stranger = from_site(rush, "GET", path, OTHER)
        assert "Access-Control-Allow-Origin" not in stranger.headers, path


def test_a_named_site_is_told_beforehand_what_it_may_send(rush: Rush, paths: list[str]) -> None:
    for path in paths:
        told = from_site(rush, "OPTIONS", path).headers
        assert told["Access-Control-Allow-Origin"] == SITE, path
        allowed = told["Access-Control-Allow-Headers"]
        for name in ("Content-Type", "Idempotency-Key", "If-None-Match"):
            assert name in allowed
        assert "Authorization" not in allowed
        assert "POST" in told["Access-Control-Allow-Methods"]


def test_a_refusal_and_a_link_that_ended_can_be_read_a_secret_that_never_was_cannot(
    rush: Rush,
) -> None:
    own = rush.signed("ada@specimen.example")
    rush.world.stranger().post(f"{OWN}/{own}/withdrawal")
    wrong = from_site(rush, "POST", f"{rush.path}/signatures", body={})
    ended = from_site(rush, "GET", f"{OWN}/{own}")
    unknown = from_site(rush, "GET", f"{OWN}/{'x' * 43}")

    assert wrong.status == 422
    assert wrong.headers["Access-Control-Allow-Origin"] == SITE
    assert ended.headers["Access-Control-Allow-Origin"] == SITE
    assert unknown.status == 404
    assert "Access-Control-Allow-Origin" not in unknown.headers


def test_an_origin_that_operator_and_coalition_name_is_named_once(
    rush: Rush, children: ChildPool
) -> None:
    settings = rush.world.app.extensions[EXTENSION].settings
    app = create_app(replace(settings, cors_origins=(SITE, "https://desk.example")), children)
    answer = Client(app.test_client()).http.get(rush.path, headers={"Origin": SITE})
    with app.app_context():
        db.engine.dispose()

    assert answer.headers.getlist("Access-Control-Allow-Origin") == [SITE]


def test_what_is_public_may_be_kept_for_a_moment_and_is_read_once(
    rush: Rush, paths: list[str]
) -> None:
    public, secret = paths[:4], paths[4:]
    for path in public:
        read = rush.world.stranger().get(path)
        again = {"If-None-Match": read.etag}
        same = rush.world.stranger().send("GET", path, headers=again)
        assert read.headers["Cache-Control"] == SHARED, path
        assert (same.status, same.body) == (304, b""), path
        assert same.headers["Cache-Control"] == SHARED, path
    for path in secret:
        assert rush.world.stranger().get(path).headers["Cache-Control"] == "no-store", path
    nothing = rush.world.stranger().get("/v1/public/statements/nothing-23456789")
    challenge = rush.world.stranger().get(f"{rush.path}/challenge")
    assert nothing.headers["Cache-Control"] == challenge.headers["Cache-Control"] == "no-store"

    counts = f"{rush.path}/signature-counts"
    before = rush.world.stranger().get(counts)
    rush.signed("eve@specimen.example")
    after = rush.world.stranger().send("GET", counts, headers={"If-None-Match": before.etag})
    assert (after.status, after["total"]) == (200, before["total"] + 1)


def test_nobody_keeps_what_is_read_of_a_sensitive_statement(world: World, owner: Client) -> None:
    rush = a_rush(world, owner, is_sensitive=True, shows_list=True)
    rush.publish()
    rush.world.work()
    page = rush.world.app.test_client().get(f"/s/{rush.address}")

    for of in ("", "/signatures", "/signature-counts", "/document"):
        read = rush.world.stranger().get(f"{rush.path}{of}")
        again = rush.world.stranger().send(
            "GET", f"{rush.path}{of}", headers={"If-None-Match": read.etag}
        )
        told = [each.headers["Cache-Control"] for each in (read, again)]
        assert (read.status, *told) == (200, "no-store", "no-store"), of
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")


def test_who_has_a_page_already_is_told_so_until_somebody_signs(rush: Rush) -> None:
    browser, path = rush.world.app.test_client(), f"/s/{rush.address}"
    first = browser.get(path)
    had = {"If-None-Match": first.headers["ETag"]}
    same = browser.get(path, headers=had)
    rush.signed("eve@specimen.example")
    rush.world.work()
    after = browser.get(path, headers=had)

    assert (same.status_code, same.data) == (304, b"")
    assert after.status_code == 200


def test_a_document_that_is_being_printed_is_kept_by_nobody(rush: Rush) -> None:
    rush.publish()
    answer = rush.world.stranger().get(f"{rush.path}/document")

    assert answer.status == 202
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Accept" in answer.headers["Vary"]


def test_asking_to_sign_again_with_the_same_key_writes_one_letter(rush: Rush) -> None:
    body = rush.body("ada@specimen.example", proof=solved(rush))
    key = str(uuid4())
    first = asked(rush, body, key)
    again = asked(rush, body, key)

    assert (first.status, again.status) == (202, 202), again.body
    assert first.body == again.body
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    rush.work()
    assert len(rush.secrets()) == 1


def test_a_lost_answer_is_given_again_though_the_text_has_changed_since(rush: Rush) -> None:
    body, key = rush.body("ada@specimen.example"), str(uuid4())
    assert asked(rush, body, key).status == 202
    rush.set(closes_at="2026-01-02T00:00:00Z")

    assert asked(rush, body, key).status == 202
    assert asked(rush, body, str(uuid4())).status == 409


def test_a_key_stands_for_one_body_and_belongs_to_nobody_else(rush: Rush) -> None:
    one = asked(rush, rush.body("ada@specimen.example"), "1")
    other = asked(rush, rush.body("bea@specimen.example"), "1")
    rush.work()

    assert (one.status, other.status) == (202, 202)
    assert "Idempotent-Replayed" not in other.headers
    assert len(rush.secrets()) == 2


def test_what_was_refused_is_tried_again_with_the_same_key(rush: Rush) -> None:
    body, key = rush.body("ada@specimen.example"), str(uuid4())
    rush.set(closes_at="2026-01-02T00:00:00Z")
    assert asked(rush, body, key).status == 409
    rush.set(closes_at=None)

    again = asked(rush, body, key)
    assert again.status == 202
    assert "Idempotent-Replayed" not in again.headers


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_of_no_use_is_refused(rush: Rush, key: str) -> None:
    answer = rush.world.stranger().send(
        "POST",
        f"{rush.path}/signatures",
        rush.body("ada@specimen.example"),
        headers={"Idempotency-Key": key},
    )

    assert (answer.status, answer.codes) == (422, {"Idempotency-Key": "wrong_format"})


def test_all_else_that_is_public_can_be_sent_again_as_it_is(rush: Rush) -> None:
    own = rush.signed("ada@specimen.example")
    for act, body in (("corrections", {"name": "Ada S."}), ("hiding", None), ("withdrawal", None)):
        first, again = (
            rush.world.stranger().post(f"{OWN}/{own}/{act}", body, key="same") for _ in range(2)
        )
        assert first.status == 200, act
        assert (again.status, again.body) == (first.status, first.body), act
