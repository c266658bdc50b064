"""A mailing tool fails: signing goes on, nobody is lost, the coordinator knows what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import time_machine
from werkzeug import Response

from api.accounts import service as accounts
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
from tests.support.signing import letters_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from time_machine import Traveller

    from tests.conftest import World
    from tests.support.client import Client

OWN = "/v1/public/own-signatures"


@pytest.fixture
def tool(world: World) -> Iterator[FakeMailman]:
    with Server() as server, reachable(world, server):
        yield FakeMailman(server, {NEWS: {}})


@pytest.fixture
def clock(world: World, owner: Client) -> Iterator[Traveller]:
    with time_machine.travel(START, tick=False) as found:
        with world.app.app_context():
            owner.token = accounts.create_first_token(owner.email, "tests", days=100)
        yield found


@pytest.fixture
def news(world: World, owner: Client, tool: FakeMailman) -> Connected:
    return connected(world, owner, tool)


def test_a_list_that_lacks_most_of_them_takes_no_consent_back_until_somebody_says_so(
    news: Connected, tool: FakeMailman
) -> None:
    for number in range(12):
        news.agreed(f"ada{number}@specimen.example")
    tool.lists[NEWS].clear()
    news.read_back()

    shown = news.now()
    assert (shown["status"], shown["fault"]) == ("failing", "many-left")
    assert "accept_many" in shown["advice"]
    assert shown["counts"]["subscribed"] == 12

    news.read_back(accept_many=True)

    assert (news.now()["status"], news.now()["counts"]["subscribed"]) == ("working", 0)


@pytest.mark.parametrize(
    ("answer", "fault", "is_told"),
    [
        (Response("no", 401), "key-refused", True),
        (Response("no", 404), "list-gone", True),
        (Response("no", 429, {"Retry-After": "120"}), "rate-limit", False),
        (Response("no", 500), "server-fault", False),
        (Response("<html>", 200), "junk", False),
        (Response("", 302, {"Location": "http://127.0.0.1/"}), "junk", False),
        (Response(b"x" * 3_000_000, 200), "too-large", False),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_tool_that_fails_harms_nobody_is_told_of_and_heals_by_itself(  # noqa: PLR0913, PLR0917 # what goes wrong
    world: World,
    owner: Client,
    tool: FakeMailman,
    clock: Traveller,
    answer: Response,
    fault: str,
    is_told: bool,  # noqa: FBT001 # a column of the table
) -> None:
    news = connected(world, owner, tool)
    tool.always = answer
    news.agreed("ada@specimen.example")
    for _ in range(3):
        later(world, clock, 300)

    assert news.rush.total() == 1
    shown = news.now()
    assert (shown["status"], shown["fault"]) == ("failing", fault)
    assert shown["advice"]
    told = [kind for kind, _ in letters_of(world)].count("connectors.trouble")
    assert told == int(is_told)
    tool.always = None
    later(world, clock, 4000)
    assert (news.now()["status"], tool.of(NEWS)) == ("working", {"ada@specimen.example"})


def test_a_tool_is_left_alone_for_as_long_as_it_asks(
    world: World, owner: Client, tool: FakeMailman, clock: Traveller
) -> None:
    news = connected(world, owner, tool)
    tool.answers = [Response("no", 429, {"Retry-After": "600"})]
    news.agreed("ada@specimen.example")
    asked = len(tool.asked)
    later(world, clock, 590)
    assert len(tool.asked) == asked

    later(world, clock, 20)

    assert tool.of(NEWS) == {"ada@specimen.example"}


def test_owners_hear_once_of_a_trouble_that_lasts_with_what_to_do(
    world: World, owner: Client, tool: FakeMailman, clock: Traveller
) -> None:
    news = connected(world, owner, tool)
    own = news.agreed("ada@specimen.example")
    tool.always = Response("no", 500)
    _go_away(news, own)
    for _ in range(10):
        later(world, clock, 3600)

    (told,) = [facts for kind, facts in letters_of(world) if kind == "connectors.trouble"]
    assert told is not None
    assert told.to == owner.email
    assert told.facts["fault"] == "server-fault"
    assert told.facts["number"] == 1


def test_while_a_tool_is_down_the_address_waits_sealed_for_thirty_days_and_then_goes(
    world: World, owner: Client, tool: FakeMailman, clock: Traveller
) -> None:
    news = connected(world, owner, tool)
    own = news.agreed("canary@specimen.example")
    tool.always = Response("no", 503)
    _go_away(news, own)
    later(world, clock, 29 * 86400)
    (push,) = news.pushes()
    assert (push["state"], push["address"]) == ("waiting", "canary@specimen.example")
    assert b"canary" not in world.rows()

    later(world, clock, 2 * 86400)

    (push,) = news.pushes()
    assert (push["state"], push["address"]) == ("expired", None)
    (told,) = [facts for kind, facts in letters_of(world) if kind == "connectors.expired"]
    assert told is not None
    assert (told.facts["number"], told.facts["label"]) == (1, "Specimen letters")


def _go_away(news: Connected, own: str) -> None:
    assert news.rush.world.stranger().post(f"{OWN}/{own}/withdrawal").status == 200


def test_what_a_tool_was_told_before_it_failed_is_told_once_more_and_harms_nobody(
    news: Connected, tool: FakeMailman
) -> None:
    news.agreed("ada@specimen.example")
    for again in (False, True, True):
        path = f"{news.path}/synchronisations"
        assert news.owner.post(path, {"again": again}).status == 202
        news.work()

    assert tool.of(NEWS) == {"ada@specimen.example"}
    posts = [each for each in tool.asked if each.path.endswith("/members")]
    assert len(posts) == 3


def test_one_person_that_a_tool_cannot_take_holds_up_nobody(
    world: World, owner: Client, tool: FakeMailman, clock: Traveller
) -> None:
    news = connected(world, owner, tool)
    tool.bad = {"ada@specimen.example"}
    news.agreed("ada@specimen.example")
    clock.shift(1)
    news.agreed("eve@specimen.example", name="Eve Specimen")
    for _ in range(8):
        later(world, clock, 4000)

    assert tool.of(NEWS) == {"eve@specimen.example"}
    assert news.now()["status"] == "working"
    (refused,) = news.pushes(state="refused")
    assert refused["fault"] == "server-fault"


def test_a_tool_that_owes_people_something_is_deleted_only_knowingly(
    news: Connected, tool: FakeMailman
) -> None:
    own = news.agreed("ada@specimen.example")
    tool.always = Response("no", 500)
    _go_away(news, own)
    news.work()

    refused = news.owner.delete(news.path)
    assert (refused.status, refused["type"]) == (409, "/problems/people-wait")
    headers = {"If-Match": news.now().etag}
    path = f"{news.path}?abandon=true"
    assert news.owner.send("DELETE", path, headers=headers).status == 204
