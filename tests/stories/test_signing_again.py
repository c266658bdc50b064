"""Who signs again before confirming means the last one, whichever letter is confirmed last."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import time_machine
from flask_migrate import downgrade, upgrade

from api.infra.database.transactions import reading
from api.signatures.models import Signature
from tests.support.builders import a_representative, an_organisation, another_revision
from tests.support.signing import Rush, letters_of

if TYPE_CHECKING:
    from tests.support.client import Answer

ADDRESS = "rasa@specimen.example"
SLIP, RIGHT = "Rasa Pavyzdeine", "Rasa Pavyzdienė"
OWN = "/v1/public/own-signatures"
BEFORE = "4b7d0c2f9a61"


def asked(rush: Rush, *several: dict[str, Any]) -> list[str]:
    """Ask to sign several times from one mailbox; return the secrets of its letters."""
    for facts in several:
        assert rush.sent(ADDRESS, **facts).status == 202
    rush.work()
    return rush.secrets()


def twice(rush: Rush, **more: Any) -> list[str]:
    return asked(rush, {"name": SLIP, "country": "KZ"}, {"name": RIGHT, "country": "LT", **more})


def one(rush: Rush) -> dict[str, Any]:
    rush.work()
    (found,) = rush.signatures()
    return found


def own(rush: Rush, answer: Answer, act: str, **facts: Any) -> Answer:
    return rush.world.stranger().post(f"{OWN}/{answer['own_secret']}/{act}", facts)


@pytest.mark.parametrize(
    ("order", "name", "country"),
    [
        ((0, 1), RIGHT, "LT"),
        ((1, 0), RIGHT, "LT"),
        ((0,), SLIP, "KZ"),
        ((1,), RIGHT, "LT"),
        ((0, 1, 0), RIGHT, "LT"),
        ((1, 0, 1, 0), RIGHT, "LT"),
    ],
)
def test_what_was_asked_for_last_stands_in_every_order(
    rush: Rush, order: tuple[int, ...], name: str, country: str
) -> None:
    secrets = twice(rush)

    answers = [rush.confirm(secrets[each]) for each in order]
    rush.work()

    assert {(each.status, each["is_confirmed"]) for each in answers} == {(200, True)}
    assert len({each["own_secret"] for each in answers}) == 1
    found = one(rush)
    assert (found["name"], found["country"], rush.total()) == (name, country, 1)
    counts = rush.owner.get(f"/v1/statements/{rush.statement}/signature-counts")
    assert counts["by_country"] == {country: 1}
    (listed,) = rush.world.stranger().get(f"{rush.path}/signatures")["items"]
    assert listed["name"] == name


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_of_three_the_third_stands(rush: Rush, order: tuple[int, ...]) -> None:
    secrets = asked(rush, {"name": SLIP}, {"name": "Rasa P."}, {"name": RIGHT})

    for each in order:
        assert rush.confirm(secrets[each]).status == 200

    assert (one(rush)["name"], rush.total()) == (RIGHT, 1)
    kinds = [kind for kind, _ in letters_of(rush.world)]
    assert kinds.count("signing.receipt") <= 1


def test_both_confirmed_in_one_moment_leave_the_last(rush: Rush) -> None:
    secrets = twice(rush)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(rush.confirm, secrets * 6))

    assert {each.status for each in answers} == {200}
    assert (one(rush)["name"], rush.total()) == (RIGHT, 1)


def test_codes_of_letters_follow_the_same_rule(rush: Rush) -> None:
    asked(rush, {"name": SLIP}, {"name": RIGHT})
    codes = [str(letter.facts["code"]) for _, letter in letters_of(rush.world) if letter]

    for code in reversed(codes):
        answer = rush.world.stranger().post(f"{rush.path}/confirmations", {"code": code})
        assert answer.status == 200

    assert one(rush)["name"] == RIGHT


def test_the_page_of_an_earlier_letter_leads_to_what_stands(rush: Rush) -> None:
    first, second = twice(rush)
    before = rush.world.stranger().get(f"/v1/public/pending-signatures/{first}")
    confirmed = rush.confirm(second)

    after = rush.world.stranger().get(f"/v1/public/pending-signatures/{first}")

    assert (before["is_confirmed"], before["own_secret"]) == (False, None)
    assert (after["is_confirmed"], after["own_secret"]) == (True, confirmed["own_secret"])


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_visibility_and_kind_are_those_of_the_last(rush: Rush, order: tuple[int, ...]) -> None:
    secrets = asked(
        rush,
        {"name": "Rasa Specimen"},
        {
            "kind": "organisation",
            "name": "Rasa House",
            "represented_by": {"name": RIGHT},
            "visibility": "coalition",
            "consents": rush.consents("signing"),
        },
    )

    for each in order:
        rush.confirm(secrets[each])

    found = one(rush)
    told = (found["kind"], found["name"], found["visibility"], found["represented_by"]["name"])
    assert told == ("organisation", "Rasa House", "coalition", RIGHT)
    assert rush.world.stranger().get(f"{rush.path}/signatures")["items"] == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("is_last", [True, False])
def test_mailings_are_agreed_to_as_in_the_last(
    rush: Rush, order: tuple[int, ...], *, is_last: bool
) -> None:
    house = an_organisation(rush.owner, rush.coalition, names={"en": "House"})
    rush.set(mailing_organisation_ids=[house])
    news = {"consents": rush.consents("signing", "name", "mailings")}
    plain = {"consents": rush.consents()}
    requests = (plain, news) if is_last else (news, plain)
    secrets = asked(rush, *({"name": RIGHT, **each} for each in requests))

    for each in order:
        answer = rush.confirm(secrets[each])

    seen = rush.world.stranger().get(f"{OWN}/{answer['own_secret']}")
    standing = [x["purpose"] for x in seen["consents"] if x["taken_back_on"] is None]
    assert sorted(standing) == sorted(["signing", "name", *(["mailings"] if is_last else [])])
    assert (one(rush)["email"] is not None) is is_last


def test_an_organisation_that_was_mistyped_is_linked_by_the_last(rush: Rush) -> None:
    house = an_organisation(rush.owner, rush.coalition, names={"en": "Qalb House"}, acronym="QH")
    a_representative(rush.owner, house, email=ADDRESS)
    told = {"kind": "organisation", "represented_by": {"name": RIGHT}}
    secrets = asked(rush, {**told, "name": "Bread House"}, {**told, "name": "QALB HOUSE"})

    for each in secrets:
        rush.confirm(each)

    found = one(rush)
    assert (found["organisation_id"], found["acronym"]) == (house, "QH")
    queue = rush.owner.get(f"/v1/statements/{rush.statement}/moderation-queue")
    assert (queue["items"], rush.total()) == ([], 1)


@pytest.mark.parametrize(("last", "total"), [(RIGHT, 1), ("RASA MARIA SPECIMEN", 0)])
def test_only_the_last_is_looked_at_by_coordinators(rush: Rush, last: str, total: int) -> None:
    rush.set(moderation="flagged")
    first = "RASA MARIA SPECIMENE" if total else "Rasa Specimen"

    for each in asked(rush, {"name": first}, {"name": last}):
        rush.confirm(each)
    rush.work()

    assert rush.total() == total


def approve(rush: Rush) -> None:
    """Have a coordinator approve what is held."""
    rush.work()
    (held,) = rush.owner.get(f"/v1/statements/{rush.statement}/moderation-queue")["items"]
    assert rush.owner.post(f"/v1/signatures/{held['id']}/approval").status == 200


SHOUTED = {"name": "RASA MARIA SPECIMENE"}
SPOKEN_FOR = {
    "kind": "organisation",
    "name": "Rasa House of Specimens",
    "represented_by": {"name": "RASA MARIA SPECIMENE" + " OF MANY WORDS" * 5},
}
NOBODY = {"visibility": "anonymous"}


@pytest.mark.parametrize(
    ("first", "last", "total"),
    [
        (SHOUTED, SHOUTED, 1),
        (SHOUTED, {**SHOUTED, "country": "LT"}, 1),
        (SHOUTED, {**SHOUTED, **NOBODY}, 1),
        ({**SHOUTED, **NOBODY}, {**SHOUTED, **NOBODY}, 1),
        ({**SHOUTED, **NOBODY}, SHOUTED, 0),
        (SHOUTED, {"name": "RASA MARIA PAVYZDIENE"}, 0),
        (SHOUTED, {**SHOUTED, "role": "Call 123 456 789"}, 0),
        (SPOKEN_FOR, SPOKEN_FOR, 1),
        (SPOKEN_FOR, {**SPOKEN_FOR, "name": "Rasa House"}, 0),
    ],
)
def test_what_a_coordinator_approved_is_held_again_only_under_another_odd_name(
    rush: Rush, first: dict[str, Any], last: dict[str, Any], total: int
) -> None:
    rush.set(moderation="flagged")
    secrets = asked(rush, first, last)
    rush.confirm(secrets[0])
    assert rush.total() == 0
    approve(rush)

    assert rush.confirm(secrets[1]).status == 200
    rush.work()

    assert rush.total() == total
    queue = rush.owner.get(f"/v1/statements/{rush.statement}/moderation-queue")
    assert len(queue["items"]) == 1 - total


def test_where_all_are_looked_at_who_was_approved_stays_as_they_are(rush: Rush) -> None:
    rush.set(moderation="all")
    same = {"name": SLIP, "country": "KZ"}
    secrets = asked(rush, same, {**same, "visibility": "initials"}, {"name": RIGHT})
    rush.confirm(secrets[0])
    approve(rush)

    totals = []
    for each in secrets[1:]:
        rush.confirm(each)
        rush.work()
        totals.append(rush.total())

    assert totals == [1, 0]


def test_what_a_coordinator_rejected_stays_rejected(rush: Rush) -> None:
    first, second = twice(rush)
    rush.confirm(first)
    signature = one(rush)["id"]
    assert rush.owner.post(f"/v1/signatures/{signature}/rejection", {"reason": "No."}).status == 200

    answer = rush.confirm(second)

    assert (answer.status, rush.total()) == (200, 0)


@pytest.mark.parametrize(
    ("act", "facts", "name"),
    [("corrections", {"name": "Rasa K. Specimen"}, "Rasa K. Specimen"), ("hiding", {}, None)],
)
def test_what_was_changed_by_hand_since_is_not_undone_by_an_older_letter(
    rush: Rush, act: str, facts: dict[str, Any], name: str | None
) -> None:
    first, second = twice(rush)
    answer = rush.confirm(first)
    assert own(rush, answer, act, **facts).status == 200

    assert rush.confirm(second).status == 200

    assert one(rush)["name"] == name


def test_a_name_that_a_coordinator_hid_does_not_come_back(rush: Rush) -> None:
    first, second = twice(rush)
    rush.confirm(first)
    assert rush.owner.post(f"/v1/signatures/{one(rush)['id']}/hiding").status == 200

    rush.confirm(second)

    found = one(rush)
    assert (found["name"], found["visibility"], rush.total()) == (SLIP, "anonymous", 1)
    assert rush.world.stranger().get(f"{rush.path}/signatures")["items"] == []


def test_who_withdrew_is_not_brought_back_by_a_letter_and_may_sign_again(rush: Rush) -> None:
    first, second = twice(rush)
    answer = rush.confirm(first)
    assert own(rush, answer, "withdrawal").status == 200

    assert rush.confirm(second).status == 404
    rush.work()
    assert rush.total() == 0
    rush.signed(ADDRESS, name=RIGHT)
    assert rush.total() == 1


def test_who_has_confirmed_is_told_so_and_nothing_changes(rush: Rush) -> None:
    rush.signed(ADDRESS, name=SLIP)

    assert rush.sent(ADDRESS, name=RIGHT).status == 202
    rush.work()

    assert [kind for kind, _ in letters_of(rush.world)].count("signing.again") == 1
    assert one(rush)["name"] == SLIP


def test_an_earlier_letter_that_has_run_out_changes_nothing(rush: Rush) -> None:
    with time_machine.travel("2031-05-14T10:00:00+00:00", tick=False) as clock:
        rush.sent(ADDRESS, name=SLIP)
        clock.shift(2 * 24 * 3600)
        first, second = asked(rush, {"name": RIGHT})
        clock.shift(5 * 24 * 3600 + 1)
        rush.work()
        assert rush.confirm(first).status == 404
        own_secret = rush.confirm(second)["own_secret"]
        seen = rush.world.stranger().get(f"{OWN}/{own_secret}")
        assert seen["who"]["name"] == RIGHT
        clock.shift(8 * 24 * 3600)
        rush.work()
        with rush.world.app.app_context(), reading() as session:
            (row,) = session.query(Signature).filter_by(statement_id=UUID(rush.statement))
            assert row.said_at is None


def test_the_last_is_bound_to_the_text_that_it_was_asked_for(rush: Rush) -> None:
    rush.sent(ADDRESS, name=SLIP)
    rush.sha256 = another_revision(rush.owner, rush.statement, "editorial")
    first, second = asked(rush, {"name": RIGHT})

    rush.confirm(first)
    rush.confirm(second)

    found = one(rush)
    assert (found["name"], found["revision_sha256"]) == (RIGHT, rush.sha256)


def test_letters_tell_when_each_was_asked_for_and_no_name(rush: Rush) -> None:
    with time_machine.travel("2031-05-14T10:00:00+00:00", tick=False) as clock:
        rush.sent(ADDRESS, name=SLIP)
        clock.shift(600)
        asked(rush, {"name": RIGHT})
        told = [letter.facts["asked_at"] for _, letter in letters_of(rush.world) if letter]

    assert [f"{at:%d %H:%M} {at.tzinfo}" for at in sorted(told)] == ["14 10:00 UTC", "14 10:10 UTC"]


def test_an_upgrade_knows_what_was_confirmed_before(rush: Rush) -> None:
    first, second = twice(rush)
    rush.confirm(second)
    try:
        with rush.world.app.app_context():
            downgrade(revision=BEFORE)
    finally:
        with rush.world.app.app_context():
            upgrade()

    rush.confirm(first)

    assert one(rush)["name"] == RIGHT
