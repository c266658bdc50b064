"""At the desk many signatures are decided on at once, and a text goes on in another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stories.test_desk_signing import at, in_review, recorded
from tests.support.builders import a_signature, a_statement, another_revision
from tests.support.desk import at_the_desk
from tests.support.public_signatures import strangers

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.builders import Signing
    from tests.support.client import Client
    from tests.support.desk import Desk


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    return in_review(world, owner)


@pytest.fixture
def ada(world: World, signing: Signing) -> Desk:
    return at_the_desk(world, signing.owner)


def test_many_signatures_are_confirmed_under_a_text_that_changed_at_once(
    signing: Signing, ada: Desk
) -> None:
    strangers(signing.world, signing.statement, ["A. Specimen", "B. Specimen", "C. Specimen"])
    another_revision(signing.owner, signing.statement, "material")
    page = ada.go(at(signing, "signatures?state=waiting"))
    assert len(page.rows) == 3
    assert not ada.go(at(signing, "signatures")).tree.xpath("//input[@name='ids']")

    ada.go(at(signing, "signatures?state=waiting"))
    page = ada.submit("They saw the new text, and stand by it")
    assert "Tick at least one row." in page.text
    both = page.tree.xpath("//input[@name='ids']/@value")[:2]
    page = ada.submit("They saw the new text, and stand by it", ids=both)

    assert page.notice == "They count under the new text."
    assert len(page.rows) == 1
    assert recorded(signing, "signature.confirmed") == 2


def test_a_decision_on_a_later_page_leaves_whoever_made_it_there(
    signing: Signing, ada: Desk
) -> None:
    strangers(signing.world, signing.statement, [f"Person {each}" for each in range(52)])
    another_revision(signing.owner, signing.statement, "material")
    first = ada.go(at(signing, "signatures?state=waiting")).rows
    second = ada.follow("Next page").rows
    assert (len(first), len(second)) == (50, 2)

    for left in (second[1:], first):  # where the page is empty, the list is not
        ids = ada.page.tree.xpath("//input[@name='ids']/@value")[:1]
        page = ada.submit("They saw the new text, and stand by it", ids=ids)
        assert page.notice == "They count under the new text."
        assert page.rows == left


def test_where_one_of_many_cannot_be_confirmed_the_list_stays(signing: Signing, ada: Desk) -> None:
    strangers(signing.world, signing.statement, ["A. Specimen", "B. Specimen"])
    another_revision(signing.owner, signing.statement, "material")
    page = ada.go(at(signing, "signatures?state=waiting"))
    both = page.tree.xpath("//input[@name='ids']/@value")
    another_revision(signing.owner, signing.statement, "material")

    page = ada.submit("They saw the new text, and stand by it", ids=both)

    assert page.status == 422
    assert len(page.rows) == 2


def test_one_signature_is_confirmed_by_itself(signing: Signing, ada: Desk) -> None:
    signing.sign(name="A. Specimen")
    signing.sign(name="B. Specimen")
    another_revision(signing.owner, signing.statement, "material")
    assert signing.counts()["total"] == 0
    ada.go(at(signing, "signatures?state=waiting"))
    ada.follow("A. Specimen")

    page = ada.submit("They have seen the new text")

    assert page.notice == "The signature counts under the new text."
    assert "They have seen the new text" not in page.buttons
    assert signing.names(state="counted") == ["A. Specimen"]


def test_of_a_text_that_was_never_frozen_nothing_waits_to_be_confirmed(
    owner: Client, signing: Signing, ada: Desk
) -> None:
    statement = a_statement(owner, signing.coalition)
    page = ada.go(f"/desk/{signing.coalition}/statements/{statement}/signatures?state=waiting")
    assert page.status == 200


def test_many_signatures_go_back_into_the_queue_and_that_is_undone(
    signing: Signing, ada: Desk, owner: Client
) -> None:
    strangers(signing.world, signing.statement, ["A. Specimen", "B. Specimen"])
    a_signature(owner, signing.statement, signing.sha256, name="C. Specimen")
    page = ada.go(at(signing, "signatures?state=counted"))
    assert len(page.rows) == 3
    both = page.tree.xpath("//input[@name='ids']/@value")
    assert len(both) == 2  # what a coordinator entered has no box

    page = ada.submit("Look at them again", ids=both)
    assert page.notice.startswith("They are back in the queue")
    assert len(page.rows) == 1
    ada.submit("Undo")
    assert ada.page.notice == "They count."
    assert len(ada.go(at(signing, "signatures?state=counted")).rows) == 3


def test_a_signatory_who_asks_gets_all_that_is_kept_of_them(signing: Signing, ada: Desk) -> None:
    (one,) = strangers(signing.world, signing.statement, ["A. Specimen"])
    ada.go(f"/desk/{signing.coalition}/signatures/{one}")
    page = ada.submit("All that is kept of them (JSON)")
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert "A. Specimen" in page.html


def test_a_text_that_changes_in_substance_goes_on_as_another_statement(
    signing: Signing, ada: Desk
) -> None:
    ada.go(at(signing, "signing"))
    assert "Go on in a new text" not in ada.page.links
    ada.follow("Open for signing")
    ada.submit("Open for signing")
    ada.follow("Go on in a new text")
    assert "Who signed this text has not signed the new one." in ada.page.text

    assert set(ada.submit("Go on in a new text", slug="No such name!").faults) == {"slug"}
    page = ada.submit("Go on in a new text", slug="")

    assert page.notice.startswith("The new statement is begun.")
    assert signing.owner.get(f"{signing.path}/signing")["is_open"] is False
    assert signing.statement not in page.path
    assert recorded(signing, "statement.succeeded") == 1
