"""Who signed has a link of their own: they see, correct, hide and withdraw, without an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.pdf_words import letters_of
from tests.support.signing import Rush, a_rush

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

OWN = "/v1/public/own-signatures"


def names(rush: Rush) -> list[str]:
    return [each["name"] for each in rush.world.stranger().get(f"{rush.path}/signatures")["items"]]


def test_a_link_shows_all_that_is_kept(rush: Rush) -> None:
    own = rush.signed("ada@specimen.example", role="Baker")

    seen = rush.world.stranger().get(f"{OWN}/{own}")

    assert (seen.status, seen["who"]) == (200, {"name": "Ada Specimen", "role": "Baker"})
    assert [each["purpose"] for each in seen["consents"]] == ["name", "signing"]
    taken = rush.world.stranger().get(f"{OWN}/{own}/data")
    assert taken["signature"]["who"]["role"] == "Baker"
    assert "attachment" in taken.headers["Content-Disposition"]


def test_a_name_is_corrected_by_the_one_who_bears_it(rush: Rush) -> None:
    own = rush.signed("ada@specimen.example")

    changed = rush.world.stranger().post(f"{OWN}/{own}/corrections", {"name": "Ada N. Specimen"})

    assert (changed.status, names(rush)) == (200, ["Ada N. Specimen"])
    spam = rush.world.stranger().post(f"{OWN}/{own}/corrections", {"name": "www.spam.example"})
    assert spam.status == 422


def test_a_hidden_name_is_gone_from_every_list_at_once_and_still_counted(rush: Rush) -> None:
    own = rush.signed("ada@specimen.example")
    document = f"/v1/statements/{rush.statement}/document"
    assert "Ada Specimen" in rush.owner.get(document, format="text").body.decode()

    first = rush.world.stranger().post(f"{OWN}/{own}/hiding")
    again = rush.world.stranger().post(f"{OWN}/{own}/hiding")

    assert (first.status, again.status) == (200, 200)
    assert (names(rush), rush.total()) == ([], 1)
    assert "Ada Specimen" not in rush.owner.get(document, format="text").body.decode()
    assert (
        "Ada" not in rush.owner.get(f"/v1/statements/{rush.statement}/signatures.csv").body.decode()
    )
    assert b"Ada Specimen" not in rush.world.rows()


def test_who_withdraws_is_forgotten_and_may_sign_again(rush: Rush) -> None:
    own = rush.signed("ada@specimen.example")

    first = rush.world.stranger().post(f"{OWN}/{own}/withdrawal")
    again = rush.world.stranger().post(f"{OWN}/{own}/withdrawal")

    assert (first.status, first["state"], first["who"]) == (200, "withdrawn", {})
    assert again.status == 200
    assert rush.total() == 0
    assert rush.world.stranger().post(f"{OWN}/{own}/corrections", {"name": "X Y"}).status == 409
    rush.signed("ada@specimen.example")
    assert rush.total() == 1


def test_a_name_is_shown_only_once_its_bearer_agreed_to_that(rush: Rush) -> None:
    own = rush.signed(
        "ada@specimen.example", visibility="coalition", consents=rush.consents("signing")
    )
    path, caller = f"{OWN}/{own}/corrections", rush.world.stranger()

    refused = caller.post(path, {"visibility": "public"})
    agreed = caller.post(path, {"visibility": "public", "consents": rush.consents("name")})

    assert (refused.status, agreed.status) == (422, 200)
    assert [each["purpose"] for each in agreed["consents"]] == ["name", "signing"]
    assert names(rush) == ["Ada Specimen"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_link_that_is_only_opened_changes_nothing(rush: Rush, method: str) -> None:
    own = rush.signed("ada@specimen.example")

    for _ in range(20):
        assert rush.world.stranger().send(method, f"{OWN}/{own}").status == 200

    assert (names(rush), rush.total()) == (["Ada Specimen"], 1)


def test_a_link_opens_nothing_but_what_it_is_for(rush: Rush) -> None:
    own = rush.signed("ada@specimen.example")
    rush.sent("eve@specimen.example")
    rush.work()
    confirms = rush.secrets()[-1]
    caller = rush.world.stranger()

    assert caller.get(f"{OWN}/{confirms}").status == 404
    assert rush.confirm(own).status == 404
    assert caller.get(f"{OWN}/{own[:-1]}x").status == 404


def test_an_address_stays_only_where_a_mailing_needs_it(world: World, owner: Client) -> None:
    rush = a_rush(world, owner)
    path = f"/v1/coalitions/{rush.coalition}/organisations"
    organisation = owner.post(path, {"names": {"en": "Specimen Committee"}}).id
    rush.set(mailing_organisation_ids=[organisation])
    own = rush.signed("ada@specimen.example", consents=rush.consents("signing", "name", "mailings"))
    assert rush.signatures()[0]["email"] == "ada@specimen.example"
    (mailing,) = [
        each
        for each in world.stranger().get(f"{OWN}/{own}")["consents"]
        if each["purpose"] == "mailings"
    ]
    assert "Specimen Committee" in mailing["words"]

    world.stranger().post(f"{OWN}/{own}/corrections", {"consents_taken_back": [mailing["id"]]})

    assert rush.signatures()[0]["email"] is None


def test_who_wishes_not_to_be_shown_is_counted_and_nothing_is_kept_of_them(rush: Rush) -> None:
    rush.signed("ada@specimen.example", visibility="anonymous", consents=rush.consents("signing"))

    assert (names(rush), rush.total()) == ([], 1)
    (signature,) = rush.signatures()
    assert (signature["name"], signature["visibility"]) == (None, "anonymous")


def test_a_sensitive_statement_has_neutral_letters_and_no_receipt_where_none_is_wanted(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner, is_sensitive=True)

    rush.sent("ada@specimen.example", receipt=False)
    rush.work()
    from tests.support.signing import letters_of  # noqa: PLC0415 # beside what it is compared with

    ((_, letter),) = letters_of(world)
    assert letter is not None
    assert letter.coalition is None
    rush.confirm(rush.secrets()[-1])
    rush.work()
    assert [kind for kind, _ in letters_of(world)] == ["signing.confirmation"]


def test_a_site_that_the_coalition_names_may_sign_from_its_pages(rush: Rush) -> None:
    path = f"/v1/coalitions/{rush.coalition}"
    rush.owner.patch(path, {"origins": ["https://specimen.example"]})
    caller = rush.world.stranger()

    def allowed(origin: str) -> str | None:
        answer = caller.send("OPTIONS", f"{rush.path}/signatures", headers={"Origin": origin})
        return answer.headers.get("Access-Control-Allow-Origin")

    assert allowed("https://specimen.example") == "https://specimen.example"
    for stranger in (
        "https://specimen.example.evil.example",
        "http://specimen.example",
        "null",
        "https://evil.example",
    ):
        assert allowed(stranger) is None
    assert "Access-Control-Allow-Credentials" not in caller.get(rush.path).headers


def test_everybody_gets_the_published_pdf_and_never_one_with_a_name_that_was_taken_back(
    rush: Rush,
) -> None:
    own = rush.signed("ada@specimen.example")
    path, caller = f"{rush.path}/document", rush.world.stranger()
    assert caller.get(path).status == 404
    rush.publish()
    assert (caller.get(path).status, caller.get(path).headers["Retry-After"]) == (202, "5")
    rush.work()
    first = caller.get(path)
    assert "AdaSpecimen" in letters_of(first.body)
    assert caller.send("GET", path, headers={"If-None-Match": first.etag}).status == 304

    caller.post(f"{OWN}/{own}/hiding")

    assert caller.get(path).status == 202
    rush.work()
    assert "AdaSpecimen" not in letters_of(caller.get(path).body)


def test_what_a_coordinator_took_out_of_the_count_stays_out_when_its_name_is_corrected(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner, moderation="all")
    own = rush.signed("ada@specimen.example")
    (held,) = owner.get(f"/v1/statements/{rush.statement}/moderation-queue")["items"]
    rejected = owner.post(f"/v1/signatures/{held['id']}/rejection", {"reason": "Nobody knows her."})
    assert rejected.status == 200

    changed = world.stranger().post(f"{OWN}/{own}/corrections", {"name": "Eve Specimen"})

    assert (changed.status, changed["state"]) == (200, "rejected")
    assert rush.total() == 0


def test_an_organisation_corrects_who_signed_for_it(rush: Rush) -> None:
    by = {"name": "A. Specimen", "role": "Director"}
    own = rush.signed(
        "ada@specimen.example", kind="organisation", name="Specimen Club", represented_by=by
    )
    path, caller = f"{OWN}/{own}/corrections", rush.world.stranger()

    spam = caller.post(path, {"represented_by": {"name": "www.spam.example"}})
    changed = caller.post(path, {"represented_by": {"name": "B. Specimen"}})

    assert (spam.status, list(spam.faults)) == (422, ["/represented_by/name"])
    assert changed["who"]["represented_by"] == {"name": "B. Specimen"}
