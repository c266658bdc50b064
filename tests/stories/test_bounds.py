"""A recipient takes so many words and pages: the draft shows where it stands, freezing warns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from api.documents.service import waiting
from api.infra.runtime import EXTENSION
from api.infra.sandbox.bulkhead import Busy
from tests.stories.test_copies import a_copy
from tests.support import pdf_words
from tests.support.builders import a_coalition, a_role, a_signature, a_statement, a_text

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

WORDS = "word " * 700
BODY = [{"paragraph": f"{WORDS.strip()}.[^a]"}]
NOTES = {"a": "Three more words."}


@pytest.fixture
def path(owner: Client) -> str:
    """A draft of 703 words and a footnote of three, on two pages."""
    found = a_statement(owner, a_coalition(owner), body=BODY, footnotes=NOTES)
    return f"/v1/statements/{found}"


def bounded(client: Client, path: str, **bounds: Any) -> Answer:
    answer = client.put(f"{path}/bounds", bounds)
    assert answer.status == 200, answer.body
    return answer


def frozen(client: Client, path: str) -> Answer:
    headers = {"If-Match": client.get(path).etag}
    answer = client.send("POST", f"{path}/revisions", {}, headers=headers)
    assert answer.status == 201, answer.body
    return answer


def too_long(answer: Answer) -> list[str]:
    return [each["detail"] for each in answer["warnings"] if each["code"] == "too_many"]


def test_a_draft_says_how_long_it_is_and_may_be(owner: Client, path: str) -> None:
    draft = owner.get(f"{path}/draft")
    assert draft["length"] == {"words": 703, "footnote_words": 3}
    assert draft["statement"]["bounds"] == {"words": None, "pages": None, "counts_footnotes": True}
    assert too_long(draft) == []

    bounded(owner, path, words=705, pages=1)

    draft = owner.get(f"{path}/draft")
    assert draft["statement"]["bounds"]["words"] == 705
    assert too_long(draft) == ["It has 706 words, 1 more than its recipient takes."]
    document = {**draft["document"], "body": [{"paragraph": "Short.[^a]"}]}
    saved = owner.put(f"{path}/draft", {"document": document})
    assert (saved.status, too_long(saved)) == (200, [])


def test_the_pages_are_those_of_the_document(owner: Client, path: str) -> None:
    bounded(owner, path, words=703, pages=1, counts_footnotes=False)

    found = owner.get(f"{path}/draft/length")

    assert found.status == 200, found.body
    assert found["length"] == {"words": 703, "footnote_words": 3}
    printed = owner.send("GET", f"{path}/draft/document").body
    assert found["pages"] == len(pdf_words.pages_of(printed)) == 2
    assert found["has_signatories"]
    assert too_long(found) == ["It has 2 pages, 1 more than its recipient takes."]
    assert (
        owner.send("GET", f"{path}/draft/length", headers={"If-None-Match": found.etag}).status
        == 304
    )


def test_signatories_take_pages_too_unless_they_are_many(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement, sha256 = a_text(owner, a_coalition(owner), body=[{"paragraph": "word " * 420}])
    path = f"/v1/statements/{statement}"
    alone = owner.get(f"{path}/draft/length")["pages"]
    for number in range(40):
        a_signature(owner, statement, sha256, name=f"A. Specimen {chr(65 + number % 26)}{number}")

    found = owner.get(f"{path}/draft/length")

    assert found["pages"] > alone
    monkeypatch.setattr("api.documents.service.lengths.MOST_IN_A_REQUEST", 39)
    many = owner.get(f"{path}/draft/length")
    assert (many["pages"], many["has_signatories"]) == (alone, False)


def test_freezing_warns_of_words_and_pages_and_stops_nothing(owner: Client, path: str) -> None:
    bounded(owner, path, words=700, pages=1)

    assert too_long(frozen(owner, path)) == [
        "It has 706 words, 6 more than its recipient takes.",
        "It has 2 pages, 1 more than its recipient takes.",
    ]


def test_what_fits_is_frozen_without_a_word(owner: Client, path: str) -> None:
    bounded(owner, path, words=706, pages=2)

    assert too_long(frozen(owner, path)) == []


def test_freezing_waits_for_no_page(
    owner: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> int:
        raise Busy("Others are at it.")

    bounded(owner, path, pages=1)
    monkeypatch.setattr(waiting, "pages", busy)

    answer = frozen(owner, path)

    assert too_long(answer) == ["Its pages could not be counted now: ask for the draft's length."]
    assert owner.send("GET", f"{path}/draft/length").status == 503


def test_bounds_are_for_who_writes_and_change_by_version(
    owner: Client, world: World, path: str
) -> None:
    coalition = owner.get(path)["coalition_id"]
    editor = a_role(owner, coalition, world.user("editor"), "editor")
    viewer = a_role(owner, coalition, world.user("viewer"), "viewer")
    old = owner.get(path).etag
    assert bounded(editor, path, words=100).etag == owner.get(path).etag != old

    assert editor.put(f"{path}/bounds", {"words": 5}, old).status == 412
    assert viewer.put(f"{path}/bounds", {"words": 5}).status == 403
    assert viewer.get(f"{path}/bounds")["words"] == 100
    assert too_long(viewer.get(f"{path}/draft/length"))
    for wrong in ({"words": 0}, {"pages": -1}, {"words": 10**9}, {"signs": 5}):
        assert owner.put(f"{path}/bounds", wrong).status == 422
    assert bounded(owner, path).json == {"words": None, "pages": None, "counts_footnotes": True}
    assert world.user("other").send("GET", f"{path}/bounds").status == 404


def test_a_copy_has_the_bounds_of_its_source(owner: Client, path: str) -> None:
    bounded(owner, path, words=100)

    copied = a_copy(owner, path.rpartition("/")[2])

    assert copied["statement"]["bounds"]["words"] == 100


def test_a_draft_that_was_read_before_is_told_the_same_of_and_a_changed_one_anew(
    owner: Client, path: str
) -> None:
    said = [owner.get(f"{path}/draft") for _ in range(2)]
    document = {**said[0]["document"], "footnotes": NOTES, "body": [*BODY, {"paragraph": "More."}]}
    changed = owner.put(f"{path}/draft", {"document": document})
    assert changed.status == 200, changed.body
    again = [owner.get(f"{path}/draft") for _ in range(2)]

    assert said[0].json == said[1].json
    assert again[0].json == again[1].json
    assert again[0]["length"]["words"] == said[0]["length"]["words"] + 1


def test_no_word_of_a_draft_stays_in_the_memory_of_a_process(
    world: World, owner: Client, path: str
) -> None:
    for _ in range(2):
        assert owner.get(f"{path}/draft").status == 200

    held = repr(world.app.extensions[EXTENSION].memory)

    assert "_DraftsSeen" in held
    assert not re.search("More words|word word|Three", held, re.IGNORECASE)
