"""Action Network: signatures of a petition there, as OSDI's helper takes them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.mailing_tools import Connected, Fake, Server, connected, reachable, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug import Request, Response

    from tests.conftest import World
    from tests.support.client import Client

PETITION, PAGE = "1efc3644-af25-4253-90b8-a0baf12dbd1e", 2


class FakeActionNetwork(Fake):
    """A group of Action Network: its people, and the signatures of one petition."""

    kind = "action-network"

    def settings(self, **more: str) -> dict[str, str]:
        return {"url": self.url, "key": "hidden falcon", "list": PETITION, **more}

    @property
    def people(self) -> dict[str, dict[str, Any]]:
        return self.lists["people"]

    def subscribed(self) -> set[str]:
        return {
            email
            for email, each in self.people.items()
            if each["email_addresses"][0]["status"] == "subscribed"
        }

    def well(self, request: Request) -> Response:
        if request.headers.get("OSDI-API-Token") != "hidden falcon":
            return said({"error": "API Key invalid or not present"}, 403)
        path = request.path.removeprefix("/api/v2/")
        if path == "petitions":
            petition = {"identifiers": [f"action_network:{PETITION}"], "title": "Doors"}
            return said(_page("osdi:petitions", [petition], 1))
        if path == "people" and request.method == "GET":
            return self._found(request)
        if path not in {"people", f"petitions/{PETITION}/signatures"}:
            return said({"error": "not found"}, 404)
        body = json.loads(request.get_data())
        assert body["person"]["email_addresses"][0]["status"] in {"subscribed", "unsubscribed"}
        if path != "people":
            assert body["triggers"]["autoresponse"]["enabled"] is False
        (address,) = body["person"]["email_addresses"]
        known = self.people.get(address["address"].lower(), {})
        self.people[address["address"].lower()] = {**known, **body["person"]}
        return said({"identifiers": ["action_network:0"]})

    def _found(self, request: Request) -> Response:
        found = list(self.people.values())
        wanted = request.args.get("filter", "")
        if fits := re.fullmatch(r"email_address eq '((?:[^']|'')*)'", wanted):
            email = fits[1].replace("''", "'").lower()
            found = [self.people[email]] if email in self.people else []
        else:
            assert not wanted or re.fullmatch(r"modified_date gt '\d{4}-\d\d-\d\d'", wanted)
        return said(_page("osdi:people", found, int(request.args.get("page", 1))))


def _page(relation: str, found: list[dict[str, Any]], page: int) -> dict[str, Any]:
    some = found[PAGE * (page - 1) : PAGE * page]
    pages = -(-len(found) // PAGE)
    return {"total_pages": pages, "page": page, "_embedded": {relation: some}}


@pytest.fixture
def tool(world: World) -> Iterator[FakeActionNetwork]:
    with Server() as server, reachable(world, server):
        yield FakeActionNetwork(server, {"people": {}})


@pytest.fixture
def news(world: World, owner: Client, tool: FakeActionNetwork) -> Connected:
    return connected(world, owner, tool, fields_told={"country": "country"})


def test_a_signature_is_recorded_with_who_gave_it_and_how_they_agreed(
    news: Connected, tool: FakeActionNetwork
) -> None:
    news.agreed("ada@specimen.example")

    (ada,) = tool.people.values()
    assert ada["given_name"] == "Ada Specimen"
    assert ada["postal_addresses"] == [{"primary": True, "country": "KZ"}]
    assert "Specimen Committee" in ada["custom_fields"]["consent_words"]


def test_who_goes_is_unsubscribed_and_who_left_there_has_taken_it_back_here(
    news: Connected, tool: FakeActionNetwork
) -> None:
    owns = [news.agreed(f"ada{number}@specimen.example") for number in range(5)]
    path = f"/v1/public/own-signatures/{owns[0]}/withdrawal"
    assert news.rush.world.stranger().post(path).status == 200
    news.work()
    tool.people["ada4@specimen.example"]["email_addresses"][0]["status"] = "bouncing"
    tool.people["ada3@specimen.example"]["email_addresses"][0]["status"] = "unsubscribed"
    news.read_back()
    news.read_back()

    assert tool.subscribed() == {"ada1@specimen.example", "ada2@specimen.example"}
    kept = {each["email"] for each in news.rush.signatures()}
    assert kept == {None, "ada1@specimen.example", "ada2@specimen.example"}


def test_who_is_not_known_there_is_not_made_known_by_being_unsubscribed(
    news: Connected, tool: FakeActionNetwork
) -> None:
    own = news.agreed("ada@specimen.example")
    tool.people.clear()
    path = f"/v1/public/own-signatures/{own}/withdrawal"
    assert news.rush.world.stranger().post(path).status == 200
    news.work()

    assert tool.people == {}
    assert news.now()["counts"]["unsubscribed"] == 1


def test_an_answer_that_is_well_and_empty_is_not_taken_for_a_yes(
    news: Connected, tool: FakeActionNetwork
) -> None:
    tool.always = said({})
    news.agreed("ada@specimen.example")

    assert news.now()["fault"] == "junk"
    assert news.now()["counts"] == {**news.now()["counts"], "subscribed": 0, "to_subscribe": 1}


def test_its_petitions_are_listed(owner: Client, news: Connected, tool: FakeActionNetwork) -> None:
    path = f"/v1/coalitions/{news.rush.coalition}/connector-trials"
    good = owner.post(path, {"kind": "action-network", "settings": tool.settings()})
    bad = owner.post(path, {"kind": "action-network", "settings": tool.settings(key="no")})

    assert good["lists"] == [{"id": PETITION, "name": "Doors"}]
    assert bad["fault"] == "key-refused"
