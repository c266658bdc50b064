"""Footnotes of demands: they belong to the text that they stand under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stories.test_assemblies import a_template, assemble, some_facts
from tests.stories.test_exchange import a_document, take_in
from tests.stories.test_statements import draft_of
from tests.support.builders import a_coalition, a_demand, a_demand_list, a_statement

if TYPE_CHECKING:
    from tests.support.client import Answer, Client

ASKED = [{"country": "KZ", "demands": [{"id": "kz-1", "text": "Release him.[^7]"}]}]
NOTED = {"demand_lists": ASKED, "body": [{"demands": {}}], "footnotes": {"7": "So he says."}}


def renewed(client: Client, statement: str) -> Answer:
    path = f"/v1/statements/{statement}"
    headers = {"If-Match": client.get(path).etag}
    return client.send("POST", f"{path}/renewals", {}, headers=headers)


def test_a_new_text_takes_a_demand_without_the_footnotes_of_an_old_one(owner: Client) -> None:
    coalition = a_coalition(owner)
    assert take_in(owner, coalition, a_document(**NOTED)).status == 201
    asked = a_demand_list(owner, coalition, country="KG")
    a_demand(owner, asked, key="kg-1", text="Withdraw it.", rationale="It is wrong [^1], he said.")
    template, facts = a_template(owner, coalition), some_facts(owner)

    assembled = assemble(owner, coalition, template, facts=facts)

    assert assembled.status == 201, assembled.body
    lists = {one["country"]: one["demands"][0] for one in assembled["document"]["demand_lists"]}
    assert lists["KZ"]["text"] == "Release him."
    assert lists["KG"]["rationale"] == "It is wrong, he said."
    places = [f"/document/demand_lists/{number}/demands/0" for number in range(2)]
    assert [each["pointer"] for each in assembled["warnings"]] == places


def test_the_footnotes_of_a_text_stay_in_it_when_it_is_renewed(owner: Client) -> None:
    coalition = a_coalition(owner)
    statement = take_in(owner, coalition, a_document(**NOTED))["statement"]["id"]
    before = draft_of(owner, statement)

    assert renewed(owner, statement)["differences"] == []
    assert draft_of(owner, statement) == before


def test_a_text_takes_no_reference_to_a_footnote_that_it_has_not(owner: Client) -> None:
    coalition = a_coalition(owner)
    asked = a_demand_list(owner, coalition, country="KZ")
    demand = a_demand(owner, asked, key="kz-1", text="Release him.")
    plain = [{"country": "KZ", "demands": [{"id": "kz-1", "text": "Release him."}]}]
    statement = a_statement(owner, coalition, demand_lists=plain, body=[{"demands": {}}])
    owner.patch(f"/v1/demands/{demand}", {"text": "Release him at once.[^7]"})

    after = renewed(owner, statement)

    assert after.status == 200, after.body
    assert after["document"]["demand_lists"][0]["demands"][0]["text"] == "Release him at once."
