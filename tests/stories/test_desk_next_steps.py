"""At the desk every screen that says what comes next says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.builders import a_role, made
from tests.support.desk import at_the_desk
from tests.support.signoffs import a_sign_off

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.desk import Desk
    from tests.support.signoffs import SigningOff

PARTS = ("", "/text", "/sign-off")


def buttons(desk: Desk, text: SigningOff) -> set[str]:
    """Return the one next step of each screen of a text that has one."""
    here = f"/desk/{text.coalition}/statements/{text.statement}"
    return {
        " ".join("".join(each.itertext()).split())
        for part in PARTS
        for each in desk.go(f"{here}{part}").tree.xpath("//*[@class='step']")
    }


def told(desk: Desk, text: SigningOff) -> set[str]:
    """Return what the lists say comes next for a text."""
    here = f"/desk/{text.coalition}"
    return {desk.go(f"{here}{part}").rows[0][2] for part in ("/", "/statements")}


def test_what_comes_next_is_the_same_on_every_screen(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    ada = at_the_desk(world, owner)
    seen = [(buttons(ada, text), told(ada, text))]
    text.move("review")
    seen.append((buttons(ada, text), told(ada, text)))
    text.open()
    text.say("Ada")
    seen.append((buttons(ada, text), told(ada, text)))
    text.reserve("Bob", "Not this.")
    text.say("Cyd", "declined", reason="No.")
    seen.append((buttons(ada, text), told(ada, text)))
    text.move("published")
    seen.append((buttons(ada, text), told(ada, text)))
    body = {"name": "A. Specimen", "email": "office@specimen.example"}
    whom = made(owner, f"/v1/coalitions/{text.coalition}/addressees", body)
    made(owner, f"{text.path}/deliveries", {"addressee_id": whom, "means": "post"})
    seen.append((buttons(ada, text), told(ada, text)))
    made(owner, f"{text.path}/responses", {"addressee_id": whom, "text": "Received."})
    seen.append((buttons(ada, text), told(ada, text)))

    assert seen == [
        ({"Send it to review"}, {"Send it to review"}),
        ({"Ask the members"}, {"Ask the members"}),
        ({"Remind who is missing"}, {"1 of 3 approved. 2 members have not answered"}),
        (
            {"Publish it"},
            {"2 of 3 approved, 1 with a reservation, 1 declined. Publish it"},
        ),
        ({"Hand it over"}, {"Hand it over"}),
        ({"Keep an answer"}, {"Keep the answer: 1 of those who got it has none here"}),
        ({"Tell those who signed"}, {"All have answered: tell those who signed"}),
    ]


def test_a_text_is_sent_to_review_and_published_from_whatever_screen(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    ada = at_the_desk(world, owner)
    here = f"/desk/{text.coalition}/statements/{text.statement}"
    ada.go(f"{here}/text")
    assert ada.submit("Send it to review").notice == "The text is in review."

    ada.go(f"{here}/sign-off")
    ada.follow("Publish it")

    assert "Publish it now" in ada.page.buttons


def test_how_many_approved_is_told_to_coordinators_alone(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    text.move("review")
    text.open()
    text.say("Cyd", "declined", reason="No.")
    editor = a_role(owner, text.coalition, world.user("editor"), "editor")
    desk = at_the_desk(world, editor)

    assert told(desk, text) == {"Members approve it, then it is published"}
    assert buttons(desk, text) == {"Read the text"}


def test_a_published_text_that_somebody_wrote_on_has_a_change_to_publish(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.move("review", "published")
    draft = owner.get(f"{text.path}/draft")["document"]
    owner.put(f"{text.path}/draft", {"document": {**draft, "title": "Open all doors"}})
    ada = at_the_desk(world, owner)

    assert buttons(ada, text) == {"Publish the change"}
    assert told(ada, text) == {"It was changed: publish the change"}
