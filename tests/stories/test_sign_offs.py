"""What members answer: by their links, by telephone, together, instead of a colleague."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.contracts.scene import SVG
from tests.support.builders import (
    a_case,
    a_signature,
    an_organisation,
    another_revision,
    letters_of,
)
from tests.support.signoffs import SigningOff, a_sign_off

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client


@pytest.fixture
def text(world: World, owner: Client) -> SigningOff:
    """A text that Bread (Ada), Salt (Bob) and Water (Cyd) are asked to sign off."""
    found = a_sign_off(world, owner)
    found.open(note="Please read.")
    return found


def test_a_link_shows_the_text_its_places_and_what_was_answered(text: SigningOff) -> None:
    text.reserve("Ada", "Not the doors.", shows_logo=False)

    seen = text.seen("Ada")

    assert seen["title"] == "Open the doors"
    assert seen["revision"]["sha256"] == text.sha256
    assert seen["revision"]["printed"]["blocks"][0]["text"].startswith("We ask")
    assert seen["places"] == [{"pointer": "/blocks/0", "text": "We ask that the doors be opened."}]
    assert seen["round"]["note"] == "Please read."
    assert (seen["me"]["name"], seen["may_answer"]) == ("Ada", True)
    (answer,) = seen["answers"]
    assert answer["reservations"] == [{"pointer": "/blocks/0", "text": "Not the doors."}]
    assert (answer["by"]["name"], answer["shows_logo"]) == ("Ada", False)
    assert b"@specimen" not in seen.body


def test_an_answer_to_another_text_is_refused_with_the_hash_of_this_one(text: SigningOff) -> None:
    old = text.sha256
    new = another_revision(text.owner, text.statement, "editorial")

    refused = text.say("Ada", revision_sha256=old)

    assert (refused.status, refused["type"]) == (409, "/problems/text-changed")
    assert new in refused["detail"]
    assert text.say("Ada", revision_sha256=new).status == 200


def test_the_latest_answer_counts_and_the_same_twice_is_once(text: SigningOff) -> None:
    text.say("Ada", "declined", reason="No.")
    text.say("Ada")
    text.say("Ada")

    entry = text.entry("Bread")

    assert entry["state"] == "approved"
    assert [each["answer"] for each in entry["answers"]] == ["declined", "approved"]


def test_a_reservation_is_about_a_place_of_the_text(text: SigningOff) -> None:
    wrong = text.say("Ada", "reserved", reservations=[{"pointer": "/blocks/9", "text": "No."}])

    assert wrong.status == 422
    assert "/reservations/0/pointer" in wrong.faults
    assert text.state("Bread") == "asked"


def test_an_internal_reservation_prints_nowhere(text: SigningOff) -> None:
    text.reserve("Ada", "Inner doubts.")
    text.reserve("Bob", "Outer doubts.", prints_reservation=True)

    printed = text.printed()

    assert "Inner doubts." not in printed
    assert "- Salt — Reservation: Outer doubts." in printed
    text.move("review", "published")
    assert text.printed() == printed
    assert "Inner" not in text.owner.get(f"{text.path}/export").body.decode()


def test_a_note_that_tells_a_hidden_name_is_refused_and_one_that_told_it_goes(
    text: SigningOff,
) -> None:
    a_case(text.owner, text.coalition, name="Aygul Hiddenova", may_be_named=False)
    case = a_case(text.owner, text.coalition, name="Wagtail Specimen", country="TJ")
    text.reserve("Ada", "All but Wagtail Specimen.", prints_reservation=True)
    text.reserve("Cyd", "We doubt it.", prints_reservation=True)

    refused = text.reserve("Bob", "All but Aygul Hiddenova.", prints_reservation=True)
    assert refused.status == 422
    assert "/reservations/0/text" in refused.faults
    assert "Wagtail" in text.printed()
    label = {"may_be_named": False, "public_label": "a baker"}
    assert text.owner.patch(f"/v1/cases/{case}", label).status == 200

    assert "Wagtail" not in text.printed()
    assert "We doubt it." in text.printed()
    assert text.prints() == ["Bread", "Water"]


def test_a_published_note_goes_with_the_name_that_it_tells(text: SigningOff) -> None:
    case = a_case(text.owner, text.coalition, name="Wagtail Specimen", country="TJ")
    text.reserve("Ada", "All but Wagtail Specimen.", prints_reservation=True)
    text.move("review", "published")
    assert "Wagtail" in text.printed()

    label = {"may_be_named": False, "public_label": "a baker"}
    assert text.owner.patch(f"/v1/cases/{case}", label).status == 200

    assert "Wagtail" not in text.printed()
    assert "- Bread" in text.printed()


def test_where_two_are_needed_two_different_people_approve(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    text.represent("Bread", "Dan")
    owner.patch(f"/v1/organisations/{text.organisation('Bread')}", {"needs_two": True})
    text.open()

    text.say("Ada")
    text.say("Ada", shows_logo=False)
    assert text.state("Bread") == "one_of_two"
    assert text.prints() == []
    half = [each.to_name for each in letters_of(world, "signoffs.half") if each]
    assert set(half) == {"Dan"}
    text.hand("Ada", "Eve")
    text.say("Eve")
    assert text.state("Bread") == "one_of_two", "who took it over is the same voice"
    text.say("Dan")

    assert text.state("Bread") == "approved"
    assert text.prints() == ["Bread"]


def test_a_colleague_answers_instead_and_the_giver_goes_on_reading(text: SigningOff) -> None:
    handed = text.hand("Ada", "Eve")

    assert handed.status == 200
    assert (handed["may_answer"], handed["why_not"]) == (False, "This was handed to a colleague")
    assert text.say("Ada").status == 409
    assert text.hand("Ada", "Fox").status == 409
    (letter,) = letters_of(text.world, "signoffs.handed")
    assert letter is not None
    assert (letter.to, letter.facts["handed_by"]) == ("eve@specimen.example", "Ada")
    text.say("Eve")
    seen = text.seen("Ada")
    assert [each["by"]["name"] for each in seen["answers"]] == ["Eve"]
    assert [(x["name"], x["handed_to"], x["handed_by"]) for x in seen["people"]] == [
        ("Ada", "Eve", None),
        ("Eve", None, "Ada"),
    ]


def test_it_is_handed_to_nobody_who_is_asked_already(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    text.represent("Bread", "Dan")
    text.open()

    refused = text.hand("Ada", "Dan")

    assert (refused.status, refused["type"]) == (409, "/problems/already-asked")
    assert text.say("Ada").status == 200


def test_who_left_answers_no_more_from_that_moment(text: SigningOff) -> None:
    door = text.door("Ada")
    body = {"answer": "approved", "revision_sha256": text.sha256}
    left = text.owner.patch(f"/v1/representatives/{text.people['Ada']}", {"left_on": "2020-01-01"})

    assert left.status == 200
    for answer in (
        text.world.stranger().get(door),
        text.world.stranger().post(f"{door}/answers", body),
        text.world.stranger().post(f"{door}/hand-overs", {"name": "E", "email": "e@e.example"}),
    ):
        assert (answer.status, answer["type"]) == (410, "/problems/link-expired")
    assert text.state("Bread") == "nobody_to_ask"
    assert letters_of(text.world, "signoffs.request").count(None) == 1


def test_who_comes_back_may_be_asked_again_by_another_link(text: SigningOff) -> None:
    door, person = text.door("Ada"), f"/v1/representatives/{text.people['Ada']}"
    text.owner.patch(person, {"left_on": "2020-01-01"})
    text.owner.patch(person, {"left_on": None})

    asked = text.owner.post(
        f"{text.path}/sign-off-round/asks", {"member_ids": [text.members["Bread"]]}
    )

    assert asked.status == 200, asked.body
    assert text.door("Ada") != door
    assert text.world.stranger().get(door).status == 410
    assert text.say("Ada").status == 200


def test_an_address_that_moved_gets_a_link_of_its_own(text: SigningOff) -> None:
    door = text.door("Ada")

    moved = {"email": "ada@elsewhere.example"}
    text.owner.patch(f"/v1/representatives/{text.people['Ada']}", moved)

    assert text.world.stranger().get(door).status == 410
    assert text.seen("Ada").status == 200
    letter = letters_of(text.world, "signoffs.request")[-1]
    assert letter is not None
    assert letter.to == "ada@elsewhere.example"


def test_a_coordinator_enters_what_was_said_by_telephone(text: SigningOff) -> None:
    body = {
        "member_id": text.members["Salt"],
        "by": {"name": "Bob", "role": "Chair"},
        "answer": "approved",
        "revision_sha256": text.sha256,
    }

    entered = text.owner.post(f"{text.path}/sign-offs", body)

    assert (entered.status, entered["state"]) == (201, "approved"), entered.body
    (answer,) = entered["answers"]
    assert (answer["is_entered"], answer["by"]["name"]) == (True, "Bob")
    observer = text.member("Eyes", role="observer")
    assert text.owner.post(f"{text.path}/sign-offs", {**body, "member_id": observer}).status == 422


def test_one_person_is_one_voice_by_link_and_by_telephone(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    owner.patch(f"/v1/organisations/{text.organisation('Bread')}", {"needs_two": True})
    text.open()
    text.say("Ada")
    body = {
        "member_id": text.members["Bread"],
        "answer": "approved",
        "revision_sha256": text.sha256,
    }

    owner.post(f"{text.path}/sign-offs", {**body, "by": {"name": "ADA"}})
    assert text.state("Bread") == "one_of_two"
    owner.post(f"{text.path}/sign-offs", {**body, "by": {"name": "Gus"}})

    assert text.state("Bread") == "approved"


def test_only_who_approved_objects_and_only_to_a_later_text(text: SigningOff) -> None:
    early = text.say("Ada", "objected", reason="No.")
    text.say("Ada")
    text.say("Bob")
    text.sha256 = another_revision(text.owner, text.statement, "editorial")

    assert early.status == 422
    assert text.state("Bread") == "approved"
    assert {x.to_name for x in letters_of(text.world, "signoffs.edited") if x} == {"Ada", "Bob"}
    assert text.say("Ada", "objected", reason="Not this comma.").status == 200
    assert text.state("Bread") == "objected"
    assert text.prints() == ["Salt"]


def test_two_answers_in_one_moment_are_both_kept_in_an_order(text: SigningOff) -> None:
    text.represent("Bread", "Dan")
    text.owner.post(f"{text.path}/sign-off-round/asks", {"member_ids": [text.members["Bread"]]})
    doors = [text.door(each) for each in ("Ada", "Dan")] * 4

    def say(at: int) -> Answer:
        no = {"answer": "declined", "reason": f"No {at}."}
        body = {**no, "revision_sha256": text.sha256}
        return text.world.stranger().post(f"{doors[at]}/answers", body)

    with ThreadPoolExecutor(8) as threads:
        statuses = [answer.status for answer in threads.map(say, range(8))]

    assert statuses == [200] * 8
    entry = text.entry("Bread")
    assert len(entry["answers"]) == 8
    assert entry["state"] == entry["answers"][-1]["answer"]


def test_of_answers_and_a_publication_at_once_each_is_a_signature_or_refused(
    text: SigningOff,
) -> None:
    text.move("review")
    doors = [text.door(each) for each in ("Ada", "Bob", "Cyd")]
    body = {"answer": "approved", "revision_sha256": text.sha256}
    etag = text.owner.get(text.path).etag

    def act(at: int) -> Answer:
        if at == 1:
            path, state = f"{text.path}/transitions", {"state": "published"}
            return text.owner.send("POST", path, state, headers={"If-Match": etag})
        return text.world.stranger().post(f"{doors[at // 2 if at else 0]}/answers", body)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(act, (0, 1, 2, 4)))

    assert answers[1].status == 200
    given = sum(answers[at].status == 200 for at in (0, 2, 3))
    assert len(text.owner.get(f"{text.path}/signatures")["items"]) == given
    assert {answers[at].status for at in (0, 2, 3)} <= {200, 409}


def test_who_was_entered_already_signs_once(text: SigningOff) -> None:
    for name in ("Bread", "Salt"):
        facts = {"name": name} if name == "Salt" else {
            "name": None, "organisation_id": text.organisation(name),
        }  # fmt: skip
        a_signature(text.owner, text.statement, text.sha256, kind="organisation", **facts)
    for person in ("Ada", "Bob", "Cyd"):
        text.say(person)

    assert sorted(text.prints()) == ["Bread", "Salt", "Water"]
    text.move("review", "published")

    listed = text.owner.get(f"{text.path}/signatures")["items"]
    assert sorted(each["name"] for each in listed) == ["Bread", "Salt", "Water"]
    assert [each["source"] for each in listed] == ["entered", "entered", "approval"]


def test_a_name_without_its_logo_prints_without(text: SigningOff) -> None:
    for name in ("Bread", "Salt"):
        path = f"/v1/organisations/{text.organisation(name)}/logo"
        assert text.owner.put(path, SVG, kind="image/svg+xml").status == 200
    text.say("Ada", shows_logo=False)
    text.say("Bob")

    def logos() -> int:
        query = {"format": "html", "theme": "letter-logos"}
        page = text.owner.get(f"{text.path}/document", **query).body.decode()
        return page.count('alt="')

    before = logos()
    text.move("review", "published")

    assert before == logos() == 1


def test_a_published_text_takes_no_answer_from_anybody(text: SigningOff) -> None:
    text.say("Ada")
    text.move("review", "published")

    assert text.say("Bob").status == 409
    assert text.hand("Bob", "Eve").status == 409
    seen = text.seen("Bob")
    assert (seen.status, seen["may_answer"]) == (200, False)
    body = {"member_id": text.members["Salt"], "by": {"name": "B"}, "answer": "approved"}
    entered = text.owner.post(f"{text.path}/sign-offs", {**body, "revision_sha256": text.sha256})
    assert (entered.status, entered["type"]) == (409, "/problems/sign-off-over")


def test_an_organisation_of_another_coalition_is_no_member(text: SigningOff) -> None:
    other = text.world.user("other")
    coalition = other.post("/v1/coalitions", {"slug": "other", "name": "Other"}).id
    organisation = an_organisation(other, coalition)
    path = f"/v1/coalitions/{coalition}/members"
    member = other.post(path, {"organisation_id": organisation}).id

    asked = text.owner.post(f"{text.path}/sign-off-round/asks", {"member_ids": [member]})

    assert asked.status == 422
    assert other.get(f"{text.path}/sign-off-board").status == 404


def test_no_note_comes_in_behind_a_name_that_is_taken_back(text: SigningOff) -> None:
    case = a_case(text.owner, text.coalition, name="Wagtail Specimen", country="TJ")
    door, etag = text.door("Ada"), text.owner.get(f"/v1/cases/{case}").etag
    body = {
        "answer": "reserved",
        "revision_sha256": text.sha256,
        "reservations": [{"pointer": "/blocks/0", "text": "All but Wagtail Specimen."}],
        "prints_reservation": True,
    }
    silence = {"may_be_named": False, "public_label": "a baker"}

    def act(at: int) -> Answer:
        if at:
            return text.owner.patch(f"/v1/cases/{case}", silence, etag=etag)
        return text.world.stranger().post(f"{door}/answers", body)

    with ThreadPoolExecutor(2) as threads:
        answered, silenced = threads.map(act, (0, 1))

    assert silenced.status == 200
    assert answered.status in {200, 422}
    assert "Wagtail" not in text.printed()
