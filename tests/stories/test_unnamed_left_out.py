"""How many count without a name is told to everybody, or left out of all that is public."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.builders import a_role
from tests.support.signoffs import SigningOff, a_sign_off

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

LINE = "1 signatory whose name is withheld"


@pytest.fixture
def text(world: World, owner: Client) -> SigningOff:
    """A text that Bread and Salt approve by name, and Water without."""
    found = a_sign_off(world, owner)
    found.open()
    found.say("Ada")
    found.say("Bob")
    found.say("Cyd", visibility="anonymous")
    return found


def leave_out(text: SigningOff, *, shows: bool = False) -> None:
    answer = text.owner.put(f"{text.path}/signing", {"shows_withheld": shows})
    assert (answer.status, answer["shows_withheld"]) == (200, shows), answer.body


def test_how_many_have_no_name_is_left_out_of_all_that_is_public(text: SigningOff) -> None:
    text.move("review", "published")
    viewer = a_role(text.owner, text.coalition, text.world.user("viewer"), "viewer")
    counts = f"{text.path}/signature-counts"
    assert LINE in text.printed()
    assert b"withheld: 1" in viewer.get(f"{text.path}/export").body
    old = text.owner.get(f"{text.path}/document", format="text")
    assert (viewer.get(counts)["total"], viewer.get(counts)["withheld"]) == (3, 1)

    leave_out(text)

    left = text.printed()
    assert ("Bread" in left, LINE in left) == (True, False)
    assert b"withheld" not in viewer.get(f"{text.path}/export").body
    gone = text.owner.get(f"{text.path}/documents/{old.etag.strip(chr(34))}")
    assert gone.status == 410, "what told it is given out no more"
    seen = viewer.get(counts)
    assert (seen["total"], seen["withheld"]) == (2, 0)
    assert (seen["by_kind"], seen["by_source"]) == ({"organisation": 2}, {"approval": 2})
    assert text.owner.get(counts)["total"] == 3, "coordinators know"
    leave_out(text, shows=True)
    assert LINE in text.printed()


def test_before_publishing_the_board_and_the_draft_leave_it_out_too(text: SigningOff) -> None:
    assert text.board()["would_withhold"] == 1
    assert LINE in text.printed()

    leave_out(text)

    assert text.board()["would_withhold"] == 0
    assert len(text.board()["would_print"]) == 2
    assert LINE not in text.printed()
