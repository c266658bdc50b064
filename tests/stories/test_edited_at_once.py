"""Two who write one draft at once: 412 says what changed meanwhile, and both can be merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from api.infra import clock
from api.infra.background import jobs
from api.infra.database.transactions import reading, transaction
from api.infra.security import keys
from api.statements.models import DraftVersion, Statement
from api.statements.service import versions
from tests.stories.test_diffs import differing, words
from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_revision,
    a_role,
    a_statement,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

NAME = "Ayan Specimenov"
LINES = ("Our demands", "We ask.", "We wait.", "We write.")


def body(*lines: str) -> list[dict[str, str]]:
    return [{"paragraph": line} for line in lines]


class Writing:
    """One of several who write a draft: it holds the draft as it read it."""

    def __init__(self, client: Client, statement: str) -> None:
        self.client, self.path = client, f"/v1/statements/{statement}"
        answer = client.get(f"{self.path}/draft")
        self.etag, self.document = answer.etag, answer["document"]

    def save(self, *, merge: bool = False, **changes: Any) -> Answer:
        """Save what was read with changes; lines go into its blocks by their places."""
        sent = {"document": {**self.document, **changes}}
        path = f"{self.path}/draft{'?merge=true' if merge else ''}"
        return self.client.put(path, sent, self.etag)

    def blocks(self, lines: dict[int, str | None], *more: str) -> list[dict[str, str]]:
        """Return the blocks that were read, some with other lines, some left out, and more."""
        found = [
            block if place not in lines else {**block, "paragraph": str(lines[place])}
            for place, block in enumerate(self.document["body"])
            if lines.get(place, "") is not None
        ]
        return [*found, *body(*more)]


def lines_of(answer: Answer) -> list[str]:
    return [block["paragraph"] for block in answer["document"]["body"]]


@pytest.fixture
def statement(owner: Client) -> str:
    return a_statement(owner, a_coalition(owner), body=body(*LINES))


def test_who_was_slower_is_told_what_changed_meanwhile(owner: Client, statement: str) -> None:
    other, me = Writing(owner, statement), Writing(owner, statement)
    body = other.blocks({1: "We ask 12 times.", 3: None})
    assert other.save(body=body, title="Open all the doors").status == 200

    late = me.save(body=me.blocks({2: "We shall wait."}))

    assert (late.status, late["type"]) == (412, "/problems/stale")
    assert late["etag"] == owner.get(me.path).etag
    told = late["since"]
    renamed, asked, gone = differing(told)
    assert (words(renamed, "added"), words(asked, "added")) == (" all", " 12 times")
    assert (gone["change"], words(gone, "removed")) == ("removed", "We write.")
    assert told["change"]["numbers"] == ["12"]
    assert told["change"]["blocks_changed"] == 1
    assert "errors" not in late.json


def test_a_freeze_that_comes_too_late_is_told_as_well(owner: Client, statement: str) -> None:
    other, me = Writing(owner, statement), Writing(owner, statement)
    other.save(body=other.blocks({1: "We beg."}))

    late = owner.send("POST", f"{me.path}/revisions", {}, headers={"If-Match": me.etag})

    assert late.status == 412
    (asked,) = differing(late["since"])
    assert (words(asked, "removed"), words(asked, "added")) == (" ask", " beg")


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("POST", "/transitions", {"state": "archived"}),
        ("POST", "/renewals", {}),
        ("PUT", "/bounds", {"words": 100}),
        ("DELETE", "", None),
    ],
)
def test_whatever_comes_too_late_for_a_statement_is_told_as_well(
    owner: Client, statement: str, method: str, path: str, sent: Any
) -> None:
    other, me = Writing(owner, statement), Writing(owner, statement)
    other.save(body=other.blocks({1: "We beg."}))

    late = owner.send(method, f"{me.path}{path}", sent, headers={"If-Match": me.etag})

    assert (late.status, late["etag"]) == (412, owner.get(me.path).etag)
    (asked,) = differing(late["since"])
    assert (words(asked, "removed"), words(asked, "added")) == (" ask", " beg")


def test_where_the_draft_itself_did_not_change_it_says_so(owner: Client, statement: str) -> None:
    me = Writing(owner, statement)
    a_revision(owner, statement)

    late = me.save(title="Open all doors")

    assert late.status == 412
    assert differing(late["since"]) == []
    assert me.save(merge=True, title="Open all doors").status == 200


def test_changes_of_different_blocks_are_merged_by_one_parameter(
    owner: Client, statement: str
) -> None:
    other, me = Writing(owner, statement), Writing(owner, statement)
    kept = [block["id"] for block in me.document["body"]]
    other.save(body=other.blocks({1: "We ask today.", 3: None}, "They add."), title="Their title")

    mine = me.blocks({2: "We shall wait."}, "I add.")
    saved = me.save(merge=True, body=[mine[2], *mine[:2], *mine[3:]])

    assert saved.status == 200, saved.body
    assert saved["is_merged"]
    both = ["We shall wait.", "Our demands", "We ask today.", "They add.", "I add."]
    assert lines_of(saved) == both
    assert saved["document"]["title"] == "Their title"
    assert [block["id"] for block in saved["document"]["body"]][:3] == [kept[2], *kept[:2]]
    again = owner.get(f"{me.path}/draft")
    assert (again["document"], again.etag) == (saved["document"], saved.etag)


def test_who_sends_no_ids_is_merged_too(owner: Client, statement: str) -> None:
    other, me = Writing(owner, statement), Writing(owner, statement)
    other.save(body=other.blocks({0: "Our three demands"}))

    bare = body(*LINES[:3], "We write again.")
    saved = me.save(merge=True, body=bare, format="undersigned.statement/1")

    assert saved.status == 200, saved.body
    assert lines_of(saved) == ["Our three demands", *LINES[1:3], "We write again."]


def test_what_nobody_else_changed_is_saved_as_ever(owner: Client, statement: str) -> None:
    me = Writing(owner, statement)

    saved = me.save(merge=True, body=me.blocks({0: None}))

    assert (saved.status, saved["is_merged"], lines_of(saved)) == (200, False, [*LINES[1:]])


def test_what_collides_is_refused_and_pointed_at(owner: Client, statement: str) -> None:
    other, me = Writing(owner, statement), Writing(owner, statement)
    other.save(body=other.blocks({1: "We beg.", 3: None}), title="Their title")
    before = owner.get(f"{me.path}/draft").body

    late = me.save(
        merge=True, body=me.blocks({0: None, 1: "We shout.", 3: "I write."}), title="My title"
    )

    assert (late.status, late["type"]) == (412, "/problems/stale")
    places = {"/document/title", "/document/body/0", "/document/body/2"}
    assert late.codes == dict.fromkeys(places, "conflict")
    assert (
        late.faults["/document/body/2"]
        == "It was left out meanwhile, and is changed or moved here."
    )
    assert len(differing(late["since"])) == 3
    assert owner.get(f"{me.path}/draft").body == before


def test_what_is_right_alone_and_breaks_a_rule_together_is_refused(
    owner: Client, statement: str
) -> None:
    me = Writing(owner, statement)
    noted = me.save(body=me.blocks({1: "We ask.[^a]"}), footnotes={"a": "A note."})
    assert noted.status == 200
    other, me = Writing(owner, statement), Writing(owner, statement)
    assert other.save(body=other.blocks({1: "We ask."}), footnotes={}).status == 200

    late = me.save(merge=True, body=me.blocks({2: "We wait.[^a]"}))

    assert late.status == 412, late.body
    assert "breaks a rule" in late["detail"]
    wrong = me.save(merge=True, body=me.blocks({2: "<i>[^a]"}))
    assert wrong.codes == {"/document/body/2/paragraph": "bad_markup"}


def test_three_are_merged_one_after_another(owner: Client, statement: str) -> None:
    three = [Writing(owner, statement) for _ in range(3)]

    saved = [
        one.save(merge=True, body=one.blocks({place: f"Line {place}."}, f"New {place}."))
        for place, one in enumerate(three)
    ]

    assert [each.status for each in saved] == [200, 200, 200]
    new = [f"New {place}." for place in range(3)]
    assert lines_of(saved[-1]) == ["Line 0.", "Line 1.", "Line 2.", "We write.", *new]


def test_demands_that_one_adds_and_another_edits_are_both_there(owner: Client) -> None:
    coalition = a_coalition(owner)
    listed = a_demand_list(owner, coalition)
    for number in (1, 2):
        a_demand(owner, listed, text=f"Demand {number}.", key=f"kz-{number}")
    statement = a_statement(
        owner, coalition, body=[{"demands": {"ids": ["kz-1"]}}, *body("We wait.")]
    )
    other, me = Writing(owner, statement), Writing(owner, statement)
    (asked,) = other.document["demand_lists"]
    changed = [{**asked["demands"][0], "text": "Demand 1, at once."}]
    assert other.save(demand_lists=[{**asked, "demands": changed}]).status == 200

    block = {**me.document["body"][0], "demands": {"ids": ["kz-1", "kz-2"]}}
    saved = me.save(merge=True, body=[block, *me.document["body"][1:]])

    assert saved.status == 200, saved.body
    (both,) = saved["document"]["demand_lists"]
    assert [each["text"] for each in both["demands"]] == ["Demand 1, at once.", "Demand 2."]


def test_an_editor_merges_beside_a_coordinator_who_writes_of_the_unnamed(
    owner: Client, world: World
) -> None:
    coalition = a_coalition(owner)
    editor = a_role(owner, coalition, world.user("editor"), "editor")
    case = {"id": "x", "name": NAME, "country": "TM", "may_be_named": False}
    statement = a_statement(
        owner,
        coalition,
        cases=[{**case, "public_label": "a baker"}],
        body=[{"cases": {"ids": ["x"]}}, *body("We wait.")],
    )
    other, me = Writing(owner, statement), Writing(editor, statement)
    whole = [{**case, "public_label": "a baker", "born": 1990}]
    assert other.save(cases=whole).status == 200
    assert NAME not in str(me.document)

    saved = me.save(merge=True, body=[me.document["body"][0], *body("We wait here.")])

    assert saved.status == 200, saved.body
    assert "1990" not in saved.body.decode()
    (kept,) = owner.get(f"{me.path}/draft")["document"]["cases"]
    assert (kept["name"], kept["born"]) == (NAME, 1990)


def test_a_name_that_was_taken_back_is_in_no_answer(owner: Client, world: World) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, name=NAME, key="ayan", public_label="a baker")
    cases = [{"id": "ayan", "name": NAME, "country": "KZ"}]
    statement = a_statement(owner, coalition, body=body(f"Free {NAME}."), cases=cases)
    me = Writing(owner, statement)
    assert owner.patch(f"/v1/cases/{case}", {"may_be_named": False}).status == 200

    for late in (me.save(title="Another"), me.save(merge=True, title="Another")):
        assert (late.status, late["since"]) == (412, None)
        assert NAME not in late.body.decode()
    with world.app.app_context(), reading() as session:
        rows = session.scalars(select(DraftVersion)).all()
        kept = [keys.read(session, row, DraftVersion.text)["document"] for row in rows]
        assert kept
        assert NAME not in str(kept)


def test_a_name_that_only_the_text_knows_is_hidden_from_its_past_too(owner: Client) -> None:
    coalition = a_coalition(owner)
    case = {"id": "x", "name": NAME, "country": "TM"}
    block = [{"cases": {"ids": ["x"]}}]
    statement = a_statement(owner, coalition, cases=[case], body=block)
    me = Writing(owner, statement)
    hidden = [{**case, "may_be_named": False, "public_label": "a baker"}]
    assert Writing(owner, statement).save(cases=hidden).status == 200

    late = me.save(title="Another")

    assert (late.status, late["since"]) == (412, None)


def test_a_version_that_nobody_had_or_that_is_long_gone_tells_nothing(
    owner: Client, statement: str, world: World
) -> None:
    me = Writing(owner, statement)
    for number in range(2):
        Writing(owner, statement).save(title=f"Title {number}")
    assert me.save()["since"] is not None
    with world.app.app_context(), transaction() as session:
        old = clock.now() - versions.KEPT * 1.1
        session.execute(update(DraftVersion).values(created_at=old))
        assert versions.are_old(session)
    with world.app.app_context():
        jobs.sweep()
    world.work()

    for etag in ('"1"', '"77"'):
        me.etag = etag
        late = me.save(merge=True)
        assert (late.status, late["since"]) == (412, None)
        assert "not known any more" in late["detail"]
    me = Writing(owner, statement)
    assert Writing(owner, statement).save(title="Again").status == 200
    assert me.save(merge=True, body=me.blocks({0: "Hear us."})).status == 200


def test_of_a_draft_that_is_saved_again_and_again_the_last_versions_are_kept(
    owner: Client, statement: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "MOST", 3)
    for number in range(6):
        assert Writing(owner, statement).save(title=f"Title {number}").status == 200

    with world.app.app_context(), reading() as session:
        query = select(DraftVersion.version).where(DraftVersion.statement_id == UUID(statement))
        assert sorted(session.scalars(query)) == [5, 6, 7]


def test_what_the_version_before_wrote_is_merged_with_nothing_wrong(
    owner: Client, statement: str, world: World
) -> None:
    Writing(owner, statement).save(title="Kept")
    with world.app.app_context(), transaction() as session:  # it keeps no versions
        row = session.get_one(Statement, UUID(statement))
        row.draft, row.version = {**row.draft, "title": "Not kept"}, row.version + 1
    me = Writing(owner, statement)
    with world.app.app_context(), transaction() as session:
        row = session.get_one(Statement, UUID(statement))
        row.draft, row.version = {**row.draft, "title": "Not kept either"}, row.version + 1

    late = me.save(merge=True, body=me.blocks({0: "Hear us."}))

    assert (late.status, late["since"]) == (412, None)
    me = Writing(owner, statement)
    assert Writing(owner, statement).save(title="Known again").status == 200
    saved = me.save(merge=True, body=me.blocks({0: "Hear us."}))
    assert (saved.status, saved["document"]["title"]) == (200, "Known again")


def test_versions_go_with_their_statement(owner: Client, statement: str, world: World) -> None:
    Writing(owner, statement).save(title="Another")
    assert owner.delete(f"/v1/statements/{statement}").status == 204

    with world.app.app_context(), reading() as session:
        query = select(func.count()).where(DraftVersion.statement_id == UUID(statement))
        assert session.scalar(query) == 0


def test_a_closed_text_is_closed_whether_it_is_merged_or_not(owner: Client, statement: str) -> None:
    me = Writing(owner, statement)
    headers = {"If-Match": owner.get(me.path).etag}
    archived = owner.send("POST", f"{me.path}/transitions", {"state": "archived"}, headers=headers)
    assert archived.status == 200

    assert me.save(merge=True, title="Late")["type"] == "/problems/text-closed"
