"""A statement's life: written, frozen, moved, and never rewritten behind anyone's back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.portable.rules import printing
from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_revision,
    a_role,
    a_signature,
    a_statement,
    a_text,
    another_revision,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client


def draft_of(client: Client, statement: str) -> dict[str, Any]:
    document: dict[str, Any] = client.get(f"/v1/statements/{statement}/draft")["document"]
    return document


def save(client: Client, statement: str, **changes: Any) -> Answer:
    path = f"/v1/statements/{statement}/draft"
    return client.put(path, {"document": {**draft_of(client, statement), **changes}})


def move(client: Client, statement: str, state: str) -> Answer:
    path = f"/v1/statements/{statement}"
    headers = {"If-Match": client.get(path).etag}
    return client.send("POST", f"{path}/transitions", {"state": state}, headers=headers)


def test_a_draft_is_completed_with_what_its_coalition_says(owner: Client) -> None:
    coalition = a_coalition(
        owner,
        name="Specimen Coalition",
        countries=["KZ"],
        country_names={"en": {"KG": "Kyrgyz Republic"}},
        conjunctions={"en": "&"},
    )
    document = draft_of(owner, a_statement(owner, coalition))

    assert document["format"] == "undersigned.statement/2"
    assert document["coalition"]["country_names"] == {"KG": "Kyrgyz Republic"}
    assert document["coalition"]["and"] == "&"


def test_every_fault_of_a_draft_is_pointed_at_and_nothing_is_kept(owner: Client) -> None:
    statement = a_statement(owner, a_coalition(owner))

    refused = save(
        owner,
        statement,
        body=[{"paragraph": "<i>a</i>"}, {"paragraph": "b[^9]"}, {"demands": {"lists": ["KZ"]}}],
    )

    assert refused.status == 422
    assert {
        "/document/body/0/paragraph",
        "/document/body/1/paragraph",
        "/document/body/2/demands/lists/0",
    } <= set(refused.faults)
    assert draft_of(owner, statement)["body"][0]["paragraph"] == "We ask that the doors be opened."


def test_a_revision_is_frozen_with_the_hash_of_what_prints(owner: Client) -> None:
    statement, sha256 = a_text(owner, a_coalition(owner))

    revision = owner.get(f"/v1/statements/{statement}/revisions/1")

    assert revision["sha256"] == sha256
    assert printing.fingerprint(revision["printed"]) == sha256
    assert revision["weight"] == "first"


def test_a_revision_is_frozen_only_in_the_version_that_was_read(owner: Client) -> None:
    statement = a_statement(owner, a_coalition(owner))
    seen = owner.get(f"/v1/statements/{statement}").etag
    save(owner, statement, title="Somebody was faster")

    path = f"/v1/statements/{statement}/revisions"
    assert owner.send("POST", path, {}, headers={"If-Match": seen}).status == 412
    assert owner.post(path, {}).status == 428


def test_after_the_first_a_revision_says_what_it_means(owner: Client) -> None:
    statement, _ = a_text(owner, a_coalition(owner))
    save(owner, statement, title="Another title")
    path = f"/v1/statements/{statement}"

    headers = {"If-Match": owner.get(path).etag}
    refused = owner.send("POST", f"{path}/revisions", {}, headers=headers)

    assert refused["type"] == "/problems/weight-needed"


def test_a_draft_that_prints_the_same_is_not_frozen_again(owner: Client) -> None:
    statement, _ = a_text(owner, a_coalition(owner))
    path = f"/v1/statements/{statement}"

    headers = {"If-Match": owner.get(path).etag}
    refused = owner.send("POST", f"{path}/revisions", {"weight": "material"}, headers=headers)

    assert refused["type"] == "/problems/nothing-changed"


@pytest.mark.parametrize(("weight", "counted"), [("editorial", 1), ("material", 0)])
def test_signatures_carry_over_what_is_editorial_and_wait_after_what_is_material(
    owner: Client, weight: str, counted: int
) -> None:
    statement, sha256 = a_text(owner, a_coalition(owner))
    signature = a_signature(owner, statement, sha256)

    newest = another_revision(owner, statement, weight)

    counts = f"/v1/statements/{statement}/signature-counts"
    assert owner.get(counts)["total"] == counted
    confirmed = owner.post(f"/v1/signatures/{signature}/confirmation", {"revision_sha256": newest})
    assert confirmed.status == 200
    assert owner.get(counts)["total"] == 1


def test_a_statement_moves_one_way(owner: Client) -> None:
    statement, _ = a_text(owner, a_coalition(owner))

    assert move(owner, statement, "published")["type"] == "/problems/wrong-move"
    assert move(owner, statement, "review").status == 200
    assert move(owner, statement, "draft").status == 200
    assert move(owner, statement, "review").status == 200
    assert move(owner, statement, "published").status == 200
    assert move(owner, statement, "draft")["type"] == "/problems/wrong-move"
    assert move(owner, statement, "withdrawn").status == 200
    assert save(owner, statement, title="Too late")["type"] == "/problems/text-closed"
    assert move(owner, statement, "archived")["state"] == "archived"


def test_only_a_frozen_text_is_reviewed_and_only_the_frozen_one_published(owner: Client) -> None:
    statement = a_statement(owner, a_coalition(owner))
    assert move(owner, statement, "review")["type"] == "/problems/not-frozen"
    a_revision(owner, statement)
    move(owner, statement, "review")
    save(owner, statement, title="Changed behind the reviewers' backs")

    assert move(owner, statement, "published")["type"] == "/problems/not-frozen"


def test_a_published_text_takes_editorial_revisions_only(owner: Client) -> None:
    statement, _ = a_text(owner, a_coalition(owner))
    move(owner, statement, "review")
    move(owner, statement, "published")
    save(owner, statement, title="A title with its typing error mended")
    path = f"/v1/statements/{statement}"
    headers = {"If-Match": owner.get(path).etag}

    material = owner.send("POST", f"{path}/revisions", {"weight": "material"}, headers=headers)
    editorial = owner.send("POST", f"{path}/revisions", {"weight": "editorial"}, headers=headers)

    assert material["type"] == "/problems/text-closed"
    assert editorial.status == 201


def test_an_editor_writes_and_a_coordinator_publishes(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    editor = a_role(owner, coalition, world.user(), "editor")
    statement, _ = a_text(editor, coalition)

    assert move(editor, statement, "review").status == 200
    assert move(editor, statement, "published").status == 403
    assert move(owner, statement, "published").status == 200


def test_an_editor_changes_no_text_that_is_public(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    editor = a_role(owner, coalition, world.user(), "editor")
    statement, _ = a_text(editor, coalition)
    move(owner, statement, "review")
    move(owner, statement, "published")

    save(editor, statement, title="Slipped in under their names")
    path = f"/v1/statements/{statement}"
    headers, body = {"If-Match": owner.get(path).etag}, {"weight": "editorial"}

    assert editor.send("POST", f"{path}/revisions", body, headers=headers).status == 403
    assert owner.send("POST", f"{path}/revisions", body, headers=headers).status == 201


@pytest.mark.parametrize("state", ["draft", "review"])
def test_a_frozen_text_that_nobody_will_publish_is_archived(owner: Client, state: str) -> None:
    statement, _ = a_text(owner, a_coalition(owner))
    if state == "review":
        move(owner, statement, "review")

    assert move(owner, statement, "archived")["state"] == "archived"
    assert save(owner, statement, title="Too late")["type"] == "/problems/text-closed"


HIDDEN = {
    "id": "tm-7",
    "name": "Canary Hidden",
    "aliases": ["Канарейка"],
    "country": "TM",
    "occupation": "nurse",
    "summary": "taken in Marykanat",
    "may_be_named": False,
}


def a_hidden_text(owner: Client, coalition: str) -> str:
    body = [{"cases": {"ids": ["tm-7"]}}]
    return a_statement(owner, coalition, cases=[HIDDEN], body=body)


def test_an_editor_never_sees_and_never_loses_what_may_not_be_named(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    statement = a_hidden_text(owner, coalition)
    editor = a_role(owner, coalition, world.user(), "editor")

    read = draft_of(editor, statement)
    saved = save(editor, statement, title="A better title")

    assert "name" not in read["cases"][0]
    assert saved.status == 200
    assert "Canary" not in saved.body.decode()
    assert draft_of(owner, statement)["cases"] == [HIDDEN]


def test_what_may_not_be_named_is_not_written_into_the_text(owner: Client) -> None:
    coalition = a_coalition(owner)
    statement = a_hidden_text(owner, coalition)
    body = [{"paragraph": "Free **Canary** Hidden."}, {"cases": {"ids": ["tm-7"]}}]

    refused = save(owner, statement, body=body)

    assert refused.status == 422
    assert "Canary" not in str(refused.faults)


def test_what_may_not_be_named_is_nowhere_in_the_database(world: World, owner: Client) -> None:
    statement = a_hidden_text(owner, a_coalition(owner))
    a_revision(owner, statement)

    dump = world.dump()

    assert b"nurse" in dump
    for canary in ("Canary", "Канарейка", "Marykanat"):
        assert canary.encode() not in dump


def test_a_case_knows_the_statements_that_name_it(owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, key="ayan", name="Ayan Specimen")
    named = {"id": "ayan", "name": "Ayan Specimen", "country": "KZ"}
    body = [{"cases": {"ids": ["ayan"]}}]
    statement = a_statement(owner, coalition, cases=[named], body=body)
    a_statement(owner, coalition)

    path = f"/v1/cases/{case}/statements"
    assert [each["id"] for each in owner.get(path)["items"]] == [statement]

    save(owner, statement, cases=[], body=[{"paragraph": "No names any more."}])
    assert owner.get(path)["items"] == []


def test_a_draft_goes_and_what_was_frozen_stays(owner: Client) -> None:
    coalition = a_coalition(owner)
    draft, (frozen, _) = a_statement(owner, coalition), a_text(owner, coalition)

    assert owner.delete(f"/v1/statements/{draft}").status == 204
    assert owner.delete(f"/v1/statements/{frozen}")["type"] == "/problems/text-closed"


def test_statements_are_listed_newest_first_and_filtered(owner: Client) -> None:
    coalition = a_coalition(owner)
    first = a_statement(owner, coalition, kind="petition")
    second = a_statement(owner, coalition)
    path = f"/v1/coalitions/{coalition}/statements"

    assert [each["id"] for each in owner.get(path)["items"]] == [second, first]
    assert [each["id"] for each in owner.get(path, kind="petition")["items"]] == [first]
    assert owner.get(path, state="published")["total"] == 0


def test_a_text_of_ones_own_takes_the_demands_and_cases_that_it_names(owner: Client) -> None:
    coalition = a_coalition(owner)
    baker = a_case(owner, coalition, name="Ayan Specimenov", key="baker")
    demands = a_demand_list(owner, coalition, country="KZ")
    a_demand(owner, demands, key="kz-1", text="Release him.", case_ids=[baker])
    a_demand(owner, demands, key="kz-2", text="Repeal the law.", status="met")
    body = [{"demands": {"lists": ["KZ"]}}, {"cases": {"ids": ["baker"]}}]

    begun = draft_of(owner, a_statement(owner, coalition, body=body))
    assert [one["id"] for one in begun["cases"]] == ["baker"]
    (asked,) = begun["demand_lists"]
    assert (asked["country"], [one["id"] for one in asked["demands"]]) == ("KZ", ["kz-1"])

    statement = a_statement(owner, coalition)
    saved = save(owner, statement, body=[{"demands": {"ids": ["kz-2"]}}])
    assert saved.status == 200, saved.body
    (asked,) = draft_of(owner, statement)["demand_lists"]
    assert [one["text"] for one in asked["demands"]] == ["Repeal the law."]

    refused = save(owner, statement, body=[{"demands": {"lists": ["UZ"]}}])
    assert 'There is no demand list "UZ" in the document.' in next(iter(refused.faults.values()))


def test_words_of_a_texts_own_are_not_taken_from_the_coalition(owner: Client) -> None:
    coalition = a_coalition(owner)
    a_demand(owner, a_demand_list(owner, coalition, country="KZ"), key="kz-1", text="Theirs.")
    own = {"country": "KZ", "demands": [{"id": "kz-1", "text": "Ours."}]}
    statement = a_statement(
        owner, coalition, demand_lists=[own], body=[{"demands": {"lists": ["KZ"]}}]
    )
    assert draft_of(owner, statement)["demand_lists"] == [own]


@pytest.mark.parametrize(
    "wrong",
    [
        {"demand_lists": 5},
        {"demand_lists": [{"country": "KZ", "demands": 5}]},
        {"cases": 5, "body": [{"cases": {"ids": ["baker"]}}]},
    ],
)
def test_what_is_no_list_is_a_fault_beside_what_the_coalition_has(
    owner: Client, wrong: dict[str, Any]
) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition, key="baker")
    a_demand(owner, a_demand_list(owner, coalition), key="kz-1")
    statement = a_statement(owner, coalition)

    refused = save(owner, statement, **{"body": [{"demands": {"ids": ["kz-1"]}}], **wrong})

    assert refused.status == 422
    assert any("This must be a list" in each["detail"] for each in refused["errors"])


A_TEXT = {"slug": "appeal", "kind": "appeal", "language": "en", "title": "Open the doors"}


def test_a_list_that_no_other_coalition_has_is_taken_from_none(world: World) -> None:
    owner, stranger = world.user("owner"), world.user("stranger")
    a_demand(owner, a_demand_list(owner, a_coalition(owner), country="KZ"), key="kz-1")
    answer = stranger.post(
        f"/v1/coalitions/{a_coalition(stranger)}/statements",
        {"document": {**A_TEXT, "body": [{"demands": {"lists": ["KZ"]}}]}},
    )
    assert answer.status == 422
