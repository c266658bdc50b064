"""At the desk tools and other systems are connected, tried, changed and ended; work is tried again.

No key and no secret stands in a page, but for a new one, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from werkzeug import Response

from api.connectors.service import tools
from api.desk.rules.frames import WORDS
from tests.support.builders import a_coalition, a_dead_job, a_role, an_organisation
from tests.support.desk import at_the_desk
from tests.support.mailing_tools import NEWS, FakeMailman, Server, connected, reachable
from tests.support.webhook_receivers import an_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.desk import Desk

HIDDEN = "hidden falcon"
ADDRESS = "https://hooks.specimen.example/undersigned"


@pytest.fixture
def tool(world: World) -> Iterator[FakeMailman]:
    with Server() as server, reachable(world, server):
        yield FakeMailman(server, {NEWS: {}})


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner)


@pytest.fixture
def ada(world: World, owner: Client) -> Desk:
    return at_the_desk(world, owner)


def settings(tool: FakeMailman, **more: str) -> dict[str, str]:
    return {f"settings.{name}": value for name, value in tool.settings(**more).items()}


def test_a_tool_is_tried_and_connected_and_its_key_stands_in_no_page(
    owner: Client, coalition: str, ada: Desk, tool: FakeMailman
) -> None:
    whose = an_organisation(owner, coalition)
    ada.go(f"/desk/{coalition}/outgoing/tools")
    ada.follow("Connect a tool")
    kinds = [each for each in ada.page.links if "REST interface" in each]
    ada.follow(kinds[0])
    assert "as https://lists.specimen.example/3.1." in ada.page.text

    typed = {**settings(tool), "label": "News", "organisation_id": whose}
    wrong = {**typed, "settings.password": "another"}
    page = ada.submit("Try it, and show its lists", wrong)
    assert "The tool refuses the key." in page.text
    page = ada.submit("Try it, and show its lists", {**typed, "settings.list": ""})
    assert NEWS in page.text
    assert HIDDEN not in page.html
    assert "Type it once more" in page.text
    assert owner.get(f"/v1/coalitions/{coalition}/connectors")["items"] == []

    page = ada.submit("Connect it", {**settings(tool), "settings.url": "lists"})
    assert set(page.faults) == {"settings.url"}
    assert HIDDEN not in page.html
    mapped = {"fields_told.country": "land", "languages.en": NEWS}
    page = ada.submit("Connect it", {**typed, **mapped})
    assert page.notice.startswith("It is connected.")
    (made,) = owner.get(f"/v1/coalitions/{coalition}/connectors")["items"]
    assert (made["label"], made["fields_told"]) == ("News", {"country": "land"})
    assert made["languages"] == {"en": NEWS}
    assert HIDDEN not in page.html


def test_a_key_that_is_not_typed_stays_and_goes_to_no_other_address(
    world: World, owner: Client, tool: FakeMailman
) -> None:
    news = connected(world, owner, tool)
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{news.rush.coalition}/connectors/{news.connector}")
    ada.follow("Change it")
    assert HIDDEN not in ada.page.html

    page = ada.submit("Save", {"settings.url": "https://other.specimen.example"})
    assert set(page.faults) == {"settings.password"}
    ada.go(f"/desk/{news.rush.coalition}/connectors/{news.connector}/edit")
    assert ada.submit("Save", label="Letters").notice == "Saved."
    assert (news.now()["label"], news.now()["secrets_set"]) == ("Letters", ["password"])


def test_a_tool_says_how_it_does_and_is_paused_told_again_and_ended(
    world: World, owner: Client, tool: FakeMailman
) -> None:
    news = connected(world, owner, tool)
    news.agreed("ada@specimen.example")
    here = f"/desk/{news.rush.coalition}/connectors/{news.connector}"
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{news.rush.coalition}/outgoing/tools")
    ada.follow("Specimen letters")
    assert [row[:2] for row in ada.page.rows] == [["Put on the list", "Done"]]
    assert "ada@" not in ada.page.html

    assert ada.submit("Pause it").notice == "It is paused."
    assert ada.submit("Go on").notice == "It goes on."
    tool.lists[NEWS].clear()
    assert ada.submit("Hand over all again").notice.startswith("All are handed over again.")
    news.work()
    assert tool.of(NEWS) == {"ada@specimen.example"}
    assert ada.submit("Hand over who is missing").notice.startswith("It is being done.")
    assert ada.submit("Ask who left").notice.startswith("The tool is asked who left.")
    assert ada.submit("Try again").notice == "The tool works, and goes on."
    tool.lists = {}
    news.work()
    ada.go(here)
    assert ada.go(f"{here}?state=refused").rows == []
    assert ada.go(f"{here}?state=nonsense").status == 404

    ada.go(here)
    ada.follow("Disconnect it")
    assert ada.submit("Disconnect it").notice == "It is disconnected."
    assert news.now().status == 404


def test_whom_a_tool_that_is_down_does_not_take_off_is_shown_on_request(
    world: World, owner: Client, tool: FakeMailman
) -> None:
    news = connected(world, owner, tool)
    own = news.agreed("ada@specimen.example")
    tool.always = Response("no", 503)
    world.stranger().post(f"/v1/public/own-signatures/{own}/withdrawal")
    news.work()
    ada = at_the_desk(world, owner)
    page = ada.go(f"/desk/{news.rush.coalition}/connectors/{news.connector}")
    assert "ada@specimen.example" not in page.html

    page = ada.submit("Show who is to be taken off by hand")

    assert "ada@specimen.example" in page.rows[0][0]
    ada.follow("Disconnect it")
    assert "1 person asked to be taken off" in ada.page.text


def test_files_wait_to_be_fetched_and_lists_are_for_owners(
    world: World, owner: Client, coalition: str, ada: Desk, tool: FakeMailman
) -> None:
    whose = an_organisation(owner, coalition)
    ada.go(f"/desk/{coalition}/connectors/new?kind=csv")
    typed = {"label": "Any tool", "organisation_id": whose}
    page = ada.submit("Connect it", typed)
    assert set(page.faults) == {"settings.every"}
    page = ada.submit("Connect it", {**typed, "settings.every": "daily"})
    assert "The first file is written when" in page.text
    assert ada.go(f"/desk/{coalition}/connectors/new?kind=nonsense").status == 404

    news = connected(world, owner, tool)
    tool.lists[NEWS]["ada@specimen.example"] = "Ada"
    here = f"/desk/{news.rush.coalition}/connectors/{news.connector}"
    ada.go(here)
    sent = {"csrf": ada.proof}
    assert "ada@specimen.example" in ada.http.post(f"{here}/people", data=sent).text
    someone = world.user("coordinator")
    bob = at_the_desk(world, a_role(owner, news.rush.coalition, someone, "coordinator"))
    assert "Who is on the list (CSV)" not in bob.go(here).buttons


def test_another_system_is_told_and_its_secret_is_shown_once(
    owner: Client, coalition: str, ada: Desk
) -> None:
    ada.go(f"/desk/{coalition}/outgoing/webhooks")
    ada.follow("Tell another system")
    page = ada.submit("Tell it", label="Archive", url="http://10.0.0.1", types=[])
    assert set(page.faults) == {"types"}
    page = ada.submit("Tell it", url="http://10.0.0.1", types=["case.entered"])
    assert set(page.faults) == {"url"}
    page = ada.submit("Tell it", url=ADDRESS, is_custodian="yes")
    secret = page.tree.xpath("//*[@class='copy']")[0].text
    assert secret.startswith("whsec_")
    (made,) = owner.get(f"/v1/coalitions/{coalition}/webhook-endpoints")["items"]
    assert (made["types"], made["is_custodian"]) == (["case.entered"], True)

    page = ada.follow("I have kept it")
    assert secret not in page.html
    assert "Case · entered" in page.text
    ada.follow("Make a new secret")
    page = ada.submit("Make a new secret")
    assert page.tree.xpath("//*[@class='copy']")[0].text != secret

    ada.follow("I have kept it")
    ada.follow("Change it")
    page = ada.submit("Save", label="Our archive", types=["case.deleted"], is_custodian=[])
    assert page.notice == "Saved."
    ada.follow("Tell it again what it missed")
    assert set(ada.submit("Tell it again", since="2031-05-14").faults) == {"until"}
    page = ada.submit("Tell it again", since="2031-05-14", until="2031-05-14")
    assert page.notice == "It is told again."
    ada.follow("Delete it")
    assert ada.submit("Delete it").notice == "It is deleted."
    assert owner.get(f"/v1/coalitions/{coalition}/webhook-endpoints")["items"] == []


def test_who_is_told_who_signed_is_for_owners_to_say(
    world: World, owner: Client, coalition: str
) -> None:
    endpoint = an_endpoint(owner, coalition, is_custodian=True)
    bob = at_the_desk(world, a_role(owner, coalition, world.user("bob"), "coordinator"))
    page = bob.go(f"/desk/{coalition}/webhooks/new")
    assert not page.tree.xpath("//input[@name='is_custodian']")
    page = bob.go(f"/desk/{coalition}/webhooks/{endpoint}")
    assert "Make a new secret" not in page.links
    bob.follow("Change it")
    assert not bob.page.tree.xpath("//input[@name='url']")
    assert bob.submit("Save", label="Renamed").notice == "Saved."
    assert owner.get(f"/v1/webhook-endpoints/{endpoint}")["is_custodian"]


def test_work_that_was_given_up_is_tried_again(
    world: World, owner: Client, coalition: str, ada: Desk
) -> None:
    job = a_dead_job(world, coalition)
    ada.go(f"/desk/{coalition}/outgoing")
    ada.follow("Given up")
    assert ada.page.rows[0][0] == "Other work tests.fail"
    assert ada.submit("Try again").notice == "It is tried again."
    assert ada.page.rows == []
    assert owner.get(f"/v1/jobs/{job}")["state"] == "queued"


def test_what_a_tool_needs_to_know_is_said_as_the_api_says_it() -> None:
    """In English word for word, so that the desk and /v1/connector-kinds tell the same."""
    said = WORDS.said("en").all
    for kind, tool in tools.OURS.items():
        assert f"tool_kind.{kind}" in said
        for each in tool.FIELDS:
            assert said[f"tool_about.{kind}_{each.name}"] == each.about
            assert f"tool_field.{each.name}" in said
            for choice in each.choices:
                assert f"tool_choice.{each.name}_{choice}" in said
