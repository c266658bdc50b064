"""Many who write one text at the same moment: nobody overwrites, no name slips through."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.scene import a_source
from tests.stories.test_exchange import a_document, take_in
from tests.stories.test_statements import draft_of
from tests.support.builders import a_case, a_coalition, a_revision, a_statement, a_text
from tests.support.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import World
    from tests.support.client import Answer

NAME = "Bluethroat Specimenova"


def at_once(world: World, owner: Client, *calls: Callable[[Client], Answer]) -> list[Answer]:
    def call(one: Callable[[Client], Answer]) -> Answer:
        return one(Client(world.app.test_client(), owner.token))

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))


def test_of_twenty_who_save_one_draft_one_does(world: World, owner: Client) -> None:
    statement = a_statement(owner, a_coalition(owner))
    path = f"/v1/statements/{statement}/draft"
    document = draft_of(owner, statement)

    def save(number: int) -> Callable[[Client], Answer]:
        body = {"document": {**document, "title": f"Title {number}"}}
        return lambda client: client.put(path, body, etag='"1"')

    answers = at_once(world, owner, *map(save, range(20)))

    assert sorted(each.status for each in answers) == [200] + [412] * 19
    saved = next(each for each in answers if each.status == 200)
    assert draft_of(owner, statement)["title"] == saved["document"]["title"]


def test_of_those_who_freeze_and_save_one_version_one_does(world: World, owner: Client) -> None:
    statement = a_statement(owner, a_coalition(owner))
    path = f"/v1/statements/{statement}"
    document = draft_of(owner, statement) | {"title": "Another"}

    def freeze(client: Client) -> Answer:
        return client.send("POST", f"{path}/revisions", {}, headers={"If-Match": '"1"'})

    def save(client: Client) -> Answer:
        return client.put(f"{path}/draft", {"document": document}, etag='"1"')

    def renew(client: Client) -> Answer:
        return client.send("POST", f"{path}/renewals", {}, headers={"If-Match": '"1"'})

    answers = at_once(world, owner, freeze, save, freeze, save, renew, renew)

    assert sorted(each.status for each in answers)[1:] == [412] * 5
    assert owner.get(path).etag == '"2"'


def test_of_those_who_import_one_file_one_does(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    hidden = {"id": "x", "name": "Quiet Specimen", "country": "TM", "may_be_named": False}
    signatories = [{"kind": "organisation", "name": "House of the Press"}]
    document = a_document(cases=[hidden], signatories=signatories)

    answers = at_once(world, owner, *[lambda client: take_in(client, coalition, document)] * 6)

    assert sorted(each.status for each in answers) == [201] + [409] * 5
    assert {each["type"] for each in answers if each.status == 409} == {"/problems/slug-taken"}
    assert owner.get(f"/v1/coalitions/{coalition}/organisations")["total"] == 1


def posted(path: str, given: dict[str, Any], etag: str = "") -> Callable[[Client], Answer]:
    headers = {"If-Match": etag} if etag else {}
    return lambda client: client.send("POST", path, given, headers=headers)


@pytest.mark.parametrize("_", range(6))
def test_a_name_that_is_taken_back_slips_into_no_text(world: World, owner: Client, _: int) -> None:
    named = {"id": "b", "name": NAME, "country": "KZ"}
    body = [{"paragraph": f"We write for {NAME}."}, {"cases": {"ids": ["b"]}}]
    coalition = a_coalition(owner)
    address = f"/v1/coalitions/{coalition}"
    case = a_case(owner, coalition, key="b", name=NAME, country="KZ")
    first = a_statement(owner, coalition)
    second = a_statement(owner, coalition, cases=[named], body=body)
    a_revision(owner, second)
    whole = {"document": draft_of(owner, first) | {"cases": [named], "body": body}}
    fresh = a_document(slug="fresh", cases=[named], body=body)
    source = a_source() | {"title_text": f"For {NAME}"}

    answers = at_once(
        world,
        owner,
        lambda client: client.patch(f"/v1/cases/{case}", {"may_be_named": False}, etag='"1"'),
        lambda client: client.put(f"/v1/statements/{first}/draft", whole, etag='"1"'),
        posted(f"{address}/statements", {"document": fresh}),
        posted(f"{address}/templates", {"source": source}),
        posted(f"/v1/statements/{first}/revisions", {"note": f"Of {NAME}."}, '"1"'),
        posted(f"/v1/statements/{second}/renewals", {}, '"2"'),
        lambda client: take_in(client, coalition, fresh | {"slug": "imported"}),
    )

    taken, *others = (each.status for each in answers)
    assert taken == 200, answers[0].body
    assert set(others) <= {200, 201, 409, 412, 422}, [each.body for each in answers]
    assert NAME.encode() not in world.rows()


def test_who_ask_at_once_for_a_new_document_get_the_same(world: World, owner: Client) -> None:
    statement, _ = a_text(owner, a_coalition(owner))
    path = f"/v1/statements/{statement}/document"

    answers = at_once(world, owner, *[lambda client: client.get(path)] * 4)

    assert {each.status for each in answers} <= {200, 202}  # two are laid out at a time
    world.work()
    answers = [each for each in answers if each.status == 200] + [owner.get(path)]
    assert len(answers) > 1
    assert len({each.body for each in answers}) == len({each.etag for each in answers}) == 1
