"""What was typed into a form of the desk comes back, whatever became of the session meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from api.accounts.models import DeskSession
from api.infra import clock
from api.infra.database.transactions import transaction
from tests.support.builders import a_coalition, a_role
from tests.support.desk import (
    BROWSER,
    SESSION,
    Desk,
    an_hour_later,
    at_the_desk,
    session_of,
)
from tests.support.people import letters_to_sign_in

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

NOTE = 'Typed for a long while.\r\n\r\nIn two paragraphs: <b>and</b> "quotes".'


def ended(world: World) -> None:
    """End every session, as idleness or their person elsewhere does."""
    with world.app.app_context(), transaction() as session:
        session.execute(update(DeskSession).values(ended_at=clock.now()))


def in_a_new_tab(desk: Desk) -> Desk:
    """Open the sign-in that a page leads to in another tab of the same browser."""
    tab = Desk(desk.world)
    tab.http = desk.http
    (link,) = desk.page.tree.xpath("//main//a[@target='_blank']")
    assert link.get("rel") == "noopener"
    tab.go(link.get("href"))
    return tab


def signed_in_again(desk: Desk, email: str) -> Desk:
    tab = in_a_new_tab(desk)
    tab.submit("Send the letter", email=email)
    letter = letters_to_sign_in(desk.world)[-1]
    assert letter is not None
    tab.submit("Sign in", code=letter.code)
    return tab


def about_to_block(world: World, owner: Client) -> Desk:
    desk = at_the_desk(world, owner)
    desk.go(f"/desk/{a_coalition(owner)}/settings/blocks")
    return desk


def test_a_form_that_comes_after_the_session_is_sent_again_after_the_sign_in(
    world: World, owner: Client
) -> None:
    desk = about_to_block(world, owner)
    form = desk.page.path
    ended(world)

    page = desk.submit("Block", kind="domain", value="specimen.example")

    assert (page.status, page.heading) == (403, "Your session has ended")
    assert page.headers["Cache-Control"] == "no-store"
    assert "Steppe" not in page.html
    beside = signed_in_again(desk, owner.email)
    assert beside.page.path == form
    assert beside.page.rows == []  # nothing was done by itself
    desk.submit("Send it again")
    assert desk.page.notice == "It is blocked."
    assert desk.page.rows[0][0] == "specimen.example"


def test_what_several_paragraphs_said_comes_back_as_it_was(world: World, owner: Client) -> None:
    desk = about_to_block(world, owner)
    sent = {"csrf": desk.proof, "kind": "domain", "value": NOTE, "ids": ["1", "2"]}
    ended(world)

    page = desk.send(desk.page.path, sent)

    fields = page.tree.xpath("//main//input[@type='hidden']")
    values = [(each.get("name"), each.get("value")) for each in fields]
    assert ("value", NOTE.replace("\r\n", "\n")) in [
        (name, value.replace("\r\n", "\n")) for name, value in values
    ]
    assert [value for name, value in values if name == "ids"] == ["1", "2"]


def test_nobody_else_sends_what_somebody_typed(world: World, owner: Client) -> None:
    desk = about_to_block(world, owner)
    coalition = desk.page.path.split("/")[2]
    other = a_role(owner, coalition, world.user("other"), "owner")
    ended(world)
    desk.submit("Block", kind="domain", value="specimen.example")

    signed_in_again(desk, other.email)
    page = desk.submit("Send it again")

    assert (page.status, page.heading) == (403, "This form was made for another sign-in")
    assert desk.go(f"/desk/{coalition}/settings/blocks").rows == []


def test_a_form_of_another_browser_is_refused_also_after_a_sign_in_of_its_person(
    world: World, owner: Client
) -> None:
    desk = about_to_block(world, owner)
    proof, path = desk.proof, desk.page.path
    thief = Desk(world)
    thief.http.set_cookie(SESSION, session_of(world, owner.email), secure=True)
    thief.go("/desk/you")
    assert thief.http.get_cookie(BROWSER) != desk.http.get_cookie(BROWSER)

    page = thief.send(path, {"csrf": proof, "kind": "domain", "value": "specimen.example"})

    assert page.status == 403


def test_who_signs_out_leaves_no_form_that_can_be_sent(world: World, owner: Client) -> None:
    desk = about_to_block(world, owner)
    proof, path = desk.proof, desk.page.path
    desk.submit("Sign out")
    desk.http.set_cookie(SESSION, session_of(world, owner.email), secure=True)

    page = desk.send(path, {"csrf": proof, "kind": "domain", "value": "specimen.example"})

    assert page.status == 403


def test_what_wants_a_fresh_sign_in_is_sent_again_after_it(world: World, owner: Client) -> None:
    desk = at_the_desk(world, owner)
    desk.go("/desk/you/tokens/new")
    an_hour_later(world)

    page = desk.submit("Make it", label="Our web site", days="30")

    assert (page.status, page.heading) == (403, "Sign in once more for this")
    tab = in_a_new_tab(desk)
    assert tab.page.heading == "Sign in once more"
    signed_in_again(desk, owner.email)
    assert desk.submit("Send it again").heading == "The token is made"


def test_a_file_is_chosen_once_more(world: World, owner: Client) -> None:
    desk = at_the_desk(world, owner)
    desk.go("/desk/coalitions/new")
    ended(world)
    logo = (b"no picture", "logo.png")

    page = desk.submit("Create the coalition", name="Steppe Coalition", logo=logo)

    assert [each.get("name") for each in page.tree.xpath("//main//input[@type='file']")] == ["logo"]
    signed_in_again(desk, owner.email)
    page = desk.submit("Send it again", logo=logo)
    assert page.notice.startswith("The coalition is founded.")


def test_a_button_alone_leads_to_the_sign_in(world: World, owner: Client) -> None:
    desk = at_the_desk(world, owner)
    desk.go("/desk/you")
    ended(world)

    assert desk.submit("End all, this one too").heading == "Sign in"


@pytest.mark.parametrize(
    ("body", "status"),
    [("value=" + "x" * 1_100_000, 413), ("value=%ff%00", 422)],
    ids=("long", "odd"),
)
def test_a_form_that_cannot_be_read_is_refused_as_a_screen(
    world: World, owner: Client, body: str, status: int
) -> None:
    desk = about_to_block(world, owner)

    answer = desk.http.post(
        desk.page.path, data=body, content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == status
    assert "<h1>" in answer.text


def test_what_a_refused_form_said_can_be_copied(world: World, owner: Client) -> None:
    desk = about_to_block(world, owner)

    page = desk.send(desk.page.path, {"csrf": "0" * 64, "kind": "domain", "value": NOTE})

    assert page.status == 403
    (text,) = page.tree.xpath("//main//textarea[@readonly]")
    assert text.text.strip().split() == NOTE.split()
