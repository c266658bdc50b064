"""A statement as the start of the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.test_assemblies import a_letter, some_facts
from tests.stories.test_at_once import at_once, posted
from tests.stories.test_exchange import a_document, take_in
from tests.stories.test_statements import draft_of
from tests.stories.test_taking_back import NAME, a_named_text, is_told, take_back
from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_revision,
    a_role,
    a_signature,
    a_statement,
    a_text,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

HIDDEN = {"id": "x", "name": "Quiet Specimenova", "country": "TM", "may_be_named": False,
          "occupation": "nurse"}  # fmt: skip


def a_copy(client: Client, statement: str, **more: Any) -> Answer:
    return client.post(f"/v1/statements/{statement}/copies", {"slug": "next", **more})


def test_next_years_letter_begins_with_this_years_text_without_its_day(owner: Client) -> None:
    statement, sha256 = a_text(
        owner,
        a_coalition(owner),
        slug="letter-2031",
        dateline={"place": "Vilnius", "date": "2031-09-02"},
        occasion={"name": "Summit of Bakers", "date": "2031-09-01"},
    )
    a_signature(owner, statement, sha256)
    before = [owner.get(f"/v1/statements/{statement}{of}").body for of in ("", "/draft", "/export")]

    copied = a_copy(owner, statement, slug="letter-2032", title="Open the doors again")

    assert copied.status == 201, copied.body
    document = copied["document"]
    assert (document["slug"], document["title"]) == ("letter-2032", "Open the doors again")
    assert document["dateline"] == {"place": "Vilnius"}
    words = [block["paragraph"] for block in draft_of(owner, statement)["body"]]
    assert [block["paragraph"] for block in document["body"]] == words
    assert [each["pointer"] for each in copied["warnings"]] == ["/document/occasion"]
    new = copied["statement"]
    assert (new["state"], new["revision_number"]) == ("draft", 0)
    assert copied.etag == owner.get(f"/v1/statements/{new['id']}").etag
    assert owner.get(f"/v1/statements/{new['id']}/signatures")["total"] == 0
    printed = owner.get(f"/v1/statements/{new['id']}/draft/document")
    assert (printed.status, printed.body[:5]) == (200, b"%PDF-")
    after = [owner.get(f"/v1/statements/{statement}{of}").body for of in ("", "/draft", "/export")]
    assert after == before


def test_those_who_signed_and_were_only_counted_stay_with_what_they_signed(owner: Client) -> None:
    coalition = a_coalition(owner)
    document = a_document(withheld=40, dateline={"date": "2031-09-02"})
    statement = take_in(owner, coalition, document)["statement"]["id"]

    copied = a_copy(owner, statement)

    assert copied["document"].keys() & {"withheld", "dateline", "signatories"} == set()
    assert copied["document"]["title"] == document["title"]


def test_a_chosen_revision_is_copied_and_not_what_came_after(owner: Client) -> None:
    statement, _ = a_text(owner, a_coalition(owner), title="The first")
    whole = {**draft_of(owner, statement), "title": "The second"}
    assert owner.put(f"/v1/statements/{statement}/draft", {"document": whole}).status == 200

    assert a_copy(owner, statement, revision=1)["document"]["title"] == "The first"
    assert a_copy(owner, statement, slug="other")["document"]["title"] == "The second"
    assert a_copy(owner, statement, slug="third", revision=2).status == 404


def test_a_copy_can_be_filled_again_with_next_years_facts(owner: Client) -> None:
    coalition, _, letter = a_letter(owner, demands={"ids": ["kz-1", "kg-1"], "specimen": True})
    copied = a_copy(owner, letter["statement"]["id"])
    path = f"/v1/statements/{copied['statement']['id']}"

    asked = owner.get(f"/v1/coalitions/{coalition}/demand-lists")["items"][0]["id"]
    a_demand(owner, asked, key="kz-2", text="Close the colony.")  # it was not chosen
    facts = some_facts(owner) | {"headline": "Let them go home, again"}
    headers = {"If-Match": copied.etag}
    renewed = owner.send("POST", f"{path}/renewals", {"facts": facts}, headers=headers)

    assert renewed.status == 200, renewed.body
    assert renewed["document"]["title"] == "Let them go home, again"
    lists = renewed["document"]["demand_lists"]
    assert [each["id"] for one in lists for each in one["demands"]] == ["kz-1", "kg-1"]
    assert renewed["document"]["specimen"] is True
    assert renewed["statement"]["slug"] == "next"
    origins = [each["statement"]["template_version_id"] for each in (letter, copied)]
    assert origins[0] == origins[1] is not None


def test_who_may_not_be_named_comes_along_sealed_and_is_found_by_the_case(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    document = a_document(cases=[HIDDEN], body=[{"cases": {"ids": ["x"]}}])
    statement = take_in(owner, coalition, document)["statement"]["id"]
    editor = a_role(owner, coalition, world.user(), "editor")

    copied = a_copy(editor, statement)

    assert copied.status == 201, copied.body
    assert b"Quiet" not in copied.body
    new = copied["statement"]["id"]
    assert draft_of(owner, new)["cases"] == [HIDDEN]
    case = owner.get(f"/v1/coalitions/{coalition}/cases")["items"][0]["id"]
    found = owner.get(f"/v1/cases/{case}/statements")["items"]
    assert {each["id"] for each in found} == {statement, new}
    assert a_revision(owner, new)
    assert b"Quiet" not in world.rows()


def test_the_label_of_today_stands_in_a_copy_of_an_old_text(owner: Client) -> None:
    coalition = a_coalition(owner)
    document = a_document(cases=[HIDDEN], body=[{"cases": {"ids": ["x"]}}])
    statement = take_in(owner, coalition, document)["statement"]["id"]
    case = owner.get(f"/v1/coalitions/{coalition}/cases")["items"][0]["id"]
    assert owner.patch(f"/v1/cases/{case}", {"public_label": "a woman of 30"}).status == 200

    new = a_copy(owner, statement, revision=1)["statement"]["id"]

    printed = owner.get(f"/v1/statements/{new}/draft/document", format="text").body
    assert b"a woman of 30" in printed
    assert b"nurse" not in printed


def test_a_name_that_was_taken_back_does_not_come_back_by_a_copy(
    world: World, owner: Client
) -> None:
    _, case, statement = a_named_text(owner)
    a_revision(owner, statement)
    take_back(owner, case)

    old = a_copy(owner, statement, revision=1)
    copies = [a_copy(owner, statement, slug=f"copy-{n or 0}", revision=n) for n in (None, 2)]

    assert (old.status, old["type"]) == (410, "/problems/gone")
    for copied in copies:
        assert copied.status == 201, copied.body
        new = copied["statement"]["id"]
        assert not is_told(owner.get(f"/v1/statements/{new}/draft/document", format="text").body)
    assert not is_told(world.rows())


def test_a_former_spelling_of_a_hidden_name_does_not_come_back_either(owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, key="x", name="Ayan Spesimen", country="KZ")
    named = {"id": "x", "name": "Ayan Spesimen", "country": "KZ"}
    body = [{"paragraph": "We write for Ayan Spesimen."}, {"cases": {"ids": ["x"]}}]
    statement, _ = a_text(owner, coalition, cases=[named], body=body)
    for change in ({"name": "Ayan Exemplarov"}, {"may_be_named": False}):
        assert owner.patch(f"/v1/cases/{case}", change).status == 200

    copied = a_copy(owner, statement, revision=1)

    assert copied.status == 201, copied.body
    path = f"/v1/statements/{copied['statement']['id']}/draft/document"
    printed = owner.get(path, format="text").body
    assert b"We write for Kazakhstan." in printed
    assert b"Spesimen" not in printed


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/slug"),
        ({"slug": "Next Letter"}, "/slug"),
        ({"slug": "for-quiet-specimenova"}, "/slug"),
        ({"slug": "next", "title": "For Quiet Specimenova"}, "/title"),
        ({"slug": "next", "title": ""}, "/title"),
        ({"slug": "next", "revision": 0}, "/revision"),
        ({"slug": "next", "revision": "1"}, "/revision"),
        ({"slug": "next", "coalition_id": "another"}, "/coalition_id"),
    ],
)
def test_what_cannot_be_in_a_copy_is_pointed_at(
    owner: Client, body: dict[str, Any], pointer: str
) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition, name="Quiet Specimenova", country="TM", may_be_named=False)
    statement = a_statement(owner, coalition)

    refused = owner.post(f"/v1/statements/{statement}/copies", body)

    assert (refused.status, list(refused.faults)) == (422, [pointer])


def test_of_two_who_copy_to_one_slug_one_does(world: World, owner: Client) -> None:
    statement = a_statement(owner, a_coalition(owner))
    copy = posted(f"/v1/statements/{statement}/copies", {"slug": "next"})

    answers = at_once(world, owner, *[copy] * 6)

    assert sorted(each.status for each in answers) == [201] + [409] * 5
    assert {each["type"] for each in answers if each.status == 409} == {"/problems/slug-taken"}


def test_a_copy_that_is_asked_for_twice_with_one_key_is_made_once(owner: Client) -> None:
    path = f"/v1/statements/{a_statement(owner, a_coalition(owner))}/copies"

    answers = [owner.post(path, {"slug": "next"}, key="once") for _ in range(2)]

    assert [each.status for each in answers] == [201, 201]
    assert answers[0].body == answers[1].body


def test_a_name_that_is_taken_back_meanwhile_is_in_no_copy(world: World, owner: Client) -> None:
    coalition, case, statement = a_named_text(owner)
    a_revision(owner, statement)
    change = {"may_be_named": False}
    whole = {"slug": "three", "name": "Three", "parts": ["templates", "demands"]}

    taken, *copies = at_once(
        world,
        owner,
        lambda client: client.patch(f"/v1/cases/{case}", change, etag='"1"'),
        posted(f"/v1/statements/{statement}/copies", {"slug": "one"}),
        posted(f"/v1/statements/{statement}/copies", {"slug": "two", "revision": 1}),
        posted(f"/v1/coalitions/{coalition}/copies", whole),
    )

    assert taken.status == 200, taken.body
    assert {each.status for each in copies} <= {201, 410}
    assert NAME.encode() not in world.rows()
