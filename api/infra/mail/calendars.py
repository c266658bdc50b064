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


@dataclass(frozen=True)
class Deadline:
    """One instant before which somebody is asked to do something."""

    key: UUID  # the same each time, so that a later letter replaces the entry
    number: int  # grows with each change
    at: datetime  # in the zone of whoever reads it
    is_last: bool  # else it is a wish


def attached(
    deadlines: Sequence[Deadline], titles: Sequence[str], words: str, link: str
) -> list[Attachment]:
    """Return the deadlines as one file to attach; none where there are none."""
    if not deadlines:
        return []
    calendar = Calendar()
    calendar.add("prodid", BY)
    calendar.add("version", "2.0")
    for deadline, title in zip(deadlines, titles, strict=True):
        calendar.add_component(_entry(deadline, on_one_line(title), words, link))
    days = [each.at.date() for each in deadlines]
    calendar.add_missing_timezones(min(days) - AROUND, max(days) + AROUND)
    return [Attachment("deadline.ics", KIND, calendar.to_ical())]


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
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", REMINDED)
    event.add_component(alarm)
    return event
