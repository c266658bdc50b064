"""What waits for work: cases to verify, demands without news, drafts behind the facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import time_machine

from tests.stories.test_cases import WHO
from tests.stories.test_unnamed_cases import told_in
from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_revision,
    a_role,
    a_statement,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

NOW = datetime.now(UTC)


def day(ago: int) -> str:
    return str((NOW - timedelta(days=ago)).date())


def then(ago: int) -> time_machine.travel:
    """Do something so many days ago; 0 keeps a test within its day."""
    return time_machine.travel(NOW - timedelta(days=ago), tick=False)


def work(client: Client, coalition: str, **query: Any) -> Any:
    with then(0):
        answer = client.get(f"/v1/coalitions/{coalition}/work-list", **query)
    assert answer.status == 200, answer.body
    return answer.json


def found(client: Client, coalition: str, **query: Any) -> list[list[Any]]:
    fields = ("kind", "what", "since", "why")
    return [[item[name] for name in fields] for item in work(client, coalition, **query)["items"]]


def is_about(client: Client, item: dict[str, Any]) -> bool:
    """Tell whether an item leads to what it names."""
    shown = client.get(item["url"])
    return shown.status == 200 and shown.id == (item["demand_id"] or item["case_ids"][0])


def test_cases_that_were_not_verified_for_long_wait(owner: Client) -> None:
    coalition = a_coalition(owner)
    for name, facts in {
        "Fresh": {"last_verified": day(89)},
        "Stale": {"last_verified": day(91), "status": "imprisoned"},
        "Never": {},
        "Free": {"status": "released"},
        "Gone": {"status": "deceased", "last_verified": day(500)},
    }.items():
        a_case(owner, coalition, name=f"{name} Specimen", **facts)

    assert found(owner, coalition) == [
        ["case", "Never Specimen", None, "Nobody has verified it."],
        ["case", "Stale Specimen", day(91), f"Last verified on {day(91)}."],
    ]
    assert len(found(owner, coalition, case_days=10)) == 3
    assert len(found(owner, coalition, case_days=100)) == 1
    assert all(is_about(owner, item) for item in work(owner, coalition)["items"])
    path = f"/v1/coalitions/{coalition}/work-list"
    for wrong in ({"case_days": -1}, {"demand_days": "x"}, {"kind": "x"}, {"case_days": 10**9}):
        assert owner.get(path, **wrong).status == 422


def test_demands_without_news_wait(owner: Client) -> None:
    coalition = a_coalition(owner)
    asked = a_demand_list(owner, coalition)
    with then(200):
        old, moved, _met = (
            a_demand(owner, asked, text=text) for text in ("*Old* words.", "Moved.", "Met.")
        )
        a_demand(owner, asked, status="rejected")
    with then(100):
        owner.post(f"/v1/demands/{moved}/status-changes", {"status": "partly_met"})
        owner.post(f"/v1/demands/{_met}/status-changes", {"status": "met"})
        owner.patch(f"/v1/demands/{old}", {"kind": "policy"})
    a_demand(owner, asked, text="New.")

    assert found(owner, coalition) == [
        ["demand", "Old words.", day(200), f"It is open, and there is no news since {day(200)}."],
        ["demand", "Moved.", day(100), f"It is partly_met, and there is no news since {day(100)}."],
    ]
    assert len(found(owner, coalition, demand_days=150)) == 1
    assert [item["demand_id"] for item in work(owner, coalition)["items"]] == [old, moved]
    assert all(is_about(owner, item) for item in work(owner, coalition)["items"])


def a_draft(client: Client, coalition: str, *cases: dict[str, Any], **more: Any) -> str:
    body = [{"cases": {"ids": [case["id"] for case in cases]}}]
    return a_statement(client, coalition, cases=list(cases), body=body, **more)


AYAN = {"id": "ayan", "name": "Ayan Specimenov", "country": "KZ"}


def test_drafts_that_say_another_status_than_a_case_has_wait(owner: Client) -> None:
    coalition = a_coalition(owner)
    facts = {"key": "ayan", "name": AYAN["name"], "last_verified": day(0)}
    with then(30):
        case = a_case(owner, coalition, **facts, status="detained")
    told = {**AYAN, "status": "detained"}
    a_draft(owner, coalition, AYAN, title="Says nothing of it, and it did not change since")
    with then(20):
        silent = a_draft(owner, coalition, AYAN, title="Silent")
    behind = a_draft(owner, coalition, told, title="Behind")
    review = a_draft(owner, coalition, told, title="Review")
    published = a_draft(owner, coalition, told, title="Published")
    a_draft(owner, coalition, {**told, "status": "released"}, title="Ahead")
    a_draft(owner, coalition, {**told, "id": "elsewhere"}, title="Of nobody here")
    for statement, states in ((review, ["review"]), (published, ["review", "published"])):
        a_revision(owner, statement)
        for state in states:
            path = f"/v1/statements/{statement}"
            headers = {"If-Match": owner.get(path).etag}
            owner.send("POST", f"{path}/transitions", {"state": state}, headers=headers)
    assert {item[1] for item in found(owner, coalition)} == {"Ahead"}

    with then(10):
        owner.post(f"/v1/cases/{case}/status-changes", {"status": "released"})

    items = work(owner, coalition)["items"]
    assert {item["statement_id"]: item["what"] for item in items} == {
        silent: "Silent", behind: "Behind", review: "Review",
    }  # fmt: skip
    assert {item["since"] for item in items} == {day(10)}
    whys = {item["what"]: item["why"] for item in items}
    now = f"released since {day(10)}, it says detained"
    assert whys["Behind"] == f"The status of cases changed: Ayan Specimenov ({now})."
    assert {tuple(item["case_ids"]) for item in items} == {(case,)}
    assert "it says nothing" in whys["Silent"]
    assert all(owner.get(item["url"]).status == 200 for item in items)
    renewal = f"/v1/statements/{behind}/renewals"
    headers = {"If-Match": owner.get(f"/v1/statements/{behind}").etag}
    assert owner.send("POST", renewal, {}, headers=headers).status == 200
    assert "Behind" not in {item[1] for item in found(owner, coalition)}


def test_a_text_that_opens_by_itself_says_when_what_it_names_changed_since(owner: Client) -> None:
    coalition = a_coalition(owner)
    facts = {"key": "ayan", "name": AYAN["name"], "last_verified": day(0), "status": "detained"}
    case = a_case(owner, coalition, **facts)
    statement = a_draft(owner, coalition, {**AYAN, "status": "detained"})
    a_revision(owner, statement)
    path = f"/v1/statements/{statement}"
    headers = {"If-Match": owner.get(path).etag}
    owner.send("POST", f"{path}/transitions", {"state": "review"}, headers=headers)
    headers = {"If-Match": owner.get(f"{path}/signing").etag}
    opens_at = (NOW + timedelta(days=3)).isoformat()
    set_to_open = owner.send("PUT", f"{path}/signing", {"opens_at": opens_at}, headers=headers)
    assert set_to_open.status == 200, set_to_open.body

    owner.post(f"/v1/cases/{case}/status-changes", {"status": "released"})

    (item,) = work(owner, coalition)["items"]
    assert item["statement_id"] == statement
    assert item["why"].endswith(f" It opens for signing on {day(-3)}, as it is.")


def test_a_draft_that_is_behind_many_cases_waits_once(owner: Client) -> None:
    coalition = a_coalition(owner)
    people = [{**AYAN, "id": f"case-{n}", "name": f"Specimen Nr {n}"} for n in range(12)]
    for one in people:
        facts = {"key": one["id"], "name": one["name"], "last_verified": day(0)}
        a_case(owner, coalition, **facts, status="released")
    a_draft(owner, coalition, *[{**one, "status": "on_trial"} for one in people])

    (item,) = work(owner, coalition)["items"]

    assert len(item["case_ids"]) == 10
    assert item["why"].endswith("it says on_trial), and 2 more.")


def test_what_waits_is_walked_longest_first_and_counted_by_kind(owner: Client) -> None:
    coalition = a_coalition(owner)
    for ago in (100, 300):
        a_case(owner, coalition, name=f"Case {ago}", last_verified=day(ago))
    asked = a_demand_list(owner, coalition)
    for ago in (200, 400):
        with then(ago):
            a_demand(owner, asked, text=f"Demand {ago}.")

    path, seen = f"/v1/coalitions/{coalition}/work-list?limit=1", []
    while path:
        answer = owner.get(path)
        assert answer["counts"] == {"case": 2, "demand": 2, "draft": 0}
        assert answer["total"] == 4
        seen += [item["what"] for item in answer["items"]]
        path = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")

    assert seen == ["Demand 400.", "Case 300", "Demand 200.", "Case 100"]
    only = work(owner, coalition, kind="demand")
    assert (only["total"], only["counts"]["case"]) == (2, 2)
    assert [item["kind"] for item in only["items"]] == ["demand", "demand"]
    assert owner.get(f"/v1/coalitions/{coalition}/work-list", cursor="x").status == 422


def test_a_case_that_may_not_be_named_waits_by_its_label(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, **WHO, key="case-7", may_be_named=False, status="detained")
    hidden = {**WHO, "id": "case-7", "may_be_named": False, "status": "at_risk"}
    a_draft(owner, coalition, hidden, title="For a blogger")
    viewer = a_role(owner, coalition, world.user(), "viewer")

    for someone in (viewer, owner):
        answer = work(someone, coalition)
        assert told_in(str(answer).casefold()) == []
        assert answer["items"][0]["what"] == "blogger, Tajikistan"
        assert answer["items"][0]["case_ids"] == [case]
        assert "blogger, Tajikistan (detained" in answer["items"][1]["why"]


def test_another_coalitions_work_is_not_there(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition)
    stranger = world.user("stranger")
    path = "/v1/coalitions/{}/work-list"

    assert stranger.get(path.format(coalition)).status == 404
    assert stranger.get(path.format(a_coalition(stranger)))["items"] == []
