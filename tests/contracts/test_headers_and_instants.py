"""Odd headers, the tags that a change is matched by, and instants that no clock has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.scene import Scene, operations
from tests.contracts.test_guard import organisations, wrong_in
from tests.support.webhook_receivers import another_endpoint

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

__all__ = ["organisations"]  # a fixture of the tests here

HEADERS = [
    *("If-Match", "If-None-Match", "If-Modified-Since", "Idempotency-Key", "X-Request-ID"),
    *("X-Forwarded-For", "X-Forwarded-Host", "Accept", "Accept-Language", "Range", "Host"),
    *("Content-Encoding", "Transfer-Encoding", "Expect", "Cookie", "Origin"),
]
ODD = ["", "*", "\0", "\x7f\xff", '"', '"99999999999999999999"', "a" * 10_000, "é; q=NaN"]


@pytest.mark.parametrize("name", HEADERS)
def test_no_header_surprises(owner: Client, organisations: str, name: str) -> None:
    coalition = organisations.removesuffix("/organisations")
    for value in ODD:
        odd: dict[str, Any] = {
            "environ_overrides": {f"HTTP_{name.upper().replace('-', '_')}": value}
        }
        for answer in (
            owner.send("GET", organisations, **odd),
            owner.send("POST", organisations, {"names": {"en": "House"}}, **odd),
            owner.send("PATCH", coalition, {"name": "Other"}, **odd),
        ):
            assert answer.status < 500, value
            assert wrong_in(answer, answer.status) is None, value


BEYOND = ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00")  # in UTC


@pytest.mark.parametrize("moment", BEYOND)
@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("PUT /v1/statements/{statement_id}/signing", "opens_at"),
        ("PUT /v1/statements/{statement_id}/signing", "closes_at"),
        ("PUT /v1/statements/{statement_id}/sign-off-round", "soft_deadline"),
        ("PUT /v1/statements/{statement_id}/sign-off-round", "hard_deadline"),
        ("POST /v1/statements/{statement_id}/deliveries", "delivered_at"),
    ],
)
def test_a_moment_that_utc_has_no_year_for_is_refused(
    world: World, name: str, field: str, moment: str
) -> None:
    scene = Scene(world)
    request = scene.request(next(each for each in operations(world) if each.name == name))
    request.body = {**request.body, field: moment}

    assert wrong_in(request.sent_by(scene.owner), 422, f"/{field}") is None


@pytest.mark.parametrize("moment", BEYOND)
def test_so_it_is_in_a_rule_and_in_what_is_told_again(world: World, moment: str) -> None:
    scene = Scene(world)
    statement, endpoint = scene.text()[0], another_endpoint(scene.owner, scene.coalition)

    for field in ("from", "until"):
        body = {"rule": {field: moment}, "reason": "Robots."}
        answer = scene.owner.post(f"/v1/statements/{statement}/invalidations", body)
        assert wrong_in(answer, 422, f"/rule/{field}") is None
    for field in ("since", "until"):
        path = f"/v1/webhook-endpoints/{endpoint}/replays"
        assert wrong_in(scene.owner.post(path, {field: moment}), 422, f"/{field}") is None


def matched(owner: Client, organisations: str, match: str) -> int:
    """Return the status of a change of a thing at version 2, on a match."""
    path = organisations.removesuffix("/organisations")
    owner.patch(path, {"name": "Second"}, '"1"')
    assert owner.get(path).etag == '"2"'
    return owner.patch(path, {"name": "Third"}, match).status


@pytest.mark.parametrize(
    ("match", "status"),
    [
        ('"2"', 200),
        ("*", 200),
        ('"1", "2"', 200),
        ('"2","9"', 200),
        ('W/"1", "2", "no tag of ours"', 200),
        ('W/"2"', 412),
        ('"1", W/"2"', 412),
        ('"1", "3"', 412),
        ('"no tag of ours"', 412),
        ('"-2"', 412),
        ('"\u0662"', 412),
        (f'"{"9" * 30}"', 412),
        (", ".join(f'"{number}"' for number in range(3, 2000)), 412),
    ],
)
def test_a_match_is_any_of_the_tags_that_it_lists(
    owner: Client, organisations: str, match: str, status: int
) -> None:
    assert matched(owner, organisations, match) == status


# A PUT of it makes it, and what is not there matches nothing.
UNMADE = {
    "PUT /v1/coalitions/{coalition_id}/mail-server",
    "PUT /v1/statements/{statement_id}/sign-off-round",
}


@pytest.mark.parametrize("match", ["*", '"0", {tag}'])
def test_every_change_takes_any_tag_and_lists_that_hold_its_own(world: World, match: str) -> None:
    matching = [each for each in operations(world) if each.needs_match and each.name not in UNMADE]
    assert len(matching) > 40
    scene = Scene(world)
    wrong = []
    for operation in matching:
        is_last = operation.name == "DELETE /v1/coalitions/{coalition_id}"
        here = Scene(world) if is_last else scene
        request = here.request(operation)
        request.match = match.format(tag=request.match)
        if (answer := request.sent_by(here.owner)).status >= 300:
            wrong.append(f"{operation.name}: {answer.status} {answer.body[:200]!r}")

    assert not wrong, "\n".join(wrong)


def test_what_is_not_there_matches_nothing_not_even_any(owner: Client, organisations: str) -> None:
    path = f"{organisations.removesuffix('/organisations')}/mail-server"
    body = {"host": "mail.specimen.example", "port": 587, "sender": "a@specimen.example"}

    answer = owner.put(path, body, "*")

    assert answer.status == 412, answer.body
