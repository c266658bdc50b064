"""At the desk those who signed are put in the order in which they are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.signatures.rules import Audience
from tests.stories.test_desk_signing import at, in_review, recorded
from tests.support.desk import at_the_desk
from tests.support.public_signatures import strangers

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.builders import Signing
    from tests.support.client import Client
    from tests.support.desk import Desk, DeskPage


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    return in_review(world, owner)


@pytest.fixture
def ada(world: World, signing: Signing) -> Desk:
    return at_the_desk(world, signing.owner)


def _names(page: DeskPage) -> list[str]:
    return list(page.tree.xpath("//ol[@class='ordered']/li/p/a/text()"))


def _move(desk: Desk, name: str, how: str) -> DeskPage:
    """Press the button that stands beside a name."""
    row = next(
        each
        for each in desk.page.tree.xpath("//ol[@class='ordered']/li")
        if name in each.text_content()
    )
    sent = {**dict(row.find(".//form").form_values()), "do": how}
    return desk.send(row.find(".//form").get("action"), sent)


def test_signatories_are_put_in_order_and_print_so(signing: Signing, ada: Desk) -> None:
    for name in ("A. Specimen", "B. Specimen", "C. Specimen"):
        signing.sign(name=name)
    ada.go(at(signing, "signatures"))

    page = ada.follow("Put them in order")
    assert _names(page) == ["A. Specimen", "B. Specimen", "C. Specimen"]
    page = _move(ada, "C. Specimen", "up")
    assert page.notice == "The order is changed."
    page = _move(ada, "A. Specimen", "down")

    assert _names(page) == ["C. Specimen", "A. Specimen", "B. Specimen"]
    printed, _ = signing.printed(Audience.PUBLIC)
    assert [each["name"] for each in printed] == ["C. Specimen", "A. Specimen", "B. Specimen"]
    assert recorded(signing, "signature.ordered") == 2


def test_who_is_out_of_the_count_has_no_place_and_a_hidden_name_stays_hidden(
    signing: Signing, ada: Desk
) -> None:
    gone, hidden = signing.sign(name="A. Specimen"), "C. Specimen"
    signing.sign(name="B. Specimen")
    signing.sign(name=hidden, visibility="coalition")
    assert signing.owner.post(f"/v1/signatures/{gone}/withdrawal", {}).status < 300

    page = ada.go(at(signing, "signatures/order"))

    assert _names(page) == ["B. Specimen", "Name hidden"]
    assert hidden not in page.html


def test_in_a_long_list_one_is_put_to_its_top(signing: Signing, ada: Desk) -> None:
    strangers(signing.world, signing.statement, [f"S{each} Specimen" for each in range(51)])
    first = _names(ada.go(at(signing, "signatures/order")))
    page = ada.follow("Next page")
    (last,) = _names(page)

    page = _move(ada, last, "first")

    assert _names(page)[:2] == [last, first[0]]


def test_where_nobody_signed_it_says_so(signing: Signing, ada: Desk) -> None:
    page = ada.go(at(signing, "signatures/order"))
    assert "Nobody stands in order yet" in page.text
