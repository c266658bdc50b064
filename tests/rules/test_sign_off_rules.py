"""What answers amount to, and when members are reminded: tables of pure rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.errors import Invalid
from api.signoffs import rules
from api.signoffs.models import Answer, Silence
from api.signoffs.rules import AnswerFacts, AnswerGiven, Status

YES, BUT, NO, OBJECT = Answer.APPROVED, Answer.RESERVED, Answer.DECLINED, Answer.OBJECTED


def said(*answers: tuple[str, Answer, int]) -> list[AnswerGiven]:
    return [AnswerGiven(*each) for each in answers]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (AnswerFacts(is_asked=False), "not_asked"),
        (AnswerFacts(is_asked=False, has_somebody=False), "nobody_to_ask"),
        (AnswerFacts(has_somebody=False), "nobody_to_ask"),
        (AnswerFacts(), "asked"),
        (AnswerFacts(said=said(("a", YES, 1))), "approved"),
        (AnswerFacts(said=said(("a", BUT, 1))), "reserved"),
        (AnswerFacts(said=said(("a", NO, 1))), "declined"),
        (AnswerFacts(said=said(("a", YES, 1)), is_asked=False), "approved"),
        # The latest answer counts.
        (AnswerFacts(said=said(("a", NO, 1), ("a", YES, 1))), "approved"),
        (AnswerFacts(said=said(("a", YES, 1), ("b", NO, 1))), "declined"),
        # An editorial revision carries over, and may be objected to.
        (AnswerFacts(said=said(("a", YES, 1)), counted_from=1), "approved"),
        (AnswerFacts(said=said(("a", YES, 1), ("a", OBJECT, 2))), "objected"),
        (AnswerFacts(said=said(("a", YES, 1), ("a", OBJECT, 2), ("a", YES, 2))), "approved"),
        # After a material one all are asked again.
        (AnswerFacts(said=said(("a", YES, 1)), counted_from=2), "waiting"),
        (AnswerFacts(said=said(("a", NO, 1)), counted_from=2), "waiting"),
        (AnswerFacts(said=said(("a", YES, 1), ("a", BUT, 2)), counted_from=2), "reserved"),
        # Two people.
        (AnswerFacts(said=said(("a", YES, 1)), needs_two=True), "one_of_two"),
        (AnswerFacts(said=said(("a", YES, 1), ("a", YES, 1)), needs_two=True), "one_of_two"),
        (AnswerFacts(said=said(("a", YES, 1), ("b", YES, 2)), needs_two=True), "approved"),
        (AnswerFacts(said=said(("a", BUT, 1), ("b", YES, 1)), needs_two=True), "reserved"),
        (AnswerFacts(said=said(("a", YES, 1), ("b", NO, 1)), needs_two=True), "declined"),
        (
            AnswerFacts(said=said(("a", YES, 1), ("b", NO, 1), ("a", YES, 1)), needs_two=True),
            "one_of_two",
        ),
        (
            AnswerFacts(said=said(("a", YES, 1), ("b", YES, 2)), needs_two=True, counted_from=2),
            "one_of_two",
        ),
        # Silence.
        (AnswerFacts(is_over=True), "asked"),
        (AnswerFacts(silence=Silence.APPROVAL), "asked"),
        (AnswerFacts(silence=Silence.APPROVAL, is_over=True), "tacit"),
        (AnswerFacts(silence=Silence.APPROVAL, is_over=True, is_asked=False), "not_asked"),
        (AnswerFacts(silence=Silence.APPROVAL, is_over=True, has_somebody=False), "nobody_to_ask"),
        (AnswerFacts(silence=Silence.APPROVAL, is_over=True, needs_two=True), "asked"),
        (AnswerFacts(silence=Silence.APPROVAL, is_over=True, is_asked_again=True), "asked"),
        (
            AnswerFacts(
                silence=Silence.APPROVAL,
                is_over=True,
                is_asked_again=True,
                said=said(("a", YES, 1)),
                counted_from=2,
            ),
            "waiting",
        ),
        (AnswerFacts(silence=Silence.APPROVAL, is_over=True, said=said(("a", NO, 1))), "declined"),
        (AnswerFacts(silence=Silence.DECLINE, is_over=True), "declined"),
        # Who needs time was not silent; what an owner closed is nothing else.
        (AnswerFacts(silence=Silence.APPROVAL, is_over=True, needs_time=True), "asked"),
        (AnswerFacts(silence=Silence.DECLINE, is_over=True, needs_time=True), "declined"),
        (AnswerFacts(silence=Silence.APPROVAL, is_over=True, is_closed=True), "closed"),
        (AnswerFacts(said=said(("a", YES, 1)), needs_two=True, is_closed=True), "closed"),
        (AnswerFacts(has_somebody=False, is_closed=True), "closed"),
        (AnswerFacts(silence=Silence.DECLINE, is_over=True, said=said(("a", YES, 1))), "approved"),
    ],
)
def test_where_a_member_is_follows_from_what_it_said(case: AnswerFacts, expected: str) -> None:
    assert rules.status(case) == Status(expected)


def test_the_hard_deadline_is_half_open() -> None:
    hard = datetime(2031, 5, 14, 12, tzinfo=UTC)

    assert rules.in_time(hard - timedelta(microseconds=1), hard)
    assert not rules.in_time(hard, hard)
    assert rules.in_time(hard, None)


def reminders(asked_at: str, zone: str, deadline: str | None = None, **more: Any) -> list[str]:
    """Return every reminder of one who never answers, as local times."""
    there = ZoneInfo(zone)
    now = datetime.fromisoformat(asked_at).replace(tzinfo=there)
    facts = {"after_days": 5, "every_days": 2, **more}
    end = datetime.fromisoformat(deadline).replace(tzinfo=there) if deadline else None
    found: list[str] = []
    asked = now
    while len(found) < 20:
        when = rules.next_reminder(asked_at=asked, now=now, deadline=end, zone=there, **facts)
        if when is None:
            return found
        assert when.tzinfo is UTC
        found.append(when.astimezone(there).strftime("%m-%d %H:%M"))
        now = when
    raise AssertionError("It never ends.")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        # After five days, then every two, last on the day.
        (
            ("2031-05-01T15:00", "Asia/Almaty", "2031-05-11T18:00"),
            ["05-06 08:00", "05-08 08:00", "05-10 08:00", "05-11 08:00"],
        ),
        (
            ("2031-05-01T15:00", "Asia/Almaty", "2031-05-10T18:00"),
            ["05-06 08:00", "05-08 08:00", "05-10 08:00"],
        ),
        # A deadline before the first one is reminded of on its day.
        (("2031-05-01T15:00", "UTC", "2031-05-03T12:00"), ["05-03 08:00"]),
        # Where the day has no morning before the deadline, the day before.
        (("2031-05-01T15:00", "UTC", "2031-05-04T00:00"), ["05-03 08:00"]),
        (("2031-05-01T15:00", "UTC", "2031-05-04T08:00"), ["05-03 08:00"]),
        (("2031-05-01T15:00", "UTC", "2031-05-04T08:01"), ["05-04 08:00"]),
        # Asked too late for any.
        (("2031-05-01T15:00", "UTC", "2031-05-01T18:00"), []),
        (("2031-05-01T15:00", "UTC", "2031-05-02T07:00"), []),
        # Eight in the morning stays so when clocks change.
        (
            ("2031-03-24T12:00", "Europe/Berlin", "2031-04-02T18:00"),
            ["03-29 08:00", "03-31 08:00", "04-02 08:00"],
        ),
        (
            ("2031-10-21T12:00", "Europe/Berlin", "2031-10-29T18:00"),
            ["10-26 08:00", "10-28 08:00", "10-29 08:00"],
        ),
        # The zone's day counts, not UTC's.
        (("2031-05-01T01:00", "Pacific/Kiritimati", "2031-05-06T18:00"), ["05-06 08:00"]),
        (("2031-05-01T23:00", "Pacific/Pago_Pago", "2031-05-06T18:00"), ["05-06 08:00"]),
    ],
)
def test_who_has_not_answered_is_reminded(arguments: tuple[str, ...], expected: list[str]) -> None:
    assert reminders(*arguments) == expected


def test_reminders_are_settable_and_end_without_a_deadline() -> None:
    assert reminders("2031-05-01T15:00", "UTC", "2031-05-09T18:00", after_days=1, every_days=7) == [
        "05-02 08:00",
        "05-09 08:00",
    ]
    assert len(reminders("2031-05-01T15:00", "UTC")) == rules.MOST_REMINDERS


def test_who_needs_time_is_reminded_on_that_day_and_at_the_end_at_the_latest() -> None:
    start, end = "2031-05-01T15:00", "2031-05-14T18:00"

    def rests(day: int) -> list[str]:
        return reminders(start, "Asia/Almaty", end, rests_until=date(2031, 5, day))

    assert rests(10) == ["05-10 08:00", "05-12 08:00", "05-14 08:00"]
    assert rests(20) == ["05-14 08:00"]
    assert rests(2)[0] == "05-06 08:00", "it is not reminded earlier than others"


def test_a_worker_that_slept_sends_one_reminder_and_not_all_that_it_missed() -> None:
    when = rules.next_reminder(
        asked_at=datetime(2031, 5, 1, tzinfo=UTC),
        now=datetime(2031, 5, 20, 9, tzinfo=UTC),
        deadline=datetime(2031, 6, 1, 12, tzinfo=UTC),
        zone=ZoneInfo("UTC"),
        after_days=5,
        every_days=2,
    )

    assert when == datetime(2031, 5, 22, 8, tzinfo=UTC)


PRINTED = {
    "blocks": [
        {"type": "paragraph", "text": "We ask."},
        {"type": "list", "lead": "So:", "items": ["a", "b"]},
        {
            "type": "demands",
            "lists": [{"heading": "Turkmenistan", "demands": [{"id": "1", "text": "Free her."}]}],
        },
    ]
}


def test_places_are_blocks_items_lists_and_demands() -> None:
    assert rules.places(PRINTED) == {
        "/blocks/0": "We ask.",
        "/blocks/1": "So:",
        "/blocks/1/items/0": "a",
        "/blocks/1/items/1": "b",
        "/blocks/2": "",
        "/blocks/2/lists/0": "Turkmenistan",
        "/blocks/2/lists/0/demands/0": "Free her.",
    }


def an_answer(answer: Answer, **facts: Any) -> dict[str, Any]:
    return {"reservations": [], "prints_reservation": False, "reason": None, **facts} | {
        "answer": answer
    }


NOTED = [{"pointer": "/blocks/0", "text": "Not this."}]


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        (an_answer(NO), "/reason"),
        (an_answer(OBJECT, reason="Why."), "/answer"),
        (an_answer(BUT), "/reservations"),
        (an_answer(YES, reservations=NOTED), "/reservations"),
        (an_answer(YES, prints_reservation=True), "/prints_reservation"),
        (
            an_answer(BUT, reservations=[{"pointer": "/blocks/9", "text": "x"}]),
            "/reservations/0/pointer",
        ),
        (
            an_answer(
                BUT,
                prints_reservation=True,
                reservations=[{"pointer": "/blocks/0", "text": "x" * 301}] * 2,
            ),
            "/reservations",
        ),
    ],
)
def test_an_answer_has_what_its_kind_needs_and_no_more(facts: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.must_fit(facts, rules.places(PRINTED), has_approved=False)

    assert pointer in [fault.pointer for fault in refused.value.faults]


def test_answers_that_fit_pass() -> None:
    places = rules.places(PRINTED)

    rules.must_fit(an_answer(YES), places, has_approved=False)
    rules.must_fit(an_answer(NO, reason="Why."), places, has_approved=False)
    rules.must_fit(an_answer(OBJECT, reason="Why."), places, has_approved=True)
    rules.must_fit(
        an_answer(BUT, reservations=NOTED, prints_reservation=True), places, has_approved=False
    )
