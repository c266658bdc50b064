"""Whatever comes between a tool's yes and ours, the list and the consents agree in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from api.accounts import service as accounts
from api.connectors.service import work
from tests.support.mailing_tools import (
    NEWS,
    START,
    Connected,
    FakeMailman,
    Server,
    connected,
    later,
    reachable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Client

OWN = "/v1/public/own-signatures"


class Killed(BaseException):
    """As a process that is killed: nobody takes it for a fault."""


@pytest.fixture
def tool(world: World) -> Iterator[FakeMailman]:
    with Server() as server, reachable(world, server):
        yield FakeMailman(server, {NEWS: {}})


@pytest.fixture
def clock(world: World, owner: Client) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as found:
        with world.app.app_context():
            owner.token = accounts.create_first_token(owner.email, "tests", days=100)
        yield found


def withdraw(news: Connected, own: str) -> None:
    assert news.rush.world.stranger().post(f"{OWN}/{own}/withdrawal").status == 200


def test_a_worker_killed_after_the_tools_yes_tells_it_once_more(
    world: World,
    owner: Client,
    tool: FakeMailman,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    news = connected(world, owner, tool)
    assert owner.patch(news.path, {"is_paused": True}).status == 200
    owns = []
    for number in range(4):
        owns.append(news.agreed(f"ada{number}@specimen.example"))
        clock.shift(1)
    write, deaths = work.Pushing.write, iter(range(3))  # where a kill harms most

    def killed(self: work.Pushing, session: Any, ended: Any, size: int) -> Any:
        if ended and next(deaths, None) is not None:
            raise Killed
        return write(self, session, ended, size)

    monkeypatch.setattr(work.Pushing, "write", killed)
    assert owner.patch(news.path, {"is_paused": False}).status == 200
    for _ in range(3):
        with pytest.raises(Killed):
            later(world, clock, 60)
    later(world, clock, 60)

    assert len(tool.of(NEWS)) == 4
    assert {each["state"] for each in news.pushes()} == {"done"}
    assert len([each for each in tool.asked if each.path.endswith("/members")]) == 7


def test_who_withdraws_while_the_tool_is_told_of_them_is_taken_off(
    world: World, owner: Client, tool: FakeMailman, clock: time_machine.Traveller
) -> None:
    news = connected(world, owner, tool)
    assert owner.patch(news.path, {"is_paused": True}).status == 200
    own = news.agreed("ada@specimen.example")
    tool.during = [lambda: withdraw(news, own)]
    assert owner.patch(news.path, {"is_paused": False}).status == 200
    later(world, clock, 10)
    later(world, clock, 10)

    assert tool.of(NEWS) == set()
    assert news.now()["counts"]["unsubscribed"] == 1


def test_who_withdraws_while_the_roster_is_read_is_taken_off_once(
    world: World, owner: Client, tool: FakeMailman, clock: time_machine.Traveller
) -> None:
    news = connected(world, owner, tool)
    own = news.agreed("ada@specimen.example")
    del tool.lists[NEWS]["ada@specimen.example"]
    tool.during = [lambda: withdraw(news, own)]
    news.read_back()
    later(world, clock, 10)

    assert [each["state"] for each in news.pushes()] == ["done"]
    assert news.now()["counts"]["unsubscribed"] == 1
