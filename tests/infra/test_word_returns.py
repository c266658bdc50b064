"""Files that other programs saved, as we read them: LibreOffice's, and what pandoc sees in ours."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.rules import test_word_returns as returns
from tests.rules.test_built_in_templates import NAMES
from tests.rules.test_word_and_back import CASES, sent_file, units
from tests.rules.test_word_changes import EDITS, LINKS
from tests.rules.test_word_returns import KINDS, WORDS, Edit
from tests.support import office
from tests.support.pdf_words import letters
from tests.support.word_written import a_word_file, read, texts

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long

THEMES = ("letter", "brief-logos")
# What each loses or works out anew by itself: there is nothing left for us to see.
NOT_KEPT = {
    "a link put in",
    "a text box, drawn for two kinds of Word",
    "a row put in",
    "within a field and a smart tag",
}
NOT_KEPT_BY_LIBREOFFICE = NOT_KEPT | {
    "within a content control of paragraphs",
    "a code of a field is none of the words",
}
NOT_KEPT_BY_PANDOC = NOT_KEPT | {
    "a cell taken out",
    "tabs, breaks, hyphens and signs",
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], tuple[bytes, bytes]]:
    """Return every case and template as it went out, and as LibreOffice saved it anew."""
    folder = tmp_path_factory.mktemp("word")
    sent: dict[tuple[str, str], Path] = {}
    for name, theme in product([*CASES, *NAMES], THEMES):
        sent[name, theme] = folder / f"{name}-{theme}.docx"
        sent[name, theme].write_bytes(sent_file(name, theme)[1].content)
    back = office.saved_as("docx", [*sent.values()], tmp_path_factory.mktemp("office"))
    pairs = zip(sent.values(), back, strict=True)
    return {
        key: (here.read_bytes(), there.read_bytes())
        for key, (here, there) in zip(sent, pairs, strict=True)
    }


def test_no_change_is_found_in_what_libreoffice_saved_anew(
    saved: dict[tuple[str, str], tuple[bytes, bytes]],
) -> None:
    for key, (sent, back) in saved.items():
        before, after = read(sent), read(back)

        assert units(after, accepted=True) == units(before, accepted=True), key
        assert units(after, accepted=False) == units(before, accepted=False), key
        assert after["sha256"] == before["sha256"], key
        assert len(after["notes"]) == len(before["notes"]), key


@pytest.mark.parametrize("name", sorted({*EDITS} - NOT_KEPT_BY_LIBREOFFICE))
def test_what_libreoffice_reads_and_saves_has_the_same_two_texts(tmp_path: Path, name: str) -> None:
    path = tmp_path / "edited.docx"
    path.write_bytes(a_word_file(EDITS[name][0], LINKS))

    (back,) = office.saved_as("docx", [path], tmp_path)

    both = [["".join(each.split()) for each in said if each.strip()] for said in EDITS[name][1:]]
    found = texts(read(back.read_bytes()))
    assert [["".join(e.split()) for e in said if e.strip()] for said in found] == both


@pytest.mark.parametrize("name", sorted({*EDITS} - NOT_KEPT_BY_PANDOC))
def test_what_pandoc_sees_we_see(tmp_path: Path, name: str) -> None:
    path = tmp_path / "edited.docx"
    path.write_bytes(a_word_file(EDITS[name][0], LINKS))
    before, after = texts(read(path.read_bytes()))

    assert letters(office.text_by_pandoc(path, "accept")) == letters("".join(after))
    assert letters(office.text_by_pandoc(path, "reject")) == letters("".join(before))


def test_edits_are_found_in_what_libreoffice_saved_anew(tmp_path: Path) -> None:
    tried = [*product(WORDS, ("word", "libreoffice"), KINDS, (True, False))]
    edits = [
        Edit(language, shape, kind, 2, tracked=tracked) for language, shape, kind, tracked in tried
    ]
    paths = [tmp_path / f"{number}.docx" for number in range(len(edits))]
    for path, edit in zip(paths, edits, strict=True):
        path.write_bytes(edit.content)

    saved = office.saved_as("docx", paths, tmp_path)

    wrong = []
    for case, edit, path in zip(tried, edits, saved, strict=True):
        returned = returns.back(edit.sent, path.read_bytes())
        found = {(one.proposal.kind, one.proposal.target) for one in returned.suggestions}
        if found != edit.expected:
            wrong.append((case, found, edit.expected))
    assert len(wrong) * 100 <= len(tried), wrong
