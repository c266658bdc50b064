"""Those who agree to hear from an organisation arrive in its mailing tool, and leave it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import time_machine

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
from tests.support.smtp_server import Post, mail_at, server

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


def test_who_agrees_is_subscribed_as_they_confirm_and_nobody_else(
    news: Connected, tool: FakeMailman
) -> None:
    news.agreed("ada@specimen.example")
    news.rush.signed("eve@specimen.example")

    assert tool.lists == {NEWS: {"ada@specimen.example": "Ada Specimen"}}
    assert news.now()["counts"]["subscribed"] == 1
    (push,) = news.pushes()
    assert (push["action"], push["state"], push["address"]) == ("subscribe", "done", None)


def test_who_agreed_before_is_handed_over_at_first_by_a_job(
    world: World, owner: Client, tool: FakeMailman
) -> None:
    news = connected(world, owner, tool)
    for number in range(3):
        news.agreed(f"ada{number}@specimen.example")
    body = {"kind": "mailman", "settings": tool.settings(list="other.specimen.example")}
    tool.lists["other.specimen.example"] = {}
    whose = {"organisation_id": news.organisation, "label": "Another"}
    made = owner.post(f"/v1/coalitions/{news.rush.coalition}/connectors", {**body, **whose})
    answer = owner.post(f"/v1/connectors/{made.id}/synchronisations", {})

    assert answer.status == 202
    news.work()
    assert tool.of("other.specimen.example") == tool.of(NEWS)
    job = owner.get(answer.headers["Location"])
    assert (job["state"], job["progress"], job["result"]["subscribed"]) == ("done", 100, 3)


def test_who_is_left_alone_is_not_subscribed(news: Connected, tool: FakeMailman) -> None:
    path = f"/v1/coalitions/{news.rush.coalition}/suppressions"
    assert news.owner.post(path, {"email": "eve@gmail.com"}).status == 201
    news.agreed("Eve+news@gmail.com", name="Eve Specimen")
    news.agreed("ada@specimen.example")
    news.work()

    assert tool.of(NEWS) == {"ada@specimen.example"}


def test_who_is_to_be_left_alone_is_taken_off_when_all_are_handed_over_again(
    news: Connected, tool: FakeMailman
) -> None:
    for name in ("ada", "eve"):
        news.agreed(f"{name}@specimen.example")
    news.comes_back("eve@specimen.example")
    again = {"again": True}
    assert news.owner.post(f"{news.path}/synchronisations", again).status == 202
    news.work()

    assert tool.of(NEWS) == {"ada@specimen.example"}
    counts = news.now()["counts"]
    assert (counts["subscribed"], counts["unsubscribed"], counts["refused"]) == (1, 1, 0)


@pytest.mark.parametrize("how", ["withdrawal", "taken_back", "erasure", "deletion", "rejection"])
def test_whoever_goes_is_unsubscribed(news: Connected, tool: FakeMailman, how: str) -> None:
    own = news.agreed("ada@specimen.example")
    news.agreed("eve@specimen.example", name="Eve Specimen")
    _go(news, own, how)
    news.work()

    assert tool.of(NEWS) == {"eve@specimen.example"}
    assert [each["address"] for each in news.pushes()] == [None, None]
    assert news.now()["counts"]["unsubscribed"] == 1


def _go(news: Connected, own: str, how: str) -> None:
    stranger, owner = news.rush.world.stranger(), news.owner
    (row,) = [each for each in news.rush.signatures() if each["email"] == "ada@specimen.example"]
    path = f"/v1/signatures/{row['id']}"
    if how == "withdrawal":
        assert stranger.post(f"{OWN}/{own}/withdrawal").status == 200
    elif how == "taken_back":
        given = stranger.get(f"{OWN}/{own}")["consents"]
        ids = [each["id"] for each in given if each["purpose"] == "mailings"]
        body = {"consents_taken_back": ids}
        assert stranger.post(f"{OWN}/{own}/corrections", body).status == 200
    elif how == "erasure":
        assert owner.post(f"{path}/erasure").status == 200
    elif how == "deletion":
        assert owner.delete(path).status == 204
    else:
        assert owner.post(f"{path}/rejection", {"reason": "Odd."}).status == 200


def test_who_was_rejected_and_is_approved_is_subscribed_again(
    news: Connected, tool: FakeMailman
) -> None:
    own = news.agreed("ada@specimen.example")
    (row,) = news.rush.signatures()
    _go(news, own, "rejection")
    news.work()
    assert tool.of(NEWS) == set()

    assert news.owner.post(f"/v1/signatures/{row['id']}/approval").status == 200
    news.work()

    assert tool.of(NEWS) == {"ada@specimen.example"}


def test_who_waits_for_a_coordinator_is_not_handed_over(
    world: World, owner: Client, tool: FakeMailman
) -> None:
    news = connected(world, owner, tool)
    news.rush.set(moderation="all")
    news.agreed("ada@specimen.example")

    assert (tool.of(NEWS), news.pushes()) == (set(), [])


def test_who_leaves_in_the_tool_has_taken_their_consent_back_here(
    news: Connected, tool: FakeMailman
) -> None:
    owns = [news.agreed(f"ada{number}@specimen.example") for number in range(3)]
    del tool.lists[NEWS]["ada1@specimen.example"]
    news.read_back()

    stranger = news.rush.world.stranger()
    taken = [
        each["taken_back_on"] is not None
        for own in owns
        for each in stranger.get(f"{OWN}/{own}")["consents"]
        if each["purpose"] == "mailings"
    ]
    assert taken == [False, True, False]
    assert sorted(str(each["email"]) for each in news.rush.signatures()) == [
        "None",
        "ada0@specimen.example",
        "ada2@specimen.example",
    ]
    assert [each["fault"] for each in news.pushes(action="unsubscribe")] == ["left"]


def test_a_tool_is_asked_every_hour_who_left(
    world: World, owner: Client, tool: FakeMailman, clock: Traveller
) -> None:
    news = connected(world, owner, tool)
    news.agreed("ada@specimen.example")
    tool.lists[NEWS].clear()
    later(world, clock, 3000)
    assert news.now()["counts"]["subscribed"] == 1

    later(world, clock, 1200)

    assert news.now()["counts"]["subscribed"] == 0
    assert tool.of(NEWS) == set()


def test_a_key_is_never_shown_and_never_sent_to_another_address(
    world: World, news: Connected, tool: FakeMailman
) -> None:
    shown = news.now()
    assert shown["secrets_set"] == ["password"]
    assert "falcon" not in shown.body.decode()
    assert b"falcon" not in world.rows()

    settings = {key: value for key, value in tool.settings().items() if key != "password"}
    kept = news.owner.patch(news.path, {"settings": {**settings, "user": "restadmin"}})
    moved = news.owner.patch(news.path, {"settings": {**settings, "url": f"{tool.url}/3.2"}})

    assert (kept.status, kept["secrets_set"]) == (200, ["password"])
    assert moved.faults.keys() == {"/settings/password"}


@pytest.mark.parametrize(
    ("settings", "pointer"),
    [
        ({"url": "https://10.1.2.3/3.1"}, "/settings/url"),
        ({"url": "file:///etc/passwd"}, "/settings/url"),
        ({"url": "https://a:b@lists.specimen.example"}, "/settings/url"),
        ({"url": "https://[::1"}, "/settings/url"),
        ({"url": "https://xn--0.pt"}, "/settings/url"),
        ({"password": "a\r\nX: b"}, "/settings/password"),
        ({"wing": "left"}, "/settings/wing"),
        ({"list": ""}, "/settings/list"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_with_a_pointer(
    news: Connected, tool: FakeMailman, settings: dict[str, str], pointer: str
) -> None:
    body = {"settings": {**tool.settings(), **settings}}
    answer = news.owner.patch(news.path, body)

    assert answer.status == 422
    assert pointer in answer.faults


def test_a_trial_lists_the_lists_or_says_what_to_do(
    world: World, owner: Client, tool: FakeMailman
) -> None:
    news = connected(world, owner, tool)
    path = f"/v1/coalitions/{news.rush.coalition}/connector-trials"
    settings = tool.settings(list="")
    good = owner.post(path, {"kind": "mailman", "settings": settings})
    bad = owner.post(path, {"kind": "mailman", "settings": {**settings, "password": "wrong"}})

    assert (good["works"], good["lists"]) == (True, [{"id": NEWS, "name": NEWS}])
    assert (bad["works"], bad["fault"]) == (False, "key-refused")
    assert "Make a new one" in bad["advice"]


def test_readers_of_a_language_go_to_its_list(
    world: World, owner: Client, tool: FakeMailman
) -> None:
    tool.lists["ru.specimen.example"] = {}
    news = connected(world, owner, tool, languages={"ru": "ru.specimen.example"})
    news.agreed("ada@specimen.example", "ru")
    news.agreed("eve@specimen.example", name="Eve Specimen")

    assert tool.of("ru.specimen.example") == {"ada@specimen.example"}
    assert tool.of(NEWS) == {"eve@specimen.example"}


def test_a_tool_is_not_told_a_name_that_the_public_may_not_see(
    news: Connected, tool: FakeMailman
) -> None:
    news.agreed("ada@specimen.example", visibility="coalition")

    assert tool.lists[NEWS] == {"ada@specimen.example": ""}


def test_a_paused_connector_hands_nobody_over_until_it_goes_on(
    news: Connected, tool: FakeMailman
) -> None:
    assert news.owner.patch(news.path, {"is_paused": True})["status"] == "paused"
    news.agreed("ada@specimen.example")
    assert tool.of(NEWS) == set()

    assert news.owner.patch(news.path, {"is_paused": False}).status == 200
    news.work()

    assert tool.of(NEWS) == {"ada@specimen.example"}


def test_who_is_forgotten_because_a_statement_is_over_stays_with_the_organisation(
    world: World, owner: Client, tool: FakeMailman, clock: Traveller
) -> None:
    news = connected(world, owner, tool)
    news.agreed("ada@specimen.example")
    news.rush.set(retain_until="2031-06-01")
    with server(Post()) as post, mail_at(world, f"smtp://127.0.0.1:{post.port}"):
        later(world, clock, 12 * 86400)  # the owners are told
    later(world, clock, 8 * 86400)
    later(world, clock, 3600)

    assert tool.of(NEWS) == {"ada@specimen.example"}
    assert news.pushes() == []
    assert b"ada@" not in world.rows()


def test_another_coalitions_organisation_and_statement_are_not_there(
    world: World, news: Connected, tool: FakeMailman
) -> None:
    other = world.user("other")
    theirs = connected(world, other, tool)
    path = f"/v1/coalitions/{news.rush.coalition}/connectors"
    body: dict[str, Any] = {"kind": "mailman", "settings": tool.settings(), "label": "Theirs"}
    whose = {"organisation_id": theirs.organisation}
    assert news.owner.post(path, {**body, **whose}).faults.keys() == {"/organisation_id"}
    mine = {"organisation_id": news.organisation, "statement_id": theirs.rush.statement}
    assert news.owner.post(path, {**body, **mine}).faults.keys() == {"/statement_id"}
    assert other.get(news.path).status == 404
