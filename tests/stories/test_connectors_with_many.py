"""Thousands wait for a tool: one run tries each once, however many of them fail."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from api.connectors.service import files, people, work
from api.infra.background import jobs
from api.infra.database.transactions import db
from tests.support.mailing_tools import NEWS, Connected, FakeMailman, Server, connected, reachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Client

pytestmark = pytest.mark.rest  # many people, many turns

PEOPLE = 12
AT_ONCE = 2
MOST_VALUES = 12  # of a statement about who waits; a database has a limit too


class Csv:
    kind = "csv"

    def settings(self) -> dict[str, str]:
        return {"every": "daily", "list": "Letters"}


@pytest.fixture
def tool(world: World) -> Iterator[FakeMailman]:
    with Server() as server, reachable(world, server):
        yield FakeMailman(server, {NEWS: {}})


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "BATCH", AT_ONCE)
    monkeypatch.setattr(files, "MOST", AT_ONCE)


@contextmanager
def few_values(world: World) -> Iterator[None]:
    """Refuse to ask for pushes with more values than a few: a database takes so many only."""

    def look(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        if statement.startswith("SELECT connector_pushes."):
            assert len(values) <= MOST_VALUES

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", look)


def with_people(news: Connected) -> list[str]:
    """Have people agree while the tool is told of nobody; return their addresses."""
    assert news.owner.patch(news.path, {"is_paused": True}).status == 200
    emails = [f"ada{number}@specimen.example" for number in range(PEOPLE)]
    for each in emails:
        news.agreed(each)
    assert news.owner.patch(news.path, {"is_paused": False}).status == 200
    return emails


def run(news: Connected, world: World, **how: bool) -> None:
    assert news.owner.post(f"{news.path}/synchronisations", how).status == 202
    with few_values(world):
        news.work()


@pytest.mark.parametrize("seconds", [0.0, 1000.0], ids=["turns of one person", "one turn"])
def test_a_run_tries_each_once_however_many_fail(
    world: World,
    owner: Client,
    tool: FakeMailman,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
) -> None:
    news = connected(world, owner, tool)
    emails = with_people(news)
    tool.bad = set(emails[:-1])
    tool.during = [lambda: news.agreed("eve@specimen.example", name="Eve Specimen")]
    monkeypatch.setattr(jobs.Work, "is_turn_over", property(lambda _: seconds == 0))

    run(news, world)

    asked = [each.get_data().decode() for each in tool.asked if each.path.endswith("/members")]
    for each in [*emails, "eve@specimen.example"]:
        assert sum(each in form.replace("%40", "@") for form in asked) == 1, each
    assert tool.of(NEWS) == {emails[-1], "eve@specimen.example"}
    assert news.now()["counts"]["to_subscribe"] == PEOPLE - 1

    tool.bad = set()
    news.owner.post(f"{news.path}/synchronisations", {})
    news.work()
    assert tool.of(NEWS) == {*emails, "eve@specimen.example"}


def test_a_file_is_written_however_many_left_a_moment_ago(
    world: World, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = connected(world, owner, Csv())
    with_people(news)
    run(news, world)
    assert news.now()["counts"]["subscribed"] == PEOPLE
    monkeypatch.setattr(people, "person", lambda *_: None)

    run(news, world, again=True)

    assert news.now()["counts"]["to_subscribe"] == PEOPLE
