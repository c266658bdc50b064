"""At the desk what left the house says how it went and what to do, and can be tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.builders import a_coalition, a_failed_letter
from tests.support.desk import at_the_desk
from tests.support.webhook_receivers import another_endpoint

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


def test_a_letter_that_failed_is_sent_again(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    a_failed_letter(world, coalition)
    ada = at_the_desk(world, owner)

    ada.go(f"/desk/{coalition}/outgoing")
    assert "no such mailbox" in ada.page.rows[0][1]
    assert ada.submit("Try again").notice == "It is tried again."
    assert ada.page.rows == []


def test_an_address_is_left_alone_and_written_to_again(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/outgoing")
    ada.follow("Left alone")

    assert ada.submit("Leave it alone", email="nobody").faults["email"]
    page = ada.submit("Leave it alone", email="a@specimen.example")
    assert page.rows[0][:2] == ["a@specimen.example", "Asked to be left alone"]
    assert ada.submit("Leave it alone", email="a@specimen.example").faults["email"]
    assert ada.submit("Write to it again").notice == "It gets letters again."
    assert ada.page.rows == []
    assert "Mailing tools" in ada.page.links
    assert "No tool is connected" in ada.follow("Mailing tools").text


def test_an_endpoint_is_switched_off_and_on(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    another_endpoint(owner, coalition)
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/outgoing/webhooks")
    assert ada.submit("Send a test").notice.startswith("The test is on its way.")

    assert ada.submit("Switch it off").notice == "It is off, and told nothing."
    ada.follow("Webhooks")
    assert "Somebody switched it off." in ada.page.rows[0][2]
    assert ada.submit("Switch it on").notice == "It is on again."
