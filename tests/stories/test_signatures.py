"""Signatures: given for one text, found by any spelling, put in order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from api.signatures.rules import Audience
from tests.support.builders import (
    Signing,
    a_coalition,
    a_signature,
    a_statement,
    a_text,
    an_organisation,
    another_revision,
)
from tests.support.client import Client

if TYPE_CHECKING:
    from tests.conftest import World


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    coalition = a_coalition(owner)
    return Signing(world, owner, coalition, *a_text(owner, coalition))


def test_a_signature_is_entered_under_the_text_that_was_seen(signing: Signing) -> None:
    body = {
        "kind": "organisation",
        "name": "House of Specimens",
        "acronym": "HoS",
        "represented_by": {"name": "R. Specimen", "role": "Chair"},
        "email": "hos@specimen.example",
        "country": "KZ",
        "lead": True,
        "day": "2031-05-14",
        "revision_sha256": signing.sha256,
    }

    entered = signing.owner.post(f"{signing.path}/signatures", body)

    assert entered.status == 201
    assert {key: entered[key] for key in body} == body
    assert (entered["state"], entered["why"], entered["position"]) == ("counted", None, 1)
    again = signing.owner.get(f"/v1/signatures/{entered.id}")
    assert ({**again.json, "warnings": []}, again.etag) == (entered.json, entered.etag)


def test_another_text_than_the_newest_is_refused_and_the_newest_is_named(signing: Signing) -> None:
    body = {"kind": "individual", "name": "A. Specimen", "revision_sha256": "0" * 64}

    answer = signing.owner.post(f"{signing.path}/signatures", body)

    assert (answer.status, answer["type"]) == (409, "/problems/text-changed")
    assert signing.sha256 in answer["detail"]


def test_a_text_that_was_never_frozen_cannot_be_signed(owner: Client) -> None:
    statement = a_statement(owner, a_coalition(owner))
    body = {"kind": "individual", "name": "A. Specimen", "revision_sha256": "0" * 64}

    answer = owner.post(f"/v1/statements/{statement}/signatures", body)

    assert (answer.status, answer["type"]) == (409, "/problems/not-frozen")
    assert "Freeze" in answer["detail"]


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"name": "A\u0007 Specimen"}, "/name"),
        ({"name": "A \U00013000"}, "/name"),
        ({"as_printed": "A \u202e Specimen"}, "/as_printed"),
        ({"represented_by": {"name": "B \U00013000"}}, "/represented_by/name"),
        ({"name": None}, "/name"),
        ({"country": "XX"}, "/country"),
        ({"email": "nobody"}, "/email"),
        ({"visibility": "secret"}, "/visibility"),
        ({"organisation_id": str(uuid4()), "kind": "organisation"}, "/organisation_id"),
        ({"source": "public"}, "/source"),
    ],
)
def test_a_faulty_signature_is_refused_where_it_is_at_fault(
    signing: Signing, facts: dict[str, Any], pointer: str
) -> None:
    body = {"kind": "individual", "name": "A", "revision_sha256": signing.sha256, **facts}

    answer = signing.owner.post(f"{signing.path}/signatures", body)

    assert answer.status == 422
    assert list(answer.faults) == [pointer]


def test_an_organisation_of_the_coalition_lends_its_name(signing: Signing) -> None:
    names = {"ru": "Дом образцов", "en": "House of Specimens"}
    entry = an_organisation(
        signing.owner, signing.coalition, names=names, acronym="HoS", country="KG"
    )

    signing.sign(kind="organisation", name=None, organisation_id=entry)
    signing.sign(kind="organisation", name=None, organisation_id=entry, visibility="coalition")

    public, hidden = signing.listed()
    told = [public[key] for key in ("name", "acronym", "country", "organisation_id")]
    assert told == ["House of Specimens", "HoS", "KG", entry]
    # A link to a name in clear would tell who hides.
    assert (hidden["name"], hidden["organisation_id"]) == ("House of Specimens", None)


def test_a_signature_outlives_the_entry_of_its_organisation(signing: Signing) -> None:
    entry = an_organisation(signing.owner, signing.coalition)
    signing.sign(kind="organisation", name=None, organisation_id=entry)

    signing.owner.delete(f"/v1/organisations/{entry}")

    (signature,) = signing.listed()
    assert (signature["name"], signature["organisation_id"]) == ("Specimen Committee", None)


def test_an_organisation_of_another_coalition_cannot_sign(signing: Signing) -> None:
    other = signing.world.user()
    entry = an_organisation(other, a_coalition(other))
    body = {"kind": "organisation", "organisation_id": entry, "revision_sha256": signing.sha256}

    assert signing.owner.post(f"{signing.path}/signatures", body).status == 422


def test_an_editorial_revision_carries_signatures_over(signing: Signing) -> None:
    signing.sign()

    another_revision(signing.owner, signing.statement, "editorial")

    (signature,) = signing.listed()
    assert (signature["state"], signature["revision_number"]) == ("counted", 1)
    assert signature["revision_sha256"] == signing.sha256
    assert signing.counts()["total"] == 1


def test_a_material_revision_leaves_signatures_waiting_until_they_are_confirmed(
    signing: Signing,
) -> None:
    first, second = signing.sign(name="First Specimen"), signing.sign(name="Second Specimen")
    viewer, before = signing.somebody("viewer"), signing.owner.get(f"/v1/signatures/{first}")

    sha256 = another_revision(signing.owner, signing.statement, "material")

    waiting = signing.listed(state="waiting")
    assert [one["id"] for one in waiting] == [first, second]
    assert "revision 2 changed the text" in waiting[0]["why"]
    assert signing.names(viewer) == []
    assert signing.printed(Audience.COORDINATOR) == ([], 0)
    assert (signing.counts()["total"], signing.counts()["waiting"]) == (0, 2)
    # Nobody who asks whether it has changed is told that it has not.
    assert signing.owner.get(f"/v1/signatures/{first}").etag != before.etag

    confirmed = signing.confirm(first, sha256)

    assert (confirmed.status, confirmed["state"]) == (200, "counted")
    assert (confirmed["revision_number"], confirmed["revision_sha256"]) == (2, sha256)
    assert signing.names(viewer) == ["First Specimen"]
    assert signing.counts()["waiting"] == 1


def test_confirming_needs_the_newest_text_and_may_be_done_twice(signing: Signing) -> None:
    signature = signing.sign()
    sha256 = another_revision(signing.owner, signing.statement, "material")

    assert signing.confirm(signature, signing.sha256).status == 409
    once, twice = signing.confirm(signature, sha256), signing.confirm(signature, sha256)
    assert (once.status, once.json) == (200, twice.json)


def test_who_signed_can_be_corrected_and_hidden(signing: Signing) -> None:
    entry = an_organisation(signing.owner, signing.coalition)
    signature = signing.sign(kind="organisation", organisation_id=entry, acronym="SPC")
    path = f"/v1/signatures/{signature}"

    changed = signing.owner.patch(path, {"name": "B. Specimen", "visibility": "coalition"})

    assert (changed.status, changed["name"], changed["acronym"]) == (200, "B. Specimen", "SPC")
    assert changed["organisation_id"] is None
    assert signing.owner.patch(path, {"name": None})["errors"][0]["pointer"] == "/name"
    nameless = signing.owner.patch(path, {"name": None, "acronym": None, "visibility": "anonymous"})
    assert (nameless.status, nameless["name"]) == (200, None)


def test_nobody_overwrites_a_signature_that_somebody_changed(signing: Signing) -> None:
    path = f"/v1/signatures/{signing.sign()}"
    old = signing.owner.get(path).etag
    signing.owner.patch(path, {"name": "B. Specimen"})

    assert signing.owner.patch(path, {"name": "C. Specimen"}, old).status == 412
    assert signing.owner.delete(path, old).status == 412
    assert signing.owner.patch(path, {"name": "C. Specimen"}, "").status == 428
    assert signing.names() == ["B. Specimen"]


def test_a_signature_entered_by_mistake_is_deleted(signing: Signing) -> None:
    signature = signing.sign()

    assert signing.owner.delete(f"/v1/signatures/{signature}").status == 204
    assert signing.owner.get(f"/v1/signatures/{signature}").status == 404
    assert signing.listed() == []


def test_the_order_is_changed_in_one_call(signing: Signing) -> None:
    a, b, c, d = (signing.sign(name=f"{letter} Specimen") for letter in "ABCD")
    signing.owner.post(f"/v1/signatures/{b}/withdrawal")
    path = f"{signing.path}/signature-order"

    put = signing.owner.put(path, {"ids": [d, a, c]})

    assert (put.status, put["ids"]) == (200, [d, a, c])
    assert signing.names(state="counted") == ["D Specimen", "A Specimen", "C Specimen"]
    assert signing.owner.get(path).etag == put.etag
    assert [one["position"] for one in signing.listed()] == [1, 2, 3, 4]
    assert signing.sign(name="E Specimen")
    assert signing.names(state="counted")[-1] == "E Specimen"


def test_an_order_names_every_signature_once_and_is_the_one_that_was_read(signing: Signing) -> None:
    a, b = signing.sign(name="A"), signing.sign(name="B")
    path = f"{signing.path}/signature-order"
    old = signing.owner.get(path).etag

    faulty = signing.owner.put(path, {"ids": [a, a, str(uuid4())]})
    signing.owner.put(path, {"ids": [b, a]})

    assert faulty.status == 422
    assert set(faulty.faults) == {"/ids", "/ids/2"}
    assert signing.owner.put(path, {"ids": [a, b]}, old).status == 412
    assert signing.names() == ["B", "A"]


def test_lists_are_filtered_and_walked_by_position(signing: Signing) -> None:
    for number in range(5):
        signing.sign(name=f"P{number}", country="KZ" if number % 2 else "UZ")
    signing.sign(name="Org", kind="organisation", visibility="coalition")

    assert signing.names(country="KZ") == ["P1", "P3"]
    assert signing.names(kind="organisation") == ["Org"]
    assert signing.names(visibility="coalition") == ["Org"]
    seen, path = [], f"{signing.path}/signatures?limit=2"
    while path:
        answer = signing.owner.get(path)
        assert answer["total"] == 6
        seen += [item["name"] for item in answer["items"]]
        path = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert seen == ["P0", "P1", "P2", "P3", "P4", "Org"]


@pytest.mark.parametrize("sought", ["hakimova", "ХАКИМОВА", "Press House", "spc", "Рахим"])
def test_a_sealed_name_is_found_by_any_spelling(signing: Signing, sought: str) -> None:
    signing.sign(name="B. Specimen")
    signing.sign(
        name="Khakimova",
        kind="organisation",
        acronym="SPC",
        affiliation="Press House",
        represented_by={"name": "Rahim"},
        visibility="coalition",
    )

    assert signing.names(q=sought) == ["Khakimova"]


def test_two_who_enter_at_once_get_two_positions(signing: Signing) -> None:
    def sign(number: int) -> None:
        own = Client(signing.world.app.test_client(), signing.owner.token)
        a_signature(own, signing.statement, signing.sha256, name=f"P{number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sign, range(12)))

    assert sorted(one["position"] for one in signing.listed()) == list(range(1, 13))
