"""The first screen: what waits today, each number with its list, and how statements stand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import update

from api.connectors.models import Connector
from api.deliveries.models import Delivery
from api.infra import clock
from api.infra.database.transactions import transaction
from api.mailings.models import MailServer, Security
from api.signatures.models import SignatureState
from api.webhooks.models import Endpoint, StopReason
from tests.contracts.scene import Scene
from tests.support.builders import (
    a_case,
    a_coalition,
    a_dead_job,
    a_demand,
    a_demand_list,
    a_failed_letter,
    a_role,
    a_statement,
    an_organisation,
    made,
)
from tests.support.consultations import a_consulting
from tests.support.desk import at_the_desk
from tests.support.public_signatures import strangers
from tests.support.signing import a_rush
from tests.support.signoffs import a_sign_off
from tests.support.webhook_receivers import an_endpoint

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


def test_an_empty_coalition_says_what_to_do_first(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)

    page = at_the_desk(world, owner).go(f"/desk/{coalition}/")

    assert "Nothing waits." in page.text
    assert "Your first statement" in page.text


def test_statements_stand_with_their_state_and_what_comes_next(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    a_statement(owner, coalition, title="Open the doors")

    page = at_the_desk(world, owner).go(f"/desk/{coalition}/")

    assert page.rows == [["Open the doors Appeal", "Draft", "Write it, and freeze its words"]]


def test_a_number_leads_to_its_list(world: World, owner: Client) -> None:
    rush = a_rush(world, owner)
    strangers(world, rush.statement, ["A. Specimen"], state=SignatureState.HELD)
    a_case(owner, rush.coalition, name="Aigerim Zhaksylykova", may_be_named=True)
    desk, work = at_the_desk(world, owner), f"/desk/{rush.coalition}/work"

    desk.go(f"/desk/{rush.coalition}/")
    page = desk.follow("1 case to verify")

    assert page.path == f"{work}?kind=case"
    assert page.rows == [["Aigerim Zhaksylykova", "Case", "Never verified"]]
    assert [row[1] for row in desk.go(f"{work}?kind=held").rows] == ["Signatures"]
    assert sorted(row[1] for row in desk.go(work).rows) == ["Case", "Signatures"]
    assert desk.go(f"{work}?kind=nonsense").status == 404


def test_a_case_that_may_not_be_named_is_not_named_to_a_viewer(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    hidden = {"name": "Aigerim Zhaksylykova", "may_be_named": False}
    a_case(owner, coalition, **hidden, public_label="A baker")
    viewer = a_role(owner, coalition, world.user("viewer"), "viewer")

    page = at_the_desk(world, viewer).go(f"/desk/{coalition}/work")

    assert "Zhaksylykova" not in page.html
    assert [row[0] for row in page.rows] == ["A baker"]


def test_coordinators_see_the_signatures_that_wait(world: World, owner: Client) -> None:
    rush = a_rush(world, owner)
    strangers(world, rush.statement, ["A. Specimen", "B. Specimen"], state=SignatureState.HELD)
    editor = a_role(owner, rush.coalition, world.user("editor"), "editor")
    desk = at_the_desk(world, owner)

    desk.go(f"/desk/{rush.coalition}/")
    desk.follow("1 text with signatures to look at")

    assert [row[1:] for row in desk.page.rows] == [["Signatures", "2 signatures to look at"]]
    page = at_the_desk(world, editor).go(f"/desk/{rush.coalition}/")
    assert "signatures to look at" not in page.text


def test_texts_wait_for_members_until_these_answered(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    text.open()
    desk = at_the_desk(world, owner)

    page = desk.go(f"/desk/{text.coalition}/work?kind=answer")
    assert [row[2] for row in page.rows] == ["3 members have not answered"]

    text.say("Ada")
    text.say("Bob", "declined", reason="Not ours.")
    page = desk.go(f"/desk/{text.coalition}/work?kind=answer")
    assert [row[2] for row in page.rows] == ["1 member has not answered"]

    text.say("Cyd")
    assert desk.go(f"/desk/{text.coalition}/work?kind=answer").rows == []


def test_texts_wait_for_the_second_of_two_and_not_for_who_has_left(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    owner.patch(f"/v1/organisations/{text.organisation('Bread')}", {"needs_two": True})
    text.represent("Bread", "Ann")
    text.open()
    text.say("Ada")
    text.say("Bob")
    left = owner.patch(f"/v1/members/{text.members['Water']}", {"until": str(clock.today())})
    assert left.status == 200, left.body
    desk, work = at_the_desk(world, owner), f"/desk/{text.coalition}/work?kind=answer"

    assert [row[2] for row in desk.go(work).rows] == ["1 member has not answered"]

    text.say("Ann")
    assert desk.go(work).rows == []


def test_texts_wait_for_suggestions_to_be_decided(world: World, owner: Client) -> None:
    text = a_consulting(world, owner)
    text.open()
    body = {"kind": "words", "target": "title", "lines": ["Open them"]}
    path = f"{text.path}/suggestions"
    made(owner, path, {**body, "revision_sha256": text.sha256})

    page = at_the_desk(world, owner).go(f"/desk/{text.coalition}/work?kind=suggestion")

    assert [row[2] for row in page.rows] == ["1 suggestion to decide"]


def test_a_text_that_nobody_answered_for_a_month_is_asked_after(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner)
    rush.publish()
    body = {"name": "A. Specimen", "email": "office@specimen.example"}
    whom = made(owner, f"/v1/coalitions/{rush.coalition}/addressees", body)
    here = f"/v1/statements/{rush.statement}"
    made(owner, f"{here}/deliveries", {"addressee_id": whom, "means": "post"})
    desk = at_the_desk(world, owner)
    assert desk.go(f"/desk/{rush.coalition}/work?kind=response").rows == []

    with world.app.app_context(), transaction() as session:
        long_ago = clock.now() - timedelta(days=31)
        session.execute(update(Delivery).values(delivered_at=long_ago))
    page = desk.go(f"/desk/{rush.coalition}/work?kind=response")
    assert [row[2] for row in page.rows] == ["No answer is kept from 1 who got it"]

    made(owner, f"{here}/responses", {"addressee_id": whom, "text": "No."})
    assert desk.go(f"/desk/{rush.coalition}/work?kind=response").rows == []


def test_what_fails_is_told_until_it_works(world: World, owner: Client) -> None:
    scene = Scene(world)
    owner, coalition = scene.owner, scene.coalition
    scene.connector()
    an_endpoint(owner, coalition, label="Archive")
    desk = at_the_desk(world, owner)
    assert desk.go(f"/desk/{coalition}/work").rows == []

    with world.app.app_context(), transaction() as session:
        session.execute(update(Connector).values(failing_since=clock.now(), label="News"))
        session.execute(update(Endpoint).values(disabled_for=StopReason.FAILING))
        server = MailServer(
            coalition_id=UUID(coalition),
            host="mail.specimen.example",
            port=465,
            security=Security.TLS,
            sender="office@specimen.example",
            a_minute=1,
            a_minute_to_domain=1,
            faulty_since=clock.now(),
        )
        session.add(server)

    page = desk.go(f"/desk/{coalition}/work")
    assert [row[:2] for row in page.rows] == [
        ["Mail server", "Mail server"],
        ["News", "Tool"],
        ["Archive", "Webhook"],
    ]


def test_letters_and_work_that_failed_for_good_lead_to_their_lists(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    a_failed_letter(world, coalition)
    a_dead_job(world, coalition)
    desk = at_the_desk(world, owner)
    page = desk.go(f"/desk/{coalition}/")
    assert "Correct the address, or try again" in page.text

    assert len(desk.follow("1 letter that failed for good").rows) == 1
    desk.submit("Try again")
    desk.go(f"/desk/{coalition}/")
    assert len(desk.follow("1 piece of work that was given up").rows) == 1
    desk.submit("Try again")
    assert "Nothing waits." in desk.go(f"/desk/{coalition}/").text
    editor = a_role(owner, coalition, world.user("editor"), "editor")
    a_failed_letter(world, coalition)
    assert "Nothing waits." in at_the_desk(world, editor).go(f"/desk/{coalition}/").text


def test_who_has_no_coalition_founds_one(world: World, owner: Client) -> None:
    desk = at_the_desk(world, owner)
    desk.go("/desk/")
    desk.follow("Create a coalition")
    assert desk.submit("Create the coalition", name="").faults == {"name": "Error: This is needed."}
    logo = (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="9"/></svg>', "l")

    facts = {"name": "Степь и горы", "language": "ru", "others": ["kk", "ru"]}
    page = desk.submit("Create the coalition", {**facts, "accent": "#aa3311", "logo": logo})

    assert page.notice == "The coalition is founded."
    assert "/look/" in page.html
    (founded,) = owner.get("/v1/coalitions")["items"]
    assert (founded["slug"], founded["languages"]) == ("step-i-gory", ["ru", "kk"])
    assert founded["accent"] == "#aa3311"
    desk.go("/desk/coalitions/new")
    desk.submit("Create the coalition", name="Степь и горы")  # another one of the same name
    assert desk.page.notice == "The coalition is founded."


def test_a_search_finds_everything_in_any_script_and_in_no_address(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition, name="Gulnora Hakimova", may_be_named=True)
    a_statement(owner, coalition, title="Let Gulnora Hakimova go home")
    demand_list = a_demand_list(owner, coalition)
    a_demand(owner, demand_list, text="Release Gulnora Hakimova.")
    an_organisation(owner, coalition, names={"en": "Hakimova Foundation"})
    desk = at_the_desk(world, owner)
    desk.go(f"/desk/{coalition}/search")

    page = desk.submit("Find", search="Хакимова")

    assert page.path == f"/desk/{coalition}/search"
    found = page.tree.xpath("//section/h2/text()")
    assert found == ["Statements", "Cases", "Demands", "Organisations"]
    assert "Nothing fits that." in desk.submit("Find", search="Unheard").text
