"""Templates shown before they are used: drafts on paper that leave no trace."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from api.portable.rules import checking, reading
from api.texts.rules import themes
from tests.contracts.scene import a_source
from tests.rules.test_built_in_templates import NAMES, source_of
from tests.support.builders import a_case, a_coalition, a_demand, a_demand_list, a_role, made
from tests.support.pdf_words import letters, letters_of, pages_of

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client


def preview(client: Client, coalition: str, **body: Any) -> Answer:
    return client.post(f"/v1/coalitions/{coalition}/template-previews", body)


def words_of(answer: Answer) -> str:
    assert answer.status == 200, answer.body
    return " ".join(answer.body.decode().split())


@pytest.mark.parametrize("theme", themes.available())
@pytest.mark.parametrize("name", NAMES)
def test_each_built_in_is_a_pdf_in_each_theme_for_a_coalition_that_has_nothing(
    worlds: dict[str, World], name: str, theme: str
) -> None:
    world = worlds["sqlite"]  # nothing of it comes to a database
    coordinator = world.user("coordinator")

    shown = preview(coordinator, a_coalition(coordinator), built_in=name, theme=theme)

    assert shown.status == 200, shown.body
    assert shown.headers["Content-Type"] == "application/pdf"
    pages = pages_of(shown.body)
    assert all(re.search(r"Specimen\W+Draft", page) for page in pages)
    assert letters(source_of(name)["example"]["headline"]) in letters_of(shown.body)
    assert "{" not in "".join(pages)
    world.empty()


def test_an_example_shows_nothing_real_but_the_name_and_the_look(owner: Client) -> None:
    coalition = a_coalition(owner, name="Hearth Coalition")
    case = a_case(owner, coalition, key="ayan", name="Canary Person", country="KZ")
    listed = a_demand_list(owner, coalition, country="KZ")
    a_demand(owner, listed, text="Release Canary Person.", case_ids=[case])

    said = words_of(preview(owner, coalition, built_in="urgent-appeal", format="text"))

    assert "Canary" not in said
    assert "Hearth Coalition" in said
    assert "Release Ayan Specimen" in said


def test_facts_of_ones_own_are_filled_with_the_coalitions_own_rows(owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, name="Dilnoza Ulgieva", country="KZ")
    listed = a_demand_list(owner, coalition, country="KZ")
    a_demand(owner, listed, text="Release Dilnoza Ulgieva.", case_ids=[case])
    address = f"/v1/coalitions/{coalition}/addressees"
    office = made(owner, address, {"name": "B. Exemplar", "email": "canary@specimen.example"})
    facts = {
        "people": [case],
        "issued_on": "2031-05-14",
        "addressees": [office],
        "events": [{"text": "She was arrested."}],
    }

    shown = preview(owner, coalition, built_in="urgent-appeal", facts=facts, format="markdown")

    said = words_of(shown)
    assert said.startswith("Draft ")
    assert "Specimen Coalition" in said
    assert "Release Dilnoza Ulgieva." in said
    assert "- B. Exemplar" in said
    assert "canary" not in said


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("html", "text/html; charset=utf-8"),
        ("text", "text/plain; charset=utf-8"),
        ("markdown", "text/markdown; charset=utf-8"),
        ("yaml", "application/yaml"),
        ("json", "application/json"),
    ],
)
def test_a_preview_comes_in_every_format_and_leaves_nothing(
    world: World, owner: Client, form: str, kind: str
) -> None:
    coalition = a_coalition(owner)
    before = world.rows()

    shown = preview(owner, coalition, built_in="open-letter", format=form)

    assert shown.headers["Content-Type"] == kind
    assert "Inga Exemplar" in words_of(shown)
    assert world.rows() == before


def test_the_portable_document_of_a_preview_is_sound_and_a_specimen(owner: Client) -> None:
    coalition = a_coalition(owner)

    for form in ("json", "yaml"):
        shown = preview(owner, coalition, built_in="briefing", theme="letter", format=form)
        document = reading.read(shown.body)
        assert checking.require(document)[1] == []
        assert (document["specimen"], document["theme"]) == (True, "letter")


def test_a_source_that_is_not_kept_yet_is_shown(owner: Client) -> None:
    coalition = a_coalition(owner)
    source = {**a_source(), "example": {"city": "Specimen Town"}}

    shown = preview(owner, coalition, source=source, format="text")

    assert "Open the doors in Specimen Town" in words_of(shown)
    assert owner.get(f"/v1/coalitions/{coalition}/templates")["total"] == 0


def test_a_template_of_the_coalition_is_shown_as_it_is_now(owner: Client) -> None:
    coalition = a_coalition(owner)
    template = made(owner, f"/v1/coalitions/{coalition}/templates", {"source": a_source()})
    source = owner.get(f"/v1/templates/{template}")["source"] | {"title_text": "Close no door"}
    owner.put(f"/v1/templates/{template}", {"source": source})

    shown = preview(owner, coalition, template_id=template, facts={"city": "X"}, format="text")

    assert "Close no door" in words_of(shown)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"built_in": "petition", "source": a_source()}, ""),
        ({"built_in": "nothing"}, "/built_in"),
        ({"built_in": "petition", "theme": "../letter"}, "/theme"),
        ({"built_in": "petition", "format": "odt"}, "/format"),
        ({"built_in": "petition", "facts": {}}, "/facts/addressees"),
        ({"built_in": "petition", "facts": {"x": 1}}, "/facts/x"),
        ({"built_in": "urgent-appeal", "facts": {"people": ["ayan"]}}, "/facts/events"),
        ({"source": {**a_source(), "example": {}}}, "/source/example/city"),
        ({"source": a_source()}, "/facts/city"),
        ({"source": {}}, "/source/name"),
        ({"source": {**a_source(), "title_text": "{{ ''.__class__ }}"}}, "/source/title_text"),
        ({"source": {**a_source(), "theme": "none"}}, "/source/theme"),
        ({"source": a_source(), "facts": {"city": "x"}, "demands": {"ids": ["a"]}},
         "/demands/ids/0"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_told_with_its_place(
    owner: Client, body: dict[str, Any], pointer: str
) -> None:
    refused = preview(owner, a_coalition(owner), **body)

    assert refused.status == 422, refused.body
    assert pointer in refused.faults


def test_a_case_that_is_not_the_coalitions_is_not_there(world: World, owner: Client) -> None:
    other = world.user("other")
    theirs = a_case(other, a_coalition(other), name="Canary Person", country="KZ")
    facts = {"people": [theirs], "issued_on": "2031-05-14", "events": [{"text": "x"}]}

    refused = preview(owner, a_coalition(owner), built_in="urgent-appeal", facts=facts)

    assert list(refused.faults) == ["/facts/people/0"]
    assert b"Canary" not in refused.body


def test_who_may_not_be_named_is_not_named_in_a_preview(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(
        owner, coalition, name="Canary Hidden", country="TJ", born=1990, summary="Canary summary",
        occupation="nurse", public_label="a nurse", may_be_named=False,
    )  # fmt: skip
    listed = a_demand_list(owner, coalition, country="TJ")
    a_demand(owner, listed, text="Release the nurse.", case_ids=[case])
    editor = a_role(owner, coalition, world.user(), "editor")
    facts = {"people": [case], "issued_on": "2031-05-14", "events": [{"text": "It happened."}]}

    for form in ("html", "json", "text"):
        shown = preview(editor, coalition, built_in="urgent-appeal", facts=facts, format=form)
        assert shown.status == 200, shown.body
        assert b"a nurse" in shown.body
        assert b"Canary" not in shown.body
    whole = preview(owner, coalition, built_in="urgent-appeal", facts=facts, format="json")
    assert json.loads(whole.body)["cases"][0]["name"] == "Canary Hidden"


def test_a_preview_is_not_for_strangers_and_viewers(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    viewer = a_role(owner, coalition, world.user(), "viewer")

    statuses = [
        preview(caller, coalition, built_in="petition", format="text").status
        for caller in (world.stranger(), world.user("stranger"), viewer)
    ]

    assert statuses == [401, 404, 403]
