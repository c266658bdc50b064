"""Who signs in public in the name of a member waits, unless it is who may commit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stories.test_sign_off_letters_read_little import queries
from tests.stories.test_who_is_who import HOUSE, queue
from tests.support.builders import a_representative, a_signature, an_organisation

if TYPE_CHECKING:
    from tests.support.signing import Rush

NAMED = [
    ({"name": "Specimen Press Watch"}, "unknown_address"),
    ({"name": "SPECIMEN press watch."}, "unknown_address"),
    ({"name": "Specimen Press Watch", "country": "US"}, "sounds_alike"),
    ({"name": "Specimen Press Watch International"}, "sounds_alike"),
    ({"name": "The Specimen Press-Watch"}, "sounds_alike"),
]


@pytest.mark.parametrize(("told", "why"), NAMED, ids=str)
def test_a_stranger_who_signs_in_the_name_of_a_member_waits_for_a_coordinator(
    rush: Rush, told: dict[str, str], why: str
) -> None:
    rush.set(moderation="flagged")
    names = {"en": "Specimen Press Watch"}
    entry = an_organisation(rush.owner, rush.coalition, names=names, country="KZ")
    a_representative(rush.owner, entry, email="its@specimen.example")

    rush.signed("stranger@specimen.example", **HOUSE, **told)
    rush.signed("its@specimen.example", **HOUSE, name="Specimen Press Watch")

    assert queue(rush) == {told["name"]: [why]}
    (waits,) = rush.owner.get(f"/v1/statements/{rush.statement}/moderation-queue")["items"]
    assert waits["resembles"] == [{"id": entry, "names": names}]
    assert rush.total() == 1


def test_the_queue_asks_once_of_each_name_for_whom_it_may_pass(rush: Rush) -> None:
    rush.set(moderation="flagged")
    an_organisation(rush.owner, rush.coalition, names={"en": "Specimen Press Watch"})
    for name in ("Specimen Press Watch Local", "Specimen Press Watch International"):
        rush.signed(f"{name.split()[-1].lower()}@specimen.example", **HOUSE, name=name)

    with rush.world.app.app_context(), queries() as asked:
        held = rush.owner.get(f"/v1/statements/{rush.statement}/moderation-queue")["items"]

    assert [len(each["resembles"]) for each in held] == [1, 1]
    assert sum("FROM organisations" in each for each in asked) == 2


def test_who_left_an_organisation_is_a_stranger_to_it(rush: Rush) -> None:
    rush.set(moderation="flagged")
    entry = an_organisation(rush.owner, rush.coalition, names={"en": "Qalb Fund"})
    a_representative(rush.owner, entry, email="was@specimen.example", left_on="2026-01-01")

    rush.signed("was@specimen.example", **HOUSE, name="Qalb Fund")

    assert queue(rush) == {"Qalb Fund": ["unknown_address"]}


@pytest.mark.parametrize("moderation", ["none", "flagged"])
def test_a_member_whose_signature_was_entered_has_signed_already(
    rush: Rush, moderation: str
) -> None:
    rush.set(moderation=moderation)
    entry = an_organisation(rush.owner, rush.coalition, names={"en": "Qalb Fund"})
    a_representative(rush.owner, entry, email="its@specimen.example")
    told = {"kind": "organisation", "organisation_id": entry, "visibility": "public"}
    a_signature(rush.owner, rush.statement, rush.sha256, **told, name="Qalb Fund")

    rush.signed("its@specimen.example", **HOUSE, name="Qalb Fund")

    assert queue(rush) == {"Qalb Fund": ["same_organisation"]}
