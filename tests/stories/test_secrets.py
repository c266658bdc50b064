"""What may not be named, against everyone who tries: it is neither read nor lost by an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.scene import a_source
from tests.stories.test_exchange import a_document, take_in
from tests.stories.test_statements import HIDDEN, draft_of, save
from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_revision,
    a_role,
    a_statement,
    made,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

CANARIES = (b"Wagtail", b"Canary", b"canary", "Канарейка".encode(), b"Marykanat")
BODY = [{"cases": {"ids": ["tm-7"]}}]


def tells(answer: Answer) -> bool:
    return any(canary in answer.body for canary in CANARIES)


@pytest.fixture
def text(world: World, owner: Client) -> tuple[str, str, Client]:
    """A coalition, a draft about somebody who may not be named, and an editor of it."""
    coalition = a_coalition(owner)
    statement = a_statement(owner, coalition, cases=[HIDDEN], body=BODY)
    return coalition, statement, a_role(owner, coalition, world.user(), "editor")


@pytest.mark.parametrize(
    "change",
    [
        {"may_be_named": True},
        {"may_be_named": None},
        {"name": "Somebody Else"},
        {"aliases": ["Else"]},
        {"summary": ""},
        {"sources": ["https://specimen.example"]},
        {"born": 1990},
    ],
)
def test_an_editor_neither_unmasks_nor_changes_who_it_is(
    owner: Client, text: tuple[str, str, Client], change: dict[str, Any]
) -> None:
    _, statement, editor = text
    (case,) = draft_of(editor, statement)["cases"]
    case |= change
    if case["may_be_named"] is None:
        del case["may_be_named"]

    refused = save(editor, statement, cases=[case])

    assert refused.status == 403, refused.body
    assert not tells(refused)
    assert draft_of(owner, statement)["cases"] == [HIDDEN]


def test_a_coordinator_may_send_part_of_who_it_is(
    owner: Client, text: tuple[str, str, Client]
) -> None:
    _, statement, editor = text
    (case,) = draft_of(editor, statement)["cases"]

    saved = save(owner, statement, cases=[{**case, "summary": "taken in Tejen"}])

    assert saved["document"]["cases"] == [{**HIDDEN, "summary": "taken in Tejen"}]


def test_an_id_alone_brings_nobody_into_another_text(text: tuple[str, str, Client]) -> None:
    coalition, statement, editor = text
    document = draft_of(editor, statement)
    path = f"/v1/coalitions/{coalition}/statements"

    copied = editor.post(path, {"document": {**document, "slug": "copy"}})
    moved = save(editor, statement, cases=[{**document["cases"][0], "id": "tm-8"}])
    twice = save(editor, statement, cases=[*document["cases"], *document["cases"]])

    for refused in (copied, moved, twice):
        assert refused.status == 422
        assert not tells(refused)


def test_a_preview_of_a_renewal_tells_an_editor_no_name(
    owner: Client, text: tuple[str, str, Client]
) -> None:
    coalition, _, editor = text
    hidden = a_case(
        owner, coalition, key="tm-9", name="Wagtail Live", country="TM", may_be_named=False
    )
    asked = a_demand_list(owner, coalition, country="TM")
    a_demand(owner, asked, key="tm-1", text="Release the nurse.", case_ids=[hidden])
    plain = [{"country": "TM", "demands": [{"id": "tm-1", "text": "Old words."}]}]
    statement = a_statement(editor, coalition, demand_lists=plain, body=[{"demands": {}}])
    path = f"/v1/statements/{statement}"
    headers = {"If-Match": editor.get(path).etag}

    for preview in (True, False):
        answer = editor.send("POST", f"{path}/renewals", {"preview": preview}, headers=headers)
        assert answer.status == 200, answer.body
        assert not tells(answer)
        assert "/cases" in {each["pointer"] for each in answer["differences"]}


def test_who_may_not_see_a_name_is_not_told_which_words_are_like_it(
    world: World, owner: Client, text: tuple[str, str, Client]
) -> None:
    coalition, statement, editor = text
    words = [{"paragraph": "Many canaries sing."}, *BODY]
    viewer = a_role(owner, coalition, world.user(), "viewer")

    told = save(owner, statement, body=words)
    saved = save(editor, statement, body=words)

    assert [each["pointer"] for each in told["warnings"]] == ["/document/body/0/paragraph"]
    read = owner.get(f"/v1/statements/{statement}/draft")["warnings"]
    assert read == told["warnings"]
    assert saved["warnings"] == []
    assert viewer.get(f"/v1/statements/{statement}/draft")["warnings"] == []


def test_what_the_coalition_may_not_name_comes_into_no_text(
    owner: Client, text: tuple[str, str, Client]
) -> None:
    coalition, statement, editor = text
    a_case(owner, coalition, key="tm-9", name="Kenar Live", country="TM", may_be_named=False)
    named = {"id": "x", "name": "Kenar Live", "country": "TM"}
    path = f"/v1/coalitions/{coalition}"

    in_words = save(editor, statement, body=[{"paragraph": "For Kenar *Live*."}, *BODY])
    as_case = save(editor, statement, cases=[HIDDEN, named])
    imported = take_in(owner, coalition, a_document(cases=[named]))
    source = a_source() | {"title_text": "For Kenar Live"}
    as_template = editor.post(f"{path}/templates", {"source": source})

    assert in_words.status == 422
    assert "/document/body/0/paragraph" in in_words.faults
    assert as_case.status in {403, 422}
    assert imported.status == 422
    assert "/cases/0/name" in imported.faults
    assert as_template.status == 422
    assert "/source/title_text" in as_template.faults


def test_a_note_of_a_revision_names_nobody_who_may_not_be_named(
    owner: Client, text: tuple[str, str, Client]
) -> None:
    _, statement, _ = text
    path = f"/v1/statements/{statement}"
    headers = {"If-Match": owner.get(path).etag}

    refused = owner.send(
        "POST", f"{path}/revisions", {"note": "Canary Hidden came in."}, headers=headers
    )

    assert refused.status == 422
    assert "/note" in refused.faults


def test_an_id_that_is_the_name_is_refused(owner: Client) -> None:
    coalition = a_coalition(owner)
    case = {**HIDDEN, "id": "canary-hidden"}
    document = a_document(cases=[case], body=[{"cases": {"ids": ["canary-hidden"]}}])
    path = f"/v1/coalitions/{coalition}/statements"

    refused = owner.post(path, {"document": document})

    assert refused.status == 422
    assert "/document/cases/0/id" in refused.faults


def test_taking_back_reaches_templates_facts_and_notes(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, key="tm-9", name="Wagtail Live", country="TM")
    source = a_source() | {"title_text": "For Wagtail Live in {{ city }}"}
    template = made(owner, f"/v1/coalitions/{coalition}/templates", {"source": source})
    assembled = owner.post(
        f"/v1/coalitions/{coalition}/assemblies",
        {"template_id": template, "slug": "a", "facts": {"city": "Wagtail Live"}},
    )
    statement = assembled["statement"]["id"]
    save(owner, statement, title="By hand", body=[{"paragraph": "By hand."}])
    path = f"/v1/statements/{statement}"
    headers = {"If-Match": owner.get(path).etag}
    frozen = owner.send("POST", f"{path}/revisions", {"note": "Without Wagtail Live."},
                        headers=headers)  # fmt: skip
    assert frozen.status == 201, frozen.body

    taken = owner.patch(f"/v1/cases/{case}", {"may_be_named": False})

    assert taken.status == 200, taken.body
    assert b"Wagtail" not in world.rows()
    assert not tells(owner.get(f"/v1/templates/{template}"))
    assert not tells(owner.get(f"{path}/revisions"))


def test_a_revision_in_which_a_label_cannot_stand_keeps_the_name_from_going(
    owner: Client,
) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, key="tm-9", name="Wagtail Live", country="TM")
    statement = a_statement(owner, coalition, body=[{"paragraph": "For Wag**tail** Live."}])
    a_revision(owner, statement)
    save(owner, statement, body=[{"paragraph": "For somebody."}])

    refused = owner.patch(f"/v1/cases/{case}", {"may_be_named": False})

    assert refused.status == 409, refused.body
    assert "revision 1" in refused["detail"]


def test_who_a_frozen_text_names_is_not_hidden_in_silence(owner: Client) -> None:
    coalition = a_coalition(owner)
    statement = a_statement(owner, coalition, body=[{"paragraph": "For Dunlin Specimen."}])
    a_revision(owner, statement)
    save(owner, statement, body=[{"paragraph": "For somebody."}])
    who = {"name": "Dunlin Specimen", "country": "TM"}
    path = f"/v1/coalitions/{coalition}/cases"

    refused = owner.post(path, {**who, "may_be_named": False})
    case = a_case(owner, coalition, **who)
    taken = owner.patch(f"/v1/cases/{case}", {"may_be_named": False})

    assert refused["type"] == "/problems/still-named"
    assert "revision 1" in refused["detail"]
    assert taken.status == 200, taken.body
    rows = owner.get(f"/v1/statements/{statement}/revisions")["items"]
    assert [row["is_taken_back"] for row in rows] == [False, True]
