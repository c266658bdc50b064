"""listmonk: what is asked and answered is what its API description tells of."""

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

NEWS, KEY = "7", "hidden falcon"
# Facts of the vendor's API description: what each operation takes, by name and type.
QUERIES = {
    "/api/lists": {"query", "status", "order_by", "order", "page", "per_page", "minimal", "tag"},
    "/api/subscribers": {
        "page", "per_page", "query", "order_by", "order", "subscription_status", "list_id",
    },
}  # fmt: skip
NEW: dict[str, type] = {
    "email": str,
    "name": str,
    "status": str,
    "lists": list,
    "preconfirm_subscriptions": bool,
    "attribs": dict,
}
LISTING: dict[str, type] = {"ids": list, "action": str, "target_list_ids": list, "status": str}
ACTIONS, STATES = {"add", "remove", "unsubscribe"}, {"confirmed", "unconfirmed", "unsubscribed"}


class FakeListmonk(Fake):
    """As its API description says; `lists` holds the subscribers of all by their addresses."""

    kind = "listmonk"

    def settings(self, **more: str) -> dict[str, str]:
        return {"url": self.url, "user": "undersigned", "token": KEY, "list": NEWS, **more}

    @property
    def people(self) -> dict[str, dict[str, Any]]:
        return self.lists["people"]

    def subscribed(self) -> set[str]:
        return {
            email
            for email, each in self.people.items()
            if each["status"] == "enabled" and each["on"].get(7) == "confirmed"
        }

    def well(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"token undersigned:{KEY}":
            return said({"message": "invalid session"}, 403)
        if request.method == "GET":
            assert set(request.args) <= QUERIES[request.path]
        if request.path == "/api/lists":
            lists = [{"id": 7, "uuid": "u", "name": "News", "type": "public"}]
            return said({"data": {"results": lists, "total": 1, "per_page": 0, "page": 1}})
        if request.path == "/api/subscribers":
            return self._query(request) if request.method == "GET" else self._new(request)
        assert (request.method, request.path) == ("PUT", "/api/subscribers/lists")
        return self._listing(_checked(request, LISTING))

    def _new(self, request: Request) -> Response:
        body = _checked(request, NEW)
        email = body["email"].lower()
        if email in self.people:
            return said({"message": "Email exists"}, 409)
        assert all(isinstance(each, int) for each in body["lists"])
        if body["lists"] != [7]:
            return said({"message": "Error creating subscriber"}, 400)
        state = "confirmed" if body["preconfirm_subscriptions"] else "unconfirmed"
        self.people[email] = {
            "id": len(self.people) + 1,
            "status": body["status"],
            "on": dict.fromkeys(body["lists"], state),
            "attribs": body["attribs"],
            "name": body["name"],
        }
        return said({"data": self._told(email)})

    def _told(self, email: str) -> dict[str, Any]:
        each = self.people[email]
        on = [{"id": number, "subscription_status": state} for number, state in each["on"].items()]
        more = {key: each[key] for key in ("id", "status", "name", "attribs")}
        return {**more, "email": email, "lists": on}

    def _query(self, request: Request) -> Response:
        found = [self._told(email) for email in sorted(self.people)]
        if query := request.args.get("query"):
            fits = re.fullmatch(r"LOWER\(subscribers\.email\) = LOWER\('((?:[^']|'')*)'\)", query)
            assert fits
            found = [each for each in found if each["email"] == fits[1].replace("''", "'").lower()]
        else:
            on = int(request.args["list_id"])
            found = [each for each in found if any(one["id"] == on for one in each["lists"])]
        count, page = int(request.args["per_page"]), int(request.args.get("page", 1))
        some = found[count * (page - 1) : count * page]
        return said({"data": {"results": some, "total": len(found), "per_page": count}})

    def _listing(self, body: dict[str, Any]) -> Response:
        assert body["action"] in ACTIONS
        assert body.get("status", "confirmed") in STATES
        for each in self.people.values():
            if each["id"] in body["ids"]:
                adds = body["action"] == "add"
                state = body["status"] if adds else "unsubscribed"
                each["on"] |= dict.fromkeys(body["target_list_ids"], state)
        return said({"data": True})


def _checked(request: Request, facts: dict[str, type]) -> dict[str, Any]:
    assert request.content_type == "application/json"
    body: dict[str, Any] = json.loads(request.get_data())
    assert all(isinstance(value, facts[name]) for name, value in body.items())
    return body


@pytest.fixture
def tool(world: World) -> Iterator[FakeListmonk]:
    with Server() as server, reachable(world, server):
        yield FakeListmonk(server, {"people": {}})


@pytest.fixture
def news(world: World, owner: Client, tool: FakeListmonk) -> Connected:
    return connected(world, owner, tool, fields_told={"country": "land"})


def withdraw(news: Connected, own: str) -> None:
    path = f"/v1/public/own-signatures/{own}/withdrawal"
    assert news.rush.world.stranger().post(path).status == 200
    news.work()


def test_who_agrees_is_subscribed_as_confirmed_with_the_proof(
    news: Connected, tool: FakeListmonk
) -> None:
    own = news.agreed("ada@specimen.example")

    assert tool.subscribed() == {"ada@specimen.example"}
    (ada,) = tool.people.values()
    assert (ada["name"], ada["attribs"]["land"]) == ("Ada Specimen", "KZ")
    assert "Specimen Committee" in ada["attribs"]["consent"]["words"]
    assert ada["attribs"]["consent"]["statement"] == "Open the doors"

    withdraw(news, own)

    assert tool.subscribed() == set()


def test_who_is_known_there_is_added_to_the_list_and_nothing_of_theirs_is_changed(
    news: Connected, tool: FakeListmonk
) -> None:
    told = {"id": 1, "status": "enabled", "on": {7: "unsubscribed"}, "attribs": {}, "name": "A."}
    tool.people["o'ada@specimen.example"] = told
    news.agreed("o'ada@specimen.example")

    assert tool.subscribed() == {"o'ada@specimen.example"}
    assert tool.people["o'ada@specimen.example"]["name"] == "A."


def test_who_is_blocked_there_stays_blocked(news: Connected, tool: FakeListmonk) -> None:
    blocked = {"id": 1, "status": "blocklisted", "on": {}, "attribs": {}, "name": "A."}
    tool.people["ada@specimen.example"] = blocked
    news.agreed("ada@specimen.example")

    assert tool.subscribed() == set()
    assert [each["fault"] for each in news.pushes(state="refused")] == ["blocklisted"]
    assert news.now()["status"] == "working"


def test_who_unsubscribes_is_blocked_or_deleted_there_has_taken_it_back_here(
    news: Connected, tool: FakeListmonk
) -> None:
    for name in ("ada", "eve", "kim", "lea"):
        news.agreed(f"{name}@specimen.example")
    tool.people["ada@specimen.example"]["on"] = {7: "unsubscribed"}
    tool.people["eve@specimen.example"]["status"] = "blocklisted"
    del tool.people["kim@specimen.example"]
    news.read_back()

    assert {each["email"] for each in news.rush.signatures()} == {None, "lea@specimen.example"}
    assert news.now()["counts"]["subscribed"] == 1


def test_a_list_that_is_gone_takes_nobodys_consent_back(
    world: World, owner: Client, tool: FakeListmonk
) -> None:
    news = connected(world, owner, tool, settings=tool.settings(list="8"))
    news.agreed("ada@specimen.example")
    shown = news.now()
    assert (shown["status"], shown["fault"]) == ("failing", "list-gone")

    fixed = owner.patch(news.path, {"settings": tool.settings()})
    assert fixed.status == 200
    news.work()

    assert tool.subscribed() == {"ada@specimen.example"}
    assert news.now()["status"] == "working"


def test_its_lists_are_listed_and_a_wrong_token_is_told(
    owner: Client, news: Connected, tool: FakeListmonk
) -> None:
    path = f"/v1/coalitions/{news.rush.coalition}/connector-trials"
    good = owner.post(path, {"kind": "listmonk", "settings": tool.settings()})
    bad = owner.post(path, {"kind": "listmonk", "settings": tool.settings(token="no")})  # noqa: S106 # it is wrong

    assert good["lists"] == [{"id": "7", "name": "News"}]
    assert (bad["works"], bad["fault"]) == (False, "key-refused")
