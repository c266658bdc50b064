"""A queue of several pages at the desk: names open, and what is refused loses nothing, on each."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from api.infra.database.transactions import transaction
from api.signatures.models import Signature, SignatureState, Visibility
from tests.stories.test_desk_signing import HELD, ada, at, signing
from tests.support.public_signatures import strangers

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.builders import Signing
    from tests.support.desk import Desk

__all__ = ["ada", "signing"]  # fixtures


def test_whoever_looks_through_a_long_queue_stays_where_they_are(
    signing: Signing, ada: Desk, world: World
) -> None:
    strangers(world, signing.statement, [f"Person {each}" for each in range(21)], state=HELD)
    hidden = Visibility.COALITION
    (late,) = strangers(world, signing.statement, ["Zed"], state=HELD, visibility=hidden)
    ada.go(at(signing, "moderation"))
    if late not in ada.page.html:
        ada.follow("Next page")
    second = ada.page.tree.xpath("//input[@name='ids']/@value")

    shown = ada.submit("Show the name", ids=[late])
    assert "Zed" in shown.text
    assert shown.tree.xpath("//input[@name='ids']/@value") == second
    page = ada.submit("Turn away", ids=[late], reason="x" * 501)
    assert set(page.faults) == {"reason"}
    assert page.tree.xpath("//input[@name='ids'][@checked]/@value") == [late]

    with world.app.app_context(), transaction() as session:
        row = session.get_one(Signature, UUID(late))
        row.state = SignatureState.WITHDRAWN
    do = {"csrf": ada.proof, "do": "reject", "ids": [late, second[0]], "reason": "A robot."}
    page = ada.send(at(signing, "moderation"), do)
    assert page.status == 422
    assert "Nothing was decided" in page.text
    assert "A robot." in page.html


def names_on(desk: Desk) -> list[str]:
    return [str(each) for each in desk.page.tree.xpath("//*[@class='who']//strong/bdi/text()")]


def test_a_decision_leaves_whoever_made_it_on_their_page(
    signing: Signing, ada: Desk, world: World
) -> None:
    strangers(world, signing.statement, [f"Person {each:02}" for each in range(22)], state=HELD)
    ada.go(at(signing, "moderation"))
    first = names_on(ada)
    ada.follow("Next page")
    second = names_on(ada)
    assert (len(first), len(second)) == (20, 2)

    page = ada.submit("Let it count", beside=second[0])
    assert page.notice == "It counts."
    assert names_on(ada) == second[1:]
    page = ada.submit("Undo")
    assert page.notice == "It is back in the queue."
    assert names_on(ada) == second

    ada.submit("Turn away", beside=second[0], reason="A robot.")
    page = ada.submit("Let it count", beside=second[1])
    assert page.notice == "It counts."
    assert names_on(ada) == first, "the page is empty, and the queue is not"
    assert signing.counts()["total"] == 1
