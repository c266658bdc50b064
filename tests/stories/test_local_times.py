"""Times without an offset: read in the zone that stands beside them."""

from __future__ import annotations

from api.infra import clock
from tests.support.signing import Rush


def test_a_local_time_is_read_in_the_zone_of_the_signing(rush: Rush) -> None:
    answer = rush.set(closes_at="2099-05-14T18:00:00", zone="Asia/Almaty")
    assert answer.status == 200, answer.body
    assert answer["closes_at"] == "2099-05-14T13:00:00+00:00"
    never = rush.set(closes_at="2099-03-29T02:30:00", zone="Europe/Berlin")
    assert list(never.faults) == ["/closes_at"]
    beyond = rush.set(closes_at="9999-12-31T23:59:59-14:00", zone="Europe/Berlin")
    assert list(beyond.faults) == ["/closes_at"]
    assert list(rush.set(closes_at=None, zone="Mars/Olympus").faults) == ["/zone"]


def test_a_local_deadline_is_read_in_the_zone_of_the_round(rush: Rush) -> None:
    year = clock.today().year + 1
    answer = rush.owner.send(
        "PUT",
        f"/v1/statements/{rush.statement}/sign-off-round",
        {"hard_deadline": f"{year}-05-14T18:00:00", "zone": "Asia/Almaty"},
    )
    assert answer.status == 200, answer.body
    assert answer["hard_deadline"] == f"{year}-05-14T13:00:00+00:00"
