"""A file of Word that went out comes back: its changes are suggestions, its comments comments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import word_edits as edits
from tests.support.builders import a_case
from tests.support.suggestions import DOORS, WINDOWS, Suggesting, a_suggesting
from tests.support.word_edits import EditedFile, Piece, with_parts
from tests.support.word_files import WordFile
from tests.support.word_written import DOCX, a_word_file, by, extended, p, packed, part

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

BODY = [
    {"heading": "What we ask"},
    {"paragraph": DOORS},
    {"paragraph": WINDOWS},
    {"list": {"items": ["Bread for all.", "Salt for all.", "Water for all."]}},
    {"quote": {"text": "Doors are opened by hands.", "source": "A. Specimen"}},
    {"paragraph": "We write for those who wait.[^1]"},
]
NOTES = {"footnotes": {"1": "Some have waited since winter."}}


@pytest.fixture
def review(world: World, owner: Client) -> Suggesting:
    found = a_suggesting(world, owner, body=BODY, **NOTES)
    found.open()
    return found


def sent(review: Suggesting, person: str = "Ada") -> EditedFile:
    """Return the file that somebody gets by the link of their letter."""
    answer = review.world.stranger().get(f"{review.door(person)}/document", format="docx")
    assert (answer.status, answer.headers["Content-Type"]) == (200, DOCX)
    return EditedFile.of(WordFile(answer.body))


def at(review: Suggesting, file: EditedFile, block: int, number: int = 0) -> int:
    return file.place(f"_us_{review.block(block).replace('-', '')}_{number}")


def returns(review: Suggesting, file: bytes, person: str = "Ada", **query: Any) -> Answer:
    address = f"{review.door(person)}/word-files"
    return review.world.stranger().send("POST", address, file, kind=DOCX, query_string=query)


def enters(review: Suggesting, file: bytes, **query: Any) -> Answer:
    """Send a file as the coordinator."""
    return review.owner.send(
        "POST", f"{review.path}/word-files", file, kind=DOCX, query_string=query
    )


def said(answer: Answer) -> list[Any]:
    assert answer.status == 201, answer.body
    return [(each["kind"], each["target"], each["lines"]) for each in answer["suggestions"]]


def urged(words: str) -> list[Piece]:
    """Replace the second word, which is "ask"."""
    first, rest = words.split(" ask ", 1)
    return [Piece(f"{first} "), Piece("ask", "del"), Piece("urge", "ins"), Piece(f" {rest}")]


def test_what_was_tracked_is_suggested_by_its_member(review: Suggesting) -> None:
    file = sent(review)
    edits.rewrite(file, at(review, file, 1), urged, tracked=True)
    edits.delete(file, at(review, file, 2), tracked=True)
    edits.insert(file, at(review, file, 3, 1), "Light for all.", tracked=True, shape="word")

    answer = returns(review, file.saved("word", author="W. Specimen"))

    assert said(answer) == [
        ("words", review.target(1), ["We urge that the doors be opened."]),
        ("deletion", review.target(2), []),
        (
            "words",
            review.target(3),
            ["Bread for all.", "Salt for all.", "Light for all.", "Water for all."],
        ),
    ]
    assert {each["is_tracked"] for each in answer["suggestions"]} == {True}
    assert {each["is_guess"] for each in answer["suggestions"]} == {False}
    assert {each["written_by"] for each in answer["suggestions"]} == {None}  # for coordinators
    assert (answer["found"], answer["blocks"], answer["remarks"]) == (6, 6, [])
    kept = review.listed()
    assert [each["source"] for each in kept] == ["word"] * 3
    assert {each["author"]["name"] for each in kept} == {"Ada"}
    assert {each["written_by"] for each in kept} == {"W. Specimen"}
    assert {each["id"] for each in kept} == {each["id"] for each in answer["suggestions"]}
    assert {each["written_by"] for each in review.seen("Ada")["suggestions"]} == {None}
    merged = review.merge()
    assert merged.status == 200, merged.body
    assert review.lines()[1] == "We urge that the doors be opened."
    assert review.lines()[2]["items"][2] == "Light for all."


def test_what_nobody_tracked_is_found_too(review: Suggesting) -> None:
    file = sent(review)
    edits.rewrite(file, at(review, file, 1), urged, tracked=False)
    edits.move(file, at(review, file, 2), at(review, file, 5), tracked=False, shape="word")

    answer = returns(review, file.saved("word"))

    assert said(answer) == [
        ("words", review.target(1), ["We urge that the doors be opened."]),
        ("move", review.target(2), []),
    ]
    assert answer["suggestions"][1]["after"] == review.block(4)
    assert {each["is_tracked"] for each in answer["suggestions"]} == {False}


def test_the_same_file_twice_makes_nothing_twice(review: Suggesting) -> None:
    file = sent(review)
    edits.rewrite(file, at(review, file, 1), urged, tracked=True)
    edits.insert(file, at(review, file, 2), "One more.", tracked=False, shape="word")
    first = returns(review, file.saved("word"))

    again = returns(review, file.saved("word"))

    assert [each["id"] for each in again["suggestions"]] == [e["id"] for e in first["suggestions"]]
    assert [each["is_new"] for each in first["suggestions"]] == [True, True]
    assert [each["is_new"] for each in again["suggestions"]] == [False, False]
    assert len(review.listed()) == 2


def test_a_preview_tells_the_same_and_keeps_nothing(review: Suggesting) -> None:
    file = sent(review)
    edits.rewrite(file, at(review, file, 1), urged, tracked=True)

    seen = returns(review, file.saved("word"), preview="true")

    assert [each["id"] for each in seen["suggestions"]] == [None]
    assert review.listed() == []
    assert said(returns(review, file.saved("word"))) == said(seen)


def test_comments_and_their_replies_come_to_their_blocks(review: Suggesting) -> None:
    file = sent(review)
    place = at(review, file, 2)
    one = file.at(place)
    mark = '<w:commentRangeStart w:id="0"/>'
    end = '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'
    name = one.names[0]
    file.parts[place] = p(
        f'<w:bookmarkStart w:id="77" w:name="{name}"/>', mark, one.words, end,
        '<w:bookmarkEnd w:id="77"/>',
    )  # fmt: skip

    def comment(number: int, words: str, own: str, author: str) -> str:
        inner = p(words).replace("<w:p>", f'<w:p w14:paraId="{own}">')
        return f"<w:comment {by(author, number)}>{inner}</w:comment>"

    whole = comment(0, "Which ones?", "00A", "A. Word") + comment(1, "All.", "00B", "B. Word")
    content = with_parts(
        file.saved("libreoffice"),
        comments=part("comments", whole),
        commentsExtended=extended(("00A", "", False), ("00B", "00A", False)),
    )

    answer = returns(review, content)
    again = returns(review, content)

    assert said(answer) == []
    (told,) = answer["comments"]
    text = f"\u201c{WINDOWS}\u201d: Which ones?"
    assert (told["text"], told["block_id"]) == (text, review.block(2))
    assert told["replies"] == [{"text": "All."}]
    assert [each["is_new"] for each in again["comments"]] == [False]
    (thread,) = review.threads()
    assert (thread["text"], [each["text"] for each in thread["replies"]]) == (text, ["All."])
    assert (thread["written_by"], thread["replies"][0]["written_by"]) == ("A. Word", "B. Word")
    assert thread["author"]["name"] == "Ada"
    (own,) = review.seen("Ada")["comments"]
    assert own["written_by"] is None


def test_a_coordinator_sends_it_for_a_member_or_for_nobody(review: Suggesting) -> None:
    file = sent(review)
    edits.rewrite(file, at(review, file, 1), urged, tracked=True)
    content = file.saved("word", author="W. Specimen")

    of_member = enters(review, content, member_id=review.members["Salt"])
    of_nobody = enters(review, content)

    assert [each["written_by"] for each in of_member["suggestions"]] == ["W. Specimen"]
    assert of_nobody["suggestions"][0]["id"] != of_member["suggestions"][0]["id"]
    authors = [(each["author"]["kind"], each["author"]["name"]) for each in review.listed()]
    assert authors == [("member", "Bob"), ("coordinator", None)]
    unknown = enters(review, content, member_id=review.id)
    assert (unknown.status, unknown["errors"][0]["pointer"]) == (422, "/member_id")
    assert (
        review.somebody("editor")
        .send("POST", f"{review.path}/word-files", content, kind=DOCX)
        .status
        == 403
    )


def test_a_file_of_another_text_is_refused_unless_its_revision_is_named(
    review: Suggesting,
) -> None:
    other = a_word_file("".join(p(f"Something else, number {n}.") for n in range(9)) + p(DOORS))

    refused = returns(review, other)
    foreign = returns(review, a_word_file(p("Nothing of it.")), revision=1)
    named = returns(review, other, revision=1)

    assert (refused.status, refused["type"].rpartition("/")[2]) == (422, "another-text")
    assert "1 of 6" in refused["detail"]
    assert foreign.status == 422  # none of its blocks: that is no text with all of it left out
    assert named.status == 201, named.body
    assert named["found"] == 1


def test_what_google_writes_is_known_by_its_words(review: Suggesting) -> None:
    file = sent(review)
    edits.rewrite(file, at(review, file, 1), urged, tracked=True)
    edits.insert(file, at(review, file, 2), "One more.", tracked=True, shape="google")

    answer = returns(review, file.saved("google"))

    assert said(answer) == [
        ("words", review.target(1), ["We urge that the doors be opened."]),
        ("insertion", None, ["One more."]),
    ]
    assert answer["suggestions"][1]["after"] == review.block(2)
    assert {each["is_guess"] for each in answer["suggestions"]} == {False}


def test_a_place_that_is_guessed_is_shown_as_a_guess(review: Suggesting) -> None:
    file = sent(review)
    place, words = at(review, file, 2), "We ask for windows of glass in every wall."
    file.parts[place] = replace(file.at(place), pieces=(Piece(words),))

    answer = returns(review, file.saved("google"))

    assert said(answer) == [("words", review.target(2), [words])]
    assert [each["is_guess"] for each in answer["suggestions"]] == [True]
    review.merge()
    (kept,) = review.listed()
    assert (kept["is_guess"], kept["state"]) == (True, "open")
    assert returns(review, file.saved("word"), "Bob")["suggestions"][0]["is_guess"] is False


def test_a_file_of_an_older_revision_is_compared_with_that(review: Suggesting) -> None:
    file = sent(review)
    edits.rewrite(file, at(review, file, 1), urged, tracked=True)
    body = review.body()
    review.redraft({"heading": "What we all ask"}, *body[1:])
    review.freeze()

    answer = returns(review, file.saved("word"))
    by_words = returns(review, file.saved("google"), "Bob")

    assert said(answer) == [("words", review.target(1), ["We urge that the doors be opened."])]
    assert answer["revision_number"] == 1
    assert review.listed()[0]["revision_number"] == 1
    assert by_words["revision_number"] == 1


def test_what_is_printed_from_data_is_told_and_not_lost(review: Suggesting) -> None:
    file = sent(review)
    head = next(n for n, one in enumerate(file.parts) if not isinstance(one, str))
    edits.rewrite(file, head, lambda words: [Piece(words), Piece(" of All", "ins")], tracked=True)
    tail = len(file.parts) - 2
    while isinstance(file.parts[tail], str):
        tail -= 1

    answer = returns(review, file.saved("word"))

    assert said(answer) == []
    (remark,) = answer["remarks"]
    assert remark["what"] == "printed_from_data"
    assert remark["words"][0].endswith("of All")


def test_a_hostile_file_is_refused_and_leaves_nothing(review: Suggesting) -> None:
    dtd = "<!DOCTYPE w:document [<!ENTITY a 'b'>]>"
    body = part("document", f"<w:body>{p('x')}</w:body>").replace("?>", f"?>{dtd}", 1)
    file = WordFile(sent(review).saved("word"))
    content = packed({**file.parts, "word/document.xml": body})

    answer = returns(review, content)

    assert (answer.status, answer["type"].rpartition("/")[2]) == (422, "not-a-word-file")
    assert returns(review, b"%PDF-1.7").status == 422
    assert review.listed() == []


def test_a_name_that_may_not_be_published_is_for_coordinators_only(
    world: World, owner: Client
) -> None:
    review = a_suggesting(world, owner, body=BODY, **NOTES)
    review.open(read_by="commenters_named")
    a_case(owner, review.coalition, name="Quiet Specimenova", may_be_named=False)
    file = sent(review)
    edits.rewrite(
        file,
        at(review, file, 1),
        lambda words: [Piece(words), Piece(" So asks Quiet Specimenova.", "ins")],
        tracked=True,
    )

    answer = returns(review, file.saved("word"))

    assert len(said(answer)) == 1
    assert review.listed()[0]["tells_name"]
    assert review.seen("Bob")["suggestions"] == []
    assert len(review.seen("Ada")["suggestions"]) == 1


def test_nothing_is_taken_after_the_deadline_but_from_a_coordinator(review: Suggesting) -> None:
    file = sent(review)
    edits.rewrite(file, at(review, file, 1), urged, tracked=True)
    review.owner.post(f"{review.path}/closing", {})

    assert returns(review, file.saved("word")).status == 409
    assert enters(review, file.saved("word"), member_id=review.members["Bread"]).status == 201


def test_the_record_says_that_a_file_came_back(review: Suggesting) -> None:
    file = sent(review)
    edits.rewrite(file, at(review, file, 1), urged, tracked=True)
    returns(review, file.saved("word"))

    path = f"/v1/coalitions/{review.coalition}/audit-entries"
    (entry,) = review.owner.get(path, action="consultation.file_returned")["items"]

    assert (entry["object_id"], entry["user_id"]) == (review.id, None)
