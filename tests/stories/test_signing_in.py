"""Signing in by a letter: who asks learns nothing, and link and code work once, where asked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from sqlalchemy import event, select

from api.accounts import rules
from api.accounts.models import DeskSession, SignInRequest
from api.accounts.service import signing_in
from api.accounts.service.signing_in import LinkState
from api.errors import DomainError, NotFound
from api.infra import clock
from api.infra.background import jobs
from api.infra.database.transactions import db, reading
from api.infra.mail.letters import Letter
from api.infra.net.rate_limits import TooOften
from tests.support.people import (
    a_browser,
    a_person,
    asked,
    letters_to_sign_in,
    signed_in,
    visiting,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.accounts.rules import Browser
    from tests.conftest import World

NOBODY = "nobody@specimen.example"


def refused(world: World, act: Callable[[], object]) -> str:
    """Return as which problem something is refused."""
    with world.app.app_context(), pytest.raises(DomainError) as caught:
        act()
    return caught.value.slug()


def statements_of(world: World, act: Callable[[], object]) -> list[str]:
    """Return what the database is asked by something."""
    found: list[str] = []

    def hear(*given: Any) -> None:
        found.append(given[2])

    with world.app.app_context():
        event.listen(db.engine, "before_cursor_execute", hear)
        try:
            act()
        finally:
            event.remove(db.engine, "before_cursor_execute", hear)
    return found


def test_the_link_of_a_letter_signs_in_the_browser_that_asked(world: World) -> None:
    email, browser = a_person(world), a_browser()
    letter = asked(world, email, browser)

    assert letter is not None
    assert letter.to == email
    with world.app.app_context():
        secret = signing_in.by_link(letter.secret, browser)
    found = visiting(world, secret)
    assert found.actor.scope is None
    assert found.fresh_until - found.began_at == rules.FRESH


def test_the_code_of_a_letter_signs_in_however_it_is_spaced(world: World) -> None:
    email, browser = a_person(world), a_browser()
    letter = asked(world, email, browser)

    assert letter is not None
    with world.app.app_context():
        typed = f" {letter.code.lower().replace('-', ' ')} "
        secret = signing_in.by_code(email.upper(), typed, browser)
    assert visiting(world, secret)


def test_asking_does_the_same_for_every_address(world: World) -> None:
    email = a_person(world)
    asked(world, NOBODY, a_browser())  # the keys are there

    known, unknown = (
        statements_of(world, partial(signing_in.ask, whose, a_browser(), "en"))
        for whose in (email, NOBODY)
    )

    assert known == unknown
    assert letters_to_sign_in(world)[0] is letters_to_sign_in(world)[2] is None
    assert letters_to_sign_in(world)[1] is not None


def test_an_unknown_address_is_refused_as_a_wrong_code_is_and_as_slowly(world: World) -> None:
    email = a_person(world)
    browsers = {whose: a_browser() for whose in (email, NOBODY)}
    for whose, browser in browsers.items():
        asked(world, whose, browser)
    said = {}

    def type_wrong(whose: str, browser: Browser) -> None:
        with pytest.raises(signing_in.CodeWrong) as caught:
            signing_in.by_code(whose, "2222-2222", browser)
        said[whose] = caught.value.detail, caught.value.faults

    asked_of = [
        statements_of(world, partial(type_wrong, whose, browser))
        for whose, browser in browsers.items()
    ]

    assert asked_of[0] == asked_of[1]
    assert said[email] == said[NOBODY]


def test_a_letter_that_nobody_gets_is_dropped_and_no_other_row_tells(world: World) -> None:
    email = a_person(world)
    for whose in (email, NOBODY):
        asked(world, whose, a_browser())

    with world.app.app_context(), reading() as session:
        rows = session.scalars(select(SignInRequest)).all()
        letters = session.scalars(select(Letter)).all()
    assert len(rows) == len(letters) == 2
    assert email.encode() not in world.dump()
    assert NOBODY.encode() not in world.dump()


def test_a_link_that_a_scanner_opens_still_signs_in(world: World) -> None:
    email, browser, scanner = a_person(world), a_browser(), a_browser()
    letter = asked(world, email, browser)

    assert letter is not None
    with world.app.app_context():
        seen = {signing_in.look(letter.secret, scanner) for _ in range(20)}
        mine = signing_in.look(letter.secret, browser)
        unknown = signing_in.look(letter.secret[:-1], browser)
        assert signing_in.by_link(letter.secret, browser)
    assert (seen, mine, unknown) == ({LinkState.ELSEWHERE}, LinkState.READY, LinkState.UNKNOWN)


def test_a_stolen_link_opens_nothing_in_another_browser(world: World) -> None:
    email, browser, thief = a_person(world), a_browser(), a_browser()
    letter = asked(world, email, browser)
    assert letter is not None

    said = refused(world, lambda: signing_in.by_link(letter.secret, thief))
    code = refused(world, lambda: signing_in.by_code(email, letter.code, thief))

    assert (said, code) == ("asked-elsewhere", "code-wrong")
    with world.app.app_context():
        assert signing_in.by_link(letter.secret, browser)


def test_link_and_code_work_once_in_all_and_say_so(world: World) -> None:
    email, browser = a_person(world), a_browser()
    letter = asked(world, email, browser)
    assert letter is not None
    with world.app.app_context():
        signing_in.by_link(letter.secret, browser)
        assert signing_in.look(letter.secret, browser) is LinkState.USED

    again = refused(world, lambda: signing_in.by_link(letter.secret, browser))
    stolen = refused(world, lambda: signing_in.by_link(letter.secret, a_browser()))
    code = refused(world, lambda: signing_in.by_code(email, letter.code, browser))

    assert (again, stolen, code) == ("sign-in-link-used", "sign-in-link-used", "code-wrong")


def test_of_two_who_press_at_once_one_is_signed_in(world: World) -> None:
    email, browser = a_person(world), a_browser()
    letter = asked(world, email, browser)
    assert letter is not None

    def press(_: int) -> bool:
        with world.app.app_context():
            try:
                return bool(signing_in.by_link(letter.secret, browser))
            except signing_in.SignInLinkUsed:
                return False

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, range(8))) == [False] * 7 + [True]
    with world.app.app_context(), reading() as session:
        assert len(session.scalars(select(DeskSession)).all()) == 1


def test_a_letter_works_for_a_quarter_of_an_hour(world: World) -> None:
    email, browser = a_person(world), a_browser()
    letter = asked(world, email, browser)
    assert letter is not None

    with time_machine.travel(clock.now() + rules.WORKS + timedelta(seconds=1)):
        late = refused(world, lambda: signing_in.by_link(letter.secret, browser))
        code = refused(world, lambda: signing_in.by_code(email, letter.code, browser))
        assert letters_to_sign_in(world) == [None]

    assert (late, code) == ("sign-in-link-over", "code-wrong")


def test_a_browser_that_asks_anew_ends_its_earlier_letters_and_no_other_ones(world: World) -> None:
    email, browser, other = a_person(world), a_browser(), a_browser()
    first, elsewhere = asked(world, email, browser), asked(world, email, other)
    newest = asked(world, email, browser)
    assert first
    assert elsewhere
    assert newest

    assert refused(world, lambda: signing_in.by_link(first.secret, browser)) == "sign-in-link-over"
    with world.app.app_context():
        assert signing_in.by_link(newest.secret, browser)
        assert signing_in.by_code(email, elsewhere.code, other)


def test_a_code_dies_after_five_tries_also_when_they_are_made_at_once(world: World) -> None:
    email, browser = a_person(world), a_browser()
    letter = asked(world, email, browser)
    assert letter is not None

    def attempt(_: int) -> str:
        with world.app.app_context():
            try:
                return signing_in.by_code(email, "2222-2222", browser)
            except signing_in.CodeWrong:
                return "wrong"

    with ThreadPoolExecutor(5) as pool:
        assert set(pool.map(attempt, range(9))) == {"wrong"}
    with world.app.app_context(), reading() as session:
        (row,) = session.scalars(select(SignInRequest)).all()
    assert row.tries == rules.MOST_TRIES
    assert refused(world, lambda: signing_in.by_code(email, letter.code, browser)) == "code-wrong"


def test_the_fifth_try_may_be_right(world: World) -> None:
    email, browser = a_person(world), a_browser()
    letter = asked(world, email, browser)
    assert letter is not None
    for _ in range(rules.MOST_TRIES - 1):
        refused(world, lambda: signing_in.by_code(email, "2222-2222", browser))

    with world.app.app_context():
        assert signing_in.by_code(email, letter.code, browser)


def test_a_code_is_of_one_address(world: World) -> None:
    email, browser = a_person(world), a_browser()
    letter = asked(world, email, browser)
    other = a_person(world, "Plover")
    assert letter is not None

    assert refused(world, lambda: signing_in.by_code(other, letter.code, browser)) == "code-wrong"


def test_one_address_gets_so_many_letters_an_hour_and_the_answer_stays_the_same(
    world: World,
) -> None:
    email = a_person(world)
    for _ in range(rules.MOST_AN_HOUR + 2):
        asked(world, email, a_browser())

    found = letters_to_sign_in(world)

    assert [each is not None for each in found] == [True] * rules.MOST_AN_HOUR + [False] * 2


def test_a_stranger_keeps_nobody_out_of_the_browser_that_they_use(world: World) -> None:
    email, own = a_person(world), a_browser()
    signed_in(world, email, own)
    for _ in range(rules.MOST_AN_HOUR + 1):
        asked(world, email, a_browser())

    assert letters_to_sign_in(world)[-1] is None
    assert asked(world, email, own) is not None


def test_a_network_asks_so_often_whatever_the_addresses(world: World) -> None:
    email, here = a_person(world), a_browser()
    said: dict[str, list[bool]] = {email: [], NOBODY: []}
    for whose, could in said.items():
        network = a_browser().remote
        for _ in range(rules.ASKING.a_minute + 2):
            with world.app.app_context():
                try:
                    signing_in.ask(whose, a_browser(remote=str(network)), "en")
                except TooOften:
                    could.append(False)
                else:
                    could.append(True)

    assert said[email] == said[NOBODY] == [True] * rules.ASKING.a_minute + [False] * 2
    assert here


def test_a_link_that_was_cut_is_unknown(world: World) -> None:
    with world.app.app_context(), pytest.raises(NotFound):
        signing_in.by_link("x" * 42, a_browser())


def test_requests_are_forgotten_after_a_day(world: World) -> None:
    asked(world, a_person(world), a_browser())

    with time_machine.travel(clock.now() + timedelta(hours=25)), world.app.app_context():
        jobs.sweep()
        world.work()
        with reading() as session:
            assert session.scalars(select(SignInRequest)).all() == []
