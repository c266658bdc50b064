"""People sign in public: they ask, their mailbox confirms, and the signature counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import time_machine

from tests.support.builders import a_representative, an_organisation, another_revision
from tests.support.signing import OPENED, Rush, a_rush, letters_of

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


def test_who_signs_and_confirms_is_counted_and_listed(rush: Rush) -> None:
    answer = rush.sent("ada@specimen.example")

    assert answer.status == 202
    assert rush.total() == 0
    rush.work()
    ((kind, letter),) = letters_of(rush.world)
    assert letter is not None
    assert (kind, letter.to, letter.facts["title"]) == (
        "signing.confirmation",
        "ada@specimen.example",
        "Open the doors",
    )
    secret = str(letter.facts["link"]).rsplit("/", 1)[1]
    confirmed = rush.confirm(secret)
    assert (confirmed.status, confirmed["is_confirmed"]) == (200, True)
    rush.work()
    assert rush.total() == 1
    (listed,) = rush.world.stranger().get(f"{rush.path}/signatures")["items"]
    assert (listed["name"], listed["country"]) == ("Ada Specimen", "KZ")


@pytest.mark.parametrize(
    ("name", "greeted"), [("Specimen.lol", None), ("J.R.R. Specimen", "J.R.R. Specimen")]
)
def test_a_letter_greets_by_no_name_that_mail_programs_make_a_link_of(
    rush: Rush, name: str, greeted: str | None
) -> None:
    rush.signed("a@specimen.example", name=name)

    told = [facts for kind, facts in letters_of(rush.world) if kind == "signing.receipt"]
    assert [each and each.facts["name"] for each in told] == [greeted]


def test_the_address_is_forgotten_once_the_receipt_is_sent(rush: Rush) -> None:
    rush.signed("ada@specimen.example")

    (signature,) = rush.signatures()
    assert (signature["name"], signature["email"]) == ("Ada Specimen", None)
    assert [kind for kind, _ in letters_of(rush.world)].count("signing.receipt") == 1


def test_confirming_again_changes_nothing_and_is_fine_for_seven_days(rush: Rush) -> None:
    with time_machine.travel("2031-05-14T10:00:00+00:00", tick=False) as clock:
        rush.sent("ada@specimen.example")
        rush.work()
        (secret,) = rush.secrets()
        first = rush.confirm(secret)
        clock.shift(6 * 24 * 3600)
        again = rush.confirm(secret)
        rush.work()
        assert (first.status, again.status, rush.total()) == (200, 200, 1)
        clock.shift(24 * 3600 + 1)
        assert rush.confirm(secret).status == 410


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_link_that_is_only_opened_confirms_nothing(rush: Rush, method: str) -> None:
    rush.sent("ada@specimen.example")
    rush.work()
    (secret,) = rush.secrets()

    for _ in range(20):
        path = f"/v1/public/pending-signatures/{secret}"
        assert rush.world.stranger().send(method, path).status == 200

    rush.work()
    assert (rush.total(), rush.signatures()) == (0, [])


def test_a_short_code_confirms_as_the_link_does(rush: Rush) -> None:
    rush.sent("ada@specimen.example")
    rush.work()
    ((_, letter),) = letters_of(rush.world)
    assert letter is not None
    typed = str(letter.facts["code"]).lower().replace("-", " ")

    wrong = rush.world.stranger().post(f"{rush.path}/confirmations", {"code": "22222-22222"})
    right = rush.world.stranger().post(f"{rush.path}/confirmations", {"code": typed})

    assert (wrong.status, right.status) == (404, 200)
    rush.work()
    assert rush.total() == 1


def test_a_code_cannot_be_guessed_at_will(rush: Rush) -> None:
    caller = rush.world.stranger()
    statuses = [
        caller.post(f"{rush.path}/confirmations", {"code": f"22222-2222{n}"}).status
        for n in range(2, 9)
    ] + [caller.post(f"{rush.path}/confirmations", {"code": "zzzzz-zzzzz"}).status] * 4

    assert statuses[0] == 404
    last = caller.post(f"{rush.path}/confirmations", {"code": "zzzzz-zzzzy"})
    for _ in range(5):
        last = caller.post(f"{rush.path}/confirmations", {"code": "zzzzz-zzzzy"})
    assert last.status == 429
    assert int(last.headers["Retry-After"]) >= 1


def test_known_new_and_blocked_addresses_are_answered_with_the_same_bytes(rush: Rush) -> None:
    rush.signed("known@specimen.example")

    answers = [rush.sent(f"{who}@specimen.example") for who in ("known", "new", "known", "other")]

    assert {(answer.status, answer.body) for answer in answers} == {(202, answers[0].body)}
    headers = [{k: v for k, v in a.headers.items() if k != "X-Request-ID"} for a in answers]
    assert all(each == headers[0] for each in headers)


def test_who_signs_again_gets_a_letter_that_says_so(rush: Rush) -> None:
    rush.signed("ada@specimen.example")

    rush.sent("Ada+again@specimen.example")
    rush.work()

    (letter,) = [each for kind, each in letters_of(rush.world) if kind == "signing.again"]
    assert letter is not None
    assert letter.to == "Ada+again@specimen.example"
    own = str(letter.facts["link"]).rsplit("/", 1)[1]
    assert rush.world.stranger().get(f"/v1/public/own-signatures/{own}")["who"] == {
        "name": "Ada Specimen"
    }


def test_two_letters_of_one_address_make_one_signature(rush: Rush) -> None:
    for _ in range(2):
        rush.sent("ada@specimen.example")
        rush.work()

    first, second = (rush.confirm(secret) for secret in rush.secrets())

    assert (first.status, second.status) == (200, 200)
    rush.work()
    assert rush.total() == 1


def test_a_victim_gets_three_letters_a_day_however_often_somebody_signs(
    world: World, owner: Client
) -> None:
    rushes = [a_rush(world, owner) for _ in range(4)]
    for number in range(200):
        spelled = "victim@specimen.example" if number % 2 else "Victim+a@specimen.example"
        assert rushes[number % 4].sent(spelled).status == 202

    rushes[0].work()

    assert [kind for kind, _ in letters_of(world)] == ["signing.confirmation"] * 3


def test_the_text_that_was_shown_is_the_one_that_is_signed(rush: Rush) -> None:
    old = rush.sha256
    new = another_revision(rush.owner, rush.statement, "editorial")

    stale = rush.sent("ada@specimen.example", revision_sha256=old)

    assert (stale.status, stale["type"]) == (409, "/problems/text-changed")
    assert new in stale["detail"]
    rush.sha256 = new
    rush.signed("ada@specimen.example")
    assert rush.signatures()[0]["revision_sha256"] == new


def test_a_material_change_after_opening_needs_a_successor(rush: Rush) -> None:
    rush.signed("ada@specimen.example")
    here = f"/v1/statements/{rush.statement}"
    draft = rush.owner.get(f"{here}/draft")["document"]
    rush.owner.put(f"{here}/draft", {"document": {**draft, "title": "Open all doors"}})

    refused = rush.owner.send(
        "POST",
        f"{here}/revisions",
        {"weight": "material"},
        headers={"If-Match": rush.owner.get(here).etag},
    )
    begun = rush.owner.post(f"{here}/successors", {"slug": "all-doors"})

    assert (refused.status, refused["type"]) == (409, "/problems/signing-opened")
    assert (begun.status, begun["document"]["title"]) == (201, "Open all doors")
    assert rush.shown()["phase"] == "closed"
    assert rush.sent("eve@specimen.example").status == 409
    assert rush.total() == 1


@pytest.mark.parametrize(
    ("at", "status"),
    [
        ("2031-05-13T23:59:59.999999+00:00", 409),
        ("2031-05-14T00:00:00+00:00", 202),
        ("2031-05-14T23:59:59.999999+00:00", 202),
        ("2031-05-15T00:00:00+00:00", 409),
    ],
)
def test_it_is_signed_from_an_instant_until_before_another(
    rush: Rush, at: str, status: int
) -> None:
    rush.set(opens_at=OPENED, closes_at="2031-05-15T00:00:00+00:00")
    if at.startswith("2031-05-13"):
        return _not_yet(rush)
    with time_machine.travel(at, tick=False):
        assert rush.sent("ada@specimen.example").status == status
    return None


def _not_yet(rush: Rush) -> None:
    other = a_rush(rush.world, rush.owner, opens_at="2031-05-14T00:00:00+00:00")
    with time_machine.travel("2031-05-14T00:00:00+00:00", tick=False):
        other.sha256 = other.shown()["revision_sha256"]
        body = other.body("ada@specimen.example")
    with time_machine.travel("2031-05-13T23:59:59.999999+00:00", tick=False):
        path = f"{other.path}/signatures"
        assert other.world.stranger().post(path, body).status == 409


def test_what_has_opened_does_not_un_open(rush: Rush) -> None:
    answer = rush.set(opens_at="2099-01-01T00:00:00+00:00")

    assert answer.status == 422
    assert "closes_at" in answer.faults["/opens_at"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Buy at http://spam.example"),
        ("name", "=cmd|' /C calc'!A0"),
        ("name", "A\u202edA"),
        ("affiliation", "visit spam.example"),
        ("role", "a@b.example"),
    ],
)
def test_a_name_that_could_be_misused_is_refused_before_the_address_is_looked_at(
    rush: Rush, field: str, value: str
) -> None:
    answer = rush.sent("ada@specimen.example", **{field: value})

    assert answer.status == 422
    assert f"/{field}" in answer.faults


def test_without_the_consent_to_sign_nothing_is_signed(rush: Rush) -> None:
    none = rush.sent("ada@specimen.example", consents=[])
    unshown = rush.sent("ada@specimen.example", consents=rush.consents("signing"))
    other = {**rush.consents()[0], "words_sha256": "0" * 64}
    forged = rush.sent("ada@specimen.example", consents=[other])

    assert (none.status, unshown.status, forged.status) == (422, 422, 422)
    assert "/visibility" in unshown.faults
    assert "/consents/0" in forged.faults


def test_who_fills_in_what_people_do_not_see_is_thanked_and_forgotten(rush: Rush) -> None:
    answer = rush.sent("bot@specimen.example", website="https://spam.example")

    assert answer.status == 202
    rush.work()
    assert letters_of(rush.world) == []


def test_one_network_signs_a_few_times_a_minute_without_proof(rush: Rush) -> None:
    caller, path = rush.world.stranger(), f"{rush.path}/signatures"
    statuses = [
        caller.post(path, rush.body(f"p{number}@specimen.example")).status for number in range(7)
    ]
    spoofed = caller.send(
        "POST",
        path,
        rush.body("p9@specimen.example"),
        headers={"X-Forwarded-For": "203.0.113.9"},
    )

    assert statuses == [202] * 6 + [429]
    assert spoofed.status == 429
    assert int(spoofed.headers["Retry-After"]) >= 1


def test_what_nobody_confirmed_is_gone_after_seven_days(rush: Rush) -> None:
    with time_machine.travel("2031-05-14T10:00:00+00:00", tick=False) as clock:
        rush.sent("kenarova@specimen.example", name="Kenarova Specimen")
        rush.work()
        assert len(rush.secrets()) == 1
        clock.shift(7 * 24 * 3600 + 1)
        rush.work()
        assert rush.secrets() == []


def test_an_organisation_that_is_typed_signs_by_its_entry_and_only_once(
    rush: Rush, owner: Client
) -> None:
    names = {"en": "Specimen Committee", "ru": "Комитет Образец"}
    entry = an_organisation(owner, rush.coalition, names=names, country="KZ")
    for number in range(3):
        a_representative(owner, entry, email=f"p{number}@specimen.example")
    told = {"kind": "organisation", "represented_by": {"name": "Ada Specimen"}}
    typed = [("комитет  образец", "KZ"), ("Specimen Committee", "KZ"), ("Specimen Committee", "FR")]
    for number, (name, country) in enumerate(typed):
        rush.signed(f"p{number}@specimen.example", **told, name=name, country=country)

    (ours,) = rush.signatures()
    assert (ours["name"], ours["organisation_id"]) == ("комитет  образец", entry)
    held = owner.get(f"/v1/statements/{rush.statement}/moderation-queue")["items"]
    assert {(each["country"], each["organisation_id"], *each["reasons"]) for each in held} == {
        ("KZ", entry, "same_organisation"),
        ("FR", None, "sounds_alike"),
    }
    assert rush.total() == 1


def test_a_name_that_two_entries_have_stays_as_it_was_typed(rush: Rush, owner: Client) -> None:
    for _ in range(2):
        an_organisation(owner, rush.coalition)
    told = {"kind": "organisation", "represented_by": {"name": "Ada Specimen"}}

    rush.signed("p@specimen.example", **told, name="SPECIMEN committee")

    (held,) = owner.get(f"/v1/statements/{rush.statement}/moderation-queue")["items"]
    assert (held["name"], held["organisation_id"]) == ("SPECIMEN committee", None)
    assert (held["reasons"], len(held["resembles"])) == (["sounds_alike"], 2)
