"""A statement, printed: all that must stand there, in order, and nothing that may not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from api.portable.rules import checking, printing, reading, signing
from tests.stories.test_exchange import take_in
from tests.stories.test_organisations import a_png
from tests.support.builders import a_coalition, a_role, a_signature, a_statement, a_text
from tests.support.pdf_words import in_order, letters, letters_of, pages_of, parts_of
from tests.support.portable import WHOLE
from tests.support.word_files import WordFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import World
    from tests.support.client import Client


READERS: dict[str, Callable[[bytes], str]] = {
    "pdf": letters_of,
    "docx": lambda body: WordFile(body).everything,  # tests/rules/test_word_files.py has the order
}


def document_of(statement: str) -> str:
    return f"/v1/statements/{statement}/document"


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
@pytest.mark.parametrize("form", ["pdf", "html", "text", "markdown", "docx"])
def test_a_document_holds_every_part_in_order_and_no_hidden_name(
    owner: Client, path: Path, form: str
) -> None:
    whole, _ = checking.require(reading.read(path.read_bytes()))
    statement = take_in(owner, a_coalition(owner), path.read_bytes())["statement"]["id"]

    answer = owner.get(document_of(statement), format=form)

    assert answer.status == 200, answer.body
    text = READERS[form](answer.body) if form in READERS else letters(answer.body.decode())
    if form in {"pdf", "text"}:
        missing = in_order(parts_of(printing.resolve(whole), signing.signatories(whole)), text)
        assert missing is None
    for case in whole.get("cases", ()):
        if not case.get("may_be_named", True):
            assert letters(case["name"]) not in text
    for one in whole.get("signatories", ()):
        if one.get("visibility", "public") != "public" and "name" in one:
            assert letters(one["name"]) not in text


def test_a_specimen_says_so_on_every_page(owner: Client) -> None:
    path = next(path for path in WHOLE if path.stem == "summit-twin")
    statement = take_in(owner, a_coalition(owner), path.read_bytes())["statement"]["id"]

    pages = pages_of(owner.get(document_of(statement)).body)

    assert len(pages) > 1
    assert all("Specimen" in page[-400:] or "Specimen" in page[:200] for page in pages)


def test_the_same_input_gives_the_same_bytes_and_its_etag_spares_the_rest(owner: Client) -> None:
    statement, _ = a_text(owner, a_coalition(owner))
    first = owner.get(document_of(statement))
    again = owner.get(document_of(statement))
    spared = owner.send("GET", document_of(statement), headers={"If-None-Match": first.etag})

    assert first.body == again.body
    assert first.etag == again.etag
    assert (spared.status, spared.body) == (304, b"")


def test_a_new_signature_makes_another_document(owner: Client) -> None:
    statement, sha256 = a_text(owner, a_coalition(owner))
    before = owner.get(document_of(statement))
    a_signature(owner, statement, sha256, name="Newly Specimen")

    after = owner.get(document_of(statement))

    assert after.etag != before.etag
    assert letters("Newly Specimen") in letters_of(after.body)


def test_who_is_not_shown_is_counted(owner: Client) -> None:
    statement, sha256 = a_text(owner, a_coalition(owner))
    a_signature(owner, statement, sha256, name="Open Specimen")
    a_signature(owner, statement, sha256, name="Quiet Specimen", visibility="coalition")

    text = owner.get(document_of(statement), format="text").body.decode()

    assert "Open Specimen" in text
    assert "Quiet" not in text
    assert "and 1 signatory whose name is withheld for their safety" in text


def test_the_coalitions_logo_and_colour_are_printed(owner: Client) -> None:
    coalition = a_coalition(owner, accent="#7a1f5c")
    statement, _ = a_text(owner, coalition)
    plain = owner.get(document_of(statement), format="html").body.decode()
    owner.put(f"/v1/coalitions/{coalition}/logo", a_png(), kind="image/png")

    page = owner.get(document_of(statement), format="html").body.decode()

    assert "#7a1f5c" in page
    assert "data:image/png;base64," in page
    assert "data:image" not in plain
    assert owner.get(document_of(statement)).status == 200


def test_a_draft_prints_marked_as_one(owner: Client) -> None:
    statement = a_statement(owner, a_coalition(owner))

    pdf = owner.get(f"/v1/statements/{statement}/draft/document")
    frozen = owner.get(document_of(statement))

    assert "Draft" in pages_of(pdf.body)[0]
    assert frozen["type"] == "/problems/not-frozen"


def test_an_earlier_revision_still_prints(owner: Client) -> None:
    coalition = a_coalition(owner)
    statement, _ = a_text(owner, coalition, title="The first title")
    path = f"/v1/statements/{statement}"
    draft = owner.get(f"{path}/draft")["document"]
    owner.put(f"{path}/draft", {"document": {**draft, "title": "The second title"}})
    headers = {"If-Match": owner.get(path).etag}
    owner.send("POST", f"{path}/revisions", {"weight": "material"}, headers=headers)

    first = owner.get(document_of(statement), format="text", revision=1).body.decode()

    assert "The first title" in first
    assert "The second title" in owner.get(document_of(statement), format="text").body.decode()
    assert owner.get(document_of(statement), revision=3).status == 404


def test_an_unknown_theme_is_told_when_the_draft_is_saved(owner: Client) -> None:
    body = {"slug": "a", "kind": "appeal", "language": "en", "title": "A", "theme": "loud",
            "body": [{"paragraph": "A."}]}  # fmt: skip
    coalition = a_coalition(owner)
    refused = owner.post(f"/v1/coalitions/{coalition}/statements", {"document": body})

    assert refused.status == 422
    assert "/document/theme" in refused.faults


def test_nothing_of_a_document_lies_readable_in_the_storage(world: World, owner: Client) -> None:
    statement, sha256 = a_text(owner, a_coalition(owner), title="Canary title")
    a_signature(owner, statement, sha256, name="Canary Specimen")
    owner.get(document_of(statement), format="text")

    folder = world.storage
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert kept
    assert b"Canary" not in kept


def test_a_viewer_may_print_and_a_stranger_may_not(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    statement, _ = a_text(owner, coalition)

    viewer = a_role(owner, coalition, world.user(), "viewer")
    assert viewer.get(document_of(statement)).status == 200
    assert world.user().get(document_of(statement)).status == 404


def test_a_letter_comes_while_one_waits(owner: Client) -> None:
    statement, _ = a_text(owner, a_coalition(owner))
    owner.get(document_of(statement))  # the first warms the render process
    other, _ = a_text(owner, a_coalition(owner), title="Another")

    began = time.monotonic()
    assert owner.get(document_of(other)).status == 200
    assert time.monotonic() - began < 5


def test_any_etag_that_the_caller_has_spares_the_rest(owner: Client) -> None:
    statement, _ = a_text(owner, a_coalition(owner))
    path = document_of(statement)
    etag = owner.get(path, format="text").etag

    for given in (f'"other", {etag}', f"W/{etag}", "*"):
        headers = {"If-None-Match": given}
        spared = owner.send("GET", path, headers=headers, query_string={"format": "text"})
        assert (spared.status, spared.body, spared.etag) == (304, b"", etag)
    head = owner.send("HEAD", path, query_string={"format": "text"})
    assert (head.status, head.body, head.etag) == (200, b"", etag)


@pytest.mark.parametrize("broken", [b"", b"short", b"x" * 20, b"x" * 1000])
def test_a_kept_document_that_is_broken_is_made_anew(
    world: World, owner: Client, broken: bytes
) -> None:
    statement, _ = a_text(owner, a_coalition(owner))
    whole = owner.get(document_of(statement), format="text").body
    (file,) = (path for path in world.storage.rglob("*") if statement in str(path.parent))
    file.write_bytes(broken)

    assert owner.get(document_of(statement), format="text").body == whole
    assert len(file.read_bytes()) > len(whole)


def test_a_document_may_be_asked_for_in_another_theme(owner: Client) -> None:
    statement, _ = a_text(owner, a_coalition(owner))

    own, other = (owner.get(document_of(statement), theme=name) for name in ("letter", "brief"))
    draft = owner.get(f"/v1/statements/{statement}/draft/document", theme="brief", format="html")
    unknown = owner.get(document_of(statement), theme="none")

    assert (own.status, other.status, draft.status) == (200, 200, 200)
    assert own.body == owner.get(document_of(statement)).body != other.body
    assert unknown.status == 422
    assert "theme" in unknown.faults
