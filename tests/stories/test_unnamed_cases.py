"""Cases that may not be named: nowhere in clear, and a name taken back goes everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.cases import rules
from tests.stories.test_cases import WHO, everything_in, found
from tests.support.builders import a_case, a_coalition, a_demand, a_demand_list, a_role, a_statement

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

CANARIES = ("zarobov", "davlatbek", "заробов", "давлатбек", "held at night")


def told_in(answer: Answer | str) -> list[str]:
    text = answer if isinstance(answer, str) else str(answer.json).casefold()
    return [canary for canary in CANARIES if canary in text]


def test_who_may_not_be_named_is_in_no_column(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, **WHO, may_be_named=False, status="detained")
    owner.patch(f"/v1/cases/{case}", {"summary": "Zarobov was held at night again"})
    change = {"status": "imprisoned", "evidence": "Zarobov's mother", "sources": []}
    owner.post(f"/v1/cases/{case}/status-changes", change, key="once")

    assert told_in(everything_in(world)) == []
    assert owner.get(f"/v1/cases/{case}")["name"] == "Davlatbek Zarobov"


def test_viewers_and_editors_see_of_the_unnamed_only_what_may_be_told(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner, country_names={"en": {"TJ": "The Republic"}})
    case = a_case(owner, coalition, **WHO, may_be_named=False, status="detained")
    evidence = {"status": "imprisoned", "evidence": "Zarobov's mother"}
    owner.post(f"/v1/cases/{case}/status-changes", evidence)

    for role in ("viewer", "editor"):
        someone = a_role(owner, coalition, world.user(), role)
        shown = someone.get(f"/v1/cases/{case}")
        history = someone.get(f"/v1/cases/{case}/status-changes")

        assert shown["label"] == "blogger, The Republic"
        assert shown["status"] == "imprisoned"
        assert [shown[key] for key in ("key", "name", "aliases", "born", "summary")] == [None] * 5
        assert history["items"][0]["status"] == "imprisoned"
        assert history["items"][0]["evidence"] is None
        assert found(someone, coalition) == ["blogger, The Republic"]
        assert found(someone, coalition, q="zarobov") == []
        everywhere = [shown, history, someone.get(f"/v1/coalitions/{coalition}/cases")]
        assert [told_in(answer) for answer in everywhere] == [[], [], []]


def test_a_coordinator_sees_all(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, **WHO, may_be_named=False)
    coordinator = a_role(owner, coalition, world.user(), "coordinator")

    shown = coordinator.get(f"/v1/cases/{case}")

    assert {key: shown[key] for key in WHO} == WHO
    assert shown["label"] == "blogger, Tajikistan"
    assert found(coordinator, coalition, q="заробов") == ["blogger, Tajikistan"]


def test_an_editor_changes_what_is_open_of_the_unnamed_and_nothing_else(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    case = f"/v1/cases/{a_case(owner, coalition, **WHO, may_be_named=False)}"
    editor = a_role(owner, coalition, world.user(), "editor")

    assert editor.patch(case, {"occupation": "writer"})["label"] == "writer, Tajikistan"
    for change in ({"name": "X"}, {"born": None}, {"key": "x"}, {"may_be_named": True}):
        assert editor.patch(case, change).status == 403
    named = f"/v1/cases/{a_case(owner, coalition)}"
    assert editor.patch(named, {"name": "X", "may_be_named": True}).status == 200
    assert editor.patch(named, {"may_be_named": False}).status == 403
    assert editor.delete(named).status == 403


def test_an_editor_may_enter_somebody_whom_it_may_not_read_again(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    editor = a_role(owner, coalition, world.user(), "editor")

    body = {**WHO, "may_be_named": False}
    answer = editor.post(f"/v1/coalitions/{coalition}/cases", body, key="k")

    assert answer.status == 201
    assert told_in(answer) == []
    assert told_in(everything_in(world)) == []


def test_taking_a_name_back_moves_everything_over_at_one_call(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, **WHO)

    hidden = owner.patch(f"/v1/cases/{case}", {"may_be_named": False})

    assert hidden.status == 200
    assert hidden["key"] == "case-tj"
    assert {key: hidden[key] for key in WHO} == WHO
    assert told_in(everything_in(world)) == []

    shown = owner.patch(f"/v1/cases/{case}", {"may_be_named": True})
    assert {key: shown[key] for key in WHO} == WHO
    assert found(owner, coalition, q="zarobov") == ["Davlatbek Zarobov"]


def test_taking_a_name_back_puts_the_label_into_demands(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    demands = a_demand_list(owner, coalition, country="TJ")
    case = a_case(owner, coalition, **WHO)
    demand = a_demand(
        owner,
        demands,
        text="Release **Davlatbek** Zarobov, and DAVLATBEK ZAROBOV's lawyer.",
        rationale="Дело: Давлатбек Заробов.",
        case_ids=[case],
    )
    before = owner.get(f"/v1/demands/{demand}")

    change = {"may_be_named": False, "public_label": "a blogger in Tajikistan"}
    assert owner.patch(f"/v1/cases/{case}", change).status == 200

    after = owner.get(f"/v1/demands/{demand}")
    assert (
        after["text"]
        == "Release **a blogger in Tajikistan**, and a blogger in Tajikistan's lawyer."
    )
    assert after["rationale"] == "Дело: a blogger in Tajikistan."
    assert after.etag != before.etag
    assert told_in(everything_in(world)) == []


def test_a_name_that_a_demand_keeps_in_its_key_must_go_first(owner: Client) -> None:
    coalition = a_coalition(owner)
    a_demand(owner, a_demand_list(owner, coalition), key="free-davlatbek-zarobov")
    case = a_case(owner, coalition, **WHO)

    refused = owner.patch(f"/v1/cases/{case}", {"may_be_named": False})

    assert refused.status == 409
    assert refused["type"] == "/problems/still-named"
    assert "the key of demand free-davlatbek-zarobov" in refused["detail"]
    assert owner.get(f"/v1/cases/{case}")["may_be_named"]


def test_a_case_that_demands_name_is_not_unnamed_by_entering_it(owner: Client) -> None:
    coalition = a_coalition(owner)
    a_demand(owner, a_demand_list(owner, coalition), text="Free Davlatbek Zarobov.")
    body = {**WHO, "may_be_named": False}

    refused = owner.post(f"/v1/coalitions/{coalition}/cases", body)

    assert refused.status == 409
    assert "the text of demand kz-1" in refused["detail"]


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"public_label": "the blogger Davlatbek ZAROBOV"}, "/public_label"),
        ({"occupation": "Давлатбек Заробов, blogger"}, "/occupation"),
        ({"key": "zarobov"}, "/key"),
    ],
)
def test_what_anybody_reads_may_not_tell_the_name(
    owner: Client, facts: dict[str, str], pointer: str
) -> None:
    coalition = a_coalition(owner)
    body = {**WHO, "may_be_named": False, **facts}
    entered = owner.post(f"/v1/coalitions/{coalition}/cases", body)
    case = f"/v1/cases/{a_case(owner, coalition, **WHO, may_be_named=False)}"

    assert entered.status == 422
    assert list(entered.faults) == [pointer]
    assert list(owner.patch(case, facts).faults) == [pointer]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Free *Davlatbek* **Zarobov**!", "Davlatbek Zarobov"),
        ("Free Davlat*bek* Zarobov", "Davlatbek Zarobov"),
        ("DAVLATBEK-ZAROBOV", "Davlatbek Zarobov"),
        ("see [here](https://x.example/davlatbek%2Dzarobov)", "Davlatbek Zarobov"),
        ("«Давлатбек\nЗаробов»", "Давлатбек Заробов"),  # noqa: RUF001 # scripts are the matter
        ("Davlat\u00adbek Zarobov", "Davlatbek Zarobov"),
        ("O’Brien", "O'Brien"),  # noqa: RUF001 # so are apostrophes
        ("Go'zal", "Goʻzal"),  # noqa: RUF001 # and this one
        ("علي رضا", "علی رضا"),
        ("Straße", "STRASSE"),
    ],
)
def test_a_name_is_seen_in_a_text(text: str, name: str) -> None:
    assert rules.names_in(text, ["Nobody", name]) == name


@pytest.mark.parametrize("text", ["Zarobov", "Davlatbek the Zarobov", "Davlatbek Zarobova", ""])
def test_what_is_no_whole_name_is_none(text: str) -> None:
    assert rules.names_in(text, ["Davlatbek Zarobov", "…"]) is None


def test_a_code_is_nobody_s_name(owner: Client) -> None:
    """Ma is a family's name and MA a country, An a name and `an` Aragonese."""
    coalition = a_coalition(owner)
    mother = {"id": "mother", "name": "Dana Specimen", "country": "MA", "status": "at_risk"}
    body = [{"paragraph": "We ask for Ma An."}]
    draft = a_statement(owner, coalition, language="an", cases=[mother], body=body)

    who = {"name": "Ma An", "aliases": ["Ma", "An", "At_Risk"], "public_label": "a poet"}
    case = a_case(owner, coalition, **who)
    taken_back = owner.patch(f"/v1/cases/{case}", {"may_be_named": False})

    assert taken_back.status == 200, taken_back.body
    kept = owner.get(f"/v1/statements/{draft}/draft")["document"]
    assert (kept["language"], kept["cases"]) == ("an", [mother])
    assert [block["paragraph"] for block in kept["body"]] == ["We ask for a poet."]
    a_statement(owner, coalition, language="an", cases=[mother])
