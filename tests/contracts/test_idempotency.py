"""Idempotency-Key: sent twice, done once; and what becomes of a crash in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from api.infra import clock
from api.infra.background import jobs
from api.infra.database.transactions import reading, transaction
from api.web import idempotency
from api.web.idempotency import KEPT, LEASE, Attempt
from tests.support.builders import a_coalition, a_role
from tests.support.client import Client

if TYPE_CHECKING:
    from tests.conftest import World

HOUSE = {"names": {"en": "House"}}


@pytest.fixture
def path(owner: Client) -> str:
    return f"/v1/coalitions/{a_coalition(owner)}/organisations"


def test_the_same_key_twice_has_one_effect_and_one_answer(owner: Client, path: str) -> None:
    first, again = owner.post(path, HOUSE, key="a"), owner.post(path, HOUSE, key="a")

    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert first.headers["Content-Type"] == again.headers["Content-Type"]
    assert first.etag == again.etag
    assert owner.get(path)["total"] == 1


def test_without_a_key_or_with_another_one_it_is_another_request(owner: Client, path: str) -> None:
    for key in ("a", "b", None, None):
        assert owner.post(path, HOUSE, key=key).status == 201

    assert owner.get(path)["total"] == 4


def test_the_same_key_with_another_body_or_address_is_refused(owner: Client, path: str) -> None:
    owner.post(path, HOUSE, key="a")

    body = owner.post(path, {"names": {"en": "Other"}}, key="a")
    address = owner.post(path.replace("organisations", "addressees"), HOUSE, key="a")
    query = owner.post(f"{path}?x=1", HOUSE, key="a")

    for answer in (body, address, query):
        assert answer.status == 422
        assert answer["type"] == "/problems/key-reused"
        assert "Idempotency-Key" in answer.faults


def test_a_key_is_1_to_255_characters(owner: Client, path: str) -> None:
    for key, status in (("", 422), (" ", 422), ("x" * 256, 422), ("x" * 255, 201), ("ключ", 201)):
        sent = {"environ_overrides": {"HTTP_IDEMPOTENCY_KEY": key.strip()}}
        assert owner.send("POST", path, HOUSE, **sent).status == status, key  # type: ignore[arg-type] # what werkzeug's client takes


def test_a_secret_is_not_shown_twice(owner: Client) -> None:
    first = owner.post("/v1/tokens", {"label": "Site"}, key="a")
    again = owner.post("/v1/tokens", {"label": "Site"}, key="a")

    assert first.status == 201
    assert again.status == 409
    assert again["type"] == "/problems/answer-not-kept"
    assert owner.get("/v1/tokens")["total"] == 2  # the one that calls, and the new one


def test_a_key_belongs_to_its_user(world: World, owner: Client, path: str) -> None:
    other = a_role(owner, path.split("/")[3], world.user(), "editor")

    first, second = owner.post(path, HOUSE, key="a"), other.post(path, HOUSE, key="a")

    assert first.id != second.id
    assert other.post(path, {"names": {"en": "Other"}}, key="b").status == 201
    assert owner.get(path)["total"] == 3


def test_what_was_refused_may_be_sent_again_with_the_same_key(owner: Client, path: str) -> None:
    slug = {"slug": "specimen-taken", "name": "Specimen"}
    taken = owner.post("/v1/coalitions", slug).id
    for status in (409, 409):
        assert owner.post("/v1/coalitions", slug, key="a").status == status
    owner.delete(f"/v1/coalitions/{taken}")

    assert owner.post("/v1/coalitions", slug, key="a").status == 201
    assert owner.post(path, {}, key="b").status == 422
    assert owner.post(path, HOUSE, key="b").status == 201


def test_ten_at_once_have_one_effect(world: World, owner: Client, path: str) -> None:
    def send(_: int) -> tuple[int, bytes]:
        answer = Client(world.app.test_client(), owner.token).post(path, HOUSE, key="a")
        return answer.status, answer.body

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(send, range(10)))

    assert {status for status, _ in answers} <= {201, 409}
    assert len({body for status, body in answers if status == 201}) == 1
    assert owner.get(path)["total"] == 1
    assert owner.post(path, HOUSE, key="a").status == 201


def test_while_the_first_runs_the_second_is_told_to_wait(
    world: World, owner: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "keep", lambda *_: None)
    owner.post(path, HOUSE, key="a")
    _set(world, state="running")

    answer = owner.post(path, HOUSE, key="a")

    assert answer.status == 409
    assert answer["type"] == "/problems/still-running"
    assert answer.headers["Retry-After"]


def test_a_crash_between_effect_and_answer_does_not_repeat_the_effect(
    world: World, owner: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "keep", _crash)
    assert owner.post(path, HOUSE, key="a").status == 201

    answer = owner.post(path, HOUSE, key="a")

    assert answer.status == 409
    assert answer["type"] == "/problems/answer-not-kept"
    assert owner.get(path)["total"] == 1


def _crash(*_: Any) -> None:
    raise OperationalError("gone", None, ConnectionError())


def test_a_crash_before_the_effect_lets_it_be_sent_again_after_a_minute(
    world: World, owner: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "forget_unless_done", _crash)
    assert owner.post(path, {}, key="a").status == 422
    assert owner.post(path, {}, key="a").status == 409

    _set(world, begun_at=clock.now() - LEASE - timedelta(seconds=1))

    assert owner.post(path, {}, key="a").status == 422


def test_one_that_lost_its_lease_commits_nothing(
    world: World, owner: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = idempotency.begin  # another process takes over just after it

    def overtaken(user_id: Any) -> Any:
        begun = begin(user_id)
        _set(world, begun_at=clock.now() + timedelta(seconds=1))
        return begun

    monkeypatch.setattr(idempotency, "begin", overtaken)

    assert owner.post(path, HOUSE, key="a").status == 409
    assert owner.get(path)["total"] == 0


def _set(world: World, **values: Any) -> None:
    with world.app.app_context(), transaction() as session:
        session.execute(update(Attempt).values(**values))


def test_an_answer_that_holds_names_is_sealed(world: World, owner: Client, path: str) -> None:
    owner.post(path, {"names": {"en": "Canary Kestrel"}}, key="a")

    with world.app.app_context(), transaction() as session:
        kept = session.query(Attempt.answer).scalar()
    assert kept
    assert b"Kestrel" not in kept


def test_who_has_lost_a_role_gets_no_answer_of_before(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    who = world.user()
    given = {"email": who.email, "name": "Someone", "role": "coordinator"}
    role = owner.post(f"/v1/coalitions/{coalition}/roles", given).id
    case = {"name": "Aigerim Zhaksylykova", "country": "KZ", "may_be_named": False}
    path = f"/v1/coalitions/{coalition}/cases"
    first = who.post(path, case, key="k")
    again = who.post(path, case, key="k")

    assert owner.patch(f"/v1/roles/{role}", {"role": "viewer"}).status == 200
    as_viewer = who.post(path, case, key="k")
    assert owner.delete(f"/v1/roles/{role}").status == 204
    as_stranger = who.post(path, case, key="k")

    assert (first.status, again.body) == (201, first.body)
    for answer in (as_viewer, as_stranger):
        assert (answer.status, answer["type"]) == (409, "/problems/answer-not-kept")
        assert b"Aigerim" not in answer.body


def test_answers_go_after_a_day_without_another_key(world: World, owner: Client) -> None:
    owner.post("/v1/coalitions", {"slug": "specimen", "name": "Specimen"}, key="k")

    with time_machine.travel(clock.now() + KEPT + timedelta(minutes=1)):
        with world.app.app_context():
            jobs.sweep()
        world.work()

    with world.app.app_context(), reading() as session:
        assert session.scalars(select(Attempt)).all() == []
