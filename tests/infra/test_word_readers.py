"""Files of Word as LibreOffice and pandoc read them: every word, on the paper asked for."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from api.documents.rules.html import Look
from api.portable.rules import checking, printing, reading, signing
from api.texts.rules import markdown
from tests.support import office
from tests.support.pdf_words import in_order, letters, pages_of, parts_of
from tests.support.portable import WHOLE
from tests.support.word_samples import SAMPLES, made, sample

if TYPE_CHECKING:
    from pathlib import Path

    from api.portable.rules.printing import Printed
    from api.portable.rules.signing import Signatories

pytestmark = pytest.mark.long

THEMES = ("letter", "brief")


def texts() -> dict[str, tuple[Printed, Signatories]]:
    found = {}
    for path in WHOLE:
        whole, _ = checking.require(reading.read(path.read_bytes()))
        found[path.stem] = printing.resolve(whole), signing.signatories(whole)
    return found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """Return each case in each theme, as a file of Word."""
    folder = tmp_path_factory.mktemp("word")
    found = {}
    for (name, text), theme in product(texts().items(), THEMES):
        found[name, theme] = folder / f"{name}-{theme}.docx"
        found[name, theme].write_bytes(made(*text, Look(theme=theme)).content)
    return found


@pytest.fixture(scope="module")
def pdfs(
    files: dict[tuple[str, str], Path], tmp_path_factory: pytest.TempPathFactory
) -> list[Path]:
    return office.pdfs_of([*files.values()], tmp_path_factory.mktemp("office"))


def test_libreoffice_prints_every_part_and_the_notes_with_their_page(
    files: dict[tuple[str, str], Path], pdfs: list[Path]
) -> None:
    known = texts()
    for (name, _), path in zip(files, pdfs, strict=True):
        printed, signed = known[name]
        pages = pages_of(path.read_bytes())
        said = letters("".join(pages))
        for part in parts_of({**printed, "footnotes": []}, signed):
            # A page's foot and its notes stand between two lines of what goes on after it.
            assert all(letters(word) in said for word in part.split()), f"{path.name}: {part}"
        for note in printed["footnotes"]:
            words = markdown.plain(note["text"]).split()
            assert all(letters(word) in said for word in words), f"{path.name}: {note}"
        assert f"{len(pages)}" in pages[-1] or printed["language"] == "fa"


def test_libreoffice_finds_the_paper_that_is_asked_for(tmp_path: Path) -> None:
    sizes = {"A4": (595, 842), "Letter": (612, 792)}
    given = [tmp_path / f"{paper}.docx" for paper in sizes]
    for path in given:
        path.write_bytes(made(look=Look(page_size=path.stem)).content)

    for path, size in zip(office.pdfs_of(given, tmp_path), sizes.values(), strict=True):
        width, height = pypdfium2.PdfDocument(path)[0].get_size()
        assert (round(width), round(height)) == size


def test_pandoc_reads_every_part_in_order(files: dict[tuple[str, str], Path]) -> None:
    known = texts()
    for (name, _), path in files.items():
        printed, signed = known[name]
        said = letters(office.text_by_pandoc(path))
        parts = [*parts_of({**printed, "footnotes": []}, signed)]
        assert in_order((part for part in parts if "[" not in part), said) is None, path.name
        notes = (markdown.plain(note["text"]) for note in printed["footnotes"])
        assert in_order((note for note in notes if "[" not in note), said) is None, path.name


@pytest.mark.parametrize("name", SAMPLES)
def test_pandoc_reads_what_a_file_may_hold_without_a_warning(tmp_path: Path, name: str) -> None:
    path = tmp_path / "sample.docx"
    path.write_bytes(sample(name).content)

    said = letters(office.text_by_pandoc(path))

    for style, text in sample(name).paragraphs:
        if style.startswith(("Title", "Heading", "Signatory")):
            # What stands side by side in a table, pandoc writes line by line.
            assert all(letters(word) in said for word in text.split()), text
