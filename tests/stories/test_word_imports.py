"""A file of Word that was written elsewhere, sent over HTTP, is a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.builders import a_case, a_coalition, a_role
from tests.support.word_written import (
    DOCX,
    a_word_file,
    by,
    gone,
    ins,
    item,
    note,
    notes,
    p,
    part,
    r,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

BODY = (
    p("Open the doors", style="Title")
    + p("Why", style="Heading1")
    + p("We ", gone("ask"), ins("urge"), " you", note(1), ".")
    + item("Free all.")
    + p("x", '<w:r><w:object/></w:r><w:commentRangeStart w:id="0"/>', r(" y"))
)
COMMENTS = part("comments", f"<w:comment {by('A. Specimen', 0)}>{p('Do we?')}</w:comment>")
FILE = a_word_file(BODY, footnotes=notes(p("A note.")), comments=COMMENTS)


def take_in(client: Client, coalition: str, file: bytes, **query: str) -> Answer:
    asked = {"slug": "open-the-doors", "language": "en", **query}
    address = f"/v1/coalitions/{coalition}/word-imports"
    return client.send("POST", address, file, kind=DOCX, query_string=asked)


def test_it_becomes_a_draft_that_can_be_frozen_and_tells_what_was_lost(owner: Client) -> None:
    taken = take_in(owner, a_coalition(owner), FILE, kind="appeal")

    assert taken.status == 201, taken.body
    statement = taken["statement"]["id"]
    draft = owner.get(f"/v1/statements/{statement}/draft")
    assert draft["document"] == taken["document"]
    bare: list[Any] = [
        {key: value for key, value in block.items() if key != "id"}
        for block in draft["document"]["body"]
    ]
    assert bare == [
        {"heading": "Why"},
        {"paragraph": "We urge you[^1]."},
        {"list": {"ordered": True, "items": ["Free all."]}},
        {"paragraph": "x y"},
    ]
    assert (draft["document"]["kind"], draft["document"]["title"]) == ("appeal", "Open the doors")
    assert draft["document"]["footnotes"] == {"1": "A note."}
    (remark,) = taken["remarks"]
    assert (remark["what"], remark["count"]) == ("objects", 1)
    assert remark["detail"]
    assert taken["changes"] == [
        {"author": "A. Specimen", "insertions": 1, "deletions": 1, "moves": 0}
    ]
    assert taken["comments"] == [
        {
            "author": "A. Specimen",
            "written_at": "2031-05-14T10:20:00Z",
            "text": "Do we?",
            "words": "y",
            "is_resolved": False,
            "pointer": "/document/body/3",
            "replies": [],
        }
    ]
    frozen = owner.send(
        "POST",
        f"/v1/statements/{statement}/revisions",
        {"weight": None},
        headers={"If-Match": draft.etag},
    )
    assert frozen.status == 201, frozen.body


def test_what_word_tracked_can_be_left(owner: Client) -> None:
    taken = take_in(owner, a_coalition(owner), FILE, changes="reject")

    assert taken["document"]["body"][1]["paragraph"] == "We ask you[^1]."


def test_a_preview_tells_the_same_and_keeps_nothing(owner: Client) -> None:
    coalition = a_coalition(owner)

    seen = take_in(owner, coalition, FILE, preview="true")

    assert (seen.status, seen["statement"]) == (201, None)
    assert owner.get(f"/v1/coalitions/{coalition}/statements")["items"] == []
    taken = take_in(owner, coalition, FILE)
    assert (seen["remarks"], seen["comments"]) == (taken["remarks"], taken["comments"])
    assert seen["document"]["body"][0] == {"heading": "Why"}
    assert take_in(owner, coalition, FILE, preview="true").status == 409  # the slug is taken


def test_an_editor_may_and_a_viewer_may_not(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    editor = a_role(owner, coalition, world.user(), "editor")
    viewer = a_role(owner, coalition, world.user(), "viewer")

    assert take_in(viewer, coalition, FILE).status == 403
    assert take_in(editor, coalition, FILE).status == 201


@pytest.mark.parametrize("preview", ["true", "false"])
def test_a_name_that_may_not_stand_there_is_refused(owner: Client, preview: str) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition, name="Ayan Specimenov", may_be_named=False, public_label="a baker")
    file = a_word_file(p("Title", style="Title") + p("Free Ayan Specimenov."))

    refused = take_in(owner, coalition, file, preview=preview)

    assert refused.status == 422
    assert list(refused.faults) == ["/document/body/0/paragraph"]


def test_what_cannot_be_kept_is_told_in_its_words(owner: Client) -> None:
    file = a_word_file(p("Title", style="Title") + p("Turn \u202ethis."))

    refused = take_in(owner, a_coalition(owner), file)

    assert "It is in: Turn" in refused.faults["/document/body/0/paragraph"]


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"old", "Word 97"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"%PDF-1.7", "no document of Word"),
        (FILE[:300], "cannot be read"),
        (a_word_file(p("")), "no words"),
    ],
)
def test_other_files_are_refused_with_what_to_do(owner: Client, file: bytes, says: str) -> None:
    refused = take_in(owner, a_coalition(owner), file)

    assert refused.status == 422
    assert says in refused["detail"]
