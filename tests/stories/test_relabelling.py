"""Taking a name back, seen before it is done, with other labels then or later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.infra import clock
from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_revision,
    a_role,
    a_statement,
    letters_of,
)
from tests.support.signoffs import a_sign_off

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

NAME, LABEL = "Ayan Specimenov", "a satirist and blogger"
BESIDE = f"We write for the satirist and blogger {NAME}, who is held."
BODY = [{"heading": "Free speech"}, {"paragraph": BESIDE}, {"paragraph": f"*{NAME}* is ill."}]


class Told:
    """A case that a published text, a demand, a template's rest and another case name."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.coalition = a_coalition(client)
        who = {"key": "blogger", "name": NAME, "public_label": LABEL, "country": "KZ"}
        self.case = a_case(client, self.coalition, **who)
        mother = {"key": "mother", "name": "Dana Specimen", "summary": f"mother of {NAME}"}
        self.mother = a_case(client, self.coalition, **mother)
        asked = a_demand_list(client, self.coalition)
        self.demand = a_demand(client, asked, text=f"Release {NAME}.", case_ids=[self.case])
        self.statement = a_statement(client, self.coalition, body=BODY)
        a_revision(client, self.statement)

    def take_back(self, *, preview: bool = False, **more: Any) -> Answer:
        return self._patched({"may_be_named": False, **more}, preview=preview)

    def relabel(self, *labels: tuple[str, str], preview: bool = False) -> Answer:
        body = {"labels": [{"place": place, "label": label} for place, label in labels]}
        return self._patched(body, preview=preview)

    def _patched(self, body: dict[str, Any], *, preview: bool) -> Answer:
        path = f"/v1/cases/{self.case}"
        headers = {"If-Match": self.client.get(path).etag}
        query = {"preview": "true"} if preview else {}
        return self.client.send("PATCH", path, body, headers=headers, query_string=query)

    @property
    def first(self) -> str:
        """The place of the paragraph of the frozen text that reads badly with the label."""
        return f"statements/{self.statement}/revision#/body/1/paragraph"

    def body(self, number: int | None = None) -> list[str]:
        path = f"/v1/statements/{self.statement}"
        number = number or self.client.get(path)["revision_number"]
        blocks = self.client.get(f"{path}/revisions/{number}")["printed"]["blocks"]
        return [block["text"] for block in blocks]


def places(items: list[dict[str, str]]) -> dict[str, tuple[str, str]]:
    return {item["place"]: (item["before"], item["after"]) for item in items}


def test_a_preview_shows_every_text_before_and_after_and_changes_nothing(owner: Client) -> None:
    told = Told(owner)
    seen = [owner.get(f"/v1/{path}").body for path in (
        f"statements/{told.statement}/draft", f"demands/{told.demand}", f"cases/{told.mother}",
        f"cases/{told.case}", f"coalitions/{told.coalition}/audit-entries",
    )]  # fmt: skip

    answer = told.take_back(preview=True)

    assert answer.status == 200, answer.body
    assert answer["may_be_named"] is True
    found = places(answer["relabelled"])
    after = f"We write for the satirist and blogger {LABEL}, who is held."
    assert found[told.first] == (BESIDE, after)
    assert found[f"demands/{told.demand}#/text"] == (f"Release {NAME}.", f"Release {LABEL}.")
    assert found[f"cases/{told.mother}#/summary"][1] == f"mother of {LABEL}"
    assert {item["where"] for item in answer["relabelled"]} == {
        "draft", "revision", "demand", "case",
    }  # fmt: skip
    assert len([place for place in found if "revision#" in place]) == 2
    assert all(owner.get(item["url"]).status == 200 for item in answer["relabelled"])
    assert seen == [owner.get(f"/v1/{path}").body for path in (
        f"statements/{told.statement}/draft", f"demands/{told.demand}", f"cases/{told.mother}",
        f"cases/{told.case}", f"coalitions/{told.coalition}/audit-entries",
    )]  # fmt: skip


def test_a_place_gets_a_label_of_its_own_and_the_others_the_case_s(owner: Client) -> None:
    told = Told(owner)
    other = "whom we do not name"
    labels = [
        {"place": told.first, "label": other},
        {"place": f"demands/{told.demand}#/text", "label": "the *blogger*"},
    ]

    answer = told.take_back(labels=labels)

    assert answer.status == 200, answer.body
    _, first, second = told.body()
    assert first == f"We write for the satirist and blogger {other}, who is held."
    assert second == f"*{LABEL}* is ill."
    assert owner.get(f"/v1/demands/{told.demand}")["text"] == r"Release the \*blogger\*."
    assert owner.get(f"/v1/cases/{told.mother}")["summary"] == f"mother of {LABEL}"


def test_one_call_still_acts_at_once(world: World, owner: Client) -> None:
    told = Told(owner)

    assert told.take_back().status == 200

    assert NAME.encode() not in world.rows()
    assert LABEL in told.body()[1]


@pytest.mark.parametrize(
    "label",
    [NAME, "Specimenov", "Аян Спесименов", "ayan", "AyanSpecimenov", "A\u200byan Specimenov",
     "*Ay*an Specimenov", "S*pecimen*ov"],
)  # fmt: skip
def test_a_label_that_brings_the_name_back_is_refused(owner: Client, label: str) -> None:
    told = Told(owner)

    refused = told.take_back(labels=[{"place": told.first, "label": label}])
    assert refused.status == 422, refused.body
    assert "/labels/0/label" in refused.faults
    assert told.take_back().status == 200
    again = told.relabel((told.first, label))
    assert again.status == 422, again.body
    assert LABEL in told.body()[1]


def test_a_label_of_no_place_is_refused_and_nothing_is_done(owner: Client) -> None:
    told = Told(owner)
    wrong = {"place": f"{told.first}x", "label": "somebody"}

    assert told.take_back(labels=[wrong]).faults.keys() == {"/labels/0/place"}
    assert owner.get(f"/v1/cases/{told.case}")["may_be_named"] is True
    twice = [{"place": told.first, "label": each} for each in ("one", "two")]
    assert told.take_back(labels=twice).status == 422
    path = f"/v1/cases/{told.case}"
    labels = {"labels": [{"place": told.first, "label": "somebody"}]}
    assert owner.patch(path, labels).status == 422


def test_a_label_is_changed_afterwards_by_a_successor_that_changes_nothing_else(
    owner: Client,
) -> None:
    told = Told(owner)
    told.take_back()
    draft = told.first.replace("revision#", "draft#")

    listed = places(told.relabel(preview=True)["relabelled"])
    assert listed.keys() >= {told.first, draft}
    shown = told.relabel((told.first, "of Almaty"), preview=True)
    after = "We write for the satirist and blogger of Almaty, who is held."
    assert places(shown["relabelled"])[told.first][1] == after
    assert told.body()[1] != after

    changed = told.relabel((told.first, "of Almaty"), (draft, "of Almaty"))

    assert changed.status == 200, changed.body
    assert told.body() == ["Free speech", after, f"*{LABEL}* is ill."]
    rows = owner.get(f"/v1/statements/{told.statement}/revisions")["items"]
    assert [row["weight"] for row in rows] == ["redaction", "redaction", "first"]
    document = owner.get(f"/v1/statements/{told.statement}/draft")["document"]
    assert document["body"][1]["paragraph"] == after
    assert told.relabel((told.first, "of Osh")).status == 200  # and again
    assert "of Osh" in told.body()[1]
    actions = owner.get(f"/v1/coalitions/{told.coalition}/audit-entries")["items"]
    assert "case.labels_changed" in {entry["action"] for entry in actions}


def test_words_that_were_written_anew_hold_no_label_any_more(owner: Client) -> None:
    told = Told(owner)
    told.take_back()
    path = f"/v1/statements/{told.statement}/draft"
    document = owner.get(path)["document"]
    document["body"][1] = {"paragraph": "We write for somebody else."}
    assert owner.put(path, {"document": document}).status == 200

    draft = told.first.replace("revision#", "draft#")
    assert told.relabel((draft, "of Almaty")).status == 422
    assert told.relabel((told.first, "of Almaty")).status == 200


def test_labels_are_for_coordinators_and_for_names_that_were_taken_back(
    world: World, owner: Client
) -> None:
    told = Told(owner)
    assert told.relabel(preview=True)["relabelled"] == []
    assert told.relabel((told.first, "somebody")).status == 422
    told.take_back()
    editor = a_role(owner, told.coalition, world.user(), "editor")
    path = f"/v1/cases/{told.case}"
    assert editor.patch(path, {"labels": [{"place": told.first, "label": "x"}]}).status == 422
    headers = {"If-Match": editor.get(path).etag}
    shown = editor.send("PATCH", path, {}, headers=headers, query_string={"preview": "true"})
    assert shown["relabelled"] == []


def test_an_alias_that_went_with_the_name_does_not_come_back(owner: Client, world: World) -> None:
    told = Told(owner)
    alias = "Yanusha Beloved"
    owner.patch(f"/v1/cases/{told.case}", {"aliases": [alias]})
    body = [{"paragraph": f"We call {NAME} {alias} here."}]
    statement = a_statement(owner, told.coalition, body=body)
    a_revision(owner, statement)
    assert told.take_back(aliases=[]).status == 200

    place = f"statements/{statement}/revision#/body/0/paragraph"
    answer = told.relabel((place, "somebody"))

    assert alias.encode() not in answer.body
    assert alias.encode() not in world.rows()


def edited(client: Client, statement: str, body: list[dict[str, Any]]) -> None:
    path = f"/v1/statements/{statement}/draft"
    document = client.get(path)["document"]
    assert client.put(path, {"document": {**document, "body": body}}).status == 200


def test_a_label_is_found_where_its_block_moved_to(owner: Client) -> None:
    told = Told(owner)
    told.take_back()
    statement = f"statements/{told.statement}"
    body = owner.get(f"/v1/{statement}/draft")["document"]["body"]
    like_it = "We write for the satirist and blogger Dana Specimen, who is held."
    edited(owner, told.statement, [{"paragraph": "Hear us."}, {"paragraph": like_it}, *body])
    a_revision(owner, told.statement, weight="editorial", reason="The same.")

    listed = places(told.relabel(preview=True)["relabelled"])

    for where in ("draft", "revision"):
        assert f"{statement}/{where}#/body/3/paragraph" in listed
        assert f"{statement}/{where}#/body/4/paragraph" in listed
        assert f"{statement}/{where}#/body/1/paragraph" not in listed, "it is about another"
    moved = [f"{statement}/{where}#/body/3/paragraph" for where in ("draft", "revision")]
    assert told.relabel(*((place, "of Almaty") for place in moved)).status == 200
    assert "blogger of Almaty, who" in told.body()[3]
    again = [(place, "of Osh") for place in moved]
    assert told.relabel(*again).status == 200


def test_a_draft_that_was_never_frozen_has_places_too(owner: Client, world: World) -> None:
    told = Told(owner)
    statement = a_statement(owner, told.coalition, slug="another", body=BODY)
    assert told.take_back().status == 200
    place = f"statements/{statement}/draft#/body/1/paragraph"

    assert place in places(told.relabel(preview=True)["relabelled"])
    assert told.relabel((place, "of Almaty")).status == 200

    body = owner.get(f"/v1/statements/{statement}/draft")["document"]["body"]
    assert body[1]["paragraph"] == BESIDE.replace(NAME, "of Almaty")
    assert NAME.encode() not in world.rows()


def test_a_label_is_no_text_of_its_own(owner: Client) -> None:
    told = Told(owner)
    told.take_back()

    refused = told.relabel((told.first, "We ask " * 18))

    assert refused.faults.keys() == {"/labels/0/label"}


def test_other_labels_in_a_published_text_are_an_edit_that_is_told_and_measured(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner, body=BODY)
    case = a_case(owner, text.coalition, name=NAME, public_label=LABEL, country="KZ")
    text.open()
    text.say("Ada")
    text.move("review", "published")
    path = f"/v1/cases/{case}"
    assert owner.patch(path, {"may_be_named": False}).status == 200
    place = f"statements/{text.statement}/revision#/body/1/paragraph"
    before = owner.get(f"{text.path}/revisions/2")
    assert (before["weight"], before["edited_on"]) == ("redaction", None)

    changed = owner.patch(path, {"labels": [{"place": place, "label": "whom 3 courts heard"}]})

    (edit,) = changed["edited"]
    assert edit["url"] == f"{text.path}/revisions/3"
    change = edit["change"]
    assert (change["words_added"], change["words_removed"]) == (4, 4)
    assert (change["blocks_changed"], change["numbers"]) == (1, ["3"])
    assert owner.get(edit["url"])["edited_on"] == str(clock.today())
    (letter,) = [each for each in letters_of(world, "signoffs.corrected") if each]
    assert letter.to_name == "Ada"
    assert letter.facts["change_note"] == "The words in place of a name were changed."
    assert "Edited after it was published" in text.printed()
