"""What was suggested, why, and by whom is sealed, read by whom it may be, and goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import func, select

from api.infra.database.transactions import reading
from api.infra.security.audit import AuditEntry
from api.reviews.models import Suggestion
from api.web import logs
from tests.stories.test_canaries import a_dump
from tests.stories.test_comments_forgotten import CANARY, HIDDEN, a_hidden_case, sweep
from tests.support.builders import a_case
from tests.support.suggestions import ALL, DOORS, TODAY, Suggesting, a_suggesting
from tests.support.webhook_receivers import an_endpoint

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

SAID = f"We ask {CANARY}."


@pytest.fixture
def table(world: World, owner: Client) -> Suggesting:
    return a_suggesting(world, owner)


def count(world: World) -> int:
    with world.app.app_context(), reading() as session:
        return session.scalar(select(func.count()).select_from(Suggestion)) or 0


def erase(table: Suggesting, suggestion: str) -> None:
    assert table.owner.post(f"/v1/suggestions/{suggestion}/erasure").status == 204


def test_no_word_of_a_suggestion_is_readable_in_the_database_the_record_or_the_log(
    table: Suggesting, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO")
    table.open()
    made = table.suggested("Ada", SAID, reason=f"I am {CANARY}.")
    other = table.suggested("Ada", f"{SAID} Now.", target=table.target(2))
    table.decline(other, f"No, {CANARY}.")
    table.rewrite(ALL)
    refused = table.accept(made)
    logged = capfd.readouterr()
    logs.configure("WARNING")

    assert refused.json["lines"] == [SAID]
    assert len(table.read_by("Ada")) == 2
    for place in (table.world.dump(), a_dump(table.world), (logged.out + logged.err).encode()):
        assert CANARY.encode() not in place


def test_webhooks_and_the_record_hold_ids_alone(table: Suggesting) -> None:
    types = [f"suggestion.{each}" for each in ("made", "accepted", "declined", "reopened")]
    endpoint = an_endpoint(table.owner, table.coalition, types=[*types, "suggestion.erased"])
    table.open(read_by="commenters_named")
    made = table.suggested("Ada", SAID)
    table.decline(made)
    table.owner.post(f"/v1/suggestions/{made}/reopening")
    table.accept(made)
    erase(table, made)
    path = f"/v1/webhook-endpoints/{endpoint}/deliveries"
    told = {each["type"]: each for each in table.owner.get(path, limit=200)["items"]}

    assert told.keys() == {*types, "suggestion.erased"}
    for each in told.values():
        body = table.owner.get(f"/v1/webhook-deliveries/{each['id']}").body.decode()
        assert made in body
        assert CANARY not in body
    entries = table.owner.get(f"/v1/coalitions/{table.coalition}/audit-entries", limit=200)
    actions = [each["action"] for each in entries["items"]]
    assert {*types, "suggestion.erased"} <= {*actions}
    with table.world.app.app_context(), reading() as session:
        query = select(AuditEntry.salt).where(AuditEntry.action.in_(types))
        assert not any(session.scalars(query))  # nothing proves any more what it was


def test_who_made_one_takes_it_back_and_the_draft_keeps_its_words(table: Suggesting) -> None:
    table.open()
    still, taken, declined = (
        table.suggested("Ada", *lines, place=place)
        for lines, place in (([TODAY], 1), (["Windows!"], 2), (["We ask"], 0))
    )
    table.accept(taken)
    table.decline(declined, "We do more.")
    door = table.door("Ada")
    for each in (still, taken, declined):
        path = f"{door}/suggestions/{each}/withdrawal"
        assert table.world.stranger().post(path).status == 200
        assert table.world.stranger().post(path).status == 404  # it is done

    assert table.read_by("Ada") == []
    assert table.lines()[1:] == [DOORS, "Windows!"]
    (left,) = table.listed()
    assert (left["id"], left["state"], left["lines"], left["pieces"]) == (
        taken, "accepted", None, None,
    )  # fmt: skip
    assert (left["author"]["kind"], left["reason"]) == (None, None)
    assert table.listed(table.somebody("editor")) == []
    assert table.accept(taken).status == 200  # it is accepted
    assert table.accept(taken, "Other.").json["type"] == "/problems/suggestion-decided"


@pytest.mark.parametrize("by_link", [True, False])
def test_a_person_is_forgotten_with_all_that_they_suggested(
    table: Suggesting,
    by_link: bool,  # noqa: FBT001
) -> None:
    table.open(read_by="commenters_named")
    table.suggested("Gia", TODAY, reason="I am Gia.")
    taken = table.suggested("Gia", "Windows!", place=2)
    table.accept(taken)
    others = table.suggested("Ada", ALL)
    door, gia = table.door("Gia"), table.asked()["Gia"]["id"]
    if by_link:
        assert table.world.stranger().post(f"{door}/erasure").status == 204
    else:
        assert table.owner.post(f"/v1/commenters/{gia}/erasure").status == 204

    assert {each["id"]: each["lines"] for each in table.listed()} == {taken: None, others: [ALL]}
    assert table.read_by("Bob") == [[ALL]]
    with table.world.app.app_context(), reading() as session:
        query = select(AuditEntry.salt).where(AuditEntry.action == "suggestion.made")
        assert sum(salt is None for salt in session.scalars(query)) == 2


def test_a_coordinator_erases_one_and_deletes_a_consultation_with_all(table: Suggesting) -> None:
    opened = table.open()
    one, taken = table.suggested("Ada", TODAY), table.suggested("Bob", "Windows!", place=2)
    table.accept(taken)
    erase(table, one)
    assert table.shown(one).status == 404
    assert [each["id"] for each in table.listed()] == [taken]

    assert table.owner.delete(table.path, opened.etag).status == 204
    assert count(table.world) == 0
    assert table.lines()[2] == "Windows!"


def test_all_of_it_is_gone_ninety_days_after_the_text_is_published(table: Suggesting) -> None:
    table.open()
    made = table.suggested("Ada", TODAY)
    table.accept(made)
    table.freeze()
    table.move("review", "published")
    sweep(table.world)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=89), tick=False):
        sweep(table.world)
    assert count(table.world) == 1
    with time_machine.travel(datetime.now(UTC) + timedelta(days=91), tick=False):
        sweep(table.world)

    assert count(table.world) == 0
    credits_ = table.owner.get(f"{table.here}/revisions/2/credits")
    assert (credits_["credits"], credits_["unnamed"]) == ([], 0)


def test_a_name_that_may_not_be_published_is_read_by_coordinators_and_who_typed_it(
    table: Suggesting,
) -> None:
    a_hidden_case(table)
    table.open(read_by="commenters_named")
    by_words = table.suggested("Ada", f"We ask for {HIDDEN}.")
    by_reason = table.suggested("Ada", TODAY, reason=f"It is for {HIDDEN}.")
    plain = table.suggested("Ada", ALL)

    assert [each["tells_name"] for each in table.listed()] == [True, True, False]
    editor = table.somebody("editor")
    first = editor.get(f"{table.path}/suggestions", limit=1)
    assert ([each["id"] for each in first["items"]], first["total"]) == ([plain], 1)
    assert editor.get(table.path)["suggestions"] is None, "how many there are would tell"
    assert table.read_by("Bob") == [[ALL]]
    for each in (by_words, by_reason):
        assert table.shown(each, editor).status == 404
    mine = table.seen("Ada")["suggestions"]
    assert [each["lines"] for each in mine] == [[f"We ask for {HIDDEN}."], [TODAY], [ALL]]
    assert not any(each["tells_name"] for each in mine)  # it would tell which names are hidden
    (seen,) = table.seen("Bob")["suggestions"]
    assert (seen["id"], seen["collides_with"]) == (plain, [])

    refused = table.accept(by_words)
    assert (refused.status, refused.codes) == (422, {"/document/body/1/paragraph": "hidden_name"})
    assert table.accept(by_reason)["state"] == "accepted"
    wrong = table.decline(plain, f"It is for {HIDDEN}.")
    assert wrong.codes == {"/reason": "hidden_name"}


def test_a_name_of_the_draft_itself_is_no_touchstone(world: World, owner: Client) -> None:
    case = {"id": "who", "name": HIDDEN, "country": "KZ", "may_be_named": False}
    body = [{"heading": "A"}, {"paragraph": DOORS}, {"cases": {"ids": ["who"]}}]
    table = a_suggesting(world, owner, cases=[{**case, "public_label": "a teacher"}], body=body)
    table.open()

    assert table.suggest("Ada", f"We ask for {HIDDEN}.").status == 201
    assert table.suggest("Ada", "We ask for Gulnara Specimenova.").status == 201
    assert HIDDEN not in str(table.seen("Bob").json)


def test_a_name_that_is_taken_back_leaves_what_was_suggested_for_its_label(
    table: Suggesting,
) -> None:
    case = a_case(
        table.owner, table.coalition, name=HIDDEN, public_label="a teacher", may_be_named=True
    )
    table.open(read_by="commenters_named")
    made = table.suggested("Ada", f"We ask for *{HIDDEN}*.[^1]", reason=f"{HIDDEN} asks.",
                           footnotes={"1": f"So {HIDDEN} says."})  # fmt: skip
    other, changed = (
        table.suggested("Bob", "Windows!", place=2),
        table.suggested("Bob", "Ask", place=0),
    )
    table.decline(other, f"It is for {HIDDEN}.")
    table.accept(changed, f"{HIDDEN} asks")
    path = f"/v1/cases/{case}"
    told = table.owner.patch(path, {"may_be_named": False}, table.owner.get(path).etag)

    places = {each["place"] for each in told["relabelled"]}
    assert {
        f"suggestions/{made}#/lines/0",
        f"suggestions/{made}#/footnotes/1",
        f"suggestions/{made}#/reason",
        f"suggestions/{other}#/answer/reason",
        f"suggestions/{changed}#/answer/lines/0",
    } <= places
    seen = {each["id"]: each for each in table.seen("Ada")["suggestions"]}
    assert seen[made]["lines"] == ["We ask for *a teacher*.[^1]"]
    assert seen[made]["footnotes"] == {"1": "So a teacher says."}
    assert seen[made]["reason"] == "a teacher asks."
    assert seen[other]["answer"]["reason"] == "It is for a teacher."
    assert HIDDEN not in str(table.listed())
    assert table.accept(made)["state"] == "accepted"
    assert table.lines() == ["a teacher asks", "We ask for *a teacher*.[^1]", table.lines()[2]]


def test_a_name_that_is_hidden_since_is_read_by_coordinators_alone(table: Suggesting) -> None:
    table.open(read_by="commenters_named")
    table.suggested("Ada", f"We ask for {HIDDEN}.")
    declined = table.suggested("Bob", ALL)
    table.decline(declined, f"It is for {HIDDEN}.")
    a_hidden_case(table)

    assert table.read_by("Bob") == [[ALL]]
    (mine,) = table.seen("Bob")["suggestions"]
    assert mine["answer"] == {"is_changed": False, "reason": None, "lines": None}
    assert table.listed()[1]["answer"]["reason"] == f"It is for {HIDDEN}."


def test_a_stranger_and_another_coalition_reach_nothing(
    table: Suggesting, world: World, owner: Client
) -> None:
    table.open()
    made = table.suggested("Ada", TODAY)
    paths = [
        (f"/v1/suggestions/{made}/acceptance", {}),
        (f"/v1/suggestions/{made}/decline", {"reason": "No."}),
        (f"/v1/suggestions/{made}/reopening", None),
        (f"/v1/suggestions/{made}/erasure", None),
        (f"{table.path}/suggestion-merges", {}),
        (
            f"{table.path}/suggestions",
            {"kind": "deletion", "target": "x", "revision_sha256": "0" * 64},
        ),
    ]
    other = a_suggesting(world, world.user("Somebody"))
    other.open()
    for path, body in paths:
        assert other.owner.post(path, body).status == 404
        assert world.stranger().post(path, body).status == 401
    for path in (f"/v1/suggestions/{made}", f"{table.path}/suggestions"):
        assert other.owner.get(path).status == 404
    assert other.merge(made).codes == {"/suggestion_ids/0": "not_found"}
    taken = world.stranger().post(f"{other.door('Ada')}/suggestions/{made}/withdrawal")
    assert taken.status == 404
    assert (table.lines()[1], table.shown(made)["state"]) == (DOORS, "open")
    del owner
