"""Every screen of the desk, as everybody: who may open it, and whose ids it takes.

The screens are those of the URL map, so that a new one is tried by itself; of what its address
names, `MAKERS` of the scene makes one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import update

from api.accounts.models import DeskSession
from api.infra import clock
from api.infra.database.transactions import transaction
from tests.contracts.scene import ROLES, Scene
from tests.support.builders import a_coalition
from tests.support.desk import Desk, at_the_desk
from tests.support.desk_screens import Address, screens

if TYPE_CHECKING:
    from tests.conftest import World

SIGN_IN = "/desk/sign-in"


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


@pytest.fixture
def every(scene: Scene) -> list[Address]:
    return list(screens(scene))


def _status(desk: Desk, method: str, path: str, proof: str | None = None) -> tuple[int, str]:
    """Return status and Location of one request, and see that nothing of it is kept."""
    data = {"csrf": proof} if proof else {}
    answer = desk.http.open(path, method=method, data=data if method == "POST" else None)
    assert answer.headers["X-Robots-Tag"] == "noindex", path
    is_look = path.startswith("/desk/look/") and answer.status_code == 200
    assert is_look or answer.headers["Cache-Control"] == "no-store", path
    assert "frame-ancestors" in answer.headers["Content-Security-Policy"], path
    return answer.status_code, answer.headers.get("Location", "")


def _proof(desk: Desk) -> str:
    desk.go("/desk/you")
    return desk.proof


def test_nobody_sees_a_screen_without_signing_in(scene: Scene, every: list[Address]) -> None:
    nobody = Desk(scene.world)
    for each in every:
        if each.view.is_open:
            continue
        for method in each.methods:
            status, location = _status(nobody, method, each.path)
            assert status == 303, (method, each.path, status)
            assert location.partition("?")[0] == SIGN_IN, (method, each.path, location)


def test_each_role_opens_what_is_for_it_and_no_more(scene: Scene, every: list[Address]) -> None:
    of_roles = [at_the_desk(scene.world, scene.callers[role]) for role in ROLES]
    here = [each for each in every if "coalition_id" in each.ids]
    for method in ("GET", "POST"):  # what a form ends is looked at before
        for place, desk in enumerate(of_roles):
            proof = _proof(desk)
            for each in (each for each in here if method in each.methods):
                status, _ = _status(desk, method, each.path, proof)
                who = (ROLES[place], method, each.path, status)
                if place < ROLES.index(each.view.least):
                    assert status == 403, who
                else:
                    assert status < 500 if method == "POST" else status in {200, 303}, who


def test_what_is_of_another_coalition_is_not_there(scene: Scene, every: list[Address]) -> None:
    other = scene.other_owner
    here = other.get("/v1/coalitions")["items"][0]["id"]
    desk = at_the_desk(scene.world, other)
    proof = _proof(desk)
    for each in (each for each in every if "coalition_id" in each.ids):
        for method in each.methods:
            assert _status(desk, method, each.path, proof)[0] == 404, (method, each.path)
            if len(each.ids) > 1:
                path = each.in_coalition(scene.world, here)
                assert _status(desk, method, path, proof)[0] == 404, (method, path)


def test_who_works_in_two_coalitions_sees_the_things_of_each_in_it_alone(
    scene: Scene, every: list[Address]
) -> None:
    second = a_coalition(scene.owner)
    desk = at_the_desk(scene.world, scene.owner)
    proof = _proof(desk)
    for each in (each for each in every if "coalition_id" in each.ids and len(each.ids) > 1):
        path = each.in_coalition(scene.world, second)
        for method in each.methods:
            assert _status(desk, method, path, proof)[0] == 404, (method, path)


def test_a_form_without_its_proof_is_refused(scene: Scene, every: list[Address]) -> None:
    desk, other = (at_the_desk(scene.world, scene.owner) for _ in range(2))
    strange = _proof(other)
    for each in (each for each in every if "POST" in each.methods):
        for proof in (None, "0" * 64, strange):
            assert _status(desk, "POST", each.path, proof)[0] == 403, each.path
    desk.go("/desk/you")
    assert desk.page.status == 200  # still signed in: nothing was done


def test_a_form_of_another_site_is_refused(scene: Scene, every: list[Address]) -> None:
    desk = at_the_desk(scene.world, scene.owner)
    proof = _proof(desk)
    for each in (each for each in every if "POST" in each.methods):
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = desk.http.post(each.path, data={"csrf": proof}, headers=headers)
            assert answer.status_code == 403, each.path


def test_what_cannot_be_undone_asks_who_signed_in_long_ago_once_more(
    scene: Scene, every: list[Address]
) -> None:
    desk = at_the_desk(scene.world, scene.owner)
    proof = _proof(desk)
    with scene.world.app.app_context(), transaction() as session:
        earlier = clock.now() - timedelta(minutes=20)
        session.execute(update(DeskSession).values(created_at=earlier))
    fresh = [each for each in every if each.view.is_fresh]
    assert fresh
    for each in fresh:
        for method in each.methods:
            status, location = _status(desk, method, each.path, proof)
            assert (status, location.partition("?")[0]) == (303, SIGN_IN), (method, each.path)


def test_a_coalition_that_is_not_there_looks_like_one_of_others(scene: Scene) -> None:
    desk = at_the_desk(scene.world, scene.owner)

    gone = desk.go(f"/desk/{uuid4()}/")
    strange = desk.go(f"/desk/{a_coalition(scene.other_owner)}/")

    assert gone.status == strange.status == 404
    assert gone.text == strange.text
