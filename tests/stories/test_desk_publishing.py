"""At the desk a text is published once everything that stops it was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stories.test_released import BEK, CIHAN, Office, closes
from tests.support.builders import a_revision
from tests.support.desk import an_hour_later, at_the_desk
from tests.support.signoffs import a_sign_off

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

BODY = [{"paragraph": "Salt and seven other organisations ask for it."}]


def test_a_text_is_published_once_each_thing_that_stops_it_is_ticked(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner, body=BODY)
    text.open()
    text.say("Ada")
    text.say("Bob", "declined", reason="No.")
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{text.coalition}/statements/{text.statement}/publish")

    assert "It names “Salt”: Salt declined." in ada.page.text
    assert "1 member has not answered" in ada.page.text
    assert "Publish it now" not in ada.page.buttons
    assert ada.submit("Send it to review").notice == "The text is in review."
    refused = ada.submit("Publish it now")
    assert refused.status == 422
    assert refused.faults["mentions"].endswith("Tick each of these, or change the text.")
    keys = refused.tree.xpath("//input[@name='mentions']/@value")
    assert len(keys) == 2
    page = ada.submit("Publish it now", mentions=keys)

    assert page.notice == "The text is published. Everybody may read it."
    assert owner.get(text.path)["state"] == "published"


def test_who_is_free_or_unverified_is_told_by_what_may_be_told(world: World, owner: Client) -> None:
    office = Office(owner)
    statement = str(office.letter()["statement"]["id"])
    a_revision(owner, statement)
    closes(owner, office.bek)
    ada = at_the_desk(world, owner)

    page = ada.go(f"/desk/{office.coalition}/statements/{statement}/publish")

    assert f"{BEK} was released" in page.text
    assert "The text asks for their freedom." in page.text
    assert "cases that nobody has verified for long" in page.text
    assert CIHAN not in page.html


def test_a_sensitive_text_is_published_by_who_signed_in_a_moment_ago(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.move("review")
    path = f"{text.path}/signing"
    body = {"is_sensitive": True}
    headers = {"If-Match": owner.get(path).etag}
    assert owner.send("PUT", path, body, headers=headers).status == 200
    ada = at_the_desk(world, owner)
    here = f"/desk/{text.coalition}/statements/{text.statement}/publish"
    ada.go(here)
    an_hour_later(world)

    late = ada.http.post(here, data={"csrf": ada.proof, "version": "1"})

    assert late.status_code == 403
    assert "Sign in once more for this" in late.text
    assert owner.get(text.path)["state"] == "review"
