"""One letter a day, for who wants it, on days on which something waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from api.desk import service
from api.desk.service import daily
from api.infra.background.jobs import Later
from api.infra.database.transactions import reading
from api.infra.mail import letters
from api.infra.mail.letters import Facts, Letter
from api.signatures.models import SignatureState
from tests.support.builders import a_case, a_coalition, a_role
from tests.support.desk import at_the_desk
from tests.support.public_signatures import strangers
from tests.support.signing import a_rush

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.accounts.rules import Actor
    from tests.conftest import World
    from tests.support.client import Client


def told(world: World) -> list[Facts | None]:
    """Do what is due, and return what the letters of the day say, in their order."""
    with world.app.app_context():
        with reading() as session:
            is_due = daily.are_due(session)
        if is_due:
            daily.promise_due()
        with reading() as session:
            query = select(Letter).where(Letter.kind == daily.DAILY)
            rows = session.scalars(query.order_by(Letter.created_at, Letter.id)).all()
            return [letters.facts_of(session, row.kind, row.object_id) for row in rows]


def wish(client: Client, coalition: str, *, is_wanted: bool = True, language: str = "en") -> None:
    body = {"is_wanted": is_wanted, "language": language}
    path = f"/v1/coalitions/{coalition}/daily-letter"
    assert client.post(f"{path}/wish", body).json == client.get(path).json


def at(day: int, hour: int) -> time_machine.travel:
    """Travel to an hour of a later day, in UTC."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return time_machine.travel(midnight + timedelta(days=day, hours=hour), tick=False)


def test_who_wants_it_hears_once_a_day_what_waits(world: World, owner: Client) -> None:
    coalition = a_coalition(owner, name="Steppe Coalition")
    a_case(owner, coalition)
    wish(owner, coalition)

    with at(1, 4):
        assert told(world) == []
    with at(1, 6):
        (facts,) = told(world)
        assert facts is not None
        assert facts.facts["lines"] == ["**1** case to verify"]
        assert str(facts.facts["link"]).endswith(f"/desk/{coalition}/")
        assert (facts.to, facts.coalition) == (owner.email, "Steppe Coalition")
        assert "Aigerim" not in str(facts)
        assert len(told(world)) == 1
    with at(2, 6):
        assert len(told(world)) == 2


def test_on_days_on_which_nothing_waits_nobody_is_written_to(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    wish(owner, coalition)

    with at(1, 6):
        assert told(world) == []


def test_each_hears_of_what_is_theirs_in_their_language(world: World, owner: Client) -> None:
    rush = a_rush(world, owner)
    strangers(world, rush.statement, ["A. Specimen"], state=SignatureState.HELD)
    a_case(owner, rush.coalition)
    viewer = a_role(owner, rush.coalition, world.user("viewer"), "viewer")
    wish(owner, rush.coalition)
    wish(viewer, rush.coalition, language="ru")

    with at(1, 6):
        lines = {each.language: each.facts["lines"] for each in told(world) if each}

    assert lines == {
        "en": ["**1** text with signatures to look at", "**1** case to verify"],
        "ru": ["**1** дело нужно проверить"],
    }


def test_it_ends_when_it_is_not_wanted_or_the_role_is_gone(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition)
    viewer = a_role(owner, coalition, world.user("viewer"), "viewer")
    wish(owner, coalition)
    wish(viewer, coalition)
    with at(1, 6):
        told(world)
    wish(owner, coalition, is_wanted=False)
    roles = owner.get(f"/v1/coalitions/{coalition}/roles")["items"]
    gone = next(each["id"] for each in roles if each["role"] == "viewer")
    assert owner.delete(f"/v1/roles/{gone}").status == 204

    with at(2, 6):
        assert told(world) == [None, None]  # of the day before: nobody wants them any more


def test_it_is_wanted_and_ended_at_the_desk(world: World, owner: Client) -> None:
    first, second = a_coalition(owner), a_coalition(owner)
    wish(owner, second)
    desk = at_the_desk(world, owner)
    desk.go("/desk/you")

    assert desk.submit("Keep", coalition_ids=[first]).notice == "Saved."

    assert owner.get(f"/v1/coalitions/{first}/daily-letter")["is_wanted"]
    assert not owner.get(f"/v1/coalitions/{second}/daily-letter")["is_wanted"]


def test_where_it_fails_for_one_coalition_the_others_get_theirs(
    world: World, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("First Coalition", "Second Coalition", "Third Coalition")
    coalitions = [a_coalition(owner, name=name) for name in names]
    for each in coalitions:
        a_case(owner, each)
        wish(owner, each)
    looks, broken = service.waiting, UUID(coalitions[1])

    def waiting(actor: Actor, coalition_id: UUID) -> Mapping[str, int]:
        if coalition_id == broken:
            raise OSError
        return looks(actor, coalition_id)

    with at(1, 6):
        with monkeypatch.context() as patch:
            patch.setattr(service, "waiting", waiting)
            with pytest.raises(Later):  # so that it is tried again
                told(world)
        letters_of_the_day = told(world)
    assert {facts.coalition for facts in letters_of_the_day if facts} == set(names)
    assert len(letters_of_the_day) == len(names)
