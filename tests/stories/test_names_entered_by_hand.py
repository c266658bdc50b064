"""A coordinator enters by hand a member that chose not to be named: it is told what that prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.signoffs import a_sign_off

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client
    from tests.support.signoffs import SigningOff


def entered(text: SigningOff, **facts: Any) -> Answer:
    body = {"kind": "organisation", "revision_sha256": text.sha256, **facts}
    answer = text.owner.post(f"{text.path}/signatures", body)
    assert answer.status == 201, answer.body
    return answer


@pytest.mark.parametrize(
    ("chosen", "says"),
    [("coalition", "the coalition only"), ("anonymous", "without its name"), (None, "not choose")],
)
def test_a_name_that_its_member_hides_is_warned_of_where_it_is_entered_by_hand(
    world: World, owner: Client, chosen: str | None, says: str
) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.say("Ada", visibility=chosen)
    text.say("Bob", visibility="public")

    (by_name,) = entered(text, name="BREAD")["warnings"]
    hidden = entered(text, organisation_id=text.organisation("Bread"), visibility="coalition")

    assert (by_name["pointer"], says in by_name["detail"]) == ("/visibility", True)
    assert "appearances" in by_name["detail"]
    assert hidden["warnings"] == []
    path = f"/v1/signatures/{hidden.id}"
    shown = owner.patch(path, {"visibility": "public", "name": "Bread"})
    assert [each["detail"] for each in shown["warnings"]] == [by_name["detail"]]
    for name in ("Salt", "Water", "House of Specimens"):
        assert entered(text, name=name)["warnings"] == []
