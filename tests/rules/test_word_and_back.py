"""All that goes out as a file of Word comes back in with the words that went out."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest

from api.documents.rules.html import Look
from api.exchange.rules import word
from api.infra.word.views import seen
from api.portable.rules import checking, printing, reading, signing
from api.texts.rules import markdown
from tests.rules.test_built_in_templates import NAMES, drafted, source_of
from tests.support.portable import WHOLE
from tests.support.word_samples import SAMPLES, made, sample
from tests.support.word_written import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.infra.word.text import WordText
    from api.portable.rules.printing import Printed
    from tests.support.word_files import WordFile

CASES = {path.stem: path for path in WHOLE}
REFERENCES = re.compile(r"\[[^\[\]\s]{1,40}\]")


def document_of(name: str) -> Any:
    if name in CASES:
        return reading.read(CASES[name].read_bytes())
    source = source_of(name)
    return drafted(source, source["example"])


def printed_of(name: str) -> tuple[Printed, Any]:
    whole, _ = checking.require(document_of(name))
    return printing.resolve(whole), signing.signatories(whole)


def sent_file(name: str, theme: str) -> tuple[Printed, WordFile]:
    """Return a text, and the file of it with an id of each block."""
    printed, signed = printed_of(name)
    ids = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(len(printed["blocks"]))]
    return printed, made(printed, signed, Look(theme=theme), block_ids=ids, revision=3)


def sent(name: str, theme: str) -> tuple[Printed, WordText]:
    printed, file = sent_file(name, theme)
    return printed, read(file.content)


def words_of(texts: Any) -> str:
    """Return what texts say, without marks of notes and spaces: where these stand, Word decides."""
    said = "".join(markdown.plain(markdown.without_notes(text)) for text in texts)
    return "".join(unicodedata.normalize("NFC", said).split())


def units(text: WordText, *, accepted: bool) -> dict[str, str]:
    """Return the words of each block by the id that its bookmarks have."""
    found: dict[str, str] = {}
    for one in seen(text["paragraphs"], accepted=accepted):
        for name in one.paragraph["bookmarks"]:
            if name.startswith("_us_"):
                block = name.split("_")[2]
                found[block] = found.get(block, "") + "".join(one.words.split())
    return found


@pytest.mark.parametrize("theme", ["letter", "brief-logos"])
@pytest.mark.parametrize("name", [*CASES, *NAMES])
def test_no_change_is_found_in_what_comes_back_as_it_went(name: str, theme: str) -> None:
    printed, text = sent(name, theme)
    before, after = units(text, accepted=False), units(text, accepted=True)

    assert before == after
    assert len(before) == len(printed["blocks"])
    for (block, said), sent_block in zip(before.items(), printed["blocks"], strict=True):
        for part in texts_of(sent_block):
            assert words_of([part]) in unicodedata.normalize("NFC", said), block
    assert text["comments"] == []
    assert text["sha256"] == printing.fingerprint(printed)
    notes = [
        "".join(each.words for each in seen(story, accepted=True))
        for story in text["notes"].values()
    ]
    whole = "".join("".join(notes).split())
    for one in printed["footnotes"]:
        assert words_of([one["text"]]) in unicodedata.normalize("NFC", whole)


def texts_of(block: Any) -> Iterator[str]:
    yield from printing.texts(block)


@pytest.mark.parametrize("name", [*CASES, *NAMES])
def test_as_a_draft_it_has_the_blocks_and_the_notes_of_the_text(name: str) -> None:
    printed, text = sent(name, "letter")

    draft = word.drafted(text, None, accepted=True)

    assert draft.title == unicodedata.normalize("NFC", printed["title"])
    assert draft.language.split("-")[0] == printed["language"].split("-")[0]
    assert list(draft.footnotes) == [
        each["label"] for each in printed["footnotes"] if each["label"] in draft.footnotes
    ]
    own = [each for each in printed["blocks"] if each["type"] in {"paragraph", "heading", "quote"}]
    said: list[tuple[str, Any]] = [kind for block in draft.body for kind in block.items()]
    for block in own:
        kind, wanted = block["type"], unicodedata.normalize("NFC", block["text"])
        same = [
            each if isinstance(each, str) else each["text"] for key, each in said if key == kind
        ]
        assert spans(wanted) in map(spans, same), wanted
    told = {str(each.what) for each in draft.remarks}
    assert told <= {"printed_from_data", "page_edges", "lower_headings", "tables", "looks",
                    "pictures", "long_notes", "lists_counted_on"}  # fmt: skip


def spans(text: str) -> list[markdown.Span]:
    return markdown._alike(markdown.spans(text))  # noqa: SLF001 # what is the same, the house says


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_read(name: str) -> None:
    text = read(sample(name).content)

    before, after = (seen(text["paragraphs"], accepted=each) for each in (False, True))

    assert [each.words for each in before] == [each.words for each in after]
    assert any(each.words for each in after)
