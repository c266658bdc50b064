"""Deadlines for a calendar, and in which zone a country's clocks go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from api.infra.mail.calendars import Deadline, attached
from api.infra.text import zones

AT = datetime(2031, 6, 4, 16, tzinfo=UTC)
LINK = "https://sign.specimen.example/a/x"


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("DE", "Europe/Berlin"),
        ("KZ", "Asia/Almaty"),
        ("TJ", "Asia/Dushanbe"),
        ("RU", None),
        ("US", None),
        ("XK", None),
        (None, None),
    ],
)
def test_a_country_has_a_zone_where_all_its_clocks_go_alike(
    country: str | None, zone: str | None
) -> None:
    assert zones.of_country(country, AT) == zone


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Almaty", "UTC", "America/New_York"])
def test_an_entry_ends_at_the_deadline_in_the_readers_zone(zone: str) -> None:
    there = AT.astimezone(ZoneInfo(zone))
    soft = Deadline(uuid4(), 1, there - timedelta(3), is_last=False)
    hard = Deadline(uuid4(), 1, there, is_last=True)

    (file,) = attached([soft, hard], ["Ответить; скорее", "Last\r\nday"], "Specimen", LINK)

    read = Calendar.from_ical(file.data)
    first, last = read.events
    assert (first["summary"], last["summary"]) == ("Ответить; скорее", "Last day")
    assert last.end == AT
    assert f"{last.end:%H:%M}" == f"{there:%H:%M}"
    assert LINK in str(last["description"])
    assert all(len(line) <= 75 for line in file.data.split(b"\r\n"))
    assert file.media_type == "text/calendar; charset=utf-8"


def test_without_a_deadline_there_is_no_file() -> None:
    assert attached([], [], "Specimen", LINK) == []
