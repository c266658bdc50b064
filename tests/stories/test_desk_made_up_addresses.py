"""What somebody made up, mistyped or sends too late breaks no page of the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from api.accounts.models import DeskSession
from api.infra import clock
from api.infra.database.transactions import transaction
from tests.support.builders import a_coalition
from tests.support.desk import Desk, at_the_desk
from tests.support.oidc_provider import named

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

SIGN_IN = "/desk/sign-in"


def test_an_address_that_somebody_made_up_breaks_no_page(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    of = coalition  # any id
    stranger, ada = Desk(world), at_the_desk(world, owner)

    assert stranger.go(f"{SIGN_IN}?said=blocked&of={of}").heading == "Sign in"
    assert stranger.go(f"{SIGN_IN}?next=//[").heading == "Sign in"
    page = ada.go(f"/desk/{coalition}/?said=suggestion_decline&of={of}")
    assert page.heading == "Today"
    assert "Undo" not in page.buttons
    gone = ada.go(f"/desk/{coalition}/nowhere?said=blocked&of={of}")
    assert (gone.status, gone.notice) == (404, "")
    form = {"csrf": "x", "kind": "domain"}
    referrer = {"Referer": "http://["}
    answer = stranger.http.post(f"/desk/{coalition}/settings/blocks", data=form, headers=referrer)
    assert answer.status_code == 403


def test_who_signs_out_after_the_session_ended_leaves_nothing_in_the_browser(
    world: World, owner: Client
) -> None:
    ada = at_the_desk(world, owner)
    ada.go("/desk/you")
    form = {"csrf": ada.proof}
    with world.app.app_context(), transaction() as session:
        session.execute(update(DeskSession).values(ended_at=clock.now()))

    answer = ada.http.post("/desk/sign-out", data=form)

    assert answer.status_code == 303
    assert "cookies" in answer.headers["Clear-Site-Data"]


def test_a_mistyped_address_leaves_the_other_ways_to_sign_in(world: World) -> None:
    with named(world) as provider:
        assert provider.issuer
        desk = Desk(world)
        before = set(desk.go(SIGN_IN).buttons)
        assert set(desk.submit("Send the letter", email="no address").buttons) == before
        assert len(before) > 1
