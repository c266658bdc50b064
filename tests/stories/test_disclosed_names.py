"""Names that are not public: opened one at a time, and the record says who looked or took them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from api.accounts.service.authentication import authenticate
from api.infra.database.paging import PageRequest
from api.signatures.models import Visibility
from api.signatures.service import lists
from tests.support.builders import Signing, a_coalition, a_text
from tests.support.public_signatures import strangers

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    coalition = a_coalition(owner)
    return Signing(world, owner, coalition, *a_text(owner, coalition))


def recorded(signing: Signing, action: str) -> list[dict[str, object]]:
    path = f"/v1/coalitions/{signing.coalition}/audit-entries"
    items: list[dict[str, object]] = signing.owner.get(path, action=action)["items"]
    return items


def test_who_opens_a_hidden_name_stands_in_the_record(signing: Signing, world: World) -> None:
    (hidden,) = strangers(
        world, signing.statement, ["Zuhra Specimen"], visibility=Visibility.ANONYMOUS
    )

    assert signing.somebody("editor").post(f"/v1/signatures/{hidden}/disclosure").status == 403
    assert recorded(signing, "signature.disclosed") == []
    seen = signing.owner.post(f"/v1/signatures/{hidden}/disclosure")

    assert (seen.status, seen["name"]) == (200, "Zuhra Specimen")
    (entry,) = recorded(signing, "signature.disclosed")
    assert (entry["object_id"], entry["user_id"]) == (hidden, signing.owner.get("/v1/me")["id"])


def test_at_a_glance_a_list_holds_every_row_and_opens_no_hidden_name(
    signing: Signing, world: World
) -> None:
    for visibility in Visibility:
        strangers(world, signing.statement, [f"Zuhra {visibility}"], visibility=visibility)

    with world.app.app_context():
        actor = authenticate(signing.owner.token or "")
        assert actor is not None
        page = PageRequest(limit=10)
        found = lists.signatures(actor, UUID(signing.statement), page, {}, is_glance=True).items

    named = {each.signature.visibility: each.who.get("name") for each in found}
    assert named == {
        Visibility.PUBLIC: "Zuhra public",
        Visibility.INITIALS: "Z. I.",
        Visibility.COALITION: None,
        Visibility.ANONYMOUS: None,
    }
    assert not any("email" in each.who for each in found)


def test_who_takes_out_more_than_everybody_may_read_is_recorded_with_a_reason(
    signing: Signing, world: World
) -> None:
    strangers(world, signing.statement, ["Zuhra Specimen"], visibility=Visibility.COALITION)
    table = f"{signing.path}/signatures.csv"

    assert signing.owner.get(table).status == 200
    assert signing.somebody("editor").get(table, **{"for": "import"}).status == 200
    assert recorded(signing, "signature.exported") == []
    taken = signing.owner.get(table, **{"for": "import", "reason": "For the notary."})

    assert b"Zuhra" in taken.body
    (entry,) = recorded(signing, "signature.exported")
    assert entry["object_id"] == signing.statement
    assert entry["commitment"]
    assert "notary" not in json.dumps(entry)
