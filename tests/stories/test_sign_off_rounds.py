"""Rounds: whom they ask, until when, what silence means, who is reminded, and what leaks."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from sqlalchemy import update

from api.coalitions.models import Coalition
from api.infra.database.transactions import reading, transaction
from api.signoffs.service import rounds
from api.web import logs
from tests.support.builders import a_coalition, a_role, another_revision, letters_of, secret_of
from tests.support.signoffs import SigningOff, a_sign_off, letter_rows

if TYPE_CHECKING:
    from collections.abc import Iterator


def at(day: int, hour: int = 12) -> str:
    return datetime(2031, 5, day, hour, tzinfo=UTC).isoformat()


def remind(text: SigningOff) -> list[str]:
    """Do what the job does, if it is due; return whose reminders were promised."""
    before = len(letter_rows(text.world, "signoffs.reminder"))
    with text.world.app.app_context():
        with reading() as session:
            is_due = rounds.is_due(session)
        if is_due:
            rounds.remind()
    found = letters_of(text.world, "signoffs.reminder")[before:]
    return sorted(str(each.to_name) for each in found if each)


def test_opening_asks_leads_and_members_and_tells_of_those_with_nobody(text: SigningOff) -> None:
    text.member("Air")
    text.member("Eyes", "Eve", role="observer")
    text.member("Past", "Pat", since="2020-01-01", until="2021-01-01")
    text.member("Future", "Fay", since="2040-01-01")

    opened = text.open(hard_deadline=at(10), soft_deadline=at(8), zone="Asia/Almaty")

    assert opened["hard_deadline"] == "2031-05-10T12:00:00+00:00"
    states = {each["names"]["en"]: each["state"] for each in text.board()["members"]}
    assert states == {"Bread": "asked", "Salt": "asked", "Water": "asked", "Air": "nobody_to_ask"}
    facts = [each for each in letters_of(text.world, "signoffs.request") if each]
    assert {each.to for each in facts} == {f"{x}@specimen.example" for x in ("ada", "bob", "cyd")}
    (ada,) = [each.facts for each in facts if each.to_name == "Ada"]
    assert f"{ada['hard']:%d.%m.%Y %H:%M} {ada['hard'].tzinfo}" == "10.05.2031 17:00 Asia/Almaty"
    assert ada["link"].startswith("http://127.0.0.1:5000/a/")
    assert ada["accent"] == "#0b5563"
    assert (ada["title"], ada["organisation"]) == ("Open the doors", "Bread")


def test_members_that_come_later_are_asked_by_a_call(text: SigningOff) -> None:
    text.open()
    member = text.member("Air")
    path, body = f"{text.path}/sign-off-round/asks", {"member_ids": [member]}

    nobody = text.owner.post(path, body)
    text.represent("Air", "Amy")
    asked = text.owner.post(path, body)
    again = text.owner.post(path, body)

    assert nobody.status == 422
    assert "/member_ids/0" in nobody.faults
    assert (asked.status, again.status) == (200, 200)
    assert text.state("Air") == "asked"
    assert len(letter_rows(text.world, "signoffs.request")) == 4


def test_a_round_is_changed_only_in_the_version_that_was_read(text: SigningOff) -> None:
    path = f"{text.path}/sign-off-round"
    assert text.owner.get(path).status == 404
    assert text.owner.send("PUT", path, {}, headers={"If-Match": '"1"'}).status == 412
    opened = text.open()

    without = text.owner.send("PUT", path, {"note": "Late."})
    stale = text.owner.put(path, {}, etag='"7"')
    changed = text.owner.put(path, {"note": "New."}, etag=opened.etag)

    assert (without.status, stale.status, changed.status) == (428, 412, 200)
    assert text.owner.get(path)["note"] == "New."
    assert len(letter_rows(text.world, "signoffs.request")) == 3, "a note alone is no new letter"


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"hard_deadline": at(1, 9)}, "/hard_deadline"),
        ({"hard_deadline": "2051-01-01T00:00:00Z"}, "/hard_deadline"),
        ({"hard_deadline": at(5), "soft_deadline": at(6)}, "/soft_deadline"),
        ({"silence": "approval"}, "/silence"),
        ({"zone": "Mars/Olympus"}, "/zone"),
        ({"hard_deadline": "2031-05-10T12:00:00"}, "/hard_deadline"),
        ({"remind_after_days": 0}, "/remind_after_days"),
    ],
)
def test_deadlines_that_nobody_could_keep_are_refused(
    text: SigningOff, facts: dict[str, Any], pointer: str
) -> None:
    answer = text.owner.send("PUT", f"{text.path}/sign-off-round", facts)

    assert answer.status == 422
    assert pointer in answer.faults


def test_the_hard_deadline_is_exact_and_a_coordinator_may_still_enter(
    text: SigningOff, clock: time_machine.Traveller
) -> None:
    text.open(hard_deadline=at(10))
    hard = datetime(2031, 5, 10, 12, tzinfo=UTC)

    clock.move_to(hard - timedelta(microseconds=1))
    assert text.say("Ada").status == 200
    clock.move_to(hard)
    late = text.say("Bob")
    handed = text.hand("Bob", "Eve")
    body = {"member_id": text.members["Salt"], "by": {"name": "Bob"}, "answer": "approved"}
    body["visibility"] = "public"
    entered = text.owner.post(f"{text.path}/sign-offs", {**body, "revision_sha256": text.sha256})

    assert (late.status, late["type"]) == (409, "/problems/after-deadline")
    assert handed.status == 409
    assert entered.status == 201
    assert text.prints() == ["Bread", "Salt"]
    assert text.change(hard_deadline=at(12)).status == 200
    assert text.say("Cyd").status == 200


def test_silence_approves_only_after_the_deadline_and_is_seen_as_such(
    text: SigningOff, clock: time_machine.Traveller
) -> None:
    text.owner.patch(f"/v1/organisations/{text.organisation('Water')}", {"needs_two": True})
    text.member("Air")
    text.open(hard_deadline=at(10), silence="approval")
    text.say("Ada", "declined", reason="No.")

    assert text.state("Salt") == "asked"
    assert text.prints() == []
    clock.move_to(datetime(2031, 5, 10, 12, tzinfo=UTC))

    entry = text.entry("Salt")
    assert (entry["state"], entry["by_silence"]) == ("tacit", True)
    assert text.state("Water") == "asked", "silence is not two people"
    assert (text.prints(), text.board()["would_withhold"]) == ([], 1)
    refused = text.change(hard_deadline=at(10), silence="nothing")
    assert "/silence" in refused.faults
    text.move("review", "published")
    (signed,) = text.owner.get(f"{text.path}/signatures")["items"]
    assert (signed["visibility"], signed["name"]) == ("anonymous", None)
    text.appear("Bob", "public")
    (signed,) = text.owner.get(f"{text.path}/signatures")["items"]
    assert (signed["name"], signed["represented_by"]) == ("Salt", None)


def test_silence_may_mean_no_and_mostly_means_nothing(
    text: SigningOff, clock: time_machine.Traveller
) -> None:
    text.open(hard_deadline=at(10), silence="decline")
    clock.move_to(datetime(2031, 5, 11, tzinfo=UTC))

    entry = text.entry("Salt")

    assert (entry["state"], entry["by_silence"]) == ("declined", True)
    assert text.board()["outstanding"] == []


def test_after_a_material_revision_silence_approves_nothing(
    text: SigningOff, clock: time_machine.Traveller
) -> None:
    text.open(hard_deadline=at(10), silence="approval")
    text.say("Ada")
    text.sha256 = another_revision(text.owner, text.statement, "material")
    assert {x.to_name for x in letters_of(text.world, "signoffs.again") if x} == {
        "Ada", "Bob", "Cyd",
    }  # fmt: skip
    clock.move_to(datetime(2031, 5, 11, tzinfo=UTC))

    assert (text.state("Bread"), text.state("Salt")) == ("waiting", "asked")
    assert text.prints() == []


def test_a_material_revision_after_the_deadline_asks_once_there_is_a_new_one(
    text: SigningOff, clock: time_machine.Traveller
) -> None:
    text.open(hard_deadline=at(10))
    text.say("Ada")
    clock.move_to(datetime(2031, 5, 11, tzinfo=UTC))
    text.sha256 = another_revision(text.owner, text.statement, "material")
    assert letter_rows(text.world, "signoffs.again") == []

    text.change(hard_deadline=at(20))

    assert len(letter_rows(text.world, "signoffs.again")) == 3
    assert text.say("Ada").status == 200


def test_only_who_has_not_answered_is_reminded_and_twice_is_once(
    text: SigningOff, clock: time_machine.Traveller
) -> None:
    text.open(hard_deadline=at(12), soft_deadline=at(9), zone="Asia/Almaty")
    text.say("Ada")
    assert text.entry("Bread")["next_reminder_at"] is None
    assert text.entry("Salt")["next_reminder_at"] == "2031-05-06T03:00:00+00:00"
    assert remind(text) == []

    clock.move_to(datetime(2031, 5, 6, 3, tzinfo=UTC))
    assert remind(text) == ["Bob", "Cyd"]
    assert remind(text) == []
    clock.move_to(datetime(2031, 5, 8, 3, tzinfo=UTC))
    text.say("Bob", "declined", reason="No.")  # and puts off nobody else's that is due
    assert remind(text) == ["Cyd"]
    clock.move_to(datetime(2031, 5, 9, 3, tzinfo=UTC))
    assert remind(text) == ["Cyd"]
    assert {x.facts["is_last"] for x in letters_of(text.world, "signoffs.reminder") if x} == {True}
    clock.move_to(datetime(2031, 5, 11, 3, tzinfo=UTC))
    assert remind(text) == []
    entry = text.entry("Water")
    assert (entry["reminders"], entry["next_reminder_at"]) == (3, None)


def test_the_coalition_and_the_round_say_when_members_are_reminded(text: SigningOff) -> None:
    coalition = f"/v1/coalitions/{text.coalition}"
    changed = text.owner.patch(coalition, {"remind_after_days": 1, "remind_every_days": 3})
    assert changed["remind_every_days"] == 3

    text.open()
    assert text.entry("Salt")["next_reminder_at"] == "2031-05-02T08:00:00+00:00"
    text.change(remind_after_days=10)
    assert text.entry("Salt")["next_reminder_at"] == "2031-05-11T08:00:00+00:00"


@pytest.mark.parametrize("end", ["closing", "publishing", "deadline"])
def test_nobody_is_reminded_of_what_is_over(
    text: SigningOff, clock: time_machine.Traveller, end: str
) -> None:
    text.open(hard_deadline=at(10))
    if end == "closing":
        closed = [text.owner.post(f"{text.path}/sign-off-round/closing") for _ in range(2)]
        assert [each.status for each in closed] == [200, 200]
        assert text.say("Ada").status == 409
    if end == "publishing":
        text.move("review", "published")

    clock.move_to(datetime(2031, 5, 12 if end == "deadline" else 8, 9, tzinfo=UTC))

    assert remind(text) == []
    assert letters_of(text.world, "signoffs.request") == [None] * 3


def test_a_closed_round_can_be_opened_again(text: SigningOff) -> None:
    text.open()
    text.owner.post(f"{text.path}/sign-off-round/closing")

    assert text.change(note="Once more.").status == 200

    assert text.say("Ada").status == 200
    assert len(letter_rows(text.world, "signoffs.request")) == 6


def test_who_answered_and_why_is_for_coordinators(text: SigningOff) -> None:
    text.open()
    text.say("Ada", "declined", reason="Our reasons.")
    viewer = a_role(text.owner, text.coalition, text.world.user("viewer"), "viewer")

    entry = text.entry("Bread", viewer)

    assert (entry["state"], entry["people"], entry["answers"]) == (None, None, None)
    assert text.entry("Bread")["answers"][0]["reason"] == "Our reasons."


def test_fetching_a_link_many_times_changes_nothing(text: SigningOff) -> None:
    text.open()
    door, before = text.door("Ada"), text.world.rows()

    for _ in range(20):
        assert text.world.stranger().get(door).status == 200
        assert text.world.stranger().send("HEAD", door).status == 200
        assert text.world.stranger().get(f"{door}/answers").status == 405

    assert text.world.rows() == before


def test_links_of_other_purposes_and_guesses_open_nothing(text: SigningOff) -> None:
    text.open()
    path = f"/v1/coalitions/{text.coalition}/invitations"
    invitation = text.owner.post(path, {"name": "I", "email": "i@specimen.example"}).id
    other = secret_of(text.world, "invitation.answer", invitation)
    mine = text.door("Ada").rpartition("/")[2]
    body = {"answer": "approved", "revision_sha256": text.sha256}

    for secret in (other, "x" * 43, mine[:-1], mine.swapcase()):
        assert text.world.stranger().get(f"/v1/public/sign-offs/{secret}").status == 404
        answer = text.world.stranger().post(f"/v1/public/sign-offs/{secret}/answers", body)
        assert answer.status == 404
    assert text.world.stranger().get(f"/v1/public/invitations/{mine}").status == 404


def test_a_deleted_member_takes_its_links_along(text: SigningOff) -> None:
    text.open()
    door = text.door("Ada")

    assert text.owner.delete(f"/v1/members/{text.members['Bread']}").status == 204

    assert text.world.stranger().get(door).status == 404
    assert letters_of(text.world, "signoffs.request").count(None) == 1


def test_letters_about_sensitive_countries_name_nobody(text: SigningOff) -> None:
    world = text.world
    owner = world.user("owner")
    other = a_sign_off(world, owner, addressees=[{"name": "President", "country": "TM"}])
    with world.app.app_context(), transaction() as session:
        session.execute(update(Coalition).values(sensitive_countries=["TM"]))

    other.open()

    assert {each and each.coalition for each in letters_of(world, "signoffs.request")} == {None}
    text.open()
    assert "Specimen Coalition" in {
        each and each.coalition for each in letters_of(world, "signoffs.request")
    }


@contextmanager
def watched(capfd: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    logs.configure("INFO")
    found: list[str] = []
    try:
        yield found
    finally:
        read = capfd.readouterr()
        found.append(read.out + read.err)
        logs.configure("WARNING")


def test_no_name_address_or_reason_is_readable_in_rows_or_logs(
    text: SigningOff, capfd: pytest.CaptureFixture[str]
) -> None:
    with watched(capfd) as logged:
        text.member("Air", "Kenarova")
        text.open()
        text.reserve("Kenarova", "kenar-reservation")
        text.say("Kenarova", "declined", reason="kenar-reason")
        text.hand("Kenarova", "Kenarov")
        doors = [text.door(each).rpartition("/")[2] for each in ("Kenarova", "Kenarov")]
        text.say("Kenarov")
        text.move("review", "published")
        text.world.work()

    kept = text.world.dump() + logged[0].encode()
    for canary in ("Kenarov", "kenarov", "kenar-", *doors):
        assert canary.encode() not in kept, canary
    assert '"event": "request"' in logged[0]


def test_another_coalitions_owner_sees_and_changes_nothing(text: SigningOff) -> None:
    text.open()
    stranger = text.world.user("stranger")
    a_coalition(stranger)

    for path in ("sign-off-round", "sign-off-board"):
        assert stranger.get(f"{text.path}/{path}").status == 404
    assert stranger.send("PUT", f"{text.path}/sign-off-round", {}).status == 404
    assert stranger.post(f"{text.path}/sign-off-round/closing").status == 404
