"""Owners read of the day on which who signed is forgotten a week before it acts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import time_machine
from flask_migrate import downgrade, upgrade
from sqlalchemy import delete, func, select, update

from api.accounts.models import RoleGrant
from api.infra import clock
from api.infra.background import jobs
from api.infra.database.transactions import reading, transaction
from api.infra.mail import letters
from api.moderation.service import retention
from api.signatures.models import (
    SignatureIdentity,
)
from api.statements.models import Signing as Opened
from tests.support.appearances import lasting
from tests.support.builders import Signing, a_coalition, a_text
from tests.support.public_signatures import number_of, opened, strangers
from tests.support.smtp_server import Post, mail_at, server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Answer, Client

BEFORE_OWNERS_WERE_TOLD = "b7c1d40e92fa"
YESTERDAY = clock.today() - timedelta(days=1)


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    coalition = a_coalition(owner)
    return Signing(world, owner, coalition, *a_text(owner, coalition))


def swept(world: World, post: Post | None = None) -> None:
    """Do what the house does by itself, with a mail server or without one."""
    with mail_at(world, f"smtp://127.0.0.1:{post.port}" if post else None):
        with world.app.app_context():
            jobs.sweep()
        world.work()


@pytest.fixture
def post() -> Iterator[Post]:
    with server(Post()) as there:
        yield there


def in_days(number: int) -> date:
    return clock.today() + timedelta(days=number)


def set_day(signing: Signing, day: date | None, **more: Any) -> Answer:
    path = f"{signing.path}/signing"
    headers = {"If-Match": signing.owner.get(path).etag}
    body = {"opens_at": None, "retain_until": day and day.isoformat(), **more}
    return signing.owner.send("PUT", path, body, headers=headers)


def number_sent(world: World) -> int:
    """Return how many letters of such a day have left."""
    with world.app.app_context(), reading() as session:
        sent = (letters.Letter.kind == "moderation.retention", letters.Letter.state == "sent")
        query = select(func.count()).select_from(letters.Letter).where(*sent)
        return session.scalar(query) or 0


def told(world: World) -> list[letters.Facts]:
    """Return the letters to owners that wait, of the day on which who signed is forgotten."""
    with world.app.app_context(), reading() as session:
        waits = (letters.Letter.kind == "moderation.retention", letters.Letter.state == "queued")
        query = select(letters.Letter).where(*waits)
        found = session.scalars(query).all()
        facts = [letters.facts_of(session, each.kind, each.object_id) for each in found]
        return [each for each in facts if each is not None]


def test_a_day_that_is_set_is_at_least_seven_days_ahead_and_one_that_is_there_may_stay(
    signing: Signing, world: World
) -> None:
    for day in (in_days(-400), in_days(0), in_days(6)):
        answer = set_day(signing, day)
        assert (answer.status, answer["errors"][0]["pointer"]) == (422, "/retain_until")
        assert in_days(7).isoformat() in answer["errors"][0]["detail"]
    assert set_day(signing, in_days(7)).status == 200
    with world.app.app_context(), transaction() as session:
        session.execute(update(Opened).values(retain_until=YESTERDAY))

    assert set_day(signing, YESTERDAY, shows_list=False).status == 200
    assert set_day(signing, in_days(3)).status == 422
    assert set_day(signing, None).status == 200


def test_a_day_is_within_a_hundred_years_and_a_later_one_that_is_there_has_its_preview(
    signing: Signing, world: World
) -> None:
    for day in (date.max, in_days(36_526)):
        answer = set_day(signing, day)
        assert (answer.status, answer["errors"][0]["pointer"]) == (422, "/retain_until")
        assert in_days(36_525).isoformat() in answer["errors"][0]["detail"]
    assert set_day(signing, in_days(36_525)).status == 200
    with world.app.app_context(), transaction() as session:
        session.execute(update(Opened).values(retain_until=date.max))

    found = signing.owner.get(f"{signing.path}/retention")

    assert (found.status, found["acts_on"]) == (200, date.max.isoformat()), found.body


def untold(world: World, signing: Signing) -> None:
    """Have a day be past of which the owners were never told, under what one person signed."""
    opened(world, signing.statement, until=YESTERDAY)
    with world.app.app_context(), transaction() as session:
        session.execute(update(Opened).values(told_until=None, told_on=None))
    strangers(world, signing.statement, ["Ada Specimen"])


def test_owners_are_told_seven_days_before_and_only_then_it_acts(
    signing: Signing, world: World, post: Post
) -> None:
    assert set_day(signing, in_days(20)).status == 200
    strangers(world, signing.statement, ["Ada Specimen", "Bob Specimen"])
    owner, path = lasting(signing.owner), f"{signing.path}/retention"
    swept(world)
    assert told(world) == []
    assert owner.get(path)["acts_on"] == in_days(21).isoformat()
    day = in_days(21)

    with time_machine.travel(clock.now() + timedelta(days=13)):
        swept(world)
        swept(world)
        (letter,) = told(world)
        (statement,) = letter.facts["statements"]
        assert statement["number"] == 2
        assert letter.to == signing.owner.email
    with time_machine.travel(clock.now() + timedelta(days=13, hours=1)):
        swept(world, post)
        assert number_sent(world) == 1
        assert owner.get(path)["told_on"] == in_days(0).isoformat()
    with time_machine.travel(clock.now() + timedelta(days=20)):
        swept(world)
        assert number_of(world, SignatureIdentity) == 2
    with time_machine.travel(clock.now() + timedelta(days=21)):
        assert clock.today() == day
        swept(world)
        assert number_of(world, SignatureIdentity) == 0
        assert number_sent(world) == 1


def test_while_no_letter_has_left_nobody_is_forgotten_and_the_coordinator_reads_why(
    signing: Signing, world: World, post: Post
) -> None:
    untold(world, signing)
    owner, path = lasting(signing.owner), f"{signing.path}/retention"

    for days in (0, 8, 40):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            swept(world)
            swept(world)
            assert number_of(world, SignatureIdentity) == 1
            shown = owner.get(path)
            assert "No letter" in shown["warning"]
            assert (shown["told_on"], shown["acts_on"]) == (None, in_days(7).isoformat())
            assert len(told(world)) == 1
    with time_machine.travel(clock.now() + timedelta(days=41), tick=False):
        swept(world, post)
        swept(world)
        shown = owner.get(path)
        assert (shown["warning"], shown["told_on"]) == (None, in_days(0).isoformat())
        assert number_of(world, SignatureIdentity) == 1
    with time_machine.travel(clock.now() + timedelta(days=48), tick=False):
        swept(world)
        assert number_of(world, SignatureIdentity) == 0


def test_a_day_that_is_promised_while_a_letter_is_on_its_way_is_not_told_by_it(
    signing: Signing, world: World, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    untold(world, signing)
    swept(world)  # without a mail server its letter waits
    late, _ = a_text(signing.owner, signing.coalition, slug="late")
    opened(world, late, until=None)
    write, titles = letters.written, []

    def written(kind: str, facts: letters.Facts) -> Any:
        titles.append([each["title"] for each in facts.facts["statements"]])
        if len(titles) > 1:
            raise OSError
        mine = Opened.statement_id == UUID(late)
        with transaction() as session:
            session.execute(update(Opened).where(mine).values(retain_until=YESTERDAY))
        retention.tell()
        return write(kind, facts)

    monkeypatch.setattr(letters, "written", written)
    swept(world, post)

    assert (number_sent(world), [len(each) for each in titles]) == (1, [1, 2])
    first = signing.owner.get(f"{signing.path}/retention")
    assert first["told_on"] == in_days(0).isoformat()
    second = signing.owner.get(f"/v1/statements/{late}/retention")
    assert second["told_on"] is None
    assert "No letter" in second["warning"]


def test_a_letter_that_failed_tells_nobody_and_is_promised_again_after_a_week(
    signing: Signing, world: World
) -> None:
    untold(world, signing)
    swept(world)
    with world.app.app_context(), transaction() as session:
        failed = {"state": letters.LetterState.FAILED, "ended_at": clock.now()}
        session.execute(update(letters.Letter).values(failed))
    assert (told(world), number_sent(world)) == ([], 0)
    assert "No letter" in signing.owner.get(f"{signing.path}/retention")["warning"]

    with time_machine.travel(clock.now() + timedelta(days=6)):
        swept(world)
        assert told(world) == []
    with time_machine.travel(clock.now() + timedelta(days=8)):
        swept(world)
        assert number_of(world, SignatureIdentity) == 1
        assert len(told(world)) == 1


def test_where_there_is_no_owner_nobody_is_waited_for(signing: Signing, world: World) -> None:
    untold(world, signing)
    with world.app.app_context(), transaction() as session:
        session.execute(delete(RoleGrant))

    swept(world)
    assert number_of(world, SignatureIdentity) == 1
    with time_machine.travel(clock.now() + timedelta(days=7)):
        swept(world)
        assert number_of(world, SignatureIdentity) == 0


def test_of_a_day_that_acted_before_owners_are_told_is_told_nothing(
    signing: Signing, world: World
) -> None:
    opened(world, signing.statement, until=YESTERDAY - timedelta(days=30))
    with world.app.app_context(), transaction() as session:
        session.execute(update(Opened).values(purged_on=YESTERDAY))
    with world.app.app_context():
        downgrade(revision=BEFORE_OWNERS_WERE_TOLD)
        upgrade()

    swept(world)

    assert told(world) == []


def test_a_day_that_was_set_before_acts_seven_days_after_the_letter_and_a_moved_one_not(
    signing: Signing, world: World, post: Post
) -> None:
    untold(world, signing)

    swept(world, post)
    assert number_of(world, SignatureIdentity) == 1
    assert number_sent(world) == 1
    assert signing.owner.get(f"{signing.path}/retention")["acts_on"] == in_days(7).isoformat()
    with time_machine.travel(clock.now() + timedelta(days=6)):
        swept(world)
        assert number_of(world, SignatureIdentity) == 1
    with world.app.app_context(), transaction() as session:
        session.execute(update(Opened).values(retain_until=in_days(5)))
    assert told(world) == []
    with time_machine.travel(clock.now() + timedelta(days=8)):
        swept(world, post)
        assert number_of(world, SignatureIdentity) == 1
        assert number_sent(world) == 2
    with time_machine.travel(clock.now() + timedelta(days=15)):
        swept(world)
        assert number_of(world, SignatureIdentity) == 0
