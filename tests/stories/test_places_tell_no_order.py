"""Where who is not public stands tells nothing, and the database keeps no instant without need."""

from __future__ import annotations

import csv
import io
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, select, update

from api.connectors.models import Push
from api.infra import clock
from api.infra.database.transactions import reading, transaction
from api.infra.security.audit import AuditEntry
from api.infra.security.links import Link
from api.signatures.models import Signature
from api.signatures.service import places
from api.webhooks.service import events
from tests.support.mailing_tools import connected
from tests.support.signing import a_rush
from tests.support.webhook_receivers import entered

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.signing import Rush

BEFORE_PUSHES_WERE_CUT = "b90c1f6a7d24"
HIDDEN = ("bob", "cyd", "dot", "eli")
EXACT = datetime(2026, 3, 4, 15, 26, 53, 589793, tzinfo=UTC)


class Csv:
    kind = "csv"

    def settings(self) -> dict[str, str]:
        return {"every": "daily", "list": "Letters"}


def many(rush: Rush, visibility: str = "initials") -> None:
    """Have two sign in public, and others between them, each long after the one before."""
    rush.signed("ada@specimen.example", name="Ada Specimen")
    for name in HIDDEN:
        rush.signed(f"{name}@specimen.example", name=f"{name} Specimen", visibility=visibility)
    rush.signed("zoe@specimen.example", name="Zoe Specimen")


def told(rush: Rush) -> list[tuple[str | None, int | None]]:
    return [(each["name"], each["position"]) for each in rush.signatures()]


@pytest.mark.parametrize("visibility", ["initials", "coalition"])
def test_who_is_not_public_comes_behind_all_others_in_no_order(
    rush: Rush, monkeypatch: pytest.MonkeyPatch, visibility: str
) -> None:
    monkeypatch.setattr(places, "RANDOM", random.Random(8))  # noqa: S311 # to be the same again
    many(rush, visibility)
    came = [f"{name} Specimen" for name in HIDDEN]

    listed = told(rush)
    table = rush.owner.get(f"/v1/statements/{rush.statement}/signatures.csv", **{"for": "crm"})
    printed = [line["name"] for line in csv.DictReader(io.StringIO(table.body.decode("utf-8-sig")))]

    assert listed[:2] == [("Ada Specimen", 1), ("Zoe Specimen", 2)]
    assert sorted(listed[2:]) == [(name, None) for name in sorted(came)]
    assert [name for name, _ in listed[2:]] != came
    assert printed == [name for name, _ in listed]


def test_a_list_of_who_is_not_public_is_walked_to_its_end(rush: Rush) -> None:
    many(rush)
    path, seen = f"{rush.path}/signatures?limit=2", []
    while path:
        page = rush.world.stranger().send("GET", path)
        seen += [each["name"] for each in page["items"]]
        link = page.headers.get("Link", "")
        path = link.split("<")[1].split(">")[0] if 'rel="next"' in link else ""

    assert seen[:2] == ["Ada Specimen", "Zoe Specimen"]
    assert len(seen) == len(set(seen)) == 2 + len({name[0] for name in HIDDEN})


@pytest.mark.parametrize("how", ["hiding", "erasure", "withdrawal"])
def test_a_name_that_goes_leaves_its_place_and_no_other_moves(rush: Rush, how: str) -> None:
    for name in ("ada", "bob", "cyd"):
        rush.signed(f"{name}@specimen.example", name=name)
    (bob,) = [each["id"] for each in rush.signatures() if each["name"] == "bob"]

    assert rush.owner.post(f"/v1/signatures/{bob}/{how}").status == 200

    assert rush.owner.get(f"/v1/signatures/{bob}")["position"] is None
    there = [each for each in told(rush) if each[1] is not None]
    assert there == [("ada", 1), ("cyd", 3)]


def test_a_name_that_becomes_public_stays_where_it_is(rush: Rush) -> None:
    own = rush.signed("ada@specimen.example", visibility="initials")
    before = row(rush).position
    path = f"/v1/public/own-signatures/{own}/corrections"

    assert rush.world.stranger().post(path, {"visibility": "public"}).status == 200

    assert row(rush).position == before


def row(rush: Rush) -> Signature:
    with rush.world.app.app_context(), reading() as session:
        return session.scalars(select(Signature)).one()


def test_the_database_keeps_no_instant_that_nothing_needs(rush: Rush) -> None:
    rush.signed("ada@specimen.example", visibility="coalition")
    found = row(rush)
    with rush.world.app.app_context(), reading() as session:
        links = session.scalars(select(Link.created_at).where(Link.purpose.like("signature.%")))
        assert {*links} == {clock.day()}
    assert found.updated_at == clock.day()
    assert found.created_at != clock.day(), "rules by hours and trends need it"

    assert rush.owner.post(f"/v1/signatures/{found.id}/erasure").status == 200

    assert row(rush).created_at == clock.day()


@pytest.mark.parametrize("decision", ["approval", "rejection"])
def test_the_record_has_the_day_of_what_a_coordinator_decides_of_who_is_not_public(
    world: World, owner: Client, decision: str
) -> None:
    rush = a_rush(world, owner, moderation="all")
    for name, visibility in (("ada", "public"), ("bob", "initials")):
        rush.signed(f"{name}@specimen.example", visibility=visibility)
    queue = owner.get(f"/v1/statements/{rush.statement}/moderation-queue")["items"]

    for each in queue:
        path = f"/v1/signatures/{each['id']}/{decision}"
        assert owner.post(path, {} if decision == "approval" else {"reason": "No."}).status == 200

    tells = {each["id"]: is_day_told(world, each["id"], "signature.") for each in queue}
    for each in queue:
        is_shown = each["visibility"] == "public" and decision == "approval"
        assert tells[each["id"]][-1] != is_shown


def is_day_told(world: World, about: str, action: str) -> list[bool]:
    """Return of each entry about a thing whether it tells only the day."""
    with world.app.app_context(), reading() as session:
        query = select(AuditEntry).where(AuditEntry.action.startswith(action))
        found = session.scalars(query.order_by(AuditEntry.at)).all()
        mine = [each for each in found if str(each.object_id) == about]
        # What is cut comes first in order of time: the newest exact one is last.
        return [each.at == clock.cut(each.at) for each in mine]


def test_who_keeps_a_name_learns_at_once_that_it_goes_and_of_the_day_only(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner)
    type_ = "signature.withdrawn_by_signatory"
    made = entered(owner, rush.coalition, url="https://hooks.specimen.example/", types=[type_])
    own = rush.signed("ada@specimen.example", visibility="coalition")

    answer = world.stranger().post(f"/v1/public/own-signatures/{own}/withdrawal")
    assert answer.status == 200, answer.body

    path = f"/v1/webhook-endpoints/{made['endpoint']['id']}/deliveries"
    (delivery,) = owner.get(path)["items"]
    assert datetime.fromisoformat(delivery["happened_at"]) == clock.day()
    with world.app.app_context(), reading() as session:
        assert events.is_due(session)


def exact_again(rush: Rush) -> None:
    """Have rows as an older version wrote them: to the second."""
    with rush.world.app.app_context(), transaction() as session:
        session.execute(update(Signature).values(updated_at=EXACT, created_at=EXACT))
        session.execute(update(Link).values(created_at=EXACT))
        session.execute(update(Push).values(created_at=EXACT, changed_at=EXACT))


def kept(rush: Rush, *columns: Any) -> set[Any]:
    with rush.world.app.app_context(), reading() as session:
        return {each for column in columns for each in session.scalars(select(column))}


def test_an_upgrade_cuts_old_rows_and_takes_old_places(world: World, owner: Client) -> None:
    news = connected(world, owner, Csv())
    rush = news.rush
    news.agreed("gia@specimen.example")
    many(rush)
    rush.signed("fay@specimen.example", name="Fay")
    (fay,) = [each["id"] for each in rush.signatures() if each["name"] == "Fay"]
    assert owner.post(f"/v1/signatures/{fay}/erasure").status == 200
    try:
        with world.app.app_context():
            downgrade(revision=BEFORE_PUSHES_WERE_CUT)
        assert max(kept(rush, Signature.position)) == len(HIDDEN) + 4, "numbered on"
        exact_again(rush)
    finally:
        with world.app.app_context():
            upgrade()

    day = clock.cut(EXACT)
    assert kept(rush, Push.created_at, Push.changed_at) == {day}
    assert kept(rush, Signature.updated_at) == {day}
    own = select(Link.created_at).where(Link.purpose == "signature.own")
    with world.app.app_context(), reading() as session:
        assert {*session.scalars(own)} == {day}
        at = select(Signature.created_at).where(Signature.visibility == "anonymous")
        assert {*session.scalars(at)} == {day}, "who is forgotten"
        others = select(func.min(Signature.created_at)).where(Signature.visibility != "anonymous")
        assert session.scalar(others) == EXACT, "a rule by hours needs it"
    shown = {each["visibility"]: each["position"] for each in rush.signatures()}
    assert shown["initials"] is shown["anonymous"] is None
    assert shown["public"] is not None
