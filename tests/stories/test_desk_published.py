"""At the desk: what a text looks like before and after it is published, and where it is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from unittest.mock import patch
from urllib.parse import urlsplit

from sqlalchemy import update

from api.coalitions.models import Coalition
from api.documents.service import public
from api.infra.database.transactions import transaction
from tests.contracts.test_logs import written
from tests.stories.test_letters import posted
from tests.support.builders import a_coalition, a_statement
from tests.support.desk import at_the_desk
from tests.support.signing import OPENED, a_rush
from tests.support.signoffs import a_sign_off
from tests.support.smtp_server import Post

if TYPE_CHECKING:
    import io

    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.desk import Desk
    from tests.support.signoffs import SigningOff


__all__ = ["written"]


def here(text: SigningOff, part: str = "") -> str:
    return f"/desk/{text.coalition}/statements/{text.statement}{part}"


def test_what_is_published_says_where_everybody_reads_it(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    text.move("review")
    ada = at_the_desk(world, owner)
    ada.go(here(text, "/publish"))
    paper = ada.page.links["See the PDF as it would print now"]
    assert ada.http.get(paper).data.startswith(b"%PDF")

    page = ada.submit("Publish it now")

    assert "Give it a public page" not in page.buttons
    assert ada.http.get(page.links["The PDF"]).data.startswith(b"%PDF")
    address = page.links["Its public page"]
    assert address in page.text
    read = world.app.test_client().get(urlsplit(address).path)
    assert read.status_code == 200
    assert "not open for signing" not in read.text
    assert "<form" not in read.text


def test_a_text_about_a_sensitive_country_gets_a_page_when_somebody_says_so(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner, addressees=[{"name": "The Minister", "country": "TM"}])
    with world.app.app_context(), transaction() as session:
        session.execute(update(Coalition).values(sensitive_countries=["TM"]))
    text.move("review", "published")
    ada = at_the_desk(world, owner)
    page = ada.go(here(text))
    assert "Its public page" not in page.links
    assert owner.get(f"{text.path}/signing")["address"] == ""

    page = ada.submit("Give it a public page")

    assert page.notice == "It has a public page."
    assert "Its public page" in page.links
    assert owner.get(f"{text.path}/signing")["is_sensitive"] is True


def test_what_nobody_said_of_the_risk_of_a_page_is_found_anew(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner, addressees=[{"name": "The Minister", "country": "TM"}])
    text.move("review", "published")
    made = owner.get(f"{text.path}/signing")
    assert (made["is_sensitive"], bool(made["address"])) == (False, True)
    record = owner.get(f"/v1/coalitions/{text.coalition}/audit-entries", limit=200)["items"]
    assert [each["action"] for each in record].count("signing.changed") == 1
    with world.app.app_context(), transaction() as session:
        session.execute(update(Coalition).values(sensitive_countries=["TM"]))

    opened = owner.put(f"{text.path}/signing", {"opens_at": OPENED})

    assert opened.status == 200, opened.body
    assert opened["is_sensitive"] is True
    assert opened["address"] == made["address"]


def test_who_writes_on_a_published_text_is_told_what_that_means(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.move("review", "published")
    ada = at_the_desk(world, owner)
    assert "This text is published." in ada.go(here(text, "/text")).text
    assert "What the draft changes, and the way back" not in ada.page.links
    draft = owner.get(f"{text.path}/draft")["document"]
    owner.put(f"{text.path}/draft", {"document": {**draft, "title": "Open all doors"}})

    ada.go(here(text, "/text"))
    ada.follow("What the draft changes, and the way back")
    assert "Make the draft version 1 again" in ada.page.links
    ada.go(here(text, "/text"))
    ada.follow("Publish the change")

    assert "Freeze" not in ada.page.buttons
    assert ada.page.heading == "Publish the change"
    ada.submit("Publish the change", note="The title.")
    assert owner.get(text.path)["revision_number"] == 2


def test_documents_say_of_what_state_the_newest_is(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    text.move("review", "published")

    page = at_the_desk(world, owner).go(here(text, "/documents"))

    assert "The newest version (published)" in page.text


def test_a_row_more_is_asked_for_where_it_belongs(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    statement = a_statement(owner, coalition)
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/statements/{statement}/text/head")
    before = {group: _rows(ada, group) for group in ("addressees", "contacts")}

    ada.submit("Add a person")

    assert _rows(ada, "addressees") == before["addressees"] + 1
    assert _rows(ada, "contacts") == before["contacts"]


def _rows(desk: Desk, group: str) -> int:
    path = f"//input[starts-with(@name, '{group}.') and contains(@name, '.name')]"
    return len(desk.page.tree.xpath(path))


def test_who_confirmed_is_not_counted_as_not_confirmed(world: World, owner: Client) -> None:
    rush = a_rush(world, owner)
    rush.signed("ada@specimen.example")
    assert rush.sent("bob@specimen.example").status == 202
    rush.work()

    assert owner.get(f"/v1/statements/{rush.statement}/retention")["pending"] == 1


def test_a_letter_that_waits_for_its_pdf_is_no_error(
    world: World, owner: Client, written: io.StringIO
) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.say("Ada")
    text.move("review", "published")

    with (
        posted(world, Post()),
        patch.object(public, "given_out", return_value=None),
    ):
        world.work()

    told = [json.loads(line) for line in written.getvalue().splitlines() if line[0] == "{"]
    waits = [each for each in told if each["event"] == "letter waits"]
    assert {(each["level"], each["error"]) for each in waits} == {("info", "NotPrinted")}
    assert not [each for each in told if each["level"] == "error"]


def test_a_member_reads_what_it_answered_and_then_that_it_is_published(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.open()
    door = f"/a/{text.door('Ada').rpartition('/')[2]}"
    browser = world.app.test_client()
    assert "<h1>Do you approve this text?</h1>" in browser.get(door).text
    text.say("Ada")
    answered = browser.get(door).text
    assert "<h1>Your answer</h1>" in answered
    assert "Answer again" in answered
    text.move("review", "published")

    over = browser.get(door).text

    assert "The text is published." in over
    assert "Read it where everybody does" in over


def test_signing_is_a_part_of_its_statement_and_its_preview_runs_nothing(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner)
    ada = at_the_desk(world, owner)
    base = f"/desk/{rush.coalition}/statements/{rush.statement}/signing"

    for part in ("", "/settings"):
        page = ada.go(f"{base}{part}")
        assert {"Where it stands", "Sign-off", "Signing", "Documents"} <= page.links.keys()
        (current,) = page.tree.xpath("//nav[@class='tabs'][1]/a[@aria-current]")
        assert current.text == "Signing"
    assert "<script" not in ada.http.get(f"{base}/preview").text
