"""Who is asked sends the file of Word back on a page: what they changed is suggested."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.rules.test_pages import Tags
from tests.stories.test_pages_of_suggestions import DOORS, made, opened, page_of
from tests.support.consultations import Consulting, a_consulting

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.conftest import World
    from tests.support.client import Client

BY_JUNE = "We ask that the doors be opened by 1 June."


@pytest.fixture
def table(world: World, owner: Client) -> Consulting:
    return opened(a_consulting(world, owner))


def written_in(content: bytes, **changes: str) -> bytes:
    """Return a file in which somebody wrote other words, and tracked nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            part = before.read(name)
            if name == "word/document.xml":
                for old, new in changes.items():
                    assert old.encode() in part
                    part = part.replace(old.encode(), new.encode())
            after.writestr(name, part)
    return out.getvalue()


def sent(browser: FlaskClient, here: str, content: bytes | None) -> TestResponse:
    file = {} if content is None else {"file": (io.BytesIO(content), "text.docx")}
    return browser.post(here, data={"do": "file", **file}, content_type="multipart/form-data")


def test_what_was_changed_in_the_file_is_suggested_once(
    table: Consulting, browser: FlaskClient
) -> None:
    here = page_of(table)
    file = written_in(browser.get(f"{here}/document").data, **{DOORS: BY_JUNE})
    read = sent(browser, here, file)

    assert read.status_code == 200, read.text
    assert "Your file is read" in read.text
    assert "It gave 1 suggestion." in read.text
    (one,) = made(table)
    assert (one["lines"], one["source"]) == ([BY_JUNE], "word")
    assert "Suggestion: You" in read.text
    assert (
        "It gave no suggestion and no comment that is not here already."
        in sent(browser, here, file).text
    )
    assert len(made(table)) == 1


def test_what_could_not_be_taken_is_told_with_its_words(
    table: Consulting, browser: FlaskClient
) -> None:
    here = page_of(table)
    file = written_in(browser.get(f"{here}/document").data, **{">Appeal<": ">Outcry<"})
    read = sent(browser, here, file).text

    assert "This could not be taken as it stands" in read
    assert "These words are printed from data" in read
    assert "Outcry" in read
    assert made(table) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "Please choose the file first"),
        (b"%PDF-1.7", "This is no file of Word that we can read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(
    table: Consulting, browser: FlaskClient, content: bytes | None, sentence: str
) -> None:
    refused = sent(browser, page_of(table), content)

    assert refused.status_code == 422
    assert sentence in refused.text
    assert "#f-file" in Tags(refused.text).each("href")
    assert made(table) == []


def test_a_file_of_another_text_is_refused(
    world: World, owner: Client, table: Consulting, browser: FlaskClient
) -> None:
    body = [{"paragraph": f"Quite other words, number {n}."} for n in range(5)]
    other = opened(a_consulting(world, owner, body=body))
    file = browser.get(f"{page_of(other)}/document").data
    refused = sent(browser, page_of(table), file)

    assert refused.status_code == 422
    assert "Not half of this text stands in that file" in refused.text


def test_other_sites_send_no_file(table: Consulting, browser: FlaskClient) -> None:
    here = page_of(table)
    file = browser.get(f"{here}/document").data
    crossed = browser.post(
        here,
        data={"do": "file", "file": (io.BytesIO(file), "text.docx")},
        content_type="multipart/form-data",
        headers={"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert crossed.status_code == 403
