"""Deadlines as calendar entries that go with a letter (RFC 5545); knows no domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from icalendar import Alarm, Calendar, Event

from api.infra import clock
from api.infra.net.smtp import Attachment
from api.infra.text.characters import on_one_line

BEFORE = timedelta(minutes=30)  # an entry ends at its deadline: nobody has time after it
REMINDED = timedelta(days=-1)
AROUND = timedelta(days=366)  # for which the file says how clocks go
BY = "-//Undersigned//Deadlines//EN"
KIND = "text/calendar; charset=utf-8"
CANCEL = "CANCEL"


@dataclass(frozen=True)
class Deadline:
    """One instant before which somebody is asked to do something."""

    key: UUID  # the same each time, so that a later letter replaces the entry
    number: int  # grows with each change
    at: datetime  # in the zone of whoever reads it
    is_last: bool  # else it is a wish
    is_dropped: bool = False  # it was told before, and is none any more


def attached(
    deadlines: Sequence[Deadline], titles: Sequence[str], words: str, link: str
) -> list[Attachment]:
    """Return the deadlines as a file to attach, those that were dropped as one that takes them out.

    None where there are none.
    """
    both = list(zip(deadlines, titles, strict=True))
    stand = [each for each in both if not each[0].is_dropped]
    gone = [each for each in both if each[0].is_dropped]
    files = [("deadline.ics", KIND, _calendar(stand, words, link))] if stand else []
    if gone:
        calendar = _calendar(gone, words, link)
        calendar.add("method", CANCEL)
        files.append(("dropped.ics", f"{KIND}; method={CANCEL}", calendar))
    return [Attachment(name, kind, calendar.to_ical()) for name, kind, calendar in files]


def _calendar(deadlines: Sequence[tuple[Deadline, str]], words: str, link: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", BY)
    calendar.add("version", "2.0")
    for deadline, title in deadlines:
        calendar.add_component(_entry(deadline, on_one_line(title), words, link))
    days = [deadline.at.date() for deadline, _ in deadlines]
    calendar.add_missing_timezones(min(days) - AROUND, max(days) + AROUND)
    return calendar


def _entry(deadline: Deadline, title: str, words: str, link: str) -> Event:
    event = Event()
    event.add("uid", str(deadline.key))
    event.add("sequence", deadline.number)
    event.add("dtstamp", clock.now().astimezone(UTC))
    event.add("dtstart", deadline.at - BEFORE)
    event.add("dtend", deadline.at)
    event.add("summary", title)
    event.add("description", f"{words}\n\n{link}")
    event.add("url", link)
    event.add("transp", "TRANSPARENT")  # it takes nobody's time
    event.add("class", "PRIVATE")
    if deadline.is_dropped:
        event.add("status", "CANCELLED")
        return event
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", REMINDED)
    event.add_component(alarm)
    return event
