"""A name that ends with an abbreviated legal form prints so that no line break parts the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.documents.rules import outline
from api.documents.rules.html import Look, html
from api.documents.rules.plain import markdown, text
from api.documents.rules.word.document import document
from api.texts.rules.words import words
from tests.rules.test_plain import STATEMENT
from tests.support.word_files import WordFile

if TYPE_CHECKING:
    from api.portable.rules.signing import SignatoryLine

KEPT = "\N{NO-BREAK SPACE}"


def a_line(name: str) -> SignatoryLine:
    return {"text": name, "lead": False, "kind": "organisation"}


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Specimen e. V.", f"Specimen e.{KEPT}V."),
        ("Specimen e. V. (SEV), Germany", f"Specimen e.{KEPT}V. (SEV), Germany"),
        ("Ukázka, o. p. s.", f"Ukázka, o.{KEPT}p.{KEPT}s."),
        ("A. B. Specimen", f"A.{KEPT}B. Specimen"),
        ("Specimen e.V.", "Specimen e.V."),
        ("Specimen Inc. V. House", "Specimen Inc. V. House"),
        ("House 1. 2. Specimen", "House 1. 2. Specimen"),
    ],
)
def test_a_legal_form_is_printed_as_one_word(name: str, printed: str) -> None:
    line = a_line(name)

    (group,) = outline.groups([line], words("en"))

    assert [each.text for each in group.names] == [printed]
    assert line["text"] == name


@pytest.mark.parametrize("number", [1, 201], ids=["listed", "run on"])
def test_every_format_prints_it_so(number: int) -> None:
    lines = [a_line(f"Specimen {each} e. V.") for each in range(number)]
    signed: Any = {"lines": lines, "withheld": 0}
    whole = f"Specimen 0 e.{KEPT}V."

    for page in (
        html(STATEMENT, signed, Look(), for_paper=True),
        html(STATEMENT, signed, Look(), for_paper=False),
        text(STATEMENT, signed),
        markdown(STATEMENT, signed),
        WordFile(document(STATEMENT, signed, Look())).text,
    ):
        assert whole in page
        assert "e. V." not in page
