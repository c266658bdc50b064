"""Reminders by hand, the letters that an act would send, and the checklist before publishing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from tests.stories.test_released import CIHAN, FREED_ON, Office, closes
from tests.support.builders import a_revision, a_role
from tests.support.signoffs import SigningOff, a_sign_off, letter_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Answer, Client

START = datetime(2031, 5, 1, 10, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def text(world: World, clock: time_machine.Traveller) -> SigningOff:
    """A text with the members Bread (Ada), Salt (Bob) and Water (Cyd), on START."""
    del clock
    owner = world.user("owner")
    owner.token = owner.post("/v1/tokens", {"label": "tests", "days": 90})["secret"]
    return a_sign_off(world, owner)


def at(day: int, hour: int = 12) -> str:
    return datetime(2031, 5, day, hour, tzinfo=UTC).isoformat()


def reminded(text: SigningOff, *names: str) -> tuple[list[str], dict[str, str]]:
    """Remind members now, all where none is named; return who was, and why others were not."""
    called = {member: name for name, member in text.members.items()}
    body = {"member_ids": [text.members[each] for each in names]} if names else {}
    answer = text.owner.post(f"{text.path}/sign-off-round/reminders", body)
    assert answer.status == 200, answer.body
    left = {called[each["member_id"]]: each["why"] for each in answer["passed_over"]}
    return sorted(called[each] for each in answer["reminded"]), left


def previewed(text: SigningOff, by: Client | None = None, **act: Any) -> Answer:
    return (by or text.owner).post(f"{text.path}/sign-off-letter-previews", act)


def test_who_has_not_answered_is_reminded_at_once_and_once_a_day(
    text: SigningOff, clock: time_machine.Traveller
) -> None:
    path = f"{text.path}/sign-off-round/reminders"
    assert text.owner.post(path, {}).status == 404, "nobody was asked yet"
    text.open(hard_deadline=at(20), zone="Asia/Almaty")
    text.say("Ada")
    text.member("Air")

    assert reminded(text) == (["Salt", "Water"], {})
    assert len(letter_rows(text.world, "signoffs.reminder")) == 2
    assert text.entry("Salt")["reminders"] == 1
    assert text.entry("Salt")["next_reminder_at"] == "2031-05-06T03:00:00+00:00"
    again = {"Bread": "answered", "Salt": "reminded", "Air": "not_asked"}
    assert reminded(text, "Bread", "Salt", "Air") == ([], again)

    clock.move_to(datetime(2031, 5, 2, 11, tzinfo=UTC))
    until: dict[str, Any] = {"member_id": text.members["Water"], "until": "2031-05-08"}
    until |= {"reason": None, "by": {"name": "Cyd"}}
    assert text.owner.post(f"{text.path}/time-requests", until).status == 201
    assert reminded(text, "Salt", "Water") == (["Salt"], {"Water": "needs_time"})

    viewer = a_role(text.owner, text.coalition, text.world.user("viewer"), "viewer")
    assert viewer.post(path, {}).status == 403
    clock.move_to(datetime(2031, 5, 21, tzinfo=UTC))
    assert text.owner.post(path, {})["type"] == "/problems/after-deadline"


def test_a_reminder_by_hand_calls_no_day_the_last_that_is_not(text: SigningOff) -> None:
    text.open(soft_deadline=at(2), hard_deadline=at(20), remind_after_days=90)

    far = previewed(text, reminders={})
    text.change(soft_deadline=None, hard_deadline=at(2), remind_after_days=90)
    near = previewed(text, reminders={})

    assert far["message"]["subject"].startswith("A reminder: ")
    assert near["message"]["subject"].startswith(("A reminder: ", "Today is the last day: "))


def test_each_letter_is_shown_before_it_leaves_and_nothing_is_done(text: SigningOff) -> None:
    asked = {"hard_deadline": at(10), "zone": "Asia/Almaty", "note": "Above all the demands."}

    first = previewed(text, round=asked)
    at_ = [each["name"] for each in first["letters"]].index("Bob")
    seen = previewed(text, round=asked, number=at_)
    past = previewed(text, round={"hard_deadline": "2031-04-01T10:00:00+00:00"})

    assert seen.status == 200, seen.body
    assert {each["name"] for each in seen["letters"]} == {"Ada", "Bob", "Cyd"}
    assert {each["kind"] for each in seen["letters"]} == {"signoffs.request"}
    assert seen["letters"][at_]["email"] == "bob@specimen.example"
    assert "Dear Bob," in seen["message"]["text"]
    assert "Above all the demands." in seen["message"]["text"]
    assert "/a/specimen" in seen["message"]["html"]
    assert "/hard_deadline" in past.faults, "as the round itself refuses it"
    assert text.board()["round"] is None
    assert letter_rows(text.world, "signoffs.request") == []

    text.open(**asked)
    moved = previewed(text, round={**asked, "hard_deadline": at(12)})
    same = previewed(text, round=asked)
    closing = {"member_id": text.members["Salt"], "reason": "Nobody can be reached."}
    closed = previewed(text, closing=closing)
    more = previewed(text, asks={"member_ids": [text.members["Salt"]]})

    assert len(moved["letters"]) == 3
    assert (same["letters"], same["message"]) == ([], None)
    assert "Nobody can be reached." in closed["message"]["text"]
    assert more["letters"] == [], "who was asked already gets no second letter"
    assert text.state("Salt") == "asked"
    assert len(letter_rows(text.world, "signoffs.request")) == 3
    hand = a_role(text.owner, text.coalition, text.world.user("hand"), "coordinator")
    assert previewed(text, hand, closing=closing).status == 403, "as the act itself"
    assert previewed(text, closing=closing, reminders={}).status == 422


def test_the_checklist_says_what_stops_a_text_and_what_is_worth_a_look(owner: Client) -> None:
    office = Office(owner)
    statement = str(office.letter()["statement"]["id"])
    path = f"/v1/statements/{statement}/publication-checklist"
    assert owner.get(path)["is_frozen"] is False
    closes(owner, office.bek)
    a_revision(owner, statement)

    found = owner.get(path)

    assert found.status == 200, found.body
    assert (found["is_frozen"], found["is_ready"], found["is_sensitive"]) == (True, False, False)
    (bek,) = [each for each in found["closed_cases"] if each["key"] == "bek"]
    assert (bek["status"], bek["since"], bek["is_confirmed"]) == ("released", FREED_ON, False)
    assert {each["key"] for each in found["stale_cases"]} == {"dana", "kg-poet"}
    assert CIHAN not in found.body.decode(), "a case that may not be named is told by its label"
    assert owner.get(path, case_days="0").status == 422


def test_the_checklist_of_members_names_who_is_missing(text: SigningOff) -> None:
    text.open()
    text.say("Ada")

    found = text.owner.get(f"{text.path}/publication-checklist")

    assert set(found["unanswered"]) == {text.members["Salt"], text.members["Water"]}
    assert found["is_ready"] is (found["mentions"] == [])
    editor = a_role(text.owner, text.coalition, text.world.user("editor"), "editor")
    assert editor.get(f"{text.path}/publication-checklist").status == 403
