"""A statement as a file of Word: by the same addresses and rules as its PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.documents.rules.word.package import DOCX
from tests.stories.test_documents import document_of
from tests.stories.test_organisations import a_png
from tests.stories.test_taking_back import ALIAS, SURNAME, a_named_text, take_back
from tests.support.builders import (
    a_coalition,
    a_revision,
    a_signature,
    a_statement,
    a_text,
    an_organisation,
)
from tests.support.pdf_words import letters
from tests.support.word_files import WordFile, values

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><path d="M0 0h9v3z"/></svg>'


def word_of(client: Client, path: str, **asked: object) -> WordFile:
    answer = client.get(path, format="docx", **asked)
    assert answer.status == 200, answer.body
    return WordFile(answer.body)


def test_a_revision_goes_out_and_says_which_it_is(owner: Client) -> None:
    statement, sha256 = a_text(owner, a_coalition(owner))
    a_signature(owner, statement, sha256, name="Open Specimen")
    a_signature(owner, statement, sha256, name="Quiet Specimen", visibility="coalition")

    answer = owner.get(document_of(statement), format="docx")

    file = WordFile(answer.body)
    assert answer.headers["Content-Type"] == DOCX
    assert answer.headers["Content-Disposition"].endswith(".docx")
    assert sha256.encode() in file.parts["docProps/custom.xml"]
    assert b"<cp:version>1</cp:version>" in file.parts["docProps/core.xml"]
    assert letters("Open Specimen") in letters(file.text)
    assert letters("Quiet") not in file.everything


def test_it_is_kept_by_its_key_and_spared_who_has_it(owner: Client) -> None:
    statement, _ = a_text(owner, a_coalition(owner))
    first = owner.get(document_of(statement), format="docx")

    by_key = owner.get(first.headers["Content-Location"])
    headers = {"If-None-Match": first.etag}
    path = f"{document_of(statement)}?format=docx"
    spared = owner.send("GET", path, headers=headers)

    assert by_key.body == first.body == owner.get(document_of(statement), format="docx").body
    assert spared.status == 304


def test_a_draft_goes_out_marked_as_one_and_tells_no_revision(owner: Client) -> None:
    statement = a_statement(owner, a_coalition(owner))

    file = word_of(owner, f"/v1/statements/{statement}/draft/document")

    assert "Draft" in "".join(file.root("word/header2.xml").itertext())
    assert b"cp:version" not in file.parts["docProps/core.xml"]


def test_paragraphs_of_a_revision_and_of_its_draft_are_known_by_the_ids_of_their_blocks(
    owner: Client,
) -> None:
    statement, _ = a_text(owner, a_coalition(owner))
    draft = owner.get(f"/v1/statements/{statement}/draft")["document"]

    for path in (document_of(statement), f"/v1/statements/{statement}/draft/document"):
        names = values(word_of(owner, path).document, "bookmarkStart", "name")
        known = {name.split("_")[2] for name in names if name.startswith("_us_")}
        assert known == {block["id"].replace("-", "") for block in draft["body"]}


def test_a_name_that_is_taken_back_is_in_no_file_that_goes_out(world: World, owner: Client) -> None:
    _, case, statement = a_named_text(owner)
    a_revision(owner, statement)
    before = owner.get(document_of(statement), format="docx")
    draft = f"/v1/statements/{statement}/draft/document"
    assert letters(SURNAME) in letters(WordFile(before.body).text)

    take_back(owner, case)
    world.work()

    assert owner.get(before.headers["Content-Location"]).status == 410
    for path in (document_of(statement), draft):
        file = word_of(owner, path)
        assert not any(letters(name) in file.everything for name in (SURNAME, ALIAS))
        assert letters("Free Tajikistan") in letters(file.text)


def test_logos_are_pictures_drawings_too(owner: Client) -> None:
    coalition = a_coalition(owner)
    owner.put(f"/v1/coalitions/{coalition}/logo", SVG, kind="image/svg+xml")
    statement, sha256 = a_text(owner, coalition, theme="letter-logos")
    for name, picture, kind in (("A", SVG, "image/svg+xml"), ("B", a_png(), "image/png")):
        made = an_organisation(owner, coalition, names={"en": f"Specimen House {name}"})
        owner.put(f"/v1/organisations/{made}/logo", picture, kind=kind)
        who = {"kind": "organisation", "name": None, "organisation_id": made}
        a_signature(owner, statement, sha256, **who)

    file = word_of(owner, document_of(statement))

    pictures = [content for name, content in file.parts.items() if name.endswith(".png")]
    assert len(pictures) == 2  # one of them is the logo of two
    assert all(content.startswith(b"\x89PNG") for content in pictures)
    told = [each.get("descr") for each in file.document.iter() if each.tag.endswith("docPr")]
    assert told[1:] == ["Specimen House A", "Specimen House B"]
