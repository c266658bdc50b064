"""A text does not ask for the freedom of those who are free or dead, unless somebody says so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.test_assemblies import LETTER, some_facts
from tests.stories.test_case_tables import send as send_table
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
    from tests.support.client import Answer, Client

BEK, DANA, CIHAN = "Bek Specimenov", "Dana Specimen", "Cihan Specimen"
FREED_ON = str((datetime.now(UTC) - timedelta(days=40)).date())
FREE = f"{BEK} (released since {FREED_ON})"


def closes(client: Client, case: str, status: str = "released", on: str = FREED_ON) -> None:
    body = {"status": status, "on": on}
    assert client.post(f"/v1/cases/{case}/status-changes", body).status == 201


class Office:
    """Two lists: KZ asks for Bek, and for Bek and Dana; KG for Cihan alone."""

    def __init__(self, client: Client, *, kind: str | None = "release") -> None:
        self.client = client
        self.coalition = a_coalition(client, countries=["KZ", "KG"])
        facts: dict[str, Any] = {"status": "imprisoned"}
        self.bek = a_case(client, self.coalition, key="bek", name=BEK, **facts)
        self.dana = a_case(client, self.coalition, key="dana", name=DANA, **facts)
        facts = {"country": "KG", "may_be_named": False, "public_label": "a poet in Osh", **facts}
        self.cihan = a_case(client, self.coalition, key="kg-poet", name=CIHAN, **facts)
        asked = a_demand_list(client, self.coalition, country="KZ")
        one = {"kind": kind, "text": f"Release {BEK} at once.", "case_ids": [self.bek]}
        self.one = a_demand(client, asked, key="kz-1", **one)
        two = {"kind": kind, "text": "Release both.", "case_ids": [self.bek, self.dana]}
        a_demand(client, asked, key="kz-2", **two)
        law = {"kind": "legislation", "text": "Repeal the law."}
        a_demand(client, asked, key="kz-3", **law)
        asked = a_demand_list(client, self.coalition, country="KG")
        poet = {"kind": kind, "text": "Let the poet go.", "case_ids": [self.cihan]}
        a_demand(client, asked, key="kg-1", **poet)

    def letter(self, by: Client | None = None, **more: Any) -> Answer:
        client = by or self.client
        facts = {**some_facts(client), "name_cases": True}
        body = {"built_in": LETTER, "slug": "letter", "facts": facts, **more}
        return client.post(f"/v1/coalitions/{self.coalition}/assemblies", body)

    def copied(self, statement: str) -> Answer:
        body = {"slug": "next-year"}
        return self.client.post(f"/v1/statements/{statement}/copies", body)


def keys(document: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return the demands of a document, and the cases that its block of cases prints."""
    asked = [each["id"] for one in document.get("demand_lists", ()) for each in one["demands"]]
    printed = [block["cases"] for block in document["body"] if "cases" in block]
    known = document.get("cases", ())
    found = [
        key
        for block in printed
        for key in block.get(
            "ids", [one["id"] for one in known if one["country"] in block.get("countries", ())]
        )
    ]
    return asked, found


def said(answer: Answer) -> str:
    return " ".join(warning["detail"] for warning in answer["warnings"])


@pytest.mark.parametrize("kind", ["release", None])
def test_who_is_free_is_left_out_of_a_letter_and_named(owner: Client, kind: str | None) -> None:
    office = Office(owner, kind=kind)
    closes(owner, office.bek)

    letter = office.letter()

    assert letter.status == 201, letter.body
    assert keys(letter["document"]) == (["kz-2", "kz-3", "kg-1"], ["dana", "kg-poet"])
    assert f"Left out: the demand kz-1 about {FREE}." in said(letter)
    assert f"Left out of the cases: {FREE}." in said(letter)
    assert f"It names {FREE}" in said(letter)  # kz-2 is about both


def test_whoever_asks_for_it_gets_all_and_is_warned(owner: Client) -> None:
    office = Office(owner)
    closes(owner, office.bek)

    letter = office.letter(demands={"include_released_and_deceased": True}, preview=True)

    assert keys(letter["document"])[0] == ["kz-1", "kz-2", "kz-3", "kg-1"]
    assert "bek" in keys(letter["document"])[1]
    assert f"It asks for the freedom of {FREE}: take it out." in said(letter)
    assert "Left out" not in said(letter)


def test_a_demand_that_is_chosen_by_its_key_is_left_out_as_well(owner: Client) -> None:
    office = Office(owner)
    closes(owner, office.bek)

    letter = office.letter(demands={"ids": ["kz-1", "kz-3", "kg-1"]}, preview=True)

    assert letter.status == 201, letter.body
    assert keys(letter["document"])[0] == ["kz-3", "kg-1"]
    assert "the demand kz-1" in said(letter)


def test_a_country_of_which_nothing_is_left_stays_without_its_list(owner: Client) -> None:
    office = Office(owner)
    closes(owner, office.cihan, "deceased")

    letter = office.letter()

    assert letter.status == 201, letter.body
    assert keys(letter["document"]) == (["kz-1", "kz-2", "kz-3"], ["bek", "dana"])
    assert a_revision(owner, letter["statement"]["id"])


def test_who_may_not_know_a_name_reads_its_label(world: World, owner: Client) -> None:
    office = Office(owner)
    closes(owner, office.cihan, "deceased")
    editor = a_role(owner, office.coalition, world.user(), "editor")

    for client, name in ((owner, CIHAN), (editor, "a poet in Osh")):
        told = said(office.letter(client, preview=True))
        assert f"kg-1 about {name} (deceased since {FREED_ON})" in told
    assert CIHAN not in office.letter(editor, preview=True).body.decode()


def test_a_fact_that_names_somebody_free_says_what_to_do(owner: Client) -> None:
    office = Office(owner)
    a_demand(owner, a_demand_list(owner, office.coalition, country="UZ"))
    for case in (office.bek, office.dana):
        closes(owner, case)
    facts = {"people": ["bek"], "issued_on": "2031-05-14", "events": [{"text": "He was tried."}]}
    body = {"built_in": "urgent-appeal", "slug": "appeal", "facts": facts}
    path = f"/v1/coalitions/{office.coalition}/assemblies"

    refused = owner.post(path, body)
    assert refused.status == 422
    assert FREE in refused["errors"][0]["detail"]
    assert "include_released_and_deceased" in refused["errors"][0]["detail"]

    body["demands"] = {"include_released_and_deceased": True}
    taken = owner.post(path, body)
    assert taken.status == 201, taken.body
    assert f"It asks for the freedom of {FREE}" in said(taken)


@pytest.mark.parametrize("form", ["json", "yaml", "text", "html"])
def test_a_preview_of_a_template_leaves_them_out_and_says_so(owner: Client, form: str) -> None:
    office = Office(owner)
    closes(owner, office.bek)
    facts = {**some_facts(owner), "name_cases": True}
    body = {"built_in": LETTER, "facts": facts, "format": form}

    shown = owner.post(f"/v1/coalitions/{office.coalition}/template-previews", body)

    assert f"Release {BEK}".encode() not in shown.body
    told = json.loads(shown.headers["Undersigned-Warnings"])
    assert any(FREE in sentence for sentence in told)


def test_a_draft_from_before_the_release_warns_wherever_it_is_read(owner: Client) -> None:
    office = Office(owner)
    statement = office.letter()["statement"]["id"]
    closes(owner, office.bek)
    path = f"/v1/statements/{statement}"

    draft = owner.get(f"{path}/draft")
    pointers = [each["pointer"] for each in draft["warnings"] if FREE in each["detail"]]
    assert "/document/demand_lists/0/demands/0" in pointers
    assert f"It asks for the freedom of {FREE}" in said(draft)
    printed = owner.get(f"{path}/draft/document", format="text")
    assert FREE in printed.headers["Undersigned-Warnings"]
    headers = {"If-Match": draft.etag}
    frozen = owner.send("POST", f"{path}/revisions", {}, headers=headers)
    assert frozen.status == 201, frozen.body
    assert f"It asks for the freedom of {FREE}" in said(frozen)
    assert f"It asks for the freedom of {FREE}" in said(office.copied(statement))


def test_a_list_in_a_text_of_ones_own_leaves_out_who_is_free_and_a_key_takes_it_in(
    world: World, owner: Client
) -> None:
    office = Office(owner)
    closes(owner, office.bek)
    closes(owner, office.cihan)
    editor = a_role(owner, office.coalition, world.user(), "editor")
    body = [{"demands": {"lists": ["KZ"]}}, {"demands": {"ids": ["kg-1"]}}]
    document = {"slug": "own", "kind": "appeal", "language": "en", "title": "T", "body": body}

    began = editor.post(f"/v1/coalitions/{office.coalition}/statements", {"document": document})

    assert began.status == 201, began.body
    assert keys(began["document"])[0] == ["kz-2", "kz-3", "kg-1"]
    assert f"Left out: the demand kz-1 about {FREE}." in said(began)
    assert "It asks for the freedom of a poet in Osh" in said(began)
    assert CIHAN not in said(began)


def test_words_of_ones_own_that_name_somebody_free_are_warned_of(owner: Client) -> None:
    office = Office(owner)
    closes(owner, office.bek)
    body = [{"paragraph": f"Free *{BEK}*."}, {"paragraph": "Free the others."}]

    statement = a_statement(owner, office.coalition, body=body)

    (warning,) = owner.get(f"/v1/statements/{statement}/draft")["warnings"]
    assert warning["pointer"] == "/document/body/0/paragraph"
    assert FREE in warning["detail"]


def test_filling_a_draft_again_takes_out_who_was_freed(owner: Client) -> None:
    office = Office(owner)
    statement = office.letter()["statement"]["id"]
    closes(owner, office.bek)
    path = f"/v1/statements/{statement}"
    facts = {**some_facts(owner), "name_cases": True}

    headers = {"If-Match": owner.get(path).etag}
    renewed = owner.send("POST", f"{path}/renewals", {"facts": facts}, headers=headers)

    assert keys(renewed["document"])[0] == ["kz-2", "kz-3", "kg-1"]
    assert f"Left out: the demand kz-1 about {FREE}." in said(renewed)


def test_what_was_asked_for_holds_for_one_text_and_not_for_its_copy(owner: Client) -> None:
    office = Office(owner)
    closes(owner, office.bek)
    choice = {"include_released_and_deceased": True}
    first = office.letter(demands=choice)["statement"]["id"]
    second = office.copied(first)["statement"]["id"]
    found = []
    for statement in (first, second):
        path = f"/v1/statements/{statement}"
        body = {"facts": some_facts(owner), "preview": True}
        headers = {"If-Match": owner.get(path).etag}
        renewed = owner.send("POST", f"{path}/renewals", body, headers=headers)
        found.append("kz-1" in keys(renewed["document"])[0])
    assert found == [True, False]


def moved(client: Client, statement: str, state: str, **more: Any) -> Answer:
    path = f"/v1/statements/{statement}"
    headers = {"If-Match": client.get(path).etag}
    return client.send("POST", f"{path}/transitions", {"state": state, **more}, headers=headers)


def test_a_text_goes_out_only_where_each_is_confirmed(owner: Client) -> None:
    office = Office(owner)
    statement = office.letter()["statement"]["id"]
    a_revision(owner, statement)
    moved(owner, statement, "review")
    closes(owner, office.bek)
    closes(owner, office.cihan, "deceased")

    refused = moved(owner, statement, "published")
    assert (refused.status, refused["type"]) == (409, "/problems/not-confirmed")
    assert f"bek: {FREE}" in refused["detail"]
    assert f"kg-poet: a poet in Osh (deceased since {FREED_ON})" in refused["detail"]
    assert CIHAN not in refused.body.decode()
    some = moved(owner, statement, "published", confirmed_cases=["bek"])
    assert some.status == 409
    assert BEK not in some["detail"]
    both = moved(owner, statement, "published", confirmed_cases=["bek", office.cihan])
    assert both.status == 200, both.body


def test_a_text_that_knows_what_became_of_somebody_is_not_asked_about(owner: Client) -> None:
    office = Office(owner)
    closes(owner, office.bek)
    statement = office.letter()["statement"]["id"]
    a_revision(owner, statement)
    moved(owner, statement, "review")

    assert moved(owner, statement, "published").status == 200


def test_the_work_list_tells_the_day_of_a_release_and_not_of_its_entry(owner: Client) -> None:
    office = Office(owner)
    statement = office.letter()["statement"]["id"]
    closes(owner, office.bek)  # known today, weeks after it happened

    answer = owner.get(f"/v1/coalitions/{office.coalition}/work-list")
    items = {item["demand_id"] or item["statement_id"]: item for item in answer["items"]}
    assert items[statement]["since"] == items[office.one]["since"] == FREED_ON
    assert f"{BEK} (released since {FREED_ON}, it says imprisoned)" in items[statement]["why"]
    why = f"It is open, and nobody whom it is about is held: {FREE}."
    assert items[office.one]["why"] == why
    assert items[office.one]["case_ids"] == [office.bek]

    owner.post(f"/v1/demands/{office.one}/status-changes", {"status": "met", "on": FREED_ON})
    left = owner.get(f"/v1/coalitions/{office.coalition}/work-list")["items"]
    assert office.one not in {item["demand_id"] for item in left}


def test_who_is_held_again_is_asked_for_again(owner: Client) -> None:
    office = Office(owner)
    closes(owner, office.bek)
    closes(owner, office.bek, "imprisoned")

    letter = office.letter(preview=True)

    assert "kz-1" in keys(letter["document"])[0]
    assert BEK not in said(letter)


def test_a_table_that_tells_of_a_release_is_enough(owner: Client) -> None:
    office = Office(owner)
    table = f"key,name,country,status\nbek,{BEK},KZ,released\n"
    taken = send_table(owner, office.coalition, table, on_difference="update")
    assert taken.status == 200, taken.body

    assert "kz-1" not in keys(office.letter(preview=True)["document"])[0]
