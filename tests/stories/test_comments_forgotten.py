"""What was said of a text, and by whom, is sealed, and goes: taken back, erased, on its day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from sqlalchemy import func, select

from api.infra.background import jobs
from api.infra.database.transactions import reading
from api.infra.mail.letters import Letter
from api.infra.security.audit import AuditEntry
from api.reviews.models import Comment, Commenter, Consultation
from api.web import logs
from tests.stories.test_canaries import a_dump
from tests.support.builders import a_case
from tests.support.consultations import Consulting, a_consulting
from tests.support.webhook_receivers import an_endpoint

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

CANARY, PERSON = "Zimorodkova", "zimorodok@specimen.example"
HIDDEN = "Aigerim Zhaksylykova"


@pytest.fixture
def table(world: World, owner: Client) -> Consulting:
    return a_consulting(world, owner)


def counts(world: World) -> list[int]:
    """Return how many consultations, people, comments and letters to people there are."""
    with world.app.app_context(), reading() as session:
        rows = [session.scalar(select(func.count()).select_from(model)) or 0
                for model in (Consultation, Commenter, Comment)]  # fmt: skip
        query = select(func.count()).where(Letter.kind == "reviews.consultation")
        return [*rows, session.scalar(query) or 0]


def a_hidden_case(table: Consulting) -> None:
    facts = {"name": HIDDEN, "public_label": "a teacher", "may_be_named": False}
    a_case(table.owner, table.coalition, **facts)


def sweep(world: World) -> None:
    with world.app.app_context():
        jobs.sweep()
    world.work()


def test_no_word_and_nobody_is_readable_in_the_database_the_record_or_the_log(
    table: Consulting, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO")
    guest = {"name": f"Ada {CANARY}", "email": PERSON, "affiliation": CANARY}
    table.open(guests=[guest], member_ids=[], note=f"Dear {CANARY}.")
    table.comment("Ada", f"I am {CANARY}.")
    table.answer(f"Thank you, {CANARY}.")
    table.say("Ada", CANARY, revision_sha256="0" * 64)
    logged = capfd.readouterr()
    logs.configure("WARNING")

    assert table.seen("Ada")["note"] == f"Dear {CANARY}."
    assert logged.err.count('"event": "request"') > 3
    for place in (table.world.dump(), a_dump(table.world), (logged.out + logged.err).encode()):
        assert CANARY.encode() not in place
        assert PERSON.encode() not in place


def test_webhooks_tell_of_comments_by_ids_alone(table: Consulting) -> None:
    types = ["consultation.opened", "comment.written"]
    endpoint = an_endpoint(table.owner, table.coalition, types=types)
    table.open()
    comment = table.comment("Ada", f"I am {CANARY}.")
    path = f"/v1/webhook-endpoints/{endpoint}/deliveries"
    told = {each["type"]: each for each in table.owner.get(path, limit=200)["items"]}

    assert told.keys() == set(types)
    body = table.owner.get(f"/v1/webhook-deliveries/{told['comment.written']['id']}").body.decode()
    assert comment in body
    assert CANARY not in body


def test_who_wrote_something_takes_it_back_and_replies_of_others_stay(table: Consulting) -> None:
    table.open()
    answered, alone = table.comment("Ada", "A date."), table.comment("Ada", "Alone.", None)
    table.answer("Which?", parent_id=answered)
    door = table.door("Ada")
    for each in (answered, alone):
        path = f"{door}/comments/{each}/withdrawal"
        assert table.world.stranger().post(path).status == 200
        assert table.world.stranger().post(path).status == 404  # it is done

    assert table.words() == [(None, ["Which?"])]
    assert table.threads()[0]["author"]["kind"] is None
    assert table.say("Ada", "More.", parent_id=answered).codes == {"/parent_id": "not_found"}
    reply = table.threads()[0]["replies"][0]["id"]
    assert table.owner.post(f"/v1/comments/{reply}/erasure").status == 204
    assert table.words() == []  # nobody is left for whom its place was kept


def test_nobody_takes_back_what_another_wrote(table: Consulting) -> None:
    table.open(read_by="commenters_named")
    comment = table.comment("Ada", "A date.")
    path = f"{table.door('Bob')}/comments/{comment}/withdrawal"

    assert table.world.stranger().post(path).status == 404
    assert table.words() == [("A date.", [])]


@pytest.mark.parametrize("by_link", [True, False])
def test_a_person_is_forgotten_with_all_that_they_wrote(
    table: Consulting,
    by_link: bool,  # noqa: FBT001
) -> None:
    table.open(read_by="commenters_named")
    first, second = table.comment("Gia", "A date."), table.comment("Ada", "Windows?", 2)
    table.say("Bob", "Yes, a date.", parent_id=first)
    table.say("Gia", "Mine, too.", parent_id=second)
    table.comment("Gia", "Alone.", None)
    door, gia = table.door("Gia"), table.asked()["Gia"]["id"]
    if by_link:
        assert table.world.stranger().post(f"{door}/erasure").status == 204
    else:
        assert table.owner.post(f"/v1/commenters/{gia}/erasure").status == 204

    assert table.words() == [(None, ["Yes, a date."]), ("Windows?", [])]
    assert table.heard("Ada") == table.words()
    assert table.asked().keys() == {"Ada", "Bob"}
    assert table.world.stranger().get(door).status == 410
    assert counts(table.world)[3] == 2
    with table.world.app.app_context(), reading() as session:
        query = select(AuditEntry.salt).where(AuditEntry.action == "comment.written")
        assert sum(salt is None for salt in session.scalars(query)) == 3


def test_a_name_that_may_not_be_published_is_read_by_coordinators_and_its_author(
    table: Consulting,
) -> None:
    a_hidden_case(table)
    table.open(read_by="commenters_named")
    for words in (f"Ask for {HIDDEN}.", "Ask for ZHAKSYLYKOVA's release: aigerim  zhaksylykova"):
        table.comment("Ada", words)
    comment = table.comment("Ada", "A date.")
    table.answer(f"Not {HIDDEN}.", parent_id=comment)

    assert len(table.threads()) == 3
    assert [each["tells_name"] for each in table.threads()] == [True, True, False]
    assert table.words(table.somebody("editor")) == [("A date.", [])]
    assert table.heard("Bob") == [("A date.", [])]
    mine = table.seen("Ada")["comments"]
    assert mine[0]["text"] == f"Ask for {HIDDEN}."
    assert not any(each["tells_name"] for each in mine)  # it would tell which names are hidden
    path = f"/v1/comments/{mine[0]['id']}"
    assert table.somebody("editor").get(path).status == 404
    assert table.owner.get(path).status == 200


def test_editors_are_told_nowhere_that_there_is_a_comment_which_they_may_not_read(
    table: Consulting,
) -> None:
    a_hidden_case(table)
    table.open()
    table.comment("Ada", "First.")
    table.comment("Ada", f"Think of {HIDDEN}.")
    table.comment("Ada", "Last.")
    editor = table.somebody("editor")

    first = editor.get(f"{table.path}/comments", limit=2)
    seen = editor.get(table.path)

    assert [each["text"] for each in first["items"]] == ["First.", "Last."]
    assert (first["total"], "next" in first.headers.get("Link", "")) == (2, False)
    assert (seen["comments"], seen["unresolved"]) == (None, None)
    listed = editor.get(f"{table.here}/consultations")["items"][0]
    assert (listed["comments"], listed["unresolved"]) == (None, None)
    assert table.owner.get(table.path)["comments"] == 3


def test_a_note_does_not_name_who_may_not_be_named(table: Consulting) -> None:
    a_hidden_case(table)
    closes = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    body = {"closes_at": closes, "read_by": "coordinators", "note": f"For {HIDDEN}."}
    refused = table.owner.post(f"{table.here}/consultations", body)

    assert refused.codes == {"/note": "hidden_name"}


def test_a_name_that_is_taken_back_leaves_what_was_said_for_its_label(table: Consulting) -> None:
    case = a_case(
        table.owner, table.coalition, name=HIDDEN, public_label="a teacher", may_be_named=True
    )
    table.open(read_by="commenters_named", note=f"For {HIDDEN}.")
    comment = table.comment("Ada", f"Ask for {HIDDEN}.")
    table.comment("Bob", "A date.")
    path = f"/v1/cases/{case}"
    told = table.owner.patch(path, {"may_be_named": False}, table.owner.get(path).etag)

    places = {each["place"] for each in told["relabelled"]}
    assert {f"comments/{comment}#/text", f"consultations/{table.id}#/note"} <= places
    assert table.heard("Bob")[0] == ("Ask for a teacher.", [])
    assert table.seen("Bob")["note"] == "For a teacher."
    assert HIDDEN not in str(table.threads())


def test_a_name_that_is_hidden_since_is_read_by_coordinators_as_it_was_written(
    table: Consulting,
) -> None:
    table.open(read_by="commenters_named", note=f"For {HIDDEN}.")
    table.comment("Ada", f"Ask for {HIDDEN}.")
    a_hidden_case(table)

    assert table.heard("Bob") == []
    assert table.seen("Bob")["note"] is None
    assert table.words() == [(f"Ask for {HIDDEN}.", [])]


def test_a_block_from_which_a_name_was_taken_back_tells_it_nowhere(table: Consulting) -> None:
    case = a_case(
        table.owner, table.coalition, name=HIDDEN, public_label="a teacher", may_be_named=True
    )
    table.redraft({"paragraph": f"We ask for {HIDDEN}."})
    table.freeze()
    table.open(read_by="commenters_named")
    table.comment("Ada", "A date.", 0)
    path = f"/v1/cases/{case}"
    table.owner.patch(path, {"may_be_named": False}, table.owner.get(path).etag)

    (thread,) = table.threads()
    assert thread["block"]["state"] == "same"
    assert HIDDEN not in str(table.seen("Ada").json)


def published(table: Consulting, **facts: Any) -> None:
    table.open(**facts)
    table.comment("Ada", "A date.")
    table.move("review", "published")
    sweep(table.world)


@pytest.mark.parametrize("state", ["published", "archived"])
def test_all_of_it_is_gone_ninety_days_after_the_text_is_finished(
    table: Consulting, state: str
) -> None:
    table.open()
    table.comment("Ada", "A date.")
    assert table.owner.get(table.path)["forget_on"] is None
    table.move(*(["review"] if state == "published" else []), state)
    sweep(table.world)
    day = datetime.now(UTC).date() + timedelta(days=90)
    assert table.owner.get(table.path)["forget_on"] == day.isoformat()
    door = table.door("Ada")

    before = datetime.combine(day, datetime.min.time(), UTC) - timedelta(seconds=1)
    with time_machine.travel(before, tick=False):
        sweep(table.world)
    assert table.words() == [("A date.", [])]
    with time_machine.travel(before + timedelta(seconds=2), tick=False):
        sweep(table.world)

    assert counts(table.world) == [0, 0, 0, 0]
    assert table.owner.get(table.path).status == 404
    assert table.world.stranger().get(door).status == 410
    query = {"action": "consultation.forgotten"}
    path = f"/v1/coalitions/{table.coalition}/audit-entries"
    assert table.owner.get(path, **query)["total"] == 1


@pytest.mark.parametrize("at_the_opening", [True, False])
def test_what_is_kept_stays_until_it_is_kept_no_more(
    table: Consulting,
    at_the_opening: bool,  # noqa: FBT001
) -> None:
    published(table, is_kept=at_the_opening)
    if not at_the_opening:
        etag = table.owner.get(table.path).etag
        assert table.owner.patch(table.path, {"is_kept": True}, etag).status == 200
    late = datetime.now(UTC) + timedelta(days=400)
    with time_machine.travel(late, tick=False):
        sweep(table.world)
    assert table.words() == [("A date.", [])]

    etag = table.owner.get(table.path).etag
    assert table.owner.patch(table.path, {"is_kept": False}, etag).status == 200
    with time_machine.travel(late, tick=False):
        sweep(table.world)
    assert counts(table.world) == [0, 0, 0, 0]


def test_a_coordinator_deletes_a_consultation_with_all_of_it(table: Consulting) -> None:
    opened = table.open()
    table.comment("Ada", "A date.")
    door = table.door("Ada")

    assert table.owner.delete(table.path, opened.etag).status == 204
    assert counts(table.world) == [0, 0, 0, 0]
    assert table.world.stranger().get(door).status == 410
