"""Letters: sent once at least, each on its own, whatever the mail server does meanwhile."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select

from api.infra import clock
from api.infra.background import jobs
from api.infra.background.jobs import Job
from api.infra.database.transactions import reading, transaction
from api.infra.mail import letters, sender
from api.infra.mail.letters import LetterState
from api.infra.net.smtp import Connection
from tests.contracts.test_logs import must_hold_no_canary, written
from tests.support.builders import a_coalition
from tests.support.smtp_server import (
    ADDRESS,
    KIND,
    WORDS,
    Post,
    a_kind,
    letter_of,
    mail_at,
    promise,
    server,
)
from tests.support.wiring import added

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Client

__all__ = ["written"]


@pytest.fixture(autouse=True)
def gone(world: World) -> Iterator[list[Any]]:
    """What was let go after letters of the tests' kind."""
    with a_kind(world.app) as found:
        yield found


def kind(world: World) -> letters.LetterKind:
    """Return the tests' kind of letter."""
    with world.app.app_context():
        found = letters.kind_of(KIND)
    assert found is not None
    return found


@contextmanager
def posted(world: World, post: Post) -> Iterator[None]:
    with server(post), mail_at(world, f"smtp://127.0.0.1:{post.port}"):
        yield


def later(**span: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + timedelta(**span), tick=False)


def sweep(world: World) -> None:
    with world.app.app_context():
        jobs.sweep()
    world.work()


def test_a_letter_goes_out_once_and_what_was_kept_for_it_may_go(
    world: World, gone: list[Any]
) -> None:
    with posted(world, post := Post()):
        about = promise(world, 3)
        world.work()
        sweep(world)

    found = [letter_of(world, each) for each in about]
    assert [(each.state, each.attempts, each.fault, each.answer) for each in found] == [
        (LetterState.SENT, 1, None, None)
    ] * 3
    assert post.ids == [f"<{each.id}@localhost.localdomain>" for each in found]
    assert post.connections == 1
    assert gone == about


def test_a_letter_that_nobody_wants_any_more_is_dropped(world: World, gone: list[Any]) -> None:
    unwanted = replace(kind(world), facts=lambda *_: None)
    with added(world.app, unwanted), posted(world, post := Post()):
        (about,) = promise(world)
        world.work()

    assert letter_of(world, about).state is LetterState.DROPPED
    assert (post.took, gone) == ([], [about])


def test_what_was_rolled_back_is_never_written(world: World) -> None:
    with posted(world, post := Post()):
        with world.app.app_context(), suppress(ZeroDivisionError), transaction() as session:
            letters.promise(session, KIND, None, uuid4())
            raise ZeroDivisionError
        sweep(world)

    assert post.took == []


def test_without_a_server_letters_wait_until_one_is_set(world: World) -> None:
    (about,) = promise(world)
    world.work()
    sweep(world)
    assert (letter_of(world, about).state, letter_of(world, about).attempts) == ("queued", 0)

    with posted(world, post := Post()):
        sweep(world)

    assert len(post.took) == 1


def test_a_refusal_is_one_letter_s_own_and_for_good_only_if_it_says_so(
    world: World, gone: list[Any]
) -> None:
    answers = ["550 Unknown", "250 OK", "451 Greylisted", "250 OK"]
    with posted(world, Post({"RCPT": answers})):
        about = promise(world, 4)
        world.work()
        found = [letter_of(world, each) for each in about]
        with later(minutes=1):
            sweep(world)

    assert [(each.state, each.fault) for each in found] == [
        ("failed", "smtp-550"),
        ("sent", None),
        ("queued", "smtp-451"),
        ("sent", None),
    ]
    assert letter_of(world, about[2]).state is LetterState.SENT
    assert gone == [about[1], about[3], about[2]]  # what failed may be tried again


def test_a_letter_that_is_not_taken_waits_longer_each_time_and_fails_after_days(
    world: World,
) -> None:
    tries = 0
    with posted(world, Post({"RCPT": ["451 Later"] * 99})):
        (about,) = promise(world)
        waited = timedelta()
        while letter_of(world, about).state is LetterState.QUEUED:
            with later(seconds=waited.total_seconds()):
                now = clock.now()
                sweep(world)
                if letter_of(world, about).state is LetterState.QUEUED:
                    waited += letter_of(world, about).run_after - now + timedelta(seconds=1)
            tries += 1

    assert (letter_of(world, about).fault, tries) == ("smtp-451", sender.MOST_ATTEMPTS)
    assert timedelta(days=2) < waited < timedelta(days=4)


def test_a_server_that_takes_nothing_costs_no_letter_an_attempt_and_is_tried_each_minute(
    world: World,
) -> None:
    with mail_at(world, "smtp://127.0.0.1:1"):
        about = promise(world, 2)
        world.work()
        with later(seconds=30):
            sweep(world)
    with posted(world, post := Post({"MAIL": ["550 You may not", "451 Not now"]})):
        for minutes in (2, 4):
            with later(minutes=minutes):
                sweep(world)
        assert post.took == []
        assert [letter_of(world, each).attempts for each in about] == [0, 0]
        assert [letter_of(world, each).state for each in about] == ["queued"] * 2
        with world.app.app_context(), reading() as session:
            waiting = session.scalars(select(Job).where(Job.kind == letters.SEND)).all()
        assert [(each.state, each.fault) for each in waiting] == [("queued", "mail-broken")]
        with later(minutes=6):
            sweep(world)

    assert len(post.took) == 2


def test_a_line_that_breaks_in_a_letter_costs_that_letter_a_pause(world: World) -> None:
    with posted(world, post := Post({"DATA": ["421 Restarting"]})):
        about = promise(world, 3)
        world.work()

    assert [letter_of(world, each).state for each in about] == ["queued", "sent", "sent"]
    assert len(post.took) == 2


def test_a_letter_that_cannot_be_written_stops_no_other_and_says_nothing(
    world: World, written: io.StringIO
) -> None:
    known = kind(world)

    def broken(session: Any, object_id: Any) -> Any:
        if object_id == about[0]:
            raise RuntimeError(ADDRESS)
        return known.facts(session, object_id)

    with added(world.app, replace(known, facts=broken)), posted(world, post := Post()):
        about = promise(world, 2)
        world.work()

    first = letter_of(world, about[0])
    assert (first.state, first.attempts, first.fault) == ("queued", 1, "RuntimeError")
    assert len(post.took) == 1
    must_hold_no_canary(written)


def test_neither_rows_nor_logs_tell_to_whom_a_letter_went(
    world: World, written: io.StringIO
) -> None:
    answers = [f"550 <{ADDRESS}> is unknown", f"451 {ADDRESS} later", "250 OK"]
    with posted(world, post := Post({"RCPT": answers})):
        promise(world, 3)
        world.work()
    with mail_at(world, "smtp://127.0.0.1:1"):
        promise(world)
        world.work()

    body = post.took[0].get_body(("plain",))
    assert body is not None
    assert (post.recipients, body.get_content().strip()) == ([ADDRESS], WORDS)
    kept = world.dump().lower()
    for canary in (ADDRESS, *WORDS.split()):
        assert canary.encode() not in kept
    must_hold_no_canary(written)


def test_killed_between_the_server_s_yes_and_ours_it_repeats_under_the_same_id(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Connection.send

    def killed(self: Connection, *message: Any) -> None:
        send(self, *message)
        raise KeyboardInterrupt

    with posted(world, post := Post()):
        about = promise(world, 2)
        monkeypatch.setattr(Connection, "send", killed)
        with pytest.raises(KeyboardInterrupt):
            world.work()
        monkeypatch.setattr(Connection, "send", send)
        with later(minutes=1):  # the other letter does not wait for the lease
            sweep(world)
            assert [letter_of(world, each).state for each in about] == ["queued", "sent"]
        with later(minutes=11):
            sweep(world)

    first, second = (f"<{letter_of(world, each).id}@localhost.localdomain>" for each in about)
    assert post.ids == [first, second, first]


def test_who_comes_back_late_changes_nothing_of_who_took_over(world: World) -> None:
    (about,) = promise(world)
    with mail_at(world, "smtp://127.0.0.1:1"), world.app.app_context():
        late, new = (sender.LetterTurn(None, None, ExitStack()) for _ in range(2))
        (letter,) = late.step([], 1)  # as a worker does that stands still for long
        assert new.step([], 1) == []  # nobody else takes it meanwhile
        with later(minutes=11):
            assert new.step([], 1) == [letter]
        late.step([sender.ended(letter, LetterState.DROPPED)], 0)
        late.step([sender.later(letter, "smtp-550", is_final=True)], 0)

    found = letter_of(world, about)
    assert (found.state, found.fault, found.lease) == ("queued", None, new.lease)


def test_what_ended_long_ago_is_forgotten_and_what_failed_sooner(
    world: World, gone: list[Any]
) -> None:
    with posted(world, Post({"RCPT": ["550 Unknown", "250 OK"]})):
        failed, sent = promise(world, 2)
        world.work()
    gone.clear()
    waits = promise(world)

    with later(days=8):
        sweep(world)
        assert gone == [failed]  # only now is it let go
        assert {each.object_id for each in rows(world)} == {sent, *waits}
    with later(days=31):
        sweep(world)
        assert {each.object_id for each in rows(world)} == set(waits)


def rows(world: World) -> list[letters.Letter]:
    with world.app.app_context(), reading() as session:
        return list(session.scalars(select(letters.Letter)))


def test_where_others_wait_a_coalition_sends_for_a_while_and_goes_on_behind_them(
    world: World, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "FIRST_TURN_SECONDS", 0.0)
    monkeypatch.setattr(jobs, "TURN_SECONDS", 0.0)
    coalition = a_coalition(owner)
    with posted(world, post := Post()):
        theirs = promise(world, 3, coalition)
        ours = promise(world, 3)
        world.work()

    sent = {str(letter_of(world, each).id): each in ours for each in (*theirs, *ours)}
    turns = [sent[each[1:37]] for each in post.ids]
    assert turns == [False, True] * 3


def test_a_letter_that_somebody_waits_for_passes_those_to_many(
    world: World,
) -> None:
    with posted(world, post := Post()):
        with added(world.app, replace(kind(world), is_bulk=True)):
            promise(world, 3)
        (waited_for,) = promise(world)
        with world.app.app_context():
            with reading() as session:
                kinds = {each.kind: each.id for each in session.scalars(select(Job))}
            jobs.run(kinds[letters.SEND])

        assert [each[1:37] for each in post.ids] == [str(letter_of(world, waited_for).id)]
        world.work()
        assert len(post.ids) == 4
