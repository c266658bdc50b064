"""What is done with many is done with all of them or with none, at the desk and by the API.

What a process did that was killed on the way is not kept, and whoever pressed presses again.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from api.infra.security import audit
from tests.stories.test_desk_signing import at, in_review, recorded
from tests.stories.test_desk_tables import BOTH
from tests.support.builders import a_coalition, an_organisation, another_revision, made
from tests.support.desk import at_the_desk
from tests.support.public_signatures import strangers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Client


class Killed(BaseException):
    """Ends a request as the end of its process would: nothing of ours answers it."""


@contextmanager
def killed_at(number: int, action: str) -> Iterator[None]:
    """Have the process end where the record is told of an action for so many times."""
    record = audit.record
    told: list[str] = []

    def killed(session: Any, by: Any, what: str, *rest: Any, **more: Any) -> None:
        told.append(what)
        if told.count(action) == number:
            raise Killed
        record(session, by, what, *rest, **more)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(audit, "record", killed)
        with pytest.raises(Killed):
            yield


def test_all_that_are_ticked_are_confirmed_under_a_new_text_or_none(
    world: World, owner: Client
) -> None:
    signing = in_review(world, owner)
    strangers(world, signing.statement, ["A. Specimen", "B. Specimen", "C. Specimen"])
    another_revision(owner, signing.statement, "material")
    waiting, stand_by = (
        at(signing, "signatures?state=waiting"),
        "They saw the new text, and stand by it",
    )
    ada = at_the_desk(world, owner)
    ticked = ada.go(waiting).tree.xpath("//input[@name='ids']/@value")

    with killed_at(2, "signature.confirmed"):
        ada.submit(stand_by, ids=ticked)
    assert len(ada.go(waiting).rows) == 3
    assert recorded(signing, "signature.confirmed") == 0

    assert ada.submit(stand_by, ids=ticked).notice == "They count under the new text."
    assert recorded(signing, "signature.confirmed") == 3
    assert signing.counts()["total"] == 3


def test_one_that_was_withdrawn_meanwhile_keeps_all_that_are_ticked_waiting(
    world: World, owner: Client
) -> None:
    signing = in_review(world, owner)
    strangers(world, signing.statement, ["A. Specimen", "B. Specimen"])
    another_revision(owner, signing.statement, "material")
    ada = at_the_desk(world, owner)
    page = ada.go(at(signing, "signatures?state=waiting"))
    ticked = page.tree.xpath("//input[@name='ids']/@value")
    assert owner.post(f"/v1/signatures/{ticked[1]}/withdrawal").status == 200

    page = ada.submit("They saw the new text, and stand by it", ids=ticked)

    assert page.status == 422
    assert len(page.rows) == 1
    assert recorded(signing, "signature.confirmed") == 0


def test_a_program_confirms_several_signatures_together_or_none(
    world: World, owner: Client
) -> None:
    signing = in_review(world, owner)
    two = strangers(world, signing.statement, ["A. Specimen", "B. Specimen"])
    sha256 = another_revision(owner, signing.statement, "material")
    path = f"{signing.path}/signature-confirmations"

    stray = owner.post(path, {"ids": [*two, str(uuid4())], "revision_sha256": sha256})
    assert (stray.status, list(stray.faults)) == (422, ["/ids/2"])
    with killed_at(2, "signature.confirmed"):
        owner.post(path, {"ids": two, "revision_sha256": sha256})
    assert signing.counts()["total"] == 0

    for changed in (2, 0):
        found = owner.post(path, {"ids": two, "revision_sha256": sha256}).json
        assert found == {"changed": changed, "unchanged": 2 - changed}
    assert signing.counts()["total"] == 2


def test_all_organisations_that_are_ticked_become_members_or_none(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    for number in range(3):
        an_organisation(owner, coalition, names={"en": f"Specimen Fund {number}"})
    path = f"/v1/coalitions/{coalition}/members"
    ada = at_the_desk(world, owner)
    page = ada.go(f"/desk/{coalition}/members/organisations")
    ticked = page.tree.xpath("//input[@name='ids']/@value")

    with killed_at(2, "member.entered"):
        ada.submit("Enter as members", ids=ticked)
    assert owner.get(path)["items"] == []

    assert ada.submit("Enter as members", ids=ticked).notice == "They are members."
    ada.go(f"/desk/{coalition}/members/organisations")
    ada.submit("Enter as members", ids=ticked)
    assert [each["role"] for each in owner.get(path)["items"]] == ["member"] * 3


def test_nothing_of_a_table_is_entered_where_its_organisations_did_not_become_members(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    path = f"/v1/coalitions/{coalition}"
    ada = at_the_desk(world, owner)
    ada.go(f"/desk/{coalition}/tables/contacts")
    ada.submit("Look at it", file=(BOTH.encode(), "table.csv"))

    with killed_at(2, "member.entered"):
        ada.submit("Enter them", members=["yes"])
    assert owner.get(f"{path}/organisations")["items"] == []
    assert owner.get(f"{path}/members")["items"] == []

    assert ada.submit("Enter them", members=["yes"]).notice == "They are members."
    assert len(owner.get(f"{path}/members")["items"]) == 2


def test_a_link_that_would_undo_several_acts_at_once_undoes_none(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    of_it = f"/v1/coalitions/{coalition}/blocks"
    facts = {"kind": "domain", "act": "drop"}
    both = [made(owner, of_it, {**facts, "value": f"{name}.example"}) for name in ("a", "b")]
    ada = at_the_desk(world, owner)
    named = "&".join(f"of={each}" for each in both)
    ada.go(f"/desk/{coalition}/settings/blocks?said=blocked&{named}")

    assert ada.submit("Undo").status == 404
    assert len(owner.get(of_it)["items"]) == 2
