"""A tool's list comes in as contacts, looked at first: nobody on it is subscribed or written to."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from api.connectors.service import listing
from api.infra.tables import reports
from tests.stories.test_action_network import FakeActionNetwork
from tests.stories.test_connector_files import Csv
from tests.stories.test_listmonk import NEWS as NUMBER, FakeListmonk
from tests.support.builders import a_role
from tests.support.mailing_tools import NEWS, Connected, FakeMailman, Server, connected, reachable
from tests.support.signing import letters_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Client

PRESS = "press.specimen.example"


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with Server() as found, reachable(world, found):
        yield found


@pytest.fixture
def tool(server: Server) -> FakeMailman:
    press = {"eve@specimen.example": "Eve Specimen", "zoe@specimen.example": "=Zoe Specimen"}
    return FakeMailman(server, {NEWS: {}, PRESS: press})


@pytest.fixture
def news(world: World, owner: Client, tool: FakeMailman) -> Connected:
    return connected(world, owner, tool)


def table(news: Connected, **query: str) -> bytes:
    answer = news.owner.get(f"{news.path}/people", **query)
    assert answer.status == 200, answer.body
    return answer.body


def lines(news: Connected, **query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table(news, **query).decode("utf-8-sig"))))


def test_a_list_is_previewed_and_imported_as_it_comes(news: Connected) -> None:
    body, path = table(news, list=PRESS), f"/v1/coalitions/{news.rush.coalition}/addressee-imports"

    looked = news.owner.send("POST", f"{path}?preview=true", body, kind="text/csv")
    assert looked.status == 200, looked.body
    assert [each["column"] for each in looked["columns"]] == ["email", "name"]
    assert (looked["stored"], looked["entered"]) == (False, 2)
    assert news.owner.send("POST", path, body, kind="text/csv")["entered"] == 2

    there = news.owner.get(f"/v1/coalitions/{news.rush.coalition}/addressees")["items"]
    assert {(each["name"], each["email"]) for each in there} == {
        ("Eve Specimen", "eve@specimen.example"),
        ("=Zoe Specimen", "zoe@specimen.example"),
    }
    news.work()
    assert news.tool.of(NEWS) == set()
    assert (news.pushes(), news.rush.signatures(), letters_of(news.rush.world)) == ([], [], [])


def test_without_a_choice_it_is_the_list_that_people_go_to(news: Connected) -> None:
    news.agreed("ada@specimen.example")
    assert lines(news) == [{"email": "ada@specimen.example", "name": "Ada Specimen"}]
    assert lines(news, list=NEWS) == lines(news)


def test_a_list_of_nobody_is_a_table_without_lines(news: Connected) -> None:
    assert lines(news) == []
    assert table(news).decode("utf-8-sig").strip() == '"email"'


def test_only_owners_see_people_who_never_dealt_with_the_coalition(
    world: World, news: Connected
) -> None:
    coordinator = a_role(news.owner, news.rush.coalition, world.user("co"), "coordinator")
    assert coordinator.get(news.path).status == 200
    assert coordinator.get(f"{news.path}/people").status == 403
    assert world.user("stranger").get(f"{news.path}/people").status == 404
    assert world.stranger().get(f"{news.path}/people").status == 401
    table(news, list=PRESS)

    record = news.owner.get(f"/v1/coalitions/{news.rush.coalition}/audit-entries")["items"]
    assert "connector.list_given" in {each["action"] for each in record}


def test_what_a_tool_cannot_give_is_said_with_what_to_do(
    world: World, news: Connected, tool: FakeMailman, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = news.owner.get(f"{news.path}/people", list="gone.specimen.example")
    assert (gone.status, gone["detail"]) == (
        503,
        "The list is not there, or the address is not the tool's. Choose another list.",
    )
    monkeypatch.setattr(listing, "SECONDS", -1.0)
    assert "too slow" in news.owner.get(f"{news.path}/people", list=PRESS)["detail"]
    monkeypatch.undo()
    monkeypatch.setattr(reports, "MOST_LINES", 1)
    many = news.owner.get(f"{news.path}/people", list=PRESS)
    assert (many.status, "in parts" in many["detail"]) == (409, True)
    monkeypatch.undo()

    files = connected(world, news.owner, Csv())
    none = files.owner.get(f"{files.path}/people")
    assert (none.status, "gives none" in none["detail"]) == (409, True)


def test_listmonk_gives_what_it_knows_of_those_who_get_a_list(
    world: World, owner: Client, server: Server
) -> None:
    tool = FakeListmonk(server, {"people": {}})
    news = connected(world, owner, tool, fields_told={"country": "land"})
    news.agreed("ada@specimen.example")
    news.agreed("eve@specimen.example", name="Eve Specimen")
    tool.people["eve@specimen.example"]["on"][int(NUMBER)] = "unsubscribed"
    tool.people["ada@specimen.example"]["attribs"] |= {"=cmd|' /C'!A0": "x", "name": "Other"}

    (ada,) = lines(news)
    assert (ada["email"], ada["name"], ada["land"]) == (
        "ada@specimen.example",
        "Ada Specimen",
        "KZ",
    )
    assert ada["consent"] == ""  # an object, of which no cell can be made
    assert ada["'=cmd|' /C'!A0"] == "x"


def test_action_network_gives_those_who_are_subscribed_to_the_group(
    world: World, owner: Client, server: Server
) -> None:
    tool = FakeActionNetwork(server, {"people": {}})
    news = connected(world, owner, tool, fields_told={"country": "country"})
    for name in ("ada", "eve", "kim"):
        news.agreed(f"{name}@specimen.example", name=f"{name.title()} Specimen")
    tool.people["eve@specimen.example"]["email_addresses"][0]["status"] = "unsubscribed"

    there = {each["email"]: each for each in lines(news)}
    assert set(there) == {"ada@specimen.example", "kim@specimen.example"}
    assert there["kim@specimen.example"]["given_name"] == "Kim Specimen"
    assert there["kim@specimen.example"]["country"] == "KZ"
