"""A text is opened for comments; those who are asked say what they think of its blocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import time_machine

from api.reviews import rules
from tests.support.builders import letters_of
from tests.support.consultations import GUEST, Consulting, a_consulting, an_opening

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

LETTER = "reviews.consultation"
A_WHILE = timedelta(days=20)


@pytest.fixture
def table(world: World, owner: Client) -> Consulting:
    return a_consulting(world, owner)


def test_each_who_is_asked_gets_one_letter_with_a_link_of_their_own(table: Consulting) -> None:
    table.open(read_by="commenters_named", note="Look at the demands.")

    assert table.asked().keys() == {"Ada", "Bob", "Gia"}
    told = [each for each in letters_of(table.world, LETTER) if each]
    assert sorted(each.to for each in told) == [
        "ada@specimen.example",
        "bob@specimen.example",
        "gia@specimen.example",
    ]
    assert {each.facts["organisation"] for each in told} == {"Bread", "Salt", None}
    assert {each.facts["read_by"] for each in told} == {"commenters_named"}
    assert {each.facts["note"] for each in told} == {"Look at the demands."}
    links = {each.facts["link"].rpartition("/")[2] for each in told}
    assert links == {table.secret(each) for each in ("Ada", "Bob", "Gia")}
    assert table.seen("Gia")["me"] == {**GUEST}


def test_it_is_opened_for_whom_the_coordinator_names(table: Consulting) -> None:
    table.open(member_ids=[table.members["Salt"]], guests=[])
    assert table.asked().keys() == {"Bob"}

    table.open(member_ids=[], guests=[GUEST, GUEST])
    assert table.asked().keys() == {"Gia"}


def test_who_came_later_is_asked_and_nobody_is_asked_twice(table: Consulting) -> None:
    table.open(member_ids=[table.members["Salt"]], guests=[])
    more = {"member_ids": list(table.members.values()), "guests": [GUEST]}
    added = table.owner.post(f"{table.path}/commenters", more)

    assert added.status == 201
    assert {each["name"] for each in added["items"]} == {"Ada", GUEST["name"]}
    assert len(letters_of(table.world, LETTER)) == 3
    assert table.owner.post(f"{table.path}/commenters", more)["items"] == []


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"closes_at": "2021-05-14T18:00:00+00:00"}, "/closes_at"),
        ({"closes_at": "2091-05-14T18:00:00+00:00"}, "/closes_at"),
        ({"read_by": None}, "/read_by"),
        ({"member_ids": [str(uuid4())]}, "/member_ids/0"),
        ({"member_ids": [], "guests": []}, "/guests"),
        ({"guests": [{"name": "G. Specimen", "email": "x"}]}, "/guests/0/email"),
        ({"note": "a" * 2001}, "/note"),
    ],
)
def test_an_opening_that_cannot_be_kept_is_refused(
    table: Consulting, facts: dict[str, object], pointer: str
) -> None:
    closes = (datetime.now(UTC) + A_WHILE).isoformat()
    body = {"closes_at": closes, "read_by": "coordinators", **facts}
    answer = table.owner.post(f"{table.here}/consultations", body)

    assert answer.status == 422
    assert pointer in answer.faults
    assert letters_of(table.world, LETTER) == []


def test_only_a_text_that_is_frozen_and_still_written_is_opened(table: Consulting) -> None:
    table.move("review", "published")
    closes = (datetime.now(UTC) + A_WHILE).isoformat()
    body = {"closes_at": closes, "read_by": "coordinators"}

    refused = table.owner.post(f"{table.here}/consultations", body)
    assert refused.json["type"] == "/problems/consultation-over"


def test_members_and_people_outside_comment_on_blocks_and_on_the_whole(table: Consulting) -> None:
    table.open()
    table.comment("Ada", "We would ask for a date.\n\nElse nobody is bound.")
    table.comment("Gia", "Well said.", place=None)

    on_block, whole = table.threads()
    assert on_block["block"] == {
        "id": table.block(1), "state": "same", "place": 2, "then": None,
    }  # fmt: skip
    assert on_block["author"]["organisation"] == {"en": "Bread"}
    assert on_block["author"]["name"] == "Ada"
    assert whole["block"] is None
    assert (whole["author"]["kind"], whole["author"]["affiliation"]) == (
        "guest",
        GUEST["affiliation"],
    )
    assert table.threads(block_id=table.block(1)) == [on_block]


@pytest.mark.parametrize(
    ("read_by", "bob_reads", "author"),
    [
        ("coordinators", [], None),
        ("commenters_unnamed", ["A date."], (None, None)),
        ("commenters_named", ["A date."], (None, {"en": "Bread"})),
    ],
)
def test_others_read_a_comment_as_it_was_said_at_the_opening(
    table: Consulting, read_by: str, bob_reads: list[str], author: object
) -> None:
    table.open(read_by=read_by)
    table.comment("Ada", "A date.")
    table.comment("Gia", "Whose?")
    seen = table.seen("Bob")

    assert seen["consultation"]["read_by"] == read_by
    assert [each["text"] for each in seen["comments"]][:1] == bob_reads
    if author:
        by = seen["comments"][0]["author"]
        assert (by["name"], by["organisation"]) == author
        assert by["commenter_id"] is None
        names = [each["author"]["name"] for each in seen["comments"][1:]]
        assert names == ([GUEST["name"]] if read_by == "commenters_named" else [None])
    assert table.heard("Ada")[0] == ("A date.", [])
    assert table.seen("Ada")["comments"][0]["author"]["is_me"]


def test_a_member_that_counts_without_its_name_is_named_to_no_other_commenter(
    table: Consulting,
) -> None:
    table.open(read_by="commenters_named")
    table.comment("Ada", "A date.")
    body = {"member_id": table.members["Bread"], "visibility": "anonymous"}
    assert table.owner.post(f"{table.here}/appearances", body).status == 201

    (read,) = table.seen("Bob")["comments"]
    assert (read["author"]["kind"], read["author"]["organisation"]) == ("member", None)
    assert table.threads()[0]["author"]["organisation"] == {"en": "Bread"}
    assert table.seen("Ada")["comments"][0]["author"]["name"] == "Ada"


def test_a_thread_is_answered_and_only_those_who_read_it_reply(table: Consulting) -> None:
    table.open()
    comment = table.comment("Ada", "A date.")
    table.answer("Which one?", parent_id=comment)
    assert table.say("Ada", "The first of June.", parent_id=comment).status == 201
    table.answer("What of the title?")

    thread = ("A date.", ["Which one?", "The first of June."])
    assert table.heard("Ada") == [thread, ("What of the title?", [])]
    assert table.heard("Bob") == [("What of the title?", [])]
    refused = table.say("Bob", "Mine, too.", parent_id=comment)
    assert refused.codes == {"/parent_id": "not_found"}
    by = table.seen("Ada")["comments"][0]["replies"][0]["author"]
    assert (by["kind"], by["name"]) == ("coordinator", None)


def test_a_reply_has_no_block_and_no_reply_of_its_own(table: Consulting) -> None:
    table.open()
    comment = table.comment("Ada", "A date.")
    reply = table.answer("Which?", parent_id=comment)["replies"][0]["id"]

    assert table.say("Ada", "So.", parent_id=reply).codes == {"/parent_id": "not_found"}
    both = table.say("Ada", "So.", parent_id=comment, block_id=table.block())
    assert both.codes == {"/block_id": "conflict"}
    nowhere = table.say("Ada", "So.", block_id=str(uuid4()))
    assert nowhere.codes == {"/block_id": "not_found"}


def test_a_thread_is_resolved_and_opened_again(table: Consulting) -> None:
    table.open()
    comment = table.comment("Ada", "A date.")
    reply = table.answer("Yes.", parent_id=comment)["replies"][0]["id"]
    resolved = table.owner.post(f"/v1/comments/{comment}/resolution")

    assert resolved["resolved_at"] is not None
    assert table.owner.get(table.path)["unresolved"] == 0
    assert table.threads(is_resolved="false") == []
    assert len(table.threads(is_resolved="true")) == 1
    assert table.seen("Ada")["comments"][0]["resolved_at"] is not None
    refused = table.owner.post(f"/v1/comments/{reply}/resolution")
    assert refused.json["type"] == "/problems/not-a-thread"
    assert table.owner.post(f"/v1/comments/{comment}/reopening")["resolved_at"] is None


def test_comments_follow_their_block_and_say_what_became_of_it(table: Consulting) -> None:
    table.open()
    for place, text in ((0, "Shorter."), (1, "A date."), (2, "Which windows?")):
        table.comment("Ada", text, place)
    heading, doors, windows = table.body()
    changed = {**doors, "paragraph": "We ask that the doors be opened today."}
    table.redraft({"paragraph": "At first."}, changed, heading)
    del windows

    def placed(**query: Any) -> dict[str, object]:
        return {
            each["text"]: (each["block"]["state"], each["block"]["place"], each["block"]["then"])
            for each in table.threads(**query)
        }

    were = "We ask that the doors be opened."
    assert placed(revision=1) == {
        "Shorter.": ("same", 1, None),
        "A date.": ("same", 2, None),
        "Which windows?": ("same", 3, None),
    }
    now = {
        "Shorter.": ("same", 3, None),
        "A date.": ("changed", 2, were),
        "Which windows?": ("gone", None, "We ask that the windows be opened, too."),
    }
    assert placed() == now
    table.freeze()
    assert placed(revision=2) == now
    seen = {each["text"]: each["block"]["state"] for each in table.seen("Ada")["comments"]}
    assert seen == {text: state for text, (state, _, _) in now.items()}


def test_a_comment_is_on_the_text_that_was_read(table: Consulting) -> None:
    table.open()
    old = table.sha256
    table.redraft(*table.body()[:2])
    table.freeze()

    crossed = table.say("Ada", "A date.", revision_sha256=old)
    assert crossed.json["type"] == "/problems/text-changed"
    table.comment("Ada", "A date.")
    assert table.threads()[0]["revision_number"] == 2


def test_no_comment_is_taken_after_the_deadline_unless_it_is_moved(table: Consulting) -> None:
    opened = table.open()
    table.comment("Ada", "A date.")
    door, block = table.door("Ada"), table.block()
    late = datetime.now(UTC) + timedelta(days=31)
    body = {"text": "Late.", "revision_sha256": table.sha256, "block_id": block}
    with time_machine.travel(late, tick=False):
        refused = table.world.stranger().post(f"{door}/comments", body)
        seen = table.world.stranger().get(door)
    assert refused.json["type"] == "/problems/consultation-over"
    assert not seen["may_comment"]
    assert seen["comments"][0]["text"] == "A date."

    closes = (late + A_WHILE).isoformat()
    moved = table.owner.patch(table.path, {"closes_at": closes}, opened.etag)
    assert moved.status == 200
    with time_machine.travel(late, tick=False):
        assert table.world.stranger().post(f"{door}/comments", body).status == 201


def test_closing_and_publishing_end_it_and_coordinators_go_on_answering(table: Consulting) -> None:
    table.open()
    comment = table.comment("Ada", "A date.")
    assert table.owner.post(f"{table.path}/closing")["is_open"] is False
    assert table.say("Ada", "More.").json["type"] == "/problems/consultation-over"
    table.move("review", "published")
    refused = table.say("Ada", "More.")
    assert refused.json["type"] == "/problems/consultation-over"

    table.answer("It is in.", parent_id=comment)
    assert table.heard("Ada") == [("A date.", ["It is in."])]
    assert letters_of(table.world, LETTER) == [None, None, None]


def test_the_same_twice_is_once(table: Consulting) -> None:
    table.open()
    for _ in range(2):
        table.comment("Ada", "A date.")
    assert table.say("Ada", "A date.", 2).status == 201

    assert table.owner.get(table.path)["comments"] == 2


def test_comments_have_a_most_in_length_number_and_pace(
    table: Consulting, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.open()
    assert table.say("Ada", "a" * 3001).codes == {"/text": "too_long"}
    assert table.say("Ada", " ").codes == {"/text": "too_short"}
    monkeypatch.setattr(rules, "MOST_OF_ONE", 1)
    table.comment("Ada", "One.")
    assert table.say("Ada", "Two.").json["type"] == "/problems/too-many-comments"
    monkeypatch.setattr(rules, "MOST_COMMENTS", 2)
    table.comment("Bob", "Two.")
    assert table.say("Gia", "Three.").json["type"] == "/problems/too-many-comments"
    assert table.owner.get(table.path)["comments"] == 2

    door = table.door("Gia")
    statuses = {table.world.stranger().post(f"{door}/comments", {"x": 1}).status for _ in range(3)}
    assert statuses == {422}
    every = [table.say("Gia", "Three.") for _ in range(2 * rules.WRITING.a_minute)]
    last = every[-1]
    assert last.status == 429
    assert int(last.headers["Retry-After"]) > 0


def test_too_many_people_and_openings_are_refused(
    table: Consulting, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.open()
    monkeypatch.setattr(rules, "MOST_CONSULTATIONS", 1)
    closes = (datetime.now(UTC) + A_WHILE).isoformat()
    body = {"closes_at": closes, "read_by": "coordinators"}
    again = table.owner.post(f"{table.here}/consultations", body)
    assert again.json["type"] == "/problems/too-many-consultations"
    monkeypatch.setattr(rules, "MOST_COMMENTERS", 3)
    more = {"guests": [{"name": "Hal", "email": "hal@specimen.example"}]}
    refused = table.owner.post(f"{table.path}/commenters", more)
    assert refused.json["type"] == "/problems/too-many-commenters"


def test_editors_read_words_without_who_wrote_them(table: Consulting) -> None:
    table.open()
    table.comment("Ada", "A date.")
    (read,) = table.threads(table.somebody("editor"))

    assert read["text"] == "A date."
    assert read["author"] == {
        "kind": "member", "is_me": False, "name": None, "affiliation": None,
        "organisation": None, "commenter_id": None,
    }  # fmt: skip
    assert read["written_at"].endswith("T00:00:00+00:00")


def test_a_link_of_one_consultation_opens_no_comment_of_another(table: Consulting) -> None:
    table.open(read_by="commenters_named")
    comment = table.comment("Ada", "A date.")
    elsewhere = a_consulting(table.world, table.owner)
    an_opening(table.owner, elsewhere.statement)
    elsewhere.open(read_by="commenters_named")

    refused = elsewhere.say("Ada", "Mine.", parent_id=comment)
    assert refused.codes == {"/parent_id": "not_found"}
    taken = table.world.stranger().post(f"{elsewhere.door('Ada')}/comments/{comment}/withdrawal")
    assert taken.status == 404
    assert table.words() == [("A date.", [])]
