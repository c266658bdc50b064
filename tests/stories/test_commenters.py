"""Who is asked for comments: who left, whose link was taken back, and who lost the letter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar

from api.mailings import rules as mailings
from tests.support.builders import letters_of
from tests.support.consultations import GUEST, Consulting, a_consulting

if TYPE_CHECKING:
    from icalendar import Event

    from tests.conftest import World
    from tests.support.client import Client

LETTER, MOVED = "reviews.consultation", "reviews.moved"


@pytest.fixture
def table(world: World, owner: Client) -> Consulting:
    return a_consulting(world, owner)


def test_who_left_loses_the_link_and_another_address_gets_one(table: Consulting) -> None:
    table.open()
    table.comment("Ada", "A date.")
    doors = {each: table.door(each) for each in ("Ada", "Bob")}
    bob, ada = (f"/v1/representatives/{table.people[each]}" for each in ("Bob", "Ada"))
    moved = {"email": "bob@elsewhere.example"}
    assert table.owner.patch(bob, moved, table.owner.get(bob).etag).status == 200
    gone = {"left_on": "2021-05-14"}
    assert table.owner.patch(ada, gone, table.owner.get(ada).etag).status == 200

    assert [table.world.stranger().get(each).status for each in doors.values()] == [410, 410]
    assert table.seen("Bob")["me"]["email"] == "bob@elsewhere.example"
    assert table.words() == [("A date.", [])]


def test_a_link_is_taken_back_and_given_anew(table: Consulting) -> None:
    table.open()
    table.comment("Gia", "A date.")
    door, gia = table.door("Gia"), table.asked()["Gia"]["id"]
    assert table.owner.post(f"/v1/commenters/{gia}/withdrawal")["has_link"] is False
    assert table.world.stranger().get(door).status == 410

    again = table.owner.post(f"{table.path}/commenters", {"guests": [GUEST]})
    assert [each["id"] for each in again["items"]] == [gia]
    assert table.heard("Gia") == [("A date.", [])]


def test_who_lost_the_letter_gets_another_with_a_new_link(table: Consulting) -> None:
    table.open()
    table.comment("Gia", "A date.")
    door, gia = table.door("Gia"), f"/v1/commenters/{table.asked()['Gia']['id']}"
    before = len(letters_of(table.world, LETTER))

    assert table.owner.post(f"{gia}/letters").status == 200

    assert len(letters_of(table.world, LETTER)) == before + 1
    assert table.world.stranger().get(door).status == 410
    assert table.heard("Gia") == [("A date.", [])]
    viewer = table.somebody("editor")
    assert viewer.post(f"{gia}/letters").status == 403
    table.owner.post(f"{gia}/withdrawal")
    assert table.owner.post(f"{gia}/letters")["type"] == "/problems/asked-no-more"
    table.owner.post(f"{table.path}/closing")
    assert table.owner.post(f"{gia}/letters")["type"] == "/problems/consultation-over"
    assert len(letters_of(table.world, LETTER)) == before + 1


def test_who_speaks_for_a_member_that_left_reads_the_text_no_more(table: Consulting) -> None:
    table.open(read_by="commenters_named")
    table.comment("Ada", "A date.")
    table.comment("Bob", "An hour.")
    door, member = table.door("Ada"), f"/v1/members/{table.members['Bread']}"
    left = {"until": (datetime.now(UTC).date() - timedelta(1)).isoformat(), "since": "2021-05-14"}
    assert table.owner.patch(member, left, table.owner.get(member).etag).status == 200

    stranger = table.world.stranger()
    assert stranger.get(door)["type"] == "/problems/no-member"
    assert table.say("Ada", "More.").status == 410
    assert table.heard("Bob") == [("A date.", []), ("An hour.", [])]
    assert stranger.post(f"{door}/erasure").status == 204
    assert table.words() == [("An hour.", [])]


def test_the_letter_brings_the_deadline_for_the_calendar_in_the_members_zone(
    table: Consulting,
) -> None:
    bread = table.owner.get(f"/v1/members/{table.members['Bread']}")["organisation"]["id"]
    assert table.owner.patch(f"/v1/organisations/{bread}", {"country": "KZ"}).status == 200
    opened = table.open(closes_at="2035-05-20T12:00:00Z", zone="Europe/Berlin")

    found = {each.to_name: each for each in letters_of(table.world, LETTER) if each}

    told = {}
    for person, facts in found.items():
        (file,) = mailings.write(LETTER, facts).attachments
        (entry,) = Calendar.from_ical(file.data).events
        assert str(entry["summary"]) == "Last day to comment: Open the doors"
        told[person] = f"{entry.end:%H:%M} {facts.facts['closes']:%H:%M}"
    assert told == {"Ada": "17:00 17:00", "Bob": "14:00 14:00", "Gia Specimen": "14:00 14:00"}
    assert opened.status == 201
    settings = f"{table.here}/signing"
    assert table.owner.put(settings, {"is_sensitive": True}).status == 200
    quiet = [each for each in letters_of(table.world, LETTER) if each]
    assert [mailings.write(LETTER, each).attachments for each in quiet] == [[], [], []]


def test_who_is_asked_is_told_when_the_deadline_moves_and_so_is_the_calendar(
    table: Consulting,
) -> None:
    opened = table.open(closes_at="2035-05-20T12:00:00Z", zone="Europe/Berlin")
    first = calendars(table, LETTER)
    table.owner.post(f"/v1/commenters/{table.asked()['Bob']['id']}/withdrawal")

    kept = table.owner.patch(table.path, {"is_kept": True}, opened.etag)
    assert letters_of(table.world, MOVED) == [], "what is kept concerns nobody's day"
    later = {"closes_at": "2035-06-01T12:00:00Z"}
    moved = table.owner.patch(table.path, later, kept.etag)
    assert moved.status == 200, moved.body

    second = calendars(table, MOVED)
    assert list(second) == ["Ada", "Gia Specimen"], "not who lost the link"
    for person, entry in second.items():
        assert entry["uid"] == first[person]["uid"]
        assert entry.sequence > first[person].sequence
        assert f"{entry.end:%d %B}" == "01 June"
    (ada, _) = [each for each in letters_of(table.world, MOVED) if each]
    assert table.secret("Ada") in ada.facts["link"], "it is the link that she has"
    assert "until 1 June 2035, 14:00 (Europe/Berlin) now." in mailings.write(MOVED, ada).text
    again = table.owner.patch(table.path, later, moved.etag)
    assert again.status == 200
    assert len(letters_of(table.world, MOVED)) == 2, "nothing moved"


def calendars(table: Consulting, kind: str) -> dict[str, Event]:
    """Return the entry that the letter of a kind brings to each, by name."""
    entries = {}
    for facts in letters_of(table.world, kind):
        assert facts is not None
        (file,) = mailings.write(kind, facts).attachments
        (entries[str(facts.to_name)],) = Calendar.from_ical(file.data).events
    return entries
