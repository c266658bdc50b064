"""Every screen of the desk, as everybody: who may open it, and whose ids it takes.

The screens are those of the URL map, so that a new one is tried by itself; of what its address
names, `MAKERS` of the scene makes one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.contracts.scene import ROLES, Scene
from tests.support.builders import a_coalition
from tests.support.desk import Desk, an_hour_later, at_the_desk
from tests.support.desk_screens import Address, screens

if TYPE_CHECKING:
    from tests.conftest import World

SIGN_IN = "/desk/sign-in"
# What a screen may load, and who may frame it; then what is shown in a frame of a screen.
SCREEN = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none';"
    " frame-src 'self'"
)
FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self';"
    " form-action 'none'; base-uri 'none'; sandbox"
)
PREVIEW = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'self'; sandbox"
)
DRAWING = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
POLICIES = {
    "desk.cover_letter_page": FRAMED,
    "desk.look_preview": FRAMED,
    "desk.signing_days": DRAWING,
    "desk.signing_lands": DRAWING,
    "desk.signing_code": DRAWING,
    "desk.signing_preview": PREVIEW,
    "desk.statement_assembly_page": FRAMED,
    "desk.statement_page": FRAMED,
    "desk.update_page": FRAMED,
}
# What is done within a quarter of an hour of a sign-in, whatever it is done to: it stays done, lets
# somebody in, or gives names out.
FRESH = {
    *("addressee_delete", "case_delete", "case_name", "cases_out", "coalition_end"),
    *("comment_erase", "commenter_erase", "connector_edit", "connector_end", "connector_file"),
    *("connector_new", "connector_people", "consultation_delete", "demand_delete", "everybody_out"),
    *("evidence_end", "mail_end", "member_delete", "organisation_delete", "passkey_end"),
    *("passkey_new", "role_change", "role_end", "role_new", "signature_data", "signature_delete"),
    *("signature_erase", "signature_withdraw", "signatures_export", "statement_delete"),
    *("statement_portable", "successor_new", "suggestion_erase", "suppressions_out", "token_new"),
    *("webhook_edit", "webhook_end", "webhook_new", "webhook_renew"),
}


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


@pytest.fixture
def every(scene: Scene) -> list[Address]:
    return list(screens(scene))


def _status(
    desk: Desk, method: str, each: Address, proof: str | None = None, path: str = ""
) -> tuple[int, str]:
    """Return status and Location of one request; nothing of it is kept, nor loads or is framed."""
    path, data = path or each.path, {"csrf": proof} if proof else {}
    answer = desk.http.open(path, method=method, data=data if method == "POST" else None)
    assert answer.headers["X-Robots-Tag"] == "noindex", path
    is_shown = answer.status_code == 200
    is_look = path.startswith("/desk/look/") and is_shown
    assert is_look or answer.headers["Cache-Control"] == "no-store", path
    policy = POLICIES.get(each.name, SCREEN) if is_shown else SCREEN
    assert answer.headers["Content-Security-Policy"] == policy, path
    is_framed = answer.headers.get("X-Frame-Options") == "SAMEORIGIN"
    assert is_framed == ("frame-ancestors 'self'" in policy), path
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
            status, location = _status(nobody, method, each)
            assert status == 303, (method, each.path, status)
            assert location.partition("?")[0] == SIGN_IN, (method, each.path, location)


def test_each_role_opens_what_is_for_it_and_no_more(scene: Scene, every: list[Address]) -> None:
    of_roles = [at_the_desk(scene.world, scene.callers[role]) for role in ROLES]
    here = [each for each in every if "coalition_id" in each.ids]
    for method in ("GET", "POST"):  # what a form ends is looked at before
        for place, desk in enumerate(of_roles):
            proof = _proof(desk)
            for each in (each for each in here if method in each.methods):
                status, _ = _status(desk, method, each, proof)
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
            assert _status(desk, method, each, proof)[0] == 404, (method, each.path)
            if len(each.ids) > 1:
                path = each.in_coalition(scene.world, here)
                assert _status(desk, method, each, proof, path)[0] == 404, (method, path)


def test_who_works_in_two_coalitions_sees_the_things_of_each_in_it_alone(
    scene: Scene, every: list[Address]
) -> None:
    second = a_coalition(scene.owner)
    desk = at_the_desk(scene.world, scene.owner)
    proof = _proof(desk)
    for each in (each for each in every if "coalition_id" in each.ids and len(each.ids) > 1):
        path = each.in_coalition(scene.world, second)
        for method in each.methods:
            assert _status(desk, method, each, proof, path)[0] == 404, (method, path)


def test_a_form_without_its_proof_is_refused(scene: Scene, every: list[Address]) -> None:
    desk, other = (at_the_desk(scene.world, scene.owner) for _ in range(2))
    strange = _proof(other)
    for each in (each for each in every if "POST" in each.methods):
        for proof in (None, "0" * 64, strange):
            assert _status(desk, "POST", each, proof)[0] == 403, each.path
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
    an_hour_later(scene.world)
    fresh = [each for each in every if each.view.is_fresh]
    assert {each.name.removeprefix("desk.") for each in fresh} == FRESH
    for each in fresh:
        for method in each.methods:
            status, location = _status(desk, method, each, proof)
            assert (status, location.partition("?")[0]) == (303, SIGN_IN), (method, each.path)


def test_a_coalition_that_is_not_there_looks_like_one_of_others(scene: Scene) -> None:
    desk = at_the_desk(scene.world, scene.owner)

    gone = desk.go(f"/desk/{uuid4()}/")
    strange = desk.go(f"/desk/{a_coalition(scene.other_owner)}/")

    assert gone.status == strange.status == 404
    assert gone.text == strange.text
