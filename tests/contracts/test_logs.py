"""Logs hold ids, routes and times, and never a person, a secret, a path or a query."""

from __future__ import annotations

import io
import json
import logging
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from api.infra.text import spelling
from api.web import logs
from tests.support.builders import a_coalition, an_organisation, made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Answer, Client

NAME, EMAIL, WORDS = "Kestrel Canary", "kestrel.canary@specimen.example", "peregrine falcon"
CANARIES = ("kestrel", "canary", "peregrine", "falcon", "und_")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """All that is logged, in full detail, by us and by what we stand on."""
    stream = io.StringIO()
    # Not sys.stderr itself: the test runner puts its own there before each test.
    monkeypatch.setattr(logs, "sys", SimpleNamespace(stderr=stream))
    logs.configure("DEBUG")
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
    monkeypatch.undo()
    logs.configure("WARNING")


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    found = []
    for line in written.getvalue().splitlines():
        assert line.startswith("{"), f"not a structured line: {line}"
        found.append(json.loads(line))
    return found


def must_hold_no_canary(written: io.StringIO) -> None:
    text = written.getvalue().lower()
    assert text
    for canary in CANARIES:
        assert canary not in text


def test_ordinary_requests_leave_ids_routes_and_times(owner: Client, written: io.StringIO) -> None:
    coalition = a_coalition(owner, name=NAME)
    organisation = an_organisation(owner, coalition, names={"en": NAME}, aliases=[WORDS])
    made(owner, f"/v1/coalitions/{coalition}/addressees", {"name": NAME, "email": EMAIL})
    owner.get(f"/v1/coalitions/{coalition}/organisations", q=WORDS)
    owner.post(f"/v1/coalitions/{coalition}/organisations", {"names": {"en": 5}, NAME: WORDS})
    owner.post("/v1/tokens", {"label": WORDS}, key=NAME)
    owner.get(f"/v1/organisations/{organisation}?q={EMAIL}")
    owner.get(f"/kestrel/{owner.token}?token={owner.token}")
    owner.patch(f"/v1/organisations/{organisation}", {"acronym": NAME}, etag=f'"{EMAIL}"')

    must_hold_no_canary(written)
    last = lines(written)[-1]
    assert last["route"] == "/v1/organisations/<uuid:organisation_id>"
    assert last["status"] == 412
    assert {"request_id", "milliseconds", "method", "user", "timestamp", "level"} <= set(last)


def test_a_method_that_is_none_of_http_is_not_told(owner: Client, written: io.StringIO) -> None:
    assert owner.send("KESTREL", f"/v1/{NAME}").status == 404
    assert owner.send("BREW", "/v1/me").status == 405
    assert owner.send("PUT", "/v1/me").status == 405

    must_hold_no_canary(written)
    assert [line["method"] for line in lines(written)][-3:] == ["unknown", "unknown", "PUT"]


def test_what_breaks_is_told_without_the_values_that_broke_it(
    world: World, owner: Client, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v1/coalitions/{a_coalition(owner)}/organisations"

    def surprise(*_: Any, **__: Any) -> None:
        values = [NAME, EMAIL, owner.token]
        raise RuntimeError(f"it was {values}")

    monkeypatch.setattr(spelling, "index_of", surprise)
    answer = owner.post(path, {"names": {"en": NAME}})

    must_be_ours(answer)
    must_hold_no_canary(written)
    told = next(line for line in lines(written) if line["event"] == "surprise")
    assert told["error"] == "RuntimeError"
    assert told["at"]
    assert told["request_id"] == answer.headers["X-Request-ID"]


def must_be_ours(answer: Answer) -> None:
    assert answer.status == 500
    assert answer["type"] == "/problems/internal-error"
    text = answer.body.decode().lower()
    for hidden in (*CANARIES, "runtime", "traceback", "select", "insert", "/work", ".py"):
        assert hidden not in text


def test_what_the_database_refuses_is_told_without_its_values(
    owner: Client, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v1/coalitions/{a_coalition(owner)}/organisations"
    monkeypatch.setattr(spelling, "index_of", lambda _: None)  # which its column does not take
    answer = owner.post(path, {"names": {"en": NAME}})

    assert answer.status == 409
    assert not [word for word in CANARIES if word in answer.body.decode().lower()]
    must_hold_no_canary(written)


def test_what_breaks_after_the_answer_was_made_is_told_so_too(
    world: World, owner: Client, written: io.StringIO
) -> None:
    def late(answer: Any) -> Any:
        raise RuntimeError(f"{NAME} {owner.token}")

    functions = world.app.after_request_funcs[None]
    functions.append(late)
    answer = owner.get("/v1/me")
    functions.remove(late)

    must_be_ours(answer)
    must_hold_no_canary(written)


def test_a_request_id_is_given_back_if_it_is_one_and_made_up_if_not(owner: Client) -> None:
    given = "0d8caf08-e6a7-4714-bbd4-bbe825e9ef6b"

    kept = owner.send("GET", "/v1/me", headers={"X-Request-ID": given})
    made_up = owner.send("GET", "/v1/me", headers={"X-Request-ID": f"{NAME} {given}"})
    nowhere = owner.get("/nowhere")

    assert kept.headers["X-Request-ID"] == given
    assert "Kestrel" not in made_up.headers["X-Request-ID"]
    assert len(made_up.headers["X-Request-ID"]) == len(given)
    assert nowhere.headers["X-Request-ID"]


def test_no_answer_to_a_bad_token_repeats_it(world: World, written: io.StringIO) -> None:
    caller = world.stranger()
    caller.token = f"und_{NAME}"

    answer = caller.get("/v1/me", q=caller.token)

    assert answer.status == 401
    assert b"kestrel" not in answer.body
    must_hold_no_canary(written)
