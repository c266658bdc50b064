"""At the desk a coalition's own templates go out and come in, and a text is filled anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from api.portable.rules import writing
from tests.contracts.scene import a_source
from tests.stories.test_assemblies import a_letter
from tests.support.builders import a_case, a_coalition, a_role, a_statement, made
from tests.support.desk import Desk, at_the_desk

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def owner(world: World) -> Client:
    return world.user("owner")


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner, countries=["KZ"])


@pytest.fixture
def ada(world: World, owner: Client) -> Desk:
    return at_the_desk(world, owner)


def _file(source: dict[str, Any]) -> tuple[bytes, str]:
    return writing.as_yaml(source), "template.yaml"


def _kept(owner: Client, coalition: str, source: dict[str, Any]) -> str:
    return made(owner, f"/v1/coalitions/{coalition}/templates", {"source": source})


def test_a_template_comes_in_is_taken_out_changed_and_brought_back(
    owner: Client, coalition: str, ada: Desk
) -> None:
    source = a_source()
    ada.go(f"/desk/{coalition}/statements/new")
    ada.follow("Change the templates, or bring your own")
    ada.follow("Bring a template")
    page = ada.submit("Keep it", file=_file(source))
    assert page.notice == "The template is kept."
    assert page.heading == "Call for a release"

    taken = ada.http.get(page.links["Take it as a file"])
    assert taken.headers["Content-Disposition"].endswith(f"{source['name']}.yaml")
    again = yaml.safe_load(taken.data)
    assert again == source
    again["title"] = "Call for two releases"
    ada.follow("Bring a new version")
    page = ada.submit("Keep it", file=_file(again))

    assert page.notice == "The new version is kept."
    assert page.heading == "Call for two releases"
    assert [row[0] for row in page.rows] == ["2", "1"]
    ada.follow("Begin a statement with it")
    typed = {"facts.city": "Specimen City"}
    assert "Open the doors in Specimen City" in ada.submit("Begin", typed).html


def test_a_file_that_breaks_rules_is_refused_with_its_place(coalition: str, ada: Desk) -> None:
    ada.go(f"/desk/{coalition}/templates/new")
    assert ada.submit("Keep it").faults["file"]

    page = ada.submit("Keep it", file=_file({**a_source(), "title_text": "{{ nothing }}"}))

    assert page.status == 422
    assert "The file breaks rules." in page.faults["file"]
    assert "/title_text" in page.text


def test_a_name_that_is_taken_says_what_to_do(owner: Client, coalition: str, ada: Desk) -> None:
    source = a_source()
    _kept(owner, coalition, source)
    ada.go(f"/desk/{coalition}/templates/new")
    page = ada.submit("Keep it", file=_file(source))
    assert "bring this as a new version" in page.text


def test_who_brings_a_version_over_another_ones_is_told(
    owner: Client, coalition: str, ada: Desk
) -> None:
    source = a_source()
    template = _kept(owner, coalition, source)
    ada.go(f"/desk/{coalition}/templates/{template}/change")
    owner.put(f"/v1/templates/{template}", {"source": {**source, "title": "Theirs"}})

    page = ada.submit("Keep it", file=_file(source))

    assert page.status == 412
    assert owner.get(f"/v1/templates/{template}")["source"]["title"] == "Theirs"


def test_one_of_the_product_is_copied_and_deleted_unless_a_statement_came_from_it(
    owner: Client, ada: Desk
) -> None:
    coalition, used, _ = a_letter(owner)
    page = ada.go(f"/desk/{coalition}/templates")
    before = len(page.rows)
    page = ada.submit("Copy it")
    assert page.notice.startswith("The coalition has its own copy.")
    ada.follow("Delete the template")
    page = ada.submit("Delete the template")
    assert page.notice == "The template is deleted."
    assert len(page.rows) == before

    ada.go(f"/desk/{coalition}/templates/{used}/deletion")
    page = ada.submit("Delete the template")
    assert page.status == 409
    assert "A statement came from this template" in page.text


def test_who_only_reads_takes_a_template_out_and_changes_none(
    world: World, owner: Client, coalition: str
) -> None:
    template = _kept(owner, coalition, a_source())
    eve = at_the_desk(world, a_role(owner, coalition, world.user("viewer"), "viewer"))

    assert "Bring a template" not in eve.go(f"/desk/{coalition}/templates").links
    assert "Copy it" not in eve.page.buttons
    page = eve.go(f"/desk/{coalition}/templates/{template}")
    assert not {"Bring a new version", "Delete the template"} & page.links.keys()
    assert eve.http.get(page.links["Take it as a file"]).status_code == 200


# Bringing a text up to date.


def test_a_text_takes_in_what_its_demands_say_by_now(owner: Client, ada: Desk) -> None:
    coalition, _, letter = a_letter(owner)
    ada.go(f"/desk/{coalition}/statements/{letter['statement']['id']}/text")
    page = ada.follow("Bring it up to date")
    assert "Its demands and cases say what they say by now." in page.text
    assert "Take these words in" not in page.buttons
    demand = owner.get(f"/v1/coalitions/{coalition}/demands")["items"][0]["id"]
    owner.patch(f"/v1/demands/{demand}", {"text": "Let Ayan Specimen go home."})

    page = ada.go(page.path)
    assert page.tree.xpath("//del/text()") == ["Release Ayan Specimen."]
    assert page.tree.xpath("//ins/text()") == ["Let Ayan Specimen go home."]
    page = ada.submit("Take these words in")

    assert page.notice == "The text has today's words of its demands and cases."
    assert "Let Ayan Specimen go home." in page.text


def test_of_who_may_not_be_named_it_shows_only_that_something_changed(
    owner: Client, coalition: str, ada: Desk
) -> None:
    hidden = a_case(
        owner, coalition, key="kz-7", name="Wren Secret", country="KZ", may_be_named=False,
        public_label="A baker",
    )  # fmt: skip
    body = [{"cases": {"ids": ["kz-7"]}}]
    statement = a_statement(owner, coalition, body=body, cases=[_as_it_was()])
    owner.patch(f"/v1/cases/{hidden}", {"occupation": "seamstress", "summary": "Secret summary."})

    page = ada.go(f"/desk/{coalition}/statements/{statement}/text/renewal")

    assert "Somebody who may not be named: what is known has changed" in page.text
    for secret in ("Wren Secret", "seamstress", "Secret summary"):
        assert secret not in page.html


def _as_it_was() -> dict[str, Any]:
    return {
        "id": "kz-7", "name": "Wren Secret", "country": "KZ", "may_be_named": False,
        "public_label": "A baker",
    }  # fmt: skip


def test_its_template_is_filled_again_with_other_facts(
    owner: Client, coalition: str, ada: Desk
) -> None:
    source = a_source()
    template = _kept(owner, coalition, source)
    begun = owner.post(
        f"/v1/coalitions/{coalition}/assemblies",
        {"template_id": template, "slug": "doors", "facts": {"city": "Old City"}},
    )
    path = f"/desk/{coalition}/statements/{begun['statement']['id']}"
    changed = {**source, "body": [{"paragraph": "The new version speaks of {{ city }}."}]}
    owner.put(f"/v1/templates/{template}", {"source": changed})

    ada.go(f"{path}/text/renewal")
    ada.follow("Fill its template again")
    page = ada.submit("Fill it again")
    assert page.faults["facts.city"]
    page = ada.submit("Fill it again", {"facts.city": "New City"})

    assert page.notice == "The template is filled again. Read the text through."
    assert "The new version speaks of New City." in page.text


def test_what_somebody_wrote_meanwhile_is_not_filled_over(
    owner: Client, coalition: str, ada: Desk
) -> None:
    template = _kept(owner, coalition, a_source())
    begun = owner.post(
        f"/v1/coalitions/{coalition}/assemblies",
        {"template_id": template, "slug": "doors", "facts": {"city": "Old City"}},
    )
    draft = f"/v1/statements/{begun['statement']['id']}/draft"
    ada.go(f"/desk/{coalition}/statements/{begun['statement']['id']}/text/template")
    document = owner.get(draft)["document"]
    owner.put(draft, {"document": {**document, "title": "Written meanwhile"}})

    page = ada.submit("Fill it again", {"facts.city": "New City"})

    assert page.status == 412
    assert page.tree.xpath("//input[@name='facts.city']/@value") == ["New City"]
    assert owner.get(draft)["document"]["title"] == "Written meanwhile"


def test_a_text_from_no_template_is_not_filled_again(
    owner: Client, coalition: str, ada: Desk
) -> None:
    statement = a_statement(owner, coalition)
    page = ada.go(f"/desk/{coalition}/statements/{statement}/text/renewal")
    assert "Fill its template again" not in page.links
    assert ada.go(f"/desk/{coalition}/statements/{statement}/text/template").path.endswith("/text")
