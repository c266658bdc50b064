"""From a template, facts and what a coalition asks, to a draft, and up to date again."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_revision,
    a_role,
    an_organisation,
    made,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

LETTER = "summit-letter"


def the_letter(client: Client) -> dict[str, Any]:
    found = client.get("/v1/built-in-templates")["items"]
    source: dict[str, Any] = next(each["source"] for each in found if each["name"] == LETTER)
    return copy.deepcopy(source)


def some_facts(client: Client) -> dict[str, Any]:
    return {**the_letter(client)["example"], "countries": ["KZ", "KG"]}


def a_template(client: Client, coalition: str) -> str:
    address = f"/v1/coalitions/{coalition}/built-in-template-uses"
    return made(client, address, {"built_in": LETTER})


def a_full_coalition(client: Client) -> str:
    """Return a coalition with two members, a case and two demand lists."""
    coalition = a_coalition(client, countries=["KZ", "KG"])
    for name, role in (("Steppe House", "member"), ("O'Brien_s *Circle*", "lead")):
        organisation = an_organisation(client, coalition, names={"en": name})
        member = {"organisation_id": organisation, "role": role}
        made(client, f"/v1/coalitions/{coalition}/members", member)
    case = a_case(client, coalition, key="ayan", name="Ayan Specimen", country="KZ")
    demands = a_demand_list(client, coalition, country="KZ")
    a_demand(client, demands, key="kz-1", text="Release Ayan Specimen.", case_ids=[case])
    demands = a_demand_list(client, coalition, country="KG")
    a_demand(client, demands, key="kg-1", text="Withdraw the law.")
    return coalition


def assemble(client: Client, coalition: str, template: str, **more: Any) -> Answer:
    body = {"template_id": template, "slug": "letter", "facts": {}, **more}
    return client.post(f"/v1/coalitions/{coalition}/assemblies", body)


def a_letter(client: Client, **more: Any) -> tuple[str, str, Answer]:
    coalition = a_full_coalition(client)
    template = a_template(client, coalition)
    facts = some_facts(client)
    return coalition, template, assemble(client, coalition, template, facts=facts, **more)


def test_the_summit_letter_becomes_a_draft_without_any_placeholder(owner: Client) -> None:
    _, _, assembled = a_letter(owner)

    assert assembled.status == 201, assembled.body
    document = assembled["document"]
    text = str(document)
    assert "{{" not in text
    assert "{%" not in text
    quotes = [block for block in document["body"] if "quote" in block]
    assert len(quotes) == len(the_letter(owner)["example"]["quotes"])
    assert a_revision(owner, assembled["statement"]["id"])


def test_demands_and_cases_stay_blocks_with_the_words_and_ids_of_the_rows(owner: Client) -> None:
    _, _, assembled = a_letter(owner)

    document = assembled["document"]
    assert any("demands" in block for block in document["body"])
    lists = {asked["country"]: asked["demands"] for asked in document["demand_lists"]}
    assert lists["KZ"] == [{"id": "kz-1", "text": "Release Ayan Specimen.", "cases": ["ayan"]}]
    assert [case["name"] for case in document["cases"]] == ["Ayan Specimen"]


def test_members_are_named_as_they_are_with_the_lead_first(owner: Client) -> None:
    _, _, assembled = a_letter(owner)
    statement = assembled["statement"]["id"]
    a_revision(owner, statement)

    text = owner.get(f"/v1/statements/{statement}/document", format="text").body.decode()

    assert "O'Brien_s *Circle* and Steppe House" in " ".join(text.split())


def test_a_statement_keeps_the_version_that_it_came_from(owner: Client) -> None:
    _, template, assembled = a_letter(owner)
    source = the_letter(owner) | {"title": "Another letter"}
    second = owner.put(f"/v1/templates/{template}", {"source": source})

    assert second["version_number"] == 2
    came_from = owner.get(f"/v1/statements/{assembled['statement']['id']}")["template_version_id"]
    versions = owner.get(f"/v1/templates/{template}/versions")["items"]
    assert [each["version_number"] for each in versions] == [2, 1]
    assert came_from
    assert owner.delete(f"/v1/templates/{template}")["type"] == "/problems/in-use"


def test_missing_and_unknown_facts_are_pointed_at(owner: Client) -> None:
    coalition = a_full_coalition(owner)
    facts = some_facts(owner)
    del facts["summit"]
    facts["sumit"] = "A"

    refused = assemble(owner, coalition, a_template(owner, coalition), facts=facts)

    assert refused.status == 422
    assert "/facts/summit" in refused.faults
    assert "/facts/sumit" in refused.faults


def test_a_preview_stores_nothing(owner: Client) -> None:
    coalition, _, assembled = a_letter(owner, preview=True)

    assert assembled["statement"] is None
    assert assembled["document"]["body"]
    assert owner.get(f"/v1/coalitions/{coalition}/statements")["total"] == 0


def test_only_the_demands_that_were_chosen_go_in(owner: Client) -> None:
    coalition = a_full_coalition(owner)
    template, facts = a_template(owner, coalition), some_facts(owner)
    demand = owner.get(f"/v1/coalitions/{coalition}/demands")["items"][0]["id"]
    owner.post(
        f"/v1/demands/{demand}/status-changes",
        {"status": "met", "on": "2031-05-01", "evidence": "He came home."},
    )

    by_status = assemble(owner, coalition, template, facts=facts | {"countries": ["KG"]})
    chosen, facts = {"ids": ["kz-1"]}, facts | {"countries": ["KZ"]}
    by_id = assemble(owner, coalition, template, facts=facts, slug="b", demands=chosen)

    assert [each["country"] for each in by_status["document"]["demand_lists"]] == ["KG"]
    assert [each["country"] for each in by_id["document"]["demand_lists"]] == ["KZ"]


def test_a_demand_that_is_not_there_is_not_chosen_in_silence(owner: Client) -> None:
    coalition = a_full_coalition(owner)
    template, facts = a_template(owner, coalition), some_facts(owner)

    refused = assemble(
        owner, coalition, template, facts=facts, demands={"ids": ["kz-1", "kz-9"]}, preview=True
    )

    assert list(refused.faults) == ["/demands/ids/1"]


def renew(client: Client, statement: str, **body: Any) -> Answer:
    headers = {"If-Match": client.get(f"/v1/statements/{statement}").etag}
    return client.send("POST", f"/v1/statements/{statement}/renewals", body, headers=headers)


def test_newer_words_are_shown_before_they_are_taken(owner: Client) -> None:
    coalition, _, assembled = a_letter(owner)
    statement = assembled["statement"]["id"]
    demand = owner.get(f"/v1/coalitions/{coalition}/demands")["items"][0]["id"]
    owner.patch(f"/v1/demands/{demand}", {"text": "Let Ayan Specimen go home."})

    seen = renew(owner, statement, preview=True)
    before = owner.get(f"/v1/statements/{statement}/draft")["document"]
    taken = renew(owner, statement)

    assert seen["differences"] == [
        {
            "pointer": "/demand_lists/KZ/demands/kz-1/text",
            "before": "Release Ayan Specimen.",
            "after": "Let Ayan Specimen go home.",
        }
    ]
    assert before == assembled["document"]
    assert taken.status == 200
    assert "Let Ayan" in str(owner.get(f"/v1/statements/{statement}/draft")["document"])


def test_a_draft_keeps_its_edits_when_only_its_words_are_renewed(owner: Client) -> None:
    _, _, assembled = a_letter(owner)
    statement = assembled["statement"]["id"]
    path = f"/v1/statements/{statement}/draft"
    document = owner.get(path)["document"]
    document["body"].insert(0, {"paragraph": "Written by hand."})
    owner.put(path, {"document": document})

    renew(owner, statement)

    assert owner.get(path)["document"]["body"][0]["paragraph"] == "Written by hand."


def test_other_facts_fill_the_newest_version_again(owner: Client) -> None:
    _, _, assembled = a_letter(owner)
    statement = assembled["statement"]["id"]
    facts = some_facts(owner) | {"summit": "Third Summit of Specimen States"}

    again = renew(owner, statement, facts=facts)

    assert again.status == 200, again.body
    assert "Third Summit of Specimen States" in str(again["document"])


def test_a_renewal_is_of_the_version_that_was_read(owner: Client) -> None:
    _, _, assembled = a_letter(owner)
    path = f"/v1/statements/{assembled['statement']['id']}"
    document = owner.get(f"{path}/draft")["document"] | {"title": "Somebody was faster"}
    owner.put(f"{path}/draft", {"document": document})

    for body in ({"preview": True}, {}, {"preview": True, "facts": some_facts(owner)}):
        headers = {"If-Match": '"1"'}
        assert owner.send("POST", f"{path}/renewals", body, headers=headers).status == 412


def test_filling_again_takes_the_demands_that_were_chosen(owner: Client) -> None:
    coalition = a_full_coalition(owner)
    template, facts = a_template(owner, coalition), some_facts(owner) | {"countries": ["KZ"]}
    assembled = assemble(owner, coalition, template, facts=facts, demands={"ids": ["kz-1"]})
    lists = owner.get(f"/v1/coalitions/{coalition}/demand-lists")["items"]
    a_demand(owner, lists[0]["id"], key="kz-2", text="Repeal the law.")

    again = renew(owner, assembled["statement"]["id"], facts=facts)

    (asked,) = again["document"]["demand_lists"]
    assert [each["id"] for each in asked["demands"]] == ["kz-1"]


def test_a_hidden_case_goes_in_by_its_label_and_stays_hidden_from_editors(
    world: World, owner: Client
) -> None:
    coalition = a_full_coalition(owner)
    hidden = a_case(
        owner, coalition, key="kg-7", name="Canary Hidden", country="KG",
        occupation="nurse", may_be_named=False,
    )  # fmt: skip
    lists = owner.get(f"/v1/coalitions/{coalition}/demand-lists")["items"]
    kg = next(each["id"] for each in lists if each["country"] == "KG")
    a_demand(owner, kg, key="kg-2", text="Release the nurse.", case_ids=[hidden])
    editor = a_role(owner, coalition, world.user(), "editor")
    facts = some_facts(owner)

    assembled = assemble(editor, coalition, a_template(owner, coalition), facts=facts)

    assert assembled.status == 201, assembled.body
    assert b"Canary" not in assembled.body
    statement = assembled["statement"]["id"]
    assert b"Canary Hidden" in owner.get(f"/v1/statements/{statement}/draft").body
    assert b"Canary" not in world.dump()


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"title_text": "{{ ''.__class__ }}"}, "/source/title_text"),
        ({"body": [{"paragraph": "{{ lipsum(n=1000000) }}"}]}, "/source/body/0/paragraph"),
        ({"body": [{"paragraph": "{{ summit|safe }}"}]}, "/source/body/0/paragraph"),
        ({"body": [{"paragraph": "x", "if": "1 %} {% include 'a'"}]}, "/source/body/0/if"),
    ],
)
@pytest.mark.timeout(20)
def test_a_template_that_reaches_out_is_not_kept(
    owner: Client, change: dict[str, Any], pointer: str
) -> None:
    coalition = a_coalition(owner)
    source = the_letter(owner) | change

    refused = owner.post(f"/v1/coalitions/{coalition}/templates", {"source": source})

    assert refused.status == 422
    assert pointer in refused.faults


def test_the_form_of_a_template_is_given_as_json_schema(owner: Client) -> None:
    coalition = a_coalition(owner)
    template = owner.get(f"/v1/templates/{a_template(owner, coalition)}")

    schema = template["facts_schema"]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["properties"]["summit"]["title"]
    assert "summit" in schema["required"]


def test_another_coalitions_template_is_not_filled(world: World, owner: Client) -> None:
    other = world.user()
    theirs = a_template(other, a_coalition(other))

    refused = assemble(owner, a_coalition(owner), theirs, facts={})

    assert refused.status == 404


def test_a_template_stays_in_its_coalition(world: World, owner: Client) -> None:
    here, there = a_coalition(owner), a_coalition(owner)
    template = a_template(owner, there)
    editor = a_role(owner, here, world.user(), "editor")
    a_role(owner, there, editor, "viewer")

    assert assemble(owner, here, template, facts={}).faults.keys() == {"/template_id"}
    assert assemble(editor, here, template, facts={}).faults.keys() == {"/template_id"}
    assert assemble(editor, there, template, facts={}).status == 403
