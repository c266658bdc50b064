"""Questions without an answer: members ask for time, and owners close what nobody can answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from sqlalchemy import func, select

from api.infra.database.transactions import reading
from api.mailings import rules as mailings
from api.signoffs.models import TimeRequest
from tests.stories.test_pages import posted
from tests.stories.test_record import actions
from tests.stories.test_sign_off_rounds import at, remind
from tests.support.builders import a_role, another_revision, letters_of
from tests.support.signoffs import SigningOff, letter_rows
from tests.support.webhook_receivers import an_endpoint

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.support.client import Answer

WHY = "Its director is in prison."


def need(text: SigningOff, person: str, until: str, **facts: Any) -> Answer:
    path = f"{text.door(person)}/time-requests"
    return text.world.stranger().post(path, {"until": until, **facts})


def close(text: SigningOff, name: str, reason: str = WHY) -> Answer:
    body = {"member_id": text.members[name], "reason": reason}
    return text.owner.post(f"{text.path}/closed-questions", body)


def reopen(text: SigningOff, name: str) -> int:
    path = f"{text.path}/closed-questions/{text.members[name]}"
    return int(text.owner.send("DELETE", path).status)


def test_a_member_that_needs_time_is_on_the_board_and_not_reminded_before(
    text: SigningOff, clock: time_machine.Traveller
) -> None:
    text.open(hard_deadline=at(30), remind_after_days=2, remind_every_days=2)

    seen = need(text, "Ada", "2031-05-12", reason="Our board meets on the 11th.")

    assert seen.status == 200, seen.body
    assert seen["time_asked"]["until"] == "2031-05-12"
    entry = text.entry("Bread")
    assert (entry["state"], entry["time_asked"]["by"]["name"]) == ("asked", "Ada")
    assert entry["time_asked"]["reason"] == "Our board meets on the 11th."
    assert entry["next_reminder_at"] == "2031-05-12T08:00:00+00:00"
    clock.move_to(datetime(2031, 5, 11, 12, tzinfo=UTC))
    assert remind(text) == ["Bob", "Cyd"]
    clock.move_to(datetime(2031, 5, 12, 12, tzinfo=UTC))
    assert "Ada" in remind(text)


def test_who_needs_longer_than_the_wish_is_reminded_before_the_end(
    text: SigningOff, clock: time_machine.Traveller
) -> None:
    text.open(soft_deadline=at(8), hard_deadline=at(20), remind_every_days=30)

    need(text, "Ada", "2031-05-15")

    assert text.entry("Bread")["next_reminder_at"] == "2031-05-15T08:00:00+00:00"
    clock.shift(1)
    need(text, "Ada", "2031-05-25")
    assert text.entry("Bread")["next_reminder_at"] == "2031-05-20T08:00:00+00:00", "the last day"
    clock.move_to(datetime(2031, 5, 21, tzinfo=UTC))
    late = need(text, "Ada", "2031-05-25")
    assert late["type"] == "/problems/after-deadline"


def test_to_ask_for_time_is_not_silence_that_approves(
    text: SigningOff, clock: time_machine.Traveller
) -> None:
    text.open(hard_deadline=at(10), silence="approval")
    need(text, "Ada", "2031-05-20")

    clock.move_to(datetime(2031, 5, 11, tzinfo=UTC))

    assert (text.state("Bread"), text.state("Salt")) == ("asked", "tacit")
    assert text.board()["would_withhold"] == 2


def test_time_is_asked_for_one_text(text: SigningOff) -> None:
    text.open(hard_deadline=at(30))
    need(text, "Ada", "2031-05-12")

    another_revision(text.owner, text.statement, "editorial")
    assert text.entry("Bread")["time_asked"]["until"] == "2031-05-12"
    another_revision(text.owner, text.statement, "material")

    assert text.entry("Bread")["time_asked"] is None


@pytest.mark.parametrize("until", ["2031-05-01", "2030-01-01", "2051-01-01"])
def test_nobody_waits_for_yesterday_or_for_ever(text: SigningOff, until: str) -> None:
    text.open()

    refused = need(text, "Ada", until)

    assert (refused.status, list(refused.faults)) == (422, ["/until"])


def test_who_has_answered_needs_no_time(text: SigningOff) -> None:
    text.open()
    text.say("Ada")

    assert need(text, "Ada", "2031-05-12")["type"] == "/problems/has-answered"
    assert text.state("Bread") == "approved"


def test_a_coordinator_enters_that_a_member_needs_time(text: SigningOff) -> None:
    text.open(hard_deadline=at(30))
    helper = a_role(text.owner, text.coalition, text.world.user("helper"), "coordinator")
    viewer = a_role(text.owner, text.coalition, text.world.user("viewer"), "viewer")
    body = {"member_id": text.members["Salt"], "until": "2031-05-12", "by": {"name": "Bob"}}

    entered = helper.post(f"{text.path}/time-requests", body)

    assert entered.status == 201, entered.body
    assert entered["time_asked"]["by"]["name"] == "Bob"
    assert viewer.post(f"{text.path}/time-requests", body).status == 403
    assert text.entry("Salt", viewer)["time_asked"] is None
    assert actions(text.owner, text.coalition, action="sign_off.time_entered") != []


def test_an_owner_closes_a_question_and_the_member_is_told_why(text: SigningOff) -> None:
    text.open(hard_deadline=at(30))

    closed = close(text, "Bread")

    assert closed.status == 201, closed.body
    assert (closed["state"], closed["closed"]["reason"]) == ("closed", WHY)
    assert closed["next_reminder_at"] is None
    (letter,) = letters_of(text.world, "signoffs.closed")
    assert letter is not None
    assert (letter.to_name, letter.facts["reason"]) == ("Ada", WHY)
    seen = text.seen("Ada")
    assert (seen["may_answer"], seen["why_not"]) == (False, "The question was closed")
    assert seen["closed"]["reason"] == WHY
    assert text.say("Ada")["type"] == "/problems/question-closed"
    assert WHY not in text.say("Ada").body.decode(), "what somebody wrote stands in no error"
    assert close(text, "Bread")["type"] == "/problems/question-closed"


def test_a_closed_question_never_counts_and_prints_no_name(
    text: SigningOff, clock: time_machine.Traveller
) -> None:
    owner = text.owner
    text.represent("Bread", "Dan")
    owner.patch(f"/v1/organisations/{text.organisation('Bread')}", {"needs_two": True})
    text.open(hard_deadline=at(10), silence="approval")
    text.say("Ada")
    text.say("Cyd")
    assert text.state("Bread") == "one_of_two"
    close(text, "Bread")
    close(text, "Salt")

    clock.move_to(datetime(2031, 5, 11, tzinfo=UTC))

    assert (text.state("Bread"), text.state("Salt")) == ("closed", "closed")
    assert (text.prints(), text.board()["would_withhold"]) == (["Water"], 0)
    text.move("review", "published")
    assert text.owner.get(f"{text.path}/signatures")["total"] == 1


def test_only_owners_close_and_only_what_is_not_answered(text: SigningOff) -> None:
    text.open()
    text.say("Ada")
    helper = a_role(text.owner, text.coalition, text.world.user("helper"), "coordinator")
    body = {"member_id": text.members["Salt"], "reason": WHY}

    assert helper.post(f"{text.path}/closed-questions", body).status == 403
    assert close(text, "Bread")["type"] == "/problems/has-answered"
    assert text.state("Salt") == "asked"


def test_a_member_with_nobody_to_ask_can_be_closed(text: SigningOff) -> None:
    text.member("Air")
    text.open()

    assert close(text, "Air")["state"] == "closed"
    assert letters_of(text.world, "signoffs.closed") == []


def test_a_question_that_is_opened_again_is_asked_again(text: SigningOff) -> None:
    text.open(hard_deadline=at(30))
    close(text, "Bread")
    asks = {"member_ids": [text.members["Bread"]]}
    more = text.owner.post(f"{text.path}/sign-off-round/asks", asks)
    assert more["type"] == "/problems/question-closed"
    before = len(letter_rows(text.world, "signoffs.request"))

    assert (reopen(text, "Bread"), reopen(text, "Bread")) == (204, 404)

    entry = text.entry("Bread")
    assert (entry["state"], entry["closed"]) == ("asked", None)
    assert entry["next_reminder_at"] is not None
    assert len(letter_rows(text.world, "signoffs.request")) == before + 1
    assert letters_of(text.world, "signoffs.closed") == [None], "what is not so is not told"
    assert text.say("Ada").status == 200


def test_viewers_learn_of_no_closed_question(text: SigningOff) -> None:
    text.open()
    close(text, "Bread")
    viewer = a_role(text.owner, text.coalition, text.world.user("viewer"), "viewer")

    one, other = (text.entry(name, viewer) for name in ("Bread", "Salt"))

    about = ("member_id", "organisation_id", "names", "role")
    assert {key: one[key] for key in one if key not in about} == {
        key: other[key] for key in other if key not in about
    }


def test_the_last_wish_for_time_takes_the_place_of_the_one_before(text: SigningOff) -> None:
    text.open()
    for until, reason in (("2031-05-12", "A."), ("2031-05-12", "A."), ("2031-05-08", "B.")):
        assert need(text, "Ada", until, reason=reason).status == 200

    assert text.entry("Bread")["time_asked"]["reason"] == "B."
    assert text.entry("Bread")["next_reminder_at"] == "2031-05-08T08:00:00+00:00"
    with text.world.app.app_context(), reading() as session:
        assert session.scalar(select(func.count()).select_from(TimeRequest)) == 1
    told = actions(text.owner, text.coalition, action="sign_off.time_needed")
    assert len(told) == 2, "the same twice is once"


def test_webhooks_tell_of_time_and_closed_questions_by_ids_alone(text: SigningOff) -> None:
    types = [
        "sign_off.time_needed",
        "sign_off.time_entered",
        "question.closed",
        "question.reopened",
    ]
    endpoint = an_endpoint(text.owner, text.coalition, types=types)
    text.open()
    need(text, "Bob", "2031-05-06", reason="Canary of a reason")
    entered = {"member_id": text.members["Water"], "until": "2031-05-06", "by": {"name": "A"}}
    assert text.owner.post(f"{text.path}/time-requests", entered).status == 201
    close(text, "Bread")
    assert reopen(text, "Bread") == 204

    path = f"/v1/webhook-endpoints/{endpoint}/deliveries"
    told = text.owner.get(path, limit=200)["items"]
    assert {each["type"] for each in told} == set(types)
    for each in told:
        body = text.owner.get(f"/v1/webhook-deliveries/{each['id']}").body.decode()
        assert text.statement in body
        assert not any(member in body for member in text.members.values())
        assert "anary" not in body


def test_a_member_asks_for_time_on_its_page(text: SigningOff, browser: FlaskClient) -> None:
    text.open(hard_deadline=at(30))
    here = f"/a/{text.door('Ada').rpartition('/')[2]}"

    empty = posted(browser, here, {"do": "time", "until": "", "reason_for_time": "We meet."})
    wrong = posted(browser, here, {"do": "time", "until": "2031-04-01"})
    asked = {"do": "time", "until": "2031-05-12", "reason_for_time": "We meet."}
    right = posted(browser, here, asked)

    assert (empty.status_code, wrong.status_code, right.status_code) == (422, 422, 303)
    assert "We meet." in empty.text
    assert "from tomorrow on" in wrong.text
    page = browser.get(here).text
    assert "You asked for time until 12 May 2031." in page
    assert text.entry("Bread")["time_asked"]["reason"] == "We meet."


def test_the_page_of_a_closed_question_says_why(text: SigningOff, browser: FlaskClient) -> None:
    text.open()
    close(text, "Bread")

    page = browser.get(f"/a/{text.door('Ada').rpartition('/')[2]}").text

    assert "The coordinators closed this question." in page
    assert WHY in page
    assert "We need until" not in page
    assert "Send the answer" not in page


def test_a_second_person_confirms_what_the_first_proposed_in_its_office(
    text: SigningOff, browser: FlaskClient
) -> None:
    text.represent("Bread", "Dan", role="Treasurer")
    text.owner.patch(f"/v1/organisations/{text.organisation('Bread')}", {"needs_two": True})
    text.open(hard_deadline=at(30))
    text.reserve("Ada", "Not the doors.")

    (letter,) = letters_of(text.world, "signoffs.half")
    assert letter is not None
    assert (letter.to_name, letter.facts["proposed_by"]) == ("Dan", "Ada, Director")
    assert "Not the doors." in mailings.write("signoffs.half", letter).text
    proposal = text.seen("Dan")["proposal"]
    assert (proposal["answer"], proposal["by"]) == (
        "reserved", {"name": "Ada", "role": "Director"},
    )  # fmt: skip
    assert proposal["reservations"][0]["text"] == "Not the doors."
    assert text.seen("Ada")["proposal"] is None, "it is hers"
    page = browser.get(f"/a/{text.door('Dan').rpartition('/')[2]}").text
    assert "Ada, Director proposed on 1 May 2031" in page
    assert "Reservation on:" in page
    assert '<dd><p dir="auto">Not the doors.</p>' in page
    assert "They do not print; only the coordinators read them." in page
    assert "You approved this text" not in page
    assert text.prints() == []

    text.say("Dan")

    assert text.state("Bread") == "reserved"
    assert text.seen("Dan")["proposal"] is None
    assert text.prints() == ["Bread"]
    page = browser.get(f"/a/{text.door('Dan').rpartition('/')[2]}").text
    assert "Approved by Dan, Treasurer" in page
