"""Deadlines in the calendars of members: in their zone, moved, and taken out again."""

from __future__ import annotations

from datetime import datetime

import time_machine
from icalendar import Calendar

from api.infra.database.transactions import reading
from api.infra.mail.letters import facts_of
from api.mailings import rules as mailings
from tests.stories.test_sign_off_rounds import at
from tests.stories.test_unanswered import close
from tests.support.signoffs import SigningOff, letter_rows


def calendar(
    text: SigningOff, person: str, *, name: str = "deadline.ics", kind: str = "signoffs.request"
) -> Calendar | None:
    """Return a calendar that goes with the letter that asks somebody, or with another kind."""
    rows = dict.fromkeys(letter_rows(text.world, kind))
    with text.world.app.app_context(), reading() as session:
        found = [facts_of(session, kind, row) for row in rows]
        (facts,) = [each for each in found if each and each.to_name == person]
        message = mailings.write(kind, facts)
    files = [each for each in message.attachments if each.name == name]
    return Calendar.from_ical(files[0].data) if files else None


def test_deadlines_come_as_calendar_entries_in_the_members_zone(
    text: SigningOff, clock: time_machine.Traveller
) -> None:
    owner = text.owner
    owner.patch(f"/v1/organisations/{text.organisation('Bread')}", {"country": "DE"})
    zoned = {"country": "RU", "zone": "Asia/Yekaterinburg"}
    assert owner.patch(f"/v1/organisations/{text.organisation('Salt')}", zoned).status == 200
    owner.patch(f"/v1/organisations/{text.organisation('Water')}", {"country": "US"})
    opened = text.open(soft_deadline=at(8), hard_deadline=at(10), zone="Asia/Almaty")

    shown = {}
    for person in ("Ada", "Bob", "Cyd"):
        found = calendar(text, person)
        assert found is not None
        soft, hard = found.events
        at_last = hard.end
        assert isinstance(at_last, datetime)
        shown[person] = f"{at_last:%d %H:%M} {at_last.tzinfo}"
        assert (str(soft["summary"]), str(hard["summary"])) == (
            "Please answer: Open the doors", "Last day to answer: Open the doors",
        )  # fmt: skip
        assert f"/a/{text.door(person).rpartition('/')[2]}" in str(hard["url"])
    assert shown == {
        "Ada": "10 14:00 Europe/Berlin",
        "Bob": "10 17:00 Asia/Yekaterinburg",
        "Cyd": "10 17:00 Asia/Almaty",
    }
    first = calendar(text, "Ada")
    clock.shift(60)
    text.owner.put(f"{text.path}/sign-off-round", {"hard_deadline": at(12)}, etag=opened.etag)
    rows = letter_rows(text.world, "signoffs.request")
    with text.world.app.app_context(), reading() as session:
        facts = facts_of(session, "signoffs.request", rows[0])
    assert facts is not None
    moved, dropped = facts.deadlines
    assert first is not None
    soft, hard = first.events
    assert (str(hard["uid"]), str(soft["uid"])) == (str(moved.key), str(dropped.key))
    assert (moved.is_dropped, dropped.is_dropped) == (False, True)
    assert moved.number > hard.sequence, "it is the same entry, and a newer one"


def test_a_deadline_that_is_none_any_more_leaves_the_calendar(
    text: SigningOff, clock: time_machine.Traveller
) -> None:
    opened = text.open(soft_deadline=at(8), hard_deadline=at(10))
    told = calendar(text, "Ada")
    clock.shift(3600)
    changed = text.owner.put(
        f"{text.path}/sign-off-round", {"hard_deadline": at(10)}, etag=opened.etag
    )
    clock.shift(3600)
    text.member("Flour", "Dan")
    asked = {"member_ids": [text.members["Flour"]]}
    assert text.owner.post(f"{text.path}/sign-off-round/asks", asked).status == 200

    gone, later = (calendar(text, person, name="dropped.ics") for person in ("Ada", "Dan"))

    assert told is not None
    assert gone is not None
    assert later is None, "it never stood in that calendar"
    (soft,) = gone.events
    assert (gone["method"], soft["status"]) == ("CANCEL", "CANCELLED")
    assert (soft["uid"], soft.end) == (told.events[0]["uid"], told.events[0].end)
    assert soft.sequence > told.events[0].sequence
    text.owner.put(f"{text.path}/sign-off-round", {"soft_deadline": at(9)}, etag=changed.etag)
    (hard,) = calendar(text, "Ada", name="dropped.ics").events  # type: ignore[union-attr] # it is there
    assert hard["uid"] == told.events[1]["uid"]


def test_the_letter_of_a_closed_question_takes_its_deadlines_back(text: SigningOff) -> None:
    text.open(hard_deadline=at(10))
    told = calendar(text, "Ada")
    close(text, "Bread")

    gone = calendar(text, "Ada", name="dropped.ics", kind="signoffs.closed")

    assert calendar(text, "Ada", kind="signoffs.closed") is None
    assert told is not None
    assert gone is not None
    assert [each["uid"] for each in gone.events] == [told.events[0]["uid"]]


def test_letters_of_sensitive_texts_hold_no_calendar(text: SigningOff) -> None:
    setting = {"is_sensitive": True}
    assert text.owner.put(f"{text.path}/signing", setting).status == 200
    text.open(hard_deadline=at(10))

    assert calendar(text, "Ada") is None
