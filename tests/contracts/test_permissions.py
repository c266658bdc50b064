"""Every route of openapi.yaml, as everybody: one table says who may do what."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.contracts.permissions import PERMISSIONS
from tests.contracts.prepared import ENDS_ALL
from tests.contracts.scene import ROLES, Operation, Request, Scene, operations
from tests.support.people import a_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Client


def test_every_route_stands_in_the_table(world: World) -> None:
    names = {operation.name for operation in operations(world)}

    new, gone = names - set(PERMISSIONS), set(PERMISSIONS) - names
    assert not new, f"Say in PERMISSIONS of permissions.py who may, at least: {sorted(new)}"
    assert not gone, f"Take out of PERMISSIONS, as no route is there: {sorted(gone)}"


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def walked(scene: Scene, *levels: str) -> list[Operation]:
    return [
        operation
        for operation in operations(scene.world)
        if PERMISSIONS.get(operation.name) in levels
    ]


def test_each_role_may_do_what_the_table_says_and_no_more(scene: Scene) -> None:
    wrong = [
        fault
        for operation in sorted(walked(scene, *ROLES), key=lambda each: each.method == "DELETE")
        for fault in _of_roles(_stage(scene, operation), operation)
    ]

    assert not wrong, "\n".join(wrong)


# These succeed once in a coalition.
ONCE = (
    *ENDS_ALL,
    "POST /v1/coalitions/{coalition_id}/built-in-template-uses",
)


# Here a tool would have to answer; who is allowed hears that it does not.
ALLOWED = {"GET /v1/connectors/{connector_id}/people": 409}


def _stage(scene: Scene, operation: Operation) -> Scene:
    return Scene(scene.world) if operation.name in ONCE else scene


def _of_roles(scene: Scene, operation: Operation) -> Iterator[str]:
    least = ROLES.index(PERMISSIONS[operation.name])
    request = scene.request(operation)
    refused: list[tuple[str, Client, int]] = [
        ("nobody", scene.nobody, 401),
        ("a stranger", scene.stranger, 404),
        ("another coalition's owner", scene.other_owner, 404),
        *((role, scene.callers[role], 403) for role in ROLES[:least]),
    ]
    before = _whole(scene, request)
    for who, caller, status in refused:
        answer = request.sent_by(caller)
        if answer.status != status:
            yield f"{operation.name} as {who}: {answer.status} instead of {status}"
    if _whole(scene, request) != before:
        yield f"{operation.name}: something changed although everybody was refused"
    for role in (ROLES[least], "owner"):
        answer = scene.request(operation).sent_by(scene.callers[role])
        if answer.status >= 300 and answer.status != ALLOWED.get(operation.name):
            yield f"{operation.name} as {role}: {answer.status} {answer.body[:300]!r}"
        if operation.name in ONCE:
            return


def _whole(scene: Scene, request: Request) -> bytes:
    """Return what the request's address shows, or what is there to be counted.

    Who looks at all that is kept of a signatory stands there the next time.
    """
    answer = scene.owner.get(request.path)
    if request.path.endswith("/data"):
        return json.dumps({**answer.json, "record": None}).encode()
    return answer.body


def test_what_any_user_may_needs_a_token_and_no_role(scene: Scene) -> None:
    for operation in walked(scene, "user"):
        request = scene.request(operation)
        assert request.sent_by(scene.nobody).status == 401, operation.name
        assert request.sent_by(scene.stranger).status < 300, operation.name


def test_what_is_public_needs_no_token(scene: Scene) -> None:
    for operation in walked(scene, "anyone"):
        answer = scene.request(operation).sent_by(scene.nobody)
        assert answer.status < 300, (operation.name, answer.body)


def test_what_is_ones_own_is_nobody_elses(scene: Scene) -> None:
    for operation in walked(scene, "self"):
        token = scene.stranger.post("/v1/tokens", {"label": "Site"})["token"]["id"]
        session = a_session(scene.world, scene.stranger.email)
        path = operation.path.format(token_id=token, session_id=session)
        request = Request(operation.method, path)
        assert request.sent_by(scene.nobody).status == 401, operation.name
        assert request.sent_by(scene.owner).status == 404, operation.name
        assert request.sent_by(scene.stranger).status < 300, operation.name


def test_a_token_of_another_coalition_opens_nothing_though_its_user_may(scene: Scene) -> None:
    elsewhere = scene.owner.post(
        "/v1/coalitions", {"slug": "specimen-elsewhere", "name": "Elsewhere"}
    ).id
    made = scene.owner.post("/v1/tokens", {"label": "Narrow", "coalition_ids": [elsewhere]})
    narrow = scene.world.stranger()
    narrow.token = made["secret"]

    for operation in walked(scene, *ROLES):
        answer = scene.request(operation).sent_by(narrow)
        assert answer.status == 404, f"{operation.name}: {answer.status}"
