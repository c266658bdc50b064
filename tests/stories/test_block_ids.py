"""Every block of a draft is known by an id, through all that becomes of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from api.infra.database.transactions import transaction
from api.portable.rules import reading
from api.statements.models import Revision, Statement
from tests.stories.test_assemblies import a_letter, renew, some_facts
from tests.stories.test_copies import a_copy
from tests.stories.test_exchange import a_document, given_out, take_in
from tests.stories.test_statements import draft_of, save
from tests.stories.test_taking_back import a_named_text, take_back
from tests.support.builders import a_coalition, a_revision, a_role, a_statement
from tests.support.signing import a_rush

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

TEXT = ["Our demands", "We ask that the doors be opened.", "We shall come again."]
BODY = [{"heading": TEXT[0]}, {"paragraph": TEXT[1]}, {"paragraph": TEXT[2]}]


def ids(document: Any) -> list[str]:
    return [block["id"] for block in document["body"]]


def bare(document: Any) -> list[dict[str, Any]]:
    return [{key: part for key, part in block.items() if key != "id"} for block in document["body"]]


def revised(client: Client, statement: str, number: int) -> list[str]:
    answer = client.get(f"/v1/statements/{statement}/revisions/{number}")
    assert len(answer["block_ids"]) == len(answer["printed"]["blocks"])
    found: list[str] = answer["block_ids"]
    return found


def test_every_block_of_a_draft_has_an_id_of_its_own(owner: Client) -> None:
    coalition = a_coalition(owner)
    one, other = (draft_of(owner, a_statement(owner, coalition, body=BODY)) for _ in range(2))

    assert one["format"] == "undersigned.statement/2"
    assert bare(one) == BODY
    assert len({*ids(one), *ids(other)}) == 6
    assert all(UUID(each).version == 4 for each in ids(one))


def test_who_knows_no_ids_changes_none_but_of_what_is_new(owner: Client) -> None:
    statement = a_statement(owner, a_coalition(owner), body=BODY)
    heading, asked, last = ids(draft_of(owner, statement))

    changed = {"paragraph": "We ask that all doors be opened."}
    body = [{"paragraph": "Hear us."}, BODY[0], changed, BODY[2], {"demands": {}}]
    saved = save(owner, statement, body=body, format="undersigned.statement/1")

    assert ids(saved["document"]) == ids(draft_of(owner, statement))
    first, *kept, new = ids(saved["document"])
    assert kept == [heading, asked, last]
    assert len({first, new, *kept}) == 5
    moved = save(owner, statement, body=[body[3], body[1], body[2]])
    assert ids(moved["document"]) == [last, heading, asked]


def test_ids_that_are_sent_are_taken(owner: Client) -> None:
    statement = a_statement(owner, a_coalition(owner), body=BODY)
    heading, asked, last = ids(draft_of(owner, statement))
    own = str(uuid4())

    body = [
        {"paragraph": TEXT[1], "id": last},
        {"paragraph": "Nobody has read this.", "id": own},
        {"paragraph": TEXT[2], "id": heading},
    ]
    saved = save(owner, statement, body=body)

    assert ids(saved["document"]) == [last, own, heading]
    assert asked not in saved.body.decode()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ([str(UUID(int=7)), None, str(UUID(int=7))], {"/document/body/2/id": "duplicate"}),
        (["first", None, None], {"/document/body/0/id": "wrong_format"}),
        ([None, 7, None], {"/document/body/1/id": "wrong_type"}),
    ],
)
def test_an_id_that_cannot_be_is_refused_at_its_place(
    owner: Client, sent: list[object], told: dict[str, str]
) -> None:
    statement = a_statement(owner, a_coalition(owner), body=BODY)
    before = draft_of(owner, statement)

    body = [block | ({"id": one} if one else {}) for block, one in zip(BODY, sent, strict=True)]
    refused = save(owner, statement, body=body)

    assert (refused.status, refused.codes) == (422, told)
    assert draft_of(owner, statement) == before


def test_a_document_of_version_1_holds_no_ids(owner: Client) -> None:
    statement = a_statement(owner, a_coalition(owner))

    refused = save(owner, statement, format="undersigned.statement/1")

    assert refused.codes == {"/document/body/0/id": "unknown_field"}


def test_ids_go_through_revisions_and_are_no_part_of_what_is_signed(owner: Client) -> None:
    statement = a_statement(owner, a_coalition(owner), body=BODY)
    first = ids(draft_of(owner, statement))
    sha256 = a_revision(owner, statement)
    save(owner, statement, body=[BODY[2], BODY[0], {"paragraph": "We ask for all doors."}])
    a_revision(owner, statement, "material")

    assert revised(owner, statement, 1) == first
    assert revised(owner, statement, 2) == [first[2], first[0], first[1]]
    again = [{**block, "id": str(uuid4())} for block in BODY]
    assert ids(save(owner, statement, body=again)["document"]) == [each["id"] for each in again]
    assert a_revision(owner, statement, "editorial") == sha256
    assert "id" not in str(owner.get(f"/v1/statements/{statement}/revisions/3")["printed"])


def test_a_file_with_ids_keeps_them_on_every_way(owner: Client) -> None:
    statement = a_statement(owner, a_coalition(owner), body=BODY)
    a_revision(owner, statement)
    exported = given_out(owner, statement)

    taken = take_in(owner, a_coalition(owner), exported)

    assert exported["format"] == "undersigned.statement/2"
    assert ids(exported) == ids(draft_of(owner, statement))
    there = taken["statement"]["id"]
    assert ids(draft_of(owner, there)) == ids(exported) == revised(owner, there, 1)
    assert given_out(owner, there) == exported


def test_a_file_of_version_1_goes_out_as_it_came_until_ids_are_saved(owner: Client) -> None:
    document = a_document(body=BODY)
    statement = take_in(owner, a_coalition(owner), document)["statement"]["id"]

    draft = draft_of(owner, statement)
    assert draft["format"] == "undersigned.statement/2"
    assert ids(draft) == revised(owner, statement, 1)
    assert given_out(owner, statement) == document

    save(owner, statement, title="Open all doors")
    a_revision(owner, statement, "editorial")

    newer = given_out(owner, statement)
    assert (newer["format"], ids(newer)) == ("undersigned.statement/2", ids(draft))
    assert given_out(owner, statement, revision="1") == document


def test_a_copy_has_ids_of_its_own_and_knows_those_of_its_source(owner: Client) -> None:
    statement = a_statement(owner, a_coalition(owner), body=BODY)
    first = ids(draft_of(owner, statement))
    a_revision(owner, statement)
    save(owner, statement, body=BODY[1:])

    of_draft, of_first = a_copy(owner, statement), a_copy(owner, statement, slug="b", revision=1)

    for copied, source in ((of_draft, first[1:]), (of_first, first)):
        new = ids(copied["document"])
        assert not {*new} & {*first}
        assert copied["block_origins"] == dict(zip(new, source, strict=True))
        draft = owner.get(f"/v1/statements/{copied['statement']['id']}/draft")
        assert (ids(draft["document"]), draft["block_origins"]) == (new, copied["block_origins"])
    assert owner.get(f"/v1/statements/{statement}/draft")["block_origins"] is None


def test_a_successor_knows_the_blocks_that_it_began_with(world: World, owner: Client) -> None:
    rush = a_rush(world, owner)
    before = ids(draft_of(owner, rush.statement))

    begun = owner.post(f"/v1/statements/{rush.statement}/successors", {"slug": "all-doors"})

    assert begun.status == 201, begun.body
    assert [begun["block_origins"][each] for each in ids(begun["document"])] == before


def test_a_template_that_is_filled_again_keeps_the_ids_of_what_it_says_again(
    owner: Client,
) -> None:
    _, _, assembled = a_letter(owner)
    statement = assembled["statement"]["id"]
    before = draft_of(owner, statement)

    facts = some_facts(owner) | {"summit": "Third Summit of Specimen States"}
    again = renew(owner, statement, facts=facts)
    words = renew(owner, statement)

    assert ids(assembled["document"]) == ids(before)
    assert bare(again["document"]) != bare(before)
    assert ids(again["document"]) == ids(before) == ids(words["document"])
    assert words["differences"] == []


def test_a_name_that_is_taken_back_leaves_the_ids_as_they_are(world: World, owner: Client) -> None:
    coalition, case, statement = a_named_text(owner)
    before = ids(draft_of(owner, statement))
    a_revision(owner, statement)

    take_back(owner, case)

    assert ids(draft_of(owner, statement)) == before
    assert revised(owner, statement, 1) == before == revised(owner, statement, 2)
    viewer = a_role(owner, coalition, world.user(), "viewer")
    redacted = given_out(viewer, statement)
    assert redacted["redacted"] is True
    assert ids(redacted) == before == ids(draft_of(viewer, statement))


def test_a_text_that_the_version_before_wrote_is_read_with_the_same_ids_each_time(
    world: World, owner: Client
) -> None:
    statement = a_statement(owner, a_coalition(owner), body=BODY)
    a_revision(owner, statement)
    with world.app.app_context(), transaction() as session:
        for model in (Statement, Revision):
            session.execute(update(model).values(kept_ids=None, format=None))

    frozen, draft = revised(owner, statement, 1), draft_of(owner, statement)

    assert frozen == revised(owner, statement, 1)
    assert ids(draft) == ids(draft_of(owner, statement))
    assert reading.read(owner.get(f"/v1/statements/{statement}/export").body)["body"] == BODY
    save(owner, statement, body=[BODY[2], *BODY[:2]])
    assert ids(draft_of(owner, statement)) == [ids(draft)[place] for place in (2, 0, 1)]
