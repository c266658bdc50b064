"""What came back: whom it silences, whom it cannot, and what a stranger's message does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import delete, func, select

from api.infra import clock
from api.infra.background import jobs
from api.infra.database.transactions import reading, transaction
from api.infra.mail import verp
from api.infra.mail.letters import Letter
from api.infra.security import keys
from api.mailings.models import Suppression
from api.mailings.service import bounces, suppressions
from api.mailings.service.bounces import Outcome
from tests.contracts.test_logs import written
from tests.support import bounce_reports
from tests.support.bounce_reports import NAME, Sent
from tests.support.builders import a_coalition
from tests.support.smtp_server import a_kind, promise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from tests.conftest import World
    from tests.support.client import Client

__all__ = ["written"]
BOUNCES = [
    bounce_reports.postfix,
    bounce_reports.exim,
    bounce_reports.exchange,
    bounce_reports.gmail,
    bounce_reports.qmail,
    bounce_reports.global_status,
]


@pytest.fixture(autouse=True)
def kind(world: World) -> Iterator[None]:
    with a_kind(world.app, to=NAME):
        yield


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner)


def a_letter(world: World, coalition: str, to: str = NAME) -> Sent:
    """Return a letter of a coalition, as it went out."""
    (about,) = promise(world, coalition=coalition)
    with world.app.app_context(), transaction() as session:
        letter = session.scalars(select(Letter).where(Letter.object_id == about)).one()
        return Sent(verp.token_of(session, letter.coalition_id, letter.id, to), to)


def take(world: World, raw: bytes) -> Outcome:
    with world.app.app_context():
        return bounces.take(raw)


def causes(world: World, coalition: str) -> dict[str, str]:
    """Return who gets no more letters, and why."""
    with world.app.app_context(), reading() as session:
        found = session.scalars(
            select(Suppression).where(
                Suppression.coalition_id == UUID(coalition), Suppression.since.is_not(None)
            )
        )
        return {keys.read(session, each, Suppression.email): each.cause.value for each in found}


def failures(world: World) -> int:
    with world.app.app_context(), reading() as session:
        return session.scalar(select(func.sum(Suppression.failures))) or 0


@pytest.mark.parametrize("made", BOUNCES, ids=lambda made: made.__name__)
def test_a_bounce_of_each_make_ends_the_letters_to_its_address(
    world: World, coalition: str, made: Callable[[Sent], bytes]
) -> None:
    raw = made(a_letter(world, coalition))
    assert take(world, raw) is Outcome.BOUNCE
    (address,) = causes(world, coalition)
    assert (address.lower(), causes(world, coalition)[address]) == (NAME, "bounce")
    assert take(world, raw) is Outcome.BOUNCE  # once more, as after a killed worker
    assert len(causes(world, coalition)) == 1
    assert take(world, raw.replace(b"\n", b"\r\n")) is Outcome.BOUNCE


@pytest.mark.parametrize(
    ("status", "diagnostic"),
    [
        ("4.4.1", "no answer for five days"),
        ("5.2.2", "552 5.2.2 Mailbox full"),
        ("5.0.0", "452 4.2.2 Over quota"),  # Exim writes 5.0.0 whatever the other server said
        ("5.7.1", "550 5.7.1 It looks like spam"),
        ("5.3.4", "552 5.3.4 Too big"),
    ],
)
def test_what_may_pass_is_counted_and_the_fifth_time_ends_the_letters(
    world: World, coalition: str, status: str, diagnostic: str
) -> None:
    now = clock.now()
    for day in range(suppressions.MOST_FAILURES):
        assert causes(world, coalition) == {}
        with time_machine.travel(now + timedelta(days=day, hours=1), tick=False):
            sent = a_letter(world, coalition)
            raw = bounce_reports.postfix(sent, status=status, diagnostic=diagnostic)
            assert take(world, raw) is Outcome.FAILURE
    assert causes(world, coalition) == {NAME: "bounce"}


def failed_five_times(world: World, coalition: str) -> datetime:
    """Have five letters fail on five days for a cause that may pass; return the last day."""
    now = clock.now()
    for day in range(suppressions.MOST_FAILURES):
        last = now + timedelta(days=day, hours=1)
        with time_machine.travel(last, tick=False):
            sent = a_letter(world, coalition)
            said = "550 5.7.1 Listed by a block list"
            take(world, bounce_reports.postfix(sent, status="5.7.1", diagnostic=said))
    return last


def after(world: World, moment: datetime) -> None:
    with time_machine.travel(moment, tick=False), world.app.app_context():
        jobs.sweep()
        world.work()


def test_what_only_failed_is_written_to_again_after_a_month(
    world: World, owner: Client, coalition: str
) -> None:
    last = failed_five_times(world, coalition)

    after(world, last + timedelta(days=29))
    assert causes(world, coalition) == {NAME: "bounce"}
    after(world, last + timedelta(days=31))
    assert (causes(world, coalition), failures(world)) == ({}, 0)
    entries = owner.get(f"/v1/coalitions/{coalition}/audit-entries", action="suppression.lifted")
    assert [each["user_id"] for each in entries["items"]] == [None]


def test_a_mailbox_that_is_not_there_stays_left_alone_whatever_was_counted(
    world: World, coalition: str
) -> None:
    last = failed_five_times(world, coalition)
    with time_machine.travel(last, tick=False):
        gone = bounce_reports.postfix(a_letter(world, coalition))
        late = bounce_reports.postfix(a_letter(world, coalition), status="4.2.2")
    with time_machine.travel(last + timedelta(days=2), tick=False):
        assert [take(world, gone), take(world, late)] == [Outcome.BOUNCE, Outcome.FAILURE]

    after(world, last + timedelta(days=90))
    assert causes(world, coalition) == {NAME: "bounce"}


def test_who_asked_to_be_left_alone_stays_so_whatever_failed(
    world: World, owner: Client, coalition: str
) -> None:
    path = f"/v1/coalitions/{coalition}/suppressions"
    assert owner.post(path, {"email": NAME}).status == 201
    last = failed_five_times(world, coalition)

    after(world, last + timedelta(days=90))
    assert causes(world, coalition) == {NAME: "coordinator"}


def test_failures_of_one_day_are_one(world: World, coalition: str) -> None:
    for _ in range(suppressions.MOST_FAILURES):
        raw = bounce_reports.postfix(a_letter(world, coalition), status="4.2.2")
        assert [take(world, raw), take(world, raw)] == [Outcome.FAILURE, Outcome.FAILURE]
    assert causes(world, coalition) == {}
    assert failures(world) == 1


def test_a_full_mailbox_that_is_told_in_words_alone_may_pass(world: World, coalition: str) -> None:
    raw = bounce_reports.exim(a_letter(world, coalition), said="552 5.2.2 Mailbox is full")
    assert take(world, raw) is Outcome.FAILURE
    assert causes(world, coalition) == {}


def test_a_letter_that_is_late_may_still_arrive(world: World, coalition: str) -> None:
    for action in ("delayed", "delivered", "relayed", "expanded"):
        raw = bounce_reports.postfix(a_letter(world, coalition), action=action, status="4.4.1")
        assert take(world, raw) is Outcome.IGNORED
    assert (causes(world, coalition), failures(world)) == ({}, 0)


def test_a_letter_that_was_sent_on_to_a_dead_mailbox_counts_as_one_that_failed(
    world: World, coalition: str
) -> None:
    sent = a_letter(world, coalition)
    raw = bounce_reports.postfix(sent, final="another.name@elsewhere.example")
    assert take(world, raw) is Outcome.FAILURE
    assert (causes(world, coalition), failures(world)) == ({}, 1)


@pytest.mark.parametrize("kind", ["abuse", "fraud", "Opt-Out"])
def test_a_complaint_ends_the_letters(world: World, coalition: str, kind: str) -> None:
    sent = a_letter(world, coalition)
    assert take(world, bounce_reports.complaint(sent, kind)) is Outcome.COMPLAINT
    assert causes(world, coalition) == {NAME: "complaint"}


def test_a_complaint_that_leaves_its_author_out_is_known_by_the_letter(
    world: World, coalition: str
) -> None:
    raw = bounce_reports.complaint(a_letter(world, coalition), named=False)
    assert take(world, raw) is Outcome.COMPLAINT
    assert causes(world, coalition) == {NAME: "complaint"}


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "virus", ""])
def test_a_report_of_something_else_is_no_complaint(
    world: World, coalition: str, kind: str
) -> None:
    raw = bounce_reports.complaint(a_letter(world, coalition), kind)
    assert take(world, raw) is Outcome.IGNORED
    assert causes(world, coalition) == {}


@pytest.mark.parametrize(
    "made", [bounce_reports.away, bounce_reports.answer, bounce_reports.receipt]
)
def test_an_answer_of_a_person_silences_nobody(
    world: World, coalition: str, made: Callable[[Sent], bytes]
) -> None:
    assert take(world, made(a_letter(world, coalition))) is Outcome.IGNORED
    assert (causes(world, coalition), failures(world)) == ({}, 0)


@pytest.mark.parametrize(
    "made", [*BOUNCES, bounce_reports.complaint], ids=lambda made: made.__name__
)
def test_a_forged_report_silences_nobody(
    world: World, coalition: str, made: Callable[[Sent], bytes]
) -> None:
    sent = a_letter(world, coalition)
    # Who got a letter of ours knows a token; it fits no other address.
    assert take(world, made(replace(sent, to="victim@specimen.example"))) is Outcome.IGNORED
    # The letter's id is there, the code is another; then neither.
    last = "a" if sent.token[-1] != "a" else "b"
    for token in (sent.token[:-1] + last, "a" * 40, "7" * 40):
        assert take(world, made(replace(sent, token=token))) is Outcome.IGNORED
    assert (causes(world, coalition), failures(world)) == ({}, 0)


def test_a_token_of_one_coalition_says_nothing_of_another(
    world: World, owner: Client, coalition: str
) -> None:
    other = a_coalition(owner)
    sent = a_letter(world, other)
    assert take(world, bounce_reports.postfix(sent)) is Outcome.BOUNCE
    assert (causes(world, coalition), causes(world, other)) == ({}, {NAME: "bounce"})


def test_a_report_of_a_letter_that_is_forgotten_is_of_nobody(world: World, coalition: str) -> None:
    sent = a_letter(world, coalition)
    with world.app.app_context(), transaction() as session:
        session.execute(delete(Letter))
    assert take(world, bounce_reports.postfix(sent)) is Outcome.IGNORED


@pytest.mark.parametrize("to", ["Merlin@bücher.example", "мерлин@пример.example"])
def test_an_address_is_known_in_the_form_that_its_server_has(
    world: World, coalition: str, to: str
) -> None:
    sent = a_letter(world, coalition, to)
    local, _, domain = to.rpartition("@")
    as_ascii = f"{local}@{domain.encode('idna').decode()}"
    raw = bounce_reports.global_status(replace(sent, to=as_ascii))
    assert take(world, raw) is Outcome.BOUNCE
    assert list(causes(world, coalition)) == [to]


def test_a_complaint_outweighs_a_full_mailbox(world: World, coalition: str) -> None:
    sent = a_letter(world, coalition)
    take(world, bounce_reports.postfix(sent, status="4.2.2"))
    take(world, bounce_reports.complaint(sent))
    assert causes(world, coalition) == {NAME: "complaint"}
